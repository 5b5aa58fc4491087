import pytest

from eeipu_kfp.errors import RunnerError, RunnerUnavailableError, SpecError
from eeipu_kfp.launcher.best_run import BestRun, run_best
from eeipu_kfp.launcher.form import KfpRun
from eeipu_kfp.launcher.surroundings import TerminatedError
from tests.cluster_world import JumpingClock
from tests.unit.launcher.catalogue import FakeKfp

OWN = KfpRun(id="own", name="First")


class Case:
    """A backend with a pipeline of two versions, and what the task says."""

    def __init__(self):
        self.api, self.clock, self.lines = FakeKfp("one", "two"), JumpingClock(), []

    def run(self, version="one", arguments=None, **best):
        wanted = BestRun(
            pipeline_name="small",
            pipeline_version=version,
            arguments=arguments or {},
            best=best,
        )
        return run_best(wanted, OWN, self.api, self.clock, self.lines.append)


@pytest.fixture
def case():
    return Case()


def test_the_tuned_version_runs_beside_the_run_that_tuned_it(case):
    run_id = case.run(rate=0.25)

    started = case.api.runs[run_id]
    assert started["display_name"] == "first-own-best"
    assert started["experiment_id"] == "e1"
    assert started["pipeline_version_reference"]["pipeline_version_id"] == "id-one"
    assert started["runtime_config"] == {"parameters": {"rate": 0.25}}


def test_values_are_of_the_types_that_the_pipeline_wants(case):
    run_id = case.run(rows=40.0, arguments={"threshold": "0.5", "mode": "good"})

    parameters = case.api.runs[run_id]["runtime_config"]["parameters"]
    assert parameters == {"rows": 40, "threshold": 0.5, "mode": "good"}
    assert isinstance(parameters["rows"], int)


def test_a_second_attempt_finds_the_run_of_the_first(case):
    assert case.run(rate=0.25) == case.run(rate=0.25)
    assert len(case.api.runs) == 2


def test_it_waits_until_the_run_has_ended(case):
    states = iter(["PENDING", "RUNNING", "SUCCEEDED"])
    answer = case.api.run

    def run(run_id):
        found = answer(run_id)
        return found if run_id == "own" else {**found, "state": next(states)}

    case.api.run = run
    began = case.clock.now()
    case.run()

    assert case.clock.now() - began == 10.0


def test_a_backend_that_is_away_for_a_while_is_waited_for(case):
    answer, away = case.api.run, iter([True, False])

    def run(run_id):
        if run_id != "own" and next(away):
            message = "no answer"
            raise RunnerUnavailableError(message)
        return answer(run_id)

    case.api.run = run
    case.run()

    assert case.lines[-1] == "waits for Kubeflow Pipelines: no answer"


def test_a_run_that_fails_is_an_error_that_names_it(case):
    create = case.api.create_run

    def fail(body):
        run_id = create(body)
        case.api.runs[run_id]["state"] = "FAILED"
        return run_id

    case.api.create_run = fail

    with pytest.raises(RunnerError, match=r"`first-own-best` .* has not succeeded") as caught:
        case.run()

    assert "run-1" in caught.value.hint


def test_a_run_that_somebody_deletes_is_an_error(case):
    answer = case.api.run
    case.api.run = lambda run_id: answer(run_id) if run_id == "own" else None

    with pytest.raises(RunnerError, match="was deleted"):
        case.run()


def test_another_backend_than_the_run_s_own_is_an_error(case):
    case.api.runs.clear()

    with pytest.raises(RunnerError, match="does not know this run"):
        case.run()


def test_a_version_that_has_gone_is_an_error(case):
    with pytest.raises(SpecError, match="pipeline_version"):
        case.run(version="zero")


def test_a_termination_ends_the_run_too(case):
    answer = case.api.run

    def run(run_id):
        if run_id != "own":
            raise TerminatedError
        return answer(run_id)

    case.api.run = run

    with pytest.raises(TerminatedError):
        case.run()

    assert case.api.terminated == ["run-1"]
