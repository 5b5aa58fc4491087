import json

import pytest

from eeipu_kfp.cluster.refusals import (
    ClusterError,
    ForbiddenError,
    MissingError,
    UnavailableError,
    refusal,
)
from tests.unit.cluster.fake_cluster import forbidden


def refused(status, message="no", **more):
    return refusal(status, json.dumps({"kind": "Status", "message": message, **more}))


@pytest.mark.parametrize(
    ("message", "said", "role"),
    [
        (
            forbidden("get", "tuningexperiments", "eeipu.dev", 'in the namespace "team"'),
            "`ann` may not get tuningexperiments.eeipu.dev in namespace `team`",
            "eeipu-kfp-view",
        ),
        (
            forbidden("patch", "tuningexperiments", "eeipu.dev", 'in the namespace "team"'),
            "`ann` may not patch tuningexperiments.eeipu.dev in namespace `team`",
            "eeipu-kfp-edit",
        ),
        (forbidden(), "`ann` may not list services in all namespaces", "eeipu-kfp-view"),
    ],
    ids=["read", "write", "everywhere"],
)
def test_what_is_forbidden_is_said_with_the_role_to_ask_for(message, said, role):
    error = refused(403, message)

    assert isinstance(error, ForbiddenError)
    assert error.message == said
    assert f"`{role}`" in error.hint


def test_every_cause_of_a_refusal_stands_on_a_line_of_its_own():
    causes = [
        {"field": "spec", "message": 'Invalid value: "object": raise the budget only'},
        {"field": "spec.budget", "message": "Required value"},
        {"field": "spec.budget", "message": "Required value"},
        {"field": "<nil>", "message": "some validation rules were not checked"},
    ]

    error = refused(422, details={"causes": causes})

    assert error.message.splitlines()[1:] == [
        "- `spec`: raise the budget only",
        "- `spec.budget`: Required value",
    ]


def test_one_cause_stands_beside_the_words():
    error = refused(422, details={"causes": [{"field": "spec", "message": "too long"}]})

    assert error.message == "the cluster refuses the experiment: `spec`: too long"


def test_a_refusal_without_causes_is_said_as_it_came():
    assert refused(422, "the name is too long").message.endswith("the name is too long")


def test_fields_of_another_tool_can_be_taken_over():
    causes = [{"field": ".spec.maxTrials", "message": 'conflict with "kubectl"'}]

    error = refused(409, details={"causes": causes})

    assert "`.spec.maxTrials`" in error.message
    assert "--force" in error.hint


def test_another_conflict_is_said_as_it_came():
    assert "object has been modified" in refused(409, "object has been modified").message


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (401, "", ClusterError, "credentials"),
        (403, "no way", ForbiddenError, "no way"),
        (404, '{"message": "no trial 9", "hint": "look"}', MissingError, "no trial 9; look"),
        (
            409,
            '{"message": "trials of another", "hint": "rename"}',
            ClusterError,
            "another; rename",
        ),
        (503, '{"message": "no endpoints available"}', ClusterError, "does not run"),
        (502, "", ClusterError, "Bad Gateway"),
        (500, "[1]", ClusterError, "[1]"),
    ],
)
def test_any_other_refusal_keeps_its_words(status, body, kind, said):
    error = refusal(status, body)

    assert isinstance(error, kind)
    assert said in str(error)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_cluster_in_trouble_may_answer_later(status):
    assert isinstance(refused(status), UnavailableError)
    assert refused(status).retryable
    assert isinstance(refused(status, hint="look"), UnavailableError)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_a_refusal_stays_one(status):
    assert not refused(status).retryable
