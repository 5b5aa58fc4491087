"""What a platform adds to a component: secrets, config maps and volumes that its container sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eeipu_kfp.compiled.dag import Document, Spec

_SEEN = (
    "secretAsEnv",
    "secretAsVolume",
    "configMapAsEnv",
    "configMapAsVolume",
    "pvcMount",
)
_EXECUTORS = ("platforms", "kubernetes", "deploymentSpec", "executors")
_SOURCES = ("componentInputParameter", "taskOutputParameter")


def platform_settings(document: Document, component: Spec) -> Spec:
    """Return the settings that a component's container sees.

    Where a pod runs and how it is labelled is left out, for it changes no output.
    """
    found: Any = document.platform
    for name in (*_EXECUTORS, component.get("executorLabel", "")):
        found = found.get(name, {})
    return {name: found[name] for name in _SEEN if name in found}


def platform_sources(settings: Any, path: str = "platform") -> Iterator[tuple[str, Spec]]:
    """Yield where settings take a name from a pipeline input or a task, with their path."""
    if isinstance(settings, Mapping):
        if any(source in settings for source in _SOURCES):
            yield path, settings
        for name, part in settings.items():
            yield from platform_sources(part, f"{path}.{name}")
    elif isinstance(settings, list | tuple):
        for place, part in enumerate(settings):
            yield from platform_sources(part, f"{path}[{place}]")


def without_sources(settings: Any) -> Any:
    """Return settings that say no more where a name comes from."""
    if isinstance(settings, Mapping):
        kept = {name: part for name, part in settings.items() if name not in _SOURCES}
        return {name: without_sources(part) for name, part in kept.items()}
    if isinstance(settings, list | tuple):
        return [without_sources(part) for part in settings]
    return settings
