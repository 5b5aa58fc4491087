import time

from eeipu_kfp.controller.clock import SystemClock


def test_it_tells_the_time_of_this_machine():
    before = time.time()

    assert before <= SystemClock().now() <= time.time()


def test_it_waits():
    clock = SystemClock()
    before = clock.now()

    clock.sleep(0.001)

    assert clock.now() >= before + 0.001
