import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.core.budget import Budget, Counted
from eeipu_kfp.core.experiment import Algorithm, CachePolicy
from eeipu_kfp.core.objective import Direction, Objective
from eeipu_kfp.core.space import Categorical, Float, Int, Space
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.export.document import SCHEMA, document_of, read_document
from tests.unit.export.conftest import of_case

finite = st.floats(allow_nan=False, allow_infinity=False, width=32)


def through_json(contents):
    return read_document(json.loads(json.dumps(document_of(contents))))


def test_a_document_has_everything_in_it(contents):
    document = document_of(contents)

    assert document["experiment"]["name"] == "stacking-auroc"
    assert document["best"] == contents.best.number
    assert document["stop"] == {"reason": "BudgetExhausted", "message": "132 s are spent"}
    assert len(document["trials"]) == 61
    assert document["parameters"][2]["name"] == "trees"
    assert document["parameters"][2]["stage"] == "base-learners"
    assert document["parameters"][2]["type"] == "Int"


def test_an_experiment_survives_the_way_there_and_back(contents):
    assert through_json(contents) == contents


@given(
    direction=st.sampled_from(Direction),
    goal=st.none() | finite,
    counts=st.sampled_from(Counted),
    price=st.none() | st.floats(0.01, 100.0),
    seed=st.integers(0, 2**31),
    limit=st.none() | st.integers(1, 10**12),
)
def test_what_was_asked_for_survives_whatever_it_was(
    *, direction, goal, counts, price, seed, limit
):
    contents = of_case(trials=2)
    prices = {} if price is None else dict.fromkeys(contents.stages, price)
    domains = (Float(0.5, 2.0, log=True), Int(1, 9, step=2), Categorical((1, "x")))
    space = Space(dict(zip("abc", domains, strict=True)))
    asked = replace(
        contents.experiment,
        space=space,
        objective=Objective(metric="meta-learner.auroc", direction=direction, goal=goal),
        budget=Budget(amount=10.0, counts=counts, prices=prices, currency="EUR"),
        algorithm=Algorithm(name="random", seed=seed, warm_up_trials=limit),
        cache=CachePolicy(salt="s", size_limit_bytes=limit),
        arguments={"data": ["x", 1, None]},
    )
    contents = replace(contents, experiment=asked, owners=dict.fromkeys(space))

    assert through_json(contents) == contents


def test_a_document_of_a_newer_version_is_refused(contents):
    document = {**document_of(contents), "schema": SCHEMA + 1}

    with pytest.raises(InvalidValueError, match="at most 1 can be read; use the version"):
        read_document(document)


@pytest.mark.parametrize("document", [{}, {"schema": 1}, {"schema": "new"}])
def test_anything_else_is_no_export(document):
    with pytest.raises(InvalidValueError, match="no export of an experiment"):
        read_document(document)
