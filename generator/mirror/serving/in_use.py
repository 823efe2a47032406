"""The release that is served at this moment: looked up once for each request, read again only after a switch."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator.mirror.refusals import MirrorError
from generator.mirror.store import TREE, MirrorStore, ReleaseRecord
from generator.release.catalogue import CatalogueError, Target, TargetInfo, read_target
from generator.release.partition import SITE, TEXT


@dataclass(frozen=True)
class CourseHere:
    """A course of the release in use."""

    folder: str
    title: str
    is_here: bool


@dataclass(frozen=True)
class TreeInUse:
    """A tree that is served, and what is known of it without looking into its files."""

    folder: Path
    digests: Mapping[str, str] = field(default_factory=dict)
    """Path → SHA-256 of large files, which would take long to read for it."""
    courses: tuple[CourseHere, ...] = ()
    """By title."""


class TreeLookup:
    """Follows the mirror's link; may be used by many threads."""

    def __init__(self, store: MirrorStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._last: tuple[str, TreeInUse] | None = None

    def current(self) -> TreeInUse | None:
        """The tree in use; None before the first release."""
        try:
            leads_to = str(self._store.link.readlink())
        except OSError:
            return None
        with self._lock:
            if self._last is None or self._last[0] != leads_to:
                self._last = leads_to, self._read(leads_to)
            return self._last[1]

    def _read(self, leads_to: str) -> TreeInUse:
        folder = self._store.folder / leads_to
        named = TREE.fullmatch(folder.name)
        try:
            return TreeInUse(folder, *_facts_of(self._store.record(int(named[1])))) if named else TreeInUse(folder)
        except (MirrorError, CatalogueError, OSError):
            return TreeInUse(folder)  # a damaged record takes nothing from the pages


def _facts_of(record: ReleaseRecord) -> tuple[dict[str, str], tuple[CourseHere, ...]]:
    here = _read_targets(record.targets)
    digests = {path: blob.sha256 for target in here for path, blob in target.blobs.items()}
    titles = {target.unit: target.title for target in (*_read_targets(record.left_out), *here)}
    present = {target.unit for target in here if target.layer == TEXT}
    courses = (CourseHere(unit, title, unit in present) for unit, title in titles.items() if unit != SITE)
    return digests, tuple(sorted(courses, key=lambda one: (one.title.casefold(), one.folder)))


def _read_targets(targets: Mapping[str, TargetInfo]) -> list[Target]:
    return [read_target(path, info) for path, info in targets.items()]
