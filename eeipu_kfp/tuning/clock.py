"""The time of this machine."""

from __future__ import annotations

import time


class SystemClock:
    """The clock on the wall."""

    def now(self) -> float:
        """Return the seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)
