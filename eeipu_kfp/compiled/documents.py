"""Reading compiled pipelines: files, text, or pipeline functions of kfp."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from eeipu_kfp.compiled.dag import Document, Spec
from eeipu_kfp.errors import PipelineError

PipelineSource: TypeAlias = str | Path | Mapping[str, Any] | object
"""A file, `module:function`, the text or the content of a compiled pipeline, or a kfp pipeline."""

_FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
_HINT = "compile it with kfp 2: `kfp.compiler.Compiler().compile(pipeline, 'pipeline.yaml')`"


def read_document(source: PipelineSource, base: Path) -> Document:
    """Return the compiled pipeline behind a source; see `load_pipeline`."""
    if isinstance(source, Mapping):
        return _document([source], "the mapping given")
    if isinstance(source, str) and "\n" in source:
        return _parsed(source, "the text given")
    if isinstance(source, str) and _FUNCTION.fullmatch(source):
        return _compiled(_imported(source, base), source)
    if isinstance(source, str | Path):
        return _parsed(_text(base / source), f"`{source}`")
    return _compiled(source, getattr(source, "__name__", type(source).__name__))


def document_text(document: Document) -> str:
    """Return a compiled pipeline as YAML: one document, or two where it has platform settings."""
    parts = [dict(document.ir), *([dict(document.platform)] if document.platform else [])]
    return yaml.safe_dump_all(parts, sort_keys=True, default_flow_style=False)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"cannot read the pipeline `{path}`: {getattr(error, 'strerror', None) or error}"
        hint = "name a compiled pipeline (YAML) or `module:pipeline_function`"
        raise PipelineError(message, hint=hint) from error


def _parsed(text: str, what: str) -> Document:
    try:
        parts = [part for part in yaml.safe_load_all(text) if part is not None]
    except yaml.YAMLError as error:
        message = f"{what} is no YAML: {' '.join(str(error).split())}"
        raise PipelineError(message, hint=_HINT) from error
    return _document(parts, what)


def _document(parts: list[Any], what: str) -> Document:
    mappings = [part for part in parts if isinstance(part, Mapping)]
    ir: Spec | None = next((part for part in mappings if "root" in part), None)
    if ir is None or not isinstance(ir.get("root"), Mapping) or "pipelineInfo" not in ir:
        raise _not_ir(mappings, what)
    platform: Spec = next((part for part in mappings if "platforms" in part), {})
    return Document(ir=ir, platform=platform)


def _not_ir(mappings: list[Mapping[str, Any]], what: str) -> PipelineError:
    if any("argoproj.io" in str(part.get("apiVersion", "")) for part in mappings):
        message = f"{what} is an Argo workflow, as kfp 1 compiled it, but KFP 2 IR is needed"
        return PipelineError(message, hint=_HINT)
    message = f"{what} is no compiled KFP 2 pipeline: it has no `root` and `pipelineInfo`"
    return PipelineError(message, hint=_HINT)


def _imported(source: str, base: Path) -> object:
    module_name, _, function = source.partition(":")
    try:
        with _importable(base):
            module = importlib.import_module(module_name)
    except Exception as error:
        message = f"cannot import `{module_name}` from `{base}`: {error}"
        raise PipelineError(message, hint="name an importable module that kfp can load") from error
    try:
        found: object = getattr(module, function)
    except AttributeError as error:
        message = f"module `{module_name}` has no `{function}`"
        raise PipelineError(message, hint="name a function decorated by `@dsl.pipeline`") from error
    return found


@contextmanager
def _importable(base: Path) -> Iterator[None]:
    folder = str(base.resolve())
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


def _compiled(pipeline: object, what: str) -> Document:
    spec = getattr(pipeline, "pipeline_spec", None)
    if spec is None:
        message = f"`{what}` is a {type(pipeline).__name__}, but a pipeline of kfp is needed"
        raise PipelineError(message, hint="decorate the function by `@dsl.pipeline`")
    # protobuf comes with kfp, which takes half a second to load.
    as_dict = importlib.import_module("google.protobuf.json_format").MessageToDict
    platform = getattr(pipeline, "platform_spec", None)
    has_platform = platform is not None and bool(platform.platforms)
    return Document(ir=as_dict(spec), platform=as_dict(platform) if has_platform else {})
