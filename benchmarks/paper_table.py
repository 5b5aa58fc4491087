"""The table of the paper on our own runs: `python -m benchmarks.paper_table`.

Every real pipeline is tuned by each method at equal budget, as far as that is not done yet, from
stage times and scores that were measured once and are replayed; then tables and pictures are put
into the README.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.campaign import Progress, campaign, units
from benchmarks.comparison import Comparison
from benchmarks.gain_tables import gain_table, stage_table
from benchmarks.problems.problem import Problem
from benchmarks.problems.suites import SUITES
from benchmarks.report import FIGURES, README, comparisons, origin_note, write
from benchmarks.results import RESULTS, Origin, Results, Unit
from benchmarks.stage_figure import stage_figure
from eeipu_kfp.errors import EeipuError

METHODS = (
    "eeipu@pool",
    "eeipu-published@pool",
    "ei@none",
    "ei@passive",
    "carbo@none",
    "random@none",
)
"""The methods of the table, in its order; the first two are ours."""

_OWN = METHODS[:2]
_SEEDS = 5
_NAME = "real-table"


def main(arguments: Sequence[str]) -> int:
    """Run what lacks and write the table; return the exit status."""
    asked = _parser().parse_args(arguments)
    results = Results("real", asked.results)
    wanted = units(SUITES["real"], METHODS, asked.seeds)
    try:
        if set(wanted) - results.load().keys():
            today = dt.datetime.now(dt.UTC).date().isoformat()
            command = shlex.join(("python", "-m", "benchmarks.paper_table", *arguments))
            results.note(Origin.here(command, today))
        failed = campaign(wanted, results, asked.jobs, _tell)
        compared = [_of_table(each) for each in comparisons(results)]
        draw(compared, asked.figures)
        write(_NAME, section(compared, results.origins()), asked.readme)
    except EeipuError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 1 if failed else 0


def section(compared: Sequence[Comparison], origins: Sequence[Origin]) -> str:
    """Return the part of the README: for each pipeline the table, then its stage times."""
    parts = [origin_note(origins)]
    for comparison in compared:
        known = comparison.problem
        parts += [
            f"### {known.name}: {' → '.join(known.pipeline.shape.names)}",
            _described(known),
            gain_table(comparison, _OWN),
        ]
        if stages := stage_table(comparison):
            parts += [stages, f"![Stage times of {known.name}](figures/{_file_name(comparison)})"]
    return "\n\n".join(parts)


def draw(compared: Sequence[Comparison], folder: Path) -> None:
    """Draw the stage times of every pipeline of which they were noted."""
    folder.mkdir(exist_ok=True)
    for comparison in compared:
        svg = stage_figure(comparison)
        if svg is not None:
            (folder / _file_name(comparison)).write_text(f"{svg}\n", encoding="utf-8")


def _described(known: Problem) -> str:
    """Return what a pipeline is, in a sentence."""
    return (
        f"{len(known.space)} parameters, budget {known.budget:,.0f} s; {known.known_by}, the best "
        f"scores {known.optimum:.4f}."
    )


def _of_table(comparison: Comparison) -> Comparison:
    """Return the searches of the table's methods alone, in its order."""
    traces = comparison.traces
    return replace(comparison, traces={m: traces[m] for m in METHODS if m in traces})


def _file_name(comparison: Comparison) -> str:
    return f"stages-{comparison.problem.name}.svg"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.paper_table", description=(__doc__ or "").split("\n", 1)[0]
    )
    parser.add_argument("--seeds", type=int, default=_SEEDS, help=f"from 1; usually {_SEEDS}")
    parser.add_argument("--jobs", type=int, default=2, help="searches at once")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    parser.add_argument("--readme", type=Path, default=README, help="where the table goes")
    parser.add_argument("--figures", type=Path, default=FIGURES, help="where the pictures go")
    return parser


def _tell(unit: Unit, progress: Progress, trouble: str) -> None:
    outcome = f"FAILED: {trouble}" if trouble else f"{progress.left_seconds / 60:.0f} min left"
    what = f"{unit.problem}, {unit.method}, seed {unit.seed}"
    print(f"[{progress.done}/{progress.total}] {what}: {outcome}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
