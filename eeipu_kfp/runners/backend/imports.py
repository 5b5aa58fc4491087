"""What it takes to bring cached outputs into a run: the wall time of its importers."""

from __future__ import annotations

from collections.abc import Iterator

from eeipu_kfp.core.ports import StageResult
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.runners.backend.pods import Pod
from eeipu_kfp.runners.backend.stages import Evidence


def imports(evidence: Evidence) -> Iterator[StageResult]:
    """Yield the importers that have ended, by the name of their task, with their overhead.

    Nothing of an importer computes, so all of its pods' time is overhead. Where pods may not be
    read, or are gone, there is none: run metadata do not know when an importer's pod was made.
    """
    for name in evidence.run.importers:
        own = [pod for pod in evidence.pods if pod.stage == name]
        ends = [pod.finished_at for pod in own if pod.finished_at is not None]
        if own and len(ends) == len(own):
            yield _import(name, own, max(ends))


def _import(name: str, pods: list[Pod], ended_at: float) -> StageResult:
    began_at = min(pod.created_at for pod in pods)
    return StageResult(
        stage=name,
        outcome=StageOutcome.CACHED,
        seconds=0.0,
        overhead_seconds=max(ended_at - began_at, 0.0),
        started_at=began_at,
    )
