"""SVG written in Python: elements with everything escaped, and the parts that figures share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

_CHARACTER_WIDTH = 0.56
_WIDE = 640.0
_SHRINKS_WIDE = 0.85
_SHRINKS = 0.72
_NOTHING = Markup("")
_ARGUMENT_NAMES = {"class_": "class"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A drawing with what there is to say about it.

    Attributes:
        svg: The drawing; empty where there is nothing to draw.
        legend: What the marks mean; HTML.
        note: What the reader must know: what was left out or clipped; empty if nothing.
    """

    svg: Markup = _NOTHING
    legend: Markup = _NOTHING
    note: str = ""


def element(name: str, *children: object, **attributes: object) -> Markup:
    """Return an element; texts are escaped, numbers rounded to a tenth of a unit, None left out.

    `class_` gives the attribute `class`; other underscores become hyphens.
    """
    written = "".join(
        f' {_ARGUMENT_NAMES.get(key, key.replace("_", "-"))}="{_attribute(given)}"'
        for key, given in attributes.items()
        if given is not None
    )
    inside = joined(children)
    return Markup(  # noqa: S704  # every part was escaped above
        f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"
    )


def joined(parts: Iterable[object]) -> Markup:
    """Return parts one after the other, each escaped unless it is markup."""
    return Markup("").join(escape(part) for part in parts)


def drawing(name: str, description: str, width: float, height: float, *children: object) -> Markup:
    """Return a whole drawing that scales with the page and reads as one image.

    Args:
        name: Begins the ids, so that they are unique on the page.
        description: What it shows, for people who do not see it.
        width: Width in user units.
        height: Height in user units.
        children: What is drawn.
    """
    return element(
        "svg",
        element("desc", description, id=f"{name}-description"),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_attribute(width)} {_attribute(height)}",
        role="img",
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-description",
        style=f"min-width:{_legible(width):.0f}px",
    )


def _legible(width: float) -> float:
    """Return how narrow a drawing may get before its texts become too small to read."""
    return width * (_SHRINKS_WIDE if width > _WIDE else _SHRINKS)


def text(x: float, y: float, content: object, *, anchor: str = "start", kind: str = "") -> Markup:
    """Return a text; `anchor` is start, middle or end, `kind` its CSS classes."""
    placed = None if anchor == "start" else anchor
    return element("text", content, x=x, y=y, text_anchor=placed, class_=kind or None)


def line(x1: float, y1: float, x2: float, y2: float, *, kind: str) -> Markup:
    """Return a straight line."""
    return element("path", d=f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", class_=kind)


def cross(x: float, y: float, size: float = 3.5, **attributes: object) -> Markup:
    """Return the mark of a failure."""
    near, far, long = f"{x - size:.1f}", f"{y - size:.1f}", f"{2 * size:g}"
    return element(
        "path",
        *_title(attributes),
        d=f"M{near} {far}l{long} {long}m0 -{long}l-{long} {long}",
        **attributes,
    )


def width_of(content: str, size: float = 12.0) -> float:
    """Return about how wide a text is in a plain face of this size, in user units."""
    return len(content) * size * _CHARACTER_WIDTH


def fitting(space: float, size: float = 12.0) -> int:
    """Return how many characters of a plain face of this size go into a space."""
    return max(3, int(space / (size * _CHARACTER_WIDTH)))


def key(*entries: tuple[Markup, str]) -> Markup:
    """Return a legend: small drawings of 18 x 12 units, each with what it means."""
    return joined(
        element(
            "span",
            element("svg", mark, viewBox="0 0 18 12", class_="swatch", aria_hidden="true"),
            meaning,
            class_="key",
        )
        for mark, meaning in entries
    )


def _title(attributes: dict[str, object]) -> tuple[Markup, ...]:
    tip = attributes.pop("tip", None)
    return () if tip is None else (element("title", tip),)


def _attribute(given: object) -> Markup:
    if isinstance(given, float):
        return Markup(f"{given:.1f}".removesuffix(".0"))  # noqa: S704  # a number
    return escape(given)
