"""The tasks of "EEIPU tune" as their components call them: from raw inputs to written outputs."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from eeipu_kfp.errors import EeipuError
from eeipu_kfp.launcher.best_run import BestRun, run_best
from eeipu_kfp.launcher.form import Form, KfpRun
from eeipu_kfp.launcher.launch import launch
from eeipu_kfp.launcher.outputs import Outcome
from eeipu_kfp.launcher.surroundings import (
    Surroundings,
    TerminatedError,
    end_badly,
    interruptible,
    kfp_api,
    say,
)
from eeipu_kfp.tuning.clock import SystemClock

_TERMINATED = 143


class File(Protocol):
    """An output artifact with a file."""

    @property
    def path(self) -> str:
        """Where the file belongs."""
        ...


class Figures(Protocol):
    """An output artifact with numbers."""

    def log_metric(self, metric: str, value: float) -> None:
        """Keep a number under a name."""
        ...


def tune(inputs: Mapping[str, Any], *, metrics: Figures, report: File, summary: File) -> Outcome:
    """Do what the first task is there for; a mistake ends the process with a readable message.

    Args:
        inputs: `run_id`, `run_name`, and the fields of the form.
        metrics: Takes the figures.
        report: Takes the page.
        summary: Takes the text.
    """
    fields = dict(inputs)
    run = KfpRun(id=fields.pop("run_id"), name=fields.pop("run_name"))
    try:
        with interruptible():
            outcome = launch(Form(**fields), run, Surroundings.from_environment(os.environ))
    except TerminatedError:
        sys.exit(_TERMINATED)
    except EeipuError as error:
        end_badly(error)
    for name, value in outcome.figures.items():
        metrics.log_metric(name, value)
    Path(report.path).write_text(outcome.page, encoding="utf-8")
    Path(summary.path).write_text(outcome.markdown, encoding="utf-8")
    return outcome


def run_with(inputs: Mapping[str, Any]) -> str:
    """Do what the last task is there for; return the id of the run.

    Args:
        inputs: `run_id`, `run_name`, and the fields of `BestRun`.
    """
    fields = dict(inputs)
    run = KfpRun(id=fields.pop("run_id"), name=fields.pop("run_name"))
    try:
        with interruptible():
            return run_best(BestRun(**fields), run, kfp_api(os.environ), SystemClock(), say)
    except TerminatedError:
        sys.exit(_TERMINATED)
    except EeipuError as error:
        end_badly(error)
