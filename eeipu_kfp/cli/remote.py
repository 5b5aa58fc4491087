"""Experiments on a cluster, in the terminal."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from eeipu_kfp.cli.console import err, out
from eeipu_kfp.cli.options import Place
from eeipu_kfp.cli.results import show, trials_table
from eeipu_kfp.cluster.opening import Cluster
from eeipu_kfp.cluster.refusals import ClusterError
from eeipu_kfp.cluster.standing import Standing

_SECONDS_BETWEEN_LOOKS = 2.0


def show_status(name: str, place: Place, *, as_json: bool, watch: bool) -> None:
    """Print where an experiment on a cluster stands; while it goes on, again and again."""
    cluster, shown = place.open(), None
    while True:
        standing = Standing(cluster.experiments.get(name))
        document, doubt = _result(cluster, standing)
        document["conditions"] = list(standing.conditions.values())
        if document != shown and as_json:
            click.echo(json.dumps(document))
        elif document != shown:
            if watch and out().is_terminal:
                click.clear()
            _show(standing, document, doubt, place)
        if not watch or standing.has_ended:
            return
        shown = document
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def save_report(name: str, place: Place, output: Path | None) -> None:
    """Write the report page of an experiment on a cluster to a file, and print its name."""
    cluster = place.open()
    cluster.experiments.get(name)
    page = cluster.controller().report(name)
    to = output or Path(f"{name}-report.html")
    to.write_text(page, encoding="utf-8")
    click.echo(to)


def print_log(
    name: str, place: Place, *, trial: int | None, stage: str | None, follow: bool
) -> None:
    """Print what a trial on a cluster has written; while it runs, what it writes.

    Raises:
        ClusterError: There is no such experiment, trial or stage.
    """
    cluster = place.open()
    standing = Standing(cluster.experiments.get(name))
    number = trial if trial is not None else _latest(standing, place)
    controller, told = cluster.controller(), ""
    while True:
        text = controller.log(name, number, stage)
        click.echo(text.removeprefix(told), nl=False)
        if not follow or not standing.is_open(number):
            break
        time.sleep(_SECONDS_BETWEEN_LOOKS)
        standing, told = Standing(cluster.experiments.get(name)), text
    if not text:
        click.echo(f"nothing is kept of what trial {number} has written", err=True)
    failures = {row["trial"]: row["failure"] for row in controller.result(name)["trialList"]}
    if failures.get(number):
        click.echo(f"trial {number} failed: {failures[number]}")


def _result(cluster: Cluster, standing: Standing) -> tuple[dict[str, Any], str]:
    """Return the result as the controller knows it; failing that, the status', and why."""
    if not standing.is_seen:
        return standing.result(), ""
    try:
        return cluster.controller().result(standing.name), ""
    except ClusterError as error:
        return standing.result(), str(error)


def _show(standing: Standing, document: dict[str, Any], doubt: str, place: Place) -> None:
    if doubt:
        text = Text("the latest trials only, as the controller gives no answer: ", style="yellow")
        err().print(text.append(doubt, style="default"), soft_wrap=True)
    trials_table(document)
    report = f"eeipu report {standing.name}{place.words}"
    show(
        document,
        metric=standing.metric,
        ended=None if standing.stop is None else standing.stop["message"],
        report=report if document["trials"] else None,
    )
    if standing.budget is not None:
        out().print(f"budget: {standing.budget}")
    if not standing.is_seen:
        out().print(
            "[yellow]no controller has taken it up yet[/]: is one installed, and for this "
            "namespace?"
        )
    elif standing.trouble is not None:
        text = Text("does not go on: ", style="red")
        out().print(text.append(standing.trouble, style="default"), soft_wrap=True)
    elif standing.is_suspended:
        out().print("[yellow]suspended: no new trials until spec.suspend is false[/]")


def _latest(standing: Standing, place: Place) -> int:
    if standing.latest_trial is None:
        message = f"experiment `{standing.name}` has no trial yet"
        raise ClusterError(message, hint=f"`eeipu status {standing.name}{place.words}` says why")
    return standing.latest_trial
