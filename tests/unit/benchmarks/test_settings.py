import pytest

from benchmarks.settings import Setting
from eeipu_kfp.errors import InvalidValueError


def test_without_a_setting_all_is_as_usual():
    assert Setting.read("") == Setting()


def test_several_settings_are_written_in_one_order():
    assert Setting.read("q=3+eta=1:0").text == Setting.read("eta=1:0+q=3").text == "eta=1:0+q=3"


def test_settings_of_the_plan_add_up():
    plan = Setting.read("q=all+eta=1:0.25+inputs=own").plan

    assert plan.lenders is None
    assert (plan.first_eta, plan.last_eta) == (1.0, 0.25)
    assert plan.own_inputs


def test_settings_of_the_world_leave_the_plan_alone():
    setting = Setting.read("hit=0.5+limit=20+evict=lru+workers=4")

    assert setting.plan is None
    assert (setting.hit_seconds, setting.limit_percent) == (0.5, 20.0)
    assert setting.least_recent_first
    assert setting.workers == 4


def test_a_search_without_a_limit_is_the_same_for_every_limit():
    limits = ("evict=lru+limit=5", "evict=worth+limit=20")
    unlimited = {Setting.read(f"{limit}+q=3").unlimited for limit in limits}

    assert unlimited == {Setting.read("q=3")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("speed=3", "`speed=3` is no setting"),
        ("q=none", "`none` is no value of setting `q`"),
        ("q=0", "`0` is no value of setting `q`"),
        ("eta=1", "`1` is no value of setting `eta`"),
        ("inputs=all", "`all` is no value of setting `inputs`"),
        ("hit=-1", "`-1` is no value of setting `hit`"),
        ("hit=nan", "`nan` is no value of setting `hit`"),
        ("workers=0", "`0` is no value of setting `workers`"),
    ],
)
def test_what_means_nothing_is_refused(text, message):
    with pytest.raises(InvalidValueError, match=message):
        Setting.read(text)
