from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from eeipu_kfp.cache.minio_store import MinioStore
from eeipu_kfp.errors import InvalidValueError, MissingObjectError, StoreError

_MIB = 1 << 20


def _store(**changes: Any) -> MinioStore:
    arguments = {
        "endpoint": "127.0.0.1:9",
        "bucket": "bucket",
        "access_key": "who",
        "secret_key": "very-secret",
        "secure": False,
        **changes,
    }
    return MinioStore(**arguments)


def _server(endpoint: Any, bucket: str, **changes: Any) -> MinioStore:
    return _store(
        endpoint=endpoint.address,
        bucket=bucket,
        **{
            "access_key": endpoint.access_key,
            "secret_key": endpoint.secret_key,
            "secure": endpoint.secure,
            **changes,
        },
    )


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    "call",
    [
        lambda store, _: store.put("a", b""),
        lambda store, path: store.put_file("a", path),
        lambda store, _: store.get("a"),
        lambda store, path: store.get_file("a", path),
        lambda store, _: store.head("a"),
        lambda store, _: list(store.list("")),
        lambda store, _: store.delete("a"),
    ],
    ids=["put", "put_file", "get", "get_file", "head", "list", "delete"],
)
def test_a_server_that_is_away_is_an_error_with_its_address(
    call: Any, closed_port: int, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.touch()

    with pytest.raises(StoreError, match=f"127.0.0.1:{closed_port}`: [^;]*refused; ") as caught:
        call(_store(endpoint=f"127.0.0.1:{closed_port}"), path)

    assert caught.value.retryable
    assert "whether the server is up" in caught.value.hint
    assert "very-secret" not in str(caught.value)


@pytest.mark.parametrize("endpoint", ["http://host:9000/path", "host/path", "host:port"])
def test_an_endpoint_that_is_no_host_and_port_is_refused(endpoint: str) -> None:
    with pytest.raises(InvalidValueError, match="give host and port alone"):
        _store(endpoint=endpoint)


@pytest.mark.parametrize("bucket", ["", "b", "with space"])
def test_a_name_that_no_bucket_can_have_is_refused(bucket: str) -> None:
    with pytest.raises(InvalidValueError, match=f"in bucket '{bucket}'"):
        _store(bucket=bucket)


@pytest.mark.parametrize(
    ("prefix", "uri"),
    [("", "minio://bucket/a/b"), ("team/cache", "minio://bucket/team/cache/a/b")],
)
def test_a_uri_names_bucket_prefix_and_object(prefix: str, uri: str) -> None:
    assert _store(prefix=prefix).uri("a/b") == uri
    assert _store(prefix=f"/{prefix}/").uri("a/b") == uri


def test_a_uri_begins_with_the_scheme_that_pipelines_use_for_the_bucket() -> None:
    assert _store(scheme="s3").uri("a") == "s3://bucket/a"


@pytest.mark.minio
@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"bucket": "no-such-bucket"}, "make the bucket first"),
        ({"access_key": "nobody"}, "check the access key"),
        ({"secret_key": "wrong-secret"}, "check the access key"),
    ],
    ids=["bucket", "access key", "secret key"],
)
def test_a_refusal_says_what_to_do(
    minio_endpoint: Any, minio_bucket: str, changes: dict[str, str], hint: str
) -> None:
    store = _server(minio_endpoint, **{"bucket": minio_bucket, **changes})

    for call in (lambda: store.put("a", b""), lambda: list(store.list("")), lambda: store.get("a")):
        with pytest.raises(StoreError, match=hint) as caught:
            call()
        assert not isinstance(caught.value, MissingObjectError)
        assert minio_endpoint.address in caught.value.message
        assert "wrong-secret" not in str(caught.value)


@pytest.mark.minio
def test_stores_with_other_prefixes_do_not_see_each_other(
    minio_endpoint: Any, minio_bucket: str, minio_store: MinioStore
) -> None:
    minio_store.put("a", b"")
    neighbour = _server(minio_endpoint, minio_bucket, prefix=f"{minio_store.prefix}-2")

    assert list(neighbour.list("")) == []
    assert neighbour.head("a") is None


@pytest.mark.minio
def test_a_store_may_be_the_whole_bucket(
    minio_endpoint: Any, minio_bucket: str, minio_store: MinioStore
) -> None:
    info = minio_store.put("a", b"content")
    whole = _server(minio_endpoint, minio_bucket)

    (found,) = whole.list(f"{minio_store.prefix}/")

    assert (found.name, found.etag) == (f"{minio_store.prefix}/a", info.etag)
    assert whole.get(found.name) == b"content"
    assert whole.uri(found.name) == minio_store.uri("a")


@pytest.mark.minio
@pytest.mark.slow
def test_the_etag_of_an_upload_in_parts_is_the_servers(
    minio_store: MinioStore, tmp_path: Path
) -> None:
    path = tmp_path / "large"
    with path.open("wb") as target:
        target.truncate(20 * _MIB)

    info = minio_store.put_file("large", path)

    assert "-" in info.etag
    assert minio_store.head("large") == info
    assert list(minio_store.list("large")) == [info]
