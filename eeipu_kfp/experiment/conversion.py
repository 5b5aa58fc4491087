"""An experiment document, checked against its pipeline, as the core's `Experiment`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from eeipu_kfp.core.budget import Budget
from eeipu_kfp.core.experiment import Algorithm, CachePolicy, Experiment
from eeipu_kfp.core.objective import Objective
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.space import Domain, Space
from eeipu_kfp.core.values import Value
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.experiment import models
from eeipu_kfp.experiment.domains import domain_of
from eeipu_kfp.experiment.literals import real, size_bytes, value_of
from eeipu_kfp.experiment.nearest import advice
from eeipu_kfp.experiment.problems import Problems

UNKNOWN_KEY = "<key>"
"""Stands for a key of a Metrics artifact that a compiled pipeline does not tell."""


def resolve(document: models.TuningExperiment, pipeline: Pipeline) -> Experiment:
    """Return an experiment that can be run on a pipeline.

    Pipeline inputs that are neither tuned nor fixed by the document keep the pipeline's default.

    Raises:
        SpecError: Document and pipeline do not fit; all problems at once.
    """
    problems, spec = Problems(), document.spec
    objective = _objective(spec.objective, pipeline, problems)
    domains = _domains(spec, pipeline, problems)
    arguments = _arguments(spec, pipeline, problems)
    _check_budget(spec, pipeline, problems)
    _check_complete(spec, pipeline, problems)
    _check_limits(spec, problems)
    problems.raise_any(f"experiment `{document.metadata.name}`")
    return Experiment(
        name=document.metadata.name,
        objective=objective,
        space=Space(domains),
        arguments=arguments,
        budget=_budget(spec.budget),
        max_trials=spec.max_trials,
        parallel_trials=spec.parallel_trials,
        max_failed_trials=spec.max_failed_trials,
        stage_timeout_seconds=spec.stage_timeout_seconds,
        algorithm=_algorithm(spec.algorithm),
        cache=_cache(spec.cache),
    )


def _objective(written: models.Objective, pipeline: Pipeline, problems: Problems) -> Objective:
    goal = written.goal
    objective = Objective(
        metric=written.metric,
        direction=written.direction,
        goal=None if goal is None else problems.attempt("spec.objective.goal", partial(real, goal)),
    )
    problems.attempt("spec.objective.metric", partial(_check_metric, objective, pipeline))
    return objective


def _check_metric(objective: Objective, pipeline: Pipeline) -> None:
    objective.check(pipeline)
    if objective.metric.endswith(f".{UNKNOWN_KEY}"):
        message = f"`{objective.metric}` names no value of the Metrics artifact yet"
        hint = (
            f"put the name that stage `{objective.stage}` gives to `log_metric` "
            f"in place of `{UNKNOWN_KEY}`"
        )
        raise InvalidValueError(message, hint=hint)


def _domains(spec: models.Spec, pipeline: Pipeline, problems: Problems) -> dict[str, Domain]:
    domains = {}
    for place, parameter in enumerate(spec.parameters):
        path = f"spec.parameters[{place}]"
        tuned = pipeline.input(parameter.name)
        if tuned is None:
            _note_unknown(f"{path}.name", parameter.name, pipeline, problems)
            continue
        if pipeline.owner(tuned.name) is None:
            message = f"no stage reads pipeline input `{tuned.name}`, so tuning it changes nothing"
            problems.add(f"{path}.name", message, "remove it, or let a stage read it")
        domain = domain_of(
            parameter.search_space, tuned, path=f"{path}.searchSpace", problems=problems
        )
        if domain is not None:
            domains[tuned.name] = domain
    return domains


def _arguments(spec: models.Spec, pipeline: Pipeline, problems: Problems) -> dict[str, Value]:
    tuned = [parameter.name for parameter in spec.parameters]
    values: dict[str, Value | None] = {
        known.name: known.default for known in pipeline.inputs if known.name not in tuned
    }
    for place, argument in enumerate(spec.arguments):
        path, known = f"spec.arguments[{place}]", pipeline.input(argument.name)
        if known is None:
            _note_unknown(f"{path}.name", argument.name, pipeline, problems)
        elif argument.name in tuned:
            message = f"`{argument.name}` is fixed here, but tuned at spec.parameters as well"
            problems.add(f"{path}.name", message, "remove it from one of the two")
        else:
            read = partial(value_of, argument.value, known.type)
            values[argument.name] = problems.attempt(f"{path}.value", read)
    return {name: value for name, value in values.items() if value is not None}


def _check_budget(spec: models.Spec, pipeline: Pipeline, problems: Problems) -> None:
    problems.attempt("spec.budget.money", partial(_budget, spec.budget))
    if spec.budget.money is None:
        return
    path = "spec.budget.money.prices"
    priced = [price.name for price in spec.budget.money.prices]
    for place, name in enumerate(priced):
        if name not in pipeline.names:
            message = f"pipeline `{pipeline.name}` has no stage `{name}`"
            problems.add(f"{path}[{place}].name", message, f"use {_listed(pipeline.names)}")
    missing = [name for name in pipeline.names if name not in priced]
    if missing:
        message = f"there is no price for {_listed(missing)}, but every stage needs one"
        hint = f"add `- {{name: {missing[0]}, perHour: ...}}`, with 0 where its time is free"
        problems.add(path, message, hint)


def _budget(written: models.Budget) -> Budget:
    money = written.money
    if money is None:
        return Budget(amount=written.seconds or 0, counts=written.counts)
    return Budget(
        amount=real(money.amount),
        counts=written.counts,
        prices={price.name: real(price.per_hour) for price in money.prices},
        currency=money.currency,
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _check_complete(spec: models.Spec, pipeline: Pipeline, problems: Problems) -> None:
    given = {parameter.name for parameter in spec.parameters}
    given.update(argument.name for argument in spec.arguments)
    for needed in pipeline.inputs:
        if needed.default is None and not needed.optional and needed.name not in given:
            message = f"pipeline input `{needed.name}` has neither a value nor a default"
            hint = f"add `- {{name: {needed.name}, value: ...}}`, or tune it under spec.parameters"
            problems.add("spec.arguments", message, hint)


def _check_limits(spec: models.Spec, problems: Problems) -> None:
    limited = {
        "parallelTrials": spec.parallel_trials,
        "algorithm.warmUpTrials": spec.algorithm.warm_up_trials or 0,
    }
    for name, count in limited.items():
        if spec.max_trials is not None and count > spec.max_trials:
            message = f"{count} is above maxTrials, {spec.max_trials}"
            problems.add(f"spec.{name}", message, "lower it, or raise maxTrials")


def _note_unknown(path: str, name: str, pipeline: Pipeline, problems: Problems) -> None:
    message = f"pipeline `{pipeline.name}` has no input `{name}`"
    problems.add(path, message, advice(name, [known.name for known in pipeline.inputs]))


def _algorithm(written: models.Algorithm) -> Algorithm:
    return Algorithm(name=written.name, seed=written.seed, warm_up_trials=written.warm_up_trials)


def _cache(written: models.Cache) -> CachePolicy:
    limit = written.size_limit
    return CachePolicy(
        salt=written.salt, size_limit_bytes=None if limit is None else size_bytes(limit)
    )
