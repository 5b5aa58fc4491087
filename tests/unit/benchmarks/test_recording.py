from benchmarks.problems.real_stages import RealStage
from benchmarks.recording import record
from eeipu_kfp.core.space import Categorical, Int

CALLS = []


def begin(_, count):
    CALLS.append(count)
    return count


def end(before, flag, size):
    return before + size / 10 + flag / 100


STAGES = (
    RealStage(name="begin", parameters={"count": Int(1, 2)}, compute=begin),
    RealStage(
        name="end",
        parameters={"flag": Categorical((False, True)), "size": Int(0, 2)},
        compute=end,
    ),
)


def test_every_stage_runs_once_for_every_prefix():
    CALLS.clear()

    document = record(STAGES, print)

    assert CALLS == [1, 2]
    assert [len(column) for column in document["seconds"]] == [2, 12]


def test_objectives_are_noted_with_the_last_parameter_fastest():
    objectives = record(STAGES, print)["objectives"]

    assert objectives[:6] == [1.0, 1.1, 1.2, 1.01, 1.11, 1.21]
    assert objectives[6] == 2.0


def test_it_is_told_how_far_it_is():
    told = []

    record(STAGES, told.append)

    assert told == ["6 of 12 configurations", "12 of 12 configurations"]
