import math

import pytest

from eeipu_kfp.core.values import finite
from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.problems import Problems, shown


def test_without_problems_nothing_is_raised():
    Problems().raise_any("x.yaml")


def test_one_problem_is_an_error_with_its_path():
    problems = Problems()
    problems.add("spec.budget", "missing", "add it")

    with pytest.raises(SpecError) as caught:
        problems.raise_any("x.yaml")

    assert (caught.value.path, caught.value.hint) == ("spec.budget", "add it")
    assert str(caught.value) == "`spec.budget`: missing; add it"


def test_several_problems_are_listed_below_a_heading():
    problems = Problems()
    problems.add("a", "wrong", "mend it")
    problems.add("b", "missing")

    with pytest.raises(SpecError) as caught:
        problems.raise_any("x.yaml")

    assert str(caught.value) == "2 problems in x.yaml\n- `a`: wrong; mend it\n- `b`: missing"


def test_an_attempt_returns_what_is_made():
    assert Problems().attempt("a", lambda: finite(1.0, "a")) == 1.0


def test_an_attempt_that_fails_is_noted():
    problems = Problems()

    assert problems.attempt("a", lambda: finite(math.nan, "goal")) is None
    with pytest.raises(SpecError, match="`a`: goal is nan"):
        problems.raise_any("x.yaml")


def test_a_value_is_shown_as_a_user_would_write_it():
    assert shown("a") == '"a"'
    assert shown(True) == "true"  # noqa: FBT003
    assert shown({"a": [1, 0.5]}) == '{"a": [1, 0.5]}'


def test_a_long_value_is_cut():
    assert shown("a" * 500) == '"' + "a" * 76 + "..."
