from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from eeipu_kfp.core.ports import RunState
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.runners.local import LocalRunner
from tests.contracts.local_pipelines import compiled
from tests.unit.runners import flows
from tests.unit.runners.trials import Ended, run_to_its_end

Run = Callable[..., Ended]


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRunner]:
    with LocalRunner(tmp_path_factory.mktemp("runs")) as runner:
        yield runner


@pytest.fixture
def run(runner: LocalRunner, tmp_path: Path) -> Run:
    return partial(run_to_its_end, runner, tmp_path.name)


def test_a_loop_is_one_stage_whose_outputs_are_lists(run: Run) -> None:
    ended = run(compiled(flows.loop), count=3)

    assert ended.state is RunState.SUCCEEDED
    assert len(ended.results) == 4
    outputs = ended.outputs("for-loop-1")
    (numbers,) = outputs.parameters.values()
    (models,) = outputs.artifacts.values()
    assert numbers == [11, 14, 19]
    assert all(isinstance(number, int) for number in numbers)
    assert [Path(model.uri).read_text() for model in models] == ["1", "2", "3"]
    assert {model.metadata["kind"] for model in models} == {"square"}
    assert ended.outputs("total").parameters == {"Output": 50}


def test_a_loop_over_nothing_puts_out_empty_lists(run: Run) -> None:
    outputs = run(compiled(flows.loop), count=0).outputs("for-loop-1")

    assert list(outputs.parameters.values()) == [[]]
    assert list(outputs.artifacts.values()) == [()]


def test_a_loop_costs_what_all_its_rounds_cost(run: Run) -> None:
    ended = run(compiled(flows.loop), count=4)

    assert ended.results["for-loop-1"].seconds > 2 * ended.results["number"].seconds


@pytest.mark.parametrize(
    ("count", "outcome"),
    [
        pytest.param(2, StageOutcome.EXECUTED, id="met"),
        pytest.param(3, StageOutcome.SKIPPED, id="not-met"),
    ],
)
def test_a_condition_on_a_named_output_decides(run: Run, count: int, outcome: StageOutcome) -> None:
    ended = run(compiled(flows.condition), count=count)

    assert ended.state is RunState.SUCCEEDED
    assert ended.results["condition-1"].outcome is outcome


@pytest.mark.parametrize(("count", "text"), [(2, "won"), (3, "lost")], ids=["if", "else"])
def test_one_of_two_branches_goes_on(run: Run, count: int, text: str) -> None:
    ended = run(compiled(flows.branches), count=count)

    assert ended.outputs("say-3").parameters == {"Output": text}


@pytest.mark.parametrize(("count", "met"), [(2, True), (3, False)], ids=["met", "not-met"])
def test_a_nested_condition_on_a_named_output_decides(
    run: Run,
    tmp_path: Path,
    count: int,
    met: bool,  # noqa: FBT001
) -> None:
    ended = run(compiled(flows.nested_condition), count=count, path=str(tmp_path / "mark"))

    assert ended.state is RunState.SUCCEEDED
    assert (tmp_path / "mark").exists() is met


def test_two_uses_of_a_nested_pipeline_keep_apart(run: Run) -> None:
    ended = run(compiled(flows.nested), small=2, large=5)

    assert ended.outputs("inner").parameters == {"size": 2}
    assert ended.outputs("inner-2").parameters == {"size": 5}
    assert ended.outputs("measure").parameters == {"Output": 2}
    assert ended.outputs("measure-2").artifacts["metrics"][0].metadata == {"size": 5}


def test_an_optional_input_may_be_left_out(run: Run) -> None:
    ended = run(compiled(flows.optional), times=3)

    assert ended.outputs("greet").parameters == {"Output": "NoneNoneNone"}
    assert ended.outputs("greeting").parameters == {"Output": "NoneNone"}


def test_an_optional_input_is_used_where_it_is_given(run: Run) -> None:
    ended = run(compiled(flows.optional), who="a")

    assert ended.outputs("greet").parameters == {"Output": "a"}
    assert ended.outputs("greeting").parameters == {"Output": "aa"}


def test_an_exit_handler_runs_after_a_failure_and_nothing_else_does(run: Run) -> None:
    ended = run(compiled(flows.handled), stages=("exit-handler-1", "say", "close"))

    assert ended.state is RunState.FAILED
    assert list(ended.results) == ["exit-handler-1", "close"]
    assert ended.outputs("close").parameters == {"Output": "FAILED"}
    failure = ended.results["exit-handler-1"].failure
    assert failure is not None
    assert "ValueError: cannot say this" in failure.message


def test_a_stage_that_is_fed_a_nan_says_so(run: Run) -> None:
    ended = run(compiled(flows.undefined_number))

    failure = ended.results["consume"].failure
    assert failure is not None
    assert "nan" in failure.message.lower()


def test_an_importer_that_is_no_stage_leaves_no_record(run: Run, tmp_path: Path) -> None:
    (tmp_path / "given").write_text("text")

    ended = run(compiled(flows.imported), stages=("read",), path=str(tmp_path / "given"))

    assert list(ended.results) == ["read"]
    assert ended.outputs("read").parameters == {"Output": "text"}


def test_a_retry_may_save_a_stage(run: Run, tmp_path: Path) -> None:
    ended = run(compiled(flows.retried), state=str(tmp_path / "state"))

    assert ended.state is RunState.SUCCEEDED
    assert ended.outputs("stumble").parameters == {"Output": 1}


def test_environment_variables_reach_the_component(run: Run) -> None:
    ended = run(compiled(flows.environment))

    assert ended.outputs("show").parameters == {"Output": "plain"}
