"""The chart as tests use it: `helm`, and what templates render to."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

ROOT = Path(__file__).parents[2]
CHART = ROOT / "helm" / "eeipu-kfp"
RELEASE = "eeipu-kfp"

Values: TypeAlias = Mapping[str, Any]
Object: TypeAlias = dict[str, Any]

_LONGEST_CALL_SECONDS = 600


class HelmError(Exception):
    """What `helm` has written to stderr."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Helm:
    """`helm`; called with arguments it returns stdout."""

    binary: str

    def __call__(self, *arguments: str, values: Values | None = None) -> str:
        given = () if values is None else ("--values=-",)
        done = subprocess.run(
            [self.binary, *arguments, *given],
            input=json.dumps(values),
            capture_output=True,
            text=True,
            timeout=_LONGEST_CALL_SECONDS,
            check=False,
        )
        if done.returncode:
            raise HelmError(done.stderr)
        return done.stdout

    def render(self, values: Values | None = None, *, namespace: str = "kubeflow") -> Rendered:
        """Return all objects of a release; HelmError where the chart refuses the values."""
        return objects_of(
            self("template", RELEASE, str(CHART), f"--namespace={namespace}", values=values or {})
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The objects of a release."""

    objects: tuple[Object, ...]

    def every(self, kind: str) -> list[Object]:
        return [found for found in self.objects if found["kind"] == kind]

    def one(self, kind: str) -> Object:
        (found,) = self.every(kind)
        return found

    @property
    def names(self) -> set[tuple[str, str, str]]:
        """Kind, namespace (empty where it has none) and name of each."""
        return {name_of(found) for found in self.objects}

    @property
    def pod(self) -> Object:
        """The specification of the controller's pod."""
        return self.one("Deployment")["spec"]["template"]["spec"]

    @property
    def container(self) -> Object:
        (found,) = self.pod["containers"]
        return found

    @property
    def environment(self) -> dict[str, Object]:
        return {entry["name"]: entry for entry in self.container["env"]}

    @property
    def pods(self) -> Iterator[Object]:
        """The specification of every pod."""
        yield self.pod
        yield from (found["spec"] for found in self.every("Pod"))
        yield from (found["spec"]["template"]["spec"] for found in self.every("Job"))


def objects_of(text: str) -> Rendered:
    """Return the objects in a stream of YAML documents."""
    return Rendered(objects=tuple(found for found in yaml.safe_load_all(text) if found))


def name_of(found: Object) -> tuple[str, str, str]:
    """Return kind, namespace (empty where it has none) and name."""
    metadata = found["metadata"]
    return found["kind"], metadata.get("namespace", ""), metadata["name"]
