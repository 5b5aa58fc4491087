import pytest

from eeipu_kfp.cache.keys import stage_key
from eeipu_kfp.controller.api_server import ConflictError
from eeipu_kfp.controller.cleanup import clean_up, hold, release
from eeipu_kfp.controller.resource import FINALIZER, read_resource
from eeipu_kfp.core.outputs import StageOutputs
from eeipu_kfp.core.ports import Ingredients
from eeipu_kfp.errors import RunnerUnavailableError
from tests.cluster_world import COLLECTION, experiment


@pytest.fixture
def resource(parts):
    return read_resource(parts.api.create(COLLECTION, experiment()))


def finalizers(parts, resource):
    return parts.api.get(resource.path)["metadata"].get("finalizers") or []


def test_the_finalizer_is_set_beside_others_and_removed_alone(parts, resource):
    parts.api.patch(resource.path, {"metadata": {"finalizers": ["other/one"]}})

    hold(resource, parts.api)
    assert finalizers(parts, resource) == ["other/one", FINALIZER]

    release(resource, parts.api)
    assert finalizers(parts, resource) == ["other/one"]


def test_a_finalizer_that_is_set_is_not_set_again(parts, resource):
    hold(resource, parts.api)
    seen = read_resource(parts.api.get(resource.path))
    parts.api.is_away = True

    hold(seen, parts.api)


class Meddler:
    """An API server where another one writes the resource after each of the first readings."""

    def __init__(self, api, times):
        self.api, self.times = api, times

    def get(self, path):
        found = self.api.get(path)
        if self.times > 0:
            self.times -= 1
            self.api.patch(path, {"metadata": {"annotations": {"seen": str(self.times)}}})
        return found

    def patch(self, path, changes):
        return self.api.patch(path, changes)


def test_somebody_else_may_write_the_resource_meanwhile(parts, resource):
    hold(resource, Meddler(parts.api, times=2))

    assert finalizers(parts, resource) == [FINALIZER]


def test_the_finalizer_is_not_fought_for_without_end(parts, resource):
    with pytest.raises(ConflictError):
        hold(resource, Meddler(parts.api, times=1000))

    assert finalizers(parts, resource) == []


def test_what_is_gone_needs_no_release(parts, resource):
    parts.api.delete(resource.path)

    release(resource, parts.api)


def test_another_one_of_the_same_name_is_left_alone(parts, resource):
    parts.api.delete(resource.path)
    parts.api.create(COLLECTION, experiment())

    hold(resource, parts.api)

    assert finalizers(parts, resource) == []


def test_runs_are_ended_and_outputs_stay(parts, resource):
    publish(parts, "small", trial=1)
    note_trial(parts, resource)

    clean_up(resource, parts.tools)

    assert parts.backend.stopped == [resource.folder]
    assert len(parts.tools.cache("team").entries()) == 1


def test_outputs_and_records_go_where_the_spec_says_so(parts):
    made = parts.api.create(COLLECTION, experiment(cache={"deletionPolicy": "Delete"}))
    resource = read_resource(made)
    parts.clock.time = resource.created_at - 10
    publish(parts, "small", trial=1)
    parts.clock.time = resource.created_at + 10
    publish(parts, "small", trial=2)
    publish(parts, "other", trial=3)
    note_trial(parts, resource)

    clean_up(resource, parts.tools)

    left = [(e.experiment, e.trial) for e in parts.tools.cache("team").entries()]
    assert sorted(left) == [("other", 3), ("small", 1)]
    assert list(parts.tools.ledger_store(resource).list("")) == []


def test_a_backend_that_is_away_is_told(parts, resource):
    note_trial(parts, resource)
    parts.backend.fault = RunnerUnavailableError("it is away")

    with pytest.raises(RunnerUnavailableError):
        clean_up(resource, parts.tools)


def test_what_never_had_a_trial_needs_no_backend(parts, resource):
    parts.backend.fault = RunnerUnavailableError("it was never there")

    clean_up(resource, parts.tools)

    assert parts.backend.stopped == []


def note_trial(parts, resource):
    parts.tools.ledger_store(resource).put("trials/000001.json", b"{}")


def publish(parts, experiment_name, *, trial):
    parts.tools.cache("team").publish(
        stage_key(Ingredients(component={}, parameters={"trial": trial}), {}, salt=""),
        stage="prepare",
        outputs=StageOutputs(parameters={"rows": trial}),
        seconds=1.0,
        overhead_seconds=0.0,
        values={},
        experiment=experiment_name,
        trial=trial,
    )
