"""The last lines that a stage has printed, from its pod or from the object store."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from tempfile import TemporaryDirectory

from eeipu_kfp.core.ports import ObjectStore
from eeipu_kfp.errors import MissingObjectError
from eeipu_kfp.runners.stage_process import last_lines, log_tail

_LAUNCHER_LINE = re.compile(
    r"[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w./-]+\.go:\d+\] |time=\S+ level="
)

_EXIT = re.compile(r"failed to execute successfully: (?:exit status (\d+)|signal: ([a-z ]+))")
_SIGNALS = {
    "aborted": signal.SIGABRT,
    "killed": signal.SIGKILL,
    "segmentation fault": signal.SIGSEGV,
    "terminated": signal.SIGTERM,
}


def exit_code(text: str) -> int | None:
    """Return how the component ended as KFP's launcher has logged it; a signal is negative."""
    found = _EXIT.search(text)
    if found is None:
        return None
    code, name = found.groups()
    number = _SIGNALS.get((name or "").removesuffix(" (core dumped)").strip())
    return int(code) if code else -number if number else None


def pod_lines(text: str) -> tuple[str, ...]:
    """Return the last lines of a pod's log, without those of KFP's launcher and of Argo."""
    lines = (line for line in text.splitlines() if not _LAUNCHER_LINE.match(line))
    return last_lines("\n".join(lines))


def stored_lines(store: ObjectStore, uri: str) -> tuple[str, ...]:
    """Return the last lines of a log that KFP has put into the store; none where there is none.

    Args:
        store: Holds the pipeline root.
        uri: Where the log is.

    Raises:
        StoreError: The store cannot be reached.
    """
    inside = store.uri("").rstrip("/") + "/"
    if not uri.startswith(inside):
        return ()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        try:
            store.get_file(uri.removeprefix(inside), path)
        except MissingObjectError:
            return ()
        return log_tail(path)
