"""Times as Kubernetes writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def parse_time(text: str) -> float:
    """Return the seconds since the epoch of a time as Kubernetes writes it.

    Raises:
        ValueError: It is no time.
    """
    return datetime.fromisoformat(text).timestamp()


def format_time(seconds: float) -> str:
    """Return a time as Kubernetes writes it, in whole seconds."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
