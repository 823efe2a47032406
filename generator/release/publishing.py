"""Puts a signed release into a folder that any web server can serve, or to an address that a library reaches.

The order is what keeps readers safe: `timestamp.json` is written last, so whoever reads it finds all that it leads to.
Nothing that was published is ever changed; what nobody needs any more is removed by `pruning.py` alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from tuf.api.metadata import Snapshot

from generator.release.destinations import Destination, Folder
from generator.release.refusals import ReleaseError
from generator.release.signed_documents import read_metadata
from generator.release.signing import signed_number
from generator.release.trust import HighWater, ReferenceTime, TrustedState
from generator.release.trust_refusals import TrustError
from generator.release.workplace import DATE, Edition, WireFile, Workplace, is_there

Listener = Callable[[str, int, int], None]
TIMESTAMP = "timestamp.json"
"""The only file whose content changes."""
RELEASE_FILES = ("timestamp.json", "torrent")
"""Ends of `release/<n>.…`: there when a torrent was made, and no part of what is signed."""


@dataclass(frozen=True)
class Published:
    """What a publication did."""

    number: int
    files: int
    """Files that the release consists of."""
    written: int
    bytes_written: int


def publish_release(
    work: Workplace,
    destination: Path | Destination,
    *,
    check: bool = False,
    listener: Listener = lambda stage, done, total: None,
) -> Published:
    """Bring the newest signed release there, in an order in which readers never find half a release.

    `check` reads what is there already and replaces what was damaged; without it, sizes are compared.
    Raises `ReleaseError` when the destination holds another catalogue or a newer release, or when a file of ours is
    missing or altered, or when mirrors would not believe the release; `OSError` when it cannot be written.  Then
    readers go on finding the release before.
    """
    there = Folder(destination) if isinstance(destination, Path) else destination
    number = signed_number(work)
    if not number:
        raise ReleaseError("no-release")
    edition = work.read_edition(number)
    timestamp = work.timestamp.read_bytes()
    _prove(work, edition, timestamp)
    refuse_foreign(work, there, timestamp)
    there.begin()
    groups = _groups(work, edition)
    total = sum(len(group) for group in groups) + 1
    done = written = size = 0
    for group in groups:
        for path, source in group.items():
            copied = _bring(source, there, edition, path, check=check)
            if copied:
                written, size = written + 1, size + copied
            done += 1
            listener("write", done, total)
        there.settle()
    if there.length(TIMESTAMP) is None or there.read(TIMESTAMP) != timestamp:
        there.write(TIMESTAMP, timestamp)
        there.settle()
        written, size = written + 1, size + len(timestamp)
    listener("write", total, total)
    return Published(edition.number, total, written, size)


def _prove(work: Workplace, edition: Edition, timestamp: bytes) -> None:
    """Look at the release as a mirror does that knows nothing but the first root."""
    files = {file.name: file.read_bytes() for file in work.metadata.glob("*.json")}
    files[TIMESTAMP] = timestamp
    date = datetime.strptime(edition.date, DATE).replace(tzinfo=timezone.utc)
    state = TrustedState.start(files["1.root.json"], HighWater(), ReferenceTime(clock=date, built=date))
    try:
        release = state.update(files, as_bundle=True)
    except TrustError as error:
        raise ReleaseError("not-believed", number=edition.number, reason=error.kind) from error
    wire = {path: WireFile(one.length, one.sha256) for path, one in release.transport.items()}
    if release.number != edition.number or release.targets != edition.targets or wire != edition.wire:
        raise ReleaseError("edition-unreadable", file=f"{edition.number}.json", reason="TUF")


def _groups(work: Workplace, edition: Edition) -> list[dict[str, Path]]:
    """What a release consists of, in the order in which it is written: each group needs only those before it."""
    on_wire = {path: work.wire / path for path in sorted(edition.wire)}
    metadata = {f"md/{file.name}": file for file in sorted(work.metadata.glob("*.json"))}
    packs = {
        file.relative_to(work.wire).as_posix(): file
        for pattern in (f"{edition.number}.zst", f"*-{edition.number}.zst")
        for file in sorted((work.wire / "meta").glob(pattern))
    }
    named = {f"release/{edition.number}.{end}": work.wire / f"release/{edition.number}.{end}" for end in RELEASE_FILES}
    return [
        {path: file for path, file in on_wire.items() if path.startswith("obj/")},
        {path: file for path, file in on_wire.items() if not path.startswith("obj/")},
        metadata,
        packs,
        {path: file for path, file in named.items() if file.is_file()},
    ]


def metadata_files(work: Workplace, number: int) -> set[str]:
    """Paths of the metadata that a release's snapshot names, of itself and of all roots.  Raises `MetadataError`."""
    found = {f"md/{file.name}" for file in work.metadata.glob("*.root.json")}
    file = work.metadata / f"{number}.snapshot.json"
    if file.is_file():
        snapshot = read_metadata(file.read_bytes(), Snapshot, file=file.name).signed
        found |= {f"md/{file.name}", *(f"md/{one.version}.{name}" for name, one in snapshot.meta.items())}
    return {path for path in found if (work.wire / path).is_file()}


def _bring(source: Path, there: Destination, edition: Edition, path: str, *, check: bool) -> int:
    """Copy a file where it is missing; bytes that were copied."""
    known = edition.wire.get(path)
    if known is None:
        return _bring_metadata(source, there, path)
    if there.length(path) == known.length and not (check and there.read_info(path) != known):
        return 0
    if not is_there(source, known):
        raise ReleaseError("image-missing", path=str(source), number=edition.number)
    there.copy(source, path)
    return known.length


def _bring_metadata(source: Path, there: Destination, path: str) -> int:
    content = source.read_bytes()
    if there.length(path) is not None:
        if there.read(path) == content:
            return 0
        if path.endswith(".torrent"):  # with other web seeds; nobody who has the old one is worse off
            there.write(path, content)
            return len(content)
        raise ReleaseError("destination-other", folder=there.name, file=path)
    there.write(path, content)
    return len(content)


def refuse_foreign(work: Workplace, there: Destination, timestamp: bytes) -> tuple[int, int]:
    """Raises `ReleaseError` before anything is written; gives release and timestamp that are there, or zeros."""
    for file in sorted(work.metadata.glob("*.root.json")):
        path = f"md/{file.name}"
        if there.length(path) is not None and there.read(path) != file.read_bytes():
            raise ReleaseError("destination-other", folder=there.name, file=path)
    ours, theirs = _versions(timestamp), (0, 0)
    if there.length(TIMESTAMP) is not None:
        try:
            theirs = _versions(there.read(TIMESTAMP))
        except (ValueError, KeyError, TypeError):
            raise ReleaseError("destination-other", folder=there.name, file=TIMESTAMP) from None
    if theirs > ours:
        raise ReleaseError("destination-newer", folder=there.name, theirs=theirs[0], ours=ours[0])
    return theirs


def _versions(timestamp: bytes) -> tuple[int, int]:
    """Number of the release and version of the timestamp itself.  Raises `ValueError`, `KeyError` or `TypeError`."""
    signed: Mapping[str, object] = json.loads(timestamp)["signed"]
    meta = signed["meta"]
    if not isinstance(meta, dict):
        raise TypeError(meta)
    return int(meta["snapshot.json"]["version"]), int(str(signed["version"]))
