from __future__ import annotations

from typing import Any

from eeipu_kfp.runners.backend.tasks import TaskKind, TaskRecord, TaskState, TaskTree


def record(number: int, name: str, parent: int | str, **changes: Any) -> TaskRecord:
    values = {"kind": TaskKind.CONTAINER, "state": TaskState.SUCCEEDED, "started_at": 0.0}
    return TaskRecord(
        **{"id": str(number), "name": name, "parent": str(parent), **values, **changes}
    )


def root(number: int = 1) -> TaskRecord:
    return record(number, "", "", kind=TaskKind.DAG, state=TaskState.RUNNING)


def test_a_stage_is_a_task_of_the_root() -> None:
    nested = record(2, "inner", 1, kind=TaskKind.DAG)
    tree = TaskTree([root(), nested, record(3, "train", 2), record(4, "train", 1)])

    found = tree.stage("train")

    assert found is not None
    assert found.id == "4"
    assert tree.stage("evaluate") is None


def test_nothing_is_known_before_the_root() -> None:
    assert TaskTree([]).stage("train") is None


def test_of_a_repeated_driver_the_later_record_counts() -> None:
    tree = TaskTree([root(), record(2, "train", 1), record(3, "train", 1)])

    found = tree.stage("train")

    assert found is not None
    assert found.id == "3"


def test_rounds_of_a_loop_come_by_number() -> None:
    loop = record(2, "loop", 1, kind=TaskKind.DAG)
    rounds = [
        record(3 + place, "loop", 2, kind=TaskKind.DAG, iteration=number)
        for place, number in enumerate((1, 0, 2))
    ]

    tree = TaskTree([root(), loop, *rounds])

    assert [found.iteration for found in tree.rounds(loop)] == [0, 1, 2]


def test_what_is_no_loop_is_its_own_round() -> None:
    stage = record(2, "train", 1)

    assert TaskTree([root(), stage]).rounds(stage) == (stage,)


def test_a_stage_consists_of_the_containers_below_it() -> None:
    nested = record(2, "inner", 1, kind=TaskKind.DAG)
    inner = [record(3, "a", 2), record(4, "cached", 2, kind=TaskKind.IMPORTER), record(5, "b", 2)]

    tree = TaskTree([root(), nested, *inner])

    assert [found.name for found in tree.containers(nested)] == ["a", "b"]


def test_the_container_that_failed_tells_most() -> None:
    nested = record(2, "inner", 1, kind=TaskKind.DAG)
    inner = [record(3, "a", 2, state=TaskState.FAILED), record(4, "b", 2)]

    tree = TaskTree([root(), nested, *inner])

    assert tree.telling(nested) == inner[0]
    assert tree.telling(inner[1]) == inner[1]


def test_a_task_without_containers_tells_for_itself() -> None:
    skipped = record(2, "condition", 1, kind=TaskKind.DAG, state=TaskState.SKIPPED)

    assert TaskTree([root(), skipped]).telling(skipped) == skipped
