"""What every `ApiServer` does, whatever is behind it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from eeipu_kfp.controller.api_server import ApiServer, ConflictError, MissingResourceError


class ApiServerContract:
    """A subclass gives the fixtures `api` and `collection`, a path that takes ConfigMaps."""

    @pytest.fixture
    def name(self) -> str:
        return f"contract-{uuid4().hex[:8]}"

    @pytest.fixture
    def path(self, api: ApiServer, collection: str, name: str) -> str:
        api.create(collection, config_map(name, a="1", b="2"))
        return f"{collection}/{name}"

    def test_what_was_created_is_there(self, api: ApiServer, path: str) -> None:
        found = api.get(path)

        assert found["data"] == {"a": "1", "b": "2"}
        assert found["metadata"]["uid"]
        assert found["metadata"]["creationTimestamp"]
        assert found["metadata"]["resourceVersion"]

    def test_a_collection_lists_what_is_in_it(
        self, api: ApiServer, path: str, collection: str, name: str
    ) -> None:
        assert name in [item["metadata"]["name"] for item in api.get(collection)["items"]]

    def test_a_name_can_be_created_once(
        self, api: ApiServer, path: str, collection: str, name: str
    ) -> None:
        with pytest.raises(ConflictError):
            api.create(collection, config_map(name))

    def test_what_is_not_there_is_missed(self, api: ApiServer, collection: str, name: str) -> None:
        with pytest.raises(MissingResourceError):
            api.get(f"{collection}/{name}")
        with pytest.raises(MissingResourceError):
            api.patch(f"{collection}/{name}", {"data": {"a": "1"}})

    def test_a_patch_merges_and_null_removes(self, api: ApiServer, path: str) -> None:
        answer = api.patch(path, {"data": {"a": None, "c": "3"}})

        assert answer["data"] == {"b": "2", "c": "3"}
        assert api.get(path)["data"] == {"b": "2", "c": "3"}

    def test_a_patch_of_an_old_version_is_refused(self, api: ApiServer, path: str) -> None:
        version = api.get(path)["metadata"]["resourceVersion"]
        api.patch(path, {"data": {"c": "3"}})

        with pytest.raises(ConflictError):
            api.patch(path, {"metadata": {"resourceVersion": version}, "data": {"c": "4"}})

    def test_a_replacement_needs_the_version_that_is_there(self, api: ApiServer, path: str) -> None:
        found = api.get(path)
        api.replace(path, {**found, "data": {"new": "1"}})

        with pytest.raises(ConflictError):
            api.replace(path, {**found, "data": {"newer": "1"}})
        assert api.get(path)["data"] == {"new": "1"}

    def test_what_was_deleted_is_gone_and_a_second_time_is_harmless(
        self, api: ApiServer, path: str
    ) -> None:
        api.delete(path)
        api.delete(path)

        with pytest.raises(MissingResourceError):
            api.get(path)

    def test_a_finalizer_keeps_what_is_deleted_until_it_is_removed(
        self, api: ApiServer, path: str
    ) -> None:
        api.patch(path, {"metadata": {"finalizers": ["eeipu.dev/contract"]}})

        api.delete(path)
        assert api.get(path)["metadata"]["deletionTimestamp"]

        api.patch(path, {"metadata": {"finalizers": []}})
        with pytest.raises(MissingResourceError):
            api.get(path)


def config_map(name: str, **data: str) -> dict[str, object]:
    """Return a ConfigMap."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}
