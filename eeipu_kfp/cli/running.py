"""Commands that run an experiment and show where it stands."""

from __future__ import annotations

import json
from pathlib import Path

import click

from eeipu_kfp.cli.complaints import complain
from eeipu_kfp.cli.options import DIRECTORY, EXPERIMENT

_FAILED = 1


@click.command()
@EXPERIMENT
@DIRECTORY
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
def run(experiment: Path, directory: Path, *, as_json: bool) -> None:
    """Tune the pipeline of EXPERIMENT on this machine, or go on where it was interrupted."""
    from eeipu_kfp.cli.progress import watching
    from eeipu_kfp.cli.results import show
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
        show(opened, result)
    if result.failed:
        raise click.exceptions.Exit(_FAILED)


@click.command()
@EXPERIMENT
@DIRECTORY
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def status(experiment: Path, directory: Path, *, as_json: bool) -> None:
    """Show where EXPERIMENT stands, while it runs or after."""
    from eeipu_kfp.cli.results import show, trials_table
    from eeipu_kfp.local.opening import open_experiment

    opened = open_experiment(experiment, directory)
    workspace = opened.workspace
    result = opened.result(workspace.history(opened.experiment), workspace.stop())
    if as_json:
        click.echo(json.dumps({**result.document(), "trialList": result.trials}))
        return
    trials_table(result)
    show(opened, result)


@click.command()
@EXPERIMENT
@DIRECTORY
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the page; beside the experiment's other results if left out.",
)
def report(experiment: Path, directory: Path, output: Path | None) -> None:
    """Write the report page of EXPERIMENT and say where it is."""
    from eeipu_kfp.local.opening import open_experiment

    opened = open_experiment(experiment, directory)
    workspace = opened.workspace
    to = output or workspace.report
    opened.reporter(to).write(workspace.history(opened.experiment), workspace.stop())
    click.echo(to)
