"""What a real API server makes of the resource definition."""

import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eeipu_kfp.core.trial import TrialState
from eeipu_kfp.experiment.documents import check_document
from eeipu_kfp.experiment.resources import from_resource, status_document
from eeipu_kfp.experiment.status import (
    BestTrial,
    BudgetState,
    CacheState,
    Condition,
    ParameterValue,
    RecentTrial,
    Status,
    TrialCounts,
)
from tests.cluster.documents.refused import REFUSED, REFUSED_ON_A_CLUSTER
from tests.cluster.documents.sound import EVERYTHING, MONEY, SOUND
from tests.cluster.documents.updates import ALLOWED, FORBIDDEN, FORBIDDEN_OF_MONEY
from tests.unit.experiment.samples import MISSING, edited

pytestmark = pytest.mark.cluster

DEFINITION = Path(__file__).parents[2] / "manifests/crd/tuningexperiments.yaml"
MONEYED = edited(("spec/budget", {"money": MONEY}), of=EVERYTHING)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
FULL = Status(
    conditions=tuple(
        Condition(type=kind, status=status, last_transition_time=NOON, reason=why, message="")
        for kind, status, why in (("Complete", "False", "Running"), ("Ready", "True", "Tuning"))
    ),
    observed_generation=1,
    start_time=NOON,
    completion_time=NOON,
    trials=TrialCounts(total=7, running=2, succeeded=4, failed=1),
    best_trial=BestTrial(
        number=3, objective=0.912, parameters=(ParameterValue(name="rate", value="0.1"),), run="r"
    ),
    budget=BudgetState(total=600, spent=123.5, remaining=476.5),
    cache=CacheState(stage_runs=9, hits=12, saved_seconds=88.25, entries=9, size_bytes=2**40),
    recent_trials=(
        RecentTrial(number=7, state=TrialState.RUNNING, spent_seconds=0, saved_seconds=1.5),
    ),
)


@pytest.fixture(scope="module")
def api(kubectl):
    """`kubectl` on a cluster that knows the definition."""
    kubectl("apply", "-f", str(DEFINITION))
    kubectl("wait", "--for=condition=Established", "--timeout=300s", "-f", str(DEFINITION))
    _wait_until_served(kubectl)
    return kubectl


def _wait_until_served(kubectl):
    """Wait until the API server has the schema of the file, which it takes up a little later."""
    wanted = kubectl("get", "-f", str(DEFINITION), "-o", "jsonpath={.spec.versions[0].schema}")
    schema = json.loads(wanted)["openAPIV3Schema"]["properties"]["spec"]
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        served = json.loads(kubectl("get", "--raw", "/openapi/v3/apis/eeipu.dev/v1alpha1"))
        known = served["components"]["schemas"]["dev.eeipu.v1alpha1.TuningExperiment"]
        if known["properties"]["spec"]["properties"].keys() == schema["properties"].keys():
            return
        time.sleep(0.2)
    pytest.fail("the API server does not serve the definition")


def tried(api, document):
    """What the API server would make of a new experiment."""
    made = api("create", "--dry-run=server", "-o", "json", "-f", "-", stdin=json.dumps(document))
    return json.loads(made)


def told(message):
    """A pattern for what the API server says, where `*` stands for anything."""
    return re.escape(message).replace(r"\*", ".*")


def applied(api, document, *options):
    return api("apply", *options, "-f", "-", stdin=json.dumps(document))


def patch_status(api, namespace, status):
    patch = json.dumps({"status": status_document(status)})
    options = ("-n", namespace, "--subresource=status", "--type=merge")
    api("patch", "tune", "demo", *options, "-p", patch)


def read_status(api, namespace):
    found = json.loads(api("get", "tune", "demo", "-n", namespace, "-o", "json"))
    return Status.model_validate(found["status"])


@pytest.mark.parametrize("name", SOUND, ids=SOUND)
def test_a_sound_experiment_is_taken_and_means_the_same_as_on_a_laptop(api, name):
    made = tried(api, SOUND[name])

    assert from_resource(made).spec == check_document(SOUND[name]).spec


def test_the_api_server_fills_in_the_defaults_of_the_models(api):
    document = edited(("spec/parameters/1", MISSING), of=SOUND["required fields alone"])

    made = tried(api, document)

    checked = check_document(document).spec
    assert made["spec"] == checked.model_dump(mode="json", by_alias=True, exclude_none=True)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [*REFUSED.values(), *REFUSED_ON_A_CLUSTER.values()],
    ids=[*REFUSED, *REFUSED_ON_A_CLUSTER],
)
def test_a_mistake_is_refused_with_its_message(api, place, value, message):
    with pytest.raises(api.Error, match=told(message)):
        tried(api, edited((place, value), of=EVERYTHING))


@pytest.mark.parametrize(("place", "value"), ALLOWED.values(), ids=ALLOWED)
def test_what_decides_no_outcome_may_change(api, namespace, place, value):
    applied(api, EVERYTHING, "-n", namespace)

    after = applied(api, edited((place, value), of=EVERYTHING), "-n", namespace)

    assert "configured" in after


@pytest.mark.parametrize(("place", "value", "message"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_what_decides_outcomes_is_fixed_and_limits_only_rise(api, namespace, place, value, message):
    applied(api, EVERYTHING, "-n", namespace)

    with pytest.raises(api.Error, match=told(message)):
        applied(api, edited((place, value), of=EVERYTHING), "-n", namespace)


@pytest.mark.parametrize(
    ("place", "value", "message"), FORBIDDEN_OF_MONEY.values(), ids=FORBIDDEN_OF_MONEY
)
def test_prices_are_fixed_and_an_amount_only_rises(api, namespace, place, value, message):
    applied(api, MONEYED, "-n", namespace)

    with pytest.raises(api.Error, match=told(message)):
        applied(api, edited((place, value), of=MONEYED), "-n", namespace)


def test_a_budget_in_money_may_rise(api, namespace):
    applied(api, MONEYED, "-n", namespace)

    raised = edited(("spec/budget/money/amount", "12.6"), of=MONEYED)

    assert "configured" in applied(api, raised, "-n", namespace)


def test_a_list_shows_how_each_experiment_stands(api, namespace):
    applied(api, EVERYTHING, "-n", namespace)
    patch_status(api, namespace, FULL)

    heads, row = api("get", "tune", "-n", namespace).splitlines()
    wide_heads, wide_row = api("get", "kubeflow", "-n", namespace, "-o", "wide").splitlines()

    assert heads.split() == [
        *("NAME", "READY", "COMPLETE", "TRIALS", "BEST", "SPENT", "SAVED", "AGE"),
    ]
    assert row.split()[:-1] == ["demo", "True", "False", "7", "0.912", "123.5", "88.25"]
    assert wide_heads.split()[-3:] == ["REASON", "RUNNING", "FAILED"]
    assert wide_row.split()[-3:] == ["Tuning", "2", "1"]


def test_a_status_survives_and_a_field_that_is_unset_goes_away(api, namespace):
    applied(api, EVERYTHING, "-n", namespace)
    patch_status(api, namespace, FULL)

    first = read_status(api, namespace)
    patch_status(api, namespace, FULL.model_copy(update={"completion_time": None}))
    second = read_status(api, namespace)

    assert first == FULL
    assert second.completion_time is None


def test_a_status_changes_nothing_that_was_asked_for(api, namespace):
    applied(api, EVERYTHING, "-n", namespace)
    before = json.loads(api("get", "tune", "demo", "-n", namespace, "-o", "json"))

    patch_status(api, namespace, FULL)

    after = json.loads(api("get", "tune", "demo", "-n", namespace, "-o", "json"))
    assert (after["spec"], after["metadata"]["generation"]) == (before["spec"], 1)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("tune.spec.budget", "what the experiment may spend"),
        ("tune.spec.parameters.searchSpace.logUniform", "orders of magnitude"),
        ("tune.status.bestTrial", "best objective"),
    ],
)
def test_kubectl_explains_the_fields(api, field, words):
    assert words in " ".join(api("explain", field).split())


def test_the_largest_experiment_is_checked_within_the_cost_limits_of_the_api_server(api, namespace):
    ranges = {"uniform": {"min": "0.1", "max": "0.9", "step": "0.1"}}
    choices = {"categorical": {"choices": [f"choice {number}" for number in range(100)]}}
    parameters = [
        {"name": f"{number:0>250}", "searchSpace": choices if number % 2 else ranges}
        for number in range(100)
    ]
    arguments = [{"name": f"{number:0>250}", "value": "v"} for number in range(100, 300)]
    largest = edited(
        ("spec/pipeline/inline", "x" * 900_000),
        ("spec/parameters", parameters),
        ("spec/arguments", arguments),
        of=EVERYTHING,
    )

    applied(api, largest, "--server-side", "-n", namespace)
    raised = edited(("spec/budget/seconds", 601), of=largest)

    assert "serverside-applied" in applied(api, raised, "--server-side", "-n", namespace)
