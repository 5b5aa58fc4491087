"""Search methods at equal budget: `python -m benchmarks run --suite paper`, then `report`."""

from __future__ import annotations

import argparse
import datetime as dt
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.campaign import Progress, campaign, units
from benchmarks.methods import usual_methods
from benchmarks.part_tables import parts_section
from benchmarks.parts import PARTS, Part
from benchmarks.problems.suites import SUITES
from benchmarks.report import comparisons, draw, section, write
from benchmarks.results import RESULTS, Origin, Results, Unit
from eeipu_kfp.errors import EeipuError, InvalidValueError

_SEEDS, _QUICK_SEEDS = 10, 2
_QUICK_PROBLEMS = 2
_QUICK_METHODS = ("random", "ei", "optuna-tpe", "eeipu")


def main(arguments: Sequence[str]) -> int:
    """Run or report; return the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        return _run(asked, arguments) if asked.command == "run" else _report(asked)
    except EeipuError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run what is not there yet")
    report = commands.add_parser("report", help="write tables and pictures into the README")
    for command in (run, report):
        command.add_argument("--suite", choices=[*SUITES], default="paper")
        command.add_argument(
            "--quick", action="store_true", help="two problems, four methods, two seeds, kept apart"
        )
        command.add_argument(
            "--part", type=_names, help="parts of a suite that has some, as in `q,epsilon`"
        )
        command.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    run.add_argument("--seeds", type=int, help=f"seeds from 1; usually {_SEEDS}")
    run.add_argument("--jobs", type=int, default=2, help="searches at once")
    run.add_argument("--methods", type=_names, help="as in `eeipu,ei@passive`; usually all")
    run.add_argument("--problems", type=_names, help="some of the suite's problems")
    run.add_argument("--again", action="store_true", help="drop earlier results of these units")
    return parser


def _run(asked: argparse.Namespace, arguments: Sequence[str]) -> int:
    results = _results(asked)
    wanted = _wanted(asked)
    finished = results.load()
    if asked.again:
        finished = {unit: rows for unit, rows in finished.items() if unit not in wanted}
    results.keep(finished)
    today = dt.datetime.now(dt.UTC).date().isoformat()
    results.note(Origin.here(shlex.join(("python", "-m", "benchmarks", *arguments)), today))
    failed = campaign(wanted, results, asked.jobs, _tell)
    if failed:
        print(f"{failed} of {len(wanted)} searches failed; run again to repeat them")
    return 1 if failed else 0


def _wanted(asked: argparse.Namespace) -> tuple[Unit, ...]:
    """Return the units: of every part, where the suite has parts and no methods are chosen."""
    parts = _parts(asked)
    if not parts or asked.methods:
        return units(_problems(asked), _methods(asked), _seeds(asked))
    chosen = set(_problems(asked)) if asked.problems else None
    found = [
        unit
        for part in parts.values()
        for unit in units(
            [name for name in part.problems if chosen is None or name in chosen],
            part.methods,
            _seeds(asked),
        )
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda unit: unit.seed))


def _report(asked: argparse.Namespace) -> int:
    results = _results(asked)
    compared = comparisons(results)
    parts = _parts(asked)
    if parts:
        text = parts_section(parts, compared, results.origins())
        if asked.quick:
            print(text)
        else:
            write(asked.suite, text)
        return 0
    if asked.quick:
        print(section(asked.suite, compared, results.origins(), figures=False))
        return 0
    draw(asked.suite, compared)
    write(asked.suite, section(asked.suite, compared, results.origins(), figures=True))
    return 0


def _results(asked: argparse.Namespace) -> Results:
    return Results(f"{asked.suite}-quick" if asked.quick else asked.suite, asked.results)


def _parts(asked: argparse.Namespace) -> dict[str, Part]:
    known = PARTS.get(asked.suite, {})
    unknown = [name for name in asked.part or () if name not in known]
    if unknown:
        message = f"`{unknown[0]}` is no part of suite `{asked.suite}`"
        hint = f"use some of {', '.join(known)}" if known else "leave `--part` out"
        raise InvalidValueError(message, hint=hint)
    chosen = {name: part for name, part in known.items() if not asked.part or name in asked.part}
    return {name: part.quick if asked.quick else part for name, part in chosen.items()}


def _problems(asked: argparse.Namespace) -> tuple[str, ...]:
    known = SUITES[asked.suite]
    unknown = [name for name in asked.problems or () if name not in known]
    if unknown:
        message = f"`{unknown[0]}` is no problem of suite `{asked.suite}`"
        raise InvalidValueError(message, hint=f"use some of {', '.join(known)}")
    return tuple(asked.problems or known[: _QUICK_PROBLEMS if asked.quick else None])


def _methods(asked: argparse.Namespace) -> tuple[str, ...]:
    return tuple(asked.methods or (_QUICK_METHODS if asked.quick else usual_methods()))


def _seeds(asked: argparse.Namespace) -> int:
    return int(asked.seeds or (_QUICK_SEEDS if asked.quick else _SEEDS))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _tell(unit: Unit, progress: Progress, trouble: str) -> None:
    what = f"{unit.problem}, {unit.method}, seed {unit.seed}"
    left = f"about {progress.left_seconds / 60:.0f} min left"
    outcome = f"FAILED: {trouble}" if trouble else left
    print(f"[{progress.done}/{progress.total}] {what}: {outcome}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
