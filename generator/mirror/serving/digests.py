"""The digest of a file's content, made once: what a browser has kept is compared with it, whatever release it is from.

Dates say nothing here: each release writes its files anew, and on a box without a battery the clock begins again.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator

MOST_REMEMBERED = 50_000
PIECE = 1 << 20
Key = tuple[int, int, int, int, int]


class Digests:
    """Remembers digests by what the system says of a file; may be used by many threads."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._known: OrderedDict[Key, str] = OrderedDict()
        self._lock = threading.Lock()
        self._most = most

    def of(self, handle: int, facts: os.stat_result) -> str:
        """SHA-256 of an open file, hexadecimal.  Raises `OSError`."""
        key = (facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = _digest(handle, facts.st_size)
        with self._lock:
            self._known[key] = found
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return found


def _digest(handle: int, size: int) -> str:
    digest = hashlib.sha256()
    for piece in read_pieces(handle, size):
        digest.update(piece)
    return digest.hexdigest()


def read_pieces(handle: int, size: int) -> Iterator[bytes]:
    """All of an open file, wherever it was read last.  Raises `OSError`, also when it has become shorter."""
    position = 0
    while position < size:
        piece = os.pread(handle, min(PIECE, size - position), position)
        if not piece:
            raise OSError(f"the file ends at byte {position} of {size}")
        yield piece
        position += len(piece)
