"""The kinds of scalars that a document holds, each as pattern-checked text or a bounded integer."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, WithJsonSchema

NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
"""How a number is written."""
SIZE = r"^[0-9]+(\.[0-9]{1,3})?(k|M|G|T|Ki|Mi|Gi|Ti)?$"
"""How a number of bytes is written."""
_DNS_LABEL = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
_METRIC = r"^[^.\s]+\.[^.\s]+(\..+)?$"
FUNCTION = r"^[A-Za-z_][A-Za-z0-9_.]*:[A-Za-z_][A-Za-z0-9_]*$"
"""How a pipeline function is named."""
_ENDPOINT = r"^https?://[^/\s]+/?$"
_CURRENCY = r"^[A-Za-z]+$"
_BUCKET = r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"

MEANINGS = {
    NUMBER: 'a finite number such as `"0.5"`, `"1e-4"` or `3`',
    SIZE: 'a size in bytes such as `"500Mi"` or `"10Gi"`',
    _DNS_LABEL: "lower-case letters, digits and `-`, with a letter or digit at both ends",
    _METRIC: "`stage.output` or `stage.artifact.key`",
    FUNCTION: "`module:name`",
    _ENDPOINT: "a URL such as `http://minio:9000`",
    _CURRENCY: "a word such as `EUR`",
    _BUCKET: "3 to 63 lower-case letters, digits, `-` and `.`",
}
"""What each pattern asks for, in words."""


def _written_out(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _int_or_string(**rules: object) -> WithJsonSchema:
    either = [{"type": "integer"}, {"type": "string"}]
    return WithJsonSchema({"anyOf": either, "x-kubernetes-int-or-string": True, **rules})


NumberText: TypeAlias = Annotated[
    str,
    Field(pattern=NUMBER, max_length=64),
    BeforeValidator(_written_out),
    _int_or_string(pattern=NUMBER, maxLength=64),
]
"""A number; text in quotes, or a whole number without, since Kubernetes takes no fractions."""

SizeText: TypeAlias = Annotated[
    str,
    Field(pattern=SIZE, max_length=32),
    BeforeValidator(_written_out),
    _int_or_string(pattern=SIZE, maxLength=32),
]
"""A number of bytes with the suffixes of Kubernetes."""

ValueText: TypeAlias = Annotated[
    str,
    Field(max_length=65_536),
    BeforeValidator(_written_out),
    _int_or_string(maxLength=65_536),
]
"""A value of a pipeline input; what it is read as depends on the input's type."""

DnsLabel: TypeAlias = Annotated[str, Field(pattern=_DNS_LABEL, max_length=63)]
Metric: TypeAlias = Annotated[str, Field(pattern=_METRIC, max_length=256)]
FunctionName: TypeAlias = Annotated[str, Field(pattern=FUNCTION, max_length=256)]
Endpoint: TypeAlias = Annotated[str, Field(pattern=_ENDPOINT, max_length=256)]
Bucket: TypeAlias = Annotated[str, Field(pattern=_BUCKET, max_length=63)]
Currency: TypeAlias = Annotated[str, Field(pattern=_CURRENCY, max_length=16)]
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=253)]
Location: TypeAlias = Annotated[str, Field(min_length=1, max_length=4096)]
ShortText: TypeAlias = Annotated[str, Field(max_length=256)]
Document: TypeAlias = Annotated[str, Field(min_length=1, max_length=1_000_000)]

Seconds: TypeAlias = Annotated[StrictInt, Field(ge=1, le=1_000_000_000)]
Count: TypeAlias = Annotated[StrictInt, Field(ge=1, le=100_000)]
Parallelism: TypeAlias = Annotated[StrictInt, Field(ge=1, le=1000)]
Seed: TypeAlias = Annotated[StrictInt, Field(ge=0, le=2_147_483_647)]
Delay: TypeAlias = Annotated[StrictInt, Field(ge=0, le=1_000_000_000)]
Switch: TypeAlias = StrictBool
