"""The Stacking pipeline of `components/stacking` as functions: its own code, without files to keep.

Kubeflow Pipelines is imported only where a stage is run, not where a recording is replayed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_SEED = 0
_TEST_SHARE = 0.3
_BOOSTING_ROUNDS = 30
_TREES, _FOREST_DEPTH = 10, 5
_TOLERANCE = 1e-4


@dataclass(slots=True)
class File:
    """An artifact of a stage, its content kept in memory; KFP's stages write and read its path.

    Attributes:
        content: What was written.
        path: Where it lies while a stage runs.
        metadata: What the stage has noted of it.
    """

    content: bytes = b""
    path: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)

    def log_metric(self, name: str, value: float) -> None:
        """Note a metric, as artifacts of type Metrics do."""
        self.metadata[name] = value


Pair = tuple[File, File]
"""What a stage leaves: rows to learn from, rows to be judged by."""


def prepared(_: None, scaler: str, interactions: bool, component_share: float) -> Pair:  # noqa: FBT001  # a tuned value
    """Split, scale, multiply and rotate the diabetes data."""
    from components.stacking.preparation import prepare  # noqa: PLC0415  # loads kfp

    with _placed(File(), File()) as (train, test):
        prepare.python_func(
            train_set=train,
            test_set=test,
            data="",
            label="label",
            test_share=_TEST_SHARE,
            seed=_SEED,
            scaler=scaler,
            interactions=interactions,
            component_share=component_share,
        )
        return _read(train), _read(test)


def stacked(
    rows: Pair, log10_boosting_rate: int, boosting_depth: int, log10_histogram_rate: int
) -> Pair:
    """Fit four tree ensembles and keep what each thinks of every row."""
    from components.stacking.base_learners import base_learners  # noqa: PLC0415  # loads kfp

    with _placed(*rows, File(), File()) as (train, test, stacked_train, stacked_test):
        base_learners.python_func(
            train_set=train,
            test_set=test,
            stacked_train_set=stacked_train,
            stacked_test_set=stacked_test,
            seed=_SEED,
            boosting_rounds=_BOOSTING_ROUNDS,
            extra_trees=_TREES,
            boosting_rate=10.0**log10_boosting_rate,
            boosting_depth=boosting_depth,
            forest_trees=_TREES,
            forest_depth=_FOREST_DEPTH,
            histogram_rate=10.0**log10_histogram_rate,
        )
        return _read(stacked_train), _read(stacked_test)


def judged(rows: Pair, log10_meta_c: int, meta_max_iter: int) -> float:
    """Weigh the ensembles against each other; return the area under the ROC curve."""
    from components.stacking.meta_learner import meta_learner  # noqa: PLC0415  # loads kfp

    metrics = File()
    with _placed(*rows) as (train, test):
        meta_learner.python_func(
            stacked_train_set=train,
            stacked_test_set=test,
            metrics=metrics,
            meta_c=10.0**log10_meta_c,
            meta_tol=_TOLERANCE,
            meta_max_iter=meta_max_iter,
        )
    return float(metrics.metadata["auroc"])


@contextmanager
def _placed(*files: File) -> Iterator[tuple[File, ...]]:
    """Lay files into a folder for as long as a stage runs."""
    with tempfile.TemporaryDirectory() as folder:
        for number, file in enumerate(files):
            file.path = str(Path(folder) / str(number))
            Path(file.path).write_bytes(file.content)
        yield files


def _read(file: File) -> File:
    return File(content=Path(file.path).read_bytes())
