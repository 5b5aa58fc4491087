"""Commands that look into the cache and tidy it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from eeipu_kfp.cli.options import DIRECTORY, EXPERIMENT

_STORE = click.option(
    "-e",
    "--experiment",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The cache of this experiment; the one that all experiments share if left out.",
)


@click.group()
def cache() -> None:
    """Look into the cache of stage outputs, and tidy it."""


@cache.command("list")
@_STORE
@DIRECTORY
@click.option("--stage", help="Entries of this stage only.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_entries(
    experiment: Path | None, directory: Path, stage: str | None, *, as_json: bool
) -> None:
    """List the entries."""
    from eeipu_kfp.cli.console import out
    from eeipu_kfp.cli.entries import entries_table, plain
    from eeipu_kfp.local.opening import open_cache

    found = [e for e in open_cache(experiment, directory).entries() if stage in {None, e.stage}]
    if as_json:
        click.echo(json.dumps([plain(entry) for entry in found]))
    else:
        out().print(entries_table(found))


@cache.command()
@click.argument("key")
@_STORE
@DIRECTORY
def show(key: str, experiment: Path | None, directory: Path) -> None:
    """Show all that is known of the entry whose KEY begins so."""
    from eeipu_kfp.cli.entries import plain, the_one
    from eeipu_kfp.local.opening import open_cache

    entry = the_one(key, open_cache(experiment, directory).entries())
    whole = {**plain(entry), "ingredients": entry.ingredients, "parameters": entry.parameters}
    artifacts = {
        name: [kept.artifact.uri for kept in several] for name, several in entry.artifacts.items()
    }
    click.echo(json.dumps({**whole, "artifacts": artifacts}, indent=2))


@cache.command()
@EXPERIMENT
@click.argument("stage")
@DIRECTORY
@click.option("--trial", type=int, help="A trial's number; the last one if left out.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Another value.")
def why(
    experiment: Path, stage: str, directory: Path, trial: int | None, changes: tuple[str, ...]
) -> None:
    """Say whether STAGE is cached for a configuration and, if not, which ingredient differs."""
    from eeipu_kfp.cli.explaining import explain
    from eeipu_kfp.local.opening import open_experiment

    click.echo(explain(open_experiment(experiment, directory), stage, trial, changes))


@cache.command()
@_STORE
@DIRECTORY
@click.option("--limit", required=True, help="What the cache may hold, such as 500Mi or 10Gi.")
def collect(experiment: Path | None, directory: Path, limit: str) -> None:
    """Remove what saves the least time for its size until the rest fits a limit."""
    from eeipu_kfp.cli import wording
    from eeipu_kfp.experiment.literals import size_bytes
    from eeipu_kfp.local.opening import open_cache

    kept = open_cache(experiment, directory)
    removed = kept.collect(size_bytes(limit), ())
    freed = sum(entry.size_bytes for entry in removed) + kept.sweep()
    left = len(kept.entries())
    click.echo(f"removed {len(removed)} entries, {wording.size(freed)}; {left} entries are left")
