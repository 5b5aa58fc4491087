"""Whether the cache is of use."""

from __future__ import annotations

from collections import Counter

from eeipu_kfp.core.trial import StageRecord
from eeipu_kfp.report import wording
from eeipu_kfp.report.checkups.evidence import FEWEST_TRIALS, Evidence, Severity, Verdict
from eeipu_kfp.report.summary import summarise

_THRASHING_SHARE = 0.05
_THRASHING_REPEATS = 3
_DOMINATING_SHARE = 0.7


def thrashing(evidence: Evidence) -> Verdict:
    """Find stages that ran again although the same values had run before."""
    again = _repeated(evidence)
    wasted = sum(stage.seconds for stage in again)
    if not again:
        return Verdict(seen="No stage ran twice for the same values.")
    often, _ = Counter(stage.stage for stage in again).most_common(1)[0]
    spent = evidence.history.spent_seconds
    is_bad = len(again) >= _THRASHING_REPEATS and wasted >= _THRASHING_SHARE * spent
    return Verdict(
        severity=Severity.WARNING if is_bad else Severity.NOTICE,
        seen=(
            f"{wording.count(len(again), 'stage run')} repeated work that an earlier trial had "
            f"done, most often `{often}`: {wording.duration(wasted)} of "
            f"{wording.duration(spent)} spent ({wording.percent(wasted, spent)})."
        ),
        advice=(
            "Raise `cache.sizeLimit` so that entries outlive their reuse, keep `cache.salt` "
            "unchanged between resumes, and make sure that nothing else deletes from the store."
        ),
    )


def nothing_reused(evidence: Evidence) -> Verdict:
    """Find experiments that never hit the cache."""
    summary = summarise(evidence.pipeline, evidence.history)
    hits, runs = summary.stage_hits, summary.stage_runs
    seen = f"{hits:,} of {wording.count(runs, 'stage run')} came from the cache."
    if hits or len(evidence.scored) < FEWEST_TRIALS or len(evidence.pipeline.names) == 1:
        return Verdict(seen=seen)
    first = evidence.pipeline.names[0]
    return Verdict(
        severity=Severity.WARNING,
        seen=seen,
        advice=(
            f"See with `eeipu plan` whether `{first}` reads parameters that belong to a later "
            "stage, and with `eeipu cache why` what differs between its keys. Check that "
            "`cache.sizeLimit` holds one trial's outputs and that `cache.salt` does not change."
        ),
    )


def last_stage_dominates(evidence: Evidence) -> Verdict:
    """Find pipelines whose cost lies where reuse cannot reach it."""
    seconds = {name: _mean_seconds(evidence, name) for name in evidence.pipeline.names}
    ends = {n: s for n, s in seconds.items() if not evidence.pipeline.descendants(n)}
    whole = sum(seconds.values())
    if not whole or len(seconds) == len(ends):
        return Verdict(seen="Not enough stages have run to compare them.")
    share = sum(ends.values()) / whole
    names = ", ".join(f"`{name}`" for name in ends)
    seen = (
        f"{names}: {wording.percent(share, 1)} of a trial's compute time; reuse can "
        f"save at most the other {wording.percent(1 - share, 1)}."
    )
    if share < _DOMINATING_SHARE:
        return Verdict(seen=seen)
    return Verdict(
        severity=Severity.NOTICE,
        seen=seen,
        advice=(
            f"Split {names}: put what depends on few parameters into a stage of its own, before "
            "what depends on all of them."
        ),
    )


def _repeated(evidence: Evidence) -> list[StageRecord]:
    seen: set[tuple[str, str]] = set()
    again: list[StageRecord] = []
    decides = {
        name: sorted(evidence.tuned(*evidence.pipeline.ancestors(name), name))
        for name in evidence.pipeline.names
    }
    for trial, stage in evidence.executed():
        key = (stage.stage, trial.configuration.restricted_to(decides[stage.stage]).canonical)
        if key in seen:
            again.append(stage)
        seen.add(key)
    return again


def _mean_seconds(evidence: Evidence, stage: str) -> float:
    seconds = [r.seconds for _, r in evidence.executed() if r.stage == stage]
    return sum(seconds) / len(seconds) if seconds else 0.0
