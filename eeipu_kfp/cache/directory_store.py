"""An object store in a folder of this machine, or of a disk that several machines share."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from stat import S_ISREG
from typing import IO
from uuid import uuid4

from eeipu_kfp.cache.names import checked_name
from eeipu_kfp.core.ports import ObjectInfo
from eeipu_kfp.errors import InvalidValueError, MissingObjectError, StoreError

_INCOMPLETE = ".incomplete"
_ABANDONED_SECONDS = 24 * 3600.0
_CHUNK_BYTES = 1 << 20
_ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
_HINTS = {
    errno.ENOSPC: "free some space, or lower the cache's size limit",
    errno.EDQUOT: "free some space, or lower the cache's size limit",
    errno.EACCES: "make the folder writable for this user, or name another",
    errno.EPERM: "make the folder writable for this user, or name another",
    errno.EROFS: "name a folder on a disk that is not mounted read-only",
    errno.ENAMETOOLONG: "shorten the names of the files that the stage puts out",
}


class DirectoryStore:
    """Fulfils `ObjectStore` with one read-only file an object; several processes may share it.

    A file is written elsewhere under the root, brought to the disk and then renamed, so no reader
    ever sees half of it.
    """

    def __init__(self, root: Path) -> None:
        """Take the folder; it is made by the first write."""
        self.root = root.absolute()
        self._swept = False

    def put(self, name: str, data: bytes) -> ObjectInfo:
        """Write an object, replacing one of that name."""
        return self._write(name, BytesIO(data))

    def put_file(self, name: str, path: Path) -> ObjectInfo:
        """Write an object from a file, which is copied."""
        with self._translated("copy", str(path)), path.open("rb") as source:
            return self._write(name, source)

    def get(self, name: str) -> bytes:
        """Return an object's content; MissingObjectError where there is none."""
        with self._translated("read", name):
            return self._path(name).read_bytes()

    def get_file(self, name: str, path: Path) -> None:
        """Write an object's content to a file; MissingObjectError where there is none."""
        with self._translated("read", name), self._path(name).open("rb") as source:
            _copy(source, path)

    def head(self, name: str) -> ObjectInfo | None:
        """Return what is known of an object; None where there is none."""
        with self._translated("look up", name):
            return self._info(self._path(name))

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Yield the objects whose name begins with a prefix, by name."""
        with self._translated("list", prefix):
            found = [self._info(path) for path in self._files(prefix)]
        yield from sorted((info for info in found if info), key=lambda info: info.name)

    def delete(self, name: str) -> None:
        """Remove an object and the folders it leaves empty; harmless where there is none."""
        path = self._path(name)
        with self._translated("delete", name):
            with suppress(*_ABSENT):
                path.unlink()
            with suppress(OSError):
                for folder in path.parents:
                    if folder == self.root:
                        break
                    folder.rmdir()

    def uri(self, name: str) -> str:
        """Return an object's absolute path; the empty name stands for the store itself."""
        return str(self.root / name)

    def local_path(self, name: str) -> Path | None:
        """Return the file of an object, or the folder of all objects below a name."""
        return self._path(name)

    def _path(self, name: str) -> Path:
        if checked_name(name).split("/", 1)[0] == _INCOMPLETE:
            message = f"object name `{name}` begins with `{_INCOMPLETE}`, which the store needs"
            raise InvalidValueError(message)
        return self.root / name

    def _files(self, prefix: str) -> Iterator[Path]:
        above = prefix.rpartition("/")[0]
        start = self._path(above) if above else self.root

        def refuse(error: OSError) -> None:
            if not isinstance(error, _ABSENT) or (start == self.root and self.root.exists()):
                raise error

        for folder, folders, files in os.walk(start, onerror=refuse):
            if Path(folder) == self.root and _INCOMPLETE in folders:
                folders.remove(_INCOMPLETE)
            yield from (
                path
                for path in (Path(folder, file) for file in files)
                if self._name(path).startswith(prefix)
            )

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _info(self, path: Path) -> ObjectInfo | None:
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return _describe(self._name(path), status) if S_ISREG(status.st_mode) else None

    def _write(self, name: str, source: IO[bytes]) -> ObjectInfo:
        target = self._path(name)
        with self._translated("write", name):
            incomplete = self._incomplete()
            try:
                status = _copy(source, incomplete)
                _rename(incomplete, target)
            finally:
                incomplete.unlink(missing_ok=True)
        return _describe(name, status)

    def _incomplete(self) -> Path:
        folder = self.root / _INCOMPLETE
        _make_folder(folder)
        if not self._swept:
            self._swept = True
            _remove_older(folder, time.time() - _ABANDONED_SECONDS)
        return folder / uuid4().hex

    @contextmanager
    def _translated(self, action: str, name: str) -> Iterator[None]:
        try:
            yield
        except _ABSENT as error:
            if action != "read":
                raise self._refusal(action, name, error) from error
            message = f"there is no object `{name}` in `{self.root}`"
            raise MissingObjectError(message) from error
        except OSError as error:
            raise self._refusal(action, name, error) from error

    def _refusal(self, action: str, name: str, error: OSError) -> StoreError:
        message = f"cannot {action} `{name}` in `{self.root}`: {error.strerror or error}"
        hint = _HINTS.get(error.errno or 0, "check the folder and its disk")
        return StoreError(message, hint=hint)


def _describe(name: str, status: os.stat_result) -> ObjectInfo:
    etag = f"{status.st_mtime_ns:x}-{status.st_size:x}"
    return ObjectInfo(name=name, size_bytes=status.st_size, etag=etag)


def _copy(source: IO[bytes], path: Path) -> os.stat_result:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o444)
    with os.fdopen(descriptor, "wb") as target:
        shutil.copyfileobj(source, target, _CHUNK_BYTES)
        target.flush()
        # The kernel's own stamp stands still for milliseconds: two versions could look alike.
        now = time.time_ns()
        os.utime(descriptor, ns=(now, now))
        os.fsync(descriptor)
        return os.fstat(descriptor)


def _rename(source: Path, target: Path) -> None:
    while True:
        try:
            _make_folder(target.parent)
            source.replace(target)
        except FileNotFoundError:
            # A delete may just have removed the empty folder.
            if not source.exists():
                raise
        else:
            return _sync_folder(target.parent)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    with suppress(FileNotFoundError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove_older(folder: Path, than_seconds: float) -> None:
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < than_seconds:
                path.unlink()
