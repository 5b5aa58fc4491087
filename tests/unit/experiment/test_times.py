import pytest

from eeipu_kfp.experiment.times import format_time, parse_time


def test_times_are_read_as_they_are_written():
    assert parse_time(format_time(1234567890.9)) == 1234567890.0


def test_what_is_no_time_is_refused():
    with pytest.raises(ValueError, match="tomorrow"):
        parse_time("tomorrow")
