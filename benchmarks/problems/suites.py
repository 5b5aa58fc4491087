"""All problems by name, and the suites that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from types import MappingProxyType

from benchmarks.problems.bbob import BBOB_FUNCTIONS, bbob
from benchmarks.problems.characteristics import MEMBERS, Characteristics, characteristic
from benchmarks.problems.problem import Problem
from benchmarks.problems.real import real
from benchmarks.problems.real_stages import REAL_PIPELINES
from benchmarks.problems.scaled_distillation import SCALES, scaled_distillation
from benchmarks.problems.synthetic import synthetic
from benchmarks.problems.training import training
from eeipu_kfp.errors import InvalidValueError

_TEN_STAGES = (
    "levy2",
    "hartmann3",
    "beale2",
    "ackley3",
    "styblinski2",
    "michale2",
    "beale2",
    "levy2",
    "hartmann3",
    "styblinski3",
)
_FIVE_STAGES = ("beale2", "hartmann3", "branin2", "ackley3", "levy2")
_HIGH = ("beale2", "hartmann3", "beale2", "ackley3", "branin2")
_ABLATION = "beale2-hartmann3-branin2"

_Makers = Mapping[str, Callable[[], Problem]]

_PAPER: _Makers = {
    _ABLATION: lambda: synthetic(_ABLATION.split("-"), 200.0),
    "levy2-hartmann3-beale2": lambda: synthetic(("levy2", "hartmann3", "beale2"), 400.0),
    "branin2-ackley3-beale2-hartmann3": lambda: synthetic(
        ("branin2", "ackley3", "beale2", "hartmann3"), 1500.0
    ),
    "five-stages": lambda: synthetic(_FIVE_STAGES, 900.0, name="five-stages"),
    "high-dimensional": lambda: synthetic(_HIGH, 2500.0, (4, 6, 10, 7, 3), "high-dimensional"),
    "ten-stages": lambda: synthetic(_TEN_STAGES, 1500.0, name="ten-stages"),
}
_HARM: _Makers = {
    **{name: partial(characteristic, name, member) for name, member in MEMBERS.items()},
    "training": training,
}
_REAL: _Makers = {name: partial(real, name) for name in REAL_PIPELINES}
_BBOB: _Makers = {name: partial(bbob, name) for name in BBOB_FUNCTIONS}
_SCALE: _Makers = {name: partial(scaled_distillation, name) for name in SCALES}
_STAGES: _Makers = {
    f"{count}-stages": partial(characteristic, f"{count}-stages", Characteristics(stages=count))
    for count in (2, 3, 5, 7, 10)
}

SUITES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "paper": tuple(_PAPER),
        "harm": tuple(_HARM),
        "real": tuple(_REAL),
        "bbob": tuple(_BBOB),
        "scale": tuple(_SCALE),
        "ablation": (_ABLATION, *_STAGES, *_HARM, "levy2-hartmann3-beale2"),
        "parallel": (_ABLATION, "even-cost", "early-cost", "5-stages"),
    }
)
"""The names of the problems of every suite."""

_ALL: _Makers = {**_PAPER, **_HARM, **_REAL, **_BBOB, **_SCALE, **_STAGES}


@cache
def problem(name: str) -> Problem:
    """Return a problem by name.

    Raises:
        InvalidValueError: There is none of that name.
    """
    if name not in _ALL:
        allowed = ", ".join(f"`{known}`" for known in _ALL)
        message = f"`{name}` is no problem"
        raise InvalidValueError(message, hint=f"use one of {allowed}")
    return _ALL[name]()
