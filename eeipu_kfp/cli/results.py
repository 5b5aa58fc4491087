"""What an experiment has brought, in the terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from eeipu_kfp.cli import wording
from eeipu_kfp.cli.console import out
from eeipu_kfp.core.trial import StageOutcome, Trial, TrialState
from eeipu_kfp.local.opening import Opened
from eeipu_kfp.report.result import TuningResult

STYLES = {
    TrialState.PENDING: "dim",
    TrialState.RUNNING: "cyan",
    TrialState.SUCCEEDED: "green",
    TrialState.FAILED: "red",
    TrialState.STOPPED: "yellow",
}


def show(opened: Opened, result: TuningResult) -> None:
    """Print the best configuration, what was saved, why it ended, and where the report is."""
    best = result.best
    if best is None:
        out().print("[yellow]no trial has come to an objective yet[/]")
    else:
        metric = opened.experiment.objective.metric
        out().print(
            f"\n[bold]best[/]  {metric} [bold green]{best.objective:.6g}[/] (trial {best.number})"
        )
        out().print(_configuration(best))
    out().print(savings(result), style="bold", soft_wrap=True)
    if result.stop is not None:
        out().print(f"ended: {result.stop.message}", soft_wrap=True)
    if result.report is not None and result.report.exists():
        out().print(f"report: {result.report}", soft_wrap=True)


def savings(result: TuningResult) -> str:
    """Return what the cache has saved, as a sentence."""
    summary = result.summary
    total = summary.cost_without_reuse_seconds
    return (
        f"{summary.stage_hits} of {summary.stage_runs} stage runs came from the cache, "
        f"{summary.saved_seconds:.0f} s of {total:.0f} s saved"
    )


def trials_table(result: TuningResult) -> None:
    """Print a row a trial."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("trial", "state", "objective", "spent", "saved", "cached"):
        is_number = heading in {"trial", "objective", "spent", "saved"}
        table.add_column(heading, justify="right" if is_number else "left", no_wrap=is_number)
    best = result.best
    for trial in result.history.trials:
        table.add_row(*_cells(trial), style="bold" if trial is best else "")
    if result.history.trials:
        out().print(table)


def cached_stages(trial: Trial) -> str:
    """Return the names of a trial's stages that came from the cache."""
    return ", ".join(r.stage for r in trial.stages if r.outcome is StageOutcome.CACHED)


def _cells(trial: Trial) -> tuple[Text, ...]:
    objective = "" if trial.objective is None else f"{trial.objective:.6g}"
    told = trial.failure.sentence if trial.failure else cached_stages(trial)
    return (
        Text(str(trial.number)),
        Text(trial.state.value, style=STYLES[trial.state]),
        Text(objective),
        Text(wording.duration(trial.spent_seconds)),
        Text(wording.duration(trial.saved_seconds)),
        Text(told),
    )


def _configuration(trial: Trial) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 2))
    for name, found in trial.configuration.items():
        table.add_row(Text(name, style="dim"), Text(wording.value(found)))
    return table
