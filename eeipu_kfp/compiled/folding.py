"""Constants written into control flow: what a condition tests and what a loop goes over.

A condition or a loop may name an output of a stage that has been cut out. KFP finds the value
among the inputs of the task, but kfp.local looks for the stage itself, so the value takes the
place of the name.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from eeipu_kfp.compiled.dag import parameters_of


def fold_constants(ir: dict[str, Any], task: dict[str, Any], known: Mapping[str, Any]) -> None:
    """Write values into the conditions and loops of a task, and of all that is nested in it.

    A component that other tasks run too is left as it is, and the task gets one of its own.

    Args:
        ir: The pipeline spec; changed in place.
        task: A task in it; changed in place.
        known: The value of some of the task's inputs.
    """
    _fold_control_flow(task, known)
    name = task["componentRef"]["name"]
    component = ir["components"][name]
    if not known or "dag" not in component:
        return
    folded = copy.deepcopy(component)
    for inner in folded["dag"]["tasks"].values():
        fold_constants(ir, inner, _known_inside(inner, known))
    if folded != component:
        own = name if _users(ir, name) == 1 else _free_name(ir, name)
        ir["components"][own] = folded
        task["componentRef"] = {"name": own}


def _fold_control_flow(task: dict[str, Any], known: Mapping[str, Any]) -> None:
    policy = task.get("triggerPolicy", {})
    for name, value in known.items():
        if "condition" in policy and isinstance(value, bool | int | float | str):
            mention = f"inputs.parameter_values['{name}']"
            policy["condition"] = policy["condition"].replace(mention, _literal(value))
    items = task.get("parameterIterator", {}).get("items", {})
    if items.get("inputParameter") in known:
        items["raw"] = json.dumps(known[items.pop("inputParameter")])


def _known_inside(inner: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: known[binding["componentInputParameter"]]
        for name, binding in parameters_of(inner).items()
        if binding.get("componentInputParameter") in known
        and "parameterExpressionSelector" not in binding
    }


def _literal(value: float | str) -> str:
    """Return a value as CEL writes it, and Python reads it just so."""
    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'")
        return f"'{text}'"
    return json.dumps(value)


def _users(ir: Mapping[str, Any], component: str) -> int:
    dags = [ir["root"], *ir["components"].values()]
    tasks = [task for dag in dags for task in dag.get("dag", {}).get("tasks", {}).values()]
    return sum(task["componentRef"]["name"] == component for task in tasks)


def _free_name(ir: Mapping[str, Any], component: str) -> str:
    number = 2
    while f"{component}-{number}" in ir["components"]:
        number += 1
    return f"{component}-{number}"
