"""A KFP pipeline of three stages that runs in pods too; `train` can be told to wait and to fail."""

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from kfp import compiler, dsl
from kfp.dsl import Dataset, Input, Output

_component = dsl.component(
    base_image=os.environ.get("KFP_STAGE_IMAGE", "python:3.11"), install_kfp_package=False
)


@_component
def prepare(data: Output[Dataset]) -> int:
    from pathlib import Path

    Path(data.path).write_text("data")
    return 3


@_component
def train(  # noqa: PLR0917  # kfp calls it by name
    failing: str, held: str, gate: str, rows: int, rate: float, model: Output[Dataset]
) -> float:
    import time
    import urllib.request
    from pathlib import Path

    print("train begins", flush=True)  # noqa: T201  # what a log is made of
    if failing == "train":
        message = "no luck"
        raise ValueError(message)
    deadline = time.monotonic() + 600.0
    while held == "train" and time.monotonic() < deadline:
        with urllib.request.urlopen(gate) as answer:  # the test's own server
            if answer.read() == b"open":
                break
        time.sleep(0.02)
    Path(model.path).write_text("model")
    model.metadata["rows"] = rows
    return rows * rate


@_component
def evaluate(score: float, model: Input[Dataset]) -> float:
    from pathlib import Path

    assert Path(model.path).read_text() == "model"
    assert model.metadata["rows"] == 3
    return score


@dsl.pipeline(name="three-stages")
def whole(failing: str = "", held: str = "", gate: str = "", rate: float = 0.5) -> None:
    rows = prepare().outputs["Output"]
    trained = train(failing=failing, held=held, gate=gate, rate=rate, rows=rows)
    evaluate(score=trained.outputs["Output"], model=trained.outputs["model"])


@cache
def compiled() -> dict[str, Any]:
    """Return the compiled pipeline."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pipeline.yaml"
        compiler.Compiler().compile(whole, str(path))
        document: dict[str, Any] = yaml.safe_load(path.read_text())
    return document
