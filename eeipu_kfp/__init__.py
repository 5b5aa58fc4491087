"""Tune whole ML pipelines on Kubeflow Pipelines and never pay twice for the same stage."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from eeipu_kfp.core.space import Categorical, Float, Int

if TYPE_CHECKING:
    from eeipu_kfp.local.tune import tune
    from eeipu_kfp.report.result import TuningResult
    from eeipu_kfp.tuning.ask_tell import AskTell

__version__ = "0.1.0"
__all__ = ["AskTell", "Categorical", "Float", "Int", "TuningResult", "tune"]

_LAZY = {
    "AskTell": "eeipu_kfp.tuning.ask_tell",
    "TuningResult": "eeipu_kfp.report.result",
    "tune": "eeipu_kfp.local.tune",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_LAZY[name]), name)
