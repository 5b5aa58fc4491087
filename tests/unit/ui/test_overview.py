from xml.etree import ElementTree as ET

from eeipu_kfp.errors import StoreError
from eeipu_kfp.ui.overview import line_of, unread, unreadable
from eeipu_kfp.ui.snapshot import Kind, Standing
from tests.unit.ui.examples import FOURTH, snapshot


def test_a_line_tells_the_best_the_budget_and_what_was_saved():
    line = line_of(snapshot())

    assert line["best"] == {"objective": "0.7", "trial": 2}
    assert line["metric"] == "train.score"
    assert line["budget"]["spent"] == "35 s"  # 15 and 6 and 14
    assert line["budget"]["share"] == 0.35
    assert line["budget"]["percent"] == "35 %"
    assert line["trials"] == {"total": 4, "failed": 1, "active": 1}
    assert line["reuse"] == {
        "hits": 2,
        "runs": 6,
        "hitPercent": "33 %",
        "saved": "22 s",
        "whole": "57 s",
        "savedPercent": "39 %",
    }
    assert ET.fromstring(line["sparkline"]).get("aria-label") == "best so far: from 0.5 to 0.7"


def test_before_the_first_objective_there_is_no_best_and_nothing_to_draw():
    line = line_of(snapshot(FOURTH))

    assert line["best"] is None
    assert line["sparkline"] == ""


def test_a_line_says_where_the_experiment_stands_and_where_it_lives():
    standing = Standing(kind=Kind.TROUBLED, words="Does not go on", message="no store")

    line = line_of(snapshot(key="team:small", namespace="team", standing=standing))

    assert (line["key"], line["name"], line["namespace"]) == ("team:small", "small", "team")
    assert line["standing"] == {
        "kind": "troubled",
        "words": "Does not go on",
        "message": "no store",
    }


def test_an_experiment_that_cannot_be_read_has_a_line_with_the_remedy():
    line = unreadable("team:small", StoreError("the disk is gone", hint="plug it in"))

    assert (line["name"], line["namespace"], line["metric"]) == ("small", "team", None)
    assert line["standing"]["kind"] == "troubled"
    assert line["standing"]["message"] == "the disk is gone; plug it in"


def test_an_experiment_that_is_read_later_has_a_line_already():
    assert unread("small")["standing"]["words"] == "Being read"
