"""An object store in memory, for tests and simulated experiments."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from eeipu_kfp.cache.names import checked_name
from eeipu_kfp.core.ports import ObjectInfo
from eeipu_kfp.errors import MissingObjectError


class MemoryStore:
    """Fulfils `ObjectStore` for as long as the process lives."""

    def __init__(self) -> None:
        self._objects: dict[str, bytes] = {}

    def put(self, name: str, data: bytes) -> ObjectInfo:
        """Write an object, replacing one of that name."""
        self._objects[checked_name(name)] = bytes(data)
        return _info(name, data)

    def put_file(self, name: str, path: Path) -> ObjectInfo:
        """Write an object from a file."""
        return self.put(name, path.read_bytes())

    def get(self, name: str) -> bytes:
        """Return an object's content; MissingObjectError where there is none."""
        data = self._objects.get(checked_name(name))
        if data is None:
            message = f"there is no object `{name}` in memory"
            raise MissingObjectError(message)
        return data

    def get_file(self, name: str, path: Path) -> None:
        """Write an object's content to a file; MissingObjectError where there is none."""
        path.write_bytes(self.get(name))

    def head(self, name: str) -> ObjectInfo | None:
        """Return what is known of an object; None where there is none."""
        data = self._objects.get(checked_name(name))
        return None if data is None else _info(name, data)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Yield the objects whose name begins with a prefix, by name."""
        for name, data in sorted(self._objects.items()):
            if name.startswith(prefix):
                yield _info(name, data)

    def delete(self, name: str) -> None:
        """Remove an object; harmless where there is none."""
        self._objects.pop(checked_name(name), None)

    def uri(self, name: str) -> str:
        """Return where an object is; the empty name stands for the store itself."""
        return f"memory://store/{name}".rstrip("/")

    def local_path(self, name: str) -> Path | None:  # noqa: ARG002  # part of the port
        """Return None: nothing here is on a disk."""
        return None


def _info(name: str, data: bytes) -> ObjectInfo:
    digest = hashlib.sha256(data).hexdigest()
    return ObjectInfo(name=name, size_bytes=len(data), etag=digest[:32])
