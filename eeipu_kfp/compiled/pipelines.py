"""Compiled pipelines as the tuning loop sees them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eeipu_kfp.compiled.cutting import cut_pipeline
from eeipu_kfp.compiled.dag import Document
from eeipu_kfp.compiled.documents import PipelineSource, document_text, read_document
from eeipu_kfp.compiled.importers import importer_names
from eeipu_kfp.compiled.ingredients import Recipe, stage_recipe
from eeipu_kfp.compiled.reading import pipeline_shape
from eeipu_kfp.core.outputs import StageOutputs
from eeipu_kfp.core.ports import Ingredients
from eeipu_kfp.core.values import Value
from eeipu_kfp.errors import PipelineError


class CompiledPipeline:
    """A compiled KFP pipeline; fulfils `TunedPipeline`.

    Attributes:
        shape: The stages and what each reads.
        ir: The pipeline spec as plain JSON data; never changed.
        platform: The platform spec; empty where there is none.
    """

    def __init__(self, document: Document) -> None:
        """Read the stages.

        Raises:
            PipelineError: There is no stage, the tasks rest on each other in a cycle, or a part
                is malformed.
        """
        try:
            self.shape = pipeline_shape(document)
        except (AttributeError, KeyError, TypeError) as error:
            message = f"the compiled pipeline is malformed: {error}"
            raise PipelineError(message, hint="compile the pipeline again with kfp 2") from error
        self.ir = document.ir
        self.platform = document.platform
        self._document = document
        self._recipes: dict[str, Recipe] = {}

    def ingredients(self, stage: str, arguments: Mapping[str, Value]) -> Ingredients:
        """Return what decides a stage's output, given the values of the pipeline inputs."""
        if stage not in self._recipes:
            self._recipes[stage] = stage_recipe(self._document, self.shape, stage)
        return self._recipes[stage].filled(self.shape, arguments)

    def cut(self, outputs: Mapping[str, StageOutputs]) -> dict[str, Any]:
        """Return the IR without the stages named, fed with their outputs instead.

        Raises:
            PipelineError: A name is no stage, no stage is left, or a stage that is left consumes
                an output that is not given, or one that cannot be imported.
        """
        return cut_pipeline(self._document, self.shape, outputs)

    def imported(self, task: str) -> str | None:
        """Return the stage whose output a task of a cut pipeline imports; None where it is none."""
        names = importer_names(self.shape, self._document.tasks)
        return next((stage for (stage, _), name in names.items() if name == task), None)

    def text(self) -> str:
        """Return the pipeline as YAML: the IR, and the platform spec where there is one."""
        return document_text(self._document)


def load_pipeline(source: PipelineSource, *, base: Path | None = None) -> CompiledPipeline:
    """Return a compiled pipeline.

    Args:
        source: A path to compiled IR (YAML), `module:pipeline_function`, the text or the content
            of compiled IR, or a pipeline function of kfp.
        base: Where relative paths and modules are looked for; the working directory where none
            is given.

    Raises:
        PipelineError: It cannot be read, is no KFP 2 pipeline, or has no stage or a cycle.
    """
    return CompiledPipeline(read_document(source, base or Path()))
