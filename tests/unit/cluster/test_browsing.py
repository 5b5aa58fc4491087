import pytest

from eeipu_kfp.cluster.browsing import ClusterSource
from eeipu_kfp.cluster.opening import Cluster
from eeipu_kfp.cluster.refusals import ClusterError
from eeipu_kfp.ui.snapshot import UnknownExperimentError
from eeipu_kfp.ui.table import Question
from tests.unit.cluster.fake_cluster import PROXY, FakeConnection, listed

SERVICES = {"/api/v1/services": listed("eeipu-kfp")}
TRIALS = {"rows": [], "pipelinesUrl": "https://told"}


def source_of(answers, **fields):
    connection = FakeConnection({**SERVICES, **answers})
    return ClusterSource(Cluster(connection=connection, namespace="team"), **fields), connection


def test_the_experiments_are_those_that_the_controller_tells_of():
    source, _ = source_of({f"{PROXY}/experiments": [{"key": "demo"}]})

    assert source.experiments() == {
        "place": "namespace team of test",
        "beginning": "eeipu apply experiment.yaml",
        "experiments": [{"key": "demo"}],
    }


def test_one_experiment_and_its_trials_are_asked_for_by_name():
    question = Question(sort="spent", filter="a>1", page=2)
    source, connection = source_of(
        {
            f"{PROXY}/experiments/demo/page": {"name": "demo"},
            f"{PROXY}/experiments/demo/trials": TRIALS,
        }
    )

    assert source.experiment("demo") == {"name": "demo"}
    assert source.trials("demo", question) == TRIALS
    assert connection.asked[-1][2] == question.query


def test_a_name_cannot_lead_elsewhere():
    source, connection = source_of({})

    with pytest.raises(UnknownExperimentError):
        source.experiment("../../secrets?x")

    assert connection.asked[-1][1] == f"{PROXY}/experiments/..%2F..%2Fsecrets%3Fx/page"


def test_links_to_runs_lead_where_the_user_says():
    answers = {f"{PROXY}/experiments/demo/trials": TRIALS}

    found = [source_of(answers, pipelines_url=url)[0] for url in ("", "https://mine")]

    urls = [source.trials("demo", Question())["pipelinesUrl"] for source in found]
    assert urls == ["https://told", "https://mine"]


def test_an_experiment_that_is_not_there_is_unknown():
    source, _ = source_of({f"{PROXY}/experiments/demo/page": (404, "no such experiment")})

    with pytest.raises(UnknownExperimentError, match="no such experiment"):
        source.experiment("demo")


def test_a_controller_that_is_too_old_is_to_be_upgraded():
    source, _ = source_of({})

    with pytest.raises(ClusterError, match="knows no such question") as caught:
        source.experiments()

    assert "helm upgrade" in caught.value.hint


def test_the_controller_is_looked_for_once_and_again_after_a_refusal():
    source, connection = source_of({f"{PROXY}/experiments": []})

    def looks():
        return [path for _, path, _ in connection.asked].count("/api/v1/services")

    source.experiments()
    source.experiments()
    assert looks() == 1

    connection.answers[f"{PROXY}/experiments"] = (503, "no endpoints available")
    with pytest.raises(ClusterError, match="does not run"):
        source.experiments()
    connection.answers[f"{PROXY}/experiments"] = []
    source.experiments()
    assert looks() == 2
