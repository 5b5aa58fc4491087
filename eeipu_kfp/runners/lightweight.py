"""Lightweight Python components: the kind that runs in a subprocess of this environment."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from typing import Any

from eeipu_kfp.errors import RunnerError

_EXECUTOR_MODULE = "kfp.dsl.executor_main"
_INSTALL = "pip install"
_OWN_PACKAGES = {"kfp", "kfp-pipeline-spec"}


def without_installation(command: Sequence[str]) -> list[str]:
    """Return a component's command without the step that installs packages.

    A trial must never change the environment that the tuner itself runs in.
    """
    if command[:2] == ["sh", "-c"] and _INSTALL in command[2]:
        return list(command[3:])
    return list(command)


def check(pipeline: Mapping[str, Any]) -> None:
    """Make sure that every component of a compiled pipeline can run in a subprocess here.

    Raises:
        RunnerError: A component needs a container, or a package that is not installed.
    """
    executors = pipeline.get("deploymentSpec", {}).get("executors", {})
    for stage in pipeline["root"]["dag"]["tasks"]:
        for label in _executor_labels(pipeline, pipeline["root"]["dag"], (stage,)):
            container = executors[label].get("container")
            if container is not None:
                command = [*container.get("command", ()), *container.get("args", ())]
                _check_lightweight(stage, command)
                _check_packages(stage, command)


def _executor_labels(
    pipeline: Mapping[str, Any], dag: Mapping[str, Any], tasks: Sequence[str]
) -> Iterator[str]:
    for task in tasks:
        component = pipeline["components"][dag["tasks"][task]["componentRef"]["name"]]
        if "dag" in component:
            yield from _executor_labels(
                pipeline, component["dag"], tuple(component["dag"]["tasks"])
            )
        else:
            yield component["executorLabel"]


def _check_lightweight(stage: str, command: Sequence[str]) -> None:
    if not any(_EXECUTOR_MODULE in part for part in command):
        kind = "a container component"
    elif list(command[:3]) == ["python3", "-m", _EXECUTOR_MODULE]:
        kind = "a Python component with a `target_image`"
    else:
        return
    message = f"stage `{stage}` is {kind}, but only lightweight Python components run locally"
    raise RunnerError(message, hint="write it with `@dsl.component`, or tune it on a cluster")


def _check_packages(stage: str, command: Sequence[str]) -> None:
    missing = [wanted for wanted in _requirements(command) if not _is_installed(wanted)]
    if missing:
        names = " ".join(f"'{wanted}'" for wanted in missing)
        message = f"stage `{stage}` needs {names}, which this Python environment lacks"
        raise RunnerError(message, hint=f"install it beside the tuner: pip install {names}")


def _requirements(command: Sequence[str]) -> tuple[str, ...]:
    if without_installation(command) == list(command):
        return ()
    steps = re.findall(rf"{_INSTALL} ([^&\n]*)", command[2])
    words = [word for step in steps for word in shlex.split(step)]
    return tuple(word for word in words if re.match(r"[A-Za-z0-9][\w.-]*\s*($|[\[<>=!~;@])", word))


def _is_installed(requirement: str) -> bool:
    name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
    if name in _OWN_PACKAGES:
        return True
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True
