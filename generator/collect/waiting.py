"""New files wait inside the result's folder and take their places when all of them are whole."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from generator.collect.finding import OWN_FOLDER

FORGOTTEN_AFTER = 24 * 3600
"""Seconds after which what a killed run left waiting may be removed: no run lasts so long."""


class WaitingRoom:
    """A folder in which files are made, on the same file system as their places; a context manager."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self.folder = out / f"{OWN_FOLDER}{os.getpid()}"

    def __enter__(self) -> WaitingRoom:
        self._out.mkdir(parents=True, exist_ok=True)
        for left in self._out.glob(f"{OWN_FOLDER}*"):
            if time.time() - left.lstat().st_mtime > FORGOTTEN_AFTER:
                shutil.rmtree(left, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        return self

    def __exit__(self, *error: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def publish(self, outdated: Iterable[str]) -> None:
        """Put every file into its place, replacing what is there, and remove files that are no longer made.

        Files are on the disk before the first takes its place: what can stop this half-way is only a kill or a power
        cut within these few renames, and the next run mends it.
        """
        files = sorted(file for file in self.folder.rglob("*") if file.is_file())
        for file in files:
            _flush(file)
        for file in files:
            place = self._out / file.relative_to(self.folder)
            place.parent.mkdir(exist_ok=True)
            file.replace(place)
        for name in outdated:
            (self._out / name).unlink(missing_ok=True)
        _flush(self._out)


def _flush(path: Path) -> None:
    """Wait until a file or folder is on the disk; systems that cannot do so with folders do without."""
    try:
        handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
