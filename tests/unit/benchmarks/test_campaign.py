from concurrent.futures import Future

import pytest

from benchmarks import campaign as module
from benchmarks.campaign import Progress, campaign, units
from benchmarks.results import Results, Unit
from tests.unit.benchmarks.worlds import row


class Pool:
    """Runs what is submitted at once, in this process."""

    def __init__(self):
        self.units = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def shutdown(self, **_):
        pass

    def submit(self, _, unit):
        self.units.append(unit)
        future = Future()
        if unit.method == "broken":
            future.set_exception(ValueError("no such thing"))
        else:
            future.set_result(finished(unit))
        return future


def finished(unit):
    return (
        row(
            1,
            spent=1.0,
            best=0.5,
            problem=unit.problem,
            method=unit.method,
            seed=unit.seed,
            stop="BudgetExhausted",
        ),
    )


@pytest.fixture
def pool(monkeypatch):
    made = Pool()
    monkeypatch.setattr(module, "_one_thread_workers", lambda _: made)
    return made


def unit(method="ei@none", seed=1):
    return Unit(problem="small", method=method, seed=seed)


def test_units_are_every_problem_and_method_seed_by_seed():
    found = units(("a", "b"), ("ei", "eeipu"), 2)

    assert len(found) == 8
    assert {u.seed for u in found[:4]} == {1}
    assert found[1] == Unit(problem="a", method="eeipu@pool", seed=1)


def test_what_is_finished_is_not_run_again(pool, tmp_path):
    results = Results("paper", tmp_path)
    results.keep({unit(): finished(unit())})

    campaign((unit(), unit(seed=2)), results, 1, lambda *_: None)

    assert pool.units == [unit(seed=2)]
    assert results.load().keys() == {unit(), unit(seed=2)}


def test_a_method_that_breaks_leaves_the_others_alone(pool, tmp_path):
    results, told = Results("paper", tmp_path), []

    failed = campaign((unit("broken"), unit()), results, 1, lambda u, _, why: told.append((u, why)))

    assert failed == 1
    assert results.load().keys() == {unit()}
    assert (unit("broken"), "ValueError: no such thing") in told


def test_time_left_follows_from_the_pace_so_far():
    assert Progress(done=2, total=6, seconds=10.0).left_seconds == 20.0


@pytest.mark.slow
def test_workers_run_real_units(tmp_path):
    wanted = units(("beale2-hartmann3-branin2",), ("random",), 1)
    results = Results("paper", tmp_path)

    failed = campaign(wanted, results, 1, lambda *_: None)

    assert failed == 0
    assert results.load().keys() == set(wanted)
