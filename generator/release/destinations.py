"""Where a release is published: a folder, or what the library fsspec reaches (S3, SFTP …), behind one interface.

Every destination writes whole files or none, and says which files it has; what is written when, publishing decides.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol, TypeVar
from urllib.parse import urlsplit

from generator.release.durable_files import WAITING, copy_durably, remove_waiting, settle_folders, write_durably
from generator.release.refusals import ReleaseError
from generator.release.workplace import WireFile, wire_file

if TYPE_CHECKING:
    from fsspec.spec import AbstractFileSystem

Result = TypeVar("Result")
TRIES, FIRST_PAUSE = 5, 1.0
"""How often a remote operation is tried, and seconds before the second time; twice as many before each further one."""
WHOLE_PUTS = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "memory"})
"""Protocols in which a file is there whole or not at all; in the others it gets its name after it was written."""
READ_BACK = 1 << 20
"""Bytes up to which a remote file is read again after it was written; of larger ones the length is asked."""


class DestinationError(OSError):
    """A remote destination cannot be reached or written; the sentence names no password."""


class Destination(Protocol):
    """Files by their paths on the wire."""

    name: str
    """For people; without passwords."""

    def begin(self) -> None:
        """Make ready for writing, and remove what a run that was cut off left behind.  Raises `OSError`."""

    def length(self, path: str) -> int | None:
        """Bytes of a file, None when there is none.  Raises `OSError`."""

    def read(self, path: str) -> bytes:
        """A small file.  Raises `OSError`."""

    def read_info(self, path: str) -> WireFile:
        """Length and hash of what is really there, all of which is read.  Raises `OSError`."""

    def pieces(self, path: str) -> Iterator[bytes]:
        """A file of any size.  Raises `OSError`."""

    def copy(self, source: Path, path: str) -> None:
        """Put a file into its place.  Raises `OSError`."""

    def write(self, path: str, content: bytes) -> None:
        """The same with a small one."""

    def settle(self) -> None:
        """Wait until everything is really there.  Raises `OSError`."""

    def paths(self) -> tuple[str, ...]:
        """All files.  Raises `OSError`."""

    def remove(self, path: str) -> None:
        """Remove a file that may be gone already.  Raises `OSError`."""


def open_destination(address: str) -> Destination:
    """A folder, or what an address (`s3://bucket/folder`, `sftp://user@host/folder`) leads to.

    Raises `ReleaseError` when the libraries for it are missing, and `DestinationError`.
    """
    scheme, separator, rest = address.partition("://")
    if not separator:
        return Folder(Path(address))
    if scheme == "file":
        return Folder(Path(rest))
    try:
        from fsspec.core import url_to_fs
    except ModuleNotFoundError:
        raise ReleaseError("remote-library", scheme=scheme, library="canoa[remote]") from None
    try:
        system, root = url_to_fs(address)
    except (ImportError, ValueError) as error:  # fsspec's message names the package to install
        raise ReleaseError("remote-unknown", scheme=scheme, reason=without_password(str(error), address)) from None
    except Exception as error:  # each file system raises what it likes when it connects
        raise _as_error(error, address) from None
    return Remote(system, root, address)


def without_password(text: str, address: str) -> str:
    """The text without what is secret in an address."""
    parts = urlsplit(address)
    for secret in (parts.password, parts.query):
        if secret:
            text = text.replace(secret, "…")
    return text


def shown_address(address: str) -> str:
    """An address without user, password and query."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


class Folder:
    """A folder of this computer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = str(folder)
        self._touched: set[Path] = set()

    def begin(self) -> None:
        """Make ready for writing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_waiting(self.folder)

    def length(self, path: str) -> int | None:
        """Bytes of a file, None when there is none."""
        place = self.folder / path
        return place.stat().st_size if place.is_file() else None

    def read(self, path: str) -> bytes:
        """A small file."""
        return (self.folder / path).read_bytes()

    def read_info(self, path: str) -> WireFile:
        """Length and hash of what is really there."""
        return wire_file(self.folder / path)

    def pieces(self, path: str) -> Iterator[bytes]:
        """A file of any size."""
        with (self.folder / path).open("rb") as stream:
            yield from iter(lambda: stream.read(READ_BACK), b"")

    def copy(self, source: Path, path: str) -> None:
        """Put a file into its place."""
        copy_durably(source, self._place(path))

    def write(self, path: str, content: bytes) -> None:
        """Put a small file into its place."""
        write_durably(self._place(path), content)

    def settle(self) -> None:
        """Wait until everything is really there."""
        settle_folders(self._touched)
        self._touched.clear()

    def paths(self) -> tuple[str, ...]:
        """All files."""
        return tuple(sorted(_files_below(self.folder)))

    def remove(self, path: str) -> None:
        """Remove a file that may be gone already."""
        place = self.folder / path
        place.unlink(missing_ok=True)
        if not any(place.parent.iterdir()) and place.parent != self.folder:
            place.parent.rmdir()

    def _place(self, path: str) -> Path:
        place = self.folder / path
        self._touched |= {self.folder, *(self.folder / one for one in PurePosixPath(path).parents)}
        return place


def _files_below(folder: Path) -> Iterator[str]:
    for inside, _folders, names in os.walk(folder):
        for name in names:
            yield Path(inside, name).relative_to(folder).as_posix()


class Remote:
    """A place that fsspec reaches.  What it holds is listed once; passing failures are tried again."""

    def __init__(
        self, system: AbstractFileSystem, root: str, address: str, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.name = shown_address(address)
        self._system, self._root, self._address, self._pause = system, root.rstrip("/"), address, pause
        protocols = system.protocol if isinstance(system.protocol, tuple | list) else (system.protocol,)
        self._puts_whole = bool(WHOLE_PUTS.intersection(protocols))
        self._lengths: dict[str, int] | None = None

    def begin(self) -> None:
        """Make ready for writing."""
        self._try(lambda: self._system.makedirs(self._root, exist_ok=True))
        for path in self.paths():
            if PurePosixPath(path).name.startswith(WAITING):
                self.remove(path)

    def length(self, path: str) -> int | None:
        """Bytes of a file, None when there is none."""
        return self._listed().get(path)

    def read(self, path: str) -> bytes:
        """A small file."""
        content: bytes = self._try(lambda: self._system.cat_file(self._full(path)))
        return content

    def read_info(self, path: str) -> WireFile:
        """Length and hash of what is really there."""

        def read() -> WireFile:
            digest, length = hashlib.sha256(), 0
            for piece in self.pieces(path):
                digest.update(piece)
                length += len(piece)
            return WireFile(length, digest.hexdigest())

        return self._try(read)

    def pieces(self, path: str) -> Iterator[bytes]:
        """A file of any size."""
        with self._system.open(self._full(path), "rb") as stream:
            yield from iter(lambda: stream.read(READ_BACK), b"")

    def copy(self, source: Path, path: str) -> None:
        """Put a file into its place."""
        length = source.stat().st_size
        if length <= READ_BACK:
            self.write(path, source.read_bytes())
            return
        self._put(path, length, lambda place: self._system.put_file(str(source), place), lambda place: True)

    def write(self, path: str, content: bytes) -> None:
        """Put a small file into its place."""
        self._put(
            path,
            len(content),
            lambda place: self._system.pipe_file(place, content),
            lambda place: self._system.cat_file(place) == content,
        )

    def settle(self) -> None:
        """Wait until everything is really there."""
        return

    def paths(self) -> tuple[str, ...]:
        """All files."""
        return tuple(sorted(self._listed()))

    def remove(self, path: str) -> None:
        """Remove a file that may be gone already."""
        self._try(lambda: self._system.rm_file(self._full(path)))
        self._listed().pop(path, None)

    def _put(self, path: str, length: int, write: Callable[[str], object], is_right: Callable[[str], bool]) -> None:
        place = self._full(path)
        folder, name = place.rpartition("/")[::2]
        waiting = place if self._puts_whole else f"{folder}/{WAITING}{name}"

        def put() -> None:
            self._system.makedirs(folder, exist_ok=True)
            write(waiting)
            self._system.invalidate_cache()
            if self._system.info(waiting)["size"] != length or not is_right(waiting):
                raise DestinationError(f"{self.name}: {path} did not arrive as it was sent")
            if waiting != place:
                self._system.mv(waiting, place)

        self._try(put)
        self._listed()[path] = length

    def _full(self, path: str) -> str:
        return f"{self._root}/{path}"

    def _listed(self) -> dict[str, int]:
        if self._lengths is None:
            self._system.invalidate_cache()
            found = self._try(lambda: self._system.find(self._root, detail=True)) or {}
            start = len(self._system._strip_protocol(self._root).rstrip("/")) + 1
            self._lengths = {name[start:]: info["size"] for name, info in found.items()}
        return self._lengths

    def _try(self, work: Callable[[], Result]) -> Result:
        """Do it; after a failure that may pass, again."""
        for turn in range(TRIES):
            try:
                return work()
            except Exception as error:  # noqa: PERF203  # each file system raises what it likes
                if turn + 1 == TRIES or isinstance(error, PermissionError | NotImplementedError):
                    raise _as_error(error, self._address) from None
                self._pause(FIRST_PAUSE * 2**turn)
        raise AssertionError("the last try returns or raises")


def _as_error(error: Exception, address: str) -> DestinationError:
    reason = without_password(str(error) or type(error).__name__, address)
    return DestinationError(f"{shown_address(address)}: {reason}")
