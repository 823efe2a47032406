"""Removes what no release that stays needs; not at once, since others may be in the middle of fetching it.

What is superfluous is marked first, with the date; a later run that finds it marked long enough removes it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from generator.mirror.checking import verified_here
from generator.mirror.refusals import MirrorError
from generator.mirror.status import STATUS
from generator.mirror.store import TREE, MirrorStore, read_date, written_date
from generator.mirror.trees import UNFINISHED
from generator.mirror.trust_files import TIMESTAMP, TrustFiles
from generator.release.catalogue import read_target
from generator.release.durable_files import remove_waiting, settle_folders, write_durably
from generator.release.workplace import blob_path, object_path

MARKS = "garbage.json"
GRACE = timedelta(days=1)
"""How long something superfluous stays."""
FORGOTTEN = timedelta(days=30)
"""After so long an unfinished download is not gone on with."""


@dataclass(frozen=True)
class Swept:
    """What was removed."""

    removed: tuple[str, ...]
    """Paths in the mirror's folder."""
    bytes: int
    """That had no other name."""
    waiting: int
    """Things that are superfluous and not marked long enough."""


def collect_garbage(store: MirrorStore, now: datetime, grace: timedelta = GRACE) -> Swept:
    """The folder is to be held with `store.alone()`: a sync is never at work meanwhile.

    Raises `MirrorError` for what is no mirror, and `OSError`.
    """
    remove_waiting(store.folder)
    marks = _read_marks(store)
    superfluous = sorted(_superfluous(store, now))
    dated = {path: min(marks.get(path, now), now) for path in superfluous}
    due = [path for path in superfluous if now - dated[path] >= grace or path.endswith(UNFINISHED)]
    write_durably(
        store.state / MARKS,
        json.dumps({path: written_date(date) for path, date in dated.items() if path not in due}, indent=1).encode(),
    )
    size = sum(_remove(store.folder / path) for path in sorted(due, key=_records_first))
    return Swept(tuple(due), size, len(superfluous) - len(due))


def _superfluous(store: MirrorStore, now: datetime) -> Iterator[str]:
    """Paths in the mirror's folder that nothing needs."""
    kept = _kept(store)
    trees = {store.record(number).tree for number in kept if not _is_damaged(store, number)}
    trees |= {store.link.readlink().name} if store.link.is_symlink() else set()
    for place in store.releases.glob("*"):
        is_record = place.suffix == ".json" and place.stem.isdecimal() and int(place.stem) not in kept
        is_tree = place.is_dir() and (place.name.endswith(UNFINISHED) or TREE.fullmatch(place.name) is not None)
        if is_record or (is_tree and place.name not in trees):
            yield place.relative_to(store.folder).as_posix()
    trust = TrustFiles(store)
    newest = trust.numbers()[-1:]
    for number in trust.numbers():
        if number not in {*kept, *newest}:
            yield trust.metadata_file(number).relative_to(store.folder).as_posix()
    yield from _superfluous_wire(store, kept)
    for place in store.incoming.glob("*"):
        if now.timestamp() - place.stat().st_mtime > FORGOTTEN.total_seconds():
            yield place.relative_to(store.folder).as_posix()


def _superfluous_wire(store: MirrorStore, kept: set[int]) -> Iterator[str]:
    release = verified_here(store)
    if release is None:  # nobody knows what others are told: all of it stays
        return
    trust = TrustFiles(store)
    needed = {TIMESTAMP, STATUS, *release.transport, *(f"md/{name}" for name in trust.metadata(release.number))}
    for number in kept:
        if not _is_damaged(store, number):
            for path, info in store.record(number).targets.items():
                needed.add(object_path(info.sha256))
                needed |= {blob_path(blob.sha256) for blob in read_target(path, info).blobs.values()}
    for place in store.wire.rglob("*"):
        path = place.relative_to(store.wire).as_posix()
        is_pack_of_it = path.startswith("meta/") and place.stem.rpartition("-")[2] == str(release.number)
        if place.is_file() and path not in needed and not is_pack_of_it:
            yield place.relative_to(store.folder).as_posix()


def _kept(store: MirrorStore) -> set[int]:
    numbers = store.numbers()
    current = store.current()
    keep = store.read_settings().keep
    return {*numbers[-keep:], *([current] if current else [])}


def _is_damaged(store: MirrorStore, number: int) -> bool:
    try:
        store.record(number)
    except MirrorError:
        return True
    return False


def _records_first(path: str) -> tuple[bool, str]:
    """A record without its tree must not be."""
    return not path.endswith(".json"), path


def _remove(place: Path) -> int:
    """Bytes that the disk gets back."""
    if not place.is_dir():
        size = _freed(place)
        place.unlink()
        settle_folders({place.parent})
        return size
    doomed = place if place.name.endswith(UNFINISHED) else place.with_name(f"{place.name}{UNFINISHED}")
    if doomed != place:
        place.replace(doomed)  # half a tree must not look like one
        settle_folders({place.parent})
    size = sum(_freed(Path(folder, name)) for folder, _, names in os.walk(doomed) for name in names)
    shutil.rmtree(doomed)
    return size


def _freed(file: Path) -> int:
    found = file.lstat()
    return found.st_size if found.st_nlink == 1 else 0


def _read_marks(store: MirrorStore) -> dict[str, datetime]:
    """Nothing when they cannot be read: everything is marked again."""
    try:
        written = json.loads((store.state / MARKS).read_text(encoding="utf-8"))
        return {str(path): read_date(date) for path, date in written.items()}
    except (FileNotFoundError, ValueError, AttributeError, TypeError):
        return {}
