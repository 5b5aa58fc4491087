"""Artifacts for the stages of `components/` where no Kubeflow Pipelines runs them."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any


class Artifact:
    """What a stage reads and writes: a path in a folder that goes when nobody needs it any more.

    Attributes:
        path: Where the content lies: a file or a folder, as the stage likes.
        metadata: What the stage has noted of it.
    """

    def __init__(self) -> None:
        folder = tempfile.mkdtemp()
        weakref.finalize(self, shutil.rmtree, folder)
        self.path = str(Path(folder) / "content")
        self.metadata: dict[str, Any] = {}

    def log_metric(self, name: str, value: float) -> None:
        """Note a metric, as artifacts of type Metrics do."""
        self.metadata[name] = value
