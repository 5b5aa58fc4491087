"""The bucket that the double reads and writes, by `minio://` URIs and by names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from eeipu_kfp.core.ports import ObjectInfo, ObjectStore

SCHEME = "minio://"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Objects of any store under the URIs of a bucket; fulfils `ObjectStore` itself.

    Attributes:
        store: Holds the whole bucket.
        name: The bucket's name.
        prefix: What every object's name begins with, without `/` at its ends; may be empty.
    """

    store: ObjectStore
    name: str
    prefix: str = ""

    def below(self, prefix: str) -> Bucket:
        """Return the part of the bucket below a prefix."""
        return replace(self, prefix=self._full(prefix))

    def put(self, name: str, data: bytes) -> ObjectInfo:
        """Write an object, replacing one of that name."""
        return replace(self.store.put(self._full(name), data), name=name)

    def put_file(self, name: str, path: Path) -> ObjectInfo:
        """Write an object from a file."""
        return replace(self.store.put_file(self._full(name), path), name=name)

    def get(self, name: str) -> bytes:
        """Return an object's content; MissingObjectError where there is none."""
        return self.store.get(self._full(name))

    def get_file(self, name: str, path: Path) -> None:
        """Write an object's content to a file; MissingObjectError where there is none."""
        self.store.get_file(self._full(name), path)

    def head(self, name: str) -> ObjectInfo | None:
        """Return what is known of an object; None where there is none."""
        found = self.store.head(self._full(name))
        return replace(found, name=name) if found else None

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Yield the objects whose name begins with a prefix, by name."""
        root = f"{self.prefix}/" if self.prefix else ""
        for found in self.store.list(root + prefix):
            yield replace(found, name=found.name.removeprefix(root))

    def delete(self, name: str) -> None:
        """Remove an object; harmless where there is none."""
        self.store.delete(self._full(name))

    def uri(self, name: str) -> str:
        """Return an object's URI; the empty name stands for the bucket or its part."""
        return SCHEME + "/".join(part for part in (self.name, self.prefix, name) if part)

    def local_path(self, name: str) -> Path | None:
        """Return None: what reads and writes here is not on this machine."""
        return None

    def name_of(self, uri: str) -> str | None:
        """Return the name of the object behind a URI; None where that is in no place of ours."""
        inside = self.uri("") + "/"
        return uri.removeprefix(inside).rstrip("/") if uri.startswith(inside) else None

    def download(self, uri: str, into: Path) -> Path | None:
        """Bring an artifact to a folder; None where there is nothing behind its URI."""
        name = self.name_of(uri)
        objects = [] if name is None else [o for o in self.list(name) if _belongs(o.name, name)]
        if name is None or not objects:
            return None
        for found in objects:
            target = into / found.name
            target.parent.mkdir(parents=True, exist_ok=True)
            self.get_file(found.name, target)
        return into / name

    def upload(self, path: Path, uri: str) -> None:
        """Write a file, or all files of a folder, behind a URI; nothing where there is neither."""
        name = self.name_of(uri)
        assert name is not None, f"{uri} is not in {self.uri('')}"
        if path.is_file():
            self.put_file(name, path)
        for part in sorted(path.rglob("*")) if path.is_dir() else ():
            if part.is_file():
                self.put_file(f"{name}/{part.relative_to(path).as_posix()}", part)

    def _full(self, name: str) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name


def _belongs(found: str, name: str) -> bool:
    return found == name or found.startswith(f"{name}/")
