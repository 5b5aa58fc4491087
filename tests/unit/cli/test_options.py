from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from eeipu_kfp.cli.options import DIRECTORY, EXPERIMENT, in_namespace, local_file, on_cluster


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


@click.command()
@on_cluster
def place_of(place):
    click.echo(f"{place.namespace} {place.context} {place.home} {place.is_named}|{place.words}")


def test_without_options_the_current_context_decides_where_on_a_cluster():
    assert CliRunner().invoke(place_of, []).output == "None None None False|\n"


def test_options_say_where_on_a_cluster():
    options = ["-n", "team", "--context", "lab", "--controller-namespace", "kubeflow"]

    assert CliRunner().invoke(place_of, options).output == (
        "team lab kubeflow True| -n team --context lab\n"
    )


def test_the_environment_may_say_where_the_controller_runs():
    told = CliRunner().invoke(place_of, [], env={"EEIPU_CONTROLLER_NAMESPACE": "kubeflow"})

    assert told.output == "None None kubeflow False|\n"


def test_a_command_that_asks_no_controller_has_no_option_for_it():
    @click.command()
    @in_namespace
    def asked(place):
        click.echo(f"{place.namespace} {place.home}")

    assert CliRunner().invoke(asked, ["-n", "team"]).output == "team None\n"
    assert CliRunner().invoke(asked, ["--controller-namespace", "x"]).exit_code == 2


@pytest.mark.parametrize(
    ("word", "is_file"),
    [("e.yaml", True), ("e.yml", True), ("e.json", True), ("there", True), ("demo", False)],
)
def test_a_word_is_a_file_by_its_ending_or_because_it_is_there(
    tmp_path, monkeypatch, word, is_file
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").write_text("")
    (tmp_path / "demo").mkdir()

    assert (local_file(word) == Path(word)) is is_file
