import pytest

from eeipu_kfp.cluster.experiments import Experiments
from eeipu_kfp.cluster.refusals import ClusterError, MissingError
from tests.unit.cluster.fake_cluster import COLLECTION, FakeConnection, listed, resource


def experiments(answers):
    return Experiments(FakeConnection(answers), "team")


def test_an_experiment_is_found_by_its_name():
    found = experiments({f"{COLLECTION}/demo": resource()}).get("demo")

    assert found["metadata"]["name"] == "demo"


def test_a_misspelt_name_is_an_error_that_names_the_nearest():
    with pytest.raises(MissingError) as caught:
        experiments({COLLECTION: listed("stacking", "other")}).get("staking")

    assert "namespace `team` has no experiment `staking`" in caught.value.message
    assert "`stacking`" in caught.value.hint


def test_an_empty_namespace_is_said_to_be_one():
    with pytest.raises(MissingError, match="-n"):
        experiments({COLLECTION: listed()}).get("demo")


@pytest.mark.parametrize("ask", [lambda e: e.get("demo"), lambda e: e.names()], ids=["one", "all"])
def test_a_cluster_without_the_product_is_told_apart(ask):
    with pytest.raises(MissingError, match="Helm chart `eeipu-kfp`"):
        ask(experiments({}))


def test_applying_names_the_experiment_and_returns_what_became_of_it():
    connection = FakeConnection({f"{COLLECTION}/demo": resource(generation=2)})

    found = Experiments(connection, "team").apply(
        {"metadata": {"name": "demo"}}, dry_run=True, force=True
    )

    assert found["metadata"]["generation"] == 2
    assert connection.asked == [("PATCH", f"{COLLECTION}/demo", {"dryRun": "All", "force": "true"})]


def test_applying_leaves_out_what_is_not_asked_for():
    connection = FakeConnection({f"{COLLECTION}/demo": resource()})

    Experiments(connection, "team").apply({"metadata": {"name": "demo"}})

    assert connection.asked[0][2] == {}


def test_applying_needs_the_namespace():
    connection = FakeConnection({f"{COLLECTION}/demo": (404, 'namespaces "team" not found')})

    with pytest.raises(ClusterError, match="no namespace `team`"):
        Experiments(connection, "team").apply({"metadata": {"name": "demo"}})


def test_applying_needs_the_product():
    with pytest.raises(MissingError, match="Helm chart"):
        experiments({}).apply({"metadata": {"name": "demo"}})


def test_a_launcher_sets_its_own_fields_alone_and_whoever_had_them():
    connection = FakeConnection({f"{COLLECTION}/demo": resource()})

    Experiments(connection, "team").hold("demo", {"a": "b"})

    assert connection.applied == {
        "apiVersion": "eeipu.dev/v1alpha1",
        "kind": "TuningExperiment",
        "metadata": {"name": "demo", "annotations": {"a": "b"}},
    }
    query = {"fieldManager": "eeipu-launcher", "force": "true"}
    assert connection.asked == [("PATCH", f"{COLLECTION}/demo", query)]


def test_a_launcher_may_hold_new_trials_back():
    connection = FakeConnection({f"{COLLECTION}/demo": resource()})

    Experiments(connection, "team").hold("demo", {}, suspend=True)

    assert connection.applied["spec"] == {"suspend": True}


def test_deleting_what_is_not_there_is_harmless():
    connection = FakeConnection({f"{COLLECTION}/demo": resource()})
    found = Experiments(connection, "team")

    found.delete("demo")
    found.delete("another")

    assert [asked[0] for asked in connection.asked] == ["DELETE", "DELETE"]
