"""Proves every byte that is served, and makes a tree again in which something is wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from generator.mirror.assembling import Assembly
from generator.mirror.clock import BUILT, reference_time
from generator.mirror.copies import CopyMaker
from generator.mirror.fetching import Listener, fetching
from generator.mirror.file_lists import FileEntry, list_path, read_lists
from generator.mirror.held_images import is_proven
from generator.mirror.refusals import MirrorError
from generator.mirror.store import MirrorStore, ReleaseRecord
from generator.mirror.trees import choose
from generator.mirror.trust_files import TIMESTAMP, TrustFiles
from generator.mirror.watch import Patience
from generator.release.catalogue import BlobInfo, TargetInfo, read_target
from generator.release.fingerprints import release_digest
from generator.release.own_files import is_own, is_own_page
from generator.release.trust import TrustedState, VerifiedRelease
from generator.release.trust_refusals import TrustError
from generator.release.workplace import WireFile, is_there


@dataclass(frozen=True)
class Checked:
    """What a check found; paths are those of the served tree."""

    number: int
    images: int
    files: int
    """That were proven."""
    bytes: int
    altered: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    """Files that no release and no copy has."""
    unsigned: tuple[str, ...] = ()
    """Images that the record names and no signature does."""
    digest: str = ""
    """Code of the edition, as its publisher tells it; empty where its signatures are not here any more."""

    @property
    def is_right(self) -> bool:
        """Whether everything is what was signed, and nothing else is there."""
        return not (self.altered or self.missing or self.extra or self.unsigned)


def check_served(store: MirrorStore, listener: Listener = lambda stage, done, total: None) -> Checked:
    """Make the images of the served release again from their files, and compare everything with what was signed.

    Raises `MirrorError`: no-release-here, record-damaged, torn-mirror-state; `OSError`.
    """
    number = store.current()
    if number is None:
        raise MirrorError("no-release-here")
    record = store.record(number)
    release = verified_here(store)
    if release is None or release.number != number:
        return _Check(store, record, None).run(listener)
    return replace(_Check(store, record, release).run(listener), digest=release_digest(release.targets))


def repair_served(
    store: MirrorStore,
    *,
    clock: datetime | None = None,
    patience: Patience = Patience(),  # noqa: B008  # a frozen value
    listener: Listener = lambda stage, done, total: None,
) -> None:
    """Make the tree of the newest release again, out of what is proven here and what must be fetched; serve it.

    Raises `MirrorError`: not-repairable when an older one is served; and those of a sync.
    """
    number = store.current()
    if number is None:
        raise MirrorError("no-release-here")
    state = TrustFiles(store).load(reference_time(clock))
    release = _update(store, state)
    if release is None or release.number != number:
        raise MirrorError("not-repairable", number=number)
    settings = store.read_settings()
    wanted = choose(release, settings)
    addresses = settings.upstreams or (str(store.wire),)
    with fetching(addresses, store.incoming, patience, rate=settings.rate, listener=listener) as fetcher:
        copy = CopyMaker(state.root_bytes, BUILT)
        Assembly(store, settings, release, wanted, fetcher, copy, listener, proving=True).make()
    store.activate(number)


def verified_here(store: MirrorStore) -> VerifiedRelease | None:
    """The newest release, verified again from what is kept; None when its metadata are not here any more.

    Raises `MirrorError` torn-mirror-state.
    """
    return _update(store, TrustFiles(store).load(reference_time()))


def _update(store: MirrorStore, state: TrustedState) -> VerifiedRelease | None:
    trust = TrustFiles(store)
    timestamp = trust.timestamp()
    try:
        number = state.read_timestamp(timestamp).number
        return state.update({**trust.metadata(number), TIMESTAMP: timestamp}, as_bundle=True)
    except TrustError:
        return None


class _Check:
    """One check of one tree."""

    def __init__(self, store: MirrorStore, record: ReleaseRecord, release: VerifiedRelease | None) -> None:
        self.record, self.release = record, release
        self.tree = store.releases / record.tree
        self.copy = CopyMaker(TrustFiles(store).root(), BUILT)
        self.altered: set[str] = set()
        self.missing: set[str] = set()
        self.known: set[str] = set()
        self.size = 0

    def run(self, listener: Listener) -> Checked:
        lists = read_lists(self.tree)
        for done, (path, info) in enumerate(self.record.targets.items()):
            self._check_image(path, info, lists.get(info.sha256))
            for place, blob in read_target(path, info).blobs.items():
                self._check_blob(place, blob)
            listener("verify", done + 1, len(self.record.targets))
        own = self._check_own(lists)
        extra = {path for path in _files(self.tree) if path not in self.known and path not in own}
        return Checked(
            number=self.record.number,
            images=len(self.record.targets),
            files=len(self.known - self.altered - self.missing),
            bytes=self.size,
            altered=tuple(sorted(self.altered)),
            missing=tuple(sorted(self.missing)),
            extra=tuple(sorted(extra)),
            unsigned=tuple(path for path, info in self.record.targets.items() if not self._is_signed(path, info)),
        )

    def _is_signed(self, path: str, info: TargetInfo) -> bool:
        """Of a release before the newest only the record says it."""
        return self.release is None or self.release.targets.get(path) == info

    def _check_image(self, path: str, info: TargetInfo, files: tuple[FileEntry, ...] | None) -> None:
        unit = read_target(path, info).unit
        if files is None:
            self.missing.add(list_path(unit))
            return
        self.known |= {one.path for one in files}
        if is_proven(self.tree, files, info.sha256):
            self.size += sum(one.size for one in files)
            return
        wrong = [one.path for one in files if not self._is_as(one.path, one.size, one.sha256)]
        if not wrong:  # the list itself
            self.altered.add(list_path(unit))

    def _check_blob(self, place: str, blob: BlobInfo) -> None:
        self.known.add(place)
        if self._is_as(place, blob.length, blob.sha256):
            self.size += blob.length

    def _is_as(self, path: str, size: int, sha256: str) -> bool:
        """Whether a file is what it should be; noted if not."""
        place = self.tree / path
        if not os.path.lexists(place):
            self.missing.add(path)
            return False
        if not place.is_symlink() and is_there(place, WireFile(size, sha256)):
            return True
        self.altered.add(path)
        return False

    def _check_own(self, lists: dict[str, tuple[FileEntry, ...]]) -> set[str]:
        """The copy's own files: not signed, but known."""
        if self.release is None:
            return {path for path in _files(self.tree) if is_own(path) or is_own_page(self.tree / path)}
        expected = self.copy.files(self.tree, self.release, self.record.targets, lists)
        for path, content in expected.items():
            place = self.tree / path
            if not place.is_file():
                self.missing.add(path)
            elif place.read_bytes() != content:
                self.altered.add(path)
        return set(expected)


def _files(tree: Path) -> Iterator[str]:
    """Everything that is no folder; links to folders too."""
    for folder, folders, names in os.walk(tree):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in [*names, *links]:
            yield Path(folder, name).relative_to(tree).as_posix()
