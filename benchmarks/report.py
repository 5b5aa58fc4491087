"""Writes what a suite has shown into the README, between its markers, and draws its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.comparison import Comparison
from benchmarks.figures import regret_figure
from benchmarks.problems.suites import problem
from benchmarks.results import Origin, Results
from benchmarks.tables import detail, overview
from eeipu_kfp.errors import InvalidValueError

README = Path(__file__).parent / "README.md"
"""Where the tables stand."""

FIGURES = Path(__file__).parent / "figures"
"""Where the pictures are."""


def comparisons(results: Results) -> tuple[Comparison, ...]:
    """Return every problem that there are results of, in the order they were run.

    Raises:
        InvalidValueError: There are none.
    """
    found = results.load()
    names = dict.fromkeys(unit.problem for unit in found)
    if not names:
        message = "there are no results to report"
        raise InvalidValueError(message, hint="run `python -m benchmarks run --suite ...` first")
    return tuple(Comparison.of(problem(name), found) for name in names)


def section(
    suite: str, compared: Sequence[Comparison], origins: Sequence[Origin], *, figures: bool
) -> str:
    """Return a suite's part of the README.

    Args:
        suite: The suite's name.
        compared: Its problems.
        origins: What has made the results.
        figures: Whether there are pictures to show.
    """
    parts = [origin_note(origins), overview(compared)]
    for comparison in compared:
        known = comparison.problem
        parts.append(
            f"### {known.name}\n\n{len(known.pipeline.stages)} stages, {len(known.space)} "
            f"parameters, budget {known.budget:g} s, optimum {known.optimum:.6g} "
            f"({known.known_by})."
        )
        parts.append(detail(comparison))
        if figures:
            parts.append(f"![Regret on {known.name}](figures/{_file_name(suite, comparison)})")
    return "\n\n".join(parts)


def write(suite: str, text: str, readme: Path = README) -> None:
    """Put a suite's part between its markers; without them, at the end of the file."""
    begin, end = f"<!-- suite {suite} -->", f"<!-- end of suite {suite} -->"
    block = f"{begin}\n{text}\n{end}"
    old = readme.read_text(encoding="utf-8")
    if begin in old and end in old:
        head, _, rest = old.partition(begin)
        new = head + block + rest.partition(end)[2]
    else:
        new = f"{old.rstrip()}\n\n## Suite `{suite}`\n\n{block}\n"
    readme.write_text(new, encoding="utf-8")


def draw(suite: str, compared: Sequence[Comparison], folder: Path = FIGURES) -> None:
    """Draw the picture of every problem."""
    folder.mkdir(exist_ok=True)
    for comparison in compared:
        svg = regret_figure(comparison)
        (folder / _file_name(suite, comparison)).write_text(f"{svg}\n", encoding="utf-8")


def _file_name(suite: str, comparison: Comparison) -> str:
    return f"{suite}-{comparison.problem.name}.svg"


def origin_note(origins: Sequence[Origin]) -> str:
    """Return what has made results, one line each."""
    lines = [
        f"- `{origin.command}`, {origin.date}, search code {origin.code}, "
        + ", ".join(f"{name} {number}" for name, number in origin.versions.items())
        for origin in origins
    ]
    return "Made by\n" + "\n".join(lines)
