import pytest

from eeipu_kfp.cluster.experiments import Experiments
from eeipu_kfp.cluster.refusals import ClusterError, MissingError, UnavailableError
from eeipu_kfp.experiment.launchers import EXPIRES, WHEN_GONE, WhenGone
from eeipu_kfp.experiment.times import parse_time
from eeipu_kfp.launcher.following import PROMISED_SECONDS, Follower
from eeipu_kfp.launcher.form import document_of
from tests.cluster_world import JumpingClock
from tests.unit.cluster.fake_cluster import condition
from tests.unit.launcher.cluster import FakeCluster
from tests.unit.launcher.forms import FORM, NAME, RUN

DONE = condition("Complete", "True", "BudgetExhausted", "all is spent")
BAD = condition("Ready", "False", "PipelineInvalid", "there is no such pipeline")


class Case:
    """A follower, its cluster, and what it says."""

    def __init__(self, when_gone=WhenGone.SUSPEND):
        self.clock = JumpingClock()
        self.cluster = FakeCluster(self.clock)
        self.lines = []
        self.follower = Follower(
            experiments=Experiments(self.cluster, "team"),
            document=document_of(FORM, RUN),
            when_gone=when_gone,
            clock=self.clock,
            say=self.lines.append,
        )


@pytest.fixture
def case():
    return Case()


def test_an_experiment_is_made_and_followed_to_its_end(case):
    case.cluster.later(20.0, conditions=[DONE])

    standing = case.follower.follow()

    assert standing.has_ended
    assert case.lines[0] == f"made experiment {NAME} in namespace team"
    assert case.cluster.created == 1


def test_a_second_attempt_goes_on_with_the_same_experiment(case):
    case.cluster.later(20.0, conditions=[DONE])
    case.follower.follow()

    again = Case()
    again.cluster.resources = case.cluster.resources
    again.follower.follow()

    assert again.cluster.created == 0
    assert again.lines[0].startswith("goes on with experiment")


def test_a_second_attempt_leaves_what_a_user_has_changed_meanwhile(case):
    case.cluster.later(20.0, conditions=[DONE])
    case.follower.follow()
    case.cluster.resource(NAME)["spec"]["budget"]["seconds"] = 9000

    case.follower.follow()

    assert case.cluster.resource(NAME)["spec"]["budget"]["seconds"] == 9000


def test_an_experiment_of_another_run_is_not_taken_over(case):
    case.follower.experiments.apply(case.follower.document)
    case.cluster.resource(NAME)["metadata"]["labels"]["eeipu.dev/run-id"] = "another"

    with pytest.raises(ClusterError, match="of another run"):
        case.follower.follow()


def test_while_it_waits_it_promises_again_and_again_to_be_there(case):
    promised = []
    case.cluster.later(200.0, conditions=[DONE])
    case.cluster.watch = lambda: promised.append(
        (case.clock.now(), case.cluster.annotations(NAME).get(EXPIRES))
    )

    case.follower.follow()

    held = [(now, until) for now, until in promised if until]
    assert len({until for _, until in held}) >= 3
    for now, until in held:
        assert now < parse_time(until) <= now + PROMISED_SECONDS


def test_after_the_end_it_promises_nothing_more(case):
    case.cluster.later(20.0, conditions=[DONE])

    case.follower.follow()

    assert {EXPIRES, WHEN_GONE}.isdisjoint(case.cluster.annotations(NAME))


def test_a_cluster_that_is_away_for_a_while_is_waited_for(case):
    case.cluster.later(60.0, conditions=[DONE])
    case.cluster.away = 3

    assert case.follower.follow().has_ended
    assert any(line.startswith("waits for the cluster: ") for line in case.lines)


def test_a_refusal_is_not_waited_for(case):
    case.cluster.refuses = ClusterError("the cluster refuses the experiment: `spec`: no")

    with pytest.raises(ClusterError, match="refuses"):
        case.follower.follow()


def test_what_a_user_must_correct_ends_it_and_an_experiment_without_trials_goes(case):
    case.cluster.later(5.0, conditions=[BAD])

    with pytest.raises(ClusterError, match="there is no such pipeline"):
        case.follower.follow()

    assert case.cluster.resources == {}


def test_an_experiment_with_trials_stays_when_it_cannot_go_on(case):
    case.cluster.later(5.0, conditions=[BAD], trials={"total": 2})

    with pytest.raises(ClusterError, match="there is no such pipeline"):
        case.follower.follow()

    assert NAME in case.cluster.resources


def test_trouble_that_passes_is_waited_for(case):
    away = condition("Ready", "False", "StoreUnavailable", "no answer")
    case.cluster.later(5.0, conditions=[away])
    case.cluster.later(900.0, conditions=[DONE])

    assert case.follower.follow().has_ended


def test_without_a_controller_it_does_not_wait_for_ever(case):
    with pytest.raises(ClusterError, match="no controller has taken up") as caught:
        case.follower.follow()

    assert "namespace" in caught.value.hint
    assert case.cluster.resources == {}


def test_an_experiment_that_somebody_deletes_ends_it(case):
    case.cluster.watch = case.cluster.resources.clear

    with pytest.raises(MissingError, match="was deleted before its end"):
        case.follower.follow()


def test_a_cancelled_experiment_is_suspended_and_promises_nothing(case):
    case.cluster.later(20.0, conditions=[DONE])
    case.follower.follow()

    case.follower.cancel()

    assert case.cluster.resource(NAME)["spec"]["suspend"] is True
    assert EXPIRES not in case.cluster.annotations(NAME)


def test_a_retry_takes_back_the_suspension(case):
    case.follower.experiments.apply(case.follower.document)
    case.follower.cancel()
    case.cluster.later(20.0, conditions=[DONE])

    case.follower.follow()

    assert "suspend" not in case.cluster.resource(NAME)["spec"]


def test_a_cancelled_experiment_is_deleted_where_the_form_says_so():
    case = Case(WhenGone.DELETE)
    case.follower.experiments.apply(case.follower.document)

    case.follower.cancel()

    assert case.cluster.resources == {}


@pytest.mark.parametrize("when_gone", WhenGone)
def test_cancelling_before_anything_was_made_is_harmless(when_gone):
    case = Case(when_gone)

    case.follower.cancel()

    assert case.cluster.resources == {}


def test_a_cancellation_does_not_wait_for_a_cluster_that_is_away(case):
    case.cluster.away = 1

    with pytest.raises(UnavailableError):
        case.follower.cancel()
