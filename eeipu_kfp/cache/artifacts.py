"""Artifacts on their way into a store and out of it."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from eeipu_kfp.cache.entries import CacheEntry, KeptArtifact
from eeipu_kfp.core.outputs import Artifact, StageOutputs
from eeipu_kfp.core.ports import ObjectInfo, ObjectStore
from eeipu_kfp.core.values import canonical_json
from eeipu_kfp.errors import StoreError


def keep(
    store: ObjectStore, folder: str, outputs: StageOutputs
) -> Mapping[str, tuple[KeptArtifact, ...]]:
    """Bring artifacts into a store and return what is there now.

    Local files and folders are copied. An artifact that the pipeline has put into the store's own
    bucket is noted where it is; one elsewhere keeps its URI, and cannot be checked later. One
    without content, as Metrics mostly are, keeps its metadata alone.

    Args:
        store: Where to.
        folder: Name under which copies go, as `<folder>/<output>/<index>/<file name>`.
        outputs: What the stage has put out.
    """
    return {
        name: tuple(
            _keep_one(store, f"{folder}/{name}/{index}", artifact)
            for index, artifact in enumerate(artifacts)
        )
        for name, artifacts in outputs.artifacts.items()
    }


def fetch(store: ObjectStore, entry: CacheEntry, into: Path | None) -> StageOutputs:
    """Return an entry's outputs with URIs that a process on this machine can open.

    An artifact without content gets a path where nothing is, as it had when its stage ran.

    Args:
        store: Holds the entry's objects.
        entry: The entry.
        into: Folder for what must be downloaded; the same content is downloaded once. None for the
            URIs that the store knows the objects by.

    Raises:
        MissingObjectError: An object has vanished since the entry was looked up.
    """
    artifacts = {
        name: tuple(_fetched(store, kept, into) for kept in several)
        for name, several in entry.artifacts.items()
    }
    return StageOutputs(parameters=entry.parameters, artifacts=artifacts)


def objects_of(store: ObjectStore, name: str) -> tuple[ObjectInfo, ...]:
    """Return the objects that hold an artifact: one of that name, or all below it."""
    return tuple(
        found
        for found in store.list(name)
        if found.name == name or found.name.startswith(f"{name}/")
    )


def _keep_one(store: ObjectStore, folder: str, artifact: Artifact) -> KeptArtifact:
    if "://" in artifact.uri and not artifact.uri.startswith("file://"):
        return _noted(store, artifact)
    path = Path(artifact.uri.removeprefix("file://"))
    name = f"{folder}/{path.name}"
    names = {f"{name}/{part}" if part else name: path / part for part in _parts(path)}
    return KeptArtifact(
        artifact=replace(artifact, uri=name),
        is_folder=path.is_dir(),
        objects=tuple(store.put_file(name, names[name]) for name in sorted(names)),
    )


def _noted(store: ObjectStore, artifact: Artifact) -> KeptArtifact:
    inside = store.uri("").rstrip("/") + "/"
    if not artifact.uri.startswith(inside):
        return KeptArtifact(artifact=artifact)
    name = artifact.uri.removeprefix(inside).rstrip("/")
    objects = objects_of(store, name)
    return KeptArtifact(
        artifact=replace(artifact, uri=name),
        is_folder=any(found.name != name for found in objects),
        objects=objects,
    )


def _parts(path: Path) -> Iterator[str]:
    """Yield the files of an artifact by their path within it; the empty one for a file."""
    if path.is_file():
        yield ""
    if path.is_dir():
        for folder, _, files in os.walk(path, onerror=_refuse, followlinks=True):
            yield from (Path(folder, file).relative_to(path).as_posix() for file in files)


def _refuse(error: OSError) -> None:
    message = f"cannot read the artifact at `{error.filename}`: {error.strerror}"
    raise StoreError(message, hint="let the stage write files that this user can read") from error


def _fetched(store: ObjectStore, kept: KeptArtifact, into: Path | None) -> Artifact:
    if kept.is_elsewhere:
        return kept.artifact
    if into is None:
        return replace(kept.artifact, uri=store.uri(kept.artifact.uri))
    path = store.local_path(kept.artifact.uri)
    # A store has no empty folders, so these are made outside.
    if path is None or (kept.is_folder and not kept.objects):
        path = _downloaded(store, kept, into)
    return replace(kept.artifact, uri=str(path))


def _downloaded(store: ObjectStore, kept: KeptArtifact, into: Path) -> Path:
    path = into.absolute() / _content_tag(kept) / Path(kept.artifact.uri).name
    if _is_whole(kept, path):
        return path
    try:
        into.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(
            dir=into, prefix=".incomplete-", ignore_cleanup_errors=True
        ) as incomplete:
            _download(store, kept, Path(incomplete, path.name))
            _take_place(Path(incomplete), kept, path)
    except OSError as error:
        message = f"cannot bring `{kept.artifact.uri}` to `{into}`: {error.strerror or error}"
        raise StoreError(message, hint="check the folder and its disk") from error
    return path


def _download(store: ObjectStore, kept: KeptArtifact, path: Path) -> None:
    if kept.is_folder:
        path.mkdir()
    for found, target in _targets(kept, path):
        target.parent.mkdir(parents=True, exist_ok=True)
        store.get_file(found.name, target)
        target.chmod(0o444)


def _take_place(incomplete: Path, kept: KeptArtifact, path: Path) -> None:
    shutil.rmtree(path.parent, ignore_errors=True)
    try:
        incomplete.rename(path.parent)
    except OSError:
        # Another process may have been first with the same content.
        if not _is_whole(kept, path):
            raise


def _is_whole(kept: KeptArtifact, path: Path) -> bool:
    if not path.parent.is_dir() or (kept.is_folder and not path.is_dir()):
        return False
    return all(
        target.is_file() and target.stat().st_size == found.size_bytes
        for found, target in _targets(kept, path)
    )


def _targets(kept: KeptArtifact, path: Path) -> Iterator[tuple[ObjectInfo, Path]]:
    for found in kept.objects:
        yield found, path / found.name.removeprefix(kept.artifact.uri).lstrip("/")


def _content_tag(kept: KeptArtifact) -> str:
    content = [kept.artifact.uri, [[found.name, found.etag] for found in kept.objects]]
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()[:32]
