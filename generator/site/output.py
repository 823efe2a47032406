"""Writes a site's files: only those that changed, and removes those that are no longer part of it."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from generator.site.cache import BuildCache, OutputRow
from generator.site.digests import digest

MARKERS = ("canoa/canoa.css", "sitemap.xml", "404.html")
"""A folder that holds one of these was made by Canoa or MkDocs and may be replaced."""


STAGING = ".canoa"
"""Folder inside the site's in which new files wait."""
CONTENT_SIZE = 16
"""Bytes of SHA-256 that say what a file holds; why so many: docs/decisions/0029."""
NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0)
PIECE = 1 << 20
"""Bytes that are read at once."""
STAGED_TOGETHER = 64
"""Waiting files of one folder: in folders of thousands some file systems take ten times as long for each."""


@dataclass(frozen=True)
class Found:
    """A file that is in the output folder."""

    size: int
    mtime_ns: int
    is_plain: bool
    """False for links and for what is neither file nor folder: never written through, always replaced."""


class FileMark(NamedTuple):
    """What a file of the site holds."""

    size: int
    """Bytes."""
    content: bytes
    """The first bytes of its SHA-256."""


@dataclass
class OutputMemory:
    """What one process knows of a site folder between builds."""

    found: dict[str, Found] = field(default_factory=dict)
    known: dict[str, OutputRow] = field(default_factory=dict)

    def follow(
        self,
        found: dict[str, Found],
        known: dict[str, OutputRow],
        rows: Mapping[str, OutputRow],
        gone: Iterable[str],
    ) -> None:
        """Take over what a build found and knew, with what it wrote and removed."""
        known.update(rows)
        found.update((target, Found(row.size, row.mtime_ns, is_plain=True)) for target, row in rows.items())
        for target in gone:
            known.pop(target, None)
            found.pop(target, None)
        self.found, self.known = found, known


class SiteWriter:
    """Collects what one build writes, and puts it into the site folder when all is there; a context manager.

    Only files whose bytes differ are replaced: a page that did not change keeps its time stamp.  What was made from
    the same as last time, and is as it was left, is not even made again.  New files wait in a folder inside the site's
    (a rename never leaves a file system) and take their places at the end, one by one: a build that is cut off leaves
    whole pages, old or new, and nothing that the next one does not mend.
    """

    def __init__(
        self, folder: Path, cache: BuildCache, *, shared: bool = False, memory: OutputMemory | None = None
    ) -> None:
        """`shared`: others write into the folder too, so nothing that we do not know is refused or removed.

        `memory`: of a preview, whose folder nobody else writes into; it is looked at once, and again when emptied.
        """
        self.folder = folder
        self.is_ours = True
        """False when the folder holds files that no site generator wrote: nothing may be written then."""
        self.sizes: dict[str, int] = {}
        """Path in the site → bytes, of everything that belongs to the site now."""
        self._cache = cache
        self._shared = shared
        self._memory = memory
        self._found: dict[str, Found] = {}
        self._known: dict[str, OutputRow] = {}
        self._rows: dict[str, OutputRow] = {}
        self._staging = folder / STAGING
        self._staged: list[str] = []
        """Targets of the waiting files; the number of a file is its name."""
        self._folders: dict[str, bool] = {}
        """Folders that are known to be there, and to be folders; true for those that this build has made."""

    @property
    def changed(self) -> int:
        """How many files this build replaced or added."""
        return len(self._staged)

    def __enter__(self) -> SiteWriter:
        is_new = not self.folder.is_dir()
        is_marked = self._shared or is_new or any((self.folder / marker).exists() for marker in MARKERS)
        self.is_ours = is_marked or not any(name != STAGING for name in os.listdir(self.folder))
        if self.is_ours and not is_new:
            self._empty_staging()
            self._look()
        return self

    def __exit__(self, *error: object) -> None:
        if self.is_ours:
            self._empty_staging()

    def is_current(self, target: str, frame: bytes) -> bool:
        """True when the file was made from the same, and is as it was left: then it stays, and that is noted."""
        known, found = self._known.get(target), self._found.get(target)
        if known is None or found is None or known.frame != frame or not found.is_plain:
            return False
        if (found.size, found.mtime_ns) != (known.size, known.mtime_ns):
            return False
        self.sizes[target] = found.size
        return True

    def keep(self, target: str) -> None:
        """Leave a file as it is, whatever it was made from; one that is not there is not missed."""
        found = self._found.get(target)
        if found:
            self.sizes[target] = found.size

    def write(self, target: str, content: bytes, frame: bytes = b"") -> None:
        """Write one file if it differs from what is there.  `frame`: digest of all that it was made from."""
        self.sizes[target] = len(content)
        held = content_digest(content)
        frame = frame or held
        found = self._found.get(target)
        if found and found.is_plain and found.size == len(content) and self._holds(target, content):
            self._note(target, OutputRow(frame, found.size, found.mtime_ns, held))
            return
        status = _write_new(self._stage(target), content)
        self._note(target, OutputRow(frame, status.st_size, status.st_mtime_ns, held))

    def copy(self, target: str, source: Path, frame: bytes = b"") -> None:
        """Copy one file if size or content differ; its time stamp is not carried over."""
        found, file = self._found.get(target), self.folder / target
        may_stay = found and found.is_plain and found.size == source.stat().st_size
        held = _content_if_same(file, source) if may_stay else None
        if held is None:
            file = Path(self._stage(target))
            shutil.copyfile(source, file)
            held = _content_of(file)
        status = file.stat()
        self.sizes[target] = status.st_size
        self._note(target, OutputRow(frame, status.st_size, status.st_mtime_ns, held))

    def publish(self) -> None:
        """Put the new files in their places, remove what is not part of the site any more, note what there is."""
        for number, target in enumerate(self._staged):
            self._make_room(target)
            os.replace(self._staged_file(number), f"{self.folder}{os.sep}{target}")  # noqa: PTH105 - half the time of Path's
        gone = sorted(self._found.keys() - self.sizes.keys(), reverse=True)
        if gone and not self._shared:
            for target in gone:
                (self.folder / target).unlink(missing_ok=True)
            self._empty_staging()
            _remove_empty_folders(self.folder)
        lost = [target for target in self._known if target not in self.sizes]
        self._cache.keep_outputs(str(self.folder), self._rows, lost)
        if self._memory:
            self._memory.follow(self._found, self._known, self._rows, {*gone, *lost})

    def _stage(self, target: str) -> str:
        """The waiting place of a file."""
        number = len(self._staged)
        if number % STAGED_TOGETHER == 0:
            (self._staging / str(number // STAGED_TOGETHER)).mkdir(parents=True)
        self._staged.append(target)
        return self._staged_file(number)

    def _staged_file(self, number: int) -> str:
        return f"{self._staging}{os.sep}{number // STAGED_TOGETHER}{os.sep}{number}"

    def _empty_staging(self) -> None:
        """Remove what waits, ours or a killed build's, and a site folder that was only made for it."""
        if self._staging.is_symlink() or self._staging.is_file():
            self._staging.unlink()
        elif self._staging.is_dir():
            shutil.rmtree(self._staging)
            if not self._found and not os.listdir(self.folder):
                self.folder.rmdir()

    def _look(self) -> None:
        if self._memory and self._memory.found and (self.folder / MARKERS[0]).exists():
            self._found, self._known = self._memory.found, self._memory.known
            return
        self._found = dict(files_under(self.folder))
        self._known = self._cache.outputs(str(self.folder))

    def _holds(self, target: str, content: bytes) -> bool:
        try:
            return (self.folder / target).read_bytes() == content
        except OSError:
            return False

    def outputs_digest(self) -> bytes:
        """Digest of the site folder as this build leaves it; `snapshot.found_outputs` gives the same while it lasts."""
        rows = {**self._known, **self._rows}
        return outputs_digest((target, rows[target].size, rows[target].mtime_ns) for target in self.sizes)

    def marks(self) -> dict[str, FileMark]:
        """Path in the site → what is in the file, of everything that belongs to the site by now.  Nothing is read."""
        rows = {**self._known, **self._rows}
        return {target: FileMark(rows[target].size, rows[target].content) for target in self.sizes}

    def _note(self, target: str, row: OutputRow) -> None:
        if self._known.get(target) != row:
            self._rows[target] = row

    def _make_room(self, target: str) -> None:
        """A folder may have to give way to a file of the same name, or the other way round; links always do."""
        parent = target.rpartition("/")[0]
        is_new = self._folders.get(parent)
        if is_new is None:
            is_new = self._folders[parent] = self._make_folder(parent)
        found = self._found.get(target)
        if is_new or (found and found.is_plain):
            return
        file = self.folder / target
        if file.is_symlink():
            file.unlink()
        elif file.is_dir():
            shutil.rmtree(file)

    def _make_folder(self, path: str) -> bool:
        """A folder of the site, with those that it is in; true when it was not there, so that nothing is in it."""
        file, is_new = self.folder, False
        for name in path.split("/") if path else []:
            file = file / name
            if file.is_symlink() or file.is_file():
                file.unlink()
            is_new = not file.is_dir()
            if is_new:
                file.mkdir()
        return is_new


def _write_new(path: str, content: bytes) -> os.stat_result:
    """Write a file that is not there yet; what the system says of it."""
    # Without a file object, which would ask the system what it opened, and be made for each of ten thousand files.
    handle = os.open(path, NEW_FILE, 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(handle, rest) :]
        return os.fstat(handle)
    finally:
        os.close(handle)


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
                    if entry.name == STAGING and not prefix:
                        continue
                    waiting.append((f"{prefix}{entry.name}/", entry.path))
                    continue
                status = entry.stat(follow_symlinks=False)
                yield f"{prefix}{entry.name}", Found(status.st_size, status.st_mtime_ns, S_ISREG(status.st_mode))


def _remove_empty_folders(folder: Path) -> None:
    for found, _, _ in os.walk(folder, topdown=False):
        if found != str(folder) and not os.listdir(found):
            Path(found).rmdir()


def content_digest(content: bytes) -> bytes:
    """What `FileMark` says of a file with this content."""
    return hashlib.sha256(content).digest()[:CONTENT_SIZE]


def _content_of(file: Path) -> bytes:
    held = hashlib.sha256()
    with file.open("rb") as stream:
        while part := stream.read(PIECE):
            held.update(part)
    return held.digest()[:CONTENT_SIZE]


def _content_if_same(left: Path, right: Path) -> bytes | None:
    """`_content_of` two files that hold the same; None when they differ."""
    held = hashlib.sha256()
    with left.open("rb") as one, right.open("rb") as other:
        while True:
            part = one.read(PIECE)
            if part != other.read(PIECE):
                return None
            if not part:
                return held.digest()[:CONTENT_SIZE]
            held.update(part)
