"""The last lines that a stage has printed, from its pod or from the object store."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from eeipu_kfp.core.ports import ObjectStore
from eeipu_kfp.errors import MissingObjectError
from eeipu_kfp.runners.stage_process import exit_words, last_lines, log_tail

_LAUNCHER_LINE = re.compile(
    r"[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w./-]+\.go:\d+\] |time=\S+ level=|Error: exit status "
)
_FATAL = re.compile(r"^F\d{4} [^]]*\] (.*\S)", re.MULTILINE)
_VERDICT = re.compile(r"Component failed to execute successfully: (.*)")
_EXIT = re.compile(r"exit status (\d+)|signal: ([a-z ]+[a-z])(?: \(|$)")
_NO_NUMBER = re.compile(r"invalid value -?(?:NaN|Inf)")
_SIGNALS = {
    "aborted": signal.SIGABRT,
    "killed": signal.SIGKILL,
    "segmentation fault": signal.SIGSEGV,
    "terminated": signal.SIGTERM,
}


def verdict(text: str) -> str:
    """Return in words how KFP's launcher saw a component fail; empty where its log says nothing.

    The launcher itself ends with 1 however the component ended.

    Args:
        text: The log of the pod.
    """
    found = _VERDICT.search(text)
    if found is None:
        return ""
    reason = found[1].strip()
    exited = _EXIT.match(reason)
    if exited is not None and exited[1]:
        return exit_words(int(exited[1]))
    if exited is not None and (number := _SIGNALS.get(exited[2])) is not None:
        return exit_words(-number)
    if _NO_NUMBER.search(reason):
        return "put out a NaN or an infinity, which Kubeflow Pipelines cannot take"
    return f"failed in KFP's launcher: {reason}"


def pod_lines(text: str) -> tuple[str, ...]:
    """Return the last lines of a pod's log, without those of KFP's launcher and of Argo.

    Where that leaves none, as in the log of a driver, it is what KFP itself has died of.
    """
    return last_lines("\n".join(_component_lines(text))) or tuple(_FATAL.findall(text))


def _component_lines(text: str) -> Iterator[str]:
    in_document = False
    for line in text.splitlines():
        if in_document:
            in_document = line != "}"
        elif _LAUNCHER_LINE.match(line):
            in_document = line.endswith("ExecutorOutput: {")
        else:
            yield line


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
