"""Pipelines with loops, conditions, nested pipelines and exit handlers."""
# ruff: noqa: UP045  # kfp reads `Optional`, not a union

from typing import NamedTuple, Optional

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Metrics, Model, Output, PipelineTaskFinalStatus

_component = dsl.component(base_image="python:3.11", install_kfp_package=False)


@_component
def draw(count: int) -> NamedTuple("Drawn", [("items", list[int]), ("side", str)]):
    return list(range(1, count + 1)), "heads" if count % 2 == 0 else "tails"


@_component
def square(item: int, offset: int, model: Output[Model]) -> int:
    from pathlib import Path

    Path(model.path).write_text(str(item))
    model.metadata["kind"] = "square"
    return item * item + offset


@_component
def total(numbers: list[int], models: Input[list[Model]]) -> int:
    from pathlib import Path

    return int(sum(numbers)) + sum(int(Path(model.path).read_text()) for model in models)


@_component
def number() -> int:
    return 10


@dsl.pipeline(name="loop")
def loop(count: int = 2) -> int:
    drawn = draw(count=count)
    offset = number()
    with dsl.ParallelFor(drawn.outputs["items"]) as item:
        squared = square(item=item, offset=offset.output)
    return total(
        numbers=dsl.Collected(squared.outputs["Output"]),
        models=dsl.Collected(squared.outputs["model"]),
    ).output


@_component
def say(text: str) -> str:
    return text


@_component
def fail(text: str) -> str:
    message = f"cannot say {text}"
    raise ValueError(message)


@dsl.pipeline(name="condition")
def condition(count: int = 2) -> None:
    drawn = draw(count=count)
    with dsl.If(drawn.outputs["side"] == "heads"):
        say(text="won")


@_component
def mark(path: str) -> None:
    from pathlib import Path

    Path(path).touch()


@dsl.pipeline
def mark_heads(count: int, path: str) -> None:
    drawn = draw(count=count)
    with dsl.If(drawn.outputs["side"] == "heads"):
        mark(path=path)


@dsl.pipeline(name="nested-condition")
def nested_condition(path: str, count: int = 2) -> None:
    mark_heads(count=count, path=path)


@dsl.pipeline(name="branches")
def branches(count: int = 2) -> str:
    drawn = draw(count=count)
    with dsl.If(drawn.outputs["side"] == "heads"):
        won = say(text="won")
    with dsl.Else():
        lost = say(text="lost")
    return say(text=dsl.OneOf(won.output, lost.output)).output


@_component
def consume(value: float) -> float:
    return value


@_component
def toss(count: int) -> str:
    return "heads" if count % 2 == 0 else "tails"


@_component
def keep(item: int) -> int:
    return item


@_component
def numbers(count: int) -> list[int]:
    return list(range(count))


@dsl.pipeline(name="plain-outputs")
def plain_outputs(count: int = 2) -> None:
    tossed = toss(count=count)
    with dsl.If(tossed.output == "heads"):
        won = say(text="won")
    with dsl.Else():
        lost = say(text="lost")
    say(text=dsl.OneOf(won.output, lost.output))
    with dsl.If(tossed.output == "heads"):
        say(text="heads")
    with dsl.ParallelFor(numbers(count=count).output) as item:
        keep(item=item)


@_component
def make(size: int, data: Output[Dataset]) -> int:
    from pathlib import Path

    Path(data.path).write_text("x" * size)
    return size


@_component
def measure(data: Input[Dataset], metrics: Output[Metrics]) -> int:
    from pathlib import Path

    size = len(Path(data.path).read_text())
    metrics.log_metric("size", size)
    return size


class Made(NamedTuple):
    size: int
    data: Dataset


@dsl.pipeline
def inner(size: int) -> Made:
    made = make(size=size)
    return Made(made.outputs["Output"], made.outputs["data"])


@dsl.pipeline(name="nested")
def nested(small: int = 2, large: int = 3) -> None:
    first = inner(size=small)
    second = inner(size=large)
    measure(data=first.outputs["data"])
    measure(data=second.outputs["data"])


@_component
def greet(who: Optional[str] = None, times: int = 2) -> str:
    return f"{who}" * times


@dsl.pipeline
def greeting(who: Optional[str] = None) -> str:
    return greet(who=who).output


@dsl.pipeline(name="optional")
def optional(who: Optional[str] = None, times: int = 1) -> None:
    greet(who=who, times=times)
    greeting(who=who)


@_component
def close(status: PipelineTaskFinalStatus) -> str:
    return status.state


@dsl.pipeline(name="handled")
def handled() -> None:
    with dsl.ExitHandler(close()):
        fail(text="this")
    say(text="later")


@_component
def undefined() -> float:
    return float("nan")


@dsl.pipeline(name="undefined-number")
def undefined_number() -> None:
    consume(value=undefined().output)


@_component
def read(given: Input[Artifact]) -> str:
    from pathlib import Path

    return Path(given.path).read_text()


@dsl.pipeline(name="imported")
def imported(path: str) -> None:
    given = dsl.importer(artifact_uri=path, artifact_class=Artifact)
    read(given=given.output)


@_component
def stumble(state: str) -> int:
    from pathlib import Path

    if Path(state).exists():
        return 1
    Path(state).touch()
    message = "not yet"
    raise ValueError(message)


@dsl.pipeline(name="retried")
def retried(state: str) -> None:
    stumble(state=state).set_retry(num_retries=1, backoff_duration="0s")


@_component
def show(name: str) -> str:
    import os

    return os.environ[name]


@dsl.pipeline(name="environment")
def environment() -> None:
    show(name="FLAVOUR").set_env_variable("FLAVOUR", "plain")
