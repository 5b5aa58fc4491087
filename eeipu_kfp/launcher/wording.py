"""Messages about an experiment in the words of the form that it was made from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_FIELDS: Mapping[str, str] = {
    r"spec\.pipeline\.registered\.name": "pipeline_name",
    r"spec\.pipeline\.registered\.version": "pipeline_version",
    r"spec\.objective\.metric": "objective",
    r"spec\.objective\.direction": "direction",
    r"spec\.objective\.goal": "goal",
    r"spec\.budget\.seconds": "budget_seconds",
    r"spec\.parameters": "parameters",
    r"spec\.arguments": "arguments",
    r"(spec\.)?parallelTrials": "parallel_trials",
    r"(spec\.)?maxTrials": "max_trials",
    r"(spec\.)?maxFailedTrials": "max_failed_trials",
    r"(spec\.)?stageTimeoutSeconds": "stage_timeout_seconds",
    r"spec\.algorithm\.name": "algorithm",
    r"spec\.algorithm\.seed": "seed",
    r"(spec\.)?cache\.salt": "cache_salt",
    r"spec\.cache\.sizeLimit": "cache_size_limit",
    r"spec\.cache\.deletionPolicy": "cache_deletion_policy",
}
# What is said of a document in YAML, and what it means in a form with fields of JSON.
_SYNTAX: Mapping[str, str] = {
    r"problems in experiment `[^`]*`": "problems in the form",
    r"add `- \{name: (\S+), value: \.\.\.\}`": r'add `"\1": ...`',
    r"begin each item with `- `": "write it as `[first, second]`",
    r"write its fields below it as `name: value`": 'write it as `{"name": value}`',
}
_ARGUMENT = re.compile(r"spec\.arguments\[(\d+)\]\.(name|value)")


def in_words_of_form(text: str, arguments: Mapping[str, Any]) -> str:
    """Return a message with the form's fields in place of the experiment's.

    Args:
        text: What somebody says of the experiment.
        arguments: The fixed arguments, which an experiment knows by number.
    """
    names = tuple(arguments)

    def argument(found: re.Match[str]) -> str:
        place = int(found[1])
        return f"arguments.{names[place]}" if place < len(names) else found[0]

    text = _ARGUMENT.sub(argument, text)
    for pattern, replacement in (*_FIELDS.items(), *_SYNTAX.items()):
        text = re.sub(pattern, replacement, text)
    return text
