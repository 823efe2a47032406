"""One command at a time in a folder; the lock is given back by the end of the process too."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generator.release.refusals import ReleaseError

LOCK = "em-uso"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep others from working in the folder meanwhile.  Raises `ReleaseError` when somebody is at work."""
    if not folder.is_dir():
        yield
        return
    with (folder / LOCK).open("ab") as lock:
        try:
            _take(lock.fileno())
        except OSError:
            raise ReleaseError("at-work", folder=str(folder)) from None
        yield


def _take(handle: int) -> None:
    """Lock an open file until it is closed, also by the end of the process.  Raises `OSError` when it is locked."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
