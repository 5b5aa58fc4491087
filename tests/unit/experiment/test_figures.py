import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from eeipu_kfp.experiment import figures
from eeipu_kfp.experiment.fields import NUMBER

FIGURE = TypeAdapter(figures.Figure)
MOMENT = TypeAdapter(figures.Moment)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (600.0, "600"),
        (1e9, "1000000000"),
        (123.456, "123.456"),
        (1e-7, "1e-07"),
        (-2.5, "-2.5"),
    ],
)
def test_a_figure_is_written_as_people_write_it(number, text):
    assert FIGURE.dump_python(number) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_figure_is_written_as_a_number_that_fits_and_reads_back_to_nine_digits(number):
    text = FIGURE.dump_python(number)

    assert re.fullmatch(NUMBER, text)
    assert len(text) <= 32
    assert FIGURE.validate_python(text) == pytest.approx(number, rel=1e-8)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_figure_is_finite(number):
    with pytest.raises(ValidationError):
        FIGURE.validate_python(number)


def test_a_moment_is_written_to_the_second_in_universal_time():
    east = datetime(2026, 3, 4, 13, 0, 59, 999_999, tzinfo=timezone(timedelta(hours=1)))

    assert MOMENT.dump_python(east) == "2026-03-04T12:00:59Z"
    assert MOMENT.validate_python("2026-03-04T12:00:59Z") == datetime(
        2026, 3, 4, 12, 0, 59, tzinfo=UTC
    )


@pytest.mark.parametrize(("kind", "longest"), [(figures.Remark, 1024), (figures.Glimpse, 256)])
def test_words_that_are_too_long_are_cut(kind, longest):
    adapter = TypeAdapter(kind)

    assert adapter.validate_python("a" * longest) == "a" * longest
    assert adapter.validate_python("a" * (longest + 1)) == "a" * (longest - 3) + "..."
