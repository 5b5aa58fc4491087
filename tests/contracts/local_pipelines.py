"""A KFP pipeline of three stages that can be told to wait and to fail."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from kfp import compiler, dsl
from kfp.dsl import Dataset, Input, Output


def work(name: str, journal: str, trouble: str, gate: str) -> bool:
    import os
    import pathlib
    import signal
    import subprocess
    import sys
    import time

    with pathlib.Path(journal).open("a") as file:
        file.write(f"{name} {os.getpid()} {os.getpgrp()}\n")
    print(f"\x1b[31m{name} begins\x1b[0m", flush=True)  # noqa: T201  # what a log is made of
    if trouble == f"{name}:raise":
        message = "no luck"
        raise ValueError(message)
    if trouble == f"{name}:exit":
        sys.exit(3)
    if trouble == f"{name}:kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if trouble == f"{name}:crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if trouble == f"{name}:spawn":
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        with pathlib.Path(journal).open("a") as file:
            file.write(f"child {child.pid} {os.getpgrp()}\n")
    deadline = time.monotonic() + 60.0
    while gate.startswith(f"{name}:") and time.monotonic() < deadline:
        if pathlib.Path(gate.partition(":")[2]).exists():
            break
        time.sleep(0.005)
    return trouble != f"{name}:silent"


_component = dsl.component(
    base_image="python:3.11", install_kfp_package=False, additional_funcs=[work]
)


@_component
def prepare(journal: str, trouble: str, gate: str, data: Output[Dataset]) -> int:
    from pathlib import Path

    if work("prepare", journal, trouble, gate):
        Path(data.path).write_text("data")
    return 3


@_component
def train(  # noqa: PLR0917  # kfp calls it by name
    journal: str, trouble: str, gate: str, rows: int, rate: float, model: Output[Dataset]
) -> float:
    from pathlib import Path

    if work("train", journal, trouble, gate):
        Path(model.path).write_text("model")
        model.metadata["rows"] = rows
    return rows * rate


@_component
def evaluate(journal: str, trouble: str, gate: str, score: float, model: Input[Dataset]) -> float:
    from pathlib import Path

    work("evaluate", journal, trouble, gate)
    assert Path(model.path).read_text() == "model"
    return float("nan") if trouble == "evaluate:nan" else score


@dsl.pipeline(name="three-stages")
def whole(journal: str, trouble: str = "", gate: str = "", rate: float = 0.5) -> None:
    prepared = prepare(journal=journal, trouble=trouble, gate=gate)
    trained = train(
        journal=journal, trouble=trouble, gate=gate, rate=rate, rows=prepared.outputs["Output"]
    )
    evaluate(
        journal=journal,
        trouble=trouble,
        gate=gate,
        score=trained.outputs["Output"],
        model=trained.outputs["model"],
    )


@dsl.pipeline(name="three-stages")
def rest(journal: str, trouble: str = "", gate: str = "", rate: float = 0.5) -> None:
    trained = train(journal=journal, trouble=trouble, gate=gate, rate=rate, rows=3)
    evaluate(
        journal=journal,
        trouble=trouble,
        gate=gate,
        score=trained.outputs["Output"],
        model=trained.outputs["model"],
    )


@cache
def compiled(pipeline: Any) -> dict[str, Any]:
    """Return the compiled form of a pipeline function."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pipeline.yaml"
        compiler.Compiler().compile(pipeline, str(path))
        document: dict[str, Any] = yaml.safe_load(path.read_text())
    return document
