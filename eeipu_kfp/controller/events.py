"""Kubernetes events: what happens to the trials, for `kubectl describe`."""

from __future__ import annotations

import hashlib
import logging
import queue
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from eeipu_kfp.controller.api_server import ApiServer, ApiServerError, ConflictError
from eeipu_kfp.controller.resource import Resource
from eeipu_kfp.core.history import History
from eeipu_kfp.core.suggestion import Stop
from eeipu_kfp.core.trial import Trial, TrialState
from eeipu_kfp.tuning import events as tuning

_COMPONENT = "eeipu-kfp"
_MOST_WAITING = 1000
_LONGEST_NOTE = 1024
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something worth telling those who watch an experiment.

    Attributes:
        reason: What happened, in one word.
        message: The same for people.
        is_warning: Whether it may need somebody's attention.
        about: Tells apart what is told once each; the same one is never told twice.
    """

    reason: str
    message: str
    is_warning: bool = False
    about: str = ""


class Recorder(Protocol):
    """Tells notices to those who watch."""

    def tell(self, resource: Resource, notice: Notice) -> None:
        """Tell a notice, once; never waits and never fails."""
        ...


def notice_of(event: tuning.Event) -> Notice | None:
    """Return what there is to tell of a tuning loop's event; None where it is not worth it."""
    if isinstance(event, tuning.TrialLaunched):
        return _launched(event.trial, event.to_run)
    if isinstance(event, tuning.TrialEnded):
        return _ended(event.trial)
    return None


def overdue_notices(
    history: History, stages: tuple[str, ...], stop: Stop | None
) -> tuple[Notice, ...]:
    """Return what an earlier controller noted, and may not have told before it died.

    Args:
        history: The trials as the ledger holds them.
        stages: The pipeline's stages.
        stop: Why the experiment has ended; None while it has not.
    """
    ended = [trial for trial in history.trials if trial.finished_at is not None]
    last = sorted(ended, key=lambda trial: trial.finished_at or 0.0)[-1:]
    begun = [trial for trial in (*last, *history.in_state(TrialState.RUNNING)) if trial.runs]
    launched = [
        _launched(trial, tuple(name for name in stages if name not in trial.cached_stages))
        for trial in begun
    ]
    return (*launched, *map(_ended, last), *([end_notice(stop)] if stop else []))


def wait_notice(trial: int, why: str) -> Notice:
    """Return what to tell of a run that waits for what may never come."""
    message = f"trial {trial}: {why}"
    return Notice(reason="PodWaiting", message=message, is_warning=True, about=message)


def end_notice(stop: Stop) -> Notice:
    """Return what to tell of an experiment's end."""
    reason = "Failed" if stop.is_failure else "Completed"
    return Notice(
        reason=reason, message=stop.message, is_warning=stop.is_failure, about=stop.message
    )


def image_notice(ir: Mapping[str, Any]) -> Notice | None:
    """Return a warning where the images of a pipeline may change without their names changing."""
    executors = ir.get("deploymentSpec", {}).get("executors", {}).values()
    images = {executor["container"]["image"] for executor in executors if "container" in executor}
    loose = sorted(image for image in images if "@sha256:" not in image)
    if not loose:
        return None
    told = ", ".join(f"`{image}`" for image in loose)
    message = (
        f"{told}: an image that is named by tag may change, and outputs that it has made are "
        "reused all the same; name it by digest, or change `spec.cache.salt` when it changes"
    )
    return Notice(reason="ImageTag", message=message, is_warning=True, about=told)


def _launched(trial: Trial, to_run: tuple[str, ...]) -> Notice:
    about = f"{trial.number}/{trial.runs}"
    told = f"runs {', '.join(to_run)}" if to_run else "is cached whole"
    if trial.runs > 1:
        message = f"trial {trial.number} {told} again, as run {trial.runs}: a cached output has "
        message += "vanished, or its run was ended from outside"
        return Notice(reason="TrialRestarted", message=message, is_warning=True, about=about)
    return Notice(reason="TrialStarted", message=f"trial {trial.number} {told}", about=about)


def _ended(trial: Trial) -> Notice:
    about = f"{trial.number}"
    if trial.state is TrialState.FAILED:
        why = trial.failure.sentence if trial.failure else "no reason is known"
        message = f"trial {trial.number} failed: {why}"
        return Notice(reason="TrialFailed", message=message, is_warning=True, about=about)
    if trial.state is TrialState.STOPPED:
        message = f"trial {trial.number} was stopped: it is of no more use"
        return Notice(reason="TrialStopped", message=message, about=about)
    message = (
        f"trial {trial.number}: objective {trial.objective:.6g}, "
        f"{trial.spent_seconds:.1f} s spent, {trial.saved_seconds:.1f} s saved"
    )
    return Notice(reason="TrialSucceeded", message=message, about=about)


class EventRecorder:
    """Posts notices as Kubernetes events, from a thread of its own.

    An event's name is made of what it is about, so that a new controller repeats none.
    """

    def __init__(self, api: ApiServer, *, instance: str) -> None:
        """Begin to post.

        Args:
            api: Takes the events.
            instance: Which controller posts them.
        """
        self._api = api
        self._instance = instance
        self._waiting: queue.Queue[tuple[Resource, Notice] | None] = queue.Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._post_all, name="events", daemon=True)
        self._thread.start()

    def tell(self, resource: Resource, notice: Notice) -> None:
        """Tell a notice, once; dropped where too many wait."""
        try:
            self._waiting.put_nowait((resource, notice))
        except queue.Full:
            _logger.warning("an event is dropped", extra={"notice": notice.message})

    def close(self) -> None:
        """Post what waits, and nothing more."""
        self._waiting.put(None)
        self._thread.join()

    def _post_all(self) -> None:
        while (found := self._waiting.get()) is not None:
            resource, notice = found
            path = f"/api/v1/namespaces/{resource.namespace}/events"
            try:
                self._api.create(path, event_document(resource, notice, self._instance, _now()))
            except ConflictError:
                continue
            except ApiServerError as error:
                _logger.warning("an event is lost", extra={"error": str(error)})


def event_document(resource: Resource, notice: Notice, instance: str, now: str) -> dict[str, Any]:
    """Return a notice as a Kubernetes event; the same notice always has the same name."""
    identity = f"{resource.uid}/{notice.reason}/{notice.about}"
    digest = hashlib.sha256(identity.encode()).hexdigest()[:16]
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{resource.name}.{digest}", "namespace": resource.namespace},
        "involvedObject": resource.reference,
        "type": "Warning" if notice.is_warning else "Normal",
        "reason": notice.reason,
        "message": notice.message[:_LONGEST_NOTE],
        "source": {"component": _COMPONENT},
        "reportingComponent": _COMPONENT,
        "reportingInstance": instance,
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
    }


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
