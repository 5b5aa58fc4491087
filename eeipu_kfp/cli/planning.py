"""What an experiment will run, before it does."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from rich.text import Text

from eeipu_kfp.cache.entries import CacheEntry
from eeipu_kfp.cache.pool import cached_stages
from eeipu_kfp.cli import wording
from eeipu_kfp.core.history import History
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.local.opening import Opened


def stage_seconds(entries: Sequence[CacheEntry], history: History) -> dict[str, float]:
    """Return the median compute time of each stage that has run, here or for another experiment."""
    found: dict[str, list[float]] = {}
    for entry in entries:
        found.setdefault(entry.stage, []).append(entry.seconds)
    for trial in history.trials:
        for record in trial.stages:
            if record.outcome is StageOutcome.EXECUTED:
                found.setdefault(record.stage, []).append(record.seconds)
    return {stage: median(seconds) for stage, seconds in found.items()}


def stages_text(opened: Opened, entries: Sequence[CacheEntry], history: History) -> Text:
    """Return what each stage owns, reads and follows, what is cached of it, and what it costs."""
    experiment, shape = opened.experiment, opened.pipeline.shape
    cached = cached_stages(
        entries,
        opened.pipeline,
        experiment.space,
        experiment.arguments,
        salt=experiment.cache.salt,
    )
    seconds = stage_seconds(entries, history)
    counts = f"{len(shape.stages)} stages, {len(experiment.space)} tuned parameters"
    text = Text.assemble("pipeline ", (shape.name, "bold"), f": {counts}\n")
    for place, stage in enumerate(shape.stages, 1):
        time = wording.duration(seconds[stage.name]) if stage.name in seconds else "time unknown"
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
    seconds = stage_seconds(entries, history)
    names = opened.pipeline.shape.names
    budget = opened.experiment.budget_seconds
    left = max(0.0, budget - history.spent_seconds)
    if any(name not in seconds for name in names):
        return (
            f"budget: {budget:g} s, {wording.duration(left)} left; "
            "how long a trial takes is known after the first one"
        )
    whole = sum(seconds[name] for name in names)
    last = seconds[names[-1]]
    return (
        f"budget: {budget:g} s, {wording.duration(left)} left; a whole trial takes about "
        f"{wording.duration(whole)}, so that is {left / max(whole, 1e-9):.0f} whole trials, or "
        f"{left / max(last, 1e-9):.0f} that run only `{names[-1]}`"
    )
