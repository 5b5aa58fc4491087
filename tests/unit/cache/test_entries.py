from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eeipu_kfp.cache.entries import CacheEntry, KeptArtifact, decode, encode
from eeipu_kfp.core.outputs import Artifact
from eeipu_kfp.core.ports import ObjectInfo
from eeipu_kfp.errors import InvalidValueError
from tests.unit.cache.examples import example_entry

_FLOATS = st.floats(allow_nan=False, allow_infinity=False)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _FLOATS | st.text(),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(), v, max_size=3),
    max_leaves=8,
)
_OBJECTS = st.dictionaries(st.text(), _JSON, max_size=4)
_INFOS = st.builds(ObjectInfo, name=st.text(), size_bytes=st.integers(0, 1 << 60), etag=st.text())
_KEPT = st.builds(
    KeptArtifact,
    artifact=st.builds(Artifact, uri=st.text(), type=st.text(), metadata=_OBJECTS),
    is_folder=st.booleans(),
    objects=st.lists(_INFOS, max_size=3).map(tuple),
)
_ENTRIES = st.builds(
    CacheEntry,
    key=st.text(),
    stage=st.text(),
    ingredients=_OBJECTS,
    values=_OBJECTS,
    parameters=_OBJECTS,
    artifacts=st.dictionaries(st.text(), st.lists(_KEPT, max_size=2).map(tuple), max_size=3),
    seconds=_FLOATS,
    overhead_seconds=_FLOATS,
    experiment=st.text(),
    trial=st.integers(1),
    created_at=_FLOATS,
)


@given(entry=_ENTRIES)
def test_an_entry_comes_back_as_it_was(entry: CacheEntry) -> None:
    assert decode(encode(entry)) == entry


def test_an_entry_is_one_json_document() -> None:
    document = json.loads(encode(example_entry()))

    assert document["schema"] == 1
    assert document["artifacts"]["model"][0]["objects"][0]["size_bytes"] == 10


@given(data=st.binary() | st.text().map(str.encode) | _JSON.map(lambda v: json.dumps(v).encode()))
def test_no_damage_gets_further_than_the_decoder(data: bytes) -> None:
    with pytest.raises(InvalidValueError, match="cache entry"):
        decode(data)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", 5),
        ("stage", None),
        ("seconds", "long"),
        ("seconds", float("nan")),
        ("created_at", float("inf")),
        ("trial", "first"),
        ("artifacts", []),
        ("artifacts", {"model": [{"artifact": {}, "is_folder": False, "objects": []}]}),
        ("artifacts", {"model": [{"artifact": {"uri": "x"}, "objects": []}]}),
        ("ingredients", []),
        ("unknown", 1),
    ],
)
def test_a_wrong_field_makes_the_document_damaged(field: str, value: object) -> None:
    document = json.loads(encode(example_entry()))
    document[field] = value

    with pytest.raises(InvalidValueError, match="damaged"):
        decode(json.dumps(document).encode())


def test_a_newer_document_is_refused_with_a_hint() -> None:
    with pytest.raises(InvalidValueError, match=r"schema 2.*update eeipu-kfp"):
        decode(b'{"schema": 2, "what": "ever"}')


def test_metadata_that_is_no_json_is_refused() -> None:
    entry = replace(example_entry(), parameters={"loss": float("nan")})

    with pytest.raises(InvalidValueError, match="no JSON form"):
        encode(entry)


def test_the_size_is_that_of_all_objects() -> None:
    assert example_entry(size_bytes=123).size_bytes == 123
    assert example_entry(size_bytes=0).size_bytes == 0


def test_outputs_show_parameters_and_artifacts() -> None:
    outputs = example_entry().outputs

    assert outputs.parameters == {"loss": 0.25}
    assert [artifact.type for artifact in outputs.artifacts["model"]] == ["system.Model"]
