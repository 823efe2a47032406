"""Files inside images, read where they are: for courses of which there is no built site here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import BinaryIO

from generator.release.catalogue import TargetInfo
from generator.release.image import ImageEntry, image_entries
from generator.release.workplace import Workplace

Place = tuple[BinaryIO, ImageEntry]


class ImageFiles:
    """The files of some images together, as `changes.Files`."""

    def __init__(self, inside: Mapping[str, Place], outside: Mapping[str, str]) -> None:
        self._inside, self._outside = inside, outside

    def __contains__(self, path: str) -> bool:
        return path in self._inside

    def pages(self) -> tuple[str, ...]:
        """HTML pages, sorted."""
        return tuple(sorted(path for path in self._inside if path.endswith(".html")))

    def read(self, path: str) -> bytes:
        """One file.  Raises `OSError` and `KeyError`."""
        stream, entry = self._inside[path]
        stream.seek(entry.offset)
        return stream.read(entry.size)

    def digest(self, path: str) -> bytes:
        """SHA-256 of a file; nothing for what is not there."""
        if path in self._outside:
            return bytes.fromhex(self._outside[path])
        return hashlib.sha256(self.read(path)).digest() if path in self._inside else b""


@contextmanager
def open_images(work: Workplace, images: Sequence[TargetInfo]) -> Iterator[ImageFiles]:
    """The images of one course; they were checked when they came.  Raises `OSError` and `ImageError`."""
    with ExitStack() as stack:
        inside: dict[str, Place] = {}
        outside: dict[str, str] = {}
        for one in images:
            stream = stack.enter_context(work.image(one.sha256).open("rb"))
            inside |= {entry.path: (stream, entry) for entry in image_entries(stream, most_bytes=one.length)}
            outside |= {path: blob["sha256"] for path, blob in one.custom["blobs"].items()}
        yield ImageFiles(inside, outside)
