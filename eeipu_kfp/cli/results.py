"""What an experiment has brought, in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from eeipu_kfp.cli import wording
from eeipu_kfp.cli.console import out
from eeipu_kfp.core.trial import TrialState
from eeipu_kfp.core.values import Value

STYLES = {
    TrialState.PENDING: "dim",
    TrialState.RUNNING: "cyan",
    TrialState.SUCCEEDED: "green",
    TrialState.FAILED: "red",
    TrialState.STOPPED: "yellow",
}


def show(
    document: Mapping[str, Any], *, metric: str, ended: str | None, report: str | None
) -> None:
    """Print the best configuration, what was saved, why it ended, and where the report is.

    Args:
        document: The result, as `eeipu run --json` prints it.
        metric: What is improved.
        ended: Why there are no more trials; None while there may be.
        report: The report page; None where there is none.
    """
    best = document["best"]
    if best is None:
        out().print("[yellow]no trial has come to an objective yet[/]")
    else:
        value = f"[bold green]{best['objective']:.6g}[/] (trial {best['trial']})"
        out().print(f"\n[bold]best[/]  {metric} {value}")
        out().print(_configuration(best["configuration"]))
    if document["stageRuns"]:
        out().print(savings(document), style="bold", soft_wrap=True)
    if ended is not None:
        out().print(Text(f"ended: {ended}"), soft_wrap=True)
    if report is not None:
        out().print(Text(f"report: {report}"), soft_wrap=True)


def savings(document: Mapping[str, Any]) -> str:
    """Return what the cache has saved, as a sentence."""
    hits, runs, saved = (document[name] for name in ("stageHits", "stageRuns", "savedSeconds"))
    spent = document["spentSeconds"]
    of_all = "" if spent is None else f" of {spent + saved:.0f} s"
    return f"{hits} of {runs} stage runs came from the cache, {saved:.0f} s{of_all} saved"


def trials_table(document: Mapping[str, Any]) -> None:
    """Print a row a trial.

    Args:
        document: The result, as `eeipu status --json` prints it.
    """
    trials = document["trialList"]
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("trial", "state", "objective", "spent", "saved", "cached"):
        is_number = heading in {"trial", "objective", "spent", "saved"}
        table.add_column(heading, justify="right" if is_number else "left", no_wrap=is_number)
    best = (document["best"] or {}).get("trial")
    for trial in trials:
        table.add_row(*_cells(trial), style="bold" if trial["trial"] == best else "")
    if trials:
        out().print(table)


def _cells(trial: Mapping[str, Any]) -> tuple[Text, ...]:
    objective, state = trial["objective"], TrialState(trial["state"])
    return (
        Text(str(trial["trial"])),
        Text(state.value, style=STYLES[state]),
        Text("" if objective is None else f"{objective:.6g}"),
        Text(wording.duration(trial["spent_seconds"])),
        Text(wording.duration(trial["saved_seconds"])),
        Text(trial["failure"] or ", ".join(trial["cached"])),
    )


def _configuration(values: Mapping[str, Value]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 2))
    for name, found in values.items():
        table.add_row(Text(name, style="dim"), Text(wording.value(found)))
    return table
