"""Whether trials run as they should: without failures, at a fair price, as forecast."""

from __future__ import annotations

import math
from collections import Counter
from statistics import median

from eeipu_kfp.report import wording
from eeipu_kfp.report.checkups.evidence import Evidence, Severity, Verdict

_FEWEST_FAILURES = 3
_FAILURE_SHARE = 0.1
_LARGE_TRIAL_SHARE = 0.1
_NOTABLE_TRIAL_SHARE = 0.05
_GOOD_BUDGET_TRIALS = 20
_FEWEST_FORECASTS = 8
_FACTOR_OFF = 2.0


def failing_stage(evidence: Evidence) -> Verdict:
    """Find the stage in which most trials fail."""
    failures = Counter(t.failure.stage or "no stage" for t in evidence.history.failed if t.failure)
    if not failures:
        return Verdict(seen="No trial failed.")
    stage, many = failures.most_common(1)[0]
    trials = len(evidence.history.trials)
    seen = f"{many} of {wording.count(trials, 'trial')} failed in `{stage}`."
    if many < min(_FEWEST_FAILURES, trials) or many < _FAILURE_SHARE * trials:
        return Verdict(seen=seen)
    owned = evidence.tuned(stage) if stage in evidence.pipeline.names else ()
    ranges = f" Narrow the ranges of {', '.join(f'`{p}`' for p in owned)}." if owned else ""
    return Verdict(
        severity=Severity.WARNING,
        seen=seen,
        advice=(
            f"Open a failed trial in the table for its last log lines.{ranges} Where it was killed "
            "or hung, give it more memory or raise `stageTimeoutSeconds`; tuning ends after "
            f"`maxFailedTrials` ({evidence.experiment.max_failed_trials})."
        ),
    )


def small_budget(evidence: Evidence) -> Verdict:
    """Compare the cost of a whole trial with the budget."""
    whole = evidence.whole_cost
    budget = evidence.experiment.budget
    if not whole:
        return Verdict(seen="No whole trial has run yet.")
    seen = (
        f"A trial without reuse costs {wording.cost(budget, whole)}, "
        f"{wording.percent(whole, budget.amount)} of the budget of "
        f"{wording.cost(budget, budget.amount)}."
    )
    if whole < _NOTABLE_TRIAL_SHARE * budget.amount:
        return Verdict(seen=seen)
    return Verdict(
        severity=(
            Severity.WARNING if whole > _LARGE_TRIAL_SHARE * budget.amount else Severity.NOTICE
        ),
        seen=seen,
        advice=(
            "The warm-up takes much of it and little is left to learn from. Raise "
            f"`{budget.document_field}` to {_GOOD_BUDGET_TRIALS * whole:.3g} or more "
            f"({_GOOD_BUDGET_TRIALS} whole trials), or tune on less data first."
        ),
    )


def wrong_forecast(evidence: Evidence) -> Verdict:
    """Compare what late trials cost with what was expected of them."""
    spent_on = evidence.experiment.budget.spent_on
    pairs = [
        (spent, trial.expected_cost)
        for trial in evidence.scored
        if trial.expected_cost and (spent := spent_on(trial))
    ]
    late = pairs[-max(_FEWEST_FORECASTS, len(pairs) // 3) :]
    if len(late) < _FEWEST_FORECASTS:
        seen = f"Too early to tell: needs {_FEWEST_FORECASTS} trials with a forecast."
        return Verdict(seen=seen)
    factor = math.exp(median(abs(math.log(spent / expected)) for spent, expected in late))
    seen = (
        f"The cost of the last {len(late)} trials with a forecast was off by a factor of "
        f"{factor:.1f} (median)."
    )
    if factor < _FACTOR_OFF:
        return Verdict(seen=seen)
    return Verdict(
        severity=Severity.NOTICE,
        seen=seen,
        advice=(
            "The cost models mislead the search. Where trials slow each other down, lower "
            "`parallelTrials`; where the time depends on something that no parameter says, fix it; "
            "otherwise raise `algorithm.warmUpTrials`."
        ),
    )
