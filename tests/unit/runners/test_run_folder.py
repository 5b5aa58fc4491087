from __future__ import annotations

import os
from pathlib import Path
from types import MappingProxyType

import pytest

from eeipu_kfp.core.ports import RunState, StageResult, TrialRun
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.runners.run_folder import RunEnd, RunFolder

_RUN = TrialRun(
    name="one",
    pipeline={"root": {"dag": {}}},
    arguments={"rate": 0.1, "depth": 3},
    stages=("prepare", "train"),
    stage_timeout_seconds=5.0,
)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "one")
    folder.create(_RUN)
    return folder


def _result(stage: str) -> StageResult:
    return StageResult(stage=stage, outcome=StageOutcome.EXECUTED, seconds=1.0)


def test_what_was_asked_can_be_read_again(folder: RunFolder) -> None:
    assert folder.exists
    assert RunFolder(folder.path).request() == _RUN


def test_any_mapping_can_be_asked(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "two")

    folder.create(
        TrialRun(
            name="two", pipeline=MappingProxyType({"root": {}}), arguments={}, stages=("train",)
        )
    )

    assert folder.request().pipeline == {"root": {}}


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "none")

    assert not folder.exists
    assert folder.results() == ()
    assert folder.end() is None
    assert folder.holder() is None


def test_results_come_in_the_order_in_which_they_were_recorded(folder: RunFolder) -> None:
    stages = [f"stage-{number}" for number in (9, 1, 5, *range(20, 30))]

    for stage in stages:
        folder.record(_result(stage))

    assert [result.stage for result in folder.results()] == stages


def test_a_draft_that_a_crash_left_is_no_result(folder: RunFolder) -> None:
    folder.record(_result("prepare"))
    (folder.path / "stages" / "002-train.draft").write_text('{"stage": "tr')

    assert [result.stage for result in folder.results()] == ["prepare"]


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(RunEnd(state=RunState.SUCCEEDED), id="succeeded"),
        pytest.param(RunEnd(state=RunState.FAILED, error="no", hint="do"), id="error"),
    ],
)
def test_the_end_can_be_read_again(folder: RunFolder, end: RunEnd) -> None:
    folder.finish(end)

    assert RunFolder(folder.path).end() == end


def test_the_holder_is_known_while_it_holds_and_no_longer(folder: RunFolder) -> None:
    with folder.held():
        assert folder.holder() == os.getpid()
        assert not folder.wait_until_free(0.0)

    assert folder.holder() is None
    assert folder.wait_until_free(0.0)
