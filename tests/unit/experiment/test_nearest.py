import pytest

from eeipu_kfp.experiment.nearest import advice


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("learning_rte", "learning_rate"), ("LearningRate", "learning_rate"), ("EPOCHS", "epochs")],
)
def test_a_misspelt_name_is_recognized(name, nearest):
    assert advice(name, ["epochs", "learning_rate"]) == f"did you mean `{nearest}`?"


def test_a_name_far_from_all_is_answered_with_all():
    assert advice("zzz", ["epochs", "rate"]) == "known are `epochs`, `rate`"


def test_a_long_list_is_cut():
    assert advice("zzz", [f"input{n}" for n in range(30)]).endswith("`input19`, ...")


def test_where_nothing_is_known_it_says_so():
    assert advice("zzz", []) == "there is none to name"
