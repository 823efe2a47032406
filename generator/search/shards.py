"""Lists of terms are cut into shards, scripts of a few kilobytes whose names follow from where they begin."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, starmap
from typing import Final

from generator.search.coding import CHARACTERS

MOST_SHARED: Final = 60
"""Characters that a front coded term shares with the one before it."""
MOST_SHARED_OF_SEPARATORS: Final = 9
"""The same of separators: their characters for 0 to 9 are in no term, so that nothing else need stand between them."""
_UNSAFE = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True)
class Shard:
    """Some terms that are neighbours."""

    separator: str
    """All its terms are this or later; those of the next shard are its separator or later."""
    entries: str
    """As the script carries them."""


def separator_name(separator: str) -> str:
    """A separator as part of a file's name that every computer can keep."""
    return _UNSAFE.sub(lambda match: f"_{ord(match[0]):04x}", separator)


def cut_terms(terms: Sequence[str], written: Sequence[str], first: str, most: int) -> Iterator[Shard]:
    """Shards of terms with their postings: `term postings term postings …`, front coded.  See `cut_list`."""
    for separator, begin, end in cut_list(terms, list(map(len, written)), first, most):
        parts = map(" ".join, zip(front_coded(terms[begin:end]), written[begin:end], strict=True))
        yield Shard(separator, " ".join(parts))


def cut_list(terms: Sequence[str], more: Sequence[int], first: str, most: int) -> Iterator[tuple[str, int, int]]:
    """Cut terms in order into shards of at most about `most` characters: separator, begin and end of each.

    `more`: characters that each term takes beside itself; `first`: the separator of the first shard.  A list that is
    too long is cut in two where the separator is shortest, not too far from the middle, and each part again: so an edit
    seldom moves a cut, and short separators make a short manifest.  A long term has a shard for itself.
    """
    if not terms:
        return
    shared = [0, *starmap(common_length, pairwise(terms))]
    sizes = (len(term) - common + own + 3 for term, common, own in zip(terms, shared, more, strict=True))
    starts = [0, *accumulate(sizes)]

    def cut(begin: int, end: int) -> Iterator[int]:
        size = starts[end] - starts[begin]
        if size <= most or end - begin < 2:
            yield begin
            return
        low = min(max(bisect_left(starts, starts[begin] + size * 0.3), begin + 1), end - 1)
        high = min(max(bisect_left(starts, starts[begin] + size * 0.7), low), end - 1)
        middle = min(range(low, high + 1), key=shared.__getitem__)
        yield from cut(begin, middle)
        yield from cut(middle, end)

    for begin, end in pairwise([*cut(0, len(terms)), len(terms)]):
        yield first if begin == 0 else terms[begin][: shared[begin] + 1], begin, end


def common_length(one: str, other: str) -> int:
    """How many characters two words have in common at their beginnings."""
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))


def coded_separators(separators: Sequence[str]) -> str:
    """Separators in order, in one text."""
    return "".join(front_coded(separators, MOST_SHARED_OF_SEPARATORS))


def front_coded(names: Sequence[str], most: int = MOST_SHARED) -> list[str]:
    """Names in order, each as a digit that says how much it shares with the one before, and the rest of it."""
    shared = [min(common, most) for common in starmap(common_length, pairwise(["", *names]))]
    return [CHARACTERS[common] + name[common:] for name, common in zip(names, shared, strict=True)]
