from __future__ import annotations

from collections.abc import Callable

import pytest

from eeipu_kfp.core.outputs import StageOutputs
from eeipu_kfp.core.ports import TrialRun
from eeipu_kfp.runners.simulated import (
    SimulatedPipeline,
    SimulatedRunner,
    SimulatedStage,
    VirtualClock,
)
from tests.contracts.runner import STAGES, RunnerContract, RunnerWorld

_HELD_SECONDS = 10_000.0


class SimulatedWorld(RunnerWorld):
    def __init__(self) -> None:
        self._clock = VirtualClock(1000.0)
        pipeline = SimulatedPipeline(
            name="contract",
            stages=tuple(
                SimulatedStage(
                    name=name,
                    upstream=upstream,
                    seconds=lambda values, name=name: (
                        _HELD_SECONDS if values["held"] == name else 1.0
                    ),
                    fails=lambda values, name=name: values["failing"] == name,
                )
                for name, upstream in zip(STAGES, ((), ("prepare",), ("train",)), strict=True)
            ),
            objective=lambda _: 0.5,
        )
        self._pipeline = pipeline
        self.runner = SimulatedRunner(pipeline, self._clock)

    def trial(
        self, name: str, *, without_prepare: bool = False, failing: str = "", held: str = ""
    ) -> TrialRun:
        cached = {"prepare": StageOutputs()} if without_prepare else {}
        return TrialRun(
            name=name,
            pipeline=self._pipeline.cut(cached),
            arguments={"failing": failing, "held": held},
            stages=STAGES[1:] if without_prepare else STAGES,
        )

    def release(self) -> None:
        """Time passes at once here, so a held stage needs no help to end."""

    def wait(self, condition: Callable[[], bool]) -> None:
        for _ in range(100):
            if condition():
                return
            self._clock.sleep(1.0)
        pytest.fail("nothing more happens")


class TestSimulatedRunner(RunnerContract):
    @pytest.fixture
    def world(self) -> SimulatedWorld:
        return SimulatedWorld()
