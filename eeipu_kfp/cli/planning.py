"""What an experiment will run, before it does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from rich.text import Text

from eeipu_kfp.cache.entries import CacheEntry
from eeipu_kfp.cache.pool import cached_stages
from eeipu_kfp.cli import wording
from eeipu_kfp.cli.outlook import Outlook
from eeipu_kfp.core.budget import Budget, Counted
from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.history import History
from eeipu_kfp.core.trial import StageOutcome, StageRecord
from eeipu_kfp.local.opening import Opened

_NOTABLE_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTime:
    """How long a stage usually takes.

    Attributes:
        seconds: Compute time.
        overhead_seconds: Time beside the compute.
    """

    seconds: float
    overhead_seconds: float

    @property
    def words(self) -> str:
        """The time in words; overhead only where it matters beside the compute."""
        compute = wording.duration(self.seconds)
        if self.overhead_seconds <= _NOTABLE_SHARE * self.seconds:
            return compute
        return f"{compute} and {wording.duration(self.overhead_seconds)} of overhead"


def stage_times(entries: Sequence[CacheEntry], history: History) -> dict[str, StageTime]:
    """Return the median times of each stage that has run, here or for another experiment."""
    found: dict[str, list[tuple[float, float]]] = {}
    for entry in entries:
        found.setdefault(entry.stage, []).append((entry.seconds, entry.overhead_seconds))
    for trial in history.trials:
        for record in trial.stages:
            if record.outcome is StageOutcome.EXECUTED:
                times = (record.seconds, record.overhead_seconds)
                found.setdefault(record.stage, []).append(times)
    return {
        stage: StageTime(
            seconds=median(seconds for seconds, _ in times),
            overhead_seconds=median(overhead for _, overhead in times),
        )
        for stage, times in found.items()
    }


def stages_text(opened: Opened, entries: Sequence[CacheEntry], history: History) -> Text:
    """Return what each stage owns, reads and follows, what is cached of it, and what it costs."""
    experiment, shape = opened.experiment, opened.pipeline.shape
    cached = _cached(opened, entries)
    times = stage_times(entries, history)
    counts = f"{len(shape.stages)} stages, {len(experiment.space)} tuned parameters"
    text = Text.assemble("pipeline ", (shape.name, "bold"), f": {counts}\n")
    for place, stage in enumerate(shape.stages, 1):
        time = times[stage.name].words if stage.name in times else "time unknown"
        text.append(f"\n{place:2d}  ").append(stage.name, style="bold cyan")
        text.append(f"  {time}, cached for {cached.count(stage.name)} configurations\n")
        tuned = [name for name in stage.reads if name in experiment.space]
        owned = [name for name in tuned if shape.owner(name) == stage.name]
        others = [name for name in stage.reads if name not in owned]
        for what, names in (("owns", owned), ("reads", others), ("follows", stage.upstream)):
            if names:
                text.append(f"    {what:8}", style="dim").append(", ".join(names) + "\n")
    return text


def forecast(opened: Opened, entries: Sequence[CacheEntry], history: History) -> str:
    """Return what the budget is good for, as sentences."""
    times = stage_times(entries, history)
    names = opened.pipeline.shape.names
    budget = opened.experiment.budget
    outlook = Outlook(
        experiment=opened.experiment,
        pipeline=opened.pipeline.shape,
        cached=_cached(opened, entries),
        history=history,
    )
    left = max(0.0, budget.amount - budget.spent(history.trials))
    said = f"budget: {budget.amount:g} {budget.unit}, {wording.cost(budget, left)} left; "
    if any(name not in times for name in names):
        return f"{said}how long a trial takes is known after the first one; {outlook.unpriced()}"
    charged = {name: _cost(budget, times, (name,)) for name in names}
    everything = replace(budget, counts=Counted.COMPUTE_AND_OVERHEAD)
    weighed = {name: _cost(everything, times, (name,)) for name in names}
    whole, last = sum(charged.values()), charged[names[-1]]
    price = f" and costs {wording.cost(budget, whole)}" if budget.prices else ""
    cheap = f"{left / last:.0f}" if last else "any number"
    trials = (
        f"{said}a whole trial takes about {_together(times, names).words}{price}, so that is "
        f"{left / max(whole, 1e-9):.0f} whole trials, or {cheap} that run only `{names[-1]}`"
    )
    return "; ".join(filter(None, (trials, outlook.priced(charged, weighed))))


def _cached(opened: Opened, entries: Sequence[CacheEntry]) -> CachedStages:
    experiment = opened.experiment
    return cached_stages(
        entries,
        opened.pipeline,
        experiment.space,
        experiment.arguments,
        salt=experiment.cache.salt,
    )


def _together(times: Mapping[str, StageTime], names: Iterable[str]) -> StageTime:
    chosen = [times[name] for name in names]
    return StageTime(
        seconds=sum(time.seconds for time in chosen),
        overhead_seconds=sum(time.overhead_seconds for time in chosen),
    )


def _cost(budget: Budget, times: Mapping[str, StageTime], names: Iterable[str]) -> float:
    return sum(
        budget.cost_of(
            StageRecord(
                stage=name,
                outcome=StageOutcome.EXECUTED,
                seconds=times[name].seconds,
                overhead_seconds=times[name].overhead_seconds,
            )
        )
        for name in names
    )
