"""What an experiment brought, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eeipu_kfp.core.history import History
from eeipu_kfp.core.suggestion import Stop
from eeipu_kfp.core.trial import Trial
from eeipu_kfp.report.summary import Summary

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningResult:
    """How an experiment ended, or where it stands.

    Attributes:
        history: Every trial.
        summary: The same in figures.
        stop: Why there are no more trials; None while there may be.
        report: The report page; None where it is in no file.
    """

    history: History
    summary: Summary
    stop: Stop | None
    report: Path | None = None

    @property
    def best(self) -> Trial | None:
        """The best trial; None where none succeeded."""
        return self.history.best

    @property
    def failed(self) -> bool:
        """Whether the experiment failed: too many trials did, or none came to an objective."""
        return self.best is None or (self.stop is not None and self.stop.is_failure)

    @property
    def trials(self) -> list[dict[str, Any]]:
        """Every trial as plain data."""
        return [_plain(trial) for trial in self.history.trials]

    def to_frame(self) -> pd.DataFrame:
        """Return a row a trial, a column a parameter.

        Raises:
            ImportError: pandas is not installed.
        """
        import pandas as pd  # noqa: PLC0415  # an optional dependency

        rows = [
            {**{k: v for k, v in row.items() if k != "configuration"}, **row["configuration"]}
            for row in self.trials
        ]
        return pd.DataFrame(rows).set_index("trial") if rows else pd.DataFrame()

    def document(self) -> dict[str, Any]:
        """Return the summary that `eeipu run --json` prints."""
        best, summary, stop = self.best, self.summary, self.stop
        return {
            "best": best
            and {
                "trial": best.number,
                "objective": best.objective,
                "configuration": dict(best.configuration),
            },
            "trials": summary.trials,
            "failed": summary.failed,
            "spentSeconds": round(summary.spent_seconds, 3),
            "savedSeconds": round(summary.saved_seconds, 3),
            "stageRuns": summary.stage_runs,
            "stageHits": summary.stage_hits,
            "stop": stop and {"reason": stop.reason.value, "message": stop.message},
            "report": None if self.report is None else str(self.report),
        }


def _plain(trial: Trial) -> dict[str, Any]:
    return {
        "trial": trial.number,
        "state": trial.state.value,
        "objective": trial.objective,
        "spent_seconds": trial.spent_seconds,
        "saved_seconds": trial.saved_seconds,
        "cached": list(trial.cached_stages),
        "failure": trial.failure.sentence if trial.failure else None,
        "configuration": dict(trial.configuration),
    }
