"""The files of an export."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from eeipu_kfp.errors import EeipuError, InvalidValueError
from eeipu_kfp.export.contents import Contents
from eeipu_kfp.export.document import document_of
from eeipu_kfp.export.tables import stage_runs_csv, trials_csv

TRIALS, STAGE_RUNS = "trials.csv", "stage-runs.csv"


class Form(StrEnum):
    """What an experiment is exported as."""

    OPTUNA = "optuna"
    CSV = "csv"
    JSON = "json"

    @property
    def usual_name(self) -> str:
        """The file it goes to; empty where several files go into the folder itself."""
        return {"optuna": "optuna.log", "csv": "", "json": "experiment.json"}[self.value]


class MissingPackageError(EeipuError):
    """An optional package is not installed."""


def write(contents: Contents, form: Form, to: Path) -> tuple[Path, ...]:
    """Write an experiment to files, the folder included; return which.

    Args:
        contents: The experiment.
        form: What to write.
        to: A folder for CSV, a file otherwise.

    Raises:
        InvalidValueError: `to` is the one where the other is needed, or holds something else.
        MissingPackageError: Optuna is not installed.
    """
    _check_place(form, to)
    return _WRITERS[form](contents, to)


def _check_place(form: Form, to: Path) -> None:
    if form is not Form.CSV and to.is_dir():
        message = f"`{to}` is a folder, but `{form}` is one file"
        raise InvalidValueError(message, hint=f"name a file, such as {to / form.usual_name}")
    if form is Form.CSV and (to.is_file() or to.suffix == ".csv"):
        message = f"`{to}` is a file, but `csv` is two files, {TRIALS} and {STAGE_RUNS}"
        raise InvalidValueError(message, hint="name a folder for them")


def _write_csv(contents: Contents, to: Path) -> tuple[Path, ...]:
    to.mkdir(parents=True, exist_ok=True)
    tables = {to / TRIALS: trials_csv(contents), to / STAGE_RUNS: stage_runs_csv(contents)}
    for path, text in tables.items():
        path.write_text(text, encoding="utf-8")
    return tuple(tables)


def _write_json(contents: Contents, to: Path) -> tuple[Path, ...]:
    to.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document_of(contents), indent=1, ensure_ascii=False)
    to.write_text(f"{text}\n", encoding="utf-8")
    return (to,)


def _write_optuna(contents: Contents, to: Path) -> tuple[Path, ...]:
    if find_spec("optuna") is None:
        message = "the package `optuna` is not installed, but `optuna` exports need it"
        raise MissingPackageError(message, hint="pip install 'eeipu-kfp[optuna]'")
    from eeipu_kfp.export.study import write_study  # noqa: PLC0415  # an optional dependency

    to.parent.mkdir(parents=True, exist_ok=True)
    write_study(contents, to)
    return (to,)


_WRITERS: Mapping[Form, Callable[[Contents, Path], tuple[Path, ...]]] = {
    Form.OPTUNA: _write_optuna,
    Form.CSV: _write_csv,
    Form.JSON: _write_json,
}
