"""Experiment documents: from a file or a text to a checked `TuningExperiment`, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.models import API_VERSION, KIND, TuningExperiment
from eeipu_kfp.experiment.problems import shown
from eeipu_kfp.experiment.syntax import read_yaml, write_yaml
from eeipu_kfp.experiment.translation import translated

_WRITE_ONE = "write one with `eeipu init PIPELINE`"


def load_document(path: Path | str) -> TuningExperiment:
    """Read and check an experiment file.

    Raises:
        SpecError: The file cannot be read, or is no sound experiment; all its problems at once.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        message = f"there is no file {path}"
        raise SpecError(message, hint=f"correct the path, or {_WRITE_ONE}") from error
    except OSError as error:
        message = f"{path} cannot be read: {(error.strerror or str(error)).lower()}"
        raise SpecError(message, hint="name a readable experiment file") from error
    except UnicodeDecodeError as error:
        message = f"{path} is no text: byte {error.start} is not UTF-8"
        raise SpecError(message, hint="name an experiment file in YAML") from error
    return parse_document(text, source=str(path))


def parse_document(text: str, *, source: str = "the document") -> TuningExperiment:
    """Check the text of an experiment.

    Args:
        text: YAML.
        source: Where it comes from, for messages.

    Raises:
        SpecError: It is no sound experiment; all its problems at once.
    """
    return check_document(read_yaml(text, source=source), source=source)


def check_document(document: object, *, source: str = "the document") -> TuningExperiment:
    """Check an experiment that was read already.

    Args:
        document: What was read, as plain data.
        source: Where it comes from, for messages.

    Raises:
        SpecError: It is no sound experiment; all its problems at once.
    """
    if not isinstance(document, dict):
        message = f"{source} is no mapping, but {shown(document)}"
        raise SpecError(message, hint=_WRITE_ONE)
    _check_kind(document, source)
    try:
        return TuningExperiment.model_validate(without_nulls(document))
    except ValidationError as error:
        problems = translated(error)
        problems.raise_any(source)
        raise


def dump(document: TuningExperiment) -> dict[str, Any]:
    """Return an experiment as plain data, with only the fields that were written."""
    return document.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)


def to_yaml(document: TuningExperiment) -> str:
    """Return an experiment as YAML, with only the fields that were written."""
    return write_yaml(dump(document))


def _check_kind(document: dict[str, Any], source: str) -> None:
    if {"pipelineInfo", "root"} <= document.keys():
        message = f"{source} is a compiled pipeline, not an experiment"
        raise SpecError(message, hint=f"write an experiment for it with `eeipu init {source}`")
    for field, expected in (("apiVersion", API_VERSION), ("kind", KIND)):
        got = document.get(field)
        if got != expected:
            found = "missing" if got is None else shown(got)
            message = f"{found} in {source}, but must be `{expected}`"
            raise SpecError(message, path=field, hint=f"write `{field}: {expected}`")


def without_nulls(document: Any) -> Any:
    """Return plain data as the Kubernetes API reads it: a field that is null is not set."""
    if isinstance(document, dict):
        return {key: without_nulls(item) for key, item in document.items() if item is not None}
    if isinstance(document, list):
        return [without_nulls(item) for item in document]
    return document
