"""Where another catalogue is read from: a folder, a web server, or an address that fsspec reaches."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from generator.release.destinations import Destination, DestinationError, open_destination, shown_address
from generator.release.durable_files import put_durably
from generator.release.refusals import ReleaseError
from generator.release.signed_documents import TransportInfo

PIECE = 1 << 20
"""Bytes at a time."""
PATIENCE = 60.0
"""Seconds to wait for the next bytes of a web server."""


class Origin(Protocol):
    """Files of a published catalogue, of which nothing is believed."""

    name: str
    """For people; without passwords."""
    is_folder: bool
    """True when it may be a copy that was long in the post: then it is judged at the time of its signing."""

    def read(self, path: str, most: int) -> bytes | None:
        """A small file, None when there is none.  Raises `OSError`, and `ReleaseError` when it is longer."""

    def fetch(self, path: str, info: TransportInfo, place: Path) -> None:
        """Bring a file, proven by length and hash.  Raises `OSError`, and `ReleaseError` when it is another one."""


def open_origin(address: str) -> Origin:
    """By its address.  Raises `ReleaseError` and `OSError`."""
    if address.startswith(("http://", "https://")):
        return WebOrigin(address)
    place = open_destination(address)
    return PlaceOrigin(place, is_folder="://" not in address or address.startswith("file://"))


class PlaceOrigin:
    """What can be published to can be read from."""

    def __init__(self, place: Destination, *, is_folder: bool) -> None:
        self._place = place
        self.name, self.is_folder = place.name, is_folder

    def read(self, path: str, most: int) -> bytes | None:
        """A small file, None when there is none."""
        length = self._place.length(path)
        if length is None:
            return None
        if length > most:
            raise ReleaseError("source-object", path=path, source=self.name)
        return self._place.read(path)

    def fetch(self, path: str, info: TransportInfo, place: Path) -> None:
        """Bring a file."""
        if self._place.length(path) != info.length:
            raise ReleaseError("source-object", path=path, source=self.name)
        _keep(self._place.pieces(path), path, info, place, self.name)


class WebOrigin:
    """A web server."""

    def __init__(self, address: str) -> None:
        import urllib3

        self.name, self.is_folder = shown_address(address), False
        self._address = address.rstrip("/")
        self._pool = urllib3.PoolManager(retries=urllib3.Retry(4, backoff_factor=1, redirect=2), timeout=PATIENCE)

    def read(self, path: str, most: int) -> bytes | None:
        """A small file, None when there is none."""
        with suppress(FileNotFoundError):
            parts, length = [], 0
            for piece in self._pieces(path):
                parts.append(piece)
                length += len(piece)
                if length > most:
                    raise ReleaseError("source-object", path=path, source=self.name)
            return b"".join(parts)
        return None

    def fetch(self, path: str, info: TransportInfo, place: Path) -> None:
        """Bring a file."""
        try:
            _keep(self._pieces(path), path, info, place, self.name)
        except FileNotFoundError:
            raise ReleaseError("source-object", path=path, source=self.name) from None

    def _pieces(self, path: str) -> Iterator[bytes]:
        from urllib3.exceptions import HTTPError

        try:
            answer = self._pool.request("GET", f"{self._address}/{path}", preload_content=False)
            try:
                if answer.status in (404, 410):
                    raise FileNotFoundError(path)
                if answer.status != 200:
                    raise DestinationError(f"{self.name}: {path}: {answer.status}")
                yield from answer.stream(PIECE, decode_content=False)
            finally:
                answer.release_conn()
        except HTTPError as error:
            raise DestinationError(f"{self.name}: {path}: {type(error).__name__}") from None


def _keep(pieces: Iterable[bytes], path: str, info: TransportInfo, place: Path, source: str) -> None:
    """Write what comes, never more than was signed, and give it its name only when it is that."""

    def write(out: BinaryIO) -> None:
        digest, length = hashlib.sha256(), 0
        for piece in pieces:
            length += len(piece)
            if length > info.length:
                break
            digest.update(piece)
            out.write(piece)
        if length != info.length or digest.hexdigest() != info.sha256:
            raise ReleaseError("source-object", path=path, source=source)

    put_durably(place, write)
