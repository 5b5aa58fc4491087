"""Which stages of a run have ended, how, and when: everything known of a run put together."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from eeipu_kfp.core.ports import RunState
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.runners.backend.diagnosis import Ending, ending
from eeipu_kfp.runners.backend.pods import (
    Pod,
    StageTiming,
    is_at_work,
    latest,
    stage_timing,
)
from eeipu_kfp.runners.backend.runs import Run
from eeipu_kfp.runners.backend.tasks import TaskKind, TaskRecord, TaskState, TaskTree

_MILLISECONDS = 3
_NOTED = {"SUCCEEDED": StageOutcome.EXECUTED, "FAILED": StageOutcome.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known of a run at one moment.

    Attributes:
        run: What the API says.
        tree: What the run metadata say of its tasks.
        pods: Its pods, as far as they are still there and may be read.
    """

    run: Run
    tree: TaskTree
    pods: tuple[Pod, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedStage:
    """A stage that has ended.

    Attributes:
        name: Its name.
        outcome: How it ended.
        timing: When it ran; None where it never began.
        record: What the run metadata say of it, or of the container in it that failed; None for
            nothing.
        ending: Why it failed, as its pod tells.
    """

    name: str
    outcome: StageOutcome
    timing: StageTiming | None = None
    record: TaskRecord | None = None
    ending: Ending | None = None


def assess(evidence: Evidence) -> tuple[RunState, tuple[EndedStage, ...]]:
    """Return where a run is and the stages that have ended, in the order they ended.

    A failed run counts as STOPPED where no stage is to blame: all that failed have lost their pods
    to the cluster, and are left out, or a pod failed after its stage had put out everything. A
    stage that has failed may be tried again by KFP, so it counts at the end of the run alone.
    """
    ended = tuple(sorted(_ended(evidence), key=_end))
    state = evidence.run.state
    if state is not RunState.FAILED:
        return state, ended
    failed = [stage for stage in ended if stage.outcome is StageOutcome.FAILED]
    if not failed:
        failed = _never_begun(evidence, ended)
        ended = (*ended, *failed)
    if all(stage.ending is not None and stage.ending.is_lost for stage in failed):
        return RunState.STOPPED, tuple(stage for stage in ended if stage not in failed)
    return state, ended


def _ended(evidence: Evidence) -> Iterator[EndedStage]:
    for name in evidence.run.stages:
        record = evidence.tree.stage(name)
        outcome = _outcome(evidence, name, record)
        if outcome is not None:
            has_failed = outcome is StageOutcome.FAILED
            yield EndedStage(
                name=name,
                outcome=outcome,
                timing=stage_timing(name, evidence.pods) or _noted_timing(evidence.tree, record),
                record=evidence.tree.telling(record) if has_failed and record else record,
                ending=_ending(evidence, name, record) if has_failed else None,
            )


def _outcome(evidence: Evidence, name: str, record: TaskRecord | None) -> StageOutcome | None:
    """Return how a stage has ended; None where it has not, or was stopped with the run."""
    run, state = evidence.run, record.state if record else None
    if state is TaskState.SKIPPED:
        return StageOutcome.SKIPPED
    if state is TaskState.SUCCEEDED:
        # Its pod will tell the seconds in a moment.
        is_over = run.has_ended or not is_at_work(name, evidence.pods)
        return StageOutcome.EXECUTED if is_over else None
    if not run.has_ended or run.state is RunState.STOPPED:
        return None
    if run.state is RunState.SUCCEEDED:
        # KFP does not always close the records of DAGs.
        return StageOutcome.EXECUTED if record else None
    if state is TaskState.FAILED:
        return StageOutcome.FAILED
    return _outcome_of_unclosed(evidence, name, record)


def _outcome_of_unclosed(
    evidence: Evidence, name: str, record: TaskRecord | None
) -> StageOutcome | None:
    """Return how a stage ended of which the run metadata of a failed run know no end."""
    states = evidence.run.task_states
    if states:
        driver_failed = states.get(f"{name}-driver") == "FAILED"
        return StageOutcome.FAILED if driver_failed else _NOTED.get(states.get(name, ""))
    if record is None:
        return None
    inner = evidence.tree.containers(record) if record.kind is TaskKind.DAG else ()
    is_whole = inner and all(found.state is TaskState.SUCCEEDED for found in inner)
    return StageOutcome.EXECUTED if is_whole else StageOutcome.FAILED


def _noted_timing(tree: TaskTree, record: TaskRecord | None) -> StageTiming | None:
    """Return a timing from the run metadata, which count waiting and transfer as compute."""
    if record is None:
        return None
    containers = tree.containers(record) or (record,)
    ends = [found.ended_at for found in containers if found.ended_at is not None]
    return StageTiming(
        started_at=min(found.started_at for found in containers),
        finished_at=max(ends, default=record.started_at),
        seconds=round(sum(_noted_seconds(found) for found in containers), _MILLISECONDS),
        overhead_seconds=0.0,
    )


def _noted_seconds(record: TaskRecord) -> float:
    if record.ended_at is None or record.kind is not TaskKind.CONTAINER:
        return 0.0
    return record.ended_at - record.started_at


def _ending(evidence: Evidence, name: str, record: TaskRecord | None) -> Ending | None:
    own = [pod for pod in latest(evidence.pods) if pod.stage == name]
    failed = [(pod, why) for pod in own if (why := ending(pod.document)) is not None]
    if failed:
        pod, why = failed[-1]
        whose = "" if pod.is_executor else "did not begin: its driver "
        return replace(why, message=f"{whose}{why.message}")
    was_killed = record is None or record.state is TaskState.RUNNING
    has_pod = any(pod.is_executor == (record is not None) for pod in own)
    if evidence.pods and was_killed and not has_pod:
        return Ending(message="lost its pod: it was deleted", is_lost=True)
    return None


def _never_begun(evidence: Evidence, ended: tuple[EndedStage, ...]) -> list[EndedStage]:
    """Return the stage that a run failed before; none where all have ended."""
    names = {stage.name for stage in ended}
    left = [name for name in evidence.run.stages if name not in names]
    executed = {stage.name for stage in ended if stage.outcome is StageOutcome.EXECUTED}
    why = next(_reasons(evidence, executed), Ending(message="the run failed before it"))
    blamed = replace(why, message=f"did not begin: {why.message}")
    return [EndedStage(name=name, outcome=StageOutcome.FAILED, ending=blamed) for name in left[:1]]


def _reasons(evidence: Evidence, executed: Collection[str]) -> Iterator[Ending]:
    for pod in latest(evidence.pods):
        why = ending(pod.document)
        if why is not None:
            message = f"`{pod.stage or pod.name}` {why.message}"
            # Argo's own container may fail, or take too long, after the stage is done.
            is_lost = why.is_lost or pod.stage in executed
            yield replace(why, message=message, is_lost=is_lost)
    for name, state in evidence.run.task_states.items():
        if state == "FAILED" and name in evidence.run.document.tasks:
            yield Ending(message=f"`{name}` failed")


def _end(stage: EndedStage) -> tuple[float, float]:
    """Return what stages are ordered by: Kubernetes' whole seconds, then the run metadata."""
    noted = stage.record.ended_at if stage.record else None
    finished = stage.timing.finished_at if stage.timing else float("inf")
    return finished, float("inf") if noted is None else noted
