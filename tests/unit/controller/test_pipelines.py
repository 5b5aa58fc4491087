import pytest
import yaml

from eeipu_kfp.compiled.dag import Document
from eeipu_kfp.controller.pipelines import KfpBackend
from eeipu_kfp.errors import RunnerError, RunnerUnavailableError
from tests.cluster_world import pipeline_text
from tests.kfp_double.objects import Bucket
from tests.unit.controller.samples import resource


class Api:
    """Kubeflow Pipelines' API, which remembers what it was asked."""

    def __init__(self):
        self.active = ["r1", "r2"]
        self.terminated = []
        self.namespaces = []
        self.fault = None

    def active_runs(self, experiment, *, namespace=""):
        self.namespaces.append(namespace)
        return tuple(self.active)

    def terminate(self, run_id):
        if self.fault is not None:
            raise self.fault
        self.terminated.append(run_id)
        self.active.remove(run_id)

    def registered_pipeline(self, name, *, version, namespace):
        self.namespaces.append(namespace)
        return Document(ir=yaml.safe_load(pipeline_text()), platform={})


@pytest.fixture
def api():
    return Api()


def backend(api, *, namespace="kubeflow", asked=None):
    pods_of = (asked if asked is not None else []).append
    return KfpBackend(api, None, pods_of, namespace=namespace)


def test_runs_are_ended_and_looked_at_until_none_is_left(api):
    with pytest.raises(RunnerUnavailableError, match="2 runs are being ended"):
        backend(api).stop_all(resource())

    assert api.terminated == ["r1", "r2"]
    backend(api).stop_all(resource())


def test_a_run_that_ends_by_itself_meanwhile_is_no_fault(api):
    api.fault = RunnerError("it has ended")

    with pytest.raises(RunnerUnavailableError, match="being ended"):
        backend(api).stop_all(resource())


def test_a_backend_that_is_away_is_told(api):
    api.fault = RunnerUnavailableError("it is away")

    with pytest.raises(RunnerUnavailableError, match="away"):
        backend(api).stop_all(resource())


@pytest.mark.parametrize(
    ("own", "user", "pods"), [("kubeflow", "", "kubeflow"), ("", "team", "team")]
)
def test_runs_are_where_the_backend_has_them(api, own, user, pods):
    asked = []
    found = backend(api, namespace=own, asked=asked)

    found.registered("p", "v", namespace="team")
    with pytest.raises(RunnerUnavailableError):
        found.stop_all(resource())
    found.runner(
        resource(), store=Bucket(store=None, name="b"), document=Document(ir={}, platform={})
    )

    assert api.namespaces == [user, user]
    assert asked == [pods]
