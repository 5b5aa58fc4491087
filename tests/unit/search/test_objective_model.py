from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.core.trial import TrialState
from eeipu_kfp.search.encoding import Encoding
from eeipu_kfp.search.objective_model import additive_kernel, half_rank, model_objective
from eeipu_kfp.search.observations import Observations

VALUES = st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=30).map(np.array)


@given(y=VALUES)
def test_the_warp_keeps_the_order_and_the_upper_half(y):
    warped = half_rank(y)

    upper = y >= np.median(y)
    assert np.array_equal(warped[upper], y[upper])
    order = np.argsort(y, kind="stable")
    assert np.all(np.diff(warped[order]) >= -1e-12)
    assert np.isfinite(warped).all()


def test_the_warp_draws_a_diverged_value_in():
    y = np.array([-1e6, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6])

    assert half_rank(y).min() > -2.0


def test_the_kernel_has_a_part_for_everything_and_one_for_each_stage(wavy):
    kernel = additive_kernel(Encoding(wavy.space), wavy.pipeline)

    assert kernel.groups == ((0, 1, 2, 3, 4, 5), (0, 1), (2, 3), (4, 5))


def test_a_stage_that_reads_everything_or_nothing_adds_no_part(make_world):
    from eeipu_kfp.core.space import Float

    world = make_world({"a": Float(0.0, 1.0)}, (), ("a",))

    assert additive_kernel(Encoding(world.space), world.pipeline).groups == ((0,),)


def test_a_running_trial_is_believed_to_give_what_is_expected(wavy):
    trials = wavy.sample(12)
    pending = wavy.run(trials, wavy.sample(13)[-1].configuration, state=TrialState.RUNNING)
    alone, together = (
        Observations(wavy.request(trials)),
        Observations(wavy.request([*trials, pending])),
    )
    point = together.points[[12]]

    before = model_objective(alone, wavy.pipeline, 12).process.moments(point)
    after = model_objective(together, wavy.pipeline, 12).process.moments(point)

    assert after[0] == pytest.approx(before[0], abs=0.02)
    assert after[1] < before[1] / 5


@pytest.mark.parametrize(("count", "warped"), [(20, False), (21, True)], ids=["even", "odd"])
def test_after_long_without_improvement_every_second_model_takes_plain_values(wavy, count, warped):
    trials = [replace(t, objective=-(float(i) ** 3)) for i, t in enumerate(wavy.sample(20))]
    seen = Observations(wavy.request(trials))

    mean, _ = model_objective(seen, wavy.pipeline, count).process.moments(seen.points[[19]])

    assert (mean[0] > seen.scores[19] / 2) == warped
