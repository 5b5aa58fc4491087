import pytest

from eeipu_kfp.search.seeds import generator


def test_the_same_seed_and_turn_give_the_same_numbers():
    assert generator(3, 1).random() == generator(3, 1).random()


@pytest.mark.parametrize(("seed", "turn"), [(4, 1), (3, 2), (-3, 1)], ids=str)
def test_another_seed_or_turn_gives_others(seed, turn):
    assert generator(seed, turn).random() != generator(3, 1).random()
