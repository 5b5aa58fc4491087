"""How long the stages took whenever they ran."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eeipu_kfp.core.suggestion import SuggestionRequest
from eeipu_kfp.core.trial import StageOutcome, StageRecord
from eeipu_kfp.search.arrays import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTimes:
    """Executions of one stage, the oldest first.

    Attributes:
        rows: Positions of the trials that executed it, `n`.
        seconds: Compute time of each, `n`.
        overhead_seconds: Time of each beside the compute, `n`.
    """

    rows: tuple[int, ...]
    seconds: Array
    overhead_seconds: Array

    @property
    def median_seconds(self) -> float | None:
        """The compute time of the middle execution; None before the first."""
        return float(np.median(self.seconds)) if self.rows else None

    @property
    def median_overhead_seconds(self) -> float | None:
        """The middle of their overheads; None before the first execution."""
        return float(np.median(self.overhead_seconds)) if self.rows else None


def stage_times(request: SuggestionRequest) -> dict[str, StageTimes]:
    """Return the executions of every stage; hits, failures and skipped stages are none."""
    found: dict[str, list[tuple[int, StageRecord]]] = {n: [] for n in request.pipeline.names}
    for row, trial in enumerate(request.trials):
        for record in trial.stages:
            if record.outcome is StageOutcome.EXECUTED and record.stage in found:
                found[record.stage].append((row, record))
    return {
        name: StageTimes(
            rows=tuple(row for row, _ in pairs),
            seconds=np.array([record.seconds for _, record in pairs], dtype=float),
            overhead_seconds=np.array([r.overhead_seconds for _, r in pairs], dtype=float),
        )
        for name, pairs in found.items()
    }


def filled(medians: Sequence[float | None]) -> Array:
    """Return K medians with the middle of the known ones for each unknown; 0 where none is."""
    known = [median for median in medians if median is not None]
    usual = float(np.median(known)) if known else 0.0
    return np.array([usual if median is None else median for median in medians])
