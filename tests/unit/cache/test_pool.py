from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.cache.entries import CacheEntry
from eeipu_kfp.cache.pool import cached_stages
from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.ports import Ingredients
from eeipu_kfp.core.values import Configuration, Value
from tests.unit.cache.examples import (
    ARGUMENTS,
    CONFIGURATION,
    SPACE,
    ExamplePipeline,
    example_entry,
    example_keys,
)

_CONFIGURATIONS = st.fixed_dictionaries(
    {
        "rows": st.integers(1, 3),
        "rate": st.sampled_from([0.25, 0.5]),
        "depth": st.sampled_from([2, 4]),
    }
)


def _entries(configuration: Mapping[str, Value], *stages: str, salt: str = "") -> list[CacheEntry]:
    keys = example_keys(salt=salt, **configuration)
    values = {**ARGUMENTS, **configuration}
    shape = ExamplePipeline().shape
    return [
        example_entry(
            stage,
            keys=keys,
            values={name: values[name] for name in shape.determinants(stage)},
        )
        for stage in stages or shape.names
    ]


def _pool(
    entries: Iterable[CacheEntry],
    pipeline: ExamplePipeline | None = None,
    salt: str = "",
    **arguments: Value,
) -> CachedStages:
    return cached_stages(
        entries, pipeline or ExamplePipeline(), SPACE, {**ARGUMENTS, **arguments}, salt=salt
    )


@given(kept=st.lists(_CONFIGURATIONS, max_size=4), asked=_CONFIGURATIONS)
def test_a_stage_is_cached_exactly_if_its_key_is_kept(
    kept: list[dict[str, Value]], asked: dict[str, Value]
) -> None:
    entries = [entry for configuration in kept for entry in _entries(configuration)]
    pool = _pool(entries)

    digests = {entry.key for entry in entries}
    for stage, key in example_keys(**asked).items():
        assert pool.holds(stage, Configuration(asked)) == (key.digest in digests)


def test_an_entry_of_a_middle_stage_stands_for_that_stage_alone() -> None:
    pool = _pool(_entries(CONFIGURATION, "teach"))

    held = [
        s for s in ("prepare", "teach", "distil") if pool.holds(s, Configuration(CONFIGURATION))
    ]

    assert held == ["teach"]
    assert pool.to_run(Configuration(CONFIGURATION)) == ("prepare", "distil")


def test_entries_made_under_another_fixed_argument_do_not_count() -> None:
    pool = _pool(_entries(CONFIGURATION), epochs=4)

    assert pool.holds("prepare", Configuration(CONFIGURATION))
    assert not pool.holds("teach", Configuration(CONFIGURATION))


def test_entries_made_by_other_code_do_not_count() -> None:
    changed = ExamplePipeline().with_component("teach", code="return")
    pool = _pool(_entries(CONFIGURATION), changed)

    assert pool.holds("prepare", Configuration(CONFIGURATION))
    assert not pool.holds("distil", Configuration(CONFIGURATION))


def test_entries_made_under_another_salt_do_not_count() -> None:
    pool = _pool(_entries(CONFIGURATION, salt="old"), salt="new")

    assert not pool.holds("prepare", Configuration(CONFIGURATION))


def test_a_value_that_was_fixed_elsewhere_may_be_tuned_here() -> None:
    foreign = replace(_entries(CONFIGURATION, "teach")[0], experiment="another", stage="renamed")

    assert _pool([foreign]).holds("teach", Configuration(CONFIGURATION))


def test_values_outside_the_space_and_foreign_names_are_passed_over() -> None:
    outside = _entries({**CONFIGURATION, "rows": 1000})
    nameless = [replace(entry, values={}) for entry in _entries(CONFIGURATION)]

    pool = _pool([*outside, *nameless])

    assert not pool.holds("prepare", Configuration(CONFIGURATION))
    assert not pool.holds("prepare", Configuration({**CONFIGURATION, "rows": 1000}))


def test_every_key_is_computed_once() -> None:
    asked: list[tuple[str, str]] = []

    class Counting(ExamplePipeline):
        def ingredients(self, stage: str, arguments: Mapping[str, Value]) -> Ingredients:
            asked.append((stage, repr(arguments)))
            return super().ingredients(stage, arguments)

    entries = [
        entry
        for depth in (2, 4, 8)
        for rate in (0.1, 0.2)
        for entry in _entries({**CONFIGURATION, "depth": depth, "rate": rate})
    ]
    _pool(entries * 2, Counting())

    assert len(asked) == len(set(asked)) == 1 + 2 + 6
