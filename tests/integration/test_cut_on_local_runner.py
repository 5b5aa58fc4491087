"""What the local runner makes of a cut pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from eeipu_kfp.compiled.pipelines import load_pipeline
from eeipu_kfp.core.outputs import StageOutputs
from eeipu_kfp.core.ports import RunState
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.runners.local import LocalRunner
from tests.contracts.local_pipelines import compiled
from tests.unit.runners import flows
from tests.unit.runners.trials import run_to_its_end


@pytest.mark.parametrize(
    ("flow", "arguments"),
    [
        pytest.param(flows.loop, {"count": 3}, id="loop"),
        pytest.param(flows.branches, {"count": 2}, id="if"),
        pytest.param(flows.branches, {"count": 3}, id="else"),
        pytest.param(flows.plain_outputs, {"count": 2}, id="plain-outputs"),
        pytest.param(flows.condition, {"count": 2}, id="condition-met"),
        pytest.param(flows.condition, {"count": 3}, id="condition-not-met"),
        pytest.param(flows.nested, {}, id="nested"),
    ],
)
def test_every_cut_gives_what_the_whole_gives(
    flow: Any, arguments: dict[str, Any], tmp_path: Path
) -> None:
    pipeline = load_pipeline(yaml.safe_dump(compiled(flow)))
    with LocalRunner(tmp_path) as runner:
        whole = run_to_its_end(runner, "whole", pipeline.ir, **arguments)

        for prefix in pipeline.shape.prefixes():
            rest = tuple(name for name in pipeline.shape.names if name not in prefix)
            kept = {name: whole.results[name].outputs or StageOutputs() for name in prefix}
            found = run_to_its_end(runner, "cut", pipeline.cut(kept), rest, **arguments)

            assert found.state is RunState.SUCCEEDED
            assert tuple(found.results) == rest
            for name in rest:
                assert found.results[name].outcome is whole.results[name].outcome
                if found.results[name].outcome is StageOutcome.EXECUTED:
                    assert found.outputs(name).parameters == whole.outputs(name).parameters
