"""Compiled pipelines under other names and in another order: the same work."""

import random
import re
from collections.abc import Mapping

_TASK_FIELDS = {"producerTask", "producerSubtask"}


def rearranged(ir: Mapping, seed: int) -> tuple[dict, dict[str, str], dict[str, str]]:
    """Return an IR under new names with the new names of root tasks and of pipeline inputs.

    Components, executors, root tasks that are no groups, and pipeline inputs are renamed; every
    mapping is put in another order; the SDK is another version.
    """
    chance = random.Random(seed)
    root = ir["root"]
    components = {name: f"comp-{chance.getrandbits(32):x}" for name in ir["components"]}
    labels = {
        name: f"exec-{chance.getrandbits(32):x}" for name in ir["deploymentSpec"]["executors"]
    }
    tasks = {
        name: f"t{chance.getrandbits(32):x}"
        for name, task in root["dag"]["tasks"].items()
        if "dag" not in ir["components"][task["componentRef"]["name"]]
    }
    inputs = {
        name: f"i{chance.getrandbits(32):x}"
        for name in root.get("inputDefinitions", {}).get("parameters", {})
    }
    channels = _channels(ir, tasks, inputs)
    found = _walked(ir, components, labels, channels)
    found["root"] = _root(found["root"], tasks, inputs)
    found["sdkVersion"] = "kfp-2.99.0"
    return _shuffled(found, chance), tasks, inputs


def _channels(ir: Mapping, tasks: Mapping, inputs: Mapping) -> dict[str, str]:
    channels = dict(inputs)
    for name, new in tasks.items():
        task = ir["root"]["dag"]["tasks"][name]
        component = ir["components"][task["componentRef"]["name"]]
        for outputs in component.get("outputDefinitions", {}).values():
            channels |= {f"{name}-{output}": f"{new}-{output}" for output in outputs}
    return channels


def _walked(part: object, components: Mapping, labels: Mapping, channels: Mapping) -> object:
    if isinstance(part, Mapping):
        found = {}
        for key, value in part.items():
            new = _text(components.get(key, labels.get(key, key)), channels)
            found[new] = _walked(value, components, labels, channels)
        return found
    if isinstance(part, list):
        return [_walked(value, components, labels, channels) for value in part]
    if isinstance(part, str):
        return _text(components.get(part, labels.get(part, part)), channels)
    return part


def _text(text: str, channels: Mapping) -> str:
    def renamed(match: re.Match) -> str:
        name, suffix = match[1], match[2] or ""
        return f"pipelinechannel--{channels.get(name, name)}{suffix}"

    return re.sub(r"pipelinechannel--([\w-]+?)(-loop-item)?(?![\w-])", renamed, text)


def _root(root: Mapping, tasks: Mapping, inputs: Mapping) -> dict:
    def walked(part: object) -> object:
        if isinstance(part, Mapping):
            return {
                key: tasks.get(value, value)
                if key in _TASK_FIELDS
                else inputs.get(value, value)
                if key == "componentInputParameter"
                else [tasks.get(name, name) for name in value]
                if key == "dependentTasks"
                else walked(value)
                for key, value in part.items()
            }
        if isinstance(part, list):
            return [walked(value) for value in part]
        return part

    found = walked(root)
    found["dag"]["tasks"] = {
        tasks.get(name, name): task for name, task in found["dag"]["tasks"].items()
    }
    definitions = found.get("inputDefinitions", {}).get("parameters", {})
    if definitions:
        found["inputDefinitions"]["parameters"] = {
            inputs[name]: definition for name, definition in definitions.items()
        }
    return found


def _shuffled(part: object, chance: random.Random) -> object:
    if isinstance(part, Mapping):
        names = list(part)
        chance.shuffle(names)
        return {name: _shuffled(part[name], chance) for name in names}
    return part
