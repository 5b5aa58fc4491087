"""The KFP runner: trial pipelines as runs of a Kubeflow Pipelines backend."""

from __future__ import annotations

import time
from dataclasses import dataclass

from eeipu_kfp.compiled.dag import Spec
from eeipu_kfp.core.ports import ObjectStore, RunState, StageResult, TrialRun
from eeipu_kfp.core.trial import StageOutcome
from eeipu_kfp.errors import RunnerError, RunnerUnavailableError
from eeipu_kfp.runners.backend.api import KfpApi
from eeipu_kfp.runners.backend.diagnosis import waiting
from eeipu_kfp.runners.backend.failures import FailureReports
from eeipu_kfp.runners.backend.imports import imports
from eeipu_kfp.runners.backend.outputs import stage_outputs
from eeipu_kfp.runners.backend.pods import Pod, PodReader, latest, pod_of
from eeipu_kfp.runners.backend.runs import Run, run_of
from eeipu_kfp.runners.backend.stages import EndedStage, Evidence, assess
from eeipu_kfp.runners.backend.submission import submission
from eeipu_kfp.runners.backend.tasks import MetadataReader, TaskTree

_STOP_SECONDS = 20.0
_STOP_POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What a run was when it was last looked at.

    Attributes:
        run: What the API said.
        state: Where it was.
        results: The stages that had ended.
    """

    run: Run
    state: RunState
    results: tuple[StageResult, ...]


class KfpRunner:
    """Runs each trial as a run of Kubeflow Pipelines, with KFP's own cache off.

    A handle is the run's id. A run goes on without this process; nothing of it is kept here but
    what was seen last, so that the backend is asked again only where something has changed.

    Compute seconds are those of the pods' main containers, in whole seconds, with KFP's download
    and upload. Where the pods are gone or may not be read, they are those between a task's driver
    and its outputs in the run metadata, which have waiting and image pulls in them.
    """

    def __init__(
        self,
        *,
        api: KfpApi,
        metadata: MetadataReader,
        experiment: str,
        pipeline_root: str,
        platform: Spec | None = None,
        namespace: str = "",
        pods: PodReader | None = None,
        logs: ObjectStore | None = None,
    ) -> None:
        """Take what a runner needs, without asking the backend.

        Args:
            api: The backend.
            metadata: Where it keeps run metadata.
            experiment: The KFP experiment for all runs; made where there is none.
            pipeline_root: URI below which the runs put their artifacts.
            platform: The platform spec of the whole pipeline.
            namespace: The user's namespace on a backend with several; empty otherwise.
            pods: Reads the pods of runs; None where they may not be read.
            logs: The store that holds the pipeline root, for logs of pods that are gone.
        """
        self._api = api
        self._metadata = metadata
        self._experiment = experiment
        self._experiment_id = ""
        self._pipeline_root = pipeline_root
        self._platform = platform or {}
        self._namespace = namespace
        self._pods = pods
        self._reports = FailureReports(pods=pods, store=logs)
        self._views: dict[str, _View] = {}

    def start(self, run: TrialRun) -> str:
        """Submit a run, unless the KFP experiment has one of this name.

        A limit of a stage's time, and a minute more for image pull and end, limits its pods.

        Raises:
            RunnerUnavailableError: The backend does not answer; whether the run has been started
                will show when it is started again.
            RunnerError: The backend refuses it.
        """
        experiment_id = self._find_experiment()
        found = self._api.find_run(run.name, experiment_id=experiment_id)
        if found is not None:
            return found
        body = submission(
            run,
            experiment_id=experiment_id,
            pipeline_root=self._pipeline_root,
            platform=self._platform,
        )
        try:
            return self._api.create_run(body)
        except RunnerUnavailableError:
            found = self._api.find_run(run.name, experiment_id=experiment_id)
            if found is None:
                raise
            return found

    def poll(self, handle: str) -> RunState:
        """Return where a run is; STOPPED too where the cluster took its pods away."""
        run = self._run(handle)
        if run is None:
            return RunState.STOPPED
        if run.has_ended and run.state is RunState.FAILED:
            return self._view(run).state
        return run.state

    def stop(self, handle: str) -> None:
        """Terminate a run and wait a little for its end; harmless where it has ended."""
        run = self._run(handle)
        if run is not None and run.state is RunState.RUNNING:
            try:
                self._api.terminate(handle)
            except RunnerUnavailableError:
                raise
            except RunnerError:
                if not self._has_ended(handle):
                    raise
        deadline = time.monotonic() + _STOP_SECONDS
        while not self._has_ended(handle) and time.monotonic() < deadline:
            time.sleep(_STOP_POLL_SECONDS)

    def collect(self, handle: str) -> tuple[StageResult, ...]:
        """Return the stages that have ended so far, in the order they ended."""
        run = self._run(handle)
        return self._view(run).results if run is not None else ()

    def discard(self, handle: str) -> None:
        """Forget what was seen of a run; the run itself stays for people to look at."""
        self._views.pop(handle, None)

    def stuck(self, handle: str) -> str | None:
        """Return what a run waits for that may never come, such as a node; None for nothing."""
        hints = (
            f"`{pod.stage or pod.name}` {why}"
            for pod in latest(self._read_pods(handle))
            if (why := waiting(pod.document)) is not None
        )
        return next(hints, None)

    def log(self, handle: str, stage: str) -> tuple[str, ...]:
        """Return the last lines that a stage has printed so far; none where none are kept."""
        tree = TaskTree(self._metadata.read(handle))
        record = tree.stage(stage)
        telling = tree.telling(record) if record is not None else None
        return self._reports.lines(stage, telling, self._read_pods(handle))

    def _find_experiment(self) -> str:
        if not self._experiment_id:
            self._experiment_id = self._api.experiment_id(
                self._experiment, namespace=self._namespace
            )
        return self._experiment_id

    def _run(self, handle: str) -> Run | None:
        view = self._views.get(handle)
        if view is not None and view.run.has_ended:
            return view.run
        body = self._api.run(handle)
        return run_of(body) if body is not None else None

    def _has_ended(self, handle: str) -> bool:
        run = self._run(handle)
        return run is None or run.has_ended

    def _view(self, run: Run) -> _View:
        before = self._views.get(run.id)
        if before is not None and not _has_changed(before.run, run):
            return before
        pods = self._read_pods(run.id)
        evidence = Evidence(run=run, tree=TaskTree(self._metadata.read(run.id)), pods=pods)
        state, ended = assess(evidence)
        known = before.results if before is not None else ()
        seen = {result.stage for result in known}
        stages = (self._result(evidence, stage) for stage in ended if stage.name not in seen)
        brought = (found for found in imports(evidence) if found.stage not in seen)
        self._views[run.id] = _View(run=run, state=state, results=(*known, *brought, *stages))
        return self._views[run.id]

    def _result(self, evidence: Evidence, ended: EndedStage) -> StageResult:
        outputs = failure = None
        if ended.outcome is StageOutcome.EXECUTED and ended.record is not None:
            outputs = stage_outputs(evidence.run.document, evidence.tree, ended.record)
        if ended.outcome is StageOutcome.FAILED:
            failure = self._reports.failure(ended, evidence.pods)
        timing = ended.timing
        return StageResult(
            stage=ended.name,
            outcome=ended.outcome,
            seconds=timing.seconds if timing else 0.0,
            overhead_seconds=timing.overhead_seconds if timing else 0.0,
            started_at=timing.started_at if timing else None,
            outputs=outputs,
            failure=failure,
        )

    def _read_pods(self, handle: str) -> tuple[Pod, ...]:
        documents = self._pods.pods(handle) if self._pods is not None else ()
        return tuple(pod_of(document) for document in documents)


def _has_changed(before: Run, now: Run) -> bool:
    """Whether there may be news; without the states of tasks there may be, until the end."""
    if before.has_ended:
        return False
    marks = [(run.state, run.has_ended, run.task_states) for run in (before, now)]
    return not now.task_states or marks[0] != marks[1]
