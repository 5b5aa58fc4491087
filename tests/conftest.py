"""Fixtures that several rooms share: a real MinIO server, and a store in it for each test."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from uuid import uuid4

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from minio import Minio

pytest.register_assert_rewrite("tests.contracts")

# The same examples every time, and no limit on the time of one: machines differ.
settings.register_profile("fixed", deadline=None, derandomize=True)
settings.load_profile("fixed")

_BUCKET = "eeipu-tests"
_START_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MinioServer:
    """A server that tests may write to: `address` is host and port."""

    address: str
    access_key: str
    secret_key: str
    secure: bool = False


@pytest.fixture(scope="session")
def minio_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MinioServer]:
    """The server of MINIO_ENDPOINT, or one of its own from a `minio` binary."""
    address = os.environ.get("MINIO_ENDPOINT")
    binary = os.environ.get("MINIO_BINARY") or shutil.which("minio")
    if address:
        yield MinioServer(
            address=address.removeprefix("http://").removeprefix("https://"),
            access_key=os.environ.get("MINIO_ACCESS_KEY", "minioadmin"),
            secret_key=os.environ.get("MINIO_SECRET_KEY", "minioadmin"),
            secure=address.startswith("https://"),
        )
    elif binary:
        yield from _serve(binary, tmp_path_factory.mktemp("minio"))
    else:
        _do_without()


@pytest.fixture(scope="session")
def minio_bucket(minio_endpoint: MinioServer) -> str:
    """A bucket on the server."""
    from minio.error import S3Error

    client = _client(minio_endpoint)
    # Another worker of the same test run may make it first.
    with suppress(S3Error):
        client.make_bucket(_BUCKET)
    return _BUCKET


@pytest.fixture
def minio_store(minio_endpoint: MinioServer, minio_bucket: str):
    """An empty store under a prefix of its own."""
    from eeipu_kfp.cache.minio_store import MinioStore

    return MinioStore(
        endpoint=minio_endpoint.address,
        bucket=minio_bucket,
        prefix=f"test-{uuid4().hex}",
        access_key=minio_endpoint.access_key,
        secret_key=minio_endpoint.secret_key,
        secure=minio_endpoint.secure,
    )


def _do_without() -> NoReturn:
    message = "no MinIO: set MINIO_ENDPOINT or put a `minio` binary on the PATH"
    if os.environ.get("EEIPU_REQUIRE_MINIO"):
        pytest.fail(message)
    pytest.skip(message)


def _serve(binary: str, folder: Path) -> Iterator[MinioServer]:
    server = MinioServer(
        address=f"127.0.0.1:{_free_port()}", access_key="eeipu-tests", secret_key=uuid4().hex
    )
    environment = {
        **os.environ,
        "MINIO_ROOT_USER": server.access_key,
        "MINIO_ROOT_PASSWORD": server.secret_key,
        "MINIO_BROWSER": "off",
    }
    log = folder / "log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [binary, "server", str(folder / "data"), "--address", server.address],
            env=environment,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_ready(server, process, log)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=_START_SECONDS)


def _client(server: MinioServer) -> Minio:
    from minio import Minio
    from urllib3 import PoolManager, Retry, Timeout

    return Minio(
        server.address,
        access_key=server.access_key,
        secret_key=server.secret_key,
        secure=server.secure,
        http_client=PoolManager(timeout=Timeout(1.0), retries=Retry(0)),
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(server: MinioServer, process: subprocess.Popen[bytes], log: Path) -> None:
    from minio.error import MinioException
    from urllib3.exceptions import HTTPError

    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        # A server that is still coming up holds a request for a minute, so each is given a second.
        with suppress(MinioException, HTTPError):
            _client(server).list_buckets()
            return
        time.sleep(0.05)
    pytest.fail(f"the MinIO server has not come up:\n{log.read_text()[-2000:]}")
