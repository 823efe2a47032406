"""Which files are looked at: every `*.json` below the folders, each once, in an order that is always the same."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from generator.records.reading import LARGEST_FILE
from generator.records.refusals import RefusedError

OWN_FOLDER = ".canoa-"
"""Folders with names that begin so are a run's own waiting room."""


class Candidate(NamedTuple):
    """A file that may be a record."""

    path: str
    name: str
    """Its path as people are told it: from the folder that was given, without anything that cannot be printed."""


def find_candidates(folders: Iterable[Path], leave_out: Path) -> list[Candidate]:
    """The files, sorted by path; links to folders are not followed, so that none leads in circles."""
    found: dict[str, Candidate] = {}
    for folder in folders:
        for path in _files(folder, os.path.realpath(leave_out)):
            found.setdefault(os.path.realpath(path), Candidate(str(path), printable(str(path))))
    return sorted(found.values())


def _files(folder: Path, leave_out: str) -> Iterator[Path]:
    if not folder.is_dir():
        yield folder
        return
    closed: list[Path] = []
    for inside, folders, files in os.walk(folder, onerror=lambda error: closed.append(Path(str(error.filename)))):
        here = Path(inside)
        folders[:] = sorted(
            name for name in folders if not name.startswith(OWN_FOLDER) and os.path.realpath(here / name) != leave_out
        )
        yield from (here / name for name in files if name.lower().endswith(".json"))
    yield from closed


def read_file(path: Path) -> bytes:
    """What a file holds.  Raises `RefusedError` when it cannot be read or is larger than any record."""
    try:
        # A pipe would wait for ever to be opened, so what it is, is asked before.
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            os.listdir(path)  # a folder comes here only when its files could not be listed: say why
        if not stat.S_ISREG(found.st_mode):
            raise RefusedError("not-a-file")
        if found.st_size > LARGEST_FILE:
            raise RefusedError("too-large", size=found.st_size // 1_000_000, limit=LARGEST_FILE // 1_000_000)
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise RefusedError("unreadable", reason=error.strerror or type(error).__name__) from None


def printable(text: str) -> str:
    """A file name for terminals and tables: bytes that are no text and control characters are written out."""
    plain = os.fsencode(text).decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in plain)
