"""The tidy file of a suite: a JSON line for every trial, and beside it what has made them."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import eeipu_kfp.search
from benchmarks.world import Row

RESULTS = Path(__file__).parent / "results"
"""Where results are kept unless one says otherwise; not committed."""

_PACKAGES = ("numpy", "scipy", "optuna", "scikit-learn", "ax-platform", "smac", "coco-experiment")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Unit:
    """One search, which is run as a whole or not at all.

    Attributes:
        seed: Chooses the warm-up and everything random.
        problem: The problem's name.
        method: The method's name in full.
    """

    seed: int
    problem: str
    method: str


class Results:
    """The results of one suite on disk; a unit whose last trial is missing counts for nothing."""

    def __init__(self, suite: str, folder: Path = RESULTS) -> None:
        """Look into a folder.

        Args:
            suite: The suite's name.
            folder: Where its two files are.
        """
        self._rows = folder / f"{suite}.jsonl"
        self._origin = folder / f"{suite}.origin.json"

    def load(self) -> dict[Unit, tuple[Row, ...]]:
        """Return the trials of every finished unit."""
        found: dict[Unit, list[Row]] = {}
        text = self._rows.read_text(encoding="utf-8") if self._rows.exists() else ""
        for line in text.splitlines(keepends=True):
            if line.endswith("\n"):
                row = Row(**json.loads(line))
                unit = Unit(problem=row.problem, method=row.method, seed=row.seed)
                found.setdefault(unit, []).append(row)
        return {unit: tuple(rows) for unit, rows in found.items() if rows[-1].stop}

    def keep(self, units: Mapping[Unit, Iterable[Row]]) -> None:
        """Replace everything by the trials of these units."""
        self._rows.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(map(_lines, units.values()))
        self._rows.write_text(text, encoding="utf-8")

    def add(self, rows: Iterable[Row]) -> None:
        """Append the trials of a unit."""
        with self._rows.open("a", encoding="utf-8") as file:
            file.write(_lines(rows))

    def note(self, origin: Origin) -> None:
        """Note what makes the results from now on."""
        known = [o for o in self.origins() if (o.command, o.code) != (origin.command, origin.code)]
        documents = [asdict(o) for o in (*known, origin)]
        self._origin.parent.mkdir(parents=True, exist_ok=True)
        self._origin.write_text(json.dumps(documents, indent=1) + "\n", encoding="utf-8")

    def origins(self) -> tuple[Origin, ...]:
        """Return what has made the results, the latest last."""
        if not self._origin.exists():
            return ()
        documents = json.loads(self._origin.read_text(encoding="utf-8"))
        return tuple(Origin(**document) for document in documents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What has made results.

    Attributes:
        command: The command line.
        date: The day.
        code: Digest of the search's source.
        versions: What it ran on, by name.
    """

    command: str
    date: str
    code: str
    versions: Mapping[str, str]

    @classmethod
    def here(cls, command: str, date: str) -> Origin:
        """Return what results would be made by now."""
        versions = {"python": platform.python_version(), **dict(_installed())}
        return cls(command=command, date=date, code=code_digest(), versions=versions)


def code_digest() -> str:
    """Return eight digits that tell one state of the search's source from another."""
    digest = hashlib.sha256()
    for folder in eeipu_kfp.search.__path__:
        for path in sorted(Path(folder).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def _installed() -> Iterator[tuple[str, str]]:
    for name in _PACKAGES:
        with suppress(PackageNotFoundError):
            yield name, version(name)


def _lines(rows: Iterable[Row]) -> str:
    return "".join(json.dumps(row.document) + "\n" for row in rows)
