import json

import pytest

from eeipu_kfp.cluster.refusals import MissingError
from eeipu_kfp.errors import InvalidValueError, SpecError
from tests.unit.cluster.fake_cluster import COLLECTION, PROXY, listed, resource


@pytest.fixture
def tuned(call):
    call("run", "experiment.yaml", "--json")


def test_list_shows_every_entry_with_totals(call, tuned):
    printed = call("cache", "list").stdout

    assert printed.count("small trial") == len(json.loads(call("cache", "list", "--json").stdout))
    assert "entries" in printed


def test_list_of_one_stage_shows_no_other(call, tuned):
    found = json.loads(call("cache", "list", "--stage", "train", "--json").stdout)

    assert {entry["stage"] for entry in found} == {"train"}


def test_show_tells_all_of_the_entry_whose_key_begins_so(call, tuned):
    key = json.loads(call("cache", "list", "--stage", "train", "--json").stdout)[0]["key"]

    shown = json.loads(call("cache", "show", key[:10]).stdout)

    assert shown["key"] == key
    assert shown["ingredients"]["parameters"]["mode"] == "good"


@pytest.mark.parametrize("key", ["", "nothing"])
def test_show_wants_exactly_one_entry(call, tuned, key):
    with pytest.raises(InvalidValueError, match="entries have a key that begins"):
        call("cache", "show", key)


def test_why_says_who_made_what_is_cached(call, tuned):
    printed = call("cache", "why", "experiment.yaml", "train", "--trial", "1").stdout

    assert "is cached: made by trial 1 of small" in printed


def test_why_names_the_ingredient_that_differs(call, tuned):
    changed = ("--trial", "1", "--set", "rate=0.123")

    printed = call("cache", "why", "experiment.yaml", "train", *changed).stdout

    assert "is not cached; the nearest entry" in printed
    assert "parameters.rate: 0.123 here" in printed


def test_why_of_an_unknown_stage_lists_the_stages(call):
    with pytest.raises(InvalidValueError, match="prepare, train, evaluate"):
        call("cache", "why", "experiment.yaml", "tran")


def test_collect_keeps_what_fits(call, tuned):
    before = len(json.loads(call("cache", "list", "--json").stdout))

    printed = call("cache", "collect", "--limit", "20Ki").stdout

    left = json.loads(call("cache", "list", "--json").stdout)
    assert 0 < len(left) < before
    assert f"{len(left)} entries are left" in printed


def test_collect_refuses_what_is_no_size(call):
    with pytest.raises((SpecError, InvalidValueError), match="lots"):
        call("cache", "collect", "--limit", "lots")


ENTRY = {
    "key": "abcdefghijklmn",
    "stage": "train",
    "seconds": 61.0,
    "sizeBytes": 2048,
    "experiment": "demo",
    "trial": 3,
    "createdAt": 0.0,
}


@pytest.fixture
def controller(cluster):
    """A cluster whose controller keeps one entry."""
    cluster.answers = {
        "/api/v1/services": listed("eeipu-kfp"),
        f"{COLLECTION}/demo": resource(),
        f"{PROXY}/cache": [ENTRY],
        f"{PROXY}/cache/abc": ENTRY,
        f"{PROXY}/cache/collect": {"removed": 1, "freedBytes": 2048, "left": 0},
        f"{PROXY}/experiments/demo/why": "is cached",
    }


@pytest.mark.parametrize("options", [("-e", "demo"), ("-n", "team"), ("--context", "test")])
def test_the_cache_of_a_namespace_on_a_cluster_is_listed(call, controller, options):
    printed = call("cache", "list", *options).stdout

    assert "demo trial 3" in printed
    assert "1 entries, 2 KiB" in printed


def test_the_cache_on_a_cluster_is_looked_into_and_tidied(call, controller):
    assert json.loads(call("cache", "show", "abc", "-n", "team").stdout) == ENTRY
    assert call("cache", "why", "demo", "train").stdout == "is cached\n"
    collected = call("cache", "collect", "--limit", "1Gi", "-n", "team").stdout
    assert collected == "removed 1 entries, 2 KiB; 0 entries are left\n"


def test_a_limit_that_is_none_reaches_no_cluster(call, controller, cluster):
    with pytest.raises(InvalidValueError, match="no size"):
        call("cache", "collect", "--limit", "much", "-n", "team")

    assert cluster.asked == []


def test_the_cache_of_an_unknown_experiment_is_an_error(call, controller):
    with pytest.raises(MissingError):
        call("cache", "list", "-e", "nobody")
