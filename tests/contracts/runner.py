"""What every runner must do, whatever it runs on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from eeipu_kfp.core.ports import Runner, RunState, StageResult, TrialRun
from eeipu_kfp.core.trial import StageOutcome

STAGES = ("prepare", "train", "evaluate")


class RunnerWorld(ABC):
    """A runner with a pipeline of three stages, and the power to hold and to fail one of them."""

    runner: Runner

    @abstractmethod
    def trial(
        self, name: str, *, without_prepare: bool = False, failing: str = "", held: str = ""
    ) -> TrialRun:
        """A run of prepare, train and evaluate.

        Args:
            name: The run's name.
            without_prepare: Whether the pipeline is cut to train and evaluate.
            failing: A stage that fails.
            held: A stage that goes on until `release`.
        """

    @abstractmethod
    def release(self) -> None:
        """Let the held stage end."""

    @abstractmethod
    def wait(self, condition: Callable[[], bool]) -> None:
        """Let time pass until a condition holds; AssertionError if it never does."""

    def ended(self, handle: str) -> tuple[StageResult, ...]:
        """Wait for the end of a run and return its stages."""
        self.wait(lambda: self.runner.poll(handle) is not RunState.RUNNING)
        return self.runner.collect(handle)


def _names(results: tuple[StageResult, ...]) -> tuple[str, ...]:
    """Return the stages that ran; importers of cached ones may stand between them."""
    return tuple(r.stage for r in results if r.outcome is not StageOutcome.CACHED)


class RunnerContract:
    """Tests on a `world`, which the adapter's own test module gives as a fixture."""

    def test_stages_come_in_order_with_their_seconds_and_outputs(self, world: RunnerWorld) -> None:
        handle = world.runner.start(world.trial("one"))

        results = world.ended(handle)

        assert world.runner.poll(handle) is RunState.SUCCEEDED
        assert _names(results) == STAGES
        assert all(result.outcome is StageOutcome.EXECUTED for result in results)
        assert all(result.seconds > 0 for result in results)
        starts = [result.started_at for result in results]
        assert None not in starts
        assert starts == sorted(starts, key=lambda start: start or 0.0)
        last = results[-1].outputs
        assert last is not None
        assert isinstance(last.parameters["Output"], float)

    def test_what_is_collected_on_the_way_begins_what_is_collected_at_the_end(
        self, world: RunnerWorld
    ) -> None:
        handle = world.runner.start(world.trial("one", held="train"))
        world.wait(lambda: len(world.runner.collect(handle)) > 0)

        on_the_way = world.runner.collect(handle)
        state = world.runner.poll(handle)
        world.release()
        at_the_end = world.ended(handle)

        assert state is RunState.RUNNING
        assert _names(on_the_way) == ("prepare",)
        assert at_the_end[:1] == on_the_way
        assert _names(at_the_end) == STAGES

    def test_a_failing_stage_leaves_the_earlier_ones_executed(self, world: RunnerWorld) -> None:
        handle = world.runner.start(world.trial("one", failing="train"))

        prepared, failed = world.ended(handle)

        assert world.runner.poll(handle) is RunState.FAILED
        assert prepared.outcome is StageOutcome.EXECUTED
        assert failed.outcome is StageOutcome.FAILED
        assert failed.outputs is None
        assert failed.failure is not None
        assert failed.failure.stage == "train"
        assert "train" in failed.failure.message

    def test_a_name_is_run_once(self, world: RunnerWorld) -> None:
        handle = world.runner.start(world.trial("one"))
        first = world.ended(handle)

        again = world.runner.start(world.trial("one"))

        assert again == handle
        assert world.runner.poll(again) is RunState.SUCCEEDED
        assert world.runner.collect(again) == first

    def test_a_stopped_run_never_reaches_its_later_stages(self, world: RunnerWorld) -> None:
        handle = world.runner.start(world.trial("one", held="train"))
        world.wait(lambda: len(world.runner.collect(handle)) > 0)

        world.runner.stop(handle)
        world.release()

        assert world.runner.poll(handle) is RunState.STOPPED
        assert _names(world.ended(world.runner.start(world.trial("two")))) == STAGES
        assert _names(world.runner.collect(handle)) == ("prepare",)

    def test_stopping_a_run_that_has_ended_changes_nothing(self, world: RunnerWorld) -> None:
        handle = world.runner.start(world.trial("one"))
        results = world.ended(handle)

        world.runner.stop(handle)

        assert world.runner.poll(handle) is RunState.SUCCEEDED
        assert world.runner.collect(handle) == results

    def test_a_run_that_nothing_is_known_of_is_stopped_and_has_no_stages(
        self, world: RunnerWorld
    ) -> None:
        world.runner.stop("never-started")

        assert world.runner.poll("never-started") is RunState.STOPPED
        assert world.runner.collect("never-started") == ()

    def test_discarding_a_run_may_be_repeated_and_touches_no_other(
        self, world: RunnerWorld
    ) -> None:
        one, two = (world.runner.start(world.trial(name)) for name in ("one", "two"))
        world.ended(one)
        kept = world.ended(two)

        world.runner.discard(one)
        world.runner.discard(one)

        assert world.runner.poll(two) is RunState.SUCCEEDED
        assert world.runner.collect(two) == kept

    def test_a_cut_pipeline_runs_only_what_is_left(self, world: RunnerWorld) -> None:
        handle = world.runner.start(world.trial("one", without_prepare=True))

        assert _names(world.ended(handle)) == STAGES[1:]

    def test_runs_go_on_beside_each_other(self, world: RunnerWorld) -> None:
        held = world.runner.start(world.trial("held", held="train"))
        world.wait(lambda: len(world.runner.collect(held)) > 0)

        other = world.runner.start(world.trial("other"))

        assert world.runner.poll(held) is RunState.RUNNING
        world.release()
        assert _names(world.ended(other)) == STAGES
        assert _names(world.ended(held)) == STAGES
