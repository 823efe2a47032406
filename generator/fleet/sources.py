"""Where statuses come from: addresses, lists of addresses, and files that somebody brought."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from generator.fleet.reading import LARGEST
from generator.mirror.status import STATUS

STATUS_PLACE = f".canoa/{STATUS}"
MOST_ADDRESSES = 100_000
LONGEST_ADDRESS = 500
PLAIN = re.compile(r"[!-~]+")
LARGEST_LIST = 32 << 20


class SourceError(Exception):
    """A source cannot be what it is given as; `kind` is one of no-place, no-address, list-too-long."""

    def __init__(self, kind: str, place: str, line: int = 0) -> None:
        super().__init__(kind, place)
        self.kind, self.place, self.line = kind, place, line


def find_sources(written: Iterable[str]) -> tuple[tuple[str, ...], tuple[Path, ...]]:
    """Addresses and files, each once, in order.

    What is neither an address, a `.json` nor a folder is a list of addresses.
    Raises `SourceError`, and `OSError` when a list cannot be read.
    """
    addresses: dict[str, None] = {}
    files: dict[Path, None] = {}
    for one in written:
        if "://" in one:
            addresses[status_address(one, one, 0)] = None
            continue
        place = Path(one)
        if place.is_dir():
            files.update(dict.fromkeys(_files_below(place)))
        elif not place.is_file():
            raise SourceError("no-place", one)
        elif place.suffix.lower() == ".json":
            files[place] = None
        else:
            addresses.update(dict.fromkeys(_read_list(place)))
        if len(addresses) > MOST_ADDRESSES:
            raise SourceError("list-too-long", one)
    return tuple(addresses), tuple(files)


def status_address(written: str, place: str, line: int) -> str:
    """The address of a status, out of what people know of a mirror.  Raises `SourceError` no-address."""
    try:
        parts = urlsplit(written)
        port = parts.port
    except ValueError:
        raise SourceError("no-address", place, line) from None
    is_plain = len(written) <= LONGEST_ADDRESS and PLAIN.fullmatch(written) and "\\" not in written
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or "@" in parts.netloc or not is_plain:
        raise SourceError("no-address", place, line)
    path = parts.path
    if not path.endswith(".json"):
        folder = path if path.endswith("/") else f"{path}/"
        path = folder + (STATUS if folder.endswith("/.canoa/") else STATUS_PLACE)
    return f"{parts.scheme}://{parts.netloc}{path}"


def _read_list(file: Path) -> Iterator[str]:
    """One address in each line; empty lines and what follows a `#` say nothing."""
    if file.stat().st_size > LARGEST_LIST:
        raise SourceError("list-too-long", str(file))
    for number, line in enumerate(file.read_text(encoding="utf-8-sig", errors="replace").splitlines(), 1):
        words = line.partition("#")[0].split()
        if words:
            address = words[0] if "://" in words[0] else f"http://{words[0]}"
            yield status_address(address, str(file), number)


def _files_below(folder: Path) -> Iterator[Path]:
    """Files that may be statuses, by name, and without following links."""
    for inside, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith(".json") and not Path(inside, name).is_symlink():
                yield Path(inside, name)


def read_file(file: Path) -> bytes:
    """A file, and one byte more than a status may have where it is longer.  Raises `OSError`."""
    if not file.is_file():  # a pipe would wait for ever
        raise OSError(f"{file}: not a file")
    with file.open("rb") as stream:
        return stream.read(LARGEST + 1)
