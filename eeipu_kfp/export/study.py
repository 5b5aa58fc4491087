"""An experiment as a study of Optuna, which its dashboard opens. Needs the package optuna."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from eeipu_kfp.core.objective import Direction
from eeipu_kfp.core.trial import Trial, TrialState
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.export.contents import Contents
from eeipu_kfp.export.distributions import distributions, values

JOURNALS = frozenset({".journal", ".jsonl", ".log"})
"""How the names of journal files end; any other file is an SQLite database.

A database takes some hundredths of a second over every trial, a journal a thousandth.
"""

_NUMBER = "trial"
_SQLITE = b"SQLite format 3\0"
_DIRECTIONS = {
    Direction.MAXIMIZE: StudyDirection.MAXIMIZE,
    Direction.MINIMIZE: StudyDirection.MINIMIZE,
}
_OTHER_FILE = "name another file with `-o`, or remove this one"


def write_study(contents: Contents, to: Path) -> int:
    """Put an experiment's trials that have ended into a study of its name, those that lack.

    Trials keep their number as user attribute `trial`; what other studies the file holds, and what
    was added to this one in the dashboard, stays.

    Args:
        contents: The experiment.
        to: A journal file, by the end of its name, or an SQLite database; made if it is missing.

    Returns:
        How many trials were added.

    Raises:
        InvalidValueError: The file is neither, or has a study of that name with other trials.
    """
    with _silence():
        study = _study(contents, _storage(to), to)
        known = _known(study)
        ended = [trial for trial in contents.trials if trial.state.is_terminal]
        domains = distributions(contents.experiment.space)
        frozen = {trial.number: _frozen(trial, contents, domains) for trial in ended}
        for number, trial in frozen.items():
            if number in known and not _same(known[number], trial):
                message = f"`{to}` has another trial {number} of `{study.study_name}`"
                raise InvalidValueError(message, hint=_OTHER_FILE)
        new = [trial for number, trial in frozen.items() if number not in known]
        study.add_trials(new)
    return len(new)


def storage_address(path: Path) -> str:
    """Return a file as `optuna-dashboard` and `optuna.load_study` of a database want it named."""
    return str(path) if path.suffix in JOURNALS else f"sqlite:///{path}"


def _storage(path: Path) -> BaseStorage:
    is_journal = path.suffix in JOURNALS
    head = path.read_bytes()[: len(_SQLITE)] if path.exists() else b""
    if head and not (head.startswith(b"{") if is_journal else head == _SQLITE):
        kind = "journal of Optuna" if is_journal else "SQLite database"
        message = f"`{path}` is there already, and is no {kind}"
        raise InvalidValueError(message, hint=_OTHER_FILE)
    if is_journal:
        return JournalStorage(JournalFileBackend(str(path)))
    return RDBStorage(storage_address(path))


def _study(contents: Contents, storage: BaseStorage, to: Path) -> Study:
    experiment = contents.experiment
    direction = _DIRECTIONS[experiment.objective.direction]
    study = optuna.create_study(
        storage=storage, study_name=experiment.name, direction=direction, load_if_exists=True
    )
    if study.direction is not direction:
        message = f"`{to}` has a study `{experiment.name}` with direction {study.direction.name}"
        raise InvalidValueError(message, hint=_OTHER_FILE)
    _name_objective(study, experiment.objective.metric)
    for name, told in _of_study(contents).items():
        if study.user_attrs.get(name) != told:
            study.set_user_attr(name, told)
    return study


def _name_objective(study: Study, metric: str) -> None:
    """Let pictures say what is improved, in place of `Objective 0`."""
    if study.metric_names == [metric]:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study.set_metric_names([metric])


def _of_study(contents: Contents) -> dict[str, Any]:
    experiment = contents.experiment
    return {
        "pipeline": contents.pipeline,
        "stages": list(contents.stages),
        "metric": experiment.objective.metric,
        "goal": experiment.objective.goal,
        "algorithm": experiment.algorithm.name,
        "seed": experiment.algorithm.seed,
        "budget": f"{experiment.budget.amount:g} {experiment.budget.unit}",
        "stop": contents.stop and contents.stop.message,
    }


def _known(study: Study) -> dict[int, FrozenTrial]:
    """Return the trials that earlier exports have put there."""
    trials = study.get_trials(deepcopy=False)
    return {t.user_attrs[_NUMBER]: t for t in trials if _NUMBER in t.user_attrs}


def _same(known: FrozenTrial, trial: FrozenTrial) -> bool:
    return (known.params, known.state, known.values) == (trial.params, trial.state, trial.values)


def _frozen(
    trial: Trial, contents: Contents, domains: Mapping[str, BaseDistribution]
) -> FrozenTrial:
    has_succeeded = trial.state is TrialState.SUCCEEDED
    ended = trial.finished_at or trial.started_at or 0.0
    return FrozenTrial(
        number=-1,  # the storage gives the next one
        trial_id=-1,
        state=OptunaState.COMPLETE if has_succeeded else OptunaState.FAIL,
        value=trial.objective,
        datetime_start=_local(trial.started_at or ended),
        datetime_complete=_local(ended),
        params=values(contents.experiment.space, trial.configuration),
        distributions=dict(domains),
        user_attrs=_of_trial(trial, contents),
        system_attrs={},
        intermediate_values={},
    )


def _of_trial(trial: Trial, contents: Contents) -> dict[str, Any]:
    """Return what is known of a trial beside its objective, as numbers that can be plotted."""
    failure = {"failure": trial.failure.sentence} if trial.failure else {}
    return {
        _NUMBER: trial.number,
        "state": trial.state.value,
        "warm_up": trial.is_warm_up,
        "cost": contents.experiment.budget.spent_on(trial),
        "spent_seconds": trial.spent_seconds,
        "saved_seconds": trial.saved_seconds,
        "overhead_seconds": trial.overhead_seconds,
        "cached_stages": len(trial.cached_stages),
        "cached": ", ".join(trial.cached_stages),
        **{f"seconds of {record.stage}": record.seconds for record in trial.stages},
        **failure,
    }


def _local(seconds: float) -> datetime:
    """Return a moment as Optuna has them: the time of this machine, without its zone."""
    return datetime.fromtimestamp(seconds, UTC).astimezone().replace(tzinfo=None)


@contextmanager
def _silence() -> Iterator[None]:
    """Keep Optuna from telling that it makes studies."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)
