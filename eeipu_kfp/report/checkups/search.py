"""Whether the search still learns something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from eeipu_kfp.core.space import Categorical, Domain
from eeipu_kfp.core.values import Value
from eeipu_kfp.report import wording
from eeipu_kfp.report.checkups.evidence import (
    FEWEST_TRIALS,
    TOO_EARLY,
    Evidence,
    Severity,
    Verdict,
)
from eeipu_kfp.report.sensitivity import unit

_STUCK_SHARE = 0.8
_FEWEST_PREFIXES = 3
_DUPLICATE_SPREAD = 0.02
_FREE_SHARE = 0.1


def stuck(evidence: Evidence) -> Verdict:
    """Find a search whose late trials all share one prefix and improve nothing."""
    shared = evidence.tuned(*evidence.pipeline.names[:-1])
    late = evidence.late
    if not shared:
        return Verdict(seen="Nothing that is tuned is read before the last stage.")
    if len(evidence.scored) < FEWEST_TRIALS:
        return Verdict(seen=TOO_EARLY)
    prefixes = Counter(t.configuration.restricted_to(shared).canonical for t in late)
    tried = len({t.configuration.restricted_to(shared).canonical for t in evidence.scored})
    most = prefixes.most_common(1)[0][1]
    seen = (
        f"{most} of the last {len(late)} trials start from one and the same prefix "
        f"(of {tried:,} tried); the best trial is {evidence.since_best}."
    )
    is_stuck = most >= _STUCK_SHARE * len(late) and tried >= _FEWEST_PREFIXES
    if not is_stuck or evidence.trials_since_best < len(late):
        return Verdict(seen=seen)
    return Verdict(
        severity=Severity.WARNING,
        seen=seen,
        advice=(
            "The models believe in one prefix without gaining from it. Raise "
            "`algorithm.warmUpTrials` so that they see more prefixes, or go on with another "
            "`algorithm.seed`; what is cached stays cached."
        ),
    )


def converged_early(evidence: Evidence) -> Verdict:
    """Find a best trial in the first half, followed by near copies."""
    scored, late, best = evidence.scored, evidence.late, evidence.history.best
    if len(scored) < FEWEST_TRIALS or best is None:
        return Verdict(seen=TOO_EARLY)
    space = evidence.experiment.space
    spread = max(_spread(space[p], [t.configuration[p] for t in late]) for p in space)
    seen = (
        f"The last {len(late)} trials spread over {wording.percent(spread, 1)} of the range of the "
        f"parameter that varies most; the best trial is {evidence.since_best}."
    )
    found_early = evidence.trials_since_best > len(scored) / 2
    if not found_early or spread > _DUPLICATE_SPREAD:
        return Verdict(seen=seen)
    return Verdict(
        severity=Severity.WARNING,
        seen=seen,
        advice=(
            "The search polishes one point. Raise `algorithm.warmUpTrials`, go on with another "
            "`algorithm.seed`, or stop here: set `objective.goal` or `maxTrials` and keep the rest "
            "of the budget."
        ),
    )


def cheap_but_useless(evidence: Evidence) -> Verdict:
    """Find late trials that cost next to nothing and improve nothing."""
    late = evidence.late
    if len(evidence.scored) < FEWEST_TRIALS:
        return Verdict(seen=TOO_EARLY)
    whole, budget = evidence.whole_cost, evidence.experiment.budget
    free = [t for t in late if budget.spent_on(t) < _FREE_SHARE * whole]
    seen = (
        f"{len(free)} of the last {len(late)} trials cost less than "
        f"{wording.percent(_FREE_SHARE, 1)} of a whole one ({wording.cost(budget, whole)}); the "
        f"best trial is {evidence.since_best}."
    )
    if len(free) <= len(late) / 2 or evidence.trials_since_best < len(late):
        return Verdict(seen=seen)
    last = evidence.pipeline.names[-1]
    own = ", ".join(p for p in evidence.experiment.space if evidence.pipeline.owner(p) == last)
    return Verdict(
        severity=Severity.NOTICE,
        seen=seen,
        advice=(
            f"Varying the end of the pipeline ({own or last}) is cheap but exhausted. Narrow "
            "or fix these parameters, widen those of earlier stages, or raise "
            f"`{budget.document_field}` so that new prefixes become affordable; "
            "`algorithm.name: eeipu` weighs this better than `eeipu-published`."
        ),
    )


def _spread(domain: Domain, values: Sequence[Value]) -> float:
    """Return how much of a range values take, without the outermost tenth on either side."""
    if isinstance(domain, Categorical):
        return 1 - Counter(domain.index(v) for v in values).most_common(1)[0][1] / len(values)
    places = sorted(unit(domain, value) for value in values)
    cut = len(places) // 10
    return places[-1 - cut] - places[cut]
