from __future__ import annotations

from typing import Any

import pytest

from eeipu_kfp.errors import RunnerError
from eeipu_kfp.runners.lightweight import check, without_installation

_EXECUTE = ["sh", "-ec", 'python3 -m kfp.dsl.executor_main "$@"', "def train(): ..."]


def _install(*packages: str) -> list[str]:
    names = " ".join(f"'{package}'" for package in packages)
    script = (
        'if ! [ -x "$(command -v pip)" ]; then python3 -m ensurepip || apt-get install python3-pip'
        "; fi\nPIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet "
        f"--no-warn-script-location --index-url https://example.org/simple {names}"
        ' && "$0" "$@"\n'
    )
    return ["sh", "-c", script, *_EXECUTE]


def _pipeline(command: list[str], *, nested: bool = False) -> dict[str, Any]:
    components: dict[str, Any] = {"comp-train": {"executorLabel": "exec-train"}}
    task = "comp-train"
    if nested:
        inner = {"tasks": {"inner": {"componentRef": {"name": "comp-train"}}}}
        components["comp-outer"] = {"dag": inner}
        task = "comp-outer"
    return {
        "components": components,
        "deploymentSpec": {"executors": {"exec-train": {"container": {"command": command}}}},
        "root": {"dag": {"tasks": {"train": {"componentRef": {"name": task}}}}},
    }


def test_the_installation_step_is_left_out() -> None:
    assert without_installation(_install("kfp==2.17.0")) == _EXECUTE


def test_a_command_without_installation_stays_as_it_is() -> None:
    assert without_installation(_EXECUTE) == _EXECUTE


@pytest.mark.parametrize("nested", [False, True], ids=["plain", "nested"])
@pytest.mark.parametrize(
    "command",
    [
        pytest.param(_EXECUTE, id="no-packages"),
        pytest.param(_install("kfp==1.0"), id="any-kfp"),
        pytest.param(_install("numpy<99", "PyYAML>=6"), id="present-packages"),
    ],
)
def test_a_lightweight_component_may_run(command: list[str], nested: bool) -> None:  # noqa: FBT001
    check(_pipeline(command, nested=nested))


def test_an_importer_may_run() -> None:
    pipeline = _pipeline([])
    pipeline["deploymentSpec"]["executors"]["exec-train"] = {"importer": {}}

    check(pipeline)


@pytest.mark.parametrize("nested", [False, True], ids=["plain", "nested"])
@pytest.mark.parametrize(
    ("command", "reason"),
    [
        pytest.param(["./train.sh"], "container component", id="container"),
        pytest.param(
            ["python3", "-m", "kfp.dsl.executor_main"], "a `target_image`", id="target-image"
        ),
        pytest.param(
            _install("numpy", "no-such-package==1.2"), "needs 'no-such-package==1.2'", id="package"
        ),
    ],
)
def test_what_cannot_run_here_is_refused_by_stage(
    command: list[str],
    reason: str,
    nested: bool,  # noqa: FBT001
) -> None:
    with pytest.raises(RunnerError, match=reason) as raised:
        check(_pipeline(command, nested=nested))

    assert "stage `train`" in raised.value.message
    assert raised.value.hint
