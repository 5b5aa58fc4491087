import pytest

from eeipu_kfp.cache.entries import CacheEntry
from eeipu_kfp.cli.entries import entries_table, plain, the_one
from eeipu_kfp.errors import InvalidValueError


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
    table = entries_table([entry("old" * 10), entry("new" * 10, created_at=5.0)])

    assert [str(cell) for cell in table.columns[0].cells] == ["newnewnewnew", "oldoldoldold"]
    assert table.caption == "2 entries, 0 B, 2 min 02 s of compute"


def test_an_entry_as_plain_data_says_who_made_it_of_what():
    assert plain(entry("k"))["values"] == {"rate": 0.1}
    assert plain(entry("k"))["experiment"] == "e"
    assert plain(entry("k"))["trial"] == 3


def test_an_entry_is_found_by_the_first_letters_of_its_key():
    assert the_one("ab", [entry("abc"), entry("acd")]).key == "abc"


@pytest.mark.parametrize(("key", "hint"), [("a", "more letters"), ("z", "cache list")])
def test_none_or_several_entries_are_an_error_with_a_remedy(key, hint):
    with pytest.raises(InvalidValueError) as caught:
        the_one(key, [entry("abc"), entry("acd")])

    assert hint in caught.value.hint
