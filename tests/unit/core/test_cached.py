from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.core.cached import CachedStages
from eeipu_kfp.core.values import Configuration, canonical_json
from tests.unit.core.shapes import chain, pipelines

TUNED = ("x1", "x2", "x3")


def at(x1, x2, x3):
    return Configuration({"x1": x1, "x2": x2, "x3": x3})


def test_an_empty_cache_holds_nothing():
    cached = CachedStages(chain(3), TUNED)

    assert not cached.holds("s1", at(1, 2, 3))
    assert cached.to_run(at(1, 2, 3)) == ("s1", "s2", "s3")


def test_a_stage_is_held_for_every_configuration_with_its_prefix():
    cached = CachedStages(chain(3), TUNED, [("s2", at(1, 2, 3))])

    assert cached.holds("s2", at(1, 2, 9))
    assert not cached.holds("s2", at(1, 9, 3))
    assert not cached.holds("s2", at(9, 2, 3))
    assert not cached.holds("s1", at(1, 2, 3))


def test_only_the_part_that_decides_a_stage_is_needed():
    cached = CachedStages(chain(3), TUNED, [("s1", {"x1": 1})])

    assert cached.to_run(at(1, 5, 5)) == ("s2", "s3")


SCALARS = st.one_of(
    st.booleans(),
    st.integers(-2, 2),
    st.floats(-2, 2, width=16),
    st.sampled_from([0.0, -0.0, 1.0, "1", "1.0", "true", "[1]", "'1'"]),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=2))


@given(kept=VALUES, asked=VALUES)
def test_values_are_the_same_where_their_canonical_texts_are(kept, asked):
    cached = CachedStages(chain(3), TUNED, [("s1", {"x1": kept})])

    same = canonical_json(kept) == canonical_json(asked)

    assert cached.holds("s1", at(asked, 2, 3)) == same


def test_a_whole_and_a_real_one_are_two_prefixes():
    cached = CachedStages(chain(3), TUNED, [("s1", {"x1": 1})])

    assert not cached.holds("s1", at(1.0, 2, 3))


def test_one_more_stage_is_kept_beside_what_was():
    before = CachedStages(chain(3), TUNED, [("s1", {"x1": 1})])

    after = before.including("s2", at(1, 2, 3))

    assert after.to_run(at(1, 2, 9)) == ("s3",)
    assert after.holds("s1", at(1, 9, 9))
    assert before.to_run(at(1, 2, 9)) == ("s2", "s3")


def test_a_stage_is_counted_once_for_each_of_its_prefixes():
    cached = CachedStages(
        chain(3), TUNED, [("s1", at(1, 2, 3)), ("s1", at(1, 9, 9)), ("s1", at(2, 2, 3))]
    )

    assert cached.count("s1") == 2
    assert cached.count("s2") == 0


def test_fixed_inputs_decide_nothing():
    cached = CachedStages(chain(3), ("x3",), [("s2", {"x1": 5})])

    assert cached.determinants("s1") == ()
    assert cached.determinants("s3") == ("x3",)
    assert cached.to_run(Configuration({"x3": 1})) == ("s3",)


@given(pipelines(), st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 1)))
def test_a_configuration_that_has_run_runs_nothing_again(pipeline, values):
    configuration = Configuration(dict(zip("abc", values, strict=True)))
    cached = CachedStages(pipeline, "abc", [(name, configuration) for name in pipeline.names])

    assert cached.to_run(configuration) == ()


@given(pipelines(), st.sampled_from("abc"))
def test_a_change_runs_what_rests_on_it_and_nothing_else(pipeline, changed):
    before = Configuration({"a": 0, "b": 0, "c": 0})
    cached = CachedStages(pipeline, "abc", [(name, before) for name in pipeline.names])

    to_run = cached.to_run(before.updated({changed: 1}))

    assert set(to_run) == {n for n in pipeline.names if changed in pipeline.determinants(n)}
