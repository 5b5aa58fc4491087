import json

import pytest

from eeipu_kfp.cluster.experiments import Experiments
from eeipu_kfp.cluster.opening import Cluster
from eeipu_kfp.cluster.refusals import ClusterError
from eeipu_kfp.cluster.standing import Standing
from eeipu_kfp.experiment.launchers import WhenGone
from eeipu_kfp.launcher.following import Follower
from eeipu_kfp.launcher.outputs import read_outcome
from tests.cluster_world import JumpingClock
from tests.unit.cluster.fake_cluster import condition, resource
from tests.unit.launcher.cluster import FakeCluster

COMPLETE = condition("Complete", "True", "BudgetExhausted", "all is spent")
FAILED = condition("Failed", "True", "TooManyFailedTrials", "5 trials failed")
BEST = {
    "number": 3,
    "objective": "0.75",
    "parameters": [{"name": "rate", "value": "0.25"}, {"name": "mode", "value": "a|b`c"}],
}
RESULT = {
    "best": {"trial": 3, "objective": 0.75, "configuration": {"rate": 0.25, "rows": 20}},
    "trials": 9,
    "failed": 1,
    "spentSeconds": 61.24,
    "savedSeconds": 30.0,
    "stageRuns": 27,
    "stageHits": 12,
    "stop": {"reason": "BudgetExhausted", "message": "all is spent"},
    "trialList": [],
}


class Case:
    """A cluster whose controller may answer, and what is read from it."""

    def __init__(self, **answers):
        clock, self.lines = JumpingClock(), []
        connection = FakeCluster(clock)
        connection.answers = answers
        self._cluster = Cluster(connection=connection, namespace="team", home="team")
        self._follower = Follower(
            experiments=Experiments(connection, "team"),
            document={"metadata": {"name": "demo"}},
            when_gone=WhenGone.SUSPEND,
            clock=clock,
            say=self.lines.append,
        )

    def read(self, *conditions, best=BEST):
        status = {} if best is None else {"bestTrial": best}
        standing = Standing(resource(conditions=list(conditions), **status))
        return read_outcome(self._cluster, self._follower, standing, "one")


@pytest.fixture(autouse=True)
def service(monkeypatch):
    """The controller is found where it is said to be."""
    listed = {"items": [{"metadata": {"name": "eeipu-kfp", "namespace": "team"}}]}
    real = FakeCluster.get

    def get(self, path, query=None):
        return json.dumps(listed) if path.endswith("/services") else real(self, path, query)

    monkeypatch.setattr(FakeCluster, "get", get)


def test_the_controller_tells_the_result_and_the_report():
    found = Case(result=json.dumps(RESULT), report="<html>all of it</html>").read(COMPLETE)

    assert found.page == "<html>all of it</html>"
    assert found.configuration == {"rate": 0.25, "rows": 20}
    assert found.objective == 0.75
    assert found.version == "one"
    assert found.figures == {
        "best objective": 0.75,
        "best trial": 3,
        "trials": 9,
        "failed trials": 1,
        "seconds spent": 61.2,
        "seconds saved": 30.0,
        "stage runs": 27,
        "stage runs from the cache": 12,
    }


def test_the_text_tells_the_best_configuration_and_what_was_saved():
    text = Case(result=json.dumps(RESULT), report="").read(COMPLETE).markdown

    assert text.startswith("# evaluate.score: 0.75\n")
    assert "| `rate` | `0.25` |" in text
    assert "12 of 27 stage runs came from the cache, which saved 30 s. Ended: all is spent." in text
    assert "`eeipu status demo -n team`" in text


def test_the_best_configuration_is_not_lost_where_the_controller_is_not_to_be_had():
    case = Case()

    found = case.read(COMPLETE)

    assert found.configuration == {"rate": 0.25, "mode": "a|b`c"}
    assert "seconds spent" not in found.figures
    assert "eeipu report demo -n team" in found.page
    assert case.lines[0].startswith("the controller cannot be asked for the report: ")


def test_no_value_breaks_the_table():
    text = Case().read(COMPLETE).markdown

    assert "| `mode` | `a\\|b'c` |" in text


def test_a_failed_experiment_is_an_error_that_tells_the_best_it_has_found():
    with pytest.raises(ClusterError, match=r"5 trials failed; the best of them came to 0.75"):
        Case().read(FAILED)


def test_an_experiment_without_an_objective_is_an_error():
    with pytest.raises(ClusterError, match=r"no trial has come to an objective.*all is spent"):
        Case().read(COMPLETE, best=None)
