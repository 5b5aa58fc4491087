"""The command that hands an experiment over to other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from eeipu_kfp.cli.options import DIRECTORY, TARGET, Place, local_file, on_cluster

if TYPE_CHECKING:
    from eeipu_kfp.export.contents import Contents

_FOLDER = "export"


@click.command()
@TARGET
@on_cluster
@DIRECTORY
@click.option(
    "--to",
    "form",
    type=click.Choice(["optuna", "csv", "json"]),
    required=True,
    help="A study for Optuna and its dashboard; tables of trials and of stage runs; or one "
    "document with everything.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="A file, for csv a folder; beside the experiment's other results if left out, or, from a "
    "cluster, below this folder. For optuna, a name that ends in .log makes a journal, any other "
    "an SQLite database; trials that it has already are left alone.",
)
def export(target: str, place: Place, directory: Path, form: str, output: Path | None) -> None:
    """Write EXPERIMENT, a file or a name on a cluster, for other programs; say where it is."""
    from eeipu_kfp.export.writing import Form, write

    file, chosen = local_file(target), Form(form)
    if file is None:
        contents, folder = _from_cluster(target, place), Path(f"{target}-{_FOLDER}")
    else:
        contents, folder = _from_here(file, directory)
    for path in write(contents, chosen, output or folder / chosen.usual_name):
        click.echo(path)
        if chosen is Form.OPTUNA:
            _say_what_next(path)


def _from_here(file: Path, directory: Path) -> tuple[Contents, Path]:
    """Return an experiment of this machine, and where its exports go."""
    from eeipu_kfp.export.contents import Contents
    from eeipu_kfp.local.opening import open_experiment

    opened = open_experiment(file, directory)
    workspace = opened.workspace
    contents = Contents.of(
        opened.experiment,
        opened.pipeline.shape,
        workspace.history(opened.experiment),
        workspace.stop(),
    )
    return contents, workspace.folder / _FOLDER


def _from_cluster(name: str, place: Place) -> Contents:
    from eeipu_kfp.export.document import read_document

    cluster = place.open()
    cluster.experiments.get(name)
    return read_document(cluster.controller().export(name))


def _say_what_next(path: Path) -> None:
    from eeipu_kfp.export.study import storage_address

    click.echo(f"look into it: optuna-dashboard {storage_address(path)}", err=True)
