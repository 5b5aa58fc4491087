"""Strategies for pipelines of every shape, and for subsets of their stages."""

from __future__ import annotations

from hypothesis import strategies as st

from eeipu_kfp.core.pipeline import ParameterType, Pipeline, PipelineInput, Stage


def chain(length: int) -> Pipeline:
    """A chain whose k-th stage reads `x<k>` and the data."""
    stages = tuple(
        Stage(
            name=f"s{k}",
            reads=(f"x{k}", "data") if k == 1 else (f"x{k}",),
            upstream=(f"s{k - 1}",) if k > 1 else (),
        )
        for k in range(1, length + 1)
    )
    names = [f"x{k}" for k in range(1, length + 1)]
    inputs = tuple(PipelineInput(name=n, type=ParameterType.DOUBLE, default=0.5) for n in names)
    data = PipelineInput(name="data", type=ParameterType.STRING, default="d.csv")
    return Pipeline(name="chain", stages=stages, inputs=(*inputs, data))


@st.composite
def pipelines(draw: st.DrawFn, max_stages: int = 6) -> Pipeline:
    """Any pipeline: each stage follows any of the earlier ones and reads any of three inputs."""
    count = draw(st.integers(1, max_stages))
    names = [f"s{k}" for k in range(count)]
    reads = st.lists(st.sampled_from(["a", "b", "c"]), unique=True)
    stages = tuple(
        Stage(
            name=name,
            reads=tuple(draw(reads)),
            upstream=tuple(n for n in names[:k] if draw(st.booleans())),
        )
        for k, name in enumerate(names)
    )
    inputs = tuple(PipelineInput(name=n, type=ParameterType.INTEGER) for n in "abc")
    return Pipeline(name="any", stages=stages, inputs=inputs)


@st.composite
def pipelines_and_cached(draw: st.DrawFn) -> tuple[Pipeline, frozenset[str]]:
    """A pipeline and any set of its stages, closed or not."""
    pipeline = draw(pipelines())
    return pipeline, draw(st.frozensets(st.sampled_from(pipeline.names)))
