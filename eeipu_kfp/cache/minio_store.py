"""An object store in a bucket of MinIO, or of anything else that speaks S3.

Import this module only where such a store is asked for: `minio` takes almost half a second.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO, cast

from minio import Minio
from minio.error import MinioException, S3Error
from minio.helpers import check_bucket_name
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from eeipu_kfp.cache.names import checked_name
from eeipu_kfp.core.ports import ObjectInfo
from eeipu_kfp.errors import InvalidValueError, MissingObjectError, StoreError

_CONNECT_SECONDS = 2.0
_READ_SECONDS = 30.0
_RETRIES = 2
_CONNECTIONS = 32
_BACKOFF_SECONDS = 0.2
_BUSY_STATUSES = (500, 502, 503, 504)
_MISSING_CODES = frozenset({"NoSuchKey", "NoSuchObject", "ResourceNotFound"})
_CREDENTIALS_HINT = "check the access key and the secret key"
_HINTS = {
    "AccessDenied": "let this access key list, read, write and delete under the prefix",
    "InvalidAccessKeyId": _CREDENTIALS_HINT,
    "SignatureDoesNotMatch": _CREDENTIALS_HINT,
    "NoSuchBucket": "make the bucket first, or name another",
    "AuthorizationHeaderMalformed": "give the bucket's region",
    "RequestTimeTooSkewed": "set the clock of this machine or of the server",
}


class MinioStore:
    """Fulfils `ObjectStore` with the objects of a bucket whose names begin with a prefix.

    The bucket must exist.

    Attributes:
        endpoint: Host and port.
        bucket: The bucket's name.
        prefix: What every object's name begins with, without `/` at its ends; may be empty.
        scheme: What its URIs begin with: `minio` or `s3`.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        bucket: str,
        access_key: str,
        secret_key: str,
        prefix: str = "",
        secure: bool = True,
        region: str | None = None,
        scheme: str = "minio",
    ) -> None:
        """Take where the bucket is, without asking the server.

        Args:
            endpoint: Host and port without a scheme, such as `minio.kubeflow:9000`.
            bucket: The bucket's name.
            access_key: Who asks.
            secret_key: Proof of it.
            prefix: What every object's name begins with.
            secure: Whether to speak TLS.
            region: The bucket's region; None to ask the server.
            scheme: What its URIs begin with, as pipelines name objects of the same bucket.

        Raises:
            InvalidValueError: The endpoint is no host and port, or no bucket can have the name.
        """
        self.endpoint = endpoint
        self.bucket = bucket
        self.prefix = prefix.strip("/")
        self.scheme = scheme
        self._client = _client(
            endpoint, bucket, access_key, secret_key, secure=secure, region=region
        )

    def put(self, name: str, data: bytes) -> ObjectInfo:
        """Write an object, replacing one of that name."""
        return self._put(name, BytesIO(data), len(data))

    def put_file(self, name: str, path: Path) -> ObjectInfo:
        """Write an object from a file; a large one in several parts."""
        with self._translated(name), path.open("rb") as source:
            return self._put(name, source, os.fstat(source.fileno()).st_size)

    def get(self, name: str) -> bytes:
        """Return an object's content; MissingObjectError where there is none."""
        with self._opened(name) as source:
            return source.read()

    def get_file(self, name: str, path: Path) -> None:
        """Write an object's content to a file; MissingObjectError where there is none."""
        with self._opened(name) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())

    def head(self, name: str) -> ObjectInfo | None:
        """Return what is known of an object; None where there is none."""
        try:
            with self._translated(name):
                found = self._client.stat_object(self.bucket, self._full(name))
        except MissingObjectError:
            return None
        return ObjectInfo(name=name, size_bytes=int(found.size or 0), etag=str(found.etag))

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Yield the objects whose name begins with a prefix, by name."""
        root = f"{self.prefix}/" if self.prefix else ""
        with self._translated(prefix):
            for found in self._client.list_objects(
                self.bucket, prefix=root + prefix, recursive=True
            ):
                name = str(found.object_name).removeprefix(root)
                yield ObjectInfo(name=name, size_bytes=int(found.size or 0), etag=str(found.etag))

    def delete(self, name: str) -> None:
        """Remove an object; harmless where there is none."""
        with self._translated(name):
            self._client.remove_object(self.bucket, self._full(name))

    def uri(self, name: str) -> str:
        """Return an object's URI; the empty name stands for the store itself."""
        path = "/".join(part for part in (self.bucket, self.prefix, name) if part)
        return f"{self.scheme}://{path}"

    def local_path(self, name: str) -> Path | None:  # noqa: ARG002  # part of the port
        """Return None: nothing here is on this machine's disk."""
        return None

    def _full(self, name: str) -> str:
        checked_name(name)
        return f"{self.prefix}/{name}" if self.prefix else name

    def _put(self, name: str, source: BinaryIO, size_bytes: int) -> ObjectInfo:
        full = self._full(name)
        with self._translated(name):
            try:
                result = self._client.put_object(self.bucket, full, source, size_bytes)
            except S3Error as error:
                # MinIO says so while a delete prunes the folder that the object goes to.
                if error.code != "AccessDenied":
                    raise
                source.seek(0)
                result = self._client.put_object(self.bucket, full, source, size_bytes)
        return ObjectInfo(name=name, size_bytes=size_bytes, etag=str(result.etag))

    @contextmanager
    def _opened(self, name: str) -> Iterator[IO[bytes]]:
        with self._translated(name):
            response = self._client.get_object(self.bucket, self._full(name))
            try:
                yield cast("IO[bytes]", response)
            finally:
                response.close()
                response.release_conn()

    @contextmanager
    def _translated(self, name: str) -> Iterator[None]:
        try:
            yield
        except S3Error as error:
            raise self._refusal(name, error) from error
        except (MinioException, HTTPError) as error:
            cause = str(getattr(error, "reason", None) or error).rpartition(": ")[2]
            message = f"no answer from the object store at `{self.endpoint}`: {cause}"
            hint = "check the address, whether the server is up, and whether it speaks TLS"
            raise StoreError(message, hint=hint) from error
        except OSError as error:
            message = f"cannot copy `{name}` of bucket `{self.bucket}`: {error}"
            raise StoreError(message, hint="check the disk of this machine") from error

    def _refusal(self, name: str, error: S3Error) -> StoreError:
        where = f"bucket `{self.bucket}` at `{self.endpoint}`"
        if error.code in _MISSING_CODES:
            message = f"there is no object `{name}` in {where}"
            return MissingObjectError(message)
        message = f"{where} refuses `{name}`: {error.code}, {error.message}"
        hint = _HINTS.get(error.code or "", "see the log of the server")
        return StoreError(message, hint=hint)


def _client(
    endpoint: str,
    bucket: str,
    access_key: str,
    secret_key: str,
    *,
    secure: bool,
    region: str | None,
) -> Minio:
    http = PoolManager(
        maxsize=_CONNECTIONS,
        timeout=Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
        retries=Retry(
            total=_RETRIES, backoff_factor=_BACKOFF_SECONDS, status_forcelist=_BUSY_STATUSES
        ),
    )
    try:
        check_bucket_name(bucket, s3_check=True)
        return Minio(
            endpoint,
            access_key=access_key,
            secret_key=secret_key,
            secure=secure,
            region=region,
            http_client=http,
        )
    except ValueError as error:
        message = f"no object store can be at {endpoint!r} in bucket {bucket!r}: {error}"
        hint = "give host and port alone, such as `minio.kubeflow:9000`, and a bucket's name"
        raise InvalidValueError(message, hint=hint) from error
