"""`tune`: an experiment from Python, in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from eeipu_kfp.compiled.pipelines import load_pipeline
from eeipu_kfp.core.space import Categorical, Domain
from eeipu_kfp.core.values import Value, canonical_json
from eeipu_kfp.experiment.conversion import resolve
from eeipu_kfp.experiment.documents import check_document
from eeipu_kfp.experiment.template import dns_label
from eeipu_kfp.local.opening import Opened
from eeipu_kfp.local.session import prepared
from eeipu_kfp.report.result import TuningResult
from eeipu_kfp.tuning.events import Observer, ignore


def tune(
    pipeline: Callable[..., Any] | Path | str,
    space: Mapping[str, Domain],
    *,
    objective: str,
    budget_seconds: int,
    direction: str = "Maximize",
    goal: float | None = None,
    arguments: Mapping[str, Value] | None = None,
    name: str | None = None,
    directory: Path | str = "eeipu-runs",
    algorithm: str = "eeipu",
    seed: int = 0,
    warm_up_trials: int | None = None,
    max_trials: int | None = None,
    parallel_trials: int = 1,
    max_failed_trials: int = 5,
    stage_timeout_seconds: int | None = None,
    salt: str = "",
    size_limit: str | None = None,
    observe: Observer = ignore,
) -> TuningResult:
    """Tune a pipeline on this machine; the same call goes on where an earlier one was interrupted.

    Args:
        pipeline: A KFP pipeline function, a file with a compiled pipeline, or `module:function`.
        space: The tuned pipeline inputs.
        objective: `stage.output`, or `stage.artifact.key` for a value in a Metrics artifact.
        budget_seconds: Compute time that the stages may take together.
        direction: `Maximize` or `Minimize`.
        goal: A value at which tuning stops.
        arguments: Pipeline inputs with a fixed value.
        name: What the experiment is called; the pipeline's own name if left out.
        directory: Where experiments and the cache are kept.
        algorithm: What `algorithm.name` may be, such as `eeipu` or `random`.
        seed: Fixes every random choice.
        warm_up_trials: Trials before the models are trusted.
        max_trials: Trials at most.
        parallel_trials: Trials that may run at once.
        max_failed_trials: Failed trials after which the experiment fails.
        stage_timeout_seconds: When a stage counts as hanging.
        salt: Any text; another one makes every stage run afresh.
        size_limit: What the cache may hold, such as `10Gi`.
        observe: Is told what happens.

    Returns:
        The trials as plain data, the best of them, and where the report page is.

    Raises:
        SpecError: Space, objective or budget do not fit the pipeline.
        PipelineError: The pipeline cannot be read.

    Example:
        >>> result = tune(
        ...     "pipeline.yaml",
        ...     {"rate": Float(1e-4, 1e-1, log=True), "depth": Int(1, 8)},
        ...     objective="evaluate.metrics.auroc",
        ...     budget_seconds=600,
        ... )
        >>> result.best.configuration
    """
    compiled = load_pipeline(pipeline)
    document = {
        "apiVersion": "eeipu.dev/v1alpha1",
        "kind": "TuningExperiment",
        "metadata": {"name": name or dns_label(compiled.shape.name)},
        "spec": _without_none(
            pipeline={"inline": compiled.text()},
            objective=_without_none(metric=objective, direction=direction, goal=_text(goal)),
            parameters=[
                {"name": key, "searchSpace": _search_space(domain)} for key, domain in space.items()
            ],
            arguments=[
                {"name": key, "value": value if isinstance(value, str) else canonical_json(value)}
                for key, value in (arguments or {}).items()
            ],
            budget={"seconds": budget_seconds},
            algorithm=_without_none(name=algorithm, seed=seed, warmUpTrials=warm_up_trials),
            maxTrials=max_trials,
            parallelTrials=parallel_trials,
            maxFailedTrials=max_failed_trials,
            stageTimeoutSeconds=stage_timeout_seconds,
            cache=_without_none(salt=salt, sizeLimit=size_limit),
        ),
    }
    parsed = check_document(document, source="tune()")
    opened = Opened(
        document=parsed,
        experiment=resolve(parsed, compiled.shape),
        pipeline=compiled,
        base=Path.cwd(),
        directory=Path(directory),
    )
    with prepared(opened, observe=observe) as session:
        return session.run()


def _search_space(domain: Domain) -> dict[str, Any]:
    if isinstance(domain, Categorical):
        choices = [c if isinstance(c, str) else canonical_json(c) for c in domain.choices]
        return {"categorical": {"choices": choices}}
    bounds = {"min": _text(domain.low), "max": _text(domain.high)}
    if domain.log:
        return {"logUniform": bounds}
    return {"uniform": _without_none(**bounds, step=_text(domain.step))}


def _text(number: float | None) -> str | None:
    return None if number is None else repr(number)


def _without_none(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
