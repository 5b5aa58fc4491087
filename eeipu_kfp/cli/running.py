"""Commands that run an experiment and show where it stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eeipu_kfp.cli.complaints import complain
from eeipu_kfp.cli.options import DIRECTORY, EXPERIMENT, TARGET, Place, local_file, on_cluster

if TYPE_CHECKING:
    from eeipu_kfp.local.opening import Opened
    from eeipu_kfp.report.result import TuningResult

_FAILED = 1


@click.command()
@EXPERIMENT
@DIRECTORY
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
def run(experiment: Path, directory: Path, *, as_json: bool) -> None:
    """Tune the pipeline of EXPERIMENT on this machine, or go on where it was interrupted."""
    from eeipu_kfp.cli.progress import watching
    from eeipu_kfp.errors import EeipuError
    from eeipu_kfp.local.opening import open_experiment
    from eeipu_kfp.local.session import prepared

    opened = open_experiment(experiment, directory)
    with watching(opened, quiet=as_json) as observe, prepared(opened, observe=observe) as session:
        try:
            result = session.run()
        except EeipuError as error:
            complain(error)
            raise click.exceptions.Exit(_FAILED) from error
    if as_json:
        click.echo(json.dumps(result.document()))
    else:
        _show(opened, result)
    if result.failed:
        raise click.exceptions.Exit(_FAILED)


@click.command()
@TARGET
@on_cluster
@DIRECTORY
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("-w", "--watch", is_flag=True, help="On a cluster: go on until it has ended.")
def status(target: str, place: Place, directory: Path, *, as_json: bool, watch: bool) -> None:
    """Show where EXPERIMENT, a file or a name on a cluster, stands while it runs or after."""
    file = local_file(target)
    if file is None:
        from eeipu_kfp.cli.remote import show_status

        show_status(target, place, as_json=as_json, watch=watch)
        return
    from eeipu_kfp.cli.results import trials_table
    from eeipu_kfp.local.opening import open_experiment

    opened = open_experiment(file, directory)
    workspace = opened.workspace
    result = opened.result(workspace.history(opened.experiment), workspace.stop())
    document = {**result.document(), "trialList": result.trials}
    if as_json:
        click.echo(json.dumps(document))
        return
    trials_table(document)
    _show(opened, result)


@click.command()
@TARGET
@on_cluster
@DIRECTORY
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the page; beside the experiment's other results if left out, or, from a "
    "cluster, into this folder.",
)
def report(target: str, place: Place, directory: Path, output: Path | None) -> None:
    """Write the report page of EXPERIMENT, a file or a name on a cluster, and say where it is."""
    file = local_file(target)
    if file is None:
        from eeipu_kfp.cli.remote import save_report

        save_report(target, place, output)
        return
    from eeipu_kfp.local.opening import open_experiment

    opened = open_experiment(file, directory)
    workspace = opened.workspace
    to = output or workspace.report
    opened.reporter(to).write(workspace.history(opened.experiment), workspace.stop())
    click.echo(to)


def _show(opened: Opened, result: TuningResult) -> None:
    from eeipu_kfp.cli.console import out
    from eeipu_kfp.cli.results import show

    written = result.report is not None and result.report.exists()
    show(
        result.document(),
        metric=opened.experiment.objective.metric,
        ended=None if result.stop is None else result.stop.message,
        report=str(result.report) if written else None,
    )
    budget = opened.experiment.budget
    if budget.prices:
        spent = budget.spent(result.history.trials)
        out().print(f"budget: {spent:.4g} of {budget.amount:g} {budget.unit} spent")
