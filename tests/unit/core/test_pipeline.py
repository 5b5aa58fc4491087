import pytest
from hypothesis import given

from eeipu_kfp.core.pipeline import ParameterType, Pipeline, PipelineInput, Stage
from eeipu_kfp.errors import InvalidValueError
from tests.unit.core.shapes import chain, pipelines, pipelines_and_cached

DIAMOND = Pipeline(
    name="diamond",
    stages=(
        Stage(name="prepare", reads=("data",)),
        Stage(name="left", reads=("l", "data"), upstream=("prepare",)),
        Stage(name="right", reads=("r",), upstream=("prepare",)),
        Stage(name="merge", reads=("m", "l"), upstream=("left", "right")),
    ),
    inputs=(PipelineInput(name="l", type=ParameterType.DOUBLE),),
)


def closed(pipeline, stages):
    return all(set(pipeline.stage(name).upstream) <= set(stages) for name in stages)


def test_a_stage_that_stands_twice_is_refused():
    with pytest.raises(InvalidValueError, match="`a` stands twice in pipeline `p`"):
        Pipeline(name="p", stages=(Stage(name="a"), Stage(name="a")))


@pytest.mark.parametrize("upstream", ["b", "a", "nowhere"], ids=["later", "itself", "unknown"])
def test_a_stage_that_follows_none_before_it_is_refused(upstream):
    with pytest.raises(InvalidValueError, match=f"`a` follows `{upstream}`"):
        Pipeline(name="p", stages=(Stage(name="a", upstream=(upstream,)), Stage(name="b")))


def test_stages_and_inputs_are_found_by_name():
    assert DIAMOND.names == ("prepare", "left", "right", "merge")
    assert DIAMOND.stage("left").reads == ("l", "data")
    assert DIAMOND.input("l") == PipelineInput(name="l", type=ParameterType.DOUBLE)
    assert DIAMOND.input("unknown") is None
    with pytest.raises(KeyError):
        DIAMOND.stage("unknown")


def test_the_first_reader_owns_a_parameter():
    assert DIAMOND.owner("data") == "prepare"
    assert DIAMOND.owner("l") == "left"
    assert DIAMOND.owner("unread") is None


def test_ancestors_and_descendants_pass_through_both_branches():
    assert DIAMOND.ancestors("merge") == ("prepare", "left", "right")
    assert DIAMOND.ancestors("prepare") == ()
    assert DIAMOND.descendants("prepare") == ("left", "right", "merge")
    assert DIAMOND.descendants("merge") == ()


def test_a_stage_is_determined_by_what_it_and_its_ancestors_read():
    assert DIAMOND.determinants("right") == ("data", "r")
    assert DIAMOND.determinants("merge") == ("data", "l", "r", "m")


@given(pipelines())
def test_a_stage_descends_from_its_ancestors(pipeline):
    for name in pipeline.names:
        assert all(name in pipeline.descendants(above) for above in pipeline.ancestors(name))
        assert all(name in pipeline.ancestors(below) for below in pipeline.descendants(name))


@given(pipelines())
def test_a_stage_and_its_ancestors_are_a_prefix(pipeline):
    for name in pipeline.names:
        assert closed(pipeline, (*pipeline.ancestors(name), name))


@pytest.mark.parametrize("length", [1, 2, 3, 5])
def test_a_chain_has_its_proper_prefixes(length):
    names = chain(length).names

    assert chain(length).prefixes() == tuple(names[:k] for k in range(1, length))


def test_a_diamond_starts_from_either_branch():
    assert set(DIAMOND.prefixes()) == {
        ("prepare",),
        ("prepare", "left"),
        ("prepare", "right"),
        ("prepare", "left", "right"),
    }


@given(pipelines())
def test_prefixes_are_proper_distinct_and_closed_upstream(pipeline):
    prefixes = pipeline.prefixes()

    assert len(set(prefixes)) == len(prefixes)
    for prefix in prefixes:
        assert 0 < len(prefix) < len(pipeline.names)
        assert closed(pipeline, prefix)


@given(pipelines())
def test_prefixes_come_shortest_first_with_stages_in_order(pipeline):
    prefixes = pipeline.prefixes()

    assert list(prefixes) == sorted(prefixes, key=len)
    assert all(p == tuple(n for n in pipeline.names if n in p) for p in prefixes)


@given(pipelines())
def test_nothing_cached_runs_everything(pipeline):
    assert pipeline.to_run(()) == pipeline.names


@given(pipelines())
def test_everything_cached_runs_nothing(pipeline):
    assert pipeline.to_run(pipeline.names) == ()


@given(pipelines_and_cached())
def test_what_runs_finds_all_it_consumes(case):
    pipeline, cached = case
    to_run = pipeline.to_run(cached)

    for name in to_run:
        assert set(pipeline.stage(name).upstream) <= {*to_run, *cached}


@given(pipelines_and_cached())
def test_only_stages_that_are_not_cached_run_in_order(case):
    pipeline, cached = case
    to_run = pipeline.to_run(cached)

    assert cached.isdisjoint(to_run)
    assert to_run == tuple(name for name in pipeline.names if name in to_run)


@given(pipelines_and_cached())
def test_every_last_stage_that_is_not_cached_runs(case):
    pipeline, cached = case
    last = {name for name in pipeline.names if not pipeline.descendants(name)}

    assert last - cached <= set(pipeline.to_run(cached))


@given(pipelines_and_cached())
def test_nothing_runs_for_nobody(case):
    pipeline, cached = case
    to_run = pipeline.to_run(cached)

    for name in to_run:
        consumers = {s.name for s in pipeline.stages if name in s.upstream}
        assert not consumers or consumers & set(to_run)


def test_a_stage_whose_consumers_are_all_cached_is_left_out():
    assert DIAMOND.to_run({"left", "right"}) == ("merge",)
    assert DIAMOND.to_run({"left"}) == ("prepare", "right", "merge")
    assert DIAMOND.to_run({"merge"}) == ()
