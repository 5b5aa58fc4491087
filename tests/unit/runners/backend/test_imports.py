from __future__ import annotations

import pytest

from eeipu_kfp.core.ports import RunState
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.runners.backend.imports import imports
from eeipu_kfp.runners.backend.pods import Pod
from eeipu_kfp.runners.backend.stages import Evidence
from eeipu_kfp.runners.backend.tasks import TaskTree
from tests.unit.runners.backend.test_stages import IMPORT, pod, run


@pytest.mark.parametrize(
    ("pods", "seconds"),
    [
        pytest.param((pod(IMPORT, at=10.0),), [5.0], id="one pod"),
        pytest.param((pod(IMPORT, at=10.0), pod(IMPORT, at=20.0)), [15.0], id="tried again"),
        pytest.param((pod(IMPORT, code=None),), [], id="still at work"),
        pytest.param((), [], id="pods gone"),
        pytest.param((pod("train", "executor"),), [], id="a stage"),
    ],
)
def test_the_time_of_an_importer_is_that_of_its_pods(
    pods: tuple[Pod, ...], seconds: list[float]
) -> None:
    evidence = Evidence(run=run(RunState.RUNNING, has_ended=False), tree=TaskTree(()), pods=pods)

    told = list(imports(evidence))

    assert [result.overhead_seconds for result in told] == seconds
    assert all(result.outcome is StageOutcome.CACHED for result in told)
    assert all(result.stage == IMPORT for result in told)
