"""Pipelines as the API takes them in a form: a file of YAML."""

from __future__ import annotations

from collections.abc import Mapping
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import yaml

from tests.kfp_double.refusals import invalid


def uploaded_pipeline(kind: str, content: bytes) -> Mapping[str, Any]:
    """Return the pipeline in an uploaded form, in the shape that the API keeps.

    Args:
        kind: The content type, with the boundary.
        content: The form.

    Raises:
        RefusalError: There is no file in it.
    """
    form = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + content)
    for part in form.iter_parts():
        if part.get_param("name", header="content-disposition") == "uploadfile":
            return _parsed(part.get_payload(decode=True).decode())
    message = "no file `uploadfile` was uploaded"
    raise invalid(message)


def _parsed(text: str) -> Mapping[str, Any]:
    ir, *platform = [part for part in yaml.safe_load_all(text) if part]
    return {"pipeline_spec": ir, "platform_spec": platform[0]} if platform else ir
