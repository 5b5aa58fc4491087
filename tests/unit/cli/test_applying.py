import pytest

from eeipu_kfp.cluster.refusals import MissingError
from eeipu_kfp.errors import SpecError
from tests.unit.cluster.fake_cluster import COLLECTION, resource

SMALL = f"{COLLECTION}/small"


@pytest.fixture
def held(cluster, monkeypatch):
    """A cluster that holds the experiment after it is applied, and maybe before."""

    def hold(before, after):
        look = cluster.get

        def get(path, query=None):
            cluster.answers[SMALL] = 404 if before is None else resource(generation=before)
            return look(path, query)

        def apply(path, document, query):
            cluster.applied = document
            cluster.answers[SMALL] = resource(generation=after)
            return look(path, query)

        monkeypatch.setattr(cluster, "get", get)
        monkeypatch.setattr(cluster, "apply", apply)

    return hold


@pytest.mark.parametrize(
    ("generations", "options", "said"),
    [
        ((None, 1), (), "experiment small created in namespace team of context test"),
        ((1, 2), (), "experiment small changed in"),
        ((1, 1), (), "experiment small unchanged in"),
        ((None, 1), ("--dry-run",), "experiment small would be created in"),
        ((1, 2), ("--dry-run",), "experiment small would be changed in"),
        ((1, 1), ("--dry-run",), "experiment small unchanged in"),
    ],
    ids=["new", "changed", "the same", "dry new", "dry changed", "dry the same"],
)
def test_apply_says_what_became_of_the_experiment(call, held, generations, options, said):
    held(*generations)

    assert said in call("apply", "experiment.yaml", *options).stdout


def test_apply_sends_the_pipeline_along_and_says_what_comes_next(call, cluster, held):
    held(None, 1)

    shown = call("apply", "experiment.yaml")

    assert list(cluster.applied["spec"]["pipeline"]) == ["inline"]
    assert "kubectl get tune small -w" in shown.stderr
    assert "eeipu status small\n" in shown.stderr
    assert "note: a tag may come to mean another image" in shown.stderr


def test_a_dry_run_leads_nowhere_further(call, held):
    held(None, 1)

    assert "kubectl" not in call("apply", "experiment.yaml", "--dry-run").stderr


def test_the_namespace_of_the_file_is_where_it_goes(call, cluster, rewrite):
    rewrite(("{name: small}", "{name: small, namespace: mine}"))

    with pytest.raises(MissingError):
        call("apply", "experiment.yaml", "-n", "mine")

    assert "/namespaces/mine/" in cluster.asked[-1][1]


def test_two_namespaces_are_one_too_many(call, cluster, rewrite):
    rewrite(("{name: small}", "{name: small, namespace: mine}"))

    with pytest.raises(SpecError, match=r"`mine` is written here, but `-n` says `yours`"):
        call("apply", "experiment.yaml", "-n", "yours")


def test_what_does_not_fit_the_pipeline_never_reaches_the_cluster(call, cluster, rewrite):
    rewrite(("name: rate", "name: rat"))

    with pytest.raises(SpecError, match="did you mean `rate`"):
        call("apply", "experiment.yaml")

    assert cluster.asked == []
