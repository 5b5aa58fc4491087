import pytest

from eeipu_kfp import errors


def test_an_error_without_a_hint_is_its_message():
    assert str(errors.EeipuError("it broke")) == "it broke"


def test_an_error_with_a_hint_says_what_to_do():
    error = errors.EeipuError("it broke", hint="mend it")

    assert str(error) == "it broke; mend it"
    assert (error.message, error.hint) == ("it broke", "mend it")


def test_a_spec_error_begins_with_its_path():
    error = errors.SpecError("missing", path="spec.budget", hint="add it")

    assert str(error) == "`spec.budget`: missing; add it"
    assert error.path == "spec.budget"


def test_a_spec_error_without_a_path_is_its_message():
    assert str(errors.SpecError("empty")) == "empty"


@pytest.mark.parametrize(
    ("kind", "retryable"),
    [
        (errors.InvalidValueError, False),
        (errors.SpecError, False),
        (errors.PipelineError, False),
        (errors.StoreError, True),
        (errors.MissingObjectError, False),
        (errors.LedgerError, False),
        (errors.BusyError, False),
        (errors.RunnerError, False),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_only_an_unreachable_store_is_worth_a_retry(kind, retryable):
    error = kind("it broke")

    assert isinstance(error, errors.EeipuError)
    assert error.retryable is retryable
