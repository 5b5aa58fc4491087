"""Forms that people have filled in."""

from dataclasses import replace
from typing import Any

from eeipu_kfp.launcher.form import Form, KfpRun

RUN = KfpRun(id="3f2a1b9c-0000-4000-8000-000000000000", name="My first tuning!")
NAME = "my-first-tuning-3f2a1b9c"
PARAMETERS = [
    {"name": "rows", "searchSpace": {"uniform": {"min": 10, "max": 60.0, "step": 10}}},
    {"name": "rate", "searchSpace": {"logUniform": {"min": 0.0001, "max": "1e-1"}}},
]
FORM = Form(
    pipeline_name="small",
    pipeline_version="latest",
    objective="evaluate.metrics.score",
    direction="Maximize",
    goal="",
    budget_seconds=600,
    parameters=PARAMETERS,
    arguments={"threshold": 0.5},
    parallel_trials=1,
    max_trials=0,
    max_failed_trials=5,
    stage_timeout_seconds=0,
    algorithm="eeipu",
    seed=0,
    cache_salt="",
    cache_size_limit="",
    cache_deletion_policy="Retain",
    if_terminated="Suspend",
)


def filled(**fields: Any) -> Form:
    """Return the form with some fields filled in otherwise."""
    return replace(FORM, **fields)
