"""What a stage leaves behind: artifacts and output parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eeipu_kfp.core.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """An output artifact.

    Attributes:
        uri: Where its content is: a local path, or a `minio://`, `s3://` or `gs://` URI.
        type: Schema title, such as `system.Model`.
        schema_version: Version of that schema.
        metadata: What the component noted beside the content; the values of a Metrics artifact.
    """

    uri: str
    type: str = "system.Artifact"
    schema_version: str = "0.0.1"
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOutputs:
    """Everything a stage has put out.

    Attributes:
        parameters: Output parameters by name.
        artifacts: Output artifacts by name; one element each, or several for a list of artifacts.
    """

    parameters: Mapping[str, Value] = field(default_factory=dict)
    artifacts: Mapping[str, tuple[Artifact, ...]] = field(default_factory=dict)
