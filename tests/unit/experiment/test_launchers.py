import pytest

from eeipu_kfp.experiment.launchers import EXPIRES, WHEN_GONE, Promise, WhenGone, read_promise


@pytest.mark.parametrize("when_gone", WhenGone)
def test_a_promise_is_read_as_it_was_given(when_gone):
    promise = Promise(until=1_800_000_000.0, when_gone=when_gone)

    assert read_promise(promise.annotations) == promise


@pytest.mark.parametrize(
    "annotations",
    [
        {},
        {WHEN_GONE: "Suspend"},
        {EXPIRES: "soon"},
        {EXPIRES: "2027-01-15T08:00:00Z", WHEN_GONE: "Explode"},
    ],
    ids=["none", "no time", "not a time", "no such end"],
)
def test_where_nothing_was_promised_that_can_be_read_nobody_waits(annotations):
    assert read_promise(annotations) is None


def test_an_experiment_is_only_held_back_where_nothing_else_was_asked_for():
    found = read_promise({EXPIRES: "2027-01-15T08:00:00Z"})

    assert found is not None
    assert found.when_gone is WhenGone.SUSPEND
