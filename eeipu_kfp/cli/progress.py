"""Live progress of a running experiment, on standard error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from eeipu_kfp.cli import wording
from eeipu_kfp.cli.console import err
from eeipu_kfp.cli.results import STYLES
from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.trial import StageOutcome, StageRecord, Trial
from eeipu_kfp.local.opening import Opened
from eeipu_kfp.tuning.events import (
    Event,
    Observer,
    StageEnded,
    TrialEnded,
    TrialLaunched,
    TrialSuggested,
    TrialWaiting,
    ignore,
)

_BAR_WIDTH = 30


@contextmanager
def watching(opened: Opened, *, quiet: bool) -> Iterator[Observer]:
    """Show progress for as long as this lasts: live in a terminal, a line a trial elsewhere."""
    if quiet:
        yield ignore
        return
    view = ProgressView(opened.experiment, opened.workspace.history(opened.experiment))
    live = Live(get_renderable=view.picture, console=err(), transient=True, refresh_per_second=5)
    with live if err().is_terminal else nullcontext():
        yield view


class ProgressView:
    """What is known of a running experiment, drawn anew on every refresh."""

    def __init__(self, experiment: Experiment, history: History) -> None:
        self._experiment = experiment
        self._history = history
        self._running: dict[int, _Running] = {}
        if history.trials:
            err().print(f"going on after {len(history.trials)} trials", style="dim")

    def __call__(self, event: Event) -> None:
        """Take note of what has happened."""
        match event:
            case TrialSuggested(trial=trial, suggestion=suggestion):
                self._running[trial.number] = _Running(suggestion.reason, self._experiment.budget)
            case TrialWaiting(trial=trial, stage=stage):
                self._of(trial).doing = f"waits for {stage}, which another trial computes"
            case TrialLaunched(trial=trial, to_run=to_run):
                self._of(trial).launch(to_run)
            case StageEnded(trial=trial, record=record):
                self._of(trial).end(record)
            case TrialEnded(trial=trial, history=history):
                self._history = history
                self._running.pop(trial.number, None)
                err().print(self._line(trial), soft_wrap=True)
            case _:
                pass

    def picture(self) -> RenderableType:
        """Return the lines below the finished trials."""
        lines: list[RenderableType] = [Text("")]
        lines += [running.line(number) for number, running in self._running.items()]
        return Group(*lines, self._totals())

    def _of(self, trial: Trial) -> _Running:
        budget = self._experiment.budget
        return self._running.setdefault(trial.number, _Running("goes on", budget))

    def _line(self, trial: Trial) -> Text:
        style = STYLES[trial.state]
        is_best = self._history.best is trial
        line = Text(f"{trial.number:4d}  ", style="dim")
        if trial.objective is not None:
            line.append(f"{trial.objective:<10.6g}", style="bold green" if is_best else "")
        else:
            line.append(f"{trial.state.value:<10}", style=style)
        line.append(f"  {wording.duration(trial.spent_seconds):>8}", style="cyan")
        cached = ", ".join(trial.cached_stages)
        line.append(f"  cached: {cached}" if cached else "", style="magenta")
        line.append(f"  {trial.failure.sentence}" if trial.failure else "", style=style)
        line.append("  best so far" if is_best else "", style="bold green")
        return line

    def _totals(self) -> Table:
        history, budget = self._history, self._experiment.budget
        running = sum(one.spent for one in self._running.values())
        spent, amount = budget.spent(history.trials) + running, budget.amount
        table = Table.grid(padding=(0, 2, 0, 0))
        bar = ProgressBar(total=amount, completed=min(spent, amount), width=_BAR_WIDTH)
        so_far = f"{spent:.4g}" if budget.prices else f"{spent:.0f}"
        saved = wording.duration(history.saved_seconds)
        best = history.best
        found = "no objective yet" if best is None else f"best {best.objective:.6g}"
        table.add_row(
            Text(self._experiment.name, style="bold"),
            bar,
            Text(f"{so_far} of {amount:g} {budget.unit} spent, {saved} saved, {found}"),
        )
        return table


class _Running:
    """One trial that has not ended."""

    def __init__(self, reason: str, budget: Budget) -> None:
        self.reason = reason
        self.doing = "starts"
        self._budget = budget
        self._to_run: list[str] = []
        self._ended = 0.0
        self._since = time.monotonic()

    @property
    def spent(self) -> float:
        """What it has cost so far, about."""
        if not self._to_run:
            return self._ended
        going_seconds = time.monotonic() - self._since
        return self._ended + going_seconds * self._budget.weight(self._to_run[0])

    def launch(self, to_run: tuple[str, ...]) -> None:
        self._to_run = list(to_run)
        self._begin_next()

    def end(self, record: StageRecord) -> None:
        if record.outcome is not StageOutcome.CACHED and record.stage in self._to_run:
            self._to_run.remove(record.stage)
            self._ended += self._budget.cost_of(record)
        self._begin_next()

    def line(self, number: int) -> Text:
        line = Text(f"{number:4d}  ", style="dim", no_wrap=True, overflow="ellipsis")
        line.append(self.doing, style="cyan")
        line.append(f"  {wording.duration(time.monotonic() - self._since)}")
        line.append(f"  {self.reason}", style="dim")
        return line

    def _begin_next(self) -> None:
        self._since = time.monotonic()
        self.doing = f"runs {self._to_run[0]}" if self._to_run else "ends"
