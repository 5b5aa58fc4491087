from eeipu_kfp.cli.complaints import complain
from eeipu_kfp.errors import InvalidValueError


def test_an_error_is_shown_with_what_to_do(capsys):
    complain(InvalidValueError("min 3 must be below max 1", hint="swap them"))

    printed = capsys.readouterr()
    assert printed.err == "error: min 3 must be below max 1\nhint: swap them\n"
    assert printed.out == ""


def test_an_error_without_a_remedy_promises_none(capsys):
    complain(InvalidValueError("min 3 must be below max 1"))

    assert "hint" not in capsys.readouterr().err
