"""Writes a site's files: only those that changed, and removes those that are no longer part of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG

from generator.site.cache import BuildCache, OutputRow
from generator.site.digests import digest

MARKERS = ("canoa/canoa.css", "sitemap.xml", "404.html")
"""A folder that holds one of these was made by Canoa or MkDocs and may be replaced."""


class ForeignFolderError(Exception):
    """The output folder holds files that no site generator wrote."""


@dataclass(frozen=True)
class Found:
    """A file that is in the output folder."""

    size: int
    mtime_ns: int
    is_plain: bool
    """False for links and for what is neither file nor folder: never written through, always replaced."""


@dataclass
class SiteWriter:
    """Collects what one build writes.

    Files are written in place and only when their bytes differ: a page that did not change keeps its time stamp, and
    a build that is cut off leaves nothing that the next one does not mend.  What was made from the same as last time,
    and is as it was left, is not even made again.
    """

    folder: Path
    cache: BuildCache
    shared: bool = False
    """Others write into the folder too: nothing that we do not know is refused or removed."""
    sizes: dict[str, int] = field(default_factory=dict)
    """Path in the site → bytes, of everything that belongs to the site now."""
    changed: int = 0
    _found: dict[str, Found] = field(default_factory=dict)
    _known: dict[str, OutputRow] = field(default_factory=dict)
    _rows: dict[str, OutputRow] = field(default_factory=dict)
    _folders: set[str] = field(default_factory=set)
    """Folders that are known to be there, and to be folders."""

    def open(self) -> None:
        """Make the folder; raises `ForeignFolderError` rather than mix with somebody's files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        is_ours = self.shared or any((self.folder / marker).exists() for marker in MARKERS)
        if not is_ours and any(self.folder.iterdir()):
            raise ForeignFolderError(str(self.folder))
        self._found = dict(files_under(self.folder))
        self._known = self.cache.outputs(str(self.folder))

    def is_current(self, target: str, frame: bytes) -> bool:
        """True when the file was made from the same, and is as it was left: then it stays, and that is noted."""
        known, found = self._known.get(target), self._found.get(target)
        if known is None or found is None or known.frame != frame or not found.is_plain:
            return False
        if (found.size, found.mtime_ns) != (known.size, known.mtime_ns):
            return False
        self.sizes[target] = found.size
        return True

    def write(self, target: str, content: bytes, frame: bytes = b"") -> None:
        """Write one file if it differs from what is there.  `frame`: digest of all that it was made from."""
        frame = frame or digest(content)
        self.sizes[target] = len(content)
        found, file = self._found.get(target), f"{self.folder}{os.sep}{target}"
        if found and found.is_plain and found.size == len(content) and Path(file).read_bytes() == content:
            self._note(target, frame, found.size, found.mtime_ns)
            return
        self._make_room(target)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o666)
        try:
            with os.fdopen(handle, "wb", buffering=0) as stream:
                stream.write(content)
                status = os.fstat(handle)
        except BaseException:
            Path(file).unlink(missing_ok=True)  # half a page is worse than none
            raise
        self._note(target, frame, status.st_size, status.st_mtime_ns)
        self.changed += 1

    def copy(self, target: str, source: Path, frame: bytes = b"") -> None:
        """Copy one file if size or content differ; its time stamp is not carried over."""
        size = source.stat().st_size
        self.sizes[target] = size
        found, file = self._found.get(target), self.folder / target
        if not (found and found.is_plain and found.size == size and _same_file(file, source)):
            self._make_room(target)
            shutil.copyfile(source, file)
            self.changed += 1
        status = file.stat()
        self._note(target, frame, status.st_size, status.st_mtime_ns)

    def close(self) -> None:
        """Remove files and folders that are not part of the site any more, and note what there is."""
        gone = [target for target in self._found if target not in self.sizes]
        if not self.shared:
            for target in sorted(gone, reverse=True):
                (self.folder / target).unlink(missing_ok=True)
            if gone or len(self._found) != len(self.sizes):
                _remove_empty_folders(self.folder)
        lost = [target for target in self._known if target not in self.sizes]
        self.cache.keep_outputs(str(self.folder), self._rows, lost)

    def outputs_digest(self) -> bytes:
        """Digest of the site folder as this build leaves it; `snapshot.found_outputs` gives the same while it lasts."""
        rows = {**self._known, **self._rows}
        return outputs_digest((target, rows[target].size, rows[target].mtime_ns) for target in self.sizes)

    def _note(self, target: str, frame: bytes, size: int, mtime_ns: int) -> None:
        row = OutputRow(frame, size, mtime_ns)
        if self._known.get(target) != row:
            self._rows[target] = row

    def _make_room(self, target: str) -> None:
        """A folder may have to give way to a file of the same name, or the other way round; links always do."""
        parent = target.rpartition("/")[0]
        if parent not in self._folders:
            file = self.folder
            for name in parent.split("/") if parent else []:
                file = file / name
                if file.is_symlink() or file.is_file():
                    file.unlink()
                file.mkdir(exist_ok=True)
            self._folders.add(parent)
        found = self._found.get(target)
        if found and found.is_plain:
            return
        file = self.folder / target
        if file.is_symlink():
            file.unlink()
        elif file.is_dir():
            shutil.rmtree(file)


def outputs_digest(files: Iterable[tuple[str, int, int]]) -> bytes:
    """Digest of a site folder: path, size and time of each file."""
    return digest(repr(sorted(files)))


def files_under(folder: Path) -> Iterator[tuple[str, Found]]:
    """Every file of a site folder, by path in the site; links to folders count as files."""
    waiting = [("", str(folder))]
    while waiting:
        prefix, path = waiting.pop()
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((f"{prefix}{entry.name}/", entry.path))
                    continue
                status = entry.stat(follow_symlinks=False)
                yield f"{prefix}{entry.name}", Found(status.st_size, status.st_mtime_ns, S_ISREG(status.st_mode))


def _remove_empty_folders(folder: Path) -> None:
    for found, _, _ in os.walk(folder, topdown=False):
        if found != str(folder) and not os.listdir(found):
            Path(found).rmdir()


def _same_file(left: Path, right: Path) -> bool:
    with left.open("rb") as one, right.open("rb") as other:
        while True:
            part = one.read(1 << 20)
            if part != other.read(1 << 20):
                return False
            if not part:
                return True
