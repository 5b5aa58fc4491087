"""The command that hands an experiment over to a cluster."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eeipu_kfp.cli.options import Place, in_namespace
from eeipu_kfp.errors import SpecError

if TYPE_CHECKING:
    from eeipu_kfp.cluster.experiments import Experiments
    from eeipu_kfp.cluster.submission import Submission


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@in_namespace
@click.option("--dry-run", is_flag=True, help="Ask the cluster what it would say; change nothing.")
@click.option("--force", is_flag=True, help="Take over fields that another tool has set.")
def apply(file: Path, place: Place, *, dry_run: bool, force: bool) -> None:
    """Have the experiment in FILE tuned on a cluster, pipeline included."""
    from eeipu_kfp.cluster.submission import read_submission
    from eeipu_kfp.experiment.documents import load_document

    experiment = load_document(file)
    there = _at(place, experiment.metadata.namespace)
    cluster = there.open()
    submission = read_submission(
        experiment,
        base=file.parent,
        namespace=cluster.namespace,
        config_map=cluster.config_map,
    )
    for note in submission.notes:
        click.echo(f"note: {note}", err=True)
    done = _sent(submission, cluster.experiments, dry_run=dry_run, force=force)
    where = f"namespace {cluster.namespace} of context {cluster.connection.context}"
    click.echo(f"experiment {submission.name} {done} in {where}")
    if not dry_run:
        _say_what_next(submission.name, there)


def _at(place: Place, written: str | None) -> Place:
    """Return the place that options and document name together."""
    if written is None:
        return place
    if place.namespace not in {None, written}:
        message = f"namespace `{written}` is written here, but `-n` says `{place.namespace}`"
        raise SpecError(message, path="metadata.namespace", hint="leave one of them out")
    return replace(place, namespace=written)


def _sent(submission: Submission, experiments: Experiments, *, dry_run: bool, force: bool) -> str:
    """Apply an experiment and return what became of it."""
    before = experiments.find(submission.name)
    after = experiments.apply(submission.document, dry_run=dry_run, force=force)
    done = "created" if before is None else "changed"
    if before is not None and before["metadata"]["generation"] == after["metadata"]["generation"]:
        return "unchanged"
    return f"would be {done}" if dry_run else done


def _say_what_next(name: str, place: Place) -> None:
    click.echo(f"watch it:  kubectl get tune {name}{place.words} -w", err=True)
    click.echo(f"look into: eeipu status {name}{place.words}", err=True)
