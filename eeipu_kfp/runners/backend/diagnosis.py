"""Why a pod failed and what it waits for, in one sentence each, from the pod's document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eeipu_kfp.runners.backend.pods import MAIN
from eeipu_kfp.runners.stage_process import exit_words

_LOST = frozenset(
    {
        "Evicted",
        "NodeAffinity",
        "NodeLost",
        "NodeShutdown",
        "OutOfcpu",
        "OutOfephemeral-storage",
        "OutOfmemory",
        "OutOfpods",
        "Preempting",
        "Shutdown",
        "Terminated",
        "UnexpectedAdmissionError",
    }
)
_UNPULLED = frozenset(
    {
        "ErrImageNeverPull",
        "ErrImagePull",
        "ImageInspectError",
        "ImagePullBackOff",
        "InvalidImageName",
    }
)
_REPORTER = "wait"
"""Argo's container that tells the API server how the one with the user's code has ended."""
_UNMADE = frozenset({"CreateContainerConfigError", "CreateContainerError", "RunContainerError"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why a pod failed.

    Attributes:
        message: What happened, going on after the stage's name.
        is_lost: Whether the cluster took the pod away or failed it, so that the stage is not to
            blame.
    """

    message: str
    is_lost: bool = False


def ending(pod: Mapping[str, Any]) -> Ending | None:
    """Return why a pod failed; None where it did not, or has not ended."""
    status = pod.get("status", {})
    reason, text = status.get("reason", ""), _sentence(status.get("message", ""))
    if reason == "Evicted" and "exceed" in text:
        return Ending(message=f"used more disk than it may: {text}; give it a larger limit")
    if reason == "DeadlineExceeded":
        limit_seconds = pod.get("spec", {}).get("activeDeadlineSeconds", "?")
        return Ending(message=f"ran longer than its pod may live, {limit_seconds} s")
    disruption = _condition(pod, "DisruptionTarget")
    if disruption.get("status") == "True":
        text = _sentence(disruption.get("message", "")) or text
        return _loss(disruption.get("reason", reason), text)
    if reason in _LOST:
        return _loss(reason, text)
    return _failed_container(pod)


def waiting(pod: Mapping[str, Any]) -> str | None:
    """Return what a pod waits for that may never come, after the stage's name; None for nothing."""
    scheduled = _condition(pod, "PodScheduled")
    if scheduled.get("status") == "False" and scheduled.get("reason") == "Unschedulable":
        return f"waits for a node: {_sentence(scheduled.get('message', ''))}"
    for status in _containers(pod):
        state = status.get("state", {}).get("waiting") or {}
        reason, text = state.get("reason", ""), _sentence(state.get("message", ""))
        if reason in _UNPULLED:
            return f"waits for its image `{status.get('image', '')}`: {reason}: {text or reason}"
        if reason in _UNMADE:
            return f"waits for its container `{status['name']}`: {text or reason}"
    return None


def _loss(reason: str, text: str) -> Ending:
    return Ending(message=f"lost its pod: {reason}: {text or reason}", is_lost=True)


def _failed_container(pod: Mapping[str, Any]) -> Ending | None:
    """Explain the container that failed, of several the one with the user's code."""
    failed = [
        (status["name"], state)
        for status in _containers(pod)
        if (state := status.get("state", {}).get("terminated")) and state.get("exitCode")
    ]
    failed.sort(key=lambda pair: pair[0] != MAIN)
    if not failed:
        return None
    name, state = failed[0]
    if state.get("reason") == "OOMKilled":
        return Ending(message=_out_of_memory(pod, name))
    words = exit_words(state["exitCode"])
    if name == MAIN and _REPORTER in dict(failed):
        # Of a stage that failed by itself Argo can tell; what it could not tell is no evidence.
        return Ending(message=f"{words} while the API server was away", is_lost=True)
    return Ending(message=words if name == MAIN else f"{words} in its container `{name}`")


def _out_of_memory(pod: Mapping[str, Any], container: str) -> str:
    spec = pod.get("spec", {})
    containers = [*spec.get("containers", ()), *spec.get("initContainers", ())]
    own: Mapping[str, Any]
    own = next((found for found in containers if found["name"] == container), {})
    limit = own.get("resources", {}).get("limits", {}).get("memory")
    if limit is None:
        return "ran out of memory, of which its node had no more; request what it needs"
    return f"ran out of memory at its limit of {limit}; raise the limit, or let it need less"


def _containers(pod: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    status = pod.get("status", {})
    yield from status.get("initContainerStatuses") or ()
    yield from status.get("containerStatuses") or ()


def _condition(pod: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    conditions = pod.get("status", {}).get("conditions") or ()
    return next((found for found in conditions if found["type"] == kind), {})


def _sentence(text: str) -> str:
    return " ".join(text.split()).rstrip(". ")
