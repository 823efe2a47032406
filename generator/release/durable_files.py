"""Files that are whole or not there, also after a power cut: a new name, fsync, rename, fsync of the folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

WAITING = ".novo-"
"""Beginning of the names under which files wait; what a killed run left behind begins so too."""


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
