"""A small pipeline of three stages as a user would write it, and an experiment on it."""

from pathlib import Path

from kfp import compiler, dsl
from kfp.dsl import Dataset, Input, Metrics, Output

IMAGE = "python:3.11-slim"


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def prepare(rows: int, data: Output[Dataset]):
    with open(data.path, "w") as file:  # noqa: PTH123  # a component imports nothing here
        file.write("\n".join(str(n) for n in range(rows)))
    data.metadata["rows"] = rows


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def train(data: Input[Dataset], rate: float, mode: str) -> float:
    with open(data.path) as file:  # noqa: PTH123
        rows = len(file.read().splitlines())
    if mode == "crash":
        print("about to crash")  # noqa: T201
        raise RuntimeError("the model diverged")  # noqa: EM101, TRY003
    return 1.0 - (rate - 0.3) ** 2 - (rows - 40) ** 2 / 10000


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def evaluate(quality: float, threshold: float, mode: str, metrics: Output[Metrics]) -> float:
    score = quality - (threshold - 0.5) ** 2
    metrics.log_metric("score", float("nan") if mode == "nan" else score)
    return score


@dsl.pipeline(name="small")
def small(rows: int = 20, rate: float = 0.1, threshold: float = 0.4, mode: str = "good"):
    data = prepare(rows=rows)
    model = train(data=data.outputs["data"], rate=rate, mode=mode)
    evaluate(quality=model.output, threshold=threshold, mode=mode)


EXPERIMENT = """\
apiVersion: eeipu.dev/v1alpha1
kind: TuningExperiment
metadata: {name: small}
spec:
  pipeline: {path: pipeline.yaml}
  objective: {metric: evaluate.metrics.score, direction: Maximize}
  parameters:
  - name: rows
    searchSpace: {uniform: {min: "10", max: "60", step: "10"}}
  - name: rate
    searchSpace: {uniform: {min: "0.0", max: "1.0"}}
  - name: threshold
    searchSpace: {uniform: {min: "0.0", max: "1.0"}}
  budget: {seconds: 600}
  maxTrials: 4
  algorithm: {name: random}
"""


def write(folder: Path, experiment: str = EXPERIMENT) -> Path:
    """Write the compiled pipeline and an experiment into a folder; return the experiment's file."""
    compiler.Compiler().compile(small, str(folder / "pipeline.yaml"))
    file = folder / "experiment.yaml"
    file.write_text(experiment)
    return file
