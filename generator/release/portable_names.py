"""Names that every computer can keep: Windows, FAT sticks, macOS and Android as well as Linux.

A release is refused where it is made rather than on the stick of a clinic.  Sources: Microsoft, "Naming Files, Paths,
and Namespaces"; Unicode, D145 (canonical caseless matching); POSIX, `ustar` (a name of 100 bytes after folders of 155).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from generator.release.image_refusals import ImageRefusedError
from generator.release.own_files import fold_name, is_own

LONGEST_PART, LONGEST_PATH = 100, 230
"""Bytes in UTF-8: a file or folder name (what `ustar` takes; disks take 255), and a path from the site's folder."""
LONGEST_FOLDERS = 155
"""Bytes of the folders that `ustar` keeps apart when a path has more than `LONGEST_PART` bytes."""
FORBIDDEN = re.compile(r'[<>:"\\|?*]')
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\..*)?", re.IGNORECASE)
"""Devices of Windows, whatever extension they have."""
PLAIN = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
"""A name in which nothing but `RESERVED` could be wrong."""
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that are not seen; HFS+ passes over some of them when it compares names."""
OWN_FOLDER = ".canoa"
"""Beginning of names that mirrors and sticks keep for themselves."""


class WrongName(NamedTuple):
    """A path that cannot be kept everywhere."""

    kind: str
    path: str
    other: str = ""
    """The path that it would be mixed up with, or the character that is not allowed."""


class NamesError(ImageRefusedError):
    """Some names cannot be kept on every computer; all of them are in `found`, the sentence is about the first."""

    def __init__(self, found: tuple[WrongName, ...]) -> None:
        kind, path, other = found[0]
        values = {"path": shown(path), "other": shown(other), "character": shown(other)}
        super().__init__(kind, **values, part=LONGEST_PART, whole=LONGEST_PATH)
        self.found = found

    def each(self) -> Iterator[ImageRefusedError]:
        """One error for every wrong name."""
        return (NamesError((one,)) for one in self.found)


def check_portable(paths: Iterable[str]) -> None:
    """Raises `NamesError` unless all these paths, with `/` between their parts, fit into one folder of any computer."""
    listed = list(paths)
    wrong = [WrongName(kind, path, detail) for path in listed for kind, detail in _faults(path)]
    found = tuple(wrong or _collisions(listed))  # folding needs names that are text
    if found:
        raise NamesError(found)


def shown(path: str) -> str:
    """A path for terminals: what is no text, and what is not seen, is written out."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape", "backslashreplace").decode()
        for letter in path
    )


def _faults(path: str) -> Iterator[tuple[str, str]]:
    """The first thing that is wrong with a path by itself, if any."""
    parts = path.split("/")
    if not all(parts) or {".", ".."} & set(parts):
        yield "not-relative", ""
        return
    encoded = path.encode("utf-8", "surrogatepass")
    longest = max(len(part.encode("utf-8", "surrogatepass")) for part in parts)
    if len(encoded) > LONGEST_PATH or longest > LONGEST_PART or not _fits_ustar(encoded):
        yield "name-too-long", ""
        return
    for part in parts:
        fault = _fault_of_part(part)
        if fault:
            yield fault
            return
    if is_own(path):
        yield "own-folder", ""


def _fits_ustar(path: bytes) -> bool:
    cut = path.rfind(b"/", 0, LONGEST_FOLDERS + 1)
    return len(path) <= LONGEST_PART or len(path) - cut - 1 <= LONGEST_PART


def _fault_of_part(part: str) -> tuple[str, str] | None:
    if PLAIN.fullmatch(part):  # nearly all are; the rest takes its time
        return ("reserved-name", "") if RESERVED.fullmatch(part) else None
    kinds = {unicodedata.category(letter) for letter in part}
    forbidden = FORBIDDEN.search(part)
    tests = (
        ("not-text", "Cs" in kinds),
        ("control-character", bool(kinds & INVISIBLE)),
        ("forbidden-character", forbidden is not None),
        ("trailing-character", part[-1] in ". "),
        ("reserved-name", RESERVED.fullmatch(part) is not None),
        ("own-folder", fold_name(part).startswith(OWN_FOLDER)),
    )
    for kind, is_so in tests:
        if is_so:
            return kind, forbidden[0] if forbidden and kind == "forbidden-character" else ""
    return None


def _collisions(paths: list[str]) -> Iterator[WrongName]:
    """Paths that are the same for some computer, as files or as the folders of files."""
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in paths:
        folded = fold_name(path)
        if folded in files:
            yield WrongName("repeated" if files[folded] == path else "collision", path, files[folded])
        files.setdefault(folded, path)
        for folder in _folders(path):
            first = folders.setdefault(fold_name(folder), folder)
            if first != folder:
                yield WrongName("collision", folder, first)
    for folded in sorted(files.keys() & folders.keys()):
        same = files[folded] == folders[folded]
        yield WrongName("file-and-folder" if same else "collision", files[folded], folders[folded])


def _folders(path: str) -> Iterator[str]:
    cut = path.find("/")
    while cut > 0:
        yield path[:cut]
        cut = path.find("/", cut + 1)
