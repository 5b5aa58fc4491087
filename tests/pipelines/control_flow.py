"""Pipelines with branches, loops and exit handlers."""
# ruff: noqa: B006, PTH123, SIM115 - kfp takes defaults by value; components import what they use

from kfp import dsl
from kfp.dsl import Input, Model, Output, PipelineTaskFinalStatus

IMAGE = "python:3.11-slim"


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def toss(seed: int) -> str:
    return "heads" if seed % 2 == 0 else "tails"


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def win(text: str, score: float) -> str:
    return f"won {text} {score}"


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def lose(text: str) -> str:
    return f"lost {text}"


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def rate(verdict: str) -> float:
    return len(verdict) / 2


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def count(verdict: str) -> int:
    return len(verdict)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def join(first: str, second: float, third: int) -> str:
    return f"{first} {second!r} {third!r}"


@dsl.pipeline(name="branches")
def branches(seed: int = 2, score: float = 0.5) -> str:
    tossed = toss(seed=seed)
    with dsl.If(tossed.output == "heads"):
        yes = win(text="by toss", score=score)
    with dsl.Else():
        no = lose(text=f"by {tossed.output}")
    verdict = dsl.OneOf(yes.output, no.output)
    rated = rate(verdict=verdict)
    counted = count(verdict=verdict)
    with dsl.If(counted.output > 3):
        with dsl.If(rated.output > 3.0):
            win(text=tossed.output, score=rated.output)
        with dsl.Else():
            lose(text=tossed.output)
    return join(first=verdict, second=rated.output, third=counted.output).output


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def listed(count: int) -> list:
    return list(range(1, count + 1))


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def fit(depth: int, rate: float, model: Output[Model]) -> float:
    with open(model.path, "w") as file:
        file.write(f"{depth!r}*{rate!r}")
    model.metadata["framework"] = "none"
    model.metadata["rate"] = rate
    return depth * rate


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def vote(models: Input[list[Model]], scores: list, bias: float, chosen: Output[Model]) -> float:
    texts = [open(model.path).read() for model in models]
    kinds = [f"{sorted(model.metadata.items())}" for model in models]  # KFP keeps no order
    with open(chosen.path, "w") as file:
        file.write(f"{texts} {kinds}")
    chosen.metadata["votes"] = len(models)
    return sum(scores) + bias


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def report(chosen: Input[Model], total: float) -> str:
    return f"{open(chosen.path).read()} {chosen.metadata['votes']} {total}"


@dsl.pipeline(name="loops")
def loops(size: int = 2, rate: float = 0.5, bias: float = 1.0) -> str:
    made = listed(count=size)
    with dsl.ParallelFor(made.output) as depth:
        fitted = fit(depth=depth, rate=rate)
    best = vote(
        models=dsl.Collected(fitted.outputs["model"]),
        scores=dsl.Collected(fitted.outputs["Output"]),
        bias=bias,
    )
    return report(chosen=best.outputs["chosen"], total=best.outputs["Output"]).output


@dsl.pipeline(name="fixed-loops")
def fixed_loops(depths: list = [2, 3], rate: float = 0.5, bias: float = 1.0) -> float:
    with dsl.ParallelFor(depths) as depth:
        given = fit(depth=depth, rate=rate)
    with dsl.ParallelFor([4]) as depth:
        single = fit(depth=depth, rate=0.5)
    best = vote(
        models=dsl.Collected(given.outputs["model"]),
        scores=dsl.Collected(single.outputs["Output"]),
        bias=bias,
    )
    return best.outputs["Output"]


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def tidy(status: PipelineTaskFinalStatus) -> str:
    return f"{status.state}"


@dsl.pipeline(name="handled")
def handled(seed: int = 2) -> str:
    tossed = toss(seed=seed)
    with dsl.ExitHandler(tidy()):
        lose(text=tossed.output)
    return join(first=tossed.output, second=0.5, third=1).output
