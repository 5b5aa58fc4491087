import time

from eeipu_kfp.tuning.clock import SystemClock


def test_the_clock_is_the_one_on_the_wall():
    before = time.time()

    found = SystemClock().now()

    assert before <= found <= time.time()


def test_sleeping_hands_over_to_the_system(monkeypatch):
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)

    SystemClock().sleep(0.5)

    assert slept == [0.5]
