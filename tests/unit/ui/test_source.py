import json

import pytest

from eeipu_kfp.errors import InvalidValueError, LedgerError, StoreError
from eeipu_kfp.report.page import SECTIONS
from eeipu_kfp.ui.snapshot import UnknownExperimentError
from eeipu_kfp.ui.source import SnapshotSource
from eeipu_kfp.ui.table import Question
from tests.unit.ui.examples import FIRST, SECOND, Shelf, snapshot


class Watch:
    """Seconds that pass by as many at every look."""

    def __init__(self, step=0.0):
        self.step, self.seconds = step, 0.0

    def __call__(self):
        self.seconds += self.step
        return self.seconds


def source_of(shelf, step=0.0, **fields):
    return SnapshotSource(shelf, monotonic=Watch(step), **fields)


def names(source, **words):
    lines = source.experiments(**words)["experiments"]
    return [(line["name"], line["standing"]["words"]) for line in lines]


def test_all_experiments_of_a_place_have_a_line():
    source = source_of(Shelf({"b": snapshot(key="b"), "a": snapshot(key="a")}))

    assert source.experiments()["place"] == "a shelf"
    assert source.experiments()["beginning"] == "put one there"
    assert names(source) == [("b", "Running"), ("a", "Running")]


def test_what_has_not_changed_is_read_once():
    shelf = Shelf({"a": snapshot(key="a")})
    source = source_of(shelf)

    for _ in range(3):
        source.experiments()
        source.experiment("a")
        source.trials("a", Question())

    assert shelf.read == ["a"]


def test_what_has_changed_is_shown_as_it_is_now():
    shelf = Shelf({"a": snapshot(FIRST, key="a")})
    source = source_of(shelf)
    before = (source.experiments(), source.experiment("a"), source.trials("a", Question()))

    shelf.held["a"] = snapshot(FIRST, SECOND, key="a")
    after = (source.experiments(), source.experiment("a"), source.trials("a", Question()))

    assert [after[0]["experiments"][0]["trials"]["total"], after[2]["total"]] == [2, 2]
    assert before[1]["sections"]["header"] != after[1]["sections"]["header"]


def test_an_experiment_is_the_report_s_parts_as_plain_data():
    document = source_of(Shelf({"a": snapshot(key="a")})).experiment("a")

    assert tuple(document["sections"]) == SECTIONS
    assert json.loads(json.dumps(document)) == document


def test_one_that_cannot_be_read_does_not_hide_the_others():
    shelf = Shelf({"bad": LedgerError("torn", hint="mend it"), "good": snapshot(key="good")})
    source = source_of(shelf)

    assert names(source) == [("bad", "Cannot be read"), ("good", "Running")]
    assert source.experiments()["experiments"][0]["standing"]["message"] == "torn; mend it"
    assert shelf.read.count("bad") == 1


def test_one_that_cannot_be_read_for_now_is_tried_again():
    shelf = Shelf({"a": StoreError("away")})
    source = source_of(shelf)

    assert names(source) == [("a", "Cannot be read")] == names(source)
    assert shelf.read.count("a") == 2


def test_reading_many_takes_no_longer_than_people_wait():
    shelf = Shelf({key: snapshot(key=key) for key in "abc"})
    source = source_of(shelf, step=0.6)

    assert names(source) == [("a", "Running"), ("b", "Running"), ("c", "Being read")]
    assert names(source) == [("a", "Running"), ("b", "Running"), ("c", "Running")]


def test_however_slow_the_place_is_something_is_read_at_every_look():
    source = source_of(Shelf({key: snapshot(key=key) for key in "ab"}), step=99.0)

    assert names(source) == [("a", "Running"), ("b", "Being read")]
    assert names(source) == [("a", "Running"), ("b", "Running")]


def test_only_those_that_are_asked_for_are_read():
    shelf = Shelf({"x:a": snapshot(key="x:a"), "y:b": snapshot(key="y:b")})

    found = names(source_of(shelf), is_wanted=lambda key: key.startswith("y:"))

    assert found == [("b", "Running")]
    assert shelf.read == ["y:b"]


def test_one_that_is_gone_has_no_line_and_no_page():
    shelf = Shelf({"a": snapshot(key="a")})
    source = source_of(shelf)
    source.experiments()
    shelf.keys = lambda: ("a", "b")

    assert names(source) == [("a", "Running")]
    for ask in (source.experiment, lambda key: source.trials(key, Question())):
        with pytest.raises(UnknownExperimentError):
            ask("b")


def test_of_many_experiments_only_a_few_are_kept_in_memory():
    shelf = Shelf({f"{n}": snapshot(key=f"{n}") for n in range(20)})
    source = source_of(shelf)

    for key in shelf.held:
        source.experiment(key)

    assert len(source._held) == len(source._drawn) == 8


def test_trials_say_where_their_runs_are_seen():
    shelf = Shelf({"a": snapshot(key="a", runs={1: "r"})})

    found = source_of(shelf, pipelines_url="https://kfp").trials("a", Question())

    assert found["pipelinesUrl"] == "https://kfp"
    with pytest.raises(InvalidValueError):
        source_of(shelf).trials("a", Question(sort="nothing"))
