from __future__ import annotations

from typing import Any

import pytest

from eeipu_kfp.runners.backend.diagnosis import Ending, ending, waiting
from tests.unit.runners.backend.recordings import recorded


def executor(case: str, stage: str, name: str = "pods") -> dict[str, Any]:
    """Return the recorded executor pod of a stage."""
    found: list[dict[str, Any]] = [
        pod
        for pod in recorded(case, name)["items"]
        if f".{stage}(0).executor"
        in pod["metadata"]["annotations"]["workflows.argoproj.io/node-name"]
    ]
    return found[-1]


def ended(container: str = "main", memory: str | None = None, **terminated: Any) -> dict[str, Any]:
    """Return a pod of which one container has ended."""
    resources = {"limits": {"memory": memory}} if memory else {}
    return {
        "spec": {"containers": [{"name": container, "resources": resources}]},
        "status": {"containerStatuses": [{"name": container, "state": {"terminated": terminated}}]},
    }


def disrupted(reason: str) -> dict[str, Any]:
    condition = {"type": "DisruptionTarget", "status": "True", "reason": reason, "message": "Bye."}
    return {"status": {"phase": "Failed", "conditions": [condition]}}


def waiting_for(reason: str, message: str = "") -> dict[str, Any]:
    state = {"waiting": {"reason": reason, "message": message}}
    status = {"name": "main", "image": "ghcr.io/me/stage:1", "state": state}
    return {"status": {"phase": "Pending", "containerStatuses": [status]}}


def test_a_good_pod_needs_no_explanation() -> None:
    pod = executor("full", "train")

    assert ending(pod) is None
    assert waiting(pod) is None


def test_out_of_memory_names_the_limit() -> None:
    found = ending(executor("out_of_memory", "train"))

    assert found == Ending(
        message="ran out of memory at its limit of 256Mi; raise the limit, or let it need less"
    )


def test_out_of_memory_without_a_limit_blames_the_node() -> None:
    found = ending(ended(exitCode=137, reason="OOMKilled"))

    assert found is not None
    assert "of which its node had no more" in found.message


def test_an_exception_is_an_exit_code() -> None:
    assert ending(executor("failing", "train")) == Ending(message="exited with code 1")


def test_a_failure_that_argo_could_not_report_is_the_clusters() -> None:
    assert ending(executor("api_server_away", "base-learners")) == Ending(
        message="exited with code 1 while the API server was away", is_lost=True
    )


@pytest.mark.parametrize(
    "reason", ["PreemptionByScheduler", "DeletionByTaintManager", "TerminationByKubelet"]
)
def test_a_disruption_is_the_clusters(reason: str) -> None:
    assert ending(disrupted(reason)) == Ending(message=f"lost its pod: {reason}: Bye", is_lost=True)


@pytest.mark.parametrize("reason", ["Evicted", "NodeLost", "Shutdown", "OutOfmemory"])
def test_a_pod_that_its_node_gave_up_is_the_clusters(reason: str) -> None:
    pod = {"status": {"reason": reason, "message": "The node was low on resource: memory. "}}

    found = ending(pod)

    assert found is not None
    assert found.is_lost
    assert found.message == f"lost its pod: {reason}: The node was low on resource: memory"


def test_a_full_disk_is_the_stages_own() -> None:
    text = "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi."

    found = ending({"status": {"reason": "Evicted", "message": text}})

    assert found is not None
    assert not found.is_lost
    assert "used more disk than it may" in found.message
    assert "1Gi; give it a larger limit" in found.message


def test_a_hanging_stage_names_its_limit() -> None:
    pod = {"spec": {"activeDeadlineSeconds": 90}, "status": {"reason": "DeadlineExceeded"}}

    assert ending(pod) == Ending(message="ran longer than its pod may live, 90 s")


def test_another_container_is_named() -> None:
    pod = ended(container="wait", exitCode=64)

    assert ending(pod) == Ending(message="exited with code 64 in its container `wait`")


def test_the_users_container_is_blamed_first() -> None:
    pod = ended(exitCode=3)
    pod["status"]["initContainerStatuses"] = ended(exitCode=1, container="init")["status"][
        "containerStatuses"
    ]

    assert ending(pod) == Ending(message="exited with code 3")


def test_an_unschedulable_pod_says_what_lacks() -> None:
    found = waiting(executor("unschedulable", "train"))

    assert found is not None
    assert found.startswith("waits for a node: 0/1 nodes are available: 1 Insufficient cpu")


def test_an_image_that_cannot_be_pulled_is_named() -> None:
    found = waiting(waiting_for("ImagePullBackOff", "Back-off pulling image"))

    assert found == (
        "waits for its image `ghcr.io/me/stage:1`: ImagePullBackOff: Back-off pulling image"
    )


def test_a_missing_secret_is_told() -> None:
    found = waiting(waiting_for("CreateContainerConfigError", 'secret "token" not found'))

    assert found == 'waits for its container `main`: secret "token" not found'


def test_a_container_that_is_just_being_made_is_no_trouble() -> None:
    assert waiting(waiting_for("ContainerCreating")) is None
