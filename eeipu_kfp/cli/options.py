"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

EXPERIMENT = click.argument(
    "experiment", type=click.Path(dir_okay=False, path_type=Path), metavar="EXPERIMENT"
)
DIRECTORY = click.option(
    "-d",
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("eeipu-runs"),
    show_default=True,
    envvar="EEIPU_DIRECTORY",
    help="Where experiments and the cache are kept.",
)
