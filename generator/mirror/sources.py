"""Where releases come from: web servers and folders, behind the same few questions.

What a source gives is believed in nothing: whoever asks says how long it may be, and checks what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

from generator.mirror.refusals import MirrorError
from generator.mirror.split_files import open_joined
from generator.mirror.watch import Watch

PIECE = 1 << 16
"""Bytes at a time."""


@dataclass(frozen=True)
class Part:
    """Which bytes of a file are asked for."""

    first: int = 0
    size: int | None = None
    """None: up to its end."""
    etag: str = ""
    """Mark of the file from which there are bytes already: of another one the source gives everything."""


WHOLE = Part()


@dataclass(frozen=True)
class Answer:
    """What a source gives."""

    first: int
    """Where in the file it begins."""
    length: int
    """Bytes that are to come."""
    etag: str
    """The source's mark of this content, to ask for the rest of it; empty when it has none."""
    pieces: Iterator[bytes]
    """The bytes: as many as were said.  Raises `MirrorError` when fewer come."""


class Source(Protocol):
    """A place with the files of the wire."""

    @property
    def address(self) -> str:
        """As it was given."""

    @property
    def name(self) -> str:
        """For people."""

    def ask(
        self, path: str, part: Part = WHOLE, *, most: int, unless: str = ""
    ) -> AbstractContextManager[Answer | None]:
        """Open a file of the wire; None when its mark is `unless`.

        `most`: bytes that the whole file may have.  Raises `MirrorError`: unreachable, not-found, bad-status,
        wrong-object (longer, or of unknown length), wrong-range, redirected, too-slow, deadline.
        """

    def close(self) -> None:
        """Give connections back."""


def open_source(address: str, watch: Watch) -> Source:
    """A source by its address: `http://`, `https://`, `file://` or a folder.  Raises `MirrorError` not-a-source."""
    parts = urlsplit(address)
    if parts.scheme in ("http", "https"):
        from generator.mirror.http_source import HttpSource

        if not parts.hostname:
            raise MirrorError("not-a-source", address=address)
        return HttpSource(address, watch)
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost"):
            raise MirrorError("not-a-source", address=address)
        return FolderSource(address, Path(url2pathname(parts.path)), watch)
    if "://" in address:
        raise MirrorError("not-a-source", address=address)
    return FolderSource(address, Path(address), watch)


class FolderSource:
    """A folder with the files of the wire: a stick, or a folder that another program brings up to date."""

    def __init__(self, address: str, folder: Path, watch: Watch) -> None:
        self.address = address
        self.name = str(folder)
        self._folder, self._watch = folder, watch

    @contextmanager
    def ask(self, path: str, part: Part = WHOLE, *, most: int, unless: str = "") -> Iterator[Answer | None]:
        """See `Source`; links and devices are not followed."""
        if not self._folder.is_dir():
            raise MirrorError("unreachable", source=self.name, reason="")
        place = self._folder / path
        try:
            stream, whole = open_joined(place)
        except (FileNotFoundError, NotADirectoryError):
            raise MirrorError("not-found", source=self.name, path=path) from None
        except OSError as error:  # sticks have bad blocks
            raise MirrorError("unreachable", source=self.name, reason=str(error.strerror)) from None
        with stream:
            if whole > most:
                raise MirrorError("wrong-object", source=self.name, path=path)
            stream.seek(part.first)
            length = max(0, whole - part.first)
            length = length if part.size is None else min(length, part.size)
            yield Answer(part.first, length, "", self._pieces(stream.read, path, length))

    def close(self) -> None:
        """Nothing is kept open."""

    def _pieces(self, read: Callable[[int], bytes], path: str, length: int) -> Iterator[bytes]:
        while length:
            self._watch.check()
            try:
                piece = read(min(length, PIECE))
            except OSError as error:
                raise MirrorError("unreachable", source=self.name, reason=str(error.strerror)) from None
            if not piece:
                raise MirrorError("cut", source=self.name, path=path)
            length -= len(piece)
            yield piece
