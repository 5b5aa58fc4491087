from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from eeipu_kfp.cache.keys import stage_key, stage_keys
from eeipu_kfp.core.ports import Ingredients
from eeipu_kfp.core.values import canonical_json
from eeipu_kfp.errors import InvalidValueError
from tests.unit.cache.examples import ARGUMENTS, CONFIGURATION, ExamplePipeline, example_keys

_SCALARS = (
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
_VALUES = st.recursive(
    _SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(), v, max_size=3)
)
_INGREDIENTS = st.builds(
    Ingredients,
    component=st.dictionaries(st.text(), _VALUES, max_size=4),
    parameters=st.dictionaries(st.text(), _VALUES, max_size=4),
    consumes=st.dictionaries(
        st.text(), st.tuples(st.sampled_from(["a", "b"]), st.text()), max_size=3
    ),
    follows=st.lists(st.sampled_from(["a", "b"]), unique=True).map(tuple),
)
_UPSTREAM = {"a": "1" * 64, "b": "2" * 64}


def _digests(*args: object, **changes: object) -> dict[str, str]:
    return {name: key.digest for name, key in example_keys(*args, **changes).items()}


def test_a_key_never_changes_between_versions() -> None:
    ingredients = Ingredients(
        component={"image": "python:3.11"},
        parameters={"rate": 0.1},
        consumes={"data": ("a", "out")},
        follows=("b",),
    )

    key = stage_key(ingredients, _UPSTREAM, salt="s")

    assert key.digest == "51166e0a29439b9063bc8a9c88eadf12298993249af930555aa6ef7138a05937"


@given(ingredients=_INGREDIENTS)
def test_the_order_of_names_does_not_matter(ingredients: Ingredients) -> None:
    def reverse(value: object) -> object:
        if isinstance(value, dict):
            return {name: reverse(value[name]) for name in reversed(value)}
        return [reverse(item) for item in value] if isinstance(value, list) else value

    turned = Ingredients(
        component=reverse(ingredients.component),
        parameters=reverse(ingredients.parameters),
        consumes=dict(reversed(ingredients.consumes.items())),
        follows=tuple(reversed(ingredients.follows)),
    )

    assert (
        stage_key(turned, _UPSTREAM, salt="").digest
        == stage_key(ingredients, _UPSTREAM, salt="").digest
    )


@given(one=_INGREDIENTS, other=_INGREDIENTS)
def test_different_ingredients_have_different_keys(one: Ingredients, other: Ingredients) -> None:
    first, second = (stage_key(found, _UPSTREAM, salt="") for found in (one, other))

    assume(canonical_json(first.ingredients) != canonical_json(second.ingredients))
    assert first.digest != second.digest


@pytest.mark.parametrize(
    "change",
    [
        {"component": {"image": "x:2"}},
        {"parameters": {"rate": 0.2}},
        {"parameters": {"rate": 0.1, "more": 1}},
        {"consumes": {"data": ("b", "out")}},
        {"consumes": {"data": ("a", "other")}},
        {"consumes": {"other": ("a", "out")}},
        {"follows": ()},
    ],
    ids=str,
)
def test_a_key_changes_with_each_ingredient(change: dict[str, object]) -> None:
    before = Ingredients(
        component={"image": "x:1"},
        parameters={"rate": 0.1},
        consumes={"data": ("a", "out")},
        follows=("b",),
    )
    after = replace(before, **change)

    assert (
        stage_key(before, _UPSTREAM, salt="").digest != stage_key(after, _UPSTREAM, salt="").digest
    )


@pytest.mark.parametrize(
    ("one", "other"), [(1, 1.0), (0.0, -0.0), (1, True), (1, "1"), ([1], [1.0]), ("", False)]
)
def test_values_that_json_writes_differently_have_different_keys(
    one: object, other: object
) -> None:
    keys = [
        stage_key(Ingredients(component={}, parameters={"x": value}), {}, salt="").digest
        for value in (one, other)
    ]

    assert keys[0] != keys[1]


def test_salt_gives_every_stage_a_fresh_key() -> None:
    before, after = _digests(), _digests(salt="again")

    assert not set(before.values()) & set(after.values())


@pytest.mark.parametrize(
    ("parameter", "value", "kept"),
    [
        ("depth", 8, ["prepare", "teach"]),
        ("rate", 0.75, ["prepare"]),
        ("epochs", 4, ["prepare"]),
        ("rows", 11, []),
    ],
)
def test_a_value_changes_the_stages_from_its_owner_on(
    parameter: str, value: float, kept: list[str]
) -> None:
    before, after = _digests(), _digests(**{parameter: value})

    assert [name for name in before if before[name] == after[name]] == kept


@pytest.mark.parametrize(
    ("stage", "kept"), [("prepare", []), ("teach", ["prepare"]), ("distil", ["prepare", "teach"])]
)
def test_a_changed_component_changes_all_that_rests_on_it(stage: str, kept: list[str]) -> None:
    changed = ExamplePipeline().with_component(stage, code="return")
    before, after = _digests(), _digests(changed)

    assert [name for name in before if before[name] == after[name]] == kept


@given(rows=st.integers(1, 100), rate=st.floats(0, 1), depth=st.sampled_from([2, 4, 8]))
def test_equal_prefixes_have_equal_keys(rows: int, rate: float, depth: int) -> None:
    one = _digests(rows=rows, rate=rate, depth=depth)
    other = _digests(rows=rows, rate=rate, depth=16)

    assert one["teach"] == other["teach"]
    assert one["distil"] != other["distil"]


def test_ingredients_are_json_and_tell_what_the_key_is_of() -> None:
    key = example_keys()["teach"]

    assert key.ingredients["parameters"] == {"rate": 0.5, "epochs": 3}
    assert key.ingredients["upstream"]["from-prepare"] == {
        "key": example_keys()["prepare"].digest,
        "output": "data",
    }
    assert canonical_json(key.ingredients)


def test_text_with_a_lone_surrogate_has_a_key() -> None:
    key = stage_key(Ingredients(component={}, parameters={"x": "\ud800"}), {}, salt="")

    assert len(key.digest) == 64


def test_a_value_without_a_json_form_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="no JSON form"):
        stage_keys(ExamplePipeline(), {**ARGUMENTS, **CONFIGURATION, "rate": float("nan")})
