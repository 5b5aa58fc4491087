from dataclasses import FrozenInstanceError

import pytest

from eeipu_kfp.core.ports import Ingredients, RunState, StageResult, TrialRun
from eeipu_kfp.core.trial import StageOutcome


def test_a_component_alone_may_decide_a_stage():
    ingredients = Ingredients(component={"image": "python"})

    assert (ingredients.parameters, ingredients.consumes, ingredients.follows) == ({}, {}, ())


def test_what_passes_through_a_port_cannot_be_changed():
    run = TrialRun(name="t1", pipeline={}, arguments={}, stages=("s1",))
    result = StageResult(stage="s1", outcome=StageOutcome.EXECUTED, seconds=1.0)

    with pytest.raises(FrozenInstanceError):
        run.name = "t2"
    with pytest.raises(FrozenInstanceError):
        result.seconds = 2.0


def test_run_states_are_written_as_kubernetes_writes_them():
    assert [str(state) for state in RunState] == ["Running", "Succeeded", "Failed", "Stopped"]
