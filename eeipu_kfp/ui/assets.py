"""The files that the page is made of: its own, and the report's style, patterns and script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from eeipu_kfp.report import palette
from eeipu_kfp.report.page import script, style_sheet

_TYPES = {
    "css": "text/css",
    "html": "text/html",
    "js": "text/javascript",
    "svg": "image/svg+xml",
}
_HATCHES = "<!-- hatches -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file as it is served.

    Attributes:
        content_type: What it is.
        body: Its content.
    """

    content_type: str
    body: bytes


@cache
def assets() -> Mapping[str, Asset]:
    """Return all files by their path; the empty one is the page itself."""
    folder = files("eeipu_kfp.ui").joinpath("static")
    own = {found.name: found.read_text("utf-8") for found in folder.iterdir()}
    index = own.pop("index.html").replace(_HATCHES, str(palette.hatches()))
    served = {"report.css": style_sheet(), "marks.js": script(), **own}
    return {
        "": _asset("index.html", index),
        **{f"static/{name}": _asset(name, text) for name, text in sorted(served.items())},
    }


def _asset(name: str, text: str) -> Asset:
    return Asset(content_type=_TYPES[name.rpartition(".")[2]], body=text.encode())
