"""The kinds of scalars that a status holds; what was seen and measured is never refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypeAlias

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    Field,
    PlainSerializer,
    StrictInt,
    WithJsonSchema,
)

_LARGEST_WHOLE = 10**15


def _in_digits(number: float) -> str:
    is_short = number.is_integer() and abs(number) < _LARGEST_WHOLE
    return f"{number:.0f}" if is_short else f"{number:.9g}"


def _to_the_second(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _clipped(longest: int) -> BeforeValidator:
    def clip(value: object) -> object:
        too_long = isinstance(value, str) and len(value) > longest
        return f"{str(value)[: longest - 3]}..." if too_long else value

    return BeforeValidator(clip)


Figure: TypeAlias = Annotated[
    float,
    Field(allow_inf_nan=False),
    PlainSerializer(_in_digits),
    WithJsonSchema({"type": "string", "maxLength": 32}),
]
"""A finite number that was measured; written as text, since Kubernetes takes no fractions."""

Moment: TypeAlias = Annotated[
    AwareDatetime,
    PlainSerializer(_to_the_second),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A point in time."""

Tally: TypeAlias = Annotated[StrictInt, Field(ge=0, le=2_147_483_647)]
LargeTally: TypeAlias = Annotated[StrictInt, Field(ge=0, le=9_007_199_254_740_991)]
Remark: TypeAlias = Annotated[str, Field(max_length=1024), _clipped(1024)]
"""Words for people; what is too long is cut."""
Glimpse: TypeAlias = Annotated[str, Field(max_length=256), _clipped(256)]
"""A value as people see it; what is too long is cut."""
