"""Numbers for names that stay the same when other names come and go: places in a table, by digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

SMALLEST_TABLE: Final = 8
LEAST_HALVED: Final = 32
"""From this power of two on there is a size half way to the next one too."""
FULLNESS: Final = 0.7
"""Of a table, at most: emptier ones would make numbers, and so every list of them, longer."""
FULLNESS_OF_COURSES: Final = 0.9
"""The same of the table of courses: one that comes changes nearly every list anyway, whether others move or not."""
OVERFLOW: Final = 8
"""An eighth of a table is kept for those whose places are taken at its end."""


@dataclass(frozen=True)
class Numbering:
    """The numbers of a site's pages: places of a course, one course after the other."""

    slots: int
    """Places of each course."""
    numbers: int
    """All numbers are smaller."""
    courses: Mapping[str, int]
    """Folder of a course, empty for pages of none → its slot."""
    pages: Mapping[tuple[str, str], int]
    """Folder and path → number."""


def number_pages(pages: Iterable[tuple[str, str]]) -> Numbering:
    """Number pages, given as folder of the course and path of the page; no two are the same."""
    by_course: dict[str, list[str]] = {}
    for folder, path in pages:
        by_course.setdefault(folder, []).append(path)
    courses, most = place(by_course, FULLNESS_OF_COURSES)
    tables = {folder: place(paths, FULLNESS) for folder, paths in by_course.items()}
    slots = max((size for _, size in tables.values()), default=SMALLEST_TABLE)
    numbers = {
        (folder, path): courses[folder] * slots + slot
        for folder, (places, _) in tables.items()
        for path, slot in places.items()
    }
    return Numbering(slots, most * slots, courses, numbers)


def place(names: Iterable[str], fullness: float) -> tuple[dict[str, int], int]:
    """A place for each name in a table that is at most so full, and the table's size (`larger`).

    Each name wants the place that its digest says; of those that want the same, the later ones by digest move on.  So
    the places follow from the names alone, and a name that comes moves few others.
    """
    digests = sorted((hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest(), name) for name in names)
    size = SMALLEST_TABLE
    while len(digests) > fullness * size:
        size = larger(size)
    while True:
        places, free = {}, 0
        wanted = size - size // OVERFLOW
        for digest, name in digests:
            free = max(free, int.from_bytes(digest[:8], "big") * wanted >> 64)
            places[name] = free
            free += 1
        if free <= size:
            return places, size
        size = larger(size)


def larger(size: int) -> int:
    """The next size of a table: a power of two, or half way to the next one.

    With powers of two alone tables are emptier, and all numbers longer; with more sizes between them a page that comes
    would more often be one too many, and all numbers would change.
    """
    power = 1 << (size.bit_length() - 1)
    return size + power // 2 if size == power and power >= LEAST_HALVED else power * 2
