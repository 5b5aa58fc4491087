"""Health checks: how tuning goes wrong without failing, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from eeipu_kfp.core.experiment import Experiment
from eeipu_kfp.core.history import History
from eeipu_kfp.core.pipeline import Pipeline
from eeipu_kfp.report.checkups import reuse, running, search
from eeipu_kfp.report.checkups.evidence import Evidence, Severity, Verdict

_CHECKS: tuple[tuple[str, str, Callable[[Evidence], Verdict]], ...] = (
    ("cache-thrashing", "Cache thrashing", reuse.thrashing),
    ("overfitting-surrogate", "Overfitting surrogate", search.stuck),
    ("premature-convergence", "Premature convergence", search.converged_early),
    ("cheap-but-useless", "Cheap but useless trials", search.cheap_but_useless),
    ("failing-stage", "Failures in one stage", running.failing_stage),
    ("small-budget", "Budget too small", running.small_budget),
    ("cost-forecast", "Cost forecast off", running.wrong_forecast),
    ("last-stage-cost", "Cost dominated by the last stage", reuse.last_stage_dominates),
    ("nothing-reused", "Nothing reused", reuse.nothing_reused),
)
_GRAVEST_FIRST = (Severity.WARNING, Severity.NOTICE, Severity.OK)


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
    advice: str

    @property
    def is_warning(self) -> bool:
        """Whether something should be done."""
        return self.severity is Severity.WARNING


def checks(experiment: Experiment, pipeline: Pipeline, history: History) -> tuple[Finding, ...]:
    """Return a finding for every check, the gravest first.

    A check that has found nothing answers too, so that a reader sees what has been looked at.
    """
    evidence = Evidence(experiment=experiment, pipeline=pipeline, history=history)
    findings = (_finding(name, title, check(evidence)) for name, title, check in _CHECKS)
    return tuple(sorted(findings, key=lambda found: _GRAVEST_FIRST.index(found.severity)))


def _finding(name: str, title: str, verdict: Verdict) -> Finding:
    return Finding(
        id=name,
        severity=verdict.severity,
        title=title,
        seen=verdict.seen,
        advice=verdict.advice,
    )
