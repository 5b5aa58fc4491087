"""Search spaces of a document as domains of the core, by the type of the pipeline input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from eeipu_kfp.core.pipeline import ParameterType, PipelineInput
from eeipu_kfp.core.space import Categorical, Domain, Float, Int
from eeipu_kfp.experiment import models
from eeipu_kfp.experiment.literals import real, value_of, whole
from eeipu_kfp.experiment.problems import Problems

_WORDS = {
    ParameterType.STRING: "text",
    ParameterType.INTEGER: "a whole number",
    ParameterType.DOUBLE: "a real number",
    ParameterType.BOOLEAN: "a boolean",
    ParameterType.LIST: "a list",
    ParameterType.STRUCT: "a struct",
}
_NUMBERS: Mapping[ParameterType, Callable[[str], float]] = {
    ParameterType.INTEGER: whole,
    ParameterType.DOUBLE: real,
}


def domain_of(
    space: models.SearchSpace, tuned: PipelineInput, *, path: str, problems: Problems
) -> Domain | None:
    """Return the values that a parameter may take.

    Args:
        space: The search space as the document has it.
        tuned: The pipeline input that it is for.
        path: Where the search space stands in the document.
        problems: Takes what is wrong; None is returned then.
    """
    if space.uniform is not None:
        return _range(space.uniform, tuned, path=f"{path}.uniform", problems=problems)
    if space.log_uniform is not None:
        return _range(space.log_uniform, tuned, path=f"{path}.logUniform", problems=problems)
    if space.categorical is not None:
        return _choices(space.categorical, tuned, path=f"{path}.categorical", problems=problems)
    if tuned.type is not ParameterType.BOOLEAN:
        _mismatch(f"{path}.boolean", tuned, "a boolean", problems)
        return None
    return Categorical((False, True))


def _range(
    bounds: models.Uniform | models.LogUniform,
    tuned: PipelineInput,
    *,
    path: str,
    problems: Problems,
) -> Domain | None:
    read = _NUMBERS.get(tuned.type)
    if read is None:
        _mismatch(path, tuned, "a range", problems)
        return None
    texts = bounds.model_dump(exclude_none=True)
    numbers = {
        field: problems.attempt(f"{path}.{field}", partial(read, text))
        for field, text in texts.items()
    }
    low, high, step = numbers["min"], numbers["max"], numbers.get("step")
    if low is None or high is None or (step is None and "step" in texts):
        return None
    kind = Int if tuned.type is ParameterType.INTEGER else Float
    log = isinstance(bounds, models.LogUniform)
    return problems.attempt(path, lambda: kind(low, high, log=log, step=step))  # type: ignore[arg-type]  # whole numbers where Int


def _choices(
    space: models.Categorical, tuned: PipelineInput, *, path: str, problems: Problems
) -> Domain | None:
    found = [
        problems.attempt(f"{path}.choices[{place}]", partial(value_of, text, tuned.type))
        for place, text in enumerate(space.choices)
    ]
    choices = tuple(value for value in found if value is not None)
    if len(choices) < len(found):
        return None
    return problems.attempt(f"{path}.choices", lambda: Categorical(choices))


def _mismatch(path: str, tuned: PipelineInput, kind: str, problems: Problems) -> None:
    message = f"{kind} does not fit pipeline input `{tuned.name}`, which is {_WORDS[tuned.type]}"
    allowed = "`uniform`, `logUniform` or `categorical`" if tuned.type in _NUMBERS else ""
    boolean = "`boolean` or `categorical`" if tuned.type is ParameterType.BOOLEAN else ""
    problems.add(path, message, f"use {allowed or boolean or '`categorical`'}")
