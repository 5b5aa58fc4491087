"""The command that shows what stages have written."""

from __future__ import annotations

from pathlib import Path

import click

from eeipu_kfp.cli.options import DIRECTORY, TARGET, Place, local_file, on_cluster


@click.command()
@TARGET
@on_cluster
@DIRECTORY
@click.option("--trial", type=int, help="A trial's number; the latest one if left out.")
@click.option("--stage", help="This stage only.")
@click.option("-f", "--follow", is_flag=True, help="On a cluster: go on until the trial has ended.")
def logs(
    target: str,
    place: Place,
    directory: Path,
    trial: int | None,
    stage: str | None,
    *,
    follow: bool,
) -> None:
    """Show what the stages of a trial of EXPERIMENT, a file or a name on a cluster, have written.

    On this machine that is kept while a trial runs, and of trials that failed.
    """
    file = local_file(target)
    if file is not None:
        from eeipu_kfp.cli.local_logs import log_text
        from eeipu_kfp.local.opening import open_experiment

        click.echo(log_text(open_experiment(file, directory), trial, stage))
        return
    from eeipu_kfp.cli.remote import print_log

    print_log(target, place, trial=trial, stage=stage, follow=follow)
