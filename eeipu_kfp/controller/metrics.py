"""Figures for Prometheus."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import prometheus_client as prometheus

from eeipu_kfp.controller.status import Standing
from eeipu_kfp.core.trial import TrialState

_LABELS = ("namespace", "experiment")
_SUGGESTION_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_CALL_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0)


class Metrics:
    """What the controller counts and measures, by namespace and experiment.

    Figures of an experiment come from its trials, so a new controller goes on with the same ones.
    """

    def __init__(self, *, elapsed: Callable[[], float] = time.perf_counter) -> None:
        self._elapsed = elapsed
        self.registry = prometheus.CollectorRegistry()
        gauges: dict[str, str] = {
            "best_objective": "The best value of the metric so far.",
            "spent_seconds": "Compute time of the stages that really ran.",
            "saved_seconds": "Compute time that the cache has avoided.",
            "cache_hit_ratio": "The share of stage runs that came from the cache.",
            "budget": "The whole budget, in seconds or in the currency of its prices.",
            "budget_remaining": "What is left of the budget, in the same unit.",
        }
        self._gauges = {
            name: prometheus.Gauge(f"eeipu_{name}", told, _LABELS, registry=self.registry)
            for name, told in gauges.items()
        }
        self._trials = prometheus.Gauge(
            "eeipu_trials", "Trials by state.", (*_LABELS, "state"), registry=self.registry
        )
        self._suggestions = prometheus.Histogram(
            "eeipu_suggestion_seconds",
            "How long suggestions took, with the wait for a worker.",
            _LABELS,
            buckets=_SUGGESTION_BUCKETS,
            registry=self.registry,
        )
        self._errors = prometheus.Counter(
            "eeipu_reconcile_errors",
            "Reconciles that ended in a fault, by the reason that the condition shows.",
            (*_LABELS, "reason"),
            registry=self.registry,
        )
        self._calls = prometheus.Histogram(
            "eeipu_call_seconds",
            "How long calls to the store, Kubeflow Pipelines and the Kubernetes API took.",
            ("system", "call"),
            buckets=_CALL_BUCKETS,
            registry=self.registry,
        )

    def show(self, key: tuple[str, str], standing: Standing) -> None:
        """Set the figures of an experiment, given its namespace and name."""
        summary, budget = standing.summary, standing.experiment.budget
        spent = budget.spent(standing.history.trials)
        figures = {
            "spent_seconds": summary.spent_seconds,
            "saved_seconds": summary.saved_seconds,
            "cache_hit_ratio": summary.hit_share,
            "budget": budget.amount,
            "budget_remaining": max(0.0, budget.amount - spent),
        }
        if summary.best is not None and summary.best.objective is not None:
            figures["best_objective"] = summary.best.objective
        for name, number in figures.items():
            self._gauges[name].labels(*key).set(number)
        states = Counter(trial.state for trial in standing.history.trials)
        for state in TrialState:
            self._trials.labels(*key, state.value).set(states[state])

    def suggested(self, key: tuple[str, str], seconds: float) -> None:
        """Note how long a suggestion took."""
        self._suggestions.labels(*key).observe(seconds)

    def failed(self, key: tuple[str, str], reason: str) -> None:
        """Note a reconcile that has ended in a fault."""
        self._errors.labels(*key, reason).inc()

    @contextmanager
    def timed(self, system: str, call: str) -> Iterator[None]:
        """Measure a call to another system."""
        began = self._elapsed()
        try:
            yield
        finally:
            self._calls.labels(system, call).observe(self._elapsed() - began)

    def forget(self, key: tuple[str, str]) -> None:
        """Remove the series of an experiment that is gone."""
        labels = dict(zip(_LABELS, key, strict=True))
        for series in (*self._gauges.values(), self._trials, self._suggestions, self._errors):
            series.remove_by_labels(labels)

    def text(self) -> bytes:
        """Return all figures as Prometheus reads them."""
        return prometheus.generate_latest(self.registry)


_ASK_NOBODY = frozenset({"local_path", "uri"})


class Timed:
    """Passes calls on to another object and measures them."""

    def __init__(self, target: object, metrics: Metrics, system: str) -> None:
        self._target = target
        self._metrics = metrics
        self._system = system

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        is_call = callable(found) and name not in _ASK_NOBODY
        return self._wrapped(found, name) if is_call else found

    def _wrapped(self, method: Callable[..., Any], name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            with self._metrics.timed(self._system, name):
                result = method(*args, **kwargs)
                # What is listed lazily is asked for only as it is read.
                return iter(tuple(result)) if isinstance(result, Iterator) else result

        self.__dict__[name] = call  # looked up once
        return call
