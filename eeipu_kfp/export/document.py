"""An experiment as one JSON document, and back.

A cluster hands an experiment over in this form, and every other form is made of what it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from eeipu_kfp.core.budget import Budget, Counted
from eeipu_kfp.core.experiment import Algorithm, CachePolicy, Experiment
from eeipu_kfp.core.objective import Direction, Objective
from eeipu_kfp.core.space import Categorical, Domain, Float, Int, Space
from eeipu_kfp.core.suggestion import Stop, StopReason
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.export.contents import Contents
from eeipu_kfp.export.trials import read_trial, trial_document

SCHEMA = 1
_DOMAINS: Mapping[str, type[Domain]] = {kind.__name__: kind for kind in (Float, Int, Categorical)}


def document_of(contents: Contents) -> dict[str, Any]:
    """Return an experiment as plain data: times in seconds, moments in seconds since the epoch."""
    stop, best = contents.stop, contents.best
    return {
        "schema": SCHEMA,
        "experiment": _experiment(contents.experiment),
        "pipeline": contents.pipeline,
        "stages": list(contents.stages),
        "parameters": [
            {"name": name, "stage": contents.owners[name], **_domain(domain)}
            for name, domain in contents.experiment.space.items()
        ],
        "best": best and best.number,
        "stop": stop and {"reason": stop.reason.value, "message": stop.message},
        "trials": [trial_document(t, contents.experiment.budget) for t in contents.trials],
    }


def read_document(document: Mapping[str, Any]) -> Contents:
    """Return the experiment that `document_of` was given.

    Raises:
        InvalidValueError: The document is of a newer version, or no export at all.
    """
    try:
        schema = document["schema"]
        if schema > SCHEMA:
            message = f"the export has schema {schema}, but at most {SCHEMA} can be read"
            raise InvalidValueError(message, hint="use the version of eeipu-kfp that wrote it")
        return _contents(document)
    except (ValueError, KeyError, TypeError) as error:
        message = f"this is no export of an experiment: {error!r}"
        hint = "the controller and this command may be of different versions"
        raise InvalidValueError(message, hint=hint) from error


def _contents(document: Mapping[str, Any]) -> Contents:
    parameters, stop = document["parameters"], document["stop"]
    space = Space({each["name"]: _read_domain(each) for each in parameters})
    return Contents(
        experiment=_read_experiment(document["experiment"], space),
        pipeline=document["pipeline"],
        stages=tuple(document["stages"]),
        owners={each["name"]: each["stage"] for each in parameters},
        trials=tuple(read_trial(each) for each in document["trials"]),
        stop=stop and Stop(reason=StopReason(stop["reason"]), message=stop["message"]),
    )


def _experiment(experiment: Experiment) -> dict[str, Any]:
    # The parameters have a place of their own, where their stages stand, too.
    return {name: found for name, found in asdict(experiment).items() if name != "space"}


def _read_experiment(document: Mapping[str, Any], space: Space) -> Experiment:
    objective, budget = document["objective"], document["budget"]
    built = {
        "space": space,
        "objective": Objective(**{**objective, "direction": Direction(objective["direction"])}),
        "budget": Budget(**{**budget, "counts": Counted(budget["counts"])}),
        "algorithm": Algorithm(**document["algorithm"]),
        "cache": CachePolicy(**document["cache"]),
    }
    return Experiment(**{**document, **built})


def _domain(domain: Domain) -> dict[str, Any]:
    return {"type": type(domain).__name__, **asdict(domain)}


def _read_domain(document: Mapping[str, Any]) -> Domain:
    beside = {"name", "stage", "type"}
    fields = {name: found for name, found in document.items() if name not in beside}
    return _DOMAINS[document["type"]](**fields)
