"""A course image: files one after the other in a `ustar` that any `tar` unpacks, and that can be written in one way.

The same files give the same bytes: sorted names, no owner, one date.  The reader takes nothing else: each header must
be the one that the writer would have written, so there are no links, devices, folders, extensions or repeated names to
beware of, and two different images never hold the same files.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from generator.release.durable_files import Together
from generator.release.image_refusals import ImageRefusedError
from generator.release.portable_names import check_portable, shown

DATE = 315532800
"""Seconds since 1970 of every file: 1 January 1980, the first day that FAT can keep."""
MODE = 0o644
BLOCK = 512
END = bytes(2 * BLOCK)
PIECE = 1 << 20
"""Bytes in memory at a time."""
LONGEST_NAME = 100
"""Bytes of a path that a header takes in one piece."""
LARGEST_FILE = 8**11 - 1
"""Bytes of one file that a `ustar` header can say."""


class ImageError(ImageRefusedError):
    """An image cannot be written, or is not one."""


@dataclass(frozen=True)
class ImageSummary:
    """What is signed of an image."""

    length: int
    """Bytes, not compressed."""
    sha256: str
    """Of the image, not compressed: 64 hexadecimal digits."""
    files: int


@dataclass(frozen=True)
class ImageEntry:
    """One file of an image."""

    path: str
    """From the site's folder, with `/`."""
    size: int
    """Bytes."""
    offset: int
    """Where its bytes begin in the image."""


# --- writing --------------------------------------------------------------------------------------------------------


def write_image(files: Iterable[tuple[str, Path | bytes]], out: BinaryIO) -> ImageSummary:
    """Write files (path in the site, and what holds the bytes) in the one order there is.

    Raises `NamesError` before anything is written, `ImageError` for what is no plain file or changes while it is read,
    and `OSError`.
    """
    listed = sorted(files, key=lambda file: _order(file[0]))
    check_portable(path for path, _ in listed)
    digest = hashlib.sha256()
    length = 0
    for path, source in listed:
        for piece in _packed(path, source):
            digest.update(piece)
            out.write(piece)
            length += len(piece)
    digest.update(END)
    out.write(END)
    return ImageSummary(length + len(END), digest.hexdigest(), len(listed))


def _order(path: str) -> bytes:
    return path.encode("utf-8", "surrogatepass")


def _packed(path: str, source: Path | bytes) -> Iterator[bytes]:
    with _opened(path, source) as (stream, size):
        if size < PIECE:  # nearly all: in one piece
            content = stream.read(size + 1)
            if len(content) != size:
                raise ImageError("changed-meanwhile", path=shown(path))
            yield b"".join((_header(path, size), content, bytes(-size % BLOCK)))
            return
        yield _header(path, size)
        left = size
        while left:
            piece = stream.read(min(PIECE, left))
            if not piece:
                raise ImageError("changed-meanwhile", path=shown(path))
            left -= len(piece)
            yield piece
        if stream.read(1):
            raise ImageError("changed-meanwhile", path=shown(path))
        yield bytes(-size % BLOCK)


@contextmanager
def _opened(path: str, source: Path | bytes) -> Iterator[tuple[BinaryIO, int]]:
    if isinstance(source, bytes):
        yield BytesIO(source), len(source)
        return
    if not _is_plain(source):  # a pipe would wait for ever to be opened
        raise ImageError("not-plain", path=shown(path))
    with source.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > LARGEST_FILE:
            raise ImageError("too-large", path=shown(path), most=LARGEST_FILE)
        yield stream, size


def _is_plain(source: Path) -> bool:
    try:
        return stat.S_ISREG(os.lstat(source).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _header(path: str, size: int) -> bytes:
    """The one header of a file.  Raises `ValueError` or `UnicodeError` where there is none."""
    name = path.encode("utf-8", "strict")
    if not (0 < len(name) <= LONGEST_NAME and 0 <= size <= LARGEST_FILE):
        return _full_header(path, size)
    digits = b"%011o" % size  # what differs from file to file, in its places (POSIX, ustar)
    checksum = b"%06o" % (SUM + sum(name) + sum(digits))
    return b"".join((name, EMPTY[len(name) : 124], digits, EMPTY[135:148], checksum, EMPTY[154:]))


def _full_header(path: str, size: int) -> bytes:
    member = tarfile.TarInfo(path)
    member.size, member.mtime, member.mode = size, DATE, MODE
    return member.tobuf(tarfile.USTAR_FORMAT, "utf-8", "strict")


EMPTY = _full_header("", 0)
"""The header of a file without name and content."""
SUM = sum(EMPTY[:148]) + sum(EMPTY[156:]) + 8 * ord(" ") - 11 * ord("0")
"""What every checksum has in it: the checksum's own field counts as blanks."""


# --- reading --------------------------------------------------------------------------------------------------------


def image_entries(stream: BinaryIO, *, most_bytes: int) -> Iterator[ImageEntry]:
    """The files of an image, in order; `stream` is at its beginning, and is passed over without being sought in.

    `most_bytes` is the signed length of the image: no more of it is taken.  Raises `ImageError` at the first byte that
    `write_image` would not have written, and `NamesError` after the last file.  So nothing may be done with an entry
    before the last one has come.
    """
    reader = _Reader(stream, most_bytes)
    paths: list[str] = []
    while True:
        header = reader.read(BLOCK)
        if header == bytes(BLOCK):
            break
        entry = _entry(header, reader.position)
        if paths and _order(entry.path) <= _order(paths[-1]):
            raise ImageError("repeated" if entry.path in paths[-1:] else "unsorted", path=shown(entry.path))
        paths.append(entry.path)
        reader.skip(entry.size)
        if any(reader.read(-entry.size % BLOCK)):
            raise ImageError("not-canonical", path=shown(entry.path))
        yield entry
    if any(reader.read(BLOCK)):
        raise ImageError("not-an-image", offset=reader.position - BLOCK)
    if stream.read(1):
        raise ImageError("something-follows")
    check_portable(paths)


class _Reader:
    """Reads exactly what is asked for, and never beyond the end that was signed."""

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream, self._most = stream, most
        self.position = 0

    def read(self, size: int) -> bytes:
        """`size` bytes.  Raises `ImageError`."""
        if self.position + size > self._most:
            raise ImageError("too-large", most=self._most)
        parts = []
        while size:
            piece = self._stream.read(size)  # may give less than was asked for
            if not piece:
                raise ImageError("truncated")
            parts.append(piece)
            size -= len(piece)
            self.position += len(piece)
        return b"".join(parts)

    def skip(self, size: int) -> None:
        """Pass over `size` bytes.  Raises `ImageError`."""
        if self.position + size > self._most:  # said before anything is read
            raise ImageError("too-large", most=self._most)
        while size:
            size -= len(self.read(min(PIECE, size)))


def _entry(header: bytes, offset: int) -> ImageEntry:
    usual = _usual_entry(header, offset)
    if usual:
        return usual
    try:
        member = tarfile.TarInfo.frombuf(header, "utf-8", "strict")
    except (tarfile.HeaderError, ValueError):  # UnicodeError is a ValueError
        raise ImageError("not-an-image", offset=offset - BLOCK) from None
    if member.type != tarfile.REGTYPE:
        raise ImageError("not-a-file", path=shown(member.name))
    try:
        is_ours = 0 <= member.size <= LARGEST_FILE and _header(member.name, member.size) == header
    except ValueError:
        is_ours = False
    if not is_ours:
        raise ImageError("not-canonical", path=shown(member.name))
    return ImageEntry(member.name, member.size, offset)


def _usual_entry(header: bytes, offset: int) -> ImageEntry | None:
    """What a header says that the writer would have written; of any other, `tarfile` finds out what is wrong."""
    try:
        name, size = header[:LONGEST_NAME].rstrip(b"\0").decode(), int(header[124:135], 8)
        return ImageEntry(name, size, offset) if _header(name, size) == header else None
    except ValueError:
        return None


# --- taking apart ---------------------------------------------------------------------------------------------------


def extract_image(stream: BinaryIO, folder: Path, *, most_bytes: int, inside: str = "") -> tuple[str, ...]:
    """Write the files of an image into `folder`, and wait until they are on the disk; gives their paths.

    The whole image (a stream that can be sought in, at its beginning) is checked before the first file is written.
    With `inside`, a course's folder, every file must be below it: the image of one institution then holds no pages of
    others.  What is in `folder` is never written over or followed elsewhere.  Raises `ImageError`, `NamesError`, and
    `OSError`, which may leave some of the files: use a folder that is thrown away then.
    """
    start = stream.tell()
    entries = tuple(image_entries(stream, most_bytes=most_bytes))
    check_inside(entries, inside)
    folder.mkdir(parents=True, exist_ok=True)
    with Together(folder) as together:
        for _ in write_files(stream, start, entries, folder, together):
            pass
        together.settle()
    return tuple(entry.path for entry in entries)


def check_inside(entries: Iterable[ImageEntry], inside: str) -> None:
    """Raises `ImageError` unless every file is below this folder; nothing is below no folder."""
    for entry in entries:
        if inside and not entry.path.startswith(f"{inside}/"):
            raise ImageError("outside-unit", path=shown(entry.path), unit=shown(inside))


def write_files(
    stream: BinaryIO, start: int, entries: Iterable[ImageEntry], folder: Path, together: Together
) -> Iterator[str]:
    """Write the files of an image, which begins at `start` and was checked, into a folder; gives the SHA-256 of each.

    Raises `ImageError` for what is in the way, and `OSError`.
    """
    folders: set[Path] = {folder}
    for entry in entries:
        _make_folders(folder, entry.path, folders)
        stream.seek(start + entry.offset)
        yield _write_file(stream, folder / entry.path, entry, together)


def _make_folders(folder: Path, path: str, known: set[Path]) -> None:
    here = folder
    for part in path.split("/")[:-1]:
        here = here / part
        if here in known:
            continue
        try:
            here.mkdir()
        except FileExistsError:
            if here.is_symlink() or not here.is_dir():
                raise ImageError("occupied", path=shown(str(here))) from None
        known.add(here)


def _write_file(stream: BinaryIO, place: Path, entry: ImageEntry, together: Together) -> str:
    try:
        out = place.open("xb")  # fails where there is anything, a link that leads nowhere too
    except FileExistsError:
        raise ImageError("occupied", path=shown(entry.path)) from None
    digest = hashlib.sha256()
    with out:
        reader = _Reader(stream, entry.size)
        while reader.position < entry.size:
            piece = reader.read(min(PIECE, entry.size - reader.position))
            digest.update(piece)
            out.write(piece)
        together.written(out)
    return digest.hexdigest()
