"""Removes from the wire what no release needs any more that somebody may still be fetching.

Roots stay for ever: who knew the first one must be able to follow.  Other metadata, objects, media and packs stay as
long as one of the kept releases has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from generator.release.destinations import Destination, Folder
from generator.release.merged_sources import read_merged
from generator.release.metadata import Repository
from generator.release.publishing import RELEASE_FILES, TIMESTAMP, metadata_files, refuse_foreign
from generator.release.refusals import ReleaseError
from generator.release.releasing import DELTAS
from generator.release.signing import signed_number
from generator.release.workplace import DATE, Workplace

KEPT = 5
"""Releases."""
GRACE = timedelta(days=14)
"""A release that was the newest one so long ago may still be on its way to somebody: a timestamp's life."""
OURS = re.compile(
    r"obj/[0-9a-f]{2}/[0-9a-f]{64}(\.tar\.zst)?|delta/[0-9]+-[0-9]+\.pack|meta/[0-9]+(-[0-9]+)?\.zst|md/[0-9]+\.[a-z0-9-]+\.json"
    r"|release/[0-9]+\.(torrent|timestamp\.json)"
)
"""What may be removed at all; anything else in the folder is somebody else's."""
ORDER = ("release/", "meta/", "md/", "delta/", "obj/")
"""What leads to other files goes first."""


@dataclass(frozen=True)
class Pruned:
    """What became of it."""

    releases: tuple[int, ...]
    """Those that are kept whole."""
    files: int
    """Removed."""
    bytes_removed: int


def prune_releases(
    work: Workplace,
    date: datetime,
    *,
    keep: int = KEPT,
    grace: timedelta = GRACE,
    destination: Path | Destination | None = None,
) -> Pruned:
    """Remove what only old releases need, here or (when it is named) at a destination.

    Raises `ReleaseError` when nothing was signed yet, or the destination holds something else than the newest release;
    `OSError`.  A run that was cut off is finished by the next one.
    """
    number = signed_number(work)
    if not number:
        raise ReleaseError("no-release")
    there = _opened(work, destination, number)
    kept = kept_releases(work, number, date, keep=keep, grace=grace)
    needed = needed_files(work, number, kept)
    if destination is None:  # the next differences between metadata are made from these
        needed |= {f"meta/{one}.zst" for one in range(number - DELTAS + 1, number + 1)}
    gone = [path for path in there.paths() if OURS.fullmatch(path) and path not in needed]
    removed = 0
    for path in sorted(gone, key=lambda path: (_rank(path), path)):
        removed += there.length(path) or 0
        there.remove(path)
    there.settle()
    return Pruned(kept, len(gone), removed)


def kept_releases(
    work: Workplace, number: int, date: datetime, *, keep: int = KEPT, grace: timedelta = GRACE
) -> tuple[int, ...]:
    """The newest ones, and those that were the newest until not long ago."""
    dates = {one: work.read_edition(one).date for one in work.numbers() if one <= number}
    limit = (date - grace).astimezone(timezone.utc).strftime(DATE)
    return tuple(one for one in sorted(dates) if one > number - max(keep, 1) or dates.get(one + 1, "") > limit)


def needed_files(work: Workplace, number: int, kept: Iterable[int]) -> frozenset[str]:
    """All files of the kept releases, of what waits for signatures, and of what was merged."""
    kept = tuple(kept)
    needed = {TIMESTAMP, *(f"md/{name}" for name in Repository.from_folder(work.wire).files())}
    needed.update(f"md/{file.name}" for file in work.metadata.glob("*.root.json"))
    for one in (*kept, *(one for one in work.numbers() if one > number)):
        needed.update(work.read_edition(one).wire)
    for one in kept:
        needed.update(metadata_files(work, one))
        needed.add(f"meta/{one}.zst")
    needed.update(read_merged(work).objects)
    needed.update(f"meta/{old}-{one}.zst" for one in kept for old in range(1, one))
    needed.update(f"release/{one}.{end}" for one in kept for end in RELEASE_FILES)
    return frozenset(needed)


def _opened(work: Workplace, destination: Path | Destination | None, number: int) -> Destination:
    if destination is None:
        return Folder(work.wire)
    there = Folder(destination) if isinstance(destination, Path) else destination
    if refuse_foreign(work, there, work.timestamp.read_bytes())[0] != number:
        raise ReleaseError("destination-behind", folder=there.name, number=number)
    return there


def _rank(path: str) -> int:
    return next(rank for rank, beginning in enumerate(ORDER) if path.startswith(beginning))
