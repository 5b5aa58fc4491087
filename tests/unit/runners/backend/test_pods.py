from __future__ import annotations

from typing import Any

import pytest

from eeipu_kfp.runners.backend.pods import Pod, is_at_work, latest, pod_of, stage_timing
from tests.unit.runners.backend.recordings import recorded

NOON = "2026-11-24T12:00:00Z"


def pods(case: str, name: str = "pods") -> tuple[Pod, ...]:
    return tuple(pod_of(document) for document in recorded(case, name)["items"])


def pod(*path: str, name: str = "", at: float = 0.0, **times: Any) -> Pod:
    values = {"started_at": None, "finished_at": None, "document": {}, **times}
    return Pod(name=name or "-".join(path), path=path, created_at=at, **values)


def test_a_pod_knows_its_stage() -> None:
    found = {pod.path: (pod.stage, pod.is_executor) for pod in pods("cut")}

    assert found == {
        (): ("", False),
        ("cached-prepare-data",): ("cached-prepare-data", False),
        ("train-driver",): ("train", False),
        ("train", "executor"): ("train", True),
        ("evaluate-driver",): ("evaluate", False),
        ("evaluate", "executor"): ("evaluate", True),
    }


def node(name: str) -> Pod:
    """Return the pod of an Argo node."""
    annotations = {"workflows.argoproj.io/node-name": name}
    metadata = {"name": "x", "creationTimestamp": NOON, "annotations": annotations}
    return pod_of({"metadata": metadata})


def test_pods_of_nested_pipelines_and_of_rounds_belong_to_the_stage() -> None:
    nested = node("n-psn8w(0).root(0).inner(0).train(0).executor(0)")
    rounds = [
        node(
            f"n-psn8w(0).root(0).loop(0).iteration-iterations({n}:{n})(0).item(0).a(0).executor(0)"
        )
        for n in range(2)
    ]

    assert (nested.stage, nested.is_executor) == ("inner", True)
    assert [found.stage for found in rounds] == ["loop", "loop"]
    assert len(latest(rounds)) == 2


def test_seconds_are_those_of_the_main_container() -> None:
    timing = stage_timing("train", pods("full"))

    assert timing is not None
    assert timing.seconds == 3.0
    assert timing.finished_at - timing.started_at == 3.0
    assert timing.overhead_seconds == 8.0


def test_a_loop_costs_the_sum_of_its_rounds() -> None:
    timing = stage_timing(
        "loop",
        [
            pod("loop", "item", "executor", name="a", started_at=10.0, finished_at=14.0),
            pod("loop", "item", "executor", name="b", started_at=11.0, finished_at=16.0),
        ],
    )

    assert timing is not None
    assert (timing.started_at, timing.finished_at, timing.seconds) == (10.0, 16.0, 9.0)


def test_every_attempt_costs() -> None:
    timing = stage_timing(
        "train",
        [
            pod("train-driver", at=5.0),
            pod("train", "executor", name="a", at=8.0, started_at=10.0, finished_at=14.0),
            pod("train", "executor", name="b", at=20.0, started_at=21.0, finished_at=23.0),
        ],
    )

    assert timing is not None
    assert timing.seconds == 6.0
    assert timing.overhead_seconds == 12.0


def test_less_than_a_second_costs_something() -> None:
    timing = stage_timing("train", [pod("train", "executor", started_at=3.0, finished_at=3.0)])

    assert timing is not None
    assert timing.seconds == 0.5


def test_nothing_is_known_of_a_stage_without_pods() -> None:
    assert stage_timing("train", pods("full")[:3]) is None


def test_a_stage_at_work_has_no_timing_yet() -> None:
    running = [pod("train", "executor", started_at=3.0)]

    assert is_at_work("train", running)
    assert stage_timing("train", running) is None


def test_a_stage_whose_start_is_not_told_yet_is_at_work() -> None:
    first = pod("train", "executor", name="lost", at=1.0, started_at=3.0, finished_at=5.0)
    second = pod("train", "executor", name="new", at=9.0)

    assert is_at_work("train", [second])
    assert stage_timing("train", [first, second]) is None


def test_a_pod_that_ended_before_user_code_began_is_not_at_work() -> None:
    evicted = pod("train", "executor", document={"status": {"phase": "Failed"}})

    assert not is_at_work("train", [evicted])


def test_an_attempt_that_was_given_up_is_not_at_work() -> None:
    attempts = [
        pod("train", "executor", name="lost", at=1.0, started_at=3.0),
        pod("train", "executor", name="good", at=9.0, started_at=10.0, finished_at=12.0),
    ]

    timing = stage_timing("train", attempts)

    assert not is_at_work("train", attempts)
    assert timing is not None
    assert timing.seconds == 2.0


def test_of_several_attempts_the_last_counts() -> None:
    attempts = [pod("train", "executor", name=name, at=at) for name, at in (("b", 9.0), ("a", 1.0))]

    assert [found.name for found in latest(attempts)] == ["b"]


@pytest.mark.parametrize("status", [{}, {"containerStatuses": None}], ids=["no-status", "none"])
def test_a_pod_that_has_not_begun_has_no_times(status: dict[str, Any]) -> None:
    metadata = {"name": "one", "creationTimestamp": NOON}

    found = pod_of({"metadata": metadata, "status": status})

    assert (found.started_at, found.finished_at, found.seconds) == (None, None, 0.0)
    assert (found.path, found.stage) == ((), "")
