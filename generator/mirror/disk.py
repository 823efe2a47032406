"""The few things that are done to a stick, so that tests can cut the power between any two of them.

Paths are from the stick's top, with `/`.  Nothing is renamed and nothing linked: FAT has no links, and a rename there
leaves two, one or no file when the power goes.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

PIECE = 1 << 20
"""Bytes in memory at a time."""
USUAL_CLUSTER = 32 << 10
"""Bytes, where the system does not say: Windows formats sticks of 8 to 32 GB so."""
FAT_LIMIT = (1 << 32) - 1
"""Bytes of the largest file on FAT32."""
FAT_NAMES = frozenset({"vfat", "msdos", "fat"})
MOUNTS = Path("/proc/self/mounts")
OCTAL = re.compile(r"\\([0-7]{3})")
"""How blanks are written there."""


@dataclass(frozen=True)
class Entry:
    """What a folder has under a name."""

    name: str
    kind: str
    """`file`, `folder` or `other`: a link, a device."""
    size: int = 0
    """Bytes of a file."""


@dataclass(frozen=True)
class Room:
    """What a stick can hold."""

    free: int
    """Bytes."""
    cluster: int
    """Bytes that the smallest file takes."""
    largest: int | None
    """Bytes that one file can have; nothing where there is no limit."""

    def taken(self, size: int) -> int:
        """Bytes that a file takes on the disk."""
        return -(-size // self.cluster) * self.cluster


class Disk(Protocol):
    """A stick.  Everything raises `OSError`."""

    def entries(self, folder: str) -> list[Entry]:
        """What is in a folder, by name; nothing when there is no folder.  Links are not followed."""

    def read(self, path: str) -> Iterator[bytes]:
        """The content of a file, from the medium where that can be had, not from memory."""

    def room(self) -> Room:
        """What it can hold."""

    def make_folder(self, path: str) -> None:
        """A new folder in one that is there."""

    def write(self, path: str, pieces: Iterable[bytes]) -> None:
        """A file with this content, new or instead of another, and forced to the medium."""

    def overwrite(self, path: str, content: bytes) -> None:
        """The same bytes of the same file on the medium become others; its length stays.  Forced to the medium."""

    def remove(self, path: str) -> None:
        """A file, or a link itself, is gone."""

    def remove_folder(self, path: str) -> None:
        """An empty folder is gone."""

    def settle(self, folder: str) -> None:
        """Wait until the names in a folder are on the medium."""


class FolderDisk:
    """A stick that is mounted in a folder, or any other folder."""

    def __init__(self, top: Path) -> None:
        self.top = top

    def entries(self, folder: str) -> list[Entry]:
        """See `Disk`."""
        if folder and (self.top / folder).is_symlink():
            return []
        try:
            with os.scandir(self.top / folder) as found:
                return sorted((_entry(one) for one in found), key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return []

    def read(self, path: str) -> Iterator[bytes]:
        """See `Disk`."""
        with (self.top / path).open("rb") as stream:
            if hasattr(os, "posix_fadvise"):  # what was just written would come from memory
                os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            yield from iter(lambda: stream.read(PIECE), b"")

    def room(self) -> Room:
        """See `Disk`."""
        largest = FAT_LIMIT if _file_system(self.top) in FAT_NAMES else None
        if hasattr(os, "statvfs"):
            found = os.statvfs(self.top)
            return Room(found.f_bavail * found.f_frsize, max(found.f_bsize, 512), largest)
        return Room(shutil.disk_usage(self.top).free, USUAL_CLUSTER, FAT_LIMIT)

    def make_folder(self, path: str) -> None:
        """See `Disk`."""
        (self.top / path).mkdir()

    def write(self, path: str, pieces: Iterable[bytes]) -> None:
        """See `Disk`."""
        with (self.top / path).open("wb") as stream:
            for piece in pieces:
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())

    def overwrite(self, path: str, content: bytes) -> None:
        """See `Disk`."""
        with (self.top / path).open("r+b", buffering=0) as stream:
            stream.write(content)
            os.fsync(stream.fileno())

    def remove(self, path: str) -> None:
        """See `Disk`."""
        (self.top / path).unlink()

    def remove_folder(self, path: str) -> None:
        """See `Disk`."""
        (self.top / path).rmdir()

    def settle(self, folder: str) -> None:
        """See `Disk`."""
        if os.name != "posix":  # other systems open no folders
            return
        handle = os.open(self.top / folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _entry(found: os.DirEntry[str]) -> Entry:
    status = found.stat(follow_symlinks=False)
    if stat.S_ISREG(status.st_mode):
        return Entry(found.name, "file", status.st_size)
    is_junction = bool(getattr(status, "st_reparse_tag", 0))
    return Entry(found.name, "folder" if stat.S_ISDIR(status.st_mode) and not is_junction else "other")


def _file_system(folder: Path) -> str:
    """Name of the file system of a folder; nothing where the system does not say."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    place = str(folder.resolve())
    found = ("", "")
    for line in lines:
        _device, point, kind, *_rest = line.split(" ")
        point = OCTAL.sub(lambda match: chr(int(match[1], 8)), point)
        inside = point.rstrip("/") + "/"
        if f"{place}/".startswith(inside) and len(inside) >= len(found[0]):
            found = (inside, kind)
    return found[1]
