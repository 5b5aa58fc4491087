import json
import shutil

import pytest

from eeipu_kfp.core.trial import TrialState
from eeipu_kfp.errors import LedgerError
from eeipu_kfp.local import browsing
from eeipu_kfp.local.browsing import FolderSnapshots
from eeipu_kfp.ui.snapshot import Kind, UnknownExperimentError
from tests.made_experiments import make, note


@pytest.fixture
def folder(tmp_path):
    """Two experiments: `first`, which has ended, and `second`, which nobody is tuning."""
    make(tmp_path / "runs", "first", trials=3, stop=("GoalReached", "0.8 is reached"))
    make(tmp_path / "runs", "second", trials=2, running=1)
    (tmp_path / "runs/cache").mkdir()
    return tmp_path / "runs"


def test_a_folder_that_is_not_there_has_no_experiment(tmp_path):
    assert FolderSnapshots(tmp_path / "none").keys() == ()


def test_the_experiment_that_was_begun_last_comes_first(folder):
    assert FolderSnapshots(folder).keys() == ("second", "first")
    assert FolderSnapshots(folder).place == f"folder {folder}"


def test_a_snapshot_has_all_trials_and_what_the_experiment_is(folder):
    found = FolderSnapshots(folder).snapshot("first")

    assert [trial.number for trial in found.history.trials] == [1, 2, 3]
    assert found.experiment.name == "first"
    assert found.experiment.budget.amount == 85.0
    assert found.pipeline.names == ("prepare", "base-learners", "meta-learner")
    assert len(found.experiment.space) == 12


def test_an_end_is_told_with_its_reason(folder):
    standing = FolderSnapshots(folder).snapshot("first").standing

    assert (standing.kind, standing.words) == (Kind.ENDED, "Goal reached")
    assert standing.message == "0.8 is reached"


def test_an_experiment_runs_while_a_process_holds_it_and_not_a_moment_longer(folder):
    snapshots = FolderSnapshots(folder)
    workspace, _ = make(folder, "second", trials=2, running=1)
    versions = [snapshots.version("second")]

    with workspace.locked():
        assert snapshots.snapshot("second").standing.kind is Kind.RUNNING
        versions.append(snapshots.version("second"))
    standing = snapshots.snapshot("second").standing

    assert standing.kind is Kind.WAITING
    assert "`eeipu run` goes on" in standing.message
    assert versions[0] != versions[1]
    assert versions[0] == snapshots.version("second")


def test_a_trial_that_was_written_is_another_version_and_is_seen(folder):
    snapshots = FolderSnapshots(folder)
    workspace, maker = make(folder, "third", trials=2)
    before = snapshots.version("third")
    snapshots.snapshot("third")

    note(workspace, maker.next(is_running=True))

    assert snapshots.version("third") != before
    trials = snapshots.snapshot("third").history.trials
    assert [trial.state for trial in trials][-1] is TrialState.RUNNING
    assert snapshots.version("third") == snapshots.version("third")


def test_only_trials_that_have_changed_are_read_again(folder, monkeypatch):
    snapshots = FolderSnapshots(folder)
    workspace, maker = make(folder, "third", trials=5)
    snapshots.snapshot("third")
    read, decode = [], browsing.decode
    monkeypatch.setattr(
        browsing, "decode", lambda data, name: read.append(name) or decode(data, name=name)
    )

    note(workspace, maker.next())
    snapshots.snapshot("third")

    assert read == ["trials/000006.json"]


def test_a_larger_budget_is_seen_at_once(folder):
    snapshots = FolderSnapshots(folder)
    workspace, _ = make(folder, "third", trials=1)
    before = snapshots.version("third")
    document = json.loads(workspace.document.read_text())

    document["spec"]["budget"]["seconds"] = 900
    workspace.describe(document)

    assert snapshots.version("third") != before
    assert snapshots.snapshot("third").experiment.budget.amount == 900.0


@pytest.mark.parametrize("key", ["../first", "/etc", "", ".", "first/ledger", "cache", "nothing"])
def test_no_key_leads_out_of_the_folder_or_to_what_is_no_experiment(folder, key):
    (folder.parent / "first").mkdir()
    shutil.copytree(folder / "first", folder.parent / "first", dirs_exist_ok=True)

    with pytest.raises(UnknownExperimentError, match="there is no experiment"):
        FolderSnapshots(folder).snapshot(key)


def test_a_folder_that_does_not_say_what_it_holds_is_an_error_with_a_remedy(folder):
    (folder / "first/document.json").unlink()

    with pytest.raises(LedgerError, match="says what the experiment is") as caught:
        FolderSnapshots(folder).snapshot("first")

    assert "`eeipu run`" in caught.value.hint


def test_a_document_that_is_torn_is_an_error_with_a_remedy(folder):
    (folder / "first/document.json").write_text("{")

    with pytest.raises(LedgerError, match="cannot be read"):
        FolderSnapshots(folder).snapshot("first")
