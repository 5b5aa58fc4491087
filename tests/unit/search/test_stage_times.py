from dataclasses import replace

from eeipu_kfp.core.trial import StageOutcome, StageRecord
from eeipu_kfp.search.stage_times import filled, stage_times


def test_only_executed_stages_have_times(wavy):
    records = (
        StageRecord(
            stage="prepare", outcome=StageOutcome.EXECUTED, seconds=4.0, overhead_seconds=2.0
        ),
        StageRecord(stage="base", outcome=StageOutcome.CACHED, saved_seconds=3.0),
        StageRecord(stage="meta", outcome=StageOutcome.FAILED, seconds=9.0),
    )

    times = stage_times(wavy.request([replace(wavy.sample(1)[0], stages=records)]))

    assert times["prepare"].seconds.tolist() == [4.0]
    assert times["prepare"].median_overhead_seconds == 2.0
    assert times["base"].rows == times["meta"].rows == ()
    assert times["meta"].median_seconds is None
    assert times["meta"].median_overhead_seconds is None


def test_what_is_unknown_is_taken_for_the_middle_of_what_is_known():
    assert filled([4.0, None, 8.0]).tolist() == [4.0, 6.0, 8.0]
    assert filled([None, None]).tolist() == [0.0, 0.0]
