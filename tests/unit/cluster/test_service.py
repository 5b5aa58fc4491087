import pytest

from eeipu_kfp.cluster.refusals import ClusterError, MissingError, refusal
from eeipu_kfp.cluster.service import Controller, find_controller
from tests.unit.cluster.fake_cluster import PROXY, FakeConnection, listed

EVERYWHERE = "/api/v1/services"
BASE = PROXY.removesuffix("/namespaces/team")


def asked(answers, ask):
    connection = FakeConnection(answers)
    return ask(Controller(connection, BASE, "team")), connection.asked[-1]


@pytest.mark.parametrize(
    ("answers", "home"),
    [
        ({EVERYWHERE: listed("eeipu-kfp")}, None),
        ({EVERYWHERE: 403, "/api/v1/namespaces/team/services": listed("eeipu-kfp")}, None),
        ({"/api/v1/namespaces/eeipu/services": listed("eeipu-kfp")}, "eeipu"),
        ({"/api/v1/namespaces/eeipu/services": 403}, "eeipu"),
    ],
    ids=["anywhere", "beside the experiments", "where it was named", "without a look"],
)
def test_the_controller_is_found(answers, home):
    connection = FakeConnection({**answers, f"{PROXY}/experiments/demo/report": "<html>"})

    found = find_controller(connection, namespace="team", home=home)

    assert found.report("demo") == "<html>"
    assert connection.asked[0][2] == {"labelSelector": "app.kubernetes.io/name=eeipu-kfp"}


def homes(*namespaces):
    items = [listed("eeipu-kfp", namespace=one)["items"][0] for one in namespaces]
    return FakeConnection({EVERYWHERE: {"items": items}})


@pytest.mark.parametrize(
    ("namespaces", "said"),
    [((), "no controller is in sight"), (("b", "a"), "several controllers are in sight")],
)
def test_none_or_several_controllers_are_an_error_with_a_remedy(namespaces, said):
    with pytest.raises(ClusterError, match=said) as caught:
        find_controller(homes(*namespaces), namespace="team")

    assert "--controller-namespace" in caught.value.hint


def test_of_several_controllers_the_one_beside_the_experiments_is_asked():
    connection = homes("eeipu", "team")
    beside = PROXY.replace("/eeipu/", "/team/")
    connection.answers[f"{beside}/experiments/demo/report"] = "<html>"

    assert find_controller(connection, namespace="team").report("demo") == "<html>"


@pytest.mark.parametrize(
    ("ask", "path", "query", "answer"),
    [
        (lambda c: c.result("demo"), "experiments/demo/result", {}, {"best": None}),
        (lambda c: c.experiments(), "experiments", {}, [{"key": "demo"}]),
        (lambda c: c.page("demo"), "experiments/demo/page", {}, {"name": "demo"}),
        (lambda c: c.trials("demo", {"page": "2"}), "experiments/demo/trials", {"page": "2"}, {}),
        (lambda c: c.report("demo"), "experiments/demo/report", {}, "<html>"),
        (lambda c: c.export("demo"), "experiments/demo/export", {}, {"schema": 1}),
        (lambda c: c.log("demo", 3), "experiments/demo/trials/3/log", {}, "said"),
        (
            lambda c: c.log("demo", 3, "train"),
            "experiments/demo/trials/3/log",
            {"stage": "train"},
            "said",
        ),
        (
            lambda c: c.why("demo", "train", 2, ("a=1", "b=2")),
            "experiments/demo/why",
            {"stage": "train", "trial": "2", "set": ("a=1", "b=2")},
            "is cached",
        ),
        (
            lambda c: c.why("demo", "train", None, ()),
            "experiments/demo/why",
            {"stage": "train", "set": ()},
            "is cached",
        ),
        (lambda c: c.entries(), "cache", {}, [{"key": "k"}]),
        (lambda c: c.entry("a/b"), "cache/a%2Fb", {}, {"key": "a/b"}),
        (lambda c: c.collect("1Gi"), "cache/collect", {"limit": "1Gi"}, {"removed": 1}),
    ],
)
def test_each_question_has_its_address(ask, path, query, answer):
    found, (_, address, words) = asked({f"{PROXY}/{path}": answer}, ask)

    assert found == answer
    assert (address, words) == (f"{PROXY}/{path}", query)


def test_only_collecting_changes_anything():
    assert asked({f"{PROXY}/cache": []}, lambda c: c.entries())[1][0] == "GET"
    assert asked({f"{PROXY}/cache/collect": {}}, lambda c: c.collect("1k"))[1][0] == "POST"


def test_what_the_controller_does_not_know_is_an_error():
    with pytest.raises(MissingError):
        asked({}, lambda c: c.result("demo"))


def test_a_controller_that_knows_no_exports_is_told_from_one_that_tunes_no_such_experiment():
    with pytest.raises(MissingError, match="older than this command"):
        asked({}, lambda c: c.export("demo"))
    told = '{"message": "not tuned here", "hint": "look elsewhere"}'
    refused = FakeConnection({})
    refused.get = lambda *_: (_ for _ in ()).throw(refusal(404, told))
    with pytest.raises(MissingError, match="not tuned here; look elsewhere"):
        Controller(refused, BASE, "team").export("demo")
