import re

import pytest

from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.controller.metrics import Metrics, Timed
from tests.unit.controller.samples import failed, standing, trial

KEY = ("team", "small")


def lines(metrics, name):
    """Return the values of a metric by the labels that it has beside namespace and experiment."""
    text = metrics.text().decode()
    found = re.findall(rf"^{name}{{(.*)}} (\S+)$", text, re.MULTILINE)
    own = [
        (re.sub(r',?(experiment="small"|namespace="team"),?', "", labels), float(value))
        for labels, value in found
    ]
    return dict(own)


@pytest.fixture
def metrics():
    return Metrics()


def test_an_experiment_is_shown_in_figures(metrics):
    metrics.show(KEY, standing(trial(1, 0.5), trial(2, 0.75), failed(3)))

    assert lines(metrics, "eeipu_best_objective") == {"": 0.75}
    assert lines(metrics, "eeipu_spent_seconds") == {"": 30.0}
    assert lines(metrics, "eeipu_saved_seconds") == {"": 180.0}
    assert lines(metrics, "eeipu_cache_hit_ratio") == {"": 0.5}
    assert lines(metrics, "eeipu_budget_remaining") == {"": 1970.0}
    assert lines(metrics, "eeipu_trials") == {
        'state="Pending"': 0,
        'state="Running"': 0,
        'state="Succeeded"': 2,
        'state="Failed"': 1,
        'state="Stopped"': 0,
    }


def test_there_is_no_best_objective_before_the_first(metrics):
    metrics.show(KEY, standing(trial(1)))

    assert lines(metrics, "eeipu_best_objective") == {}


def test_suggestions_and_faults_are_counted(metrics):
    metrics.suggested(KEY, 0.3)
    metrics.suggested(KEY, 0.3)
    metrics.failed(KEY, "StoreUnavailable")

    assert lines(metrics, "eeipu_suggestion_seconds_count") == {"": 2}
    assert lines(metrics, "eeipu_reconcile_errors_total") == {'reason="StoreUnavailable"': 1}


def test_an_experiment_that_is_gone_leaves_no_series(metrics):
    metrics.show(KEY, standing(trial(1, 0.5)))
    metrics.suggested(KEY, 0.3)
    metrics.failed(KEY, "StoreUnavailable")
    metrics.show(("team", "other"), standing(trial(1, 0.5)))

    metrics.forget(KEY)

    assert 'experiment="small"' not in metrics.text().decode()
    assert 'experiment="other"' in metrics.text().decode()


def test_forgetting_what_was_never_shown_is_harmless(metrics):
    metrics.forget(KEY)


def test_calls_are_measured_even_those_that_fail(metrics):
    store = Timed(MemoryStore(), metrics, "store")
    store.put("a", b"1")
    store.put("b", b"1")

    with pytest.raises(Exception, match="no object"):
        store.get("c")

    counts = lines(metrics, "eeipu_call_seconds_count")
    assert counts == {'call="put",system="store"': 2, 'call="get",system="store"': 1}


def test_what_is_no_call_is_passed_on(metrics):
    class Thing:
        size = 3

    assert Timed(Thing(), metrics, "store").size == 3


def test_a_listing_is_measured_to_its_end_and_a_name_that_asks_nobody_not_at_all(metrics):
    now = [0.0]

    class Slow:
        def list(self, prefix):
            now[0] += 2.0
            yield prefix

        def uri(self, name):
            return f"slow://{name}"

    metrics = Metrics(elapsed=lambda: now[0])
    store = Timed(Slow(), metrics, "store")

    assert list(store.list("a")) == ["a"]
    assert store.uri("a") == "slow://a"

    assert lines(metrics, "eeipu_call_seconds_sum") == {'call="list",system="store"': 2.0}
