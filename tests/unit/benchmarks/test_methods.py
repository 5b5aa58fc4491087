import pytest

from benchmarks.designers import Unaware
from benchmarks.methods import CacheUse, Method, usual_methods
from eeipu_kfp.errors import InvalidValueError


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ei", "ei@none"),
        ("ei@passive", "ei@passive"),
        ("ei-pool", "ei-pool@pool"),
        ("eeipu", "eeipu@pool"),
        ("eeipu-published", "eeipu-published@pool"),
        ("eeipu@none", "eeipu@none"),
        ("optuna-tpe", "optuna-tpe@none"),
        ("eeipu+q=3", "eeipu@pool+q=3"),
        ("ei@passive+workers=4+hit=1", "ei@passive+hit=1+workers=4"),
    ],
)
def test_a_method_uses_the_cache_as_it_is_made_for_unless_told(text, name):
    assert Method.named(text).name == name


@pytest.mark.parametrize("use", CacheUse)
def test_only_with_the_pool_a_method_may_know_of_the_cache(use):
    made = Method(designer="random", cache=use).make()

    assert isinstance(made, Unaware) == (use is not CacheUse.POOL)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("clever", "`clever` is no method"),
        ("ei@some", "`some` of `ei@some` is no use"),
    ],
)
def test_what_is_unknown_is_refused_with_what_is_known(text, message):
    with pytest.raises(InvalidValueError, match=message) as caught:
        Method.named(text)

    assert "`pool`" in caught.value.hint or "`random`" in caught.value.hint


def test_usual_methods_are_named_once_each():
    names = [Method.named(text).name for text in usual_methods()]

    assert len(set(names)) == len(names)
    assert {"eeipu@pool", "eeipu@none", "ei@none", "ei@passive", "random@none"} <= {*names}


def test_a_setting_of_the_plan_makes_another_default():
    made = Method.named("eeipu+q=3+eta=1:0").make()

    assert (made.plan.lenders, made.plan.last_eta) == (3, 0.0)
    assert Method.named("eeipu").make().plan.lenders is None


def test_only_the_plan_of_the_default_can_be_set():
    with pytest.raises(InvalidValueError, match="`q=3` of `ei\\+q=3` can be set of `eeipu` alone"):
        Method.named("ei+q=3")
