import pytest

from benchmarks.caches import ForgetfulStore, LeastRecentFirst, SlowCache, ToldClock
from eeipu_kfp.cache.eviction import DOCUMENT_BYTES
from eeipu_kfp.cache.keys import StageKey
from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.core.outputs import StageOutputs


def publish(cache, digest, *, seconds=1.0):
    cache.publish(
        StageKey(digest=digest, ingredients={}),
        stage="train",
        outputs=StageOutputs(parameters={"Output": 1.0}),
        seconds=seconds,
        overhead_seconds=0.0,
        values={},
        experiment="e",
        trial=1,
    )


def held(cache):
    return {entry.key for entry in cache.entries()}


@pytest.fixture
def recent():
    cache = LeastRecentFirst(MemoryStore(), ToldClock(), 0.0)
    for digest, seconds in (("a1", 3.0), ("b2", 2.0), ("c3", 1.0)):
        publish(cache, digest, seconds=seconds)
    return cache


def test_an_answer_takes_its_time():
    clock = ToldClock()

    SlowCache(MemoryStore(), clock, 0.5).lookup("a1")

    assert clock.now() == 0.5


def test_what_is_forgotten_is_never_found():
    cache = SlowCache(ForgetfulStore(), ToldClock(), 0.0)
    publish(cache, "a1")

    assert cache.lookup("a1") is None


def test_the_least_recently_used_goes_first_though_it_saves_most(recent):
    recent.lookup("a1")

    removed = recent.collect(2 * DOCUMENT_BYTES, ())

    assert [entry.key for entry in removed] == ["b2"]
    assert held(recent) == {"a1", "c3"}


def test_what_is_pinned_stays_though_it_was_not_used_for_longest(recent):
    recent.collect(DOCUMENT_BYTES, {"a1"})

    assert held(recent) == {"a1"}


def test_below_the_limit_nothing_goes(recent):
    assert recent.collect(recent.held_bytes, ()) == ()
