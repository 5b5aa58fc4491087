"""What of a Katib experiment has no counterpart, and what to do instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_ALGORITHMS = {
    "random": "",
    "bayesianoptimization": "`eeipu` is Bayesian optimisation too, and knows what is cached",
    "tpe": "`eeipu` takes its place, and knows what is cached",
    "multivariate-tpe": "`eeipu` takes its place, and knows what is cached",
    "cmaes": "`eeipu` takes its place, and knows what is cached",
    "sobol": "`eeipu` begins with a space-filling design of its own",
    "grid": "no grid is walked through; `eeipu` chooses within it, and maxTrials bounds it",
    "hyperband": "trials are not cut short; fix the resource parameter `{resource}` under "
    "arguments unless it is to be tuned",
    "pbt": "trials do not go on from each other's checkpoints; `eeipu` tunes each from its start, "
    "but reuses the stages that are the same",
}
_MOST_IMAGES = 3


def remarks_on(spec: Mapping[str, Any], settings: Sequence[str]) -> tuple[str, ...]:
    """Return a remark for each part of an experiment that is not carried over.

    Args:
        spec: The experiment's `spec`.
        settings: The algorithm's settings that mean nothing here.
    """
    return tuple(_remarks(spec, settings))


def _remarks(spec: Mapping[str, Any], settings: Sequence[str]) -> Iterator[str]:
    if spec.get("trialTemplate"):
        images = _images(spec["trialTemplate"])
        of = f" of {', '.join(images)}" if images else ""
        yield (
            "trialTemplate: a trial is a run of a compiled pipeline, so make KFP components"
            f"{of}, one for each part that is worth reusing, compile them to a pipeline, and name "
            "its file under spec.pipeline"
        )
    algorithm = spec.get("algorithm") or {}
    yield from _on_algorithm(algorithm, settings)
    if spec.get("earlyStopping"):
        yield (
            "earlyStopping: every trial runs to its end; stageTimeoutSeconds ends a stage that "
            "takes too long"
        )
    if spec.get("metricsCollectorSpec"):
        yield (
            "metricsCollectorSpec: nothing is read from logs or files; let a stage return the "
            "metric, or give it to `log_metric` of a Metrics artifact"
        )
    yield from _on_metrics(spec.get("objective") or {})
    if spec.get("resumePolicy") not in {None, "Never"}:
        yield (
            f"resumePolicy {spec['resumePolicy']}: an experiment always goes on where it was; "
            "raise its budget to let it go on after its end"
        )
    if spec.get("nasConfig"):
        yield "nasConfig: architectures are not searched; only the parameters are carried over"


def _on_algorithm(algorithm: Mapping[str, Any], settings: Sequence[str]) -> Iterator[str]:
    name = str(algorithm.get("algorithmName", "random"))
    words = _ALGORITHMS.get(name, "`eeipu` takes its place")
    values = {item["name"]: item.get("value") for item in algorithm.get("algorithmSettings") or ()}
    if words:
        yield f"algorithm {name}: {words.format(resource=values.get('resource_name'))}"
    if settings:
        yield f"algorithmSettings {', '.join(settings)}: there is nothing to set"


def _on_metrics(objective: Mapping[str, Any]) -> Iterator[str]:
    others = objective.get("additionalMetricNames")
    if others:
        yield (
            f"additionalMetricNames {', '.join(others)}: only the objective is read; the others "
            "stay in the outputs of their stages"
        )
    name = objective.get("objectiveMetricName")
    for strategy in objective.get("metricStrategies") or ():
        if strategy.get("name") == name and strategy.get("value") in {"min", "max"}:
            yield (
                f"metricStrategies {strategy['value']}: one value is read; let the stage put out "
                f"the {strategy['value']} of its course"
            )


def _images(template: object) -> list[str]:
    """Return the container images of a trial template, the first few of them."""
    found = dict.fromkeys(_found_images(template))
    return [f"`{image}`" for image in found][:_MOST_IMAGES]


def _found_images(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        image = node.get("image")
        if isinstance(image, str):
            yield image
        for below in node.values():
            yield from _found_images(below)
    elif isinstance(node, list):
        for below in node:
            yield from _found_images(below)
