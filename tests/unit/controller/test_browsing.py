import pytest

from eeipu_kfp.controller.browsing import Browser, ControllerSnapshots
from eeipu_kfp.controller.reconciler import Reconciler
from eeipu_kfp.controller.resource import read_resource
from eeipu_kfp.core.ports import RunState
from eeipu_kfp.errors import SpecError
from eeipu_kfp.ui.snapshot import Kind, UnknownExperimentError
from eeipu_kfp.ui.table import Question
from tests.cluster_world import COLLECTION, experiment


class Watched:
    """What a supervisor looks after: one experiment of namespace `team`."""

    def __init__(self, parts, document):
        self.parts = parts
        self.reconciler = Reconciler(parts.tools)
        parts.api.create(COLLECTION, document)
        self.path = f"{COLLECTION}/{document['metadata']['name']}"
        self.name = document["metadata"]["name"]

    def find(self, namespace, name):
        return (self.resource, self.reconciler) if (namespace, name) == self.key else None

    def keys(self):
        return (self.key, ("team", "just-gone"))

    @property
    def key(self):
        return "team", self.name

    @property
    def resource(self):
        return read_resource(self.parts.api.get(self.path))

    def to_the_end(self):
        while self.reconciler.reconcile(self.resource) is not None:
            self.parts.clock.sleep(1.0)

    def snapshots(self, *namespaces):
        return ControllerSnapshots(self.find, self.keys, namespaces)


@pytest.fixture
def running(parts):
    """An experiment whose first trials run."""
    parts.backend.one.state = RunState.RUNNING
    watched = Watched(parts, experiment(maxTrials=2))
    for _ in range(3):
        watched.reconciler.reconcile(watched.resource)
        parts.clock.sleep(1.0)
    return watched


@pytest.fixture
def over(parts):
    """An experiment whose two trials have ended."""
    watched = Watched(parts, experiment(maxTrials=2))
    watched.to_the_end()
    return watched


def test_experiments_are_told_apart_by_namespace_and_name(over):
    assert over.snapshots().keys() == ("team:small",)


@pytest.mark.parametrize(
    ("namespaces", "place"),
    [
        ((), "all namespaces of this cluster"),
        (("team",), "namespace team"),
        (("a", "b"), "namespaces a, b"),
    ],
)
def test_the_place_is_what_the_controller_tunes(over, namespaces, place):
    assert over.snapshots(*namespaces).place == place


def test_one_begins_there_by_handing_a_document_to_the_cluster(over):
    assert over.snapshots().beginning == "eeipu apply experiment.yaml"


def test_an_experiment_at_work_is_seen_as_it_is_now(running):
    found = running.snapshots().snapshot("team:small")

    assert found.standing.kind is Kind.RUNNING
    assert found.namespace == "team"
    assert [trial.number for trial in found.history.trials] == [1]
    assert found.runs == {1: "small-0001"}


def test_an_experiment_that_has_ended_says_why(over):
    found = over.snapshots().snapshot("team:small")

    assert (found.standing.kind, found.standing.words) == (Kind.ENDED, "All trials done")
    assert len(found.history.trials) == 2


def test_one_that_has_ended_before_this_controller_came_is_opened_to_be_read(over):
    over.reconciler = Reconciler(over.parts.tools)

    found = over.snapshots().snapshot("team:small")

    assert found.standing.words == "All trials done"
    assert over.reconciler.session is None


def test_a_version_lasts_until_something_happens(running):
    snapshots = running.snapshots()
    before = snapshots.version("team:small")
    assert snapshots.version("team:small") == before

    running.parts.backend.one.state = RunState.SUCCEEDED
    running.to_the_end()

    assert snapshots.version("team:small") != before


def test_a_suspended_experiment_says_so(parts):
    watched = Watched(parts, experiment(suspend=True))
    watched.reconciler.reconcile(watched.resource)

    standing = watched.snapshots().snapshot("team:small").standing

    assert (standing.kind, standing.words) == (Kind.WAITING, "Suspended")


def test_an_experiment_that_nobody_has_taken_up_waits(parts):
    watched = Watched(parts, experiment())

    assert watched.snapshots().snapshot("team:small").standing.words == "Waiting"


def test_a_wrong_experiment_cannot_be_read_and_has_a_line_that_says_why(parts):
    wrong = experiment(objective={"metric": "nothing.score", "direction": "Maximize"})
    watched = Watched(parts, wrong)
    watched.reconciler.reconcile(watched.resource)

    with pytest.raises(SpecError):
        watched.snapshots().snapshot("team:small")
    line = Browser(watched.snapshots(), pipelines_url="").experiments("team")[0]
    assert "nothing.score" in line["standing"]["message"]


def test_a_fault_that_is_tried_again_is_told(running):
    reconciler, resource = running.reconciler, running.resource
    body = dict(resource.body)
    conditions = [
        {**found, "status": "False", "reason": "StoreUnavailable", "message": "no store"}
        if found["type"] == "Ready"
        else found
        for found in body["status"]["conditions"]
    ]
    troubled = read_resource({**body, "status": {**body["status"], "conditions": conditions}})

    found = ControllerSnapshots(lambda *_: (troubled, reconciler), running.keys, ())

    standing = found.snapshot("team:small").standing
    assert (standing.kind, standing.message) == (Kind.TROUBLED, "no store")


def test_what_is_not_tuned_here_is_unknown(over):
    for ask in (over.snapshots().version, over.snapshots().snapshot):
        with pytest.raises(UnknownExperimentError, match="no experiment `other`"):
            ask("team:other")


def test_users_of_a_namespace_know_its_experiments_by_name(over):
    browser = Browser(over.snapshots(), pipelines_url="https://kfp")

    assert [line["key"] for line in browser.experiments("team")] == ["small"]
    assert browser.experiments("elsewhere") == []
    assert browser.experiment("team", "small")["key"] == "small"
    found = browser.trials("team", "small", Question())
    assert [row["run"] for row in found["rows"]] == ["small-0002", "small-0001"]
    assert found["pipelinesUrl"] == "https://kfp"


def test_the_page_of_all_namespaces_knows_them_by_both(over):
    source = Browser(over.snapshots(), pipelines_url="").everything()

    assert [line["key"] for line in source.experiments()["experiments"]] == ["team:small"]
    assert source.experiment("team:small")["namespace"] == "team"
