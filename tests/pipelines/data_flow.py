"""Pipelines of plain stages: chains, branches, nesting, importers, optional inputs."""
# ruff: noqa: FBT001, PLR0917, PTH123, RET504, SIM115, UP045 - the shape of components; they import what they use

from typing import NamedTuple, Optional

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Metrics, Model, Output

IMAGE = "python:3.11-slim"


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def prepare(rows: int, title: str, data: Output[Dataset]) -> NamedTuple(
    "Prepared", count=int, share=float, ready=bool, names=list, extra=dict, text=str
):
    with open(data.path, "w") as file:
        file.write(f"{title}:{rows!r}")
    data.metadata["rows"] = rows
    data.metadata["origin"] = {"title": title, "parts": [1, "two"]}
    prepared = (rows, 1.0, rows > 1, ["a", 1, 2.5], {"k": [rows], "n": 2}, 'it\'s "x"\n{}')
    return prepared


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def train(
    data: Input[Dataset],
    lr: float,
    count: int,
    share: float,
    ready: bool,
    names: list,
    extra: dict,
    text: str,
    model: Output[Model],
    metrics: Output[Metrics],
):
    with open(data.path) as file:
        content = file.read()
    with open(model.path, "w") as file:
        file.write(f"{content}|{lr!r}|{count!r}|{share!r}|{ready!r}|{names!r}|{extra!r}|{text!r}")
    model.metadata["rows"] = data.metadata["rows"]
    metrics.log_metric("accuracy", 1 - lr)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def evaluate(
    model: Input[Model], data: Input[Dataset], metrics: Input[Metrics], rows: int, note: str
) -> str:
    with open(model.path) as file:
        content = file.read()
    return f"{content}|{model.metadata}|{data.metadata}|{metrics.metadata}|{rows!r}|{note}"


@dsl.pipeline(name="chain")
def chain(rows: int = 3, title: str = "t", lr: float = 0.25) -> str:
    prepared = prepare(rows=rows, title=title)
    outputs = prepared.outputs
    trained = train(
        data=outputs["data"],
        lr=lr,
        count=outputs["count"],
        share=outputs["share"],
        ready=outputs["ready"],
        names=outputs["names"],
        extra=outputs["extra"],
        text=outputs["text"],
    )
    evaluated = evaluate(
        model=trained.outputs["model"],
        metrics=trained.outputs["metrics"],
        data=outputs["data"],
        rows=outputs["count"],
        note=f"lr {lr}, {outputs['count']} rows",
    )
    return evaluated.output


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def scale(value: float, factor: float) -> float:
    return value * factor


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def add(left: float, right: float, label: Optional[str] = None, shift: float = 0.5) -> float:
    return left + right + shift + (100.0 if label else 0.0)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def announce(text: str) -> str:
    import os

    return f"{text} {os.environ.get('GREETING', '')}"


@dsl.pipeline(name="diamond")
def diamond(value: float = 2.0, a: float = 3.0, b: float = 5.0, text: str = "hi") -> float:
    start = scale(value=value, factor=1.5)
    left = scale(value=start.output, factor=a)
    right = scale(value=start.output, factor=b)
    total = add(left=left.output, right=right.output)
    hello = announce(text=text).after(right)
    hello.set_env_variable("GREETING", "good day")
    hello.set_retry(2)
    labelled = add(left=left.output, right=total.output, label="x")
    labelled.after(hello)
    return labelled.output


@dsl.pipeline
def doubled(value: float, factor: float = 2.0) -> float:
    once = scale(value=value, factor=factor)
    return scale(value=once.output, factor=factor).output


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def write(number: float, file: Output[Artifact]):
    with open(file.path, "w") as stream:
        stream.write(f"{number!r}")
    file.metadata["number"] = number


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def read(file: Input[Artifact], other: Input[Artifact] = None) -> str:
    found = open(file.path).read()
    return f"{found} {file.metadata} {open(other.path).read() if other else None}"


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def locate(file: Input[Artifact]) -> NamedTuple("Located", path=str):
    return (file.path,)


@dsl.pipeline
def written(number: float) -> Artifact:
    grown = doubled(value=number)
    return write(number=grown.output).outputs["file"]


@dsl.pipeline(name="nested")
def nested(value: float = 1.5, factor: float = 3.0) -> str:
    grown = doubled(value=value, factor=factor)
    again = doubled(value=grown.output)
    file = written(number=again.output)
    return read(file=file.output).output


@dsl.pipeline(name="imported")
def imported(path: str, number: float = 1.0) -> str:
    given = dsl.importer(
        artifact_uri=path, artifact_class=Artifact, metadata={"number": 7, "by": "hand"}
    )
    own = write(number=number)
    where = locate(file=own.outputs["file"])
    found = dsl.importer(
        artifact_uri=where.outputs["path"], artifact_class=Artifact, metadata={"number": 1}
    )
    read(file=given.output)
    both = read(file=found.output, other=given.output)
    return both.output
