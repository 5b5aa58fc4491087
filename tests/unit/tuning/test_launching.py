from dataclasses import replace

import pytest

from eeipu_kfp.cache.entries import CacheEntry
from eeipu_kfp.cache.keys import stage_keys
from eeipu_kfp.core.outputs import StageOutputs
from eeipu_kfp.core.ports import StageResult
from eeipu_kfp.core.trial import StageOutcome, StageRecord
from eeipu_kfp.runners.simulated import three_stage_problem
from eeipu_kfp.tuning.launching import merge, outputs_of, plan_launch, record_of, with_imports

PIPELINE = three_stage_problem().pipeline
KEYS = stage_keys(PIPELINE, {"fraction": 0.1, "rate": 0.2, "threshold": 0.3})


def entry(stage, seconds=10.0):
    return CacheEntry(
        key=KEYS[stage].digest,
        stage=stage,
        ingredients={},
        values={},
        parameters={"Output": 1.0},
        artifacts={},
        seconds=seconds,
        overhead_seconds=0.0,
        experiment="e",
        trial=1,
        created_at=0.0,
    )


def plan(*cached):
    entries = {found.key: found for found in map(entry, cached)}
    times = iter([0.0, 0.3])
    return plan_launch(PIPELINE.shape, KEYS, entries.get, lambda: next(times))


@pytest.mark.parametrize(
    ("cached", "to_run", "consumed"),
    [
        ((), ("prepare", "train", "evaluate"), ()),
        (("prepare",), ("train", "evaluate"), ("prepare",)),
        (("prepare", "train"), ("evaluate",), ("train",)),
        (("train",), ("evaluate",), ("train",)),
        (("prepare", "train", "evaluate"), (), ()),
    ],
    ids=["nothing", "first", "two", "second only", "all"],
)
def test_only_what_is_missing_runs_and_only_what_it_reads_is_fetched(cached, to_run, consumed):
    planned = plan(*cached)

    assert planned.to_run == to_run
    assert planned.consumed(PIPELINE.shape) == consumed


def test_a_stage_left_out_saves_what_its_entry_once_cost():
    records = {r.stage: r for r in plan("train").left_out(PIPELINE.shape)}

    assert records["train"].saved_seconds == 10.0
    assert records["prepare"].saved_seconds == 0.0
    assert {r.outcome for r in records.values()} == {StageOutcome.CACHED}
    assert records["train"].overhead_seconds == pytest.approx(0.1)


def record(stage, outcome, seconds=0.0):
    return StageRecord(stage=stage, outcome=outcome, seconds=seconds)


def test_what_an_earlier_run_executed_stays_executed():
    held = (record("prepare", StageOutcome.EXECUTED, 5.0),)
    new = (record("prepare", StageOutcome.CACHED), record("train", StageOutcome.EXECUTED, 2.0))

    merged = merge(PIPELINE.shape, held, new)

    assert merged == (held[0], new[1])


def test_a_later_record_replaces_a_failure_and_order_is_the_pipelines():
    held = (record("train", StageOutcome.FAILED, 1.0),)
    new = (record("train", StageOutcome.EXECUTED, 2.0), record("prepare", StageOutcome.CACHED))

    assert merge(PIPELINE.shape, held, new) == (new[1], new[0])


def test_what_importers_took_is_the_overhead_of_the_cached_stage_however_often_it_is_told():
    cached = StageRecord(
        stage="prepare", outcome=StageOutcome.CACHED, overhead_seconds=0.1, saved_seconds=60.0
    )
    ran = StageRecord(stage="train", outcome=StageOutcome.EXECUTED, overhead_seconds=2.0)
    told = [
        StageResult(stage=name, outcome=StageOutcome.CACHED, seconds=0.0, overhead_seconds=seconds)
        for name, seconds in (("cached-prepare-a", 5.0), ("cached-prepare-b", 4.0), ("own", 7.0))
    ]
    imported = {"cached-prepare-a": "prepare", "cached-prepare-b": "prepare"}.get

    once = with_imports((cached, ran), told, imported)

    assert once == (replace(cached, overhead_seconds=9.0), ran)
    assert with_imports(once, told, imported) == once


def test_a_result_becomes_a_record_without_its_outputs():
    result = StageResult(
        stage="train",
        outcome=StageOutcome.EXECUTED,
        seconds=2.0,
        overhead_seconds=0.5,
        started_at=7.0,
        outputs=StageOutputs(),
    )

    assert record_of(result) == StageRecord(
        stage="train",
        outcome=StageOutcome.EXECUTED,
        seconds=2.0,
        overhead_seconds=0.5,
        started_at=7.0,
    )


def test_outputs_of_a_run_count_before_cached_ones():
    ran = StageOutputs(parameters={"Output": 2.0})

    found = outputs_of({"train": ran}, {"train": entry("train"), "prepare": entry("prepare")})

    assert found["train"] is ran
    assert found["prepare"].parameters == {"Output": 1.0}
