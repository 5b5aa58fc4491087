from pathlib import Path

import click
from click.testing import CliRunner

from eeipu_kfp.cli.options import DIRECTORY, EXPERIMENT


@click.command()
@EXPERIMENT
@DIRECTORY
def where(experiment, directory):
    click.echo(f"{experiment} {directory}")
    assert isinstance(experiment, Path)
    assert isinstance(directory, Path)


def test_results_lie_in_this_folder_unless_told_otherwise():
    assert CliRunner().invoke(where, ["e.yaml"]).output == "e.yaml eeipu-runs\n"
    assert CliRunner().invoke(where, ["e.yaml", "-d", "x"]).output == "e.yaml x\n"
    told = CliRunner().invoke(where, ["e.yaml"], env={"EEIPU_DIRECTORY": "y"})
    assert told.output == "e.yaml y\n"
