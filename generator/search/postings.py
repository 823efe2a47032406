"""Which pages have a term, and how much: merged from the pages' terms, written as characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from operator import sub
from typing import Final

from generator.search.coding import CHARACTERS, FIRST_LEVEL, LEVELS, write_number

FILTER: Final = "!"
"""First character of terms that no text contains: kind, audience, priority problem, tool."""
CUT: Final = 0.25
"""The part of a site's pages that a term may name."""
LEAST_CUT: Final = 256
"""Pages that a term may have on any site without being cut."""


@dataclass(frozen=True)
class TermEntry:
    """A term and its pages."""

    term: str
    written: str
    """Postings as in a shard."""
    pages: int
    """How many pages have it."""
    in_title: bool


class Codes(list[str]):
    """Difference between neighbours → characters; made once for the largest number of a site."""

    def __init__(self, largest: int) -> None:
        super().__init__(map(write_number, range(largest + 1)))


def most_postings(pages: int) -> int:
    """How many pages a term may name: a part of the site's, which counts in half powers of two, so that a page more
    changes no list."""
    coarse = 2 ** (int(2 * log2(pages)) / 2) if pages else 0
    return max(LEAST_CUT, int(coarse * CUT))


def merge(pages: Iterable[tuple[int, Iterable[str]]]) -> dict[str, list[int]]:
    """Entries (`level term`) → numbers of the pages that have them.  The pages come in the order of their numbers."""
    found: dict[str, list[int]] = {}
    for number, entries in pages:
        for entry in entries:
            if entry in found:
                found[entry].append(number)
            else:
                found[entry] = [number]
    return found


def write_postings(merged: Mapping[str, Sequence[int]], codes: Codes, most: int) -> list[TermEntry]:
    """The terms in order, each with its pages, best level first, at most about `most`."""
    levels: dict[str, list[str]] = {}
    for entry in sorted(merged, reverse=True):  # best level first
        levels.setdefault(entry[1:], []).append(entry)
    return [_entry(term, entries, merged, codes, most) for term, entries in sorted(levels.items())]


def _entry(
    term: str, entries: Sequence[str], merged: Mapping[str, Sequence[int]], codes: Codes, most: int
) -> TermEntry:
    groups = [(int(entry[0]), merged[entry]) for entry in entries]
    pages = sum(len(numbers) for _, numbers in groups)
    kept = groups if pages <= most or term.startswith(FILTER) else list(_best(groups, most))
    mark = write_frequency(pages) if len(kept) < len(groups) else ""
    written = mark + "".join(
        [CHARACTERS[FIRST_LEVEL + level] + _write_group(numbers, codes) for level, numbers in kept]
    )
    return TermEntry(term, written, pages, groups[0][0] == LEVELS - 1)


def _best(groups: Iterable[tuple[int, Sequence[int]]], most: int) -> Iterator[tuple[int, Sequence[int]]]:
    """Whole levels, as long as they fit; the best one always."""
    count = 0
    for level, numbers in groups:
        count += len(numbers)
        if count > most and count > len(numbers):
            return
        yield level, numbers


def _write_group(numbers: Sequence[int], codes: Codes) -> str:
    """Ascending numbers as differences: the first as it is, the others less 1."""
    if len(numbers) == 1:
        return codes[numbers[0]]
    gaps = map(sub, numbers[1:], [number + 1 for number in numbers])
    return codes[numbers[0]] + "".join(map(codes.__getitem__, gaps))


def write_frequency(pages: int) -> str:
    """About how many pages, as one character: in half powers of two, so that a page more seldom changes it."""
    return CHARACTERS[2 * int(2 * log2(pages) + 0.5)]
