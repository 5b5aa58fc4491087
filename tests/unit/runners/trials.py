"""Trials by the local runner, waited for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from eeipu_kfp.core.outputs import StageOutputs
from eeipu_kfp.core.ports import RunState, StageResult, TrialRun
from eeipu_kfp.runners.local import LocalRunner

_PATIENCE_SECONDS = 60.0
_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A trial that has ended: its state, and its stages by name in the order they ended."""

    state: RunState
    results: dict[str, StageResult]

    def outputs(self, stage: str) -> StageOutputs:
        """What an executed stage has put out."""
        outputs = self.results[stage].outputs
        assert outputs is not None
        return outputs


def run_to_its_end(
    runner: LocalRunner,
    name: str,
    pipeline: Mapping[str, Any],
    stages: tuple[str, ...] | None = None,
    **arguments: Any,
) -> Ended:
    """Run a pipeline, all its top-level tasks where no stages are given."""
    handle = runner.start(
        TrialRun(
            name=f"{name}-{next(_numbers)}",
            pipeline=pipeline,
            arguments=arguments,
            stages=tuple(pipeline["root"]["dag"]["tasks"]) if stages is None else stages,
        )
    )
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (state := runner.poll(handle)) is RunState.RUNNING:
        assert time.monotonic() < deadline, "the trial did not end in time"
        time.sleep(0.01)
    results = {result.stage: result for result in runner.collect(handle)}
    return Ended(state=state, results=results)
