import pytest

from eeipu_kfp.errors import InvalidValueError


def test_a_file_means_a_trial_on_this_machine(call, cluster):
    with pytest.raises(InvalidValueError, match="no trial yet"):
        call("logs", "experiment.yaml")

    assert cluster.asked == []


def test_any_other_word_means_one_on_the_cluster(call, cluster):
    with pytest.raises(Exception, match="does not know TuningExperiments"):
        call("logs", "experiment")

    assert cluster.asked
