import pytest

from eeipu_kfp.cli import wording


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (4.21, "4.2 s"),
        (119.9, "119.9 s"),
        (200.0, "3 min 20 s"),
        (7199.0, "119 min 59 s"),
        (7500.0, "2 h 05 min"),
    ],
)
def test_durations_are_read_at_a_glance(seconds, text):
    assert wording.duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 * 2**30, "5 GiB"), (2**42, "4 TiB")],
)
def test_sizes_have_binary_units(count, text):
    assert wording.size(count) == text


@pytest.mark.parametrize(
    ("found", "text"),
    [(0.1234567, "0.123457"), (3, "3"), (True, "true"), ("a b", "a b"), ([1, "x"], '[1,"x"]')],
)
def test_values_are_written_as_the_document_writes_them(found, text):
    assert wording.value(found) == text


def test_a_configuration_stands_on_one_line():
    assert wording.configuration({"a": 1, "b": "x"}) == "a=1, b=x"
