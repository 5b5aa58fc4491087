"""Resources and histories that tests of the controller share."""

from __future__ import annotations

from typing import Any

from eeipu_kfp.controller.resource import Resource, read_resource
from eeipu_kfp.controller.status import CacheSize, Standing
from eeipu_kfp.core.history import History
from eeipu_kfp.core.trial import Failure, StageOutcome, StageRecord, Trial, TrialState
from eeipu_kfp.core.values import Configuration
from eeipu_kfp.report.summary import summarise
from eeipu_kfp.runners.simulated import three_stage_problem
from tests.cluster_world import experiment
from tests.simulation import three_stage_experiment


def resource(*, status: dict[str, Any] | None = None, **metadata: Any) -> Resource:
    """Return a resource as the API server has it."""
    document = experiment()
    document["metadata"] |= {
        "namespace": "team",
        "uid": "12345678-90ab",
        "generation": 3,
        "creationTimestamp": "2026-01-01T00:00:00Z",
        **metadata,
    }
    return read_resource({**document, "status": status or {}})


def trial(number: int, objective: float | None = None, **changes: Any) -> Trial:
    """Return a trial whose first stage was cached and whose second one took 10 s."""
    stages = (
        StageRecord(stage="prepare", outcome=StageOutcome.CACHED, saved_seconds=60.0),
        StageRecord(stage="train", outcome=StageOutcome.EXECUTED, seconds=10.0),
    )
    parts: dict[str, Any] = {
        "state": TrialState.SUCCEEDED if objective is not None else TrialState.RUNNING,
        "stages": stages,
        "objective": objective,
        "started_at": 1000.0 + number,
        "runs": 1,
        **changes,
    }
    values = {"fraction": number / 1000, "rate": 0.5, "threshold": 0.5}
    return Trial(number=number, configuration=Configuration(values), **parts)


def failed(number: int, message: str = "it diverged") -> Trial:
    """Return a trial that has failed."""
    return trial(number, state=TrialState.FAILED, failure=Failure(message=message, stage="train"))


def standing(*trials: Trial, finished_at: float | None = None) -> Standing:
    """Return where an experiment with these trials stands."""
    campaign = three_stage_experiment()
    history = History(objective=campaign.objective, trials=trials)
    return Standing(
        experiment=campaign,
        history=history,
        summary=summarise(three_stage_problem().pipeline.shape, history),
        runs={found.number: f"run-{found.number}" for found in trials},
        cache=CacheSize(entries=7, size_bytes=4096),
        finished_at=finished_at,
    )
