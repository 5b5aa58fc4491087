import pytest

from eeipu_kfp.cluster.opening import Cluster
from eeipu_kfp.cluster.refusals import ClusterError
from eeipu_kfp.errors import SpecError
from eeipu_kfp.launcher.launch import launch
from eeipu_kfp.launcher.surroundings import Surroundings, TerminatedError
from tests.cluster_world import JumpingClock
from tests.unit.cluster.fake_cluster import condition
from tests.unit.launcher.catalogue import FakeKfp
from tests.unit.launcher.cluster import FakeCluster
from tests.unit.launcher.forms import NAME, RUN, filled

DONE = condition("Complete", "True", "BudgetExhausted", "all is spent")
BEST = {"number": 1, "objective": "0.5", "parameters": [{"name": "rate", "value": "0.01"}]}


class Case:
    """A task with all that it finds around it."""

    def __init__(self):
        self.clock, self.lines = JumpingClock(), []
        self.cluster = FakeCluster(self.clock)
        self.cluster.later(5.0, conditions=[DONE], bestTrial=BEST)
        self.surroundings = Surroundings(
            cluster=Cluster(connection=self.cluster, namespace="team", home="team"),
            api=FakeKfp("one", "two"),
            clock=self.clock,
            say=self.lines.append,
        )

    def launch(self, **fields):
        return launch(filled(**fields), RUN, self.surroundings)


@pytest.fixture
def case():
    return Case()


def test_a_pipeline_is_tuned_and_its_best_configuration_told(case):
    found = case.launch()

    assert found.configuration == {"rate": 0.01}
    assert found.version == "two"
    assert case.lines[0] == "tunes pipeline small, version two"


def test_the_newest_version_is_named_in_the_experiment(case):
    case.launch(pipeline_name="Small one")

    registered = case.cluster.resource(NAME)["spec"]["pipeline"]["registered"]
    assert registered == {"name": "small", "version": "two"}


MISTAKES = {
    "no pipeline": ({"pipeline_name": "smal"}, "`pipeline_name`: Kubeflow Pipelines has no"),
    "no version": ({"pipeline_version": "9"}, "`pipeline_version`: pipeline `small` has no"),
    "no stage": ({"objective": "judge.metrics.score"}, "`objective`: .*judge"),
    "no output": ({"objective": "score"}, '`objective`: "score" is not of the form'),
    "direction": ({"direction": "up"}, '`direction`: "Up" is not allowed'),
    "goal": ({"goal": "much"}, '`goal`: "much" is not of the form'),
    "budget": ({"budget_seconds": 0}, "`budget_seconds`: 0 is below the least allowed, 1"),
    "parallel": ({"parallel_trials": 0}, "`parallel_trials`: 0 is below"),
    "too parallel": (
        {"parallel_trials": 5, "max_trials": 3},
        "`parallel_trials`: 5 is above max_trials, 3",
    ),
    "no parameters": ({"parameters": []}, r"`parameters`: \[\] is empty"),
    "no mapping": ({"parameters": ["rate"]}, r'`parameters\[0\]`: "rate" is no mapping'),
    "unknown input": (
        {"parameters": [{"name": "rat", "searchSpace": {"uniform": {"min": 0, "max": 1}}}]},
        r"`parameters\[0\].name`: pipeline `small` has no input `rat`; did you mean `rate`\?",
    ),
    "no range": (
        {"parameters": [{"name": "rate", "searchSpace": {}}]},
        r"`parameters\[0\].searchSpace`: it is empty",
    ),
    "misspelt range": (
        {"parameters": [{"name": "rate", "searchSpace": {"unifrom": {"min": 0, "max": 1}}}]},
        "did you mean `uniform`",
    ),
    "empty range": (
        {"parameters": [{"name": "rate", "searchSpace": {"uniform": {"min": 1, "max": 0}}}]},
        r"`parameters\[0\].searchSpace.uniform",
    ),
    "choices": (
        {"parameters": [{"name": "mode", "searchSpace": {"categorical": {"choices": "good"}}}]},
        r"`parameters\[0\].searchSpace.categorical.choices`: .*write it as `\[first, second\]`",
    ),
    "unknown argument": (
        {"arguments": {"thresh": 1}},
        "`arguments.thresh`: pipeline `small` has no input `thresh`; did you mean `threshold`",
    ),
    "wrong argument": (
        {"arguments": {"threshold": "high"}},
        '`arguments.threshold`: "high" is no number',
    ),
    "tuned and fixed": ({"arguments": {"rate": 1}}, "`arguments.rate`: .* tuned at parameters"),
    "algorithm": ({"algorithm": "magic"}, '`algorithm`: "magic" is not allowed'),
    "seed": ({"seed": -1}, "`seed`: -1 is below"),
    "cache size": ({"cache_size_limit": "big"}, '`cache_size_limit`: "big" is not of the form'),
    "cache policy": ({"cache_deletion_policy": "Burn"}, "`cache_deletion_policy`: "),
    "if terminated": ({"if_terminated": "explode"}, '`if_terminated`: "explode" is not allowed'),
}


@pytest.mark.parametrize(("fields", "told"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_by_its_field_before_anything_is_made(case, fields, told):
    with pytest.raises(SpecError, match=told) as caught:
        case.launch(**fields)

    assert "spec." not in str(caught.value)
    assert case.cluster.resources == {}


def test_all_mistakes_are_told_at_once(case):
    with pytest.raises(SpecError) as caught:
        case.launch(objective="x", budget_seconds=0, seed=-1)

    assert caught.value.message.startswith("3 problems in the form\n")


def test_a_refusal_of_the_cluster_is_told_in_the_words_of_the_form(case):
    case.cluster.refuses = ClusterError("the cluster refuses: `spec.budget.seconds`: too much")

    with pytest.raises(ClusterError, match="`budget_seconds`: too much"):
        case.launch()


@pytest.mark.parametrize(
    ("word", "left", "told"),
    [("Suspend", {NAME}, "is suspended"), ("Delete", set(), "is deleted")],
)
def test_a_terminated_task_deals_with_its_experiment(case, word, left, told):
    def terminate():
        case.cluster.watch = lambda: None
        raise TerminatedError

    case.cluster.watch = terminate

    with pytest.raises(TerminatedError):
        case.launch(if_terminated=word)

    assert set(case.cluster.resources) == left
    assert case.lines[-1] == f"terminated: experiment {NAME} {told}"


def test_a_termination_while_the_cluster_is_away_is_left_to_the_controller(case):
    def terminate():
        case.cluster.away = 1
        raise TerminatedError

    case.cluster.watch = terminate

    with pytest.raises(TerminatedError):
        case.launch(if_terminated="Delete")

    assert "cannot be deleted" in case.lines[-1]
