import pytest

from eeipu_kfp.cache.entries import CacheEntry, KeptArtifact
from eeipu_kfp.core.outputs import Artifact
from eeipu_kfp.errors import InvalidValueError
from eeipu_kfp.report.entries import plain, the_one, whole


def entry(key, **parts):
    return CacheEntry(
        key=key,
        stage="train",
        ingredients={"image": "i"},
        values={"rate": 0.1},
        parameters={"loss": 0.5},
        artifacts=parts.get("artifacts", {}),
        seconds=61.0,
        overhead_seconds=0.0,
        experiment="e",
        trial=3,
        created_at=0.0,
    )


def test_an_entry_as_plain_data_says_who_made_it_of_what():
    found = plain(entry("k"))

    assert (found["values"], found["experiment"], found["trial"]) == ({"rate": 0.1}, "e", 3)
    assert (found["seconds"], found["sizeBytes"]) == (61.0, 0)


def test_the_whole_entry_says_where_its_outputs_are():
    model = Artifact(uri="runs/1/model", type="system.Model")

    found = whole(entry("k", artifacts={"model": (KeptArtifact(artifact=model),)}))

    assert found["artifacts"] == {"model": ["runs/1/model"]}
    assert found["ingredients"] == {"image": "i"}
    assert found["parameters"] == {"loss": 0.5}
    assert plain(entry("k")).items() <= found.items()


def test_an_entry_is_found_by_the_first_letters_of_its_key():
    assert the_one("ab", [entry("abc"), entry("acd")]).key == "abc"


@pytest.mark.parametrize(("key", "hint"), [("a", "more letters"), ("z", "cache list")])
def test_none_or_several_entries_are_an_error_with_a_remedy(key, hint):
    with pytest.raises(InvalidValueError) as caught:
        the_one(key, [entry("abc"), entry("acd")])

    assert hint in caught.value.hint
