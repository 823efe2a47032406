"""Which files an image holds, with their digests: what a copy is checked by, and old images are made again from.

A list beside each course in the copy.  It is not signed: the images are, and a file that is listed wrongly gives
another image.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from generator.mirror.copy_script import fact_file
from generator.release.own_files import COPY_FOLDER

PIECE = 1 << 20
PREFIX = "de-"
"""Beginning of the names of lists: a course may be called as another file of the folder."""
LARGEST_LIST = 64 << 20
"""Bytes of a list that is read."""


class FileEntry(NamedTuple):
    """A file of an image."""

    path: str
    """From the site's folder, with `/`."""
    size: int
    """Bytes."""
    sha256: str


def list_files(tree: Path, paths: Iterable[str]) -> tuple[FileEntry, ...]:
    """Files of a site's folder, in the order of an image.  Raises `OSError`."""
    found = []
    for path in sorted(paths, key=lambda path: path.encode("utf-8", "surrogatepass")):
        file = tree / path
        size = file.stat().st_size
        with file.open("rb") as stream:
            found.append(FileEntry(path, size, _digest(stream, size)))
    return tuple(found)


def list_path(unit: str) -> str:
    """Where the list of a unit's files is in the copy."""
    return f"{COPY_FOLDER}/{PREFIX}{unit}.json"


def file_list(unit: str, images: Mapping[str, tuple[FileEntry, ...]]) -> bytes:
    """The list of the files of a unit's images, by the hash of the image."""
    listed = {sha256: [list(file) for file in files] for sha256, files in sorted(images.items())}
    return fact_file({"unit": unit, "images": listed})


def read_lists(tree: Path) -> dict[str, tuple[FileEntry, ...]]:
    """Image → files, out of all lists of a copy; a damaged list is passed over.

    Nothing of it may be believed before the image that is made from these files has the signed hash.
    """
    found: dict[str, tuple[FileEntry, ...]] = {}
    for file in sorted((tree / COPY_FOLDER).glob(f"{PREFIX}*.json")):
        found |= _read_list(file)
    return found


def _read_list(file: Path) -> dict[str, tuple[FileEntry, ...]]:
    try:
        if file.stat().st_size > LARGEST_LIST:
            return {}
        images = json.loads(file.read_bytes())["images"]
        return {str(one): tuple(FileEntry(*_entry(*entry)) for entry in files) for one, files in images.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _entry(path: object, size: object, sha256: object) -> tuple[str, int, str]:
    if not (isinstance(path, str) and isinstance(size, int) and isinstance(sha256, str)):
        raise TypeError(path)
    return path, size, sha256


def _digest(stream: BinaryIO, size: int) -> str:
    digest = hashlib.sha256()
    while size:
        piece = stream.read(min(PIECE, size))
        if not piece:
            raise OSError(f"{size} bytes are missing")
        digest.update(piece)
        size -= len(piece)
    return digest.hexdigest()
