import pytest

from eeipu_kfp.core.pipeline import ParameterType, PipelineInput
from eeipu_kfp.core.space import Categorical, Float, Int
from eeipu_kfp.experiment.domains import domain_of
from eeipu_kfp.experiment.models import SearchSpace
from eeipu_kfp.experiment.problems import Problems

RANGE = {"uniform": {"min": 1, "max": 3}}


def domain(fields, type_):
    problems = Problems()
    tuned = PipelineInput(name="x", type=type_)
    found = domain_of(SearchSpace.model_validate(fields), tuned, path="here", problems=problems)
    problems.raise_any("the test")
    return found


@pytest.mark.parametrize(
    ("fields", "type_", "expected"),
    [
        (RANGE, ParameterType.INTEGER, Int(1, 3)),
        (RANGE, ParameterType.DOUBLE, Float(1.0, 3.0)),
        ({"uniform": {"min": 1, "max": 3, "step": 2}}, ParameterType.INTEGER, Int(1, 3, step=2)),
        (
            {"uniform": {"min": "0.1", "max": "0.9", "step": "0.1"}},
            ParameterType.DOUBLE,
            Float(0.1, 0.9, step=0.1),
        ),
        ({"logUniform": {"min": 1, "max": "1e3"}}, ParameterType.INTEGER, Int(1, 1000, log=True)),
        ({"logUniform": {"min": 1, "max": 8}}, ParameterType.DOUBLE, Float(1, 8, log=True)),
        ({"boolean": {}}, ParameterType.BOOLEAN, Categorical((False, True))),
        (
            {"categorical": {"choices": ["true"]}},
            ParameterType.BOOLEAN,
            Categorical((True,)),
        ),
        ({"categorical": {"choices": [1, "2"]}}, ParameterType.STRING, Categorical(("1", "2"))),
        ({"categorical": {"choices": [1, "2"]}}, ParameterType.INTEGER, Categorical((1, 2))),
        ({"categorical": {"choices": [1, "2"]}}, ParameterType.DOUBLE, Categorical((1.0, 2.0))),
        (
            {"categorical": {"choices": ['{"a": 1}']}},
            ParameterType.STRUCT,
            Categorical(({"a": 1},)),
        ),
    ],
    ids=str,
)
def test_the_input_decides_what_the_values_are(fields, type_, expected):
    found = domain(fields, type_)

    assert repr(found) == repr(expected)


def test_a_problem_leaves_no_domain_and_is_noted_with_its_place():
    problems = Problems()
    space = SearchSpace.model_validate({"categorical": {"choices": ["1", "x", "y"]}})
    tuned = PipelineInput(name="x", type=ParameterType.INTEGER)

    assert domain_of(space, tuned, path="here", problems=problems) is None
    with pytest.raises(Exception, match=r"2 problems.*\n.*here.categorical.choices\[1\]"):
        problems.raise_any("the test")
