"""How errors are shown."""

from __future__ import annotations

import click

from eeipu_kfp.errors import EeipuError


def complain(error: EeipuError) -> None:
    """Write an error and what to do about it to standard error."""
    click.secho("error: ", fg="red", bold=True, nl=False, err=True)
    click.echo(error.message, err=True)
    if error.hint:
        click.secho("hint: ", fg="cyan", nl=False, err=True)
        click.echo(error.hint, err=True)
