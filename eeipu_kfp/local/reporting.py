"""Keeping the report page of an experiment young."""

from __future__ import annotations

from pathlib import Path

from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.ports import Clock
from eeipu_kfp.core.suggestion import Stop
from eeipu_kfp.report.page import render
from eeipu_kfp.tuning.events import Event, TrialEnded

_SECONDS_BETWEEN_REPORTS = 5.0


class Reporter:
    """Writes the report page now and then while an experiment runs, and at its end."""

    def __init__(
        self, experiment: Experiment, pipeline: Pipeline, *, to: Path, clock: Clock
    ) -> None:
        self._experiment = experiment
        self._pipeline = pipeline
        self._to = to
        self._clock = clock
        self._written_at = 0.0

    def __call__(self, event: Event) -> None:
        """Watch a tuning loop."""
        is_due = self._clock.now() - self._written_at >= _SECONDS_BETWEEN_REPORTS
        if isinstance(event, TrialEnded) and is_due:
            self.write(event.history, None)

    def write(self, history: History, stop: Stop | None) -> None:
        """Write the page; a reader sees the old one or the new one, never half of one."""
        now = self._clock.now()
        page = render(
            self._experiment,
            self._pipeline,
            history,
            generated_at=now,
            stop=None if stop is None else (stop.reason, stop.message),
        )
        draft = self._to.with_suffix(".draft")
        draft.write_text(page, encoding="utf-8")
        draft.replace(self._to)
        self._written_at = now
