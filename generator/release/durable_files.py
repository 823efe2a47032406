"""Files that are whole or not there, also after a power cut: a new name, fsync, rename, fsync of the folder."""

from __future__ import annotations

import ctypes
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

WAITING = ".novo-"
"""Beginning of the names under which files wait; what a killed run left behind begins so too."""
AT_ONCE = frozenset((0xEF53, 0x58465342, 0x9123683E, 0xF2F52010))
"""Linux's numbers of ext2 to ext4, XFS, Btrfs and F2FS: one call forces all that was written to the disk, and says when
something could not be."""
SAYS_SO = (5, 8)
"""The first Linux of which the call says that."""
MOST_WAITING = 16 << 20
"""Bytes that wait for that call at most: so the disk works while others are fetched, and the end of it is short."""


def write_durably(file: Path, content: bytes | memoryview) -> None:
    """Put a file into its place.  Raises `OSError`; then the place is as it was."""
    put_durably(file, lambda stream: stream.write(content))


def copy_durably(source: Path, file: Path) -> None:
    """Copy a file of any size into its place.  Raises `OSError`; then the place is as it was."""

    def write(stream: BinaryIO) -> None:
        with source.open("rb") as origin:
            shutil.copyfileobj(origin, stream, 1 << 20)

    put_durably(file, write)


def settle_folders(folders: Iterable[Path]) -> None:
    """Wait until the names in these folders are on the disk."""
    if os.name != "posix":  # other systems open no folders
        return
    for folder in sorted(folders):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_waiting(folder: Path) -> None:
    """Remove what a run that was killed left in this folder and below."""
    for inside, _folders, names in os.walk(folder):
        for name in names:
            if name.startswith(WAITING):
                Path(inside, name).unlink(missing_ok=True)


def put_durably(file: Path, write: Callable[[BinaryIO], object]) -> None:
    """Put what `write` writes into its place.  Raises `OSError`; then the place is as it was."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, waiting = tempfile.mkstemp(dir=file.parent, prefix=WAITING)
    try:
        with os.fdopen(handle, "wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        Path(waiting).chmod(0o644)  # mkstemp makes files for their owner alone; these are for a server to read
        Path(waiting).replace(file)
    except BaseException:
        Path(waiting).unlink(missing_ok=True)
        raise


class Together:
    """Many new files below a folder that are forced to the disk at once, where the system can; else one by one.

    Nothing may count on them before `settle` is done.  An fsync for each page of a site takes longer than all the rest.
    """

    def __init__(self, folder: Path, force: Callable[[int], None] | None = None) -> None:
        """`force` takes the folder's handle, from the opening of which on failures are reported.  Raises `OSError`."""
        self._folder = folder
        self._handle = os.open(folder, os.O_RDONLY) if os.name == "posix" else -1
        self._force = force or _forcing(self._handle)
        self._waiting = 0

    def __enter__(self) -> Together:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle >= 0:
            os.close(self._handle)

    def written(self, stream: BinaryIO) -> None:
        """To be called at the end of each file, before it is closed.  Raises `OSError`."""
        stream.flush()
        if self._force is None:
            os.fsync(stream.fileno())
            return
        self._waiting += stream.tell()
        if self._waiting > MOST_WAITING:
            self._force(self._handle)
            self._waiting = 0

    def write(self, file: Path, content: bytes) -> None:
        """A whole file.  Raises `OSError`."""
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as stream:
            stream.write(content)
            self.written(stream)

    def settle(self) -> None:
        """Wait until all of it is on the disk.  Raises `OSError` when some of it is not, and may never be."""
        if self._force is None:
            settle_folders(Path(folder) for folder, _, _ in os.walk(self._folder))
        else:
            self._force(self._handle)


def _forcing(handle: int) -> Callable[[int], None] | None:
    """Linux's `syncfs`, where it does all that fsync does; else nothing."""
    version = re.match(r"(\d+)\.(\d+)", platform.release())
    if platform.system() != "Linux" or version is None or tuple(map(int, version.groups())) < SAYS_SO:
        return None
    system = ctypes.CDLL(None, use_errno=True)
    about = ctypes.create_string_buffer(512)  # a `struct statfs`, which begins with the kind of file system
    if not hasattr(system, "syncfs") or system.fstatfs(handle, about) != 0:
        return None
    if ctypes.c_long.from_buffer(about).value & 0xFFFFFFFF not in AT_ONCE:
        return None

    def force(handle: int) -> None:
        if system.syncfs(handle) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    return force
