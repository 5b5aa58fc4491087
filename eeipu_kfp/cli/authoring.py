"""Commands for writing an experiment and for looking at it before it costs anything."""

from __future__ import annotations

import os
from pathlib import Path

import click

from eeipu_kfp.cli.options import DIRECTORY, EXPERIMENT
from eeipu_kfp.errors import SpecError


@click.command()
@click.argument("pipeline")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A new file.")
@click.option("--name", help="What to call the experiment; the pipeline's own name if left out.")
def init(pipeline: str, output: Path | None, name: str | None) -> None:
    """Write a commented experiment for PIPELINE: compiled YAML, or module:function."""
    from eeipu_kfp.compiled.pipelines import load_pipeline
    from eeipu_kfp.experiment.template import write_template

    _check_new(output)
    compiled = load_pipeline(pipeline, base=Path.cwd())
    source = _relative(pipeline, output)
    text = write_template(compiled.shape, source=source, name=name or compiled.shape.name)
    if output is None:
        click.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    click.echo(f"wrote {output}; look at its ranges, then: eeipu run {output}", err=True)


@click.command()
@EXPERIMENT
def validate(experiment: Path) -> None:
    """Check EXPERIMENT against its pipeline; writes nothing."""
    from eeipu_kfp.local.opening import open_experiment
    from eeipu_kfp.runners.lightweight import check

    opened = open_experiment(experiment, Path())
    check(opened.pipeline.ir)
    stages = len(opened.pipeline.shape.stages)
    tuned = len(opened.experiment.space)
    click.echo(f"{experiment} is good: {stages} stages, {tuned} tuned parameters")


@click.command()
@EXPERIMENT
@DIRECTORY
def plan(experiment: Path, directory: Path) -> None:
    """Show the stages of EXPERIMENT, who owns which parameter, what is cached and what it costs."""
    from eeipu_kfp.cli.console import out
    from eeipu_kfp.cli.planning import forecast, stages_text
    from eeipu_kfp.local.opening import open_experiment

    opened = open_experiment(experiment, directory)
    entries = tuple(opened.cache().entries())
    history = opened.workspace.history(opened.experiment)
    out().print(stages_text(opened, entries, history), soft_wrap=True)
    out().print(forecast(opened, entries, history), soft_wrap=True)


@click.command()
@click.argument("katib", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--pipeline",
    type=click.Path(exists=True, dir_okay=False),
    help="The compiled pipeline that is to be tuned; names are matched with its inputs.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A new file.")
def convert(katib: Path, pipeline: str | None, output: Path | None) -> None:
    """Write an experiment for the Katib Experiment in KATIB, with TODOs where Katib has no word."""
    from eeipu_kfp.compiled.pipelines import load_pipeline
    from eeipu_kfp.experiment.katib.documents import read_katib
    from eeipu_kfp.experiment.katib.template import write_converted

    _check_new(output)
    read = read_katib(katib.read_text(encoding="utf-8-sig"), source=str(katib))
    shape = None if pipeline is None else load_pipeline(pipeline, base=Path.cwd()).shape
    source = "" if pipeline is None else _relative(pipeline, output)
    text = write_converted(read, shape, source=source)
    if output is None:
        click.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    click.echo(f"wrote {output}; settle each TODO, then: eeipu validate {output}", err=True)


def _check_new(output: Path | None) -> None:
    """Refuse to write over a file."""
    if output is not None and output.exists():
        message = f"{output} exists, and would be overwritten"
        raise SpecError(message, hint="choose another name, or remove it first")


def _relative(pipeline: str, output: Path | None) -> str:
    """Return a pipeline file's path as seen from the experiment file that will name it."""
    path = Path(pipeline)
    if not path.exists() or output is None:
        return pipeline
    return os.path.relpath(path, output.parent)
