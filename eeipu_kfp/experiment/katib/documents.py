"""Katib's `Experiment` documents, read into what can be carried over and what cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eeipu_kfp.core.objective import Direction
from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.katib.parameters import KatibParameter, read_parameter
from eeipu_kfp.experiment.katib.remarks import remarks_on
from eeipu_kfp.experiment.literals import whole
from eeipu_kfp.experiment.problems import Problems, shown
from eeipu_kfp.experiment.syntax import read_yaml

_PARALLEL_BY_DEFAULT = 3
_SEEDS = ("random_state",)
_WARM_UPS = ("n_startup_trials", "n_initial_points")
_DIRECTIONS = {"maximize": Direction.MAXIMIZE, "minimize": Direction.MINIMIZE}


@dataclass(frozen=True, slots=True, kw_only=True)
class KatibExperiment:
    """A Katib experiment in the words of this product.

    Attributes:
        name: Its name.
        namespace: Where it lives; None where the document does not say.
        metric: The name of the metric; Katib does not say what puts it out.
        direction: Which way is better.
        goal: A value at which tuning may stop, as written; empty where there is none.
        parameters: What is tuned.
        algorithm: `eeipu` or `random`.
        seed: What fixes random choices; None where it is left to Katib.
        warm_up_trials: Trials before the models are trusted; None where it is left to Katib.
        max_trials: Trials after which it ends; None for no limit.
        parallel_trials: Trials that may run at once.
        max_failed_trials: Failed trials after which it fails; None where Katib allows any number.
        remarks: What is not carried over, and what to do instead.
    """

    name: str
    namespace: str | None
    metric: str
    direction: Direction
    goal: str
    parameters: tuple[KatibParameter, ...]
    algorithm: str
    seed: int | None
    warm_up_trials: int | None
    max_trials: int | None
    parallel_trials: int
    max_failed_trials: int | None
    remarks: tuple[str, ...]


def read_katib(text: str, *, source: str) -> KatibExperiment:
    """Read a Katib experiment: a document of Kubernetes, or its `spec` alone as YAML or JSON.

    Args:
        text: The document.
        source: Where it comes from, for messages.

    Raises:
        SpecError: It is no Katib experiment, or one that cannot be carried over; all reasons.
    """
    metadata, spec = _parts(read_yaml(text, source=source), source)
    problems = Problems()
    objective = _mapping(spec, "objective")
    direction = _direction(objective, problems)
    parameters = tuple(_parameters(spec, problems))
    problems.raise_any(source)
    algorithm = _mapping(spec, "algorithm")
    settings = _settings(algorithm)
    return KatibExperiment(
        name=str(metadata.get("name") or metadata.get("generateName") or "experiment"),
        namespace=metadata.get("namespace"),
        metric=objective["objectiveMetricName"],
        direction=direction,
        goal="" if objective.get("goal") is None else str(objective["goal"]),
        parameters=parameters,
        algorithm="random" if algorithm.get("algorithmName") == "random" else "eeipu",
        seed=_setting(settings, _SEEDS),
        warm_up_trials=_limited(spec, _setting(settings, _WARM_UPS) or 0) or None,
        max_trials=spec.get("maxTrialCount"),
        parallel_trials=_limited(spec, spec.get("parallelTrialCount") or _PARALLEL_BY_DEFAULT),
        max_failed_trials=_failures(spec),
        remarks=remarks_on(spec, [name for name in settings if name not in _SEEDS + _WARM_UPS]),
    )


def _direction(objective: Mapping[str, Any], problems: Problems) -> Direction:
    if not objective.get("objectiveMetricName"):
        hint = "name the metric that tuning improves"
        problems.add("spec.objective.objectiveMetricName", "missing", hint)
    direction = _DIRECTIONS.get(str(objective.get("type")))
    if direction is None:
        message = f"{shown(objective.get('type'))} is neither maximize nor minimize"
        problems.add("spec.objective.type", message, "say which way is better")
    return direction or Direction.MAXIMIZE


def _parts(document: object, source: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if not isinstance(document, dict):
        message = f"{source} is no mapping, but {shown(document)}"
        raise SpecError(message, hint="name a file with a Katib Experiment")
    if "kind" not in document and "parameters" in document:
        return {}, document
    api, kind = str(document.get("apiVersion", "")), document.get("kind")
    if kind != "Experiment" or not api.startswith("kubeflow.org/"):
        message = f"{source} holds {shown(kind)} of {shown(api)}, not a Katib Experiment"
        hint = "name a file with `apiVersion: kubeflow.org/v1beta1` and `kind: Experiment`"
        raise SpecError(message, hint=hint)
    return _mapping(document, "metadata"), _mapping(document, "spec")


def _parameters(spec: Mapping[str, Any], problems: Problems) -> Iterator[KatibParameter]:
    written = _list(spec, "parameters")
    if not written and spec.get("nasConfig"):
        message = "the experiment searches network architectures, and has no parameters to tune"
        problems.add("spec.nasConfig", message, "only tuning can be carried over; keep it on Katib")
    elif not written:
        problems.add("spec.parameters", "missing", "list what is to be tuned")
    names = _aliases(spec)
    for place, item in enumerate(written):
        path, known = f"spec.parameters[{place}]", names.get(str(item.get("name")), [])
        found = read_parameter(item, known, path=path, problems=problems)
        if found is not None:
            yield found


def _aliases(spec: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what the trial template calls each parameter."""
    found: dict[str, list[str]] = {}
    for item in _list(_mapping(spec, "trialTemplate"), "trialParameters"):
        found.setdefault(str(item.get("reference")), []).append(str(item.get("name")))
    return found


def _limited(spec: Mapping[str, Any], count: int) -> int:
    """Return a number of trials, or that of all trials where it is above."""
    most = spec.get("maxTrialCount")
    return count if most is None else min(count, most)


def _failures(spec: Mapping[str, Any]) -> int | None:
    """Return after how many failures it fails; Katib fails at the first for a count of 0."""
    count = spec.get("maxFailedTrialCount")
    return None if count is None else max(1, count)


def _settings(algorithm: Mapping[str, Any]) -> dict[str, str]:
    items = _list(algorithm, "algorithmSettings")
    return {str(item.get("name")): str(item.get("value")) for item in items}


def _setting(settings: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    texts = [settings[name] for name in names if name in settings]
    return whole(texts[0]) if texts else None


def _mapping(document: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    found = document.get(field) or {}
    if not isinstance(found, dict):
        message = f"{shown(found)} is no mapping"
        raise SpecError(message, path=field, hint="write its fields below it as `name: value`")
    return found


def _list(document: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    found = document.get(field) or []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        message = f"{shown(found)} is no list of mappings"
        raise SpecError(message, path=field, hint="begin each item with `- name: ...`")
    return found
