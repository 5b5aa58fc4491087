import logging

import pytest

from eeipu_kfp.controller.reconciler import Reconciler
from eeipu_kfp.controller.resource import FINALIZER, read_resource
from eeipu_kfp.core.ports import RunState
from eeipu_kfp.errors import RunnerUnavailableError
from eeipu_kfp.experiment.launchers import Promise, WhenGone
from tests.cluster_world import COLLECTION, experiment


class Case:
    """One experiment and its reconciler."""

    def __init__(self, parts, **spec):
        self.parts = parts
        self.path = f"{COLLECTION}/small"
        parts.api.create(COLLECTION, experiment(maxTrials=2, **spec))
        self.reconciler = Reconciler(parts.tools)

    @property
    def resource(self):
        return read_resource(self.parts.api.get(self.path))

    def step(self):
        pause = self.reconciler.reconcile(self.resource)
        self.parts.clock.sleep(pause or 0.0)
        return pause

    def run(self):
        while self.step() is not None:
            pass

    def condition(self, kind):
        found = {c["type"]: c for c in self.resource.status["conditions"]}[kind]
        return found["status"], found["reason"], found["message"]


def test_the_finalizer_comes_before_the_first_run(parts):
    case = Case(parts)

    case.step()

    assert FINALIZER in case.resource.finalizers
    assert parts.backend.one.runs == {}


def test_it_hurries_as_long_as_something_happens_and_then_waits_longer_and_longer(parts):
    parts.backend.one.state = RunState.RUNNING
    case = Case(parts)

    pauses = [case.step() for _ in range(14)]

    assert pauses[:2] == [0.0, 0.0]
    assert pauses[2:] == sorted(pauses[2:])
    assert pauses[-1] == 3.0


def test_a_finished_experiment_needs_nothing_more(parts):
    case = Case(parts)
    case.run()

    parts.clock.sleep(1.0)

    assert case.condition("Complete")[:2] == ("True", "MaxTrialsReached")
    assert case.step() is None


def test_the_status_is_written_once_a_second_at_most(parts):
    case = Case(parts)
    for _ in range(5):
        case.reconciler.reconcile(case.resource)

    assert parts.api.patches == 1


@pytest.mark.parametrize(
    ("spec", "reason", "told"),
    [
        ({"pipeline": {"inline": "nothing: here"}}, "PipelineInvalid", "pipeline"),
        ({"parallelTrials": 0}, "SpecInvalid", "parallelTrials"),
        ({"pipeline": {"path": "p.yaml"}}, "SpecInvalid", "eeipu apply"),
        (
            {"pipeline": {"configMapRef": {"name": "none", "key": "k"}}},
            "Waiting",
            "apply it beside the experiment",
        ),
    ],
    ids=["pipeline", "value", "laptop", "config-map"],
)
def test_what_cannot_be_opened_is_told_with_its_remedy(parts, spec, reason, told):
    case = Case(parts, **spec)

    pause = case.step()

    assert case.condition("Ready")[:2] == ("False", reason)
    assert told in case.condition("Ready")[2]
    assert pause == (1.0 if reason == "Waiting" else 600.0)


def test_a_spec_that_was_put_right_is_tuned(parts):
    case = Case(parts, parallelTrials=0)
    case.step()

    parts.api.patch(case.path, {"spec": {"parallelTrials": 1}})
    case.run()

    assert case.condition("Ready")[:2] == ("True", "Finished")


def test_a_fault_of_its_own_is_shown_logged_and_tried_again(parts, caplog):
    case = Case(parts)
    parts.backend.one.start = lambda run: 1 / 0
    case.step()

    with caplog.at_level(logging.WARNING):
        pauses = [case.step() for _ in range(2)]

    assert pauses[0] == 1.0
    assert case.condition("Ready")[1] == "UnexpectedError"
    assert "ZeroDivisionError" in caplog.text
    del parts.backend.one.start
    case.run()
    assert case.condition("Ready")[:2] == ("True", "Finished")


def test_a_run_that_waits_for_a_node_is_told_of(parts):
    parts.backend.one.state = RunState.RUNNING
    parts.backend.one.waits_for = "`train` waits for a node: 0/1 nodes have enough memory"
    case = Case(parts)

    for _ in range(30):
        case.step()

    (notice,) = {n.message for n in parts.notices.told if n.reason == "PodWaiting"}
    assert notice == "trial 1: `train` waits for a node: 0/1 nodes have enough memory"


def test_a_deleted_experiment_ends_its_runs_and_goes(parts):
    case = Case(parts)
    case.step()
    case.step()
    parts.api.delete(case.path)
    resource = case.resource

    assert case.reconciler.reconcile(resource) is None

    assert parts.backend.stopped == [resource.folder]
    assert parts.api.get(COLLECTION)["items"] == []


def test_a_deleted_experiment_that_is_broken_goes_too(parts):
    case = Case(parts, pipeline={"inline": "nothing: here"})
    parts.api.patch(case.path, {"metadata": {"finalizers": [FINALIZER]}})
    parts.api.delete(case.path)

    case.reconciler.reconcile(case.resource)

    assert parts.api.get(COLLECTION)["items"] == []


def test_a_deletion_waits_for_pipelines_but_not_for_ever(parts):
    case = Case(parts)
    case.step()
    case.step()
    parts.api.delete(case.path)
    parts.backend.fault = RunnerUnavailableError("it is away")

    assert case.step() == 1.0
    assert case.condition("Ready")[:2] == ("False", "PipelinesUnavailable")
    parts.clock.sleep(300.0)
    resource = case.resource
    assert case.reconciler.reconcile(resource) is None

    assert parts.notices.reasons[-1] == "CleanupAbandoned"
    assert parts.api.get(COLLECTION)["items"] == []


def test_faults_are_counted(parts):
    case = Case(parts, parallelTrials=0)

    case.step()

    assert b'reason="SpecInvalid"} 1.0' in parts.metrics.text()


def promise(parts, seconds, when_gone):
    """What a launcher writes that is certain to be there for so many seconds more."""
    return Promise(until=parts.clock.now() + seconds, when_gone=when_gone).annotations


def annotate(case, annotations):
    case.parts.api.patch(case.path, {"metadata": {"annotations": annotations}})


def test_while_its_launcher_is_there_an_experiment_goes_on(parts):
    case = Case(parts)
    annotate(case, promise(parts, 3600.0, WhenGone.SUSPEND))

    case.run()

    assert case.condition("Complete")[:2] == ("True", "MaxTrialsReached")


@pytest.mark.parametrize("when_gone", WhenGone)
def test_without_its_launcher_an_experiment_starts_no_trial(parts, when_gone):
    case = Case(parts)
    annotate(case, promise(parts, -2.0, when_gone))

    for _ in range(5):
        case.step()
        if not parts.api.get(COLLECTION)["items"] or case.resource.deleted_at:
            break

    assert parts.backend.one.runs == {}


def test_an_experiment_whose_launcher_is_gone_says_so_and_what_to_do(parts):
    case = Case(parts)
    annotate(case, promise(parts, -2.0, WhenGone.SUSPEND))

    for _ in range(3):
        case.step()

    status, reason, message = case.condition("Complete")
    assert (status, reason) == ("False", "Suspended")
    assert "retry the run" in message


def test_a_launcher_that_comes_back_lets_it_go_on(parts):
    case = Case(parts)
    annotate(case, promise(parts, -2.0, WhenGone.SUSPEND))
    for _ in range(3):
        case.step()

    annotate(case, promise(parts, 3600.0, WhenGone.SUSPEND))
    case.run()

    assert case.condition("Complete")[:2] == ("True", "MaxTrialsReached")


def test_an_experiment_goes_with_its_launcher_where_that_was_wanted(parts):
    case = Case(parts)
    annotate(case, promise(parts, -2.0, WhenGone.DELETE))

    case.step()

    assert case.resource.deleted_at is not None


def test_what_has_ended_stays_whatever_its_launcher_does(parts):
    case = Case(parts)
    annotate(case, promise(parts, 3600.0, WhenGone.DELETE))
    case.run()

    parts.clock.sleep(7200.0)
    Reconciler(parts.tools).reconcile(case.resource)

    assert case.resource.deleted_at is None
