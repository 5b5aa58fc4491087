"""Experiments that both a cluster and a laptop take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eeipu_kfp.experiment.syntax import read_yaml
from tests.unit.experiment.samples import MISSING, edited

_ROOT = Path(__file__).parents[3]
_SPACE = "spec/parameters/0/searchSpace"


def _stacking() -> dict[str, Any]:
    sample = _ROOT / "manifests/samples/stacking.yaml"
    document: Any = read_yaml(sample.read_text(), source=str(sample))
    pipeline = sample.parent / document["spec"]["pipeline"]["path"]
    document["spec"]["pipeline"] = {"inline": pipeline.read_text()}
    return document


EVERYTHING = edited(
    ("spec/pipeline", {"inline": "x"}),
    ("spec/cache/store", MISSING),
    ("metadata/namespace", MISSING),
)
"""An experiment with every field that a cluster knows, but for a budget in money."""

MONEY = {
    "amount": "12.5",
    "currency": "EUR",
    "prices": [
        {"name": "prepare", "perHour": 0},
        {"name": "train", "perHour": "1.2"},
        {"name": "evaluate", "perHour": "0.3"},
    ],
}

_OPTIONAL = (
    *("arguments", "algorithm", "maxTrials", "parallelTrials", "maxFailedTrials"),
    *("stageTimeoutSeconds", "cache", "suspend", "ttlSecondsAfterFinished"),
)

SOUND: dict[str, dict[str, Any]] = {
    "every field": EVERYTHING,
    "required fields alone": edited(
        *((f"spec/{field}", MISSING) for field in _OPTIONAL), of=EVERYTHING
    ),
    "Stacking": _stacking(),
    "ConfigMap": edited(
        ("spec/pipeline", {"configMapRef": {"name": "p", "key": "pipeline.yaml"}}), of=EVERYTHING
    ),
    "registered": edited(
        ("spec/pipeline", {"registered": {"name": "Stacking", "version": "v 2"}}), of=EVERYTHING
    ),
    "money": edited(("spec/budget", {"money": MONEY}), of=EVERYTHING),
    "overhead charged": edited(("spec/budget/counts", "ComputeAndOverhead"), of=EVERYTHING),
    "bounds without quotes": edited((_SPACE, {"uniform": {"min": 0, "max": 4}}), of=EVERYTHING),
    "tenths": edited(
        (_SPACE, {"uniform": {"min": "0.1", "max": "0.7", "step": "0.2"}}), of=EVERYTHING
    ),
    "many steps": edited(
        (_SPACE, {"uniform": {"min": "-1e9", "max": "1e9", "step": "1e-3"}}), of=EVERYTHING
    ),
    "bounds of few digits": edited(
        (_SPACE, {"logUniform": {"min": ".5", "max": "+5."}}), of=EVERYTHING
    ),
    "null as unset": edited(("spec/maxTrials", None), of=EVERYTHING),
}
