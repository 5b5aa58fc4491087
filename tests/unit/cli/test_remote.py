import json

import pytest

from eeipu_kfp.cluster.refusals import ClusterError, MissingError
from tests.unit.cluster.fake_cluster import COLLECTION, PROXY, condition, listed, resource

DEMO = f"{COLLECTION}/demo"
SERVICES = "/api/v1/services"
OPEN = (condition("Ready", "True", "Tuning"), condition("Complete", "False", "Running"))
ENDED = (condition("Ready", "True", "Finished"), condition("Complete", "True", "Spent", "is spent"))


def trial(number, state="Succeeded", **told):
    row = {"trial": number, "state": state, "objective": 0.5, "cached": [], "failure": None}
    return {**row, "spent_seconds": 1.0, "saved_seconds": 0.0, "configuration": {}, **told}


def result(*trials):
    best = {"trial": 1, "objective": 0.5, "configuration": {"rate": 0.25}}
    figures = {"spentSeconds": 5.0, "savedSeconds": 3.0, "stageRuns": 6, "stageHits": 2}
    counts = {"trials": len(trials), "failed": 0, "report": None}
    return {"best": best, **counts, **figures, "trialList": list(trials)}


def answers(*trials, conditions=OPEN, **status):
    return {
        DEMO: resource(conditions=conditions, **status),
        SERVICES: listed("eeipu-kfp"),
        f"{PROXY}/experiments/demo/result": result(*trials),
    }


def test_status_shows_every_trial_as_the_controller_knows_it(call, cluster):
    budget = {"total": "85", "spent": "5", "remaining": "80"}
    cluster.answers = answers(trial(1), trial(2, cached=["prepare"]), budget=budget)

    printed = call("status", "demo").stdout

    assert "evaluate.score 0.5 (trial 1)" in printed
    assert "prepare" in printed
    assert "2 of 6 stage runs came from the cache" in printed
    assert "budget: 5 of 85 s spent" in printed
    assert "report: eeipu report demo" in printed


def test_status_falls_back_on_what_the_experiment_says_of_itself(call, cluster):
    recent = [{"number": 4, "state": "Succeeded", "objective": "0.25"}]
    cluster.answers = {DEMO: resource(conditions=OPEN, recentTrials=recent), SERVICES: listed()}

    shown = call("status", "demo")

    assert "0.25" in shown.stdout
    assert "the latest trials only, as the controller gives no answer" in shown.stderr


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ((), "no controller has taken it up yet"),
        ((condition("Ready", "False", "SpecInvalid", "no [x]"),), "go on: SpecInvalid: no [x]"),
        ((condition("Complete", "False", "Suspended"),), "suspended: no new trials"),
        (ENDED, "ended: is spent"),
    ],
    ids=["unseen", "in trouble", "suspended", "ended"],
)
def test_status_says_why_nothing_goes_on(call, cluster, conditions, said):
    cluster.answers = answers(conditions=conditions)

    assert said in call("status", "demo").stdout


def test_status_as_json_has_the_conditions_too(call, cluster):
    cluster.answers = answers(trial(1))

    found = json.loads(call("status", "demo", "--json").stdout)

    assert found["trialList"][0]["trial"] == 1
    assert [each["type"] for each in found["conditions"]] == ["Ready", "Complete"]


def test_watching_shows_what_is_new_until_the_end(call, cluster, meanwhile):
    cluster.answers = answers(trial(1))
    meanwhile(lambda: None, lambda: cluster.answers.update(answers(trial(1), conditions=ENDED)))

    printed = call("status", "demo", "--watch").stdout

    assert printed.count("evaluate.score 0.5") == 2
    assert printed.rstrip().count("ended: is spent") == 1


def test_an_unknown_experiment_is_an_error_with_the_nearest_name(call, cluster):
    cluster.answers = {COLLECTION: listed("demo")}

    with pytest.raises(MissingError, match="did you mean `demo`"):
        call("status", "deno")


def test_the_namespace_and_the_context_are_named_in_what_comes_next(call, cluster):
    path = "/apis/eeipu.dev/v1alpha1/namespaces/other/tuningexperiments/demo"
    cluster.answers = {**answers(trial(1)), path: resource(conditions=ENDED, trials={"total": 1})}

    printed = call("status", "demo", "-n", "other", "--context", "test").stdout

    assert "eeipu report demo -n other --context test" in printed


def test_the_report_is_saved_and_named(call, cluster, folder):
    cluster.answers = {**answers(), f"{PROXY}/experiments/demo/report": "<html>"}

    assert call("report", "demo").stdout == "demo-report.html\n"
    assert call("report", "demo", "-o", "page.html").stdout == "page.html\n"
    assert (folder / "demo-report.html").read_text() == "<html>"
    assert (folder / "page.html").read_text() == "<html>"


def test_the_log_of_the_latest_trial_ends_with_why_it_failed(call, cluster):
    recent = [{"number": 2, "state": "Failed"}, {"number": 1, "state": "Succeeded"}]
    cluster.answers = {
        **answers(trial(1), trial(2, "Failed", failure="it broke"), recentTrials=recent),
        f"{PROXY}/experiments/demo/trials/2/log": "one\n",
    }

    assert call("logs", "demo").stdout == "one\ntrial 2 failed: it broke\n"


def test_the_log_of_one_stage_of_a_trial_can_be_asked_for(call, cluster):
    cluster.answers = {**answers(trial(1)), f"{PROXY}/experiments/demo/trials/1/log": "one\n"}

    call("logs", "demo", "--trial", "1", "--stage", "train")

    assert ("GET", f"{PROXY}/experiments/demo/trials/1/log", {"stage": "train"}) in cluster.asked


def test_a_log_is_followed_until_the_trial_has_ended(call, cluster, meanwhile):
    log = f"{PROXY}/experiments/demo/trials/1/log"
    running, ended = ([{"number": 1, "state": state}] for state in ("Running", "Succeeded"))
    cluster.answers = {**answers(trial(1), recentTrials=running), log: "one\n"}
    later = {DEMO: resource(conditions=OPEN, recentTrials=ended), log: "one\ntwo\n"}
    meanwhile(lambda: cluster.answers.update(later))

    assert call("logs", "demo", "--follow").stdout == "one\ntwo\n"


def test_before_the_first_trial_there_is_no_log(call, cluster):
    cluster.answers = answers()

    with pytest.raises(ClusterError, match="has no trial yet"):
        call("logs", "demo")


def test_where_nothing_is_kept_of_a_log_that_is_said(call, cluster):
    cluster.answers = {**answers(trial(1)), f"{PROXY}/experiments/demo/trials/1/log": ""}

    shown = call("logs", "demo", "--trial", "1")

    assert shown.stdout == ""
    assert "nothing is kept of what trial 1 has written" in shown.stderr
