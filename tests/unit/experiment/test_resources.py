from copy import deepcopy
from types import MappingProxyType

import pytest

from eeipu_kfp.errors import SpecError
from eeipu_kfp.experiment.documents import check_document
from eeipu_kfp.experiment.resources import from_resource, status_document
from eeipu_kfp.experiment.status import Status, TrialCounts
from tests.unit.experiment.samples import DOCUMENT, MISSING, edited

SERVED = edited(
    (
        "metadata",
        {
            **DOCUMENT["metadata"],
            "uid": "e7d178f0",
            "generation": 3,
            "resourceVersion": "771",
            "creationTimestamp": "2026-03-04T12:00:00Z",
            "managedFields": [{"manager": "kubectl"}],
            "finalizers": ["eeipu.dev/finalizer"],
        },
    ),
    ("status", {"trials": {"total": 3}}),
)


def test_a_resource_is_the_experiment_that_was_asked_for():
    assert from_resource(SERVED) == check_document(DOCUMENT)


def test_a_resource_may_be_a_view_and_is_left_as_it_is():
    before = deepcopy(SERVED)

    from_resource(MappingProxyType({**SERVED, "metadata": MappingProxyType(SERVED["metadata"])}))

    assert before == SERVED


def test_a_resource_that_is_no_sound_experiment_is_told_by_namespace_and_name():
    broken = edited(("spec/budget", MISSING), ("spec/objective", MISSING), of=SERVED)

    with pytest.raises(SpecError, match="2 problems in experiment ml/demo"):
        from_resource(broken)


def test_a_status_says_null_for_what_is_unset():
    document = status_document(Status(trials=TrialCounts(total=2, running=2)))

    assert document["trials"]["running"] == 2
    assert document["completionTime"] is None
    assert document["conditions"] == []
