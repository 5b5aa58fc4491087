"""Cache entries: what a stage has put out under a key, where it is and what it has cost."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.core.ports import ObjectInfo
from eeipu_kfp.core.values import Value, canonical_json
from eeipu_kfp.errors import InvalidValueError

ENTRY_SCHEMA = 1
"""Version of an entry's document; a reader passes over newer ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptArtifact:
    """An artifact of an entry.

    Attributes:
        artifact: The artifact; its URI is an object's name where the store holds it, so that a
            store may move, and the URI that the stage gave otherwise.
        is_folder: Whether the content is a folder.
        objects: The objects of the store that hold the content; none where there is no content,
            or where it is elsewhere.
    """

    artifact: Artifact
    is_folder: bool = False
    objects: tuple[ObjectInfo, ...] = ()

    @property
    def is_elsewhere(self) -> bool:
        """Whether the content is where the stage has put it, outside the store."""
        return "://" in self.artifact.uri


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheEntry:
    """What is kept of one stage under one key.

    Attributes:
        key: The digest of the stage key.
        stage: The stage's name in the pipeline that has made it.
        ingredients: The document that the digest was taken of.
        values: The pipeline inputs, tuned and fixed, that decided the output.
        parameters: Output parameters by name.
        artifacts: Output artifacts by name.
        seconds: Compute time that a hit avoids.
        overhead_seconds: Time beside the compute.
        experiment: The experiment that has made it.
        trial: The number of the trial that has made it.
        created_at: When it was written, in seconds since the epoch.
    """

    key: str
    stage: str
    ingredients: Mapping[str, Any]
    values: Mapping[str, Value]
    parameters: Mapping[str, Value]
    artifacts: Mapping[str, tuple[KeptArtifact, ...]]
    seconds: float
    overhead_seconds: float
    experiment: str
    trial: int
    created_at: float

    @property
    def outputs(self) -> StageOutputs:
        """The outputs, with URIs as they are noted here: to be read, not to be consumed."""
        artifacts = {
            name: tuple(kept.artifact for kept in several)
            for name, several in self.artifacts.items()
        }
        return StageOutputs(parameters=self.parameters, artifacts=artifacts)

    @property
    def kept(self) -> tuple[KeptArtifact, ...]:
        """All artifacts of all outputs."""
        return tuple(kept for several in self.artifacts.values() for kept in several)

    @property
    def objects(self) -> tuple[ObjectInfo, ...]:
        """The objects that hold the artifacts."""
        return tuple(found for kept in self.kept for found in kept.objects)

    @property
    def size_bytes(self) -> int:
        """What the artifacts take up."""
        return sum(found.size_bytes for found in self.objects)


def encode(entry: CacheEntry) -> bytes:
    """Return an entry as a JSON document.

    Raises:
        InvalidValueError: A value or a piece of metadata has no JSON form, such as a NaN.
    """
    document = {"schema": ENTRY_SCHEMA, **asdict(entry)}
    return canonical_json(document).encode("utf-8", "surrogatepass")


def decode(data: bytes) -> CacheEntry:
    """Return the entry that a JSON document holds.

    Raises:
        InvalidValueError: It is damaged, or of a newer version.
    """
    try:
        document = json.loads(data.decode("utf-8", "surrogatepass"))
        schema = document.pop("schema")
        if schema == ENTRY_SCHEMA:
            return _entry(document)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        message = f"a cache entry is damaged: {error!r}"
        raise InvalidValueError(message) from error
    message = f"a cache entry has schema {schema!r}, but this version reads {ENTRY_SCHEMA}"
    raise InvalidValueError(message, hint="update eeipu-kfp to use it")


def _entry(document: dict[str, Any]) -> CacheEntry:
    artifacts = {
        str(name): tuple(_kept(kept) for kept in several)
        for name, several in document.pop("artifacts").items()
    }
    for name in ("ingredients", "values", "parameters"):
        _expect(document[name], dict)
    for name in ("key", "stage", "experiment"):
        _expect(document[name], str)
    for name in ("seconds", "overhead_seconds", "created_at"):
        document[name] = _finite(document[name])
    _expect(document["trial"], int)
    return CacheEntry(artifacts=artifacts, **document)


def _kept(document: dict[str, Any]) -> KeptArtifact:
    artifact = Artifact(**document["artifact"])
    _expect(artifact.uri, str)
    _expect(artifact.metadata, dict)
    return KeptArtifact(
        artifact=artifact,
        is_folder=document["is_folder"] is True,
        objects=tuple(_object(found) for found in document["objects"]),
    )


def _object(document: dict[str, Any]) -> ObjectInfo:
    info = ObjectInfo(**document)
    _expect(info.name, str)
    _expect(info.size_bytes, int)
    return info


def _expect(value: object, kind: type) -> None:
    if not isinstance(value, kind):
        message = f"{value!r} is no {kind.__name__}"
        raise TypeError(message)


def _finite(number: float) -> float:
    if not math.isfinite(number):
        message = f"{number} is not finite"
        raise ValueError(message)
    return float(number)
