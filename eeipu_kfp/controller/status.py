"""The status of an experiment: what `kubectl get` shows, made from its trials alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from eeipu_kfp.controller.conditions import Condition, moment, shown
from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.trial import Trial
from eeipu_kfp.core.values import Value
from eeipu_kfp.experiment import status
from eeipu_kfp.experiment.resources import status_document
from eeipu_kfp.report.summary import Summary

Document: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheSize:
    """What the cache of a namespace holds.

    Attributes:
        entries: How many stage outputs.
        size_bytes: What they take up.
    """

    entries: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All that is to be shown of an experiment.

    Attributes:
        experiment: The campaign.
        history: Its trials.
        summary: The same in figures.
        runs: The runs in Kubeflow Pipelines by trial number.
        cache: What the namespace's cache holds.
        finished_at: When it ended, in seconds since the epoch; None while it goes on.
    """

    experiment: Experiment
    history: History
    summary: Summary
    runs: Mapping[int, str]
    cache: CacheSize
    finished_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What conditions are made of, beside what holds.

    Attributes:
        before: The status that is shown now.
        generation: The generation of the spec that the new one is about.
        now: Seconds since the epoch.
    """

    before: Mapping[str, Any]
    generation: int
    now: float

    def conditions(self, found: tuple[Condition, ...]) -> tuple[status.Condition, ...]:
        """Return conditions as a status shows them."""
        previous = self.before.get("conditions") or ()
        return shown(found, previous, generation=self.generation, now=self.now)


def of_standing(standing: Standing, conditions: tuple[Condition, ...], about: Shown) -> Document:
    """Return the whole status of an experiment, without the fields that are not set."""
    trials = standing.history.trials
    started = min((t.started_at for t in trials if t.started_at is not None), default=None)
    built = status.Status(
        conditions=about.conditions(conditions),
        observed_generation=about.generation,
        start_time=None if started is None else moment(started),
        completion_time=None if standing.finished_at is None else moment(standing.finished_at),
        trials=_counts(standing.history),
        best_trial=_best(standing),
        budget=_budget(standing),
        cache=_cache(standing),
        recent_trials=tuple(
            _recent(trial, standing.runs.get(trial.number))
            for trial in reversed(trials[-status.MOST_RECENT_TRIALS :])
        ),
    )
    return pruned(status_document(built))


def with_conditions(conditions: tuple[Condition, ...], about: Shown) -> Document:
    """Return the status that is shown now with other conditions."""
    built = status.Status(
        conditions=about.conditions(conditions), observed_generation=about.generation
    )
    told = status_document(built)
    fresh = {name: told[name] for name in ("conditions", "observedGeneration")}
    return {**about.before, **pruned(fresh)}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Document:
    """Return the merge patch that makes one document another; empty where they are the same."""
    patch: Document = {name: None for name in before if name not in after}
    for name, value in after.items():
        held = before.get(name)
        if isinstance(held, Mapping) and isinstance(value, Mapping):
            inner = changes(held, value)
            patch.update({name: inner} if inner else {})
        elif held != value:
            patch[name] = value
    return patch


def pruned(document: Document) -> Document:
    """Return a document as the API server keeps it: what is null is not there."""
    return {name: _without_nulls(value) for name, value in document.items() if value is not None}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return pruned(value)
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _counts(history: History) -> status.TrialCounts:
    states = Counter(trial.state.value.lower() for trial in history.trials)
    return status.TrialCounts(total=len(history.trials), **states)


def _best(standing: Standing) -> status.BestTrial | None:
    best = standing.summary.best
    if best is None or best.objective is None:
        return None
    return status.BestTrial(
        number=best.number,
        objective=best.objective,
        parameters=tuple(
            status.ParameterValue(name=name, value=_text(value))
            for name, value in best.configuration.items()
        ),
        run=standing.runs.get(best.number),
    )


def _budget(standing: Standing) -> status.BudgetState:
    budget = standing.experiment.budget
    total, spent = budget.amount, budget.spent(standing.history.trials)
    return status.BudgetState(total=total, spent=spent, remaining=max(0.0, total - spent))


def _cache(standing: Standing) -> status.CacheState:
    summary = standing.summary
    return status.CacheState(
        stage_runs=summary.stage_runs - summary.stage_hits,
        hits=summary.stage_hits,
        saved_seconds=summary.saved_seconds,
        entries=standing.cache.entries,
        size_bytes=standing.cache.size_bytes,
    )


def _recent(trial: Trial, run: str | None) -> status.RecentTrial:
    return status.RecentTrial(
        number=trial.number,
        state=trial.state,
        objective=trial.objective,
        spent_seconds=trial.spent_seconds,
        saved_seconds=trial.saved_seconds,
        run=run,
        message=trial.failure.sentence if trial.failure else None,
    )


def _text(value: Value) -> str:
    return value if isinstance(value, str) else json.dumps(value)
