import json

import pytest

from eeipu_kfp.controller.readings import Readings
from eeipu_kfp.controller.reconciler import Reconciler
from eeipu_kfp.controller.resource import read_resource
from eeipu_kfp.core.ports import RunState
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.export.document import read_document
from eeipu_kfp.ui.snapshot import UnknownExperimentError
from tests.cluster_world import COLLECTION, experiment


@pytest.fixture
def readings(parts):
    parts.api.create(COLLECTION, experiment(maxTrials=2))
    path = f"{COLLECTION}/small"
    reconciler = Reconciler(parts.tools)

    def find(namespace, name):
        is_known = (namespace, name) == ("team", "small")
        return (read_resource(parts.api.get(path)), reconciler) if is_known else None

    while reconciler.reconcile(read_resource(parts.api.get(path))) is not None:
        parts.clock.sleep(1.0)
    return Readings(parts.tools, find, lambda namespace: namespace == "team")


def test_a_result_has_all_trials_and_the_reason_of_the_end(readings):
    found = readings.result("team", "small")

    assert found["trials"] == 2
    assert [trial["trial"] for trial in found["trialList"]] == [1, 2]
    assert found["best"]["objective"] == 0.5
    assert found["stop"]["reason"] == "MaxTrialsReached"


def test_an_experiment_that_has_ended_long_ago_is_opened_to_be_read(parts, readings):
    readings._find = lambda *_: (
        read_resource(parts.api.get(f"{COLLECTION}/small")),
        Reconciler(parts.tools),
    )

    assert readings.result("team", "small")["trials"] == 2


def test_the_report_is_a_page(readings):
    page = readings.report("team", "small")

    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "small" in page


def test_an_export_has_all_trials_with_their_stages_and_the_reason_of_the_end(readings):
    contents = read_document(json.loads(json.dumps(readings.export("team", "small"))))

    assert [trial.number for trial in contents.trials] == [1, 2]
    assert [record.stage for record in contents.trials[0].stages] == list(contents.stages)
    assert list(contents.experiment.space) == list(contents.trials[0].configuration)
    assert contents.best.objective == 0.5
    assert contents.stop.reason == "MaxTrialsReached"


def test_a_log_is_that_of_one_stage_or_of_all(readings):
    assert readings.log("team", "small", 1, "train") == "train of small-0001 says hello\n"
    assert readings.log("team", "small", 1, None).count("says hello") == 3


def test_a_trial_that_is_not_there_has_no_log(readings):
    with pytest.raises(InvalidValueError, match="no trial 7; there are 2"):
        readings.log("team", "small", 7, None)


def test_why_a_stage_is_cached_is_told(readings):
    assert "is cached: made by trial 2 of small" in readings.why("team", "small", "train", None, ())
    told = readings.why("team", "small", "train", 1, ("rate=0.123",))
    assert "is not cached; the nearest entry" in told


def test_entries_are_listed_and_shown_by_the_beginning_of_their_key(readings):
    entries = readings.entries("team")
    key = entries[0]["key"]

    assert {entry["stage"] for entry in entries} == {"prepare", "train", "evaluate"}
    assert readings.entry("team", key[:20])["key"] == key
    with pytest.raises(InvalidValueError, match="0 entries"):
        readings.entry("team", "nothing")


def test_a_cache_is_tidied_to_a_limit(readings):
    assert readings.collect("team", "1Gi")["removed"] == 0
    with pytest.raises(InvalidValueError):
        readings.collect("team", "much")


@pytest.mark.parametrize(
    "ask",
    [
        lambda readings: readings.result("team", "other"),
        lambda readings: readings.report("elsewhere", "small"),
        lambda readings: readings.entries("elsewhere"),
        lambda readings: readings.collect("elsewhere", "1Gi"),
    ],
    ids=["experiment", "namespace", "entries", "collect"],
)
def test_what_is_not_tuned_here_is_unknown(readings, ask):
    with pytest.raises(UnknownExperimentError):
        ask(readings)


def test_a_trial_without_a_run_says_so(parts):
    parts.backend.one.state = RunState.RUNNING
    parts.api.create(COLLECTION, experiment(maxTrials=2))
    resource = read_resource(parts.api.get(f"{COLLECTION}/small"))
    reconciler = Reconciler(parts.tools)
    reconciler.reconcile(resource)
    readings = Readings(parts.tools, lambda *_: (resource, reconciler), lambda _: True)

    assert "trial 1 has had no run" in readings.log("team", "small", 1, None)
