"""What the stages of a trial on this machine have written."""

from __future__ import annotations

from pathlib import Path

from eeipu_kfp.core.trial import Trial
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.local.opening import Opened
from eeipu_kfp.runners.run_folder import RunFolder


def log_text(opened: Opened, number: int | None, stage: str | None) -> str:
    """Return what the stages of a trial have written, in order, and why it failed, if it did.

    Args:
        opened: The experiment.
        number: The trial's number; None for the latest one.
        stage: The only stage that is asked for; None for all.

    Raises:
        InvalidValueError: There is no such trial or stage, or nothing is kept of it.
    """
    trial, handle = _trial(opened, number)
    folder = RunFolder(opened.workspace.runs / (handle or ""))
    logs = {name: folder.log_path(name) for name in _stages(opened, stage)}
    found = [_section(name, path) for name, path in logs.items() if path.is_file()]
    if trial.failure is not None:
        found.append(f"trial {trial.number} failed: {trial.failure.sentence}")
    if not found:
        message = f"nothing is kept of what trial {trial.number} has written; it has {trial.state}"
        hint = "logs are kept while a trial runs, and of trials that fail"
        raise InvalidValueError(message, hint=hint)
    return "\n".join(found)


def _trial(opened: Opened, number: int | None) -> tuple[Trial, str | None]:
    known = opened.workspace.ledger.load()
    for trial, handle in reversed(known):
        if number in {None, trial.number}:
            return trial, handle
    if number is None:
        message = f"experiment `{opened.experiment.name}` has no trial yet"
        raise InvalidValueError(message, hint="`eeipu run` starts it")
    message = f"there is no trial {number}; there are {len(known)}"
    raise InvalidValueError(message, hint="`eeipu status` lists them")


def _stages(opened: Opened, stage: str | None) -> tuple[str, ...]:
    names = opened.pipeline.shape.names
    if stage is None:
        return names
    if stage not in names:
        message = f"`{stage}` is no stage; the stages are {', '.join(names)}"
        raise InvalidValueError(message)
    return (stage,)


def _section(stage: str, path: Path) -> str:
    text = path.read_text(encoding="utf-8", errors="replace").rstrip("\n")
    return f"== {stage}\n{text}"
