import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eeipu_kfp.core.space import Float
from eeipu_kfp.search.acquisition import ExpectedImprovement
from eeipu_kfp.search.designers import make_designer
from eeipu_kfp.search.encoding import Encoding
from eeipu_kfp.search.lazy_tree import LazyTree, Move, Within, updated
from eeipu_kfp.search.objective_model import model_objective
from eeipu_kfp.search.observations import Observations


@pytest.fixture
def tree(wavy):
    return LazyTree.of(wavy.pipeline, Encoding(wavy.space))


def test_every_stage_but_the_last_is_cut(tree):
    assert tree.stages == ("prepare", "base")
    assert tree.columns == (0, 2)


def test_a_stage_without_parameters_of_its_own_is_not_cut(make_world):
    world = make_world({"a": Float(0, 1), "b": Float(0, 1)}, (), ("a",), ("a",), ("b",))

    assert LazyTree.of(world.pipeline, Encoding(world.space)).stages == ("stage1",)


def test_a_leaf_is_the_path_of_the_cuts(tree):
    points = np.array([[0.1, 0, 0.1, 0, 0, 0], [0.1, 0, 0.9, 0, 0, 0], [0.9, 0, 0.5, 0, 0, 0]])

    assert tree.leaves(points).tolist() == [0, 1, 3]


@settings(deadline=None)
@given(points=st.lists(st.tuples(*[st.floats(0, 1)] * 6), min_size=1, max_size=5))
def test_a_point_lies_in_the_box_of_its_leaf(points):
    tree, x = LazyTree(stages=("a", "b", "c"), columns=(0, 2, 5)), np.array(points)

    for point, leaf in zip(x, tree.leaves(x), strict=True):
        low, high = tree.box(Move(leaf=int(leaf), lazy=0), 6)
        assert np.all((low <= point) & (point <= high))


@settings(deadline=None)
@given(
    played=st.integers(0, 7),
    loss=st.floats(0.01, 1),
    signs=st.lists(st.sampled_from([-1.0, 1.0]), min_size=3, max_size=3),
)
def test_chances_stay_chances_whatever_happens(played, loss, signs):
    chances = np.full(8, -np.log(8.0))

    for _ in range(20):
        chances = updated(chances, played, loss, np.array(signs))

    assert np.isfinite(chances).all()
    assert np.exp(chances).sum() == pytest.approx(1.0)


def test_a_leaf_that_loses_becomes_less_likely():
    before = np.full(4, -np.log(4.0))

    after = updated(before, 2, 1.0, np.array([1.0, 1.0]))

    assert after[2] < before[2]
    assert np.argmin(after) == 2
    assert after[3] < after[0]


def test_a_loss_of_nothing_changes_nothing():
    before = np.log([0.1, 0.2, 0.3, 0.4])

    assert updated(before, 1, 0.0, np.array([1.0, -1.0])) == pytest.approx(before)


def test_half_of_the_moves_keep_all_early_stages_and_some_none(wavy, tree):
    moves = [
        tree.next_move(request, Observations(request))
        for seed in range(60)
        for request in [wavy.request(wavy.sample(5), seed=seed)]
    ]

    lazy = np.bincount([move.lazy for move in moves], minlength=3) / len(moves)
    assert 0.3 < lazy[2] < 0.7
    assert lazy[0] > 0.05
    assert lazy[1] > 0.05


def test_lazy_stages_keep_their_side_and_their_values(wavy, tree):
    trials = wavy.sample(5)
    for seed in range(20):
        request = wavy.request(trials, seed=seed)
        seen = Observations(request)
        move = tree.next_move(request, seen)

        last, kept = int(tree.leaves(seen.points)[-1]), tree.kept(request, seen, move)

        assert move.leaf >> (2 - move.lazy) == last >> (2 - move.lazy)
        names = ("a1", "a2", "b1", "b2")[: 2 * move.lazy]
        assert dict(kept.values) == {name: trials[-1].configuration[name] for name in names}


def test_a_score_falls_outside_the_box_and_is_itself_inside(wavy):
    request = wavy.request(wavy.sample(10))
    score = ExpectedImprovement(model=model_objective(Observations(request), wavy.pipeline, 10))
    within = Within(score=score, low=np.full(6, 0.25), high=np.full(6, 0.75))
    inside, outside, runs = np.full((1, 6), 0.5), np.full((1, 6), 0.8), np.ones((1, 3), dtype=bool)

    assert within.scores(inside, runs) == score.scores(inside, runs)
    assert within.scores(outside, runs) == pytest.approx(score.scores(outside, runs) - 30.0)
    assert within(outside, runs)[1] == pytest.approx(score(outside, runs)[1] - 100.0)


def test_early_stages_move_rarely(wavy):
    trials, _ = wavy.play("lambo", limit=30)

    after = trials[10:]
    changes = [
        {n for n in wavy.space if a.configuration[n] != b.configuration[n]}
        for a, b in zip(trials[9:], after, strict=False)
    ]
    kept = [not change & {"a1", "a2"} for change in changes]
    assert 0.4 < np.mean(kept) < 1.0


def test_a_pipeline_of_one_stage_has_no_tree(make_world):
    world = make_world({"a": Float(0.0, 1.0)}, ("a",), score=lambda c: c["a"])
    request = world.request(world.sample(12))

    same = {make_designer(name).suggest(request).configuration for name in ("lambo", "ei")}

    assert len(same) == 1
