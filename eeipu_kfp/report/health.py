"""Health checks: how tuning goes wrong without failing, and what to do about it.

Each check is a pure function of an experiment's record. It answers with a finding that is `ok`
too, so that a reader sees what has been looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.core.space import Categorical, Domain
from eeipu_kfp.core.trial import StageOutcome, StageRecord, Trial
from eeipu_kfp.core.values import Value
from eeipu_kfp.report import wording
from eeipu_kfp.report.sensitivity import unit
from eeipu_kfp.report.summary import summarise

_FEWEST_TRIALS = 12
"""Trials with an objective below which a search cannot be judged."""
_THRASHING_SHARE = 0.05
_THRASHING_REPEATS = 3
_STUCK_SHARE = 0.8
_DUPLICATE_SPREAD = 0.02
_FREE_SHARE = 0.1
_FEWEST_FAILURES = 3
_FAILURE_SHARE = 0.1
_LARGE_TRIAL_SHARE = 0.1
_NOTABLE_TRIAL_SHARE = 0.05
_DOMINATING_SHARE = 0.7
_GOOD_BUDGET_TRIALS = 20


class Severity(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    NOTICE = "notice"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check has found.

    Attributes:
        id: The check's name, which does not change between versions.
        severity: How much it matters.
        title: What it is about, in a few words.
        seen: What was seen, with figures.
        advice: What to do, with the fields of the experiment; empty where all is well.
    """

    id: str
    severity: Severity
    title: str
    seen: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """What every check looks at."""

    experiment: Experiment
    pipeline: Pipeline
    history: History

    @property
    def scored(self) -> tuple[Trial, ...]:
        return tuple(t for t in self.history.trials if t.objective is not None)

    @property
    def late(self) -> tuple[Trial, ...]:
        """The last third of the trials with an objective."""
        return self.scored[-max(4, len(self.scored) // 3) :]

    @property
    def trials_since_best(self) -> int:
        best = self.history.best
        return sum(trial.number > best.number for trial in self.scored) if best else 0

    def tuned(self, stages: Sequence[str]) -> tuple[str, ...]:
        return tuple(p for p in self.pipeline.inputs_of(stages) if p in self.experiment.space)

    def executed(self) -> list[tuple[Trial, StageRecord]]:
        return [
            (trial, record)
            for trial in self.history.trials
            for record in trial.stages
            if record.outcome is StageOutcome.EXECUTED and record.stage in self.pipeline.names
        ]


def checks(experiment: Experiment, pipeline: Pipeline, history: History) -> tuple[Finding, ...]:
    """Return a finding for every check, the most serious first."""
    record = _Record(experiment=experiment, pipeline=pipeline, history=history)
    findings = (
        _thrashing(record),
        _stuck(record),
        _converged_early(record),
        _cheap_but_useless(record),
        _failing_stage(record),
        _small_budget(record),
        _last_stage_dominates(record),
        _nothing_reused(record),
    )
    return tuple(sorted(findings, key=lambda f: -list(Severity).index(f.severity)))


def _thrashing(record: _Record) -> Finding:
    """Find stages that ran again although the same values had run before."""
    seen: set[tuple[str, str]] = set()
    again: list[StageRecord] = []
    for trial, stage in record.executed():
        tuned = record.tuned((*record.pipeline.ancestors(stage.stage), stage.stage))
        key = (stage.stage, trial.configuration.restricted_to(sorted(tuned)).canonical)
        if key in seen:
            again.append(stage)
        seen.add(key)
    wasted = sum(stage.seconds for stage in again)
    title = "Cache thrashing"
    if not again:
        return _ok("cache-thrashing", title, "No stage ran twice for the same values.")
    often, _ = Counter(stage.stage for stage in again).most_common(1)[0]
    spent = record.history.spent_seconds
    is_bad = len(again) >= _THRASHING_REPEATS and wasted >= _THRASHING_SHARE * spent
    return Finding(
        id="cache-thrashing",
        severity=Severity.WARNING if is_bad else Severity.NOTICE,
        title=title,
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


def _stuck(record: _Record) -> Finding:
    """Find a search whose late trials all share one prefix and improve nothing."""
    title = "Overfitting surrogate"
    shared = record.tuned(record.pipeline.names[:-1])
    late = record.late
    if len(record.scored) < _FEWEST_TRIALS or not shared or len(record.pipeline.names) < 2:  # noqa: PLR2004
        return _ok("overfitting-surrogate", title, _TOO_EARLY)
    prefixes = Counter(t.configuration.restricted_to(shared).canonical for t in late)
    tried = len({t.configuration.restricted_to(shared).canonical for t in record.scored})
    most = prefixes.most_common(1)[0][1]
    seen = (
        f"{most} of the last {len(late)} trials start from one and the same prefix "
        f"(of {tried:,} tried); the best trial is {_ago(record)}."
    )
    if most < _STUCK_SHARE * len(late) or record.trials_since_best < len(late):
        return _ok("overfitting-surrogate", title, seen)
    return Finding(
        id="overfitting-surrogate",
        severity=Severity.WARNING,
        title=title,
        seen=seen,
        advice=(
            "The models believe in one prefix without gaining from it. Raise "
            "`algorithm.warmUpTrials` so that they see more prefixes, or go on with another "
            "`algorithm.seed`; what is cached stays cached."
        ),
    )


def _converged_early(record: _Record) -> Finding:
    """Find a best trial in the first half, followed by near copies."""
    title = "Premature convergence"
    scored, late, best = record.scored, record.late, record.history.best
    if len(scored) < _FEWEST_TRIALS or best is None:
        return _ok("premature-convergence", title, _TOO_EARLY)
    space = record.experiment.space
    spread = max(_spread(space[p], [t.configuration[p] for t in late]) for p in space)
    seen = (
        f"The last {len(late)} trials spread over {wording.percent(spread, 1)} of the range of the "
        f"parameter that varies most; the best trial is {_ago(record)}."
    )
    found_early = record.trials_since_best > len(scored) / 2
    if not found_early or spread > _DUPLICATE_SPREAD:
        return _ok("premature-convergence", title, seen)
    return Finding(
        id="premature-convergence",
        severity=Severity.WARNING,
        title=title,
        seen=seen,
        advice=(
            "The search polishes one point. Raise `algorithm.warmUpTrials`, go on with another "
            "`algorithm.seed`, or stop here: set `objective.goal` or `maxTrials` and keep the rest "
            "of the budget."
        ),
    )


def _cheap_but_useless(record: _Record) -> Finding:
    """Find late trials that cost next to nothing and improve nothing."""
    title = "Cheap but useless trials"
    late = record.late
    if len(record.scored) < _FEWEST_TRIALS:
        return _ok("cheap-but-useless", title, _TOO_EARLY)
    whole = _whole_cost_seconds(record)
    free = [t for t in late if t.spent_seconds < _FREE_SHARE * whole]
    seen = (
        f"{len(free)} of the last {len(late)} trials cost less than {_FREE_SHARE:.0%} of a "
        f"whole one ({wording.duration(whole)}); the best trial is {_ago(record)}."
    )
    if len(free) <= len(late) / 2 or record.trials_since_best < len(late):
        return _ok("cheap-but-useless", title, seen)
    last = record.pipeline.names[-1]
    own = ", ".join(p for p in record.experiment.space if record.pipeline.owner(p) == last)
    return Finding(
        id="cheap-but-useless",
        severity=Severity.NOTICE,
        title=title,
        seen=seen,
        advice=(
            f"Varying the end of the pipeline ({own or last}) is cheap but exhausted. Narrow "
            "or fix these parameters, widen those of earlier stages, or raise `budget.seconds` so "
            "that new prefixes become affordable; `algorithm.name: eeipu` weighs this better than "
            "`eeipu-published`."
        ),
    )


def _failing_stage(record: _Record) -> Finding:
    """Find the stage in which most trials fail."""
    title = "Failures in one stage"
    failures = Counter(t.failure.stage or "no stage" for t in record.history.failed if t.failure)
    if not failures:
        return _ok("failing-stage", title, "No trial failed.")
    stage, many = failures.most_common(1)[0]
    trials = len(record.history.trials)
    seen = f"{many} of {wording.count(trials, 'trial')} failed in `{stage}`."
    if many < _FEWEST_FAILURES or many < _FAILURE_SHARE * trials:
        return _ok("failing-stage", title, seen)
    owned = record.tuned((stage,)) if stage in record.pipeline.names else ()
    ranges = f" Narrow the ranges of {', '.join(f'`{p}`' for p in owned)}." if owned else ""
    return Finding(
        id="failing-stage",
        severity=Severity.WARNING,
        title=title,
        seen=seen,
        advice=(
            f"Open a failed trial in the table for its last log lines.{ranges} Where it was killed "
            "or hung, give it more memory or raise `stageTimeoutSeconds`; tuning ends after "
            f"`maxFailedTrials` ({record.experiment.max_failed_trials})."
        ),
    )


def _small_budget(record: _Record) -> Finding:
    """Compare the cost of a whole trial with the budget."""
    title = "Budget too small"
    whole = _whole_cost_seconds(record)
    budget = record.experiment.budget_seconds
    if not whole:
        return _ok("small-budget", title, "No whole trial has run yet.")
    seen = (
        f"A trial without reuse costs {wording.duration(whole)}, {wording.percent(whole, budget)} "
        f"of the budget of {wording.duration(budget)}."
    )
    if whole < _NOTABLE_TRIAL_SHARE * budget:
        return _ok("small-budget", title, seen)
    return Finding(
        id="small-budget",
        severity=Severity.WARNING if whole > _LARGE_TRIAL_SHARE * budget else Severity.NOTICE,
        title=title,
        seen=seen,
        advice=(
            "The warm-up takes much of it and little is left to learn from. Raise "
            f"`budget.seconds` to {_GOOD_BUDGET_TRIALS * whole:.3g} or more "
            f"({_GOOD_BUDGET_TRIALS} whole trials), or tune on less data first."
        ),
    )


def _last_stage_dominates(record: _Record) -> Finding:
    """Find pipelines whose cost lies where reuse cannot reach it."""
    title = "Cost dominated by the last stage"
    seconds = {name: _mean_seconds(record, name) for name in record.pipeline.names}
    ends = {n: s for n, s in seconds.items() if not record.pipeline.descendants(n)}
    whole = sum(seconds.values())
    if not whole or len(seconds) == len(ends):
        return _ok("last-stage-cost", title, "Not enough stages have run to compare them.")
    share = sum(ends.values()) / whole
    names = ", ".join(f"`{name}`" for name in ends)
    seen = (
        f"{names} takes {wording.percent(share, 1)} of a whole trial's compute time; reuse can "
        f"save at most the other {wording.percent(1 - share, 1)}."
    )
    if share < _DOMINATING_SHARE:
        return _ok("last-stage-cost", title, seen)
    return Finding(
        id="last-stage-cost",
        severity=Severity.NOTICE,
        title=title,
        seen=seen,
        advice=(
            f"Split {names}: put what depends on few parameters into a stage of its own, before "
            "what depends on all of them."
        ),
    )


def _nothing_reused(record: _Record) -> Finding:
    """Find experiments that never hit the cache."""
    title = "Nothing reused"
    summary = summarise(record.pipeline, record.history)
    hits, runs = summary.stage_hits, summary.stage_runs
    seen = f"{hits:,} of {wording.count(runs, 'stage run')} came from the cache."
    if hits or len(record.scored) < _FEWEST_TRIALS or len(record.pipeline.names) == 1:
        return _ok("nothing-reused", title, seen)
    first = record.pipeline.names[0]
    return Finding(
        id="nothing-reused",
        severity=Severity.WARNING,
        title=title,
        seen=seen,
        advice=(
            f"See with `eeipu plan` whether `{first}` reads parameters that belong to a later "
            "stage, and with `eeipu cache why` what differs between its keys. Check that "
            "`cache.sizeLimit` holds one trial's outputs and that `cache.salt` does not change."
        ),
    )


_TOO_EARLY = f"Too early to tell: needs {_FEWEST_TRIALS} trials with an objective."


def _ok(id_: str, title: str, seen: str) -> Finding:
    return Finding(id=id_, severity=Severity.OK, title=title, seen=seen)


def _ago(record: _Record) -> str:
    since = record.trials_since_best
    return f"{wording.count(since, 'trial')} ago" if since else "the last one"


def _spread(domain: Domain, values: Sequence[Value]) -> float:
    """Return how much of a range values take, without the outermost tenth on either side."""
    if isinstance(domain, Categorical):
        return 1 - Counter(domain.index(v) for v in values).most_common(1)[0][1] / len(values)
    places = sorted(unit(domain, value) for value in values)
    cut = len(places) // 10
    return places[-1 - cut] - places[cut]


def _whole_cost_seconds(record: _Record) -> float:
    """Return the median cost of a trial without reuse; 0 before the first success."""
    costs = [t.spent_seconds + t.saved_seconds for t in record.scored]
    return median(costs) if costs else 0.0


def _mean_seconds(record: _Record, stage: str) -> float:
    seconds = [r.seconds for _, r in record.executed() if r.stage == stage]
    return sum(seconds) / len(seconds) if seconds else 0.0
