"""Commands that look into the cache and tidy it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eeipu_kfp.cli.options import DIRECTORY, TARGET, Place, local_file, on_cluster

if TYPE_CHECKING:
    from eeipu_kfp.cli.entries import Entries

_EXPERIMENT = click.option(
    "-e",
    "--experiment",
    help="The cache of this experiment, a file or a name on a cluster; if left out, the one that "
    "all experiments on this machine share, or with -n or --context those of a namespace.",
)


@click.group()
def cache() -> None:
    """Look into the cache of stage outputs, and tidy it."""


@cache.command("list")
@_EXPERIMENT
@on_cluster
@DIRECTORY
@click.option("--stage", help="Entries of this stage only.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_entries(
    experiment: str | None, place: Place, directory: Path, stage: str | None, *, as_json: bool
) -> None:
    """List the entries."""
    from eeipu_kfp.cli.console import out
    from eeipu_kfp.cli.entries import entries_table

    known = _opened(experiment, place, directory).entries()
    found = [entry for entry in known if stage in {None, entry["stage"]}]
    if as_json:
        click.echo(json.dumps(found))
    else:
        out().print(entries_table(found))


@cache.command()
@click.argument("key")
@_EXPERIMENT
@on_cluster
@DIRECTORY
def show(key: str, experiment: str | None, place: Place, directory: Path) -> None:
    """Show all that is known of the entry whose KEY begins so."""
    click.echo(json.dumps(_opened(experiment, place, directory).entry(key), indent=2))


@cache.command()
@TARGET
@click.argument("stage")
@on_cluster
@DIRECTORY
@click.option("--trial", type=int, help="A trial's number; the last one if left out.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Another value.")
def why(
    target: str,
    stage: str,
    directory: Path,
    *,
    place: Place,
    trial: int | None,
    changes: tuple[str, ...],
) -> None:
    """Say whether STAGE is cached for a configuration and, if not, which ingredient differs.

    EXPERIMENT is a file or a name on a cluster.
    """
    file = local_file(target)
    if file is None:
        click.echo(place.open().controller().why(target, stage, trial, changes))
        return
    from eeipu_kfp.local.opening import open_experiment
    from eeipu_kfp.report.explanation import Explainer

    opened = open_experiment(file, directory)
    explainer = Explainer(
        experiment=opened.experiment,
        pipeline=opened.pipeline,
        history=opened.workspace.history(opened.experiment),
        cache=opened.cache(),
    )
    click.echo(explainer.explain(stage, trial, changes))


@cache.command()
@_EXPERIMENT
@on_cluster
@DIRECTORY
@click.option("--limit", required=True, help="What the cache may hold, such as 500Mi or 10Gi.")
def collect(experiment: str | None, place: Place, directory: Path, limit: str) -> None:
    """Remove what saves the least time for its size until the rest fits a limit."""
    from eeipu_kfp.cli import wording
    from eeipu_kfp.experiment.literals import size_bytes

    size_bytes(limit)
    done = _opened(experiment, place, directory).collect(limit)
    freed = wording.size(done["freedBytes"])
    click.echo(f"removed {done['removed']} entries, {freed}; {done['left']} entries are left")


def _opened(experiment: str | None, place: Place, directory: Path) -> Entries:
    """Return the cache that options name: on this machine, or of a namespace on a cluster."""
    file = None if experiment is None else local_file(experiment)
    if file is None and (experiment is not None or place.is_named):
        cluster = place.open()
        if experiment is not None:
            cluster.experiments.get(experiment)
        return cluster.controller()
    from eeipu_kfp.cli.entries import LocalEntries
    from eeipu_kfp.local.opening import open_cache

    return LocalEntries(open_cache(file, directory))
