import pytest

from eeipu_kfp.core.suggestion import Stop, StopReason
from eeipu_kfp.ui.snapshot import Kind, ended


@pytest.mark.parametrize("reason", StopReason, ids=str)
def test_an_end_has_words_of_its_own_and_tells_failure_from_success(reason):
    standing = ended(Stop(reason=reason, message="because"))

    is_failure = reason is StopReason.TOO_MANY_FAILED_TRIALS
    assert standing.kind is (Kind.FAILED if is_failure else Kind.ENDED)
    assert standing.words
    assert standing.message == "because"
