"""What a launcher writes on its experiment, so that the controller notices when it is gone.

A launcher is a pod that waits for an experiment. While it lives it says again and again until when
it is certain to be there, as the holder of a lease does. A time that has passed therefore means
that it is gone, however it went, and no pod has to be found or asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from eeipu_kfp.experiment.times import format_time, parse_time

EXPIRES = "eeipu.dev/launcher-expires"
"""The annotation that says until when the launcher is certain to be there."""
WHEN_GONE = "eeipu.dev/when-launcher-gone"
"""The annotation that says what becomes of the experiment after that."""


class WhenGone(StrEnum):
    """What becomes of an experiment whose launcher is gone."""

    SUSPEND = "Suspend"
    """New trials are held back, so that the run can be retried and goes on."""
    DELETE = "Delete"
    """It is deleted, and its runs are ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A launcher's word.

    Attributes:
        until: Until when it is certain to be there, in seconds since the epoch.
        when_gone: What becomes of the experiment after that.
    """

    until: float
    when_gone: WhenGone

    @property
    def annotations(self) -> dict[str, str]:
        """The promise as annotations of the experiment."""
        return {EXPIRES: format_time(self.until), WHEN_GONE: self.when_gone.value}


def read_promise(annotations: Mapping[str, str]) -> Promise | None:
    """Return what a launcher has promised; None where there is no launcher, or none can be read."""
    try:
        return Promise(
            until=parse_time(annotations[EXPIRES]),
            when_gone=WhenGone(annotations.get(WHEN_GONE, WhenGone.SUSPEND)),
        )
    except (KeyError, ValueError):
        return None
