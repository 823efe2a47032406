"""Large files in parts, since FAT keeps none of four gigabytes: `<name>.parte-1`, `.parte-2` … are read as one."""

from __future__ import annotations

import io
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

MOST_PARTS = 10_000


def part_path(path: str, number: int) -> str:
    """Where a part of a file is; the first one has the number 1."""
    return f"{path}.parte-{number}"


def open_joined(place: Path) -> tuple[BinaryIO, int]:
    """A file that can be sought in, whole or in parts, and its length in bytes.  Links and devices are not opened.

    Raises `OSError`, `FileNotFoundError` when there is neither.
    """
    try:
        length = _length(place)
        return place.open("rb"), length
    except FileNotFoundError:
        parts = list(_parts(place))
    if not parts:
        raise FileNotFoundError(str(place))
    joined = _Joined(parts)
    return io.BufferedReader(joined), joined.length


def _length(place: Path) -> int:
    found = place.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise FileNotFoundError(str(place))
    return found.st_size


def _parts(place: Path) -> Iterator[tuple[Path, int]]:
    for number in range(1, MOST_PARTS):
        part = place.with_name(part_path(place.name, number))
        try:
            yield part, _length(part)
        except FileNotFoundError:
            return


class _Joined(io.RawIOBase):
    """Parts, one after the other."""

    def __init__(self, parts: list[tuple[Path, int]]) -> None:
        super().__init__()
        self._parts = parts
        self._place = 0
        self.length = sum(size for _, size in parts)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        starts = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.length}
        self._place = starts[whence] + offset
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        first = 0
        for file, size in self._parts:
            if self._place < first + size:
                with file.open("rb") as stream:
                    stream.seek(self._place - first)
                    piece = stream.read(min(len(buffer), first + size - self._place))
                buffer[: len(piece)] = piece
                self._place += len(piece)
                return len(piece)
            first += size
        return 0
