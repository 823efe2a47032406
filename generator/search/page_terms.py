"""What a page says, as the index counts it: its terms with their levels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import log2
from typing import Final

from generator.search.coding import LEVELS
from generator.search.ranges import COUNT, range_of
from generator.search.words import Vocabulary

TITLE_LEVEL: Final = LEVELS - 1
"""Kept for words of the title: a page that is named after something is about it."""
USUAL_WORDS: Final = 500
"""A page of so many words is neither long nor short.  A constant: the mean of the site would change with each edit, and
with it every posting."""
LENGTH_WEIGHT: Final = 0.5
"""How much longer pages count less: *b* of BM25 (Robertson & Zaragoza 2009, The Probabilistic Relevance Framework)."""
SATURATION: Final = 1.5
"""*k* of BM25: how soon a further occurrence adds little."""
HEADING_WEIGHT: Final = 2.0
"""Occurrences of the text that one in a heading is worth."""
MOST_OCCURRENCES: Final = 60
"""More are as good as this."""


class PageIndexer:
    """Counts the terms of pages; one for many pages, since it remembers words."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._pieces: dict[str, tuple[str, ...]] = {}
        self._ranges: dict[str, int] = {}

    def terms(self, title: str, sections: Sequence[tuple[str, str]]) -> str:
        """A line for each range of terms, in each line `level term` without a blank between them, joined by blanks.

        `sections`: headings and what stands below them.
        """
        texts = self._count(" ".join([text for _, text in sections]))
        levels = _levels(length_class(sum(texts.values())))
        found = {term: levels[count] if count < MOST_OCCURRENCES else levels[-1] for term, count in texts.items()}
        for term, count in self._count(" ".join([heading for heading, _ in sections])).items():
            found[term] = str(
                _level(weight(texts.get(term, 0), length_class(sum(texts.values()))) + HEADING_WEIGHT * count)
            )
        found.update(dict.fromkeys(self._count(title), str(TITLE_LEVEL)))
        lines: list[list[str]] = [[] for _ in range(COUNT)]
        ranges = self._ranges
        for term, level in found.items():
            lines[ranges[term]].append(level + term)
        return "\n".join(map(" ".join, lines))

    def _count(self, text: str) -> dict[str, int]:
        """How often each term occurs."""
        found: dict[str, int] = {}
        known, get = self._pieces, found.get
        for piece, count in Counter(text.split()).items():
            for term in known[piece] if piece in known else self._learn(piece):
                found[term] = get(term, 0) + count
        return found

    def _learn(self, piece: str) -> tuple[str, ...]:
        terms = self._pieces[piece] = self._vocabulary.terms(piece)
        for term in terms:
            self._ranges[term] = range_of(term)
        return terms


def length_class(words: int) -> int:
    """Half powers of two: an edit seldom changes the class of a page's length."""
    return round(2 * log2(words)) if words > 1 else 0


def weight(occurrences: int, length: int) -> float:
    """Occurrences in the text, those of long pages for less; `length` is a class."""
    return occurrences / (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * 2 ** (length / 2) / USUAL_WORDS)


def _level(weighted: float) -> int:
    return min(TITLE_LEVEL - 1, int(TITLE_LEVEL * weighted / (weighted + SATURATION)))


@lru_cache(maxsize=64)
def _levels(length: int) -> tuple[str, ...]:
    """Occurrences → level."""
    return tuple(str(_level(weight(count, length))) for count in range(MOST_OCCURRENCES + 1))
