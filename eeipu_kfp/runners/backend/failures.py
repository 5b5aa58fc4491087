"""Why a stage failed, in a sentence, with the last lines it has printed."""

from __future__ import annotations

from collections.abc import Iterable

from eeipu_kfp.core.ports import ObjectStore
from eeipu_kfp.core.trial import Failure
from eeipu_kfp.runners.backend.diagnosis import ending
from eeipu_kfp.runners.backend.logs import pod_lines, stored_lines, verdict
from eeipu_kfp.runners.backend.pods import Pod, PodReader, latest
from eeipu_kfp.runners.backend.stages import EndedStage
from eeipu_kfp.runners.backend.tasks import TaskRecord
from eeipu_kfp.runners.stage_process import exit_words

_PLAIN = exit_words(1)


class FailureReports:
    """Explains failed stages with what their pods and the object store still have."""

    def __init__(self, *, pods: PodReader | None, store: ObjectStore | None) -> None:
        """Take where logs are: in pods, and in the store that holds the pipeline root."""
        self._pods = pods
        self._store = store

    def failure(self, ended: EndedStage, pods: Iterable[Pod]) -> Failure:
        """Return why a stage failed."""
        text = self._pod_log(ended.name, pods)
        lines = pod_lines(text) or self._stored(ended.record)
        words = ended.ending.message if ended.ending else ""
        if words in {"", _PLAIN}:
            words = verdict(text) or words
        noted = ended.record.message if ended.record else ""
        if words in {"", _PLAIN} and (noted or lines):
            words = f"{words or 'failed'}: {noted or lines[-1].strip()}"
        message = f"stage `{ended.name}` {words or 'failed'}"
        return Failure(message=message, stage=ended.name, log=lines)

    def lines(self, stage: str, record: TaskRecord | None, pods: Iterable[Pod]) -> tuple[str, ...]:
        """Return the last lines that a stage has printed so far."""
        return pod_lines(self._pod_log(stage, pods)) or self._stored(record)

    def _pod_log(self, stage: str, pods: Iterable[Pod]) -> str:
        if self._pods is None:
            return ""
        own = [pod for pod in latest(pods) if pod.stage == stage]
        # Where no user code has begun, the driver's log says why.
        working = [pod for pod in own if pod.is_executor] or own
        failed = [pod for pod in working if ending(pod.document) is not None]
        return self._pods.log((failed or working)[-1].name) if working else ""

    def _stored(self, record: TaskRecord | None) -> tuple[str, ...]:
        if self._store is None or record is None or not record.log_uri:
            return ()
        return stored_lines(self._store, record.log_uri)
