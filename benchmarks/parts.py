"""The parts of the suites that change one thing at a time: which problems, which methods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from benchmarks.problems.characteristics import MEMBERS

_DEFAULT = "eeipu"
_PUBLISHED = "beale2-hartmann3-branin2"
_STAGES = ("2-stages", "3-stages", "5-stages", "7-stages", "10-stages")
_NOT_FITTED = ("training", _PUBLISHED, "levy2-hartmann3-beale2")
_LIMITS = tuple(f"evict={rule}+limit={p}" for p in (50, 20, 5) for rule in ("worth", "lru"))
# A look-up holds up all workers here, so hits must be free for time to be told.
_ALONE = "eeipu+hit=0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that is varied.

    Attributes:
        question: What it asks.
        problems: On what.
        methods: The reference first, then what it is compared with.
    """

    question: str
    problems: tuple[str, ...]
    methods: tuple[str, ...]

    @property
    def reference(self) -> str:
        """What the others are compared with, seed by seed."""
        return self.methods[0]

    @property
    def quick(self) -> Part:
        """The same on one problem, with the reference and the two extremes."""
        methods = tuple(dict.fromkeys((self.methods[0], self.methods[1], self.methods[-1])))
        return Part(question=self.question, problems=self.problems[:1], methods=methods)


def _set(key: str, values: Iterable[object]) -> tuple[str, ...]:
    return (_DEFAULT, *(f"{_DEFAULT}+{key}={value}" for value in values))


PARTS: Mapping[str, Mapping[str, Part]] = MappingProxyType(
    {
        "ablation": {
            "q": Part(
                question="How many of the best trials should lend their prefixes (all)?",
                problems=(_PUBLISHED, "even-cost", "early-cost"),
                methods=_set("q", (1, 2, 3, 5, 10, 20)),
            ),
            "epsilon": Part(
                question="What if a stage from the cache is charged more or fewer seconds (0.1)?",
                problems=(_PUBLISHED, "even-cost"),
                methods=_set("hit", (0, 0.5, 1, 5, 10)),
            ),
            "cooling": Part(
                question="How should the weight of cost fall as the budget goes (1:0.5)?",
                problems=(_PUBLISHED, "even-cost", "better-is-dearer", "better-is-cheaper"),
                methods=_set("eta", ("1:1", "1:0", "0.5:0.5")),
            ),
            "inputs": Part(
                question="What should a stage's cost be learnt over (all that decides its output)?",
                problems=(_PUBLISHED, "even-cost", "upstream-drives-cost", "training"),
                methods=_set("inputs", ("own",)),
            ),
            "cache": Part(
                question="What does a limit to the cache cost, in per cent of what it would hold?",
                problems=(_PUBLISHED, "even-cost", "early-cost"),
                methods=(_DEFAULT, *(f"{_DEFAULT}+{limit}" for limit in _LIMITS)),
            ),
            "stages": Part(
                question="What does the cache bring as there are more stages?",
                problems=_STAGES,
                methods=(_DEFAULT, "eeipu@none", "ei@none", "ei@passive"),
            ),
            "forecast": Part(
                question="How well does the forecast of `eeipu plan` do?",
                problems=(*MEMBERS, *_STAGES, *_NOT_FITTED),
                methods=(_DEFAULT, "eeipu@none"),
            ),
        },
        "parallel": {
            "workers": Part(
                question="What do more workers gain, and what do they lose?",
                problems=(_PUBLISHED, "even-cost", "early-cost", "5-stages"),
                methods=(_ALONE, *(f"{_ALONE}+workers={q}" for q in (2, 4, 8, 16))),
            ),
        },
    }
)
"""The parts of a suite by name, for the suites that have parts."""
