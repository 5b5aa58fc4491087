"""The terminal."""

from __future__ import annotations

from functools import cache

from rich.console import Console


@cache
def out() -> Console:
    """Return the console for results: standard output."""
    return Console(highlight=False)


@cache
def err() -> Console:
    """Return the console for progress: standard error."""
    return Console(stderr=True, highlight=False)
