from eeipu_kfp.cache.cache import Cache
from eeipu_kfp.cache.entries import CacheEntry
from eeipu_kfp.cache.memory_store import MemoryStore
from eeipu_kfp.cli.entries import LocalEntries, entries_table
from eeipu_kfp.report.entries import plain
from eeipu_kfp.tuning.clock import SystemClock


def entry(key, *, created_at=0.0):
    return CacheEntry(
        key=key,
        stage="train",
        ingredients={},
        values={"rate": 0.1},
        parameters={},
        artifacts={},
        seconds=61.0,
        overhead_seconds=0.0,
        experiment="e",
        trial=3,
        created_at=created_at,
    )


def test_the_table_has_a_row_an_entry_newest_first_and_totals():
    table = entries_table([plain(entry("old" * 10)), plain(entry("new" * 10, created_at=5.0))])

    assert [str(cell) for cell in table.columns[0].cells] == ["newnewnewnew", "oldoldoldold"]
    assert table.caption == "2 entries, 0 B, 2 min 02 s of compute"


def test_an_empty_cache_has_nothing_to_show_or_to_collect():
    entries = LocalEntries(Cache(MemoryStore(), SystemClock()))

    assert entries.entries() == []
    assert entries.collect("1Gi") == {"removed": 0, "freedBytes": 0, "left": 0}
