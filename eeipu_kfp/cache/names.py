"""Names of objects, the same in every store."""

from __future__ import annotations

from eeipu_kfp.errors import InvalidValueError


def checked_name(name: str) -> str:
    """Return an object's name if every store can hold it.

    Raises:
        InvalidValueError: A part between `/` is empty, `.` or `..`, or a character has no place in
            a file name.
    """
    if any(part in {"", ".", ".."} for part in name.split("/")):
        message = f"object name {name!r} has an empty, `.` or `..` part"
        raise InvalidValueError(message, hint="separate parts by single `/`, and begin without one")
    if "\0" in name or not _has_utf8(name):
        message = f"object name {name!r} holds a character that no store can write"
        raise InvalidValueError(message, hint="rename the file")
    return name


def _has_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
