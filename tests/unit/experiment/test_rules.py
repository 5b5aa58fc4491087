"""The mistakes that the API server refuses are refused without one as well.

`tests/cluster/test_crd.py` tries the same tables on a real API server.
"""

import pytest

from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.conversion import resolve
from eeipu_kfp.experiment.documents import check_document
from eeipu_kfp.experiment.models import Budget, Cache, Money, OneOf, Spec
from eeipu_kfp.experiment.rules import RULES, form
from tests.cluster.documents.refused import REFUSED, REFUSED_ON_A_CLUSTER
from tests.cluster.documents.sound import EVERYTHING, SOUND
from tests.cluster.documents.updates import ALLOWED, FORBIDDEN, FORBIDDEN_OF_MONEY
from tests.unit.experiment.samples import PIPELINE, edited

OF_OTHER_PIPELINES = {"Stacking", "required fields alone"}
ALL = [rule for rules in RULES.values() for rule in rules]


@pytest.mark.parametrize(("place", "value", "message"), REFUSED.values(), ids=REFUSED)
def test_a_mistake_is_refused_on_a_laptop_too(place, value, message):
    with pytest.raises(SpecError) as caught:
        resolve(check_document(edited((place, value), of=EVERYTHING)), PIPELINE)

    assert caught.value.hint or "\n- " in str(caught.value)


@pytest.mark.parametrize("name", [name for name in SOUND if name not in OF_OTHER_PIPELINES])
def test_a_sound_experiment_is_taken_on_a_laptop_too(name):
    assert resolve(check_document(SOUND[name]), PIPELINE).name == "demo"


@pytest.mark.parametrize(
    ("place", "value", "message"), REFUSED_ON_A_CLUSTER.values(), ids=REFUSED_ON_A_CLUSTER
)
def test_what_only_a_laptop_has_is_taken_there(place, value, message):
    assert resolve(check_document(edited((place, value), of=EVERYTHING)), PIPELINE)


@pytest.mark.parametrize("kind", [Spec, Budget, Money, Cache])
def test_every_field_has_a_rule_for_updates_or_a_case_that_it_may_change(kind):
    about = {rule.field for rule in RULES[kind] if "oldSelf" in rule.condition}
    free = {place.split("/")[-1] for place, _ in ALLOWED.values()}
    inside = {"budget", "cache", "money", "store"}

    assert {field.alias for field in kind.model_fields.values()} <= about | free | inside


@pytest.mark.parametrize("kind", [kind for kind in OneOf.__subclasses__() if kind in RULES])
def test_a_choice_of_fields_has_its_rule(kind):
    assert any(rule.message.startswith("write exactly one of") for rule in RULES[kind])


def test_a_rule_about_an_update_is_tried_by_an_update():
    tried = " ".join(message for _, _, message in (FORBIDDEN | FORBIDDEN_OF_MONEY).values())

    assert all(rule.field in tried for rule in ALL if rule.field and "oldSelf" in rule.condition)


def test_every_message_says_what_to_do():
    verbs = (
        "write",
        "swap",
        "raise",
        "remove",
        "lower",
        "change",
        "leave",
        "shorten",
        "run",
        "take",
    )

    assert all(any(verb in rule.message for verb in verbs) for rule in ALL)


def test_a_form_is_told_in_words():
    rule = form(r"^[A-Z]\.$", "a capital and a dot")

    assert rule.document() == {
        "rule": r"self.matches(r'^[A-Z]\.$')",
        "message": "write a capital and a dot",
    }
