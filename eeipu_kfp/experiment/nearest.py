"""What a misspelt name was probably meant to be."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

_LONGEST_LIST = 20


def advice(name: str, known: Collection[str]) -> str:
    """Return what to write instead of a name: the nearest known one, or all of them."""
    spellings = {candidate.lower(): candidate for candidate in known}
    close = get_close_matches(name.lower(), spellings, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{spellings[close[0]]}`?"
    listed = ", ".join(f"`{candidate}`" for candidate in list(known)[:_LONGEST_LIST])
    more = ", ..." if len(known) > _LONGEST_LIST else ""
    return f"known are {listed}{more}" if known else "there is none to name"
