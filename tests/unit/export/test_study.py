import random
import sqlite3
from dataclasses import replace

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from eeipu_kfp.core.objective import Direction
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.export.study import storage_address, write_study
from tests.unit.export.conftest import made, of_case
from tests.unit.report.conftest import EPOCH, make_trial

BOTH = ("study.db", "study.log")


def storage(path):
    address = storage_address(path)
    return address if "://" in address else JournalStorage(JournalFileBackend(address))


def load(path, name="stacking-auroc"):
    return optuna.load_study(study_name=name, storage=storage(path))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "study.log"


@pytest.fixture(params=BOTH)
def either(tmp_path, request):
    """A journal or a database; the latter takes its time over every trial."""
    return tmp_path / request.param


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """An experiment with its study, which tests only read."""
    contents = of_case(trials=60)
    path = tmp_path_factory.mktemp("exported") / "study.log"
    write_study(contents, path)
    return contents, load(path)


def test_trials_that_have_ended_are_there_with_objective_and_state(exported):
    contents, study = exported
    ended = contents.trials[:-1]

    assert [t.user_attrs["trial"] for t in study.trials] == [t.number for t in ended]
    assert [t.value for t in study.trials] == [t.objective for t in ended]
    assert [t.state for t in study.trials] == [
        TrialState.COMPLETE if t.objective is not None else TrialState.FAIL for t in ended
    ]
    assert {t.state for t in study.trials} == {TrialState.COMPLETE, TrialState.FAIL}


def test_optuna_finds_the_same_best_trial(exported):
    contents, study = exported

    assert study.best_trial.user_attrs["trial"] == contents.best.number
    assert study.best_params == dict(contents.best.configuration)


def test_smaller_is_better_where_it_is(either):
    contents = of_case(trials=4, direction=Direction.MINIMIZE)
    write_study(contents, either)

    assert load(either).direction.name == "MINIMIZE"
    assert load(either).best_trial.user_attrs["trial"] == contents.best.number


def test_parameters_have_their_real_distributions(exported):
    found = exported[1].trials[0].distributions

    assert found["scaling"] == CategoricalDistribution(("none", "standard", "robust"))
    assert found["components"] == IntDistribution(2, 32, log=True)
    assert found["trees"] == IntDistribution(50, 500, step=50)
    assert found["rate"] == FloatDistribution(1e-4, 1.0, log=True)
    assert found["intercept"] == CategoricalDistribution((False, True))
    assert all(trial.distributions == found for trial in exported[1].trials)


def test_what_a_trial_cost_and_reused_is_told_in_numbers(exported):
    contents, study = exported
    trial = next(t for t in reversed(contents.trials[:-1]) if t.saved_seconds and not t.failure)
    told = study.trials[trial.number - 1].user_attrs

    assert told["spent_seconds"] == trial.spent_seconds
    assert told["saved_seconds"] == trial.saved_seconds
    assert told["cached"].startswith("prepare")
    assert told["cached_stages"] == told["cached"].count(",") + 1
    assert told["seconds of prepare"] == 0.0
    assert told["seconds of meta-learner"] > 0.0


def test_a_failed_trial_tells_why(exported):
    failed = exported[1].get_trials(states=(TrialState.FAIL,))

    assert all("ended with exit code 1" in trial.user_attrs["failure"] for trial in failed)


def test_times_are_those_of_the_trials_and_nothing_is_intermediate(exported):
    contents, study = exported

    for trial, frozen in zip(contents.trials, study.trials, strict=False):
        assert frozen.datetime_start.timestamp() == pytest.approx(trial.started_at, abs=1e-3)
        assert frozen.datetime_complete.timestamp() == pytest.approx(trial.finished_at, abs=1e-3)
        assert frozen.intermediate_values == {}


def test_the_study_tells_what_was_tuned(exported):
    told = exported[1].user_attrs

    assert exported[1].metric_names == ["meta-learner.auroc"]
    assert told["metric"] == "meta-learner.auroc"
    assert told["stages"] == ["prepare", "base-learners", "meta-learner"]
    assert told["stop"] == "132 s are spent"


def test_importance_finds_the_parameter_that_matters(small, path):
    rng = random.Random(3)
    draws = [(rng.random(), rng.random()) for _ in range(60)]
    trials = [make_trial(n, 10 * x + 0.1 * y, x=x, y=y) for n, (x, y) in enumerate(draws, 1)]
    write_study(made(small.with_trials(*trials)), path)

    importance = optuna.importance.get_param_importances(load(path, "small"))

    assert list(importance) == ["x", "y"]
    assert importance["x"] > 2 * importance["y"]


def test_a_second_export_changes_nothing(either):
    contents = of_case(trials=4, failing=0.3)
    assert write_study(contents, either) == 4
    before = load(either).trials

    assert write_study(contents, either) == 0
    assert load(either).trials == before
    assert [t.value for t in before] == [t.objective for t in contents.trials[:-1]]


def test_a_later_export_adds_what_has_ended_since_and_keeps_what_others_added(contents, path):
    early = replace(contents, trials=contents.trials[:20], stop=None)
    write_study(early, path)
    study = load(path)
    study.set_user_attr("note", "mine")
    study.enqueue_trial({"depth": 3})

    assert write_study(contents, path) == 40
    after = load(path)
    numbers = [t.user_attrs["trial"] for t in after.trials if "trial" in t.user_attrs]
    assert numbers == list(range(1, 61))
    assert len(after.trials) == 61
    assert after.user_attrs["note"] == "mine"
    assert after.user_attrs["stop"] == "132 s are spent"


def test_trials_keep_their_number_though_they_ended_in_another_order(contents, path):
    first, *others = contents.trials[:3]
    write_study(replace(contents, trials=tuple(others)), path)
    write_study(replace(contents, trials=(first, *others)), path)

    assert [t.user_attrs["trial"] for t in load(path).trials] == [2, 3, 1]


def test_experiments_share_a_file(small, either):
    write_study(of_case(trials=3), either)
    write_study(made(small.with_trials(make_trial(1, 0.5, x=0.5, y=0.5))), either)

    names = optuna.get_all_study_names(storage=storage(either))
    assert sorted(names) == ["small", "stacking-auroc"]
    assert len(load(either).trials) == 3


@pytest.mark.parametrize(
    "change",
    [{"objective": 0.123}, {"configuration": {"depth": 1}}],
    ids=["objective", "configuration"],
)
def test_trials_of_another_experiment_of_that_name_are_not_mixed_in(contents, path, change):
    write_study(contents, path)
    first = contents.trials[0]
    if "configuration" in change:
        values = {**first.configuration, "depth": first.configuration["depth"] % 6 + 1}
        change = {"configuration": Configuration(values)}
    other = replace(contents, trials=(replace(first, **change), *contents.trials[1:]))

    with pytest.raises(InvalidValueError, match=r"another trial 1 of `stacking-auroc`; name anoth"):
        write_study(other, path)
    assert len(load(path).trials) == 60


def test_a_study_with_the_other_direction_is_another_study(contents, path):
    optuna.create_study(study_name="stacking-auroc", direction="minimize", storage=storage(path))

    with pytest.raises(InvalidValueError, match="with direction MINIMIZE"):
        write_study(contents, path)


@pytest.mark.parametrize(("name", "kind"), [("study.db", "SQLite"), ("study.log", "journal")])
def test_a_file_that_is_something_else_is_left_alone(contents, tmp_path, name, kind):
    path = tmp_path / name
    path.write_text("my notes\n")

    with pytest.raises(InvalidValueError, match=f"there already, and is no {kind}"):
        write_study(contents, path)
    assert path.read_text() == "my notes\n"


def test_an_empty_database_of_something_else_is_used(contents, tmp_path):
    path = tmp_path / "study.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table mine (x)")

    write_study(replace(contents, trials=contents.trials[:2]), path)

    assert len(load(path).trials) == 2


def test_before_the_first_trial_there_is_an_empty_study(small, path):
    assert write_study(made(small), path) == 0
    assert load(path, "small").trials == []


def test_a_trial_that_never_started_has_a_time_all_the_same(small, path):
    stopped = replace(make_trial(1, 0.5, x=0.5, y=0.5), finished_at=EPOCH)
    write_study(made(small.with_trials(stopped)), path)

    (trial,) = load(path, "small").trials
    assert trial.datetime_start == trial.datetime_complete
    assert trial.datetime_complete.timestamp() == EPOCH


def test_optuna_is_as_talkative_as_before(contents, path, capsys):
    before = optuna.logging.get_verbosity()
    write_study(replace(contents, trials=()), path)

    assert optuna.logging.get_verbosity() == before
    assert capsys.readouterr() == ("", "")
