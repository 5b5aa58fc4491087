import pytest

from eeipu_kfp.controller.events import (
    EventRecorder,
    Notice,
    end_notice,
    event_document,
    image_notice,
    notice_of,
    overdue_notices,
)
from eeipu_kfp.core.history import History
from eeipu_kfp.core.suggestion import Stop, StopReason
from eeipu_kfp.core.trial import TrialState
from eeipu_kfp.tuning.events import TrialEnded, TrialLaunched, TrialWaiting
from tests.fake_api_server import FakeApiServer
from tests.unit.controller.samples import failed, resource, standing, trial

EVENTS = "/api/v1/namespaces/team/events"
NOW = "2026-01-01T00:00:00Z"


def ended(found):
    history = History(objective=standing().experiment.objective, trials=(found,))
    return notice_of(TrialEnded(trial=found, history=history))


@pytest.mark.parametrize(
    ("notice", "reason", "told", "is_warning"),
    [
        (
            notice_of(TrialLaunched(trial=trial(1), to_run=("train", "evaluate"))),
            "TrialStarted",
            "trial 1 runs train, evaluate",
            False,
        ),
        (
            notice_of(TrialLaunched(trial=trial(1), to_run=())),
            "TrialStarted",
            "trial 1 is cached whole",
            False,
        ),
        (
            notice_of(TrialLaunched(trial=trial(2, runs=2), to_run=("train",))),
            "TrialRestarted",
            "as run 2",
            True,
        ),
        (ended(trial(1, 0.5)), "TrialSucceeded", "objective 0.5, 10.0 s spent", False),
        (ended(failed(3)), "TrialFailed", "stage `train`: it diverged", True),
        (ended(trial(4, state=TrialState.STOPPED)), "TrialStopped", "trial 4", False),
    ],
    ids=["start", "cached", "again", "success", "failure", "stop"],
)
def test_what_happens_to_a_trial_is_told(notice, reason, told, is_warning):
    assert notice.reason == reason
    assert told in notice.message
    assert notice.is_warning is is_warning


def test_waiting_for_another_trial_is_nothing_to_tell():
    assert notice_of(TrialWaiting(trial=trial(1), stage="train")) is None


def test_the_end_is_told_and_a_failure_is_a_warning():
    done = end_notice(Stop(reason=StopReason.GOAL_REACHED, message="it is reached"))
    bad = end_notice(Stop(reason=StopReason.TOO_MANY_FAILED_TRIALS, message="5 failed"))

    assert (done.reason, done.is_warning) == ("Completed", False)
    assert (bad.reason, bad.is_warning) == ("Failed", True)


def overdue(*trials, stop=None):
    history = History(objective=standing().experiment.objective, trials=trials)
    found = overdue_notices(history, ("prepare", "train"), stop)
    return [(notice.reason, notice.message.split(":")[0]) for notice in found]


def test_a_new_controller_tells_what_runs_and_what_ended_last():
    told = overdue(
        trial(1, 0.5, finished_at=1100.0), trial(2, 0.6, finished_at=1200.0), trial(3), trial(4)
    )

    assert told == [
        ("TrialStarted", "trial 2 runs train"),
        ("TrialStarted", "trial 3 runs train"),
        ("TrialStarted", "trial 4 runs train"),
        ("TrialSucceeded", "trial 2"),
    ]


def test_a_new_controller_tells_of_the_end_too():
    stop = Stop(reason=StopReason.GOAL_REACHED, message="it is reached")
    withdrawn = trial(1, state=TrialState.STOPPED, runs=0, finished_at=1100.0)

    told = overdue(withdrawn, stop=stop)

    assert told == [("TrialStopped", "trial 1 was stopped"), ("Completed", "it is reached")]


def images(*names):
    executors = {f"exec-{n}": {"container": {"image": name}} for n, name in enumerate(names)}
    return {"deploymentSpec": {"executors": {**executors, "exec-in": {"importer": {}}}}}


def test_an_image_by_tag_is_worth_a_warning():
    notice = image_notice(images("a:1", "b@sha256:12"))

    assert notice.is_warning
    assert "`a:1`" in notice.message
    assert "b@sha256" not in notice.message
    assert image_notice(images("b@sha256:12")) is None


def test_the_same_notice_always_has_the_same_name_and_others_have_others():
    def name(**parts):
        notice = Notice(reason="TrialStarted", message="m", **parts)
        return event_document(resource(), notice, "me", NOW)["metadata"]["name"]

    assert name(about="1") == name(about="1")
    assert name(about="1") != name(about="2")


def test_an_event_names_the_experiment_and_is_not_too_long():
    document = event_document(resource(), Notice(reason="R", message="m" * 5000), "me", NOW)

    assert document["involvedObject"]["uid"] == "12345678-90ab"
    assert len(document["message"]) == 1024
    assert document["type"] == "Normal"


def test_events_are_posted_once_and_a_server_that_is_away_loses_them_alone():
    api = FakeApiServer()
    recorder = EventRecorder(api, instance="me")
    recorder.tell(resource(), Notice(reason="A", message="m"))
    recorder.tell(resource(), Notice(reason="A", message="m"))
    recorder.close()

    api.is_away = True
    away = EventRecorder(api, instance="me")
    away.tell(resource(), Notice(reason="B", message="m"))
    away.close()
    api.is_away = False

    assert [event["reason"] for event in api.get(EVENTS)["items"]] == ["A"]
