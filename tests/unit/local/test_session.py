import json
import os
import signal

import pytest

from eeipu_kfp.compiled.pipelines import load_pipeline
from eeipu_kfp.core.trial import StageOutcome, TrialState
from eeipu_kfp.errors import BusyError, RunnerError, StoreError
from eeipu_kfp.experiment.conversion import resolve
from eeipu_kfp.experiment.documents import check_document
from eeipu_kfp.local.opening import open_experiment
from eeipu_kfp.local.session import prepared
from eeipu_kfp.tuning.events import StageEnded
from tests.small_pipeline import EXPERIMENT, write


def run(opened, **kwargs):
    with prepared(opened, **kwargs) as session:
        return session.run()


def test_a_session_tunes_reports_and_notes_its_end(opened):
    result = run(opened)

    assert len(result.history.trials) == 4
    assert result.report.exists()
    assert opened.workspace.stop() == result.stop


def test_a_folder_says_what_was_tuned_there_before_anything_runs(opened):
    with prepared(opened):
        pass

    told = json.loads(opened.workspace.document.read_text())
    again = check_document(told)
    pipeline = load_pipeline(again.spec.pipeline.inline)
    assert resolve(again, pipeline.shape) == opened.experiment
    assert pipeline.shape == opened.pipeline.shape


def test_two_sessions_cannot_have_one_experiment(opened):
    with prepared(opened), pytest.raises(BusyError), prepared(opened):
        pass


def test_an_interrupted_session_is_gone_on_with_and_pays_nothing_twice(opened):
    ended = []

    def interrupt_in_the_second_trial(event):
        if isinstance(event, StageEnded):
            ended.append((event.trial.number, event.record.stage))
            if ended[-1] == (2, "prepare"):
                os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run(opened, observe=interrupt_in_the_second_trial)
    assert opened.workspace.report.exists()
    second = opened.workspace.history(opened.experiment).trials[1]
    assert second.state is TrialState.RUNNING

    result = run(
        opened,
        observe=lambda e: (
            isinstance(e, StageEnded) and ended.append((e.trial.number, e.record.stage))
        ),
    )

    assert [t.state for t in result.history.trials] == [TrialState.SUCCEEDED] * 4
    assert len(ended) == len(set(ended))
    for trial in result.history.trials:
        for record in trial.stages:
            was_run = (trial.number, record.stage) in ended
            assert was_run is (record.outcome is StageOutcome.EXECUTED)


def test_a_component_that_needs_a_container_is_refused_before_anything_is_written(tmp_path):
    file = write(tmp_path)
    compiled = tmp_path / "pipeline.yaml"
    compiled.write_text(compiled.read_text().replace("kfp.dsl.executor_main", "my_program"))

    with pytest.raises(RunnerError), prepared(open_experiment(file, tmp_path / "runs")):
        pass

    assert not (tmp_path / "runs").exists()


def test_a_store_that_cannot_be_used_is_told_before_anything_is_written(tmp_path, monkeypatch):
    store = "  cache: {store: {s3: {endpoint: http://127.0.0.1:9, bucket: tuning}}}\n"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "user")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    opened = open_experiment(write(tmp_path, EXPERIMENT + store), tmp_path / "runs")

    with pytest.raises(StoreError, match=r"127\.0\.0\.1:9"), prepared(opened):
        pass

    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("parallel", [2])
def test_parallel_trials_share_what_they_compute(tmp_path, parallel):
    text = EXPERIMENT.replace("maxTrials: 4", f"maxTrials: 8\n  parallelTrials: {parallel}")
    text = text.replace('max: "60", step: "10"', 'max: "20", step: "10"')

    result = run(open_experiment(write(tmp_path, text), tmp_path / "runs"))

    prepared_times = [
        trial.configuration["rows"]
        for trial in result.history.trials
        if trial.stage("prepare").outcome is StageOutcome.EXECUTED
    ]
    assert sorted(prepared_times) == [10, 20]
