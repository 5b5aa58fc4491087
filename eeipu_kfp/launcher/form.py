"""The form of "EEIPU tune": what a person fills in, as the experiment that it means."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eeipu_kfp.experiment.launchers import WhenGone
from eeipu_kfp.experiment.models import API_VERSION, KIND

LATEST = "latest"
"""Stands for the newest version of a pipeline."""
RUN_LABEL = "eeipu.dev/run-id"
"""The label that names the run which an experiment belongs to."""
_RUN_NAME = "eeipu.dev/run-name"
_LONGEST_SLUG = 50
_ID_LETTERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The inputs of the pipeline, as Kubeflow Pipelines hands them over.

    Attributes:
        pipeline_name: The registered pipeline to tune.
        pipeline_version: Its version; `latest` for the newest.
        objective: The number to improve.
        direction: `Maximize` or `Minimize`.
        goal: The value at which tuning stops; empty for none.
        budget_seconds: Compute time that all stages may take together.
        parameters: What is tuned, as an experiment has it; numbers may stand without quotes.
        arguments: The values of inputs that stay as they are, by name.
        parallel_trials: Trials that may run at once.
        max_trials: Trials at most; 0 for as many as the budget allows.
        max_failed_trials: Failed trials after which tuning fails.
        stage_timeout_seconds: When a stage counts as hanging; 0 for never.
        algorithm: The search.
        seed: Fixes every random choice.
        cache_salt: Any text; another one makes every stage run afresh.
        cache_size_limit: What the cache may hold; empty for no limit.
        cache_deletion_policy: What becomes of stage outputs when the experiment is deleted.
        if_terminated: What becomes of the experiment when the run is terminated.
    """

    pipeline_name: str
    pipeline_version: str
    objective: str
    direction: str
    goal: str
    budget_seconds: int
    parameters: Sequence[Any]
    arguments: Mapping[str, Any]
    parallel_trials: int
    max_trials: int
    max_failed_trials: int
    stage_timeout_seconds: int
    algorithm: str
    seed: int
    cache_salt: str
    cache_size_limit: str
    cache_deletion_policy: str
    if_terminated: str

    @property
    def when_gone(self) -> WhenGone | None:
        """What becomes of the experiment when the run is terminated; None where nobody can say."""
        word = self.if_terminated.strip().capitalize()
        return WhenGone(word) if word in set(WhenGone) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class KfpRun:
    """The run of "EEIPU tune" that a task belongs to.

    Attributes:
        id: Its id.
        name: Its name, as people see it.
    """

    id: str
    name: str

    @property
    def experiment(self) -> str:
        """The name of the experiment that the run starts; the same in every attempt."""
        slug = re.sub("[^a-z0-9]+", "-", self.name.lower())[:_LONGEST_SLUG].strip("-")
        return f"{slug or 'tune'}-{self.id[:_ID_LETTERS]}"


def document_of(form: Form, run: KfpRun) -> dict[str, Any]:
    """Return the experiment that a form asks for, as plain data that is not checked yet."""
    limits = {"maxTrials": form.max_trials, "stageTimeoutSeconds": form.stage_timeout_seconds}
    texts = {"salt": form.cache_salt, "sizeLimit": form.cache_size_limit}
    arguments = form.arguments.items()
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {
            "name": run.experiment,
            "labels": {RUN_LABEL: run.id},
            "annotations": {_RUN_NAME: run.name},
        },
        "spec": {
            "pipeline": {
                "registered": {
                    "name": form.pipeline_name.strip(),
                    "version": form.pipeline_version.strip(),
                }
            },
            "objective": {
                "metric": form.objective.strip(),
                "direction": form.direction.strip().capitalize(),
                **_filled({"goal": form.goal}),
            },
            "parameters": [_written_out(parameter) for parameter in form.parameters],
            "arguments": [{"name": name, "value": text_of(value)} for name, value in arguments],
            "budget": {"seconds": form.budget_seconds},
            "algorithm": {"name": form.algorithm.strip(), "seed": form.seed},
            "parallelTrials": form.parallel_trials,
            "maxFailedTrials": form.max_failed_trials,
            **{name: limit for name, limit in limits.items() if limit},
            "cache": {
                **_filled(texts),
                "deletionPolicy": form.cache_deletion_policy.strip().capitalize(),
            },
        },
    }


def text_of(value: Any) -> str:
    """Return a value of a pipeline input as an experiment has it: strings as they stand, or JSON.

    Kubeflow Pipelines knows one kind of number in lists and structs, so 3 may come as 3.0.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False)


def _filled(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text.strip() for name, text in texts.items() if text.strip()}


def _written_out(part: Any) -> Any:
    """Return a part of `parameters` with its numbers as text, since Kubernetes takes no fractions.

    Choices may be anything; an experiment has them as text.
    """
    if isinstance(part, Mapping):
        return {
            name: _choices(value) if name == "choices" else _written_out(value)
            for name, value in part.items()
        }
    if isinstance(part, list):
        return [_written_out(item) for item in part]
    return text_of(part) if isinstance(part, int | float) and not isinstance(part, bool) else part


def _choices(found: Any) -> Any:
    return [text_of(choice) for choice in found] if isinstance(found, list) else found
