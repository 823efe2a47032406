"""Writes a site's files: only those that changed, and removes those that are no longer part of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

MARKERS = ("canoa/canoa.css", "sitemap.xml", "404.html")
"""A folder that holds one of these was made by Canoa or MkDocs and may be replaced."""


class ForeignFolderError(Exception):
    """The output folder holds files that no site generator wrote."""


@dataclass
class SiteWriter:
    """Collects what one build writes.

    Files are written in place and only when their bytes differ: a page that did not change keeps its time stamp, and
    a build that is cut off leaves nothing that the next one does not mend.
    """

    folder: Path
    shared: bool = False
    """Others write into the folder too: nothing that we do not know is refused or removed."""
    sizes: dict[str, int] = field(default_factory=dict)
    """Path in the site → bytes, of everything that belongs to the site now."""
    changed: int = 0

    def open(self) -> None:
        """Make the folder; raises `ForeignFolderError` rather than mix with somebody's files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.shared:
            return
        if any(self.folder.iterdir()) and not any((self.folder / marker).exists() for marker in MARKERS):
            raise ForeignFolderError(str(self.folder))

    def write(self, target: str, content: bytes) -> None:
        """Write one file if it differs from what is there."""
        self.sizes[target] = len(content)
        file = self.folder / target
        if _same_bytes(file, content):
            return
        self._make_room(file)
        file.write_bytes(content)
        self.changed += 1

    def copy(self, target: str, source: Path) -> None:
        """Copy one file if size or content differ; its time stamp is not carried over."""
        self.sizes[target] = source.stat().st_size
        file = self.folder / target
        if file.is_file() and file.stat().st_size == self.sizes[target] and _same_file(file, source):
            return
        self._make_room(file)
        shutil.copyfile(source, file)
        self.changed += 1

    def close(self) -> None:
        """Remove files and folders that are not part of the site any more."""
        if self.shared:
            return
        kept = set(self.sizes)
        for found in sorted(_files_under(self.folder), reverse=True):
            if found not in kept:
                (self.folder / found).unlink()
        for folder, _, _ in os.walk(self.folder, topdown=False):
            if folder != str(self.folder) and not os.listdir(folder):
                Path(folder).rmdir()

    def _make_room(self, file: Path) -> None:
        """A folder may have to give way to a file of the same name, or the other way round."""
        if file.is_symlink():
            file.unlink()
        elif file.is_dir():
            shutil.rmtree(file)
        for parent in reversed(file.relative_to(self.folder).parents[:-1]):
            place = self.folder / parent
            if place.is_symlink() or place.is_file():
                place.unlink()
        file.parent.mkdir(parents=True, exist_ok=True)


def _files_under(folder: Path) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        links = [name for name in folders if Path(parent, name).is_symlink()]
        for name in [*names, *links]:
            yield Path(parent, name).relative_to(folder).as_posix()


def _same_bytes(file: Path, content: bytes) -> bool:
    try:
        return not file.is_symlink() and file.stat().st_size == len(content) and file.read_bytes() == content
    except OSError:
        return False


def _same_file(left: Path, right: Path) -> bool:
    with left.open("rb") as one, right.open("rb") as other:
        while True:
            part = one.read(1 << 20)
            if part != other.read(1 << 20):
                return False
            if not part:
                return True
