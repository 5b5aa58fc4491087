"""One experiment, brought closer to what its resource asks for at every call."""

from __future__ import annotations

import logging
from functools import partial

from eeipu_kfp.controller import conditions, status
from eeipu_kfp.controller.api_server import ApiServerError, MissingResourceError
from eeipu_kfp.controller.cleanup import clean_up, hold, release
from eeipu_kfp.controller.conditions import Reason
from eeipu_kfp.controller.display import Display
from eeipu_kfp.controller.events import (
    Notice,
    end_notice,
    image_notice,
    notice_of,
    overdue_notices,
    wait_notice,
)
from eeipu_kfp.controller.opening import Opened, Tools, open_resource
from eeipu_kfp.controller.proposals import PooledDesigner
from eeipu_kfp.controller.resource import Resource
from eeipu_kfp.controller.session import Session
from eeipu_kfp.controller.status import Shown
from eeipu_kfp.errors import EeipuError
from eeipu_kfp.experiment.launchers import WhenGone
from eeipu_kfp.experiment.status import NEEDS_A_USER
from eeipu_kfp.experiment.times import parse_time
from eeipu_kfp.tuning.events import Event

_SHORTEST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 3.0
_PAUSE_GROWTH = 1.5
_LONGEST_BACKOFF_SECONDS = 60.0
_MOST_DOUBLINGS = 6
_CLEANUP_PATIENCE_SECONDS = 300.0
_SECONDS_BETWEEN_SECOND_LOOKS = 600.0
_logger = logging.getLogger(__name__)


class Reconciler:
    """Keeps one experiment going; it knows nothing that the ledger and the resource do not.

    Attributes:
        session: The experiment at work; None before it was opened, and after a fault.
    """

    def __init__(self, tools: Tools) -> None:
        self.session: Session | None = None
        self._tools = tools
        self._display = Display(tools.api, tools.clock)
        self._generation: int | None = None
        self._pause_seconds = 0.0
        self._faults = 0
        self._lets_go_since: float | None = None

    def reconcile(self, resource: Resource) -> float | None:
        """Do what can be done now; never raises, and never waits for a run.

        Returns:
            Seconds after which to call again; None for when the resource has changed.
        """
        try:
            if resource.deleted_at is not None:
                return self._let_go(resource)
            return self._advance(resource)
        except Exception as error:  # noqa: BLE001  # any fault is shown, and tried again
            return self._recover(resource, error)

    def _advance(self, resource: Resource) -> float | None:
        if self.session is None and (ended := _shown_end(resource)) is not None:
            return self._expiry(resource, ended)
        hold(resource, self._tools.api)
        session = self._opened(resource)
        was_over = session.end is not None
        held_back = self._held_back(resource)
        has_news = session.turn(suspended=held_back is not None)
        self._faults = 0
        for trial, why in session.stuck().items():
            self._tools.recorder.tell(resource, wait_notice(trial, why))
        if session.end is not None and not was_over:
            self._tools.recorder.tell(resource, end_notice(session.end.stop))
        if session.end is None:
            self._pause_seconds = _pause(self._pause_seconds, has_news=has_news)
        shown_in = self._show(resource, session, held_back)
        if session.end is None:
            self._delete_if_forsaken(resource)
            return self._pause_seconds
        return self._expiry(resource, session.end.finished_at) if shown_in is None else shown_in

    def open(self, resource: Resource) -> Session:
        """Open an experiment from its ledger; nothing runs yet.

        Raises:
            EeipuError: It cannot be opened; the condition will say why.
        """
        opened = open_resource(resource, self._tools)
        return Session(
            opened,
            self._designer(resource, opened),
            clock=self._tools.clock,
            observe=partial(self._observe, resource),
        )

    def _opened(self, resource: Resource) -> Session:
        if self.session is None or self._generation != resource.generation:
            self.session = None
            self._pause_seconds = 0.0
            self.session = self.open(resource)
            self._generation = resource.generation
            self._catch_up(resource, self.session)
        return self.session

    def _designer(self, resource: Resource, opened: Opened) -> PooledDesigner:
        return PooledDesigner(
            pool=self._tools.proposals,
            name=opened.experiment.algorithm.name,
            note_seconds=partial(self._tools.metrics.suggested, resource.key),
        )

    def _observe(self, resource: Resource, event: Event) -> None:
        notice = notice_of(event)
        if notice is not None:
            _logger.info(notice.message, extra={"experiment": resource.name})
            self._tools.recorder.tell(resource, notice)

    def _catch_up(self, resource: Resource, session: Session) -> None:
        """Tell what an opened experiment has to tell; what was told before is not told again."""
        pipeline, stop = session.opened.pipeline, session.end.stop if session.end else None
        overdue = overdue_notices(session.history, pipeline.shape.names, stop)
        for notice in (image_notice(pipeline.ir), *overdue):
            if notice is not None:
                self._tools.recorder.tell(resource, notice)

    def _held_back(self, resource: Resource) -> str | None:
        """Return why there are no new trials for now; None where nothing holds them back."""
        if resource.is_suspended:
            return conditions.BY_SPEC
        return conditions.BY_LAUNCHER if self._is_forsaken(resource) else None

    def _is_forsaken(self, resource: Resource) -> bool:
        promise = resource.promise
        return promise is not None and promise.until < self._tools.clock.now()

    def _delete_if_forsaken(self, resource: Resource) -> None:
        promise = resource.promise
        if promise and promise.when_gone is WhenGone.DELETE and self._is_forsaken(resource):
            self._tools.api.delete(resource.path)

    def _show(self, resource: Resource, session: Session, held_back: str | None) -> float | None:
        """Show where an experiment stands; return when to try again, None where it is shown."""
        if self._display.due_seconds > 0:
            return self._display.due_seconds
        standing = session.standing()
        self._tools.metrics.show(resource.key, standing)
        if session.end is not None:
            found = conditions.finished(session.end.stop)
        else:
            found = conditions.tuning(held_back=held_back)
        return self._write(resource, status.of_standing(standing, found, self._shown(resource)))

    def _write(self, resource: Resource, document: status.Document) -> float | None:
        try:
            self._display.show(resource, document)
        except MissingResourceError:
            return None
        except ApiServerError as error:
            self._tools.metrics.failed(resource.key, Reason.WAITING)
            _logger.warning("the status is not shown", extra={"error": str(error)})
            return _LONGEST_PAUSE_SECONDS
        return None

    def _shown(self, resource: Resource) -> Shown:
        return Shown(
            before=self._display.current(resource),
            generation=resource.generation,
            now=self._tools.clock.now(),
        )

    def _recover(self, resource: Resource, error: Exception) -> float | None:
        """Show a fault, and begin anew from the ledger later."""
        self.session = None
        reason = conditions.reason_of(error)
        self._tools.metrics.failed(resource.key, reason)
        is_own = reason is Reason.UNEXPECTED
        _logger.warning(
            "the experiment cannot go on",
            extra={"experiment": resource.name, "reason": str(reason), "error": str(error)},
            exc_info=error if is_own else None,
        )
        self._faults += 1
        found = conditions.faulty(error, self._shown(resource).before.get("conditions") or ())
        self._write(resource, status.with_conditions(found, self._shown(resource)))
        is_for_the_user = reason in NEEDS_A_USER and resource.deleted_at is None
        return self._backoff_seconds(is_for_the_user=is_for_the_user)

    def _backoff_seconds(self, *, is_for_the_user: bool) -> float:
        if is_for_the_user:
            return _SECONDS_BETWEEN_SECOND_LOOKS
        return min(_LONGEST_BACKOFF_SECONDS, 2.0 ** min(self._faults - 1, _MOST_DOUBLINGS))

    def _expiry(self, resource: Resource, finished_at: float) -> float | None:
        kept_seconds: float | None = resource.spec.get("ttlSecondsAfterFinished")
        if kept_seconds is None:
            return None
        left_seconds = finished_at + kept_seconds - self._tools.clock.now()
        if left_seconds > 0:
            return left_seconds
        self._tools.api.delete(resource.path)
        return None

    def _let_go(self, resource: Resource) -> float | None:
        self.session = None
        now = self._tools.clock.now()
        # Not the time of the deletion: this controller may have been away since.
        self._lets_go_since = self._lets_go_since or now
        try:
            clean_up(resource, self._tools)
        except EeipuError as error:
            if now - self._lets_go_since < _CLEANUP_PATIENCE_SECONDS:
                raise
            message = f"the experiment goes, but what it leaves behind stays: {error}"
            notice = Notice(reason="CleanupAbandoned", message=message, is_warning=True)
            self._tools.recorder.tell(resource, notice)
        release(resource, self._tools.api)
        return None


def _pause(before_seconds: float, *, has_news: bool) -> float:
    if has_news:
        return 0.0
    return min(_LONGEST_PAUSE_SECONDS, max(_SHORTEST_PAUSE_SECONDS, before_seconds * _PAUSE_GROWTH))


def _shown_end(resource: Resource) -> float | None:
    """Return when an experiment has ended, if its status says so of this very spec."""
    ended = resource.status.get("completionTime")
    ready = [c for c in resource.status.get("conditions") or () if c["type"] == conditions.READY]
    is_shown = bool(ended) and any(c["reason"] == Reason.FINISHED for c in ready)
    if not is_shown or resource.status.get("observedGeneration") != resource.generation:
        return None
    return parse_time(str(ended))
