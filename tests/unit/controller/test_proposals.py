import os
import threading

import pytest

from eeipu_kfp.controller import proposals
from eeipu_kfp.controller.proposals import PooledDesigner, ProposalError, ProposalPool
from eeipu_kfp.core.suggestion import Suggestion, SuggestionRequest
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.search.designers import make_designer
from tests.simulation import World, three_stage_experiment


def a_request(seed=0) -> SuggestionRequest:
    loop = World(three_stage_experiment()).loop()
    from dataclasses import replace

    return replace(loop._request(), seed=seed)


@pytest.fixture(scope="module")
def pool():
    found = ProposalPool(1)
    yield found
    found.close()


def test_a_worker_answers_as_this_process_would(pool):
    request = a_request(seed=4)

    assert pool.suggest("random", request) == make_designer("random").suggest(request)


def test_a_request_that_makes_no_sense_is_refused_in_its_own_words(pool):
    with pytest.raises(InvalidValueError, match="nonsense"):
        pool.suggest("nonsense", a_request())


def test_a_worker_that_dies_is_replaced(pool):
    pool.suggest("random", a_request())
    worker = pool._free.get()
    pool._free.put(worker)
    os.kill(worker._process.pid, 9)
    worker._process.join()

    with pytest.raises(ProposalError, match="has failed") as raised:
        pool.suggest("random", a_request())

    assert raised.value.retryable
    assert isinstance(pool.suggest("random", a_request()), Suggestion)


def test_a_worker_that_hangs_is_replaced():
    pool = ProposalPool(1, longest_seconds=0.0)

    with pytest.raises(ProposalError, match="no answer within 0 s"):
        pool.suggest("random", a_request())

    assert pool._free.get() is None


def test_a_fault_of_the_search_is_told_with_its_trace(monkeypatch):
    monkeypatch.setattr("eeipu_kfp.search.designers.make_designer", lambda name: 1 / 0)

    answer = proposals._answer("random", a_request())

    assert isinstance(answer, ProposalError)
    assert "ZeroDivisionError" in answer.message


def test_more_requests_than_workers_are_answered_in_turn(pool):
    answers = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(pool.suggest("random", a_request(n))))
        for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({answer.configuration for answer in answers}) == 3


def test_the_time_of_a_suggestion_is_noted(pool):
    seconds = []
    designer = PooledDesigner(pool=pool, name="random", note_seconds=seconds.append)

    designer.suggest(a_request())

    assert len(seconds) == 1
    assert seconds[0] > 0
