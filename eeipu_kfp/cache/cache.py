"""The cache: entries in an object store, believed only after a look at what they name."""

from __future__ import annotations

import hashlib
import itertools
import logging
from collections.abc import Collection, Mapping
from pathlib import Path
from threading import Lock

from eeipu_kfp.cache.artifacts import fetch, keep, objects_of
from eeipu_kfp.cache.entries import CacheEntry, decode, encode
from eeipu_kfp.cache.eviction import victims
from eeipu_kfp.cache.keys import StageKey
from eeipu_kfp.core.outputs import StageOutputs
from eeipu_kfp.core.ports import Clock, ObjectStore
from eeipu_kfp.core.values import Value
from eeipu_kfp.errors import InvalidValueError, MissingObjectError

_logger = logging.getLogger(__name__)

_ENTRIES = "cache/entries/"
_ARTIFACTS = "cache/artifacts/"
_SUFFIX = ".json"
_UNFINISHED_SECONDS = 24 * 3600.0


class Cache:
    """Stage outputs under stage keys; many processes may share one store, and threads a cache.

    An entry is written after all that it names and removed before it, so a crash in between
    leaves objects that nobody names, which `sweep` removes, and never an entry without content.
    """

    def __init__(self, store: ObjectStore, clock: Clock, *, owned: tuple[str, ...] = ()) -> None:
        """Look into a store.

        Args:
            store: Where entries and copies of artifacts lie.
            clock: Tells how old they are.
            owned: Prefixes below which runs have put artifacts that are used in place, and that
                go with their entries.
        """
        self._store = store
        self._clock = clock
        self._owned = owned
        self._read: dict[str, tuple[str, CacheEntry | None]] = {}
        self._reading = Lock()
        self._order = itertools.count()
        self._listing = -1

    def publish(
        self,
        key: StageKey,
        *,
        stage: str,
        outputs: StageOutputs,
        seconds: float,
        overhead_seconds: float,
        values: Mapping[str, Value],
        experiment: str,
        trial: int,
    ) -> CacheEntry:
        """Keep what a stage has put out; an entry that holds already under the key stays.

        Args:
            key: The stage's key in this trial.
            stage: The stage's name.
            outputs: What it has put out.
            seconds: Compute time that it took.
            overhead_seconds: Time beside the compute.
            values: The pipeline inputs that decided the output.
            experiment: Who has made it.
            trial: The number of the trial that has made it.

        Returns:
            The entry that holds now.

        Raises:
            InvalidValueError: Outputs cannot be kept: metadata that is no JSON, an odd file name.
        """
        held = self.lookup(key.digest)
        if held is not None:
            return held
        now = self._clock.now()
        folder = f"{_ARTIFACTS}{key.digest}/{_publication(now, experiment, trial)}"
        entry = CacheEntry(
            key=key.digest,
            stage=stage,
            ingredients=key.ingredients,
            values=values,
            parameters=outputs.parameters,
            artifacts=keep(self._store, folder, outputs),
            seconds=seconds,
            overhead_seconds=overhead_seconds,
            experiment=experiment,
            trial=trial,
            created_at=now,
        )
        name, data = _entry_name(entry.key), encode(entry)
        self._read[name] = (self._store.put(name, data).etag, decode(data))
        return entry

    def lookup(self, key: str) -> CacheEntry | None:
        """Return the entry of a key, if all that it names is there unchanged; else drop it."""
        entry = self._load(key)
        if entry is None or self._is_intact(entry):
            return entry
        _logger.warning(
            "artifacts of stage `%s` are missing or changed; it will run again", entry.stage
        )
        self._drop(entry)
        return None

    def fetch(self, entry: CacheEntry, into: Path | None) -> StageOutputs:
        """Return an entry's outputs with URIs that a process on this machine can open.

        Args:
            entry: What a look-up has found.
            into: Folder for what must be downloaded; the same content is downloaded once. None
                for the URIs that the store knows the objects by, with nothing downloaded.

        Raises:
            MissingObjectError: An object has vanished since the look-up.
        """
        return fetch(self._store, entry, into)

    def entries(self) -> tuple[CacheEntry, ...]:
        """Return all entries as noted, by key; only documents new since the last call are read."""
        asked = next(self._order)
        with self._reading:
            # Of threads that wait for a listing, one that began since serves them all.
            if self._listing > asked:
                return self._known()
            began = next(self._order)
            listed = {info.name: info.etag for info in self._store.list(_ENTRIES)}
            for name in set(self._read) - listed.keys():
                self._read.pop(name, None)
            for name, etag in listed.items():
                if name.endswith(_SUFFIX) and self._read.get(name, ("",))[0] != etag:
                    self._read[name] = (etag, self._load(_key_of(name)))
            self._listing = began
            return self._known()

    def remove(self, key: str) -> None:
        """Remove an entry and its own artifacts; harmless where there is none.

        Its own are the copies that lie beside it, and what lies below a prefix that is owned.
        """
        entry = self._load(key)
        if entry is None:
            self._store.delete(_entry_name(key))
        else:
            self._drop(entry)

    def collect(self, limit_bytes: int, pinned: Collection[str]) -> tuple[CacheEntry, ...]:
        """Remove what saves the fewest seconds per byte until the rest fits a limit.

        Args:
            limit_bytes: What the cache may hold.
            pinned: Keys of entries that must stay.

        Returns:
            The entries removed.
        """
        removed = victims(self.entries(), limit_bytes=limit_bytes, pinned=pinned)
        for entry in removed:
            self._drop(entry)
        return removed

    def sweep(self) -> int:
        """Remove objects that no entry names, once they are older than any publication takes.

        Returns:
            The bytes that this has freed.
        """
        named = {found.name for entry in self.entries() for found in entry.objects}
        read = tuple(self._read.items())
        unreadable = {_key_of(name) for name, (_, entry) in read if entry is None}
        too_young = self._clock.now() - _UNFINISHED_SECONDS
        freed_bytes = 0
        for found in tuple(self._store.list(_ARTIFACTS)):
            key, publication, *_ = found.name.removeprefix(_ARTIFACTS).split("/")
            if found.name in named or key in unreadable or _published_at(publication) > too_young:
                continue
            self._store.delete(found.name)
            freed_bytes += found.size_bytes
        return freed_bytes

    def _known(self) -> tuple[CacheEntry, ...]:
        return tuple(entry for _, entry in tuple(self._read.values()) if entry is not None)

    def _load(self, key: str) -> CacheEntry | None:
        name = _entry_name(key)
        try:
            entry = decode(self._store.get(name))
        except MissingObjectError:
            return None
        except InvalidValueError as error:
            _logger.warning("`%s` is passed over: %s", name, error)
            return None
        if entry.key != key:
            _logger.warning("`%s` is passed over: it is the entry of %s", name, entry.key)
            return None
        return entry

    def _is_intact(self, entry: CacheEntry) -> bool:
        return all(
            objects_of(self._store, kept.artifact.uri) == kept.objects
            for kept in entry.kept
            if not kept.is_elsewhere
        )

    def _drop(self, entry: CacheEntry) -> None:
        self._store.delete(_entry_name(entry.key))
        for found in entry.objects:
            if found.name.startswith((f"{_ARTIFACTS}{entry.key}/", *self._owned)):
                self._store.delete(found.name)


def _entry_name(key: str) -> str:
    return f"{_ENTRIES}{key[:2]}/{key}{_SUFFIX}"


def _key_of(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(_SUFFIX)


def _publication(now: float, experiment: str, trial: int) -> str:
    """Name a folder that no other publication writes to, and that tells when it was made."""
    producer = hashlib.sha256(f"{experiment}/{trial}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"{int(now * 1000)}-{producer[:16]}"


def _published_at(publication: str) -> float:
    milliseconds = publication.partition("-")[0]
    return int(milliseconds) / 1000 if milliseconds.isdecimal() else float("inf")
