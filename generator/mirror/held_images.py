"""The images of the releases that are here, which are made again from their files when they are needed, and proven."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generator.mirror.file_lists import FileEntry, read_lists
from generator.mirror.refusals import MirrorError
from generator.mirror.store import TREE, MirrorStore
from generator.release.catalogue import BlobInfo, read_target
from generator.release.image import write_image
from generator.release.image_refusals import ImageRefusedError
from generator.release.workplace import wire_file

FIRST_DATE = 1_000_000_000
"""Seconds since 1970 (September 2001) from which files are dated."""


@dataclass(frozen=True)
class HeldImage:
    """An image whose files lie in a tree; whether they still are what they were, only its hash says."""

    tree: Path
    files: tuple[FileEntry, ...]


class HeldImages:
    """What can be taken from the trees that are here."""

    def __init__(self, store: MirrorStore, *, proving: bool = False) -> None:
        self._images: dict[str, HeldImage] = {}
        self._blobs: dict[str, Path] = {}
        self._proving = proving
        """Whether large files are read too before they are used again, not only looked at."""
        for tree in _trees(store):
            self._add_images(tree)
        for number in reversed(store.numbers()):
            self._add_blobs(store, number)

    def image(self, sha256: str) -> HeldImage | None:
        """The image of a hash, if its files seem to be here."""
        return self._images.get(sha256)

    def blob(self, blob: BlobInfo) -> Path | None:
        """A large file, if it seems to be here.  Its date comes from its content, so that a changed one is noticed."""
        place = self._blobs.get(blob.sha256)
        if place is None or place.is_symlink() or not place.is_file():
            return None
        found = place.stat()
        if found.st_size != blob.length or int(found.st_mtime) != content_date(blob.sha256):
            return None
        return place if not self._proving or wire_file(place).sha256 == blob.sha256 else None

    def _add_images(self, tree: Path) -> None:
        for sha256, files in read_lists(tree).items():
            self._images.setdefault(sha256, HeldImage(tree, files))

    def _add_blobs(self, store: MirrorStore, number: int) -> None:
        try:
            record = store.record(number)
        except MirrorError:  # damaged: as good as not here
            return
        for path, info in record.targets.items():
            for place, blob in read_target(path, info).blobs.items():
                self._blobs.setdefault(blob.sha256, store.releases / record.tree / place)


def _trees(store: MirrorStore) -> list[Path]:
    """All trees, also of releases whose record is damaged; the newest first."""
    names = {tree.name: TREE.fullmatch(tree.name) for tree in store.releases.glob("*") if tree.is_dir()}
    return [store.releases / name for name in sorted(names, key=_newest_first) if names[name]]


def _newest_first(name: str) -> list[int]:
    return [-int(part) if part.isdecimal() else 0 for part in name.split("-")]


def make_again(image: HeldImage, place: Path, sha256: str) -> bool:
    """Write an image from its files; False when it is not the one of this hash.  Raises `OSError` for a full disk."""
    try:
        with place.open("wb") as out:
            summary = write_image(((one.path, image.tree / one.path) for one in image.files), out)
    except (ImageRefusedError, FileNotFoundError, NotADirectoryError):
        return False
    return summary.sha256 == sha256


def is_proven(tree: Path, files: tuple[FileEntry, ...], sha256: str) -> bool:
    """Whether these files of a tree give the image of this hash.  Raises `OSError`."""
    return make_again(HeldImage(tree, files), Path(os.devnull), sha256)


def content_date(sha256: str) -> int:
    """The date of a file in a tree, in seconds since 1970: by its content, so that all mirrors give the same, and web
    servers, whose mark is date and size, never take two versions of a page for the same."""
    return FIRST_DATE + int(sha256[:7], 16)


def date_files(tree: Path, files: Iterator[FileEntry] | tuple[FileEntry, ...]) -> None:
    """Give files of a tree their dates.  Raises `OSError`."""
    for one in files:
        date = content_date(one.sha256)
        os.utime(tree / one.path, (date, date))
