"""Compressed texts, made once: each is kept in memory while it is asked for, and on disk beside the releases.

Their name is the digest of the text, so a page that does not change is not compressed again in the next release.
What is found on disk is opened and compared before it is sent: cards in old boxes forget.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from generator.release.durable_files import WAITING, write_durably

MOST_ON_DISK = 256_000_000
"""Bytes; the compressed pages of some twenty thousand lessons."""
MOST_IN_MEMORY = 16_000_000
LEVEL = 6
SUFFIX = ".gz"
GZIP = 31
"""For zlib: the format of gzip, with its checksum."""


class CompressedTexts:
    """Gzip bodies by the digest of what they hold; may be used by many threads."""

    def __init__(self, folder: Path, *, on_disk: int = MOST_ON_DISK, in_memory: int = MOST_IN_MEMORY) -> None:
        self._folder, self._on_disk, self._in_memory = folder, on_disk, in_memory
        self._lock = threading.Lock()  # one text at a time: two threads that want the same one make it once
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._files = _files_by_age(folder)
        self._bytes = sum(self._files.values())
        self._kept = 0

    def of(self, digest: str, size: int, read: Callable[[], bytes]) -> bytes:
        """The compressed body of the text with this SHA-256, of `size` bytes, which `read` gives.

        Raises what `read` raises.  A disk that is full or not ours only means that the work is done again.
        """
        with self._lock:
            if digest in self._bodies:
                self._bodies.move_to_end(digest)
                return self._bodies[digest]
            body = self._stored(digest, size)
            if body is None:
                body = gzip.compress(read(), LEVEL, mtime=0)
                self._store(digest, body)
            self._remember(digest, body)
            return body

    def _remember(self, digest: str, body: bytes) -> None:
        self._bodies[digest] = body
        self._kept += len(body)
        while self._kept > self._in_memory and len(self._bodies) > 1:
            _, oldest = self._bodies.popitem(last=False)
            self._kept -= len(oldest)

    def _place(self, digest: str) -> Path:
        return self._folder / digest[:2] / (digest + SUFFIX)

    def _stored(self, digest: str, size: int) -> bytes | None:
        if digest not in self._files:
            return None
        self._files.move_to_end(digest)
        body = _read(self._place(digest))
        if _holds(body, digest, size):
            return body
        self._forget(digest)
        return None

    def _store(self, digest: str, body: bytes) -> None:
        if len(body) > self._on_disk:
            return
        try:
            while self._files and self._bytes + len(body) > self._on_disk:
                oldest = next(iter(self._files))
                self._place(oldest).unlink(missing_ok=True)
                self._forget(oldest)
            write_durably(self._place(digest), body)
        except OSError:
            return  # the next one who asks has it made again
        self._files[digest] = len(body)
        self._bytes += len(body)

    def _forget(self, digest: str) -> None:
        self._bytes -= self._files.pop(digest)


def _read(file: Path) -> bytes:
    """Nothing where there is no file, or the disk does not give it back."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _holds(body: bytes, digest: str, size: int) -> bool:
    """Whether a compressed body is whole, and holds the text with this digest."""
    opening = zlib.decompressobj(GZIP)
    try:
        text = opening.decompress(body, size + 1)
    except zlib.error:
        return False
    return opening.eof and hashlib.sha256(text).hexdigest() == digest


def _files_by_age(folder: Path) -> OrderedDict[str, int]:
    """Digest → bytes of what earlier runs left, the oldest first; what a killed run left half is removed."""
    found = []
    for file in folder.glob("??/*"):
        with suppress(OSError):  # the folder is not ours, or another server is at work in it
            if file.name.startswith(WAITING):
                file.unlink()
            elif file.suffix == SUFFIX:
                facts = file.stat()
                found.append((facts.st_mtime_ns, file.name.removesuffix(SUFFIX), facts.st_size))
    return OrderedDict((digest, size) for _, digest, size in sorted(found))
