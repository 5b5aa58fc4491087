import json

from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.controller.conditions import BY_SPEC, tuning
from eeipu_kfp.controller.status import Shown, changes, of_standing, pruned, with_conditions
from tests.fake_api_server import merged
from tests.unit.controller.samples import failed, standing, trial

NEW = Shown(before={}, generation=3, now=5000.0)


def status(*trials, **parts):
    return of_standing(standing(*trials, **parts), tuning(held_back=None), NEW)


def test_trials_are_counted_by_state():
    found = status(trial(1, 0.5), failed(2), trial(3))["trials"]

    assert found["total"] == 3
    assert (found["succeeded"], found["failed"], found["running"]) == (1, 1, 1)


def test_the_best_trial_has_its_values_and_its_run():
    best = status(trial(1, 0.5), trial(2, 0.9), trial(3, 0.7))["bestTrial"]

    assert best["number"] == 2
    assert float(best["objective"]) == 0.9
    assert best["parameters"][0] == {"name": "fraction", "value": "0.002"}
    assert best["run"] == "run-2"


def test_the_budget_is_what_was_spent_and_what_is_left():
    found = status(trial(1, 0.5), trial(2, 0.5))["budget"]

    assert {name: float(text) for name, text in found.items()} == {
        "total": 2000.0,
        "spent": 20.0,
        "remaining": 1980.0,
    }


def test_the_cache_is_what_it_has_saved_and_what_it_holds():
    found = status(trial(1, 0.5), trial(2, 0.5))["cache"]

    assert (found["stageRuns"], found["hits"]) == (2, 2)
    assert float(found["savedSeconds"]) == 120.0
    assert (found["entries"], found["sizeBytes"]) == (7, 4096)


def test_recent_trials_are_the_last_ten_newest_first_and_failures_say_why():
    found = status(*(trial(n, 0.5) for n in range(1, 15)), failed(15))["recentTrials"]

    assert [recent["number"] for recent in found] == list(range(15, 5, -1))
    assert found[0]["message"] == "stage `train`: it diverged"
    assert "message" not in found[1]


def test_an_experiment_starts_with_its_first_trial_and_ends_when_it_ends():
    found = status(trial(1, 0.5), trial(2, 0.5), finished_at=2000.0)

    assert found["startTime"] == "1970-01-01T00:16:41Z"
    assert found["completionTime"] == "1970-01-01T00:33:20Z"
    assert "startTime" not in status()


def test_a_status_stays_small_whatever_the_number_of_trials():
    trials = [failed(n, message="a long story " * 500) for n in range(1, 1001)]

    assert len(json.dumps(status(*trials))) < 20_000


def test_other_conditions_leave_the_rest_as_it_was():
    before = status(trial(1, 0.5))
    about = Shown(before=before, generation=4, now=6000.0)

    after = with_conditions(tuning(held_back=BY_SPEC), about)

    assert after["observedGeneration"] == 4
    assert changes(before, after).keys() == {"conditions", "observedGeneration"}


def test_what_is_the_same_needs_no_patch():
    assert changes(status(trial(1, 0.5)), status(trial(1, 0.5))) == {}


def test_what_is_no_longer_there_is_taken_away():
    assert changes({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 1}}) == {
        "a": {"c": None},
        "d": None,
    }


JSON = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: (
        st.dictionaries(st.sampled_from("abc"), inner, min_size=1, max_size=3)
        | st.lists(inner, max_size=2)
    ),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(st.sampled_from("abc"), JSON, max_size=3)


@given(DOCUMENTS, DOCUMENTS)
def test_a_patch_makes_one_document_the_other(before, after):
    assert merged(before, changes(before, after)) == after


def test_nulls_are_left_out_at_any_depth():
    assert pruned({"a": None, "b": [{"c": None, "d": 1}]}) == {"b": [{"d": 1}]}
