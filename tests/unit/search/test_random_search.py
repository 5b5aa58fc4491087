from eeipu_kfp.core.suggestion import StopReason
from eeipu_kfp.search.random_search import RandomDesigner


def test_every_configuration_is_about_as_likely(discrete):
    drawn = [
        RandomDesigner().suggest(discrete.request(seed=seed)).configuration for seed in range(240)
    ]

    counts = [drawn.count(configuration) for configuration in set(drawn)]
    assert len(counts) == 12
    assert max(counts) < 45


def test_a_hit_by_accident_makes_the_rest_affordable(discrete):
    trials = discrete.sample(8)

    answer = RandomDesigner().suggest(discrete.request(trials, remaining=1.5))

    assert answer.to_run == ("second",)


def test_the_last_configuration_is_found(discrete):
    trials, answer = discrete.play("random")

    assert len(trials) == 12
    assert answer.reason is StopReason.SPACE_EXHAUSTED
