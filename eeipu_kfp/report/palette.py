"""Every colour of the page, for light and dark, told apart with any kind of colour vision.

Stages take hues whose lightness differs too; the objective takes one hue from pale to strong.
Nothing is said by colour alone: cached stages are hatched, failures crossed, the best is labelled.
"""

from __future__ import annotations

from markupsafe import Markup

_LIGHT = {
    "page": "#ffffff",
    "panel": "#f6f8fa",
    "line": "#d8dee4",
    "grid": "#e9edf1",
    "branch": "#b6c0ca",
    "text": "#1b2430",
    "muted": "#57636f",
    "accent": "#c2410c",
    "good": "#116b4a",
    "notice": "#0b5cad",
    "warning": "#9a3412",
    "bad": "#a8071a",
}
_DARK = {
    "page": "#11161c",
    "panel": "#1a212a",
    "line": "#333e4a",
    "grid": "#242d37",
    "branch": "#4b5866",
    "text": "#e8edf2",
    "muted": "#9fabb7",
    "accent": "#fb923c",
    "good": "#4cc38a",
    "notice": "#6cb2f5",
    "warning": "#f5a35c",
    "bad": "#ff8b8b",
}
_STAGES_LIGHT = (
    "#0072b2", "#d98e04", "#009e73", "#b6579a", "#4aa3dd", "#a8520f", "#6b7280", "#7a6a00",
)  # fmt: skip
_STAGES_DARK = (
    "#4ea5e0", "#f0b13c", "#2cc79a", "#e29ac3", "#9bd3f7", "#e08a4f", "#a6afba", "#d6c645",
)  # fmt: skip
_LEVELS_LIGHT = ("#c5d3e0", "#97b7d1", "#5f95c2", "#2b6da9", "#0b4282")
_LEVELS_DARK = ("#34465a", "#456b8c", "#5b8fba", "#86b8e3", "#c0e0fb")

STAGES = len(_STAGES_LIGHT)
"""How many stages have a colour of their own; the next ones begin again."""
LEVELS = len(_LEVELS_LIGHT)
"""How many shades the objective has, from the worst trials to the best."""


def stage_class(position: int) -> str:
    """Return the CSS class that colours a stage, given its place in the pipeline."""
    return f"stage-{position % STAGES}"


def hatch(position: int) -> str:
    """Return the fill of a cached stage."""
    return f"url(#hatch-{position % STAGES})"


def level_class(rank: int, among: int) -> str:
    """Return the CSS class of a trial's shade, given its rank from 0, the best."""
    return f"level-{int(LEVELS * (among - rank - 0.5) / among)}"


def style_sheet() -> Markup:
    """Return the CSS variables for both schemes and the classes that use them."""
    light = _variables(_LIGHT, _STAGES_LIGHT, _LEVELS_LIGHT)
    dark = _variables(_DARK, _STAGES_DARK, _LEVELS_DARK)
    stages = "".join(f".stage-{n}{{--hue:var(--stage-{n})}}" for n in range(STAGES))
    levels = "".join(f".level-{n}{{--hue:var(--level-{n})}}" for n in range(LEVELS))
    scheme = f"@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"
    return Markup(f":root{{{light}}}\n{scheme}\n{stages}\n{levels}")  # noqa: S704  # constants only


def hatches() -> Markup:
    """Return the SVG patterns of cached stages, one for each colour."""
    patterns = "".join(
        f'<pattern id="hatch-{n}" class="stage-{n}" width="4" height="4" '
        'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="4" height="4" class="hatch-ground"/>'
        '<rect width="1.6" height="4" class="hatch-line"/></pattern>'
        for n in range(STAGES)
    )
    return Markup(  # noqa: S704  # constants only
        f'<svg width="0" height="0" class="defs" aria-hidden="true"><defs>{patterns}</defs></svg>'
    )


def _variables(named: dict[str, str], stages: tuple[str, ...], levels: tuple[str, ...]) -> str:
    numbered = {
        **{f"stage-{n}": colour for n, colour in enumerate(stages)},
        **{f"level-{n}": colour for n, colour in enumerate(levels)},
    }
    return "".join(f"--{name}:{colour};" for name, colour in {**named, **numbered}.items())
