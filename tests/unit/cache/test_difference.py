from __future__ import annotations

import pytest

from eeipu_kfp.cache.difference import nearest_difference
from eeipu_kfp.cache.entries import CacheEntry
from eeipu_kfp.cache.keys import StageKey, stage_key
from eeipu_kfp.core.ports import Ingredients
from eeipu_kfp.core.values import Value
from tests.unit.cache.examples import ExamplePipeline, example_entry, example_keys


def _kept(
    pipeline: ExamplePipeline | None = None, salt: str = "", **changes: Value
) -> list[CacheEntry]:
    keys = example_keys(pipeline, salt, **changes)
    return [example_entry(stage, keys=keys) for stage in keys]


def _lines(stage: str, entries: list[CacheEntry], **changes: Value) -> tuple[str, ...]:
    found = nearest_difference(stage, example_keys(**changes), entries)
    assert found is not None
    return found.lines


def test_a_parameter_is_shown_with_both_values() -> None:
    assert _lines("teach", _kept(rate=0.25)) == ("parameters.rate: 0.5 here, 0.25 there",)


def test_an_equal_key_has_no_difference() -> None:
    assert _lines("teach", _kept()) == ()


def test_a_part_of_the_component_is_named() -> None:
    changed = ExamplePipeline().with_component("teach", image="teach:2", pull="always")

    assert _lines("teach", _kept(changed)) == (
        'component.image: "teach:1" here, "teach:2" there',
        'component.pull: nothing here, "always" there',
    )


def test_the_salt_is_an_ingredient() -> None:
    assert 'salt: "" here, "old" there' in _lines("prepare", _kept(salt="old"))


def test_an_upstream_key_is_explained_by_the_parameter_behind_it() -> None:
    lines = _lines("distil", _kept(rows=11, depth=8))

    assert lines == (
        "parameters.depth: 4 here, 8 there",
        "stage `prepare`: parameters.rows: 10 here, 11 there",
    )


def test_an_upstream_entry_that_is_gone_leaves_the_key_unexplained() -> None:
    entries = [entry for entry in _kept(rows=11) if entry.stage == "teach"]

    assert _lines("teach", entries) == (
        "upstream.from-prepare: of another key there, whose entry is not kept any more",
    )


def test_long_code_is_cut_to_where_it_differs() -> None:
    ours, theirs = ("x = 1\n" * 100 + end + "y = 2\n" * 100 for end in ("good", "bad!"))
    here = example_keys(ExamplePipeline().with_component("teach", code=ours))
    found = nearest_difference(
        "teach", here, _kept(ExamplePipeline().with_component("teach", code=theirs))
    )

    assert found is not None
    (line,) = found.lines
    assert "good" in line
    assert "bad!" in line
    assert len(line) < 200


def test_the_nearest_entry_is_the_one_with_the_fewest_differences() -> None:
    far, near = _kept(rate=0.25, rows=11), _kept(rate=0.125)
    found = nearest_difference("teach", example_keys(), [*far, *near])

    assert found is not None
    assert found.entry in near


def test_of_equally_near_entries_the_newest_is_shown() -> None:
    entries = [
        example_entry(keys=example_keys(rate=rate), created_at=at)
        for rate, at in ((0.25, 1.0), (0.125, 3.0), (0.75, 2.0))
    ]
    found = nearest_difference("teach", example_keys(), entries)

    assert found is not None
    assert found.entry.created_at == 3.0


def test_a_stage_without_entries_has_no_nearest() -> None:
    entries = [entry for entry in _kept() if entry.stage != "teach"]

    assert nearest_difference("teach", example_keys(), entries) is None


def _following(*stages: str, output: str = "data", rows: int = 10) -> dict[str, StageKey]:
    upstream = example_keys(rows=rows)
    ingredients = Ingredients(component={}, consumes={"table": ("prepare", output)}, follows=stages)
    digests = {name: key.digest for name, key in upstream.items()}
    return {**upstream, "last": stage_key(ingredients, digests, salt="")}


@pytest.mark.parametrize(
    ("there", "lines"),
    [
        (_following("teach", output="other"), ('upstream.table: "data" here, "other" there',)),
        (_following(), ("follows: 1 stages here, 0 there",)),
        (_following("teach", rows=11), ("stage `prepare`: parameters.rows: 10 here, 11 there",)),
    ],
    ids=["another output", "another number", "another key"],
)
def test_what_a_stage_rests_on_is_compared(
    there: dict[str, StageKey], lines: tuple[str, ...]
) -> None:
    entries = [example_entry(stage, keys=there) for stage in there]

    found = nearest_difference("last", _following("teach"), entries)

    assert found is not None
    assert found.lines == lines
