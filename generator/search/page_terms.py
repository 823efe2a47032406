"""What a page says, as the index counts it: its terms with their levels."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import log2
from typing import Final, NamedTuple

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
STEPS: Final = (1.125, 3.75)
"""Weighted occurrences from which a page has a word more than once, and often: 3/7 and 5/7 of the most that BM25 gives
with 1.5 as its *k*.  Finer steps cost a tenth of the index and found no better pages (docs/search-index.md)."""
HEADING_WEIGHT: Final = 2.0
"""Occurrences of the text that one in a heading is worth."""
MOST_OCCURRENCES: Final = 60
"""More are as good as this."""
MOST_REMEMBERED: Final = 200_000
"""Pieces of text whose terms are kept; a language has fewer, a hostile text more."""


class PageTerms(NamedTuple):
    """What the index knows of a page."""

    terms: str
    """A line for each range of terms; in each line `level term`, without a blank between the two, joined by blanks."""
    words: int
    """Words of the text and its headings."""


class PageIndexer:
    """Counts the terms of pages; one for many pages, since it remembers words."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._pieces = _Pieces(vocabulary)

    def index(self, title: str, sections: Sequence[tuple[str, str]]) -> PageTerms:
        """Count a page.  `sections`: headings and what stands below them."""
        texts = self._count(" ".join([text for _, text in sections]))
        headings = self._count(" ".join([heading for heading, _ in sections]))
        words = sum(texts.values())
        length = length_class(words)
        marked = {term: str(_heading_level(texts[term], count, length)) for term, count in headings.items()}
        marked.update(dict.fromkeys(self._count(title), str(TITLE_LEVEL)))
        for term in marked.keys() & texts.keys():
            del texts[term]
        lines: list[list[str]] = [[] for _ in range(COUNT)]
        levels, ranges = _levels(length), self._pieces.ranges
        for term, count in texts.items():
            lines[ranges[term]].append(levels[count if count < MOST_OCCURRENCES else MOST_OCCURRENCES] + term)
        for term, level in marked.items():
            lines[ranges[term]].append(level + term)
        return PageTerms("\n".join(map(" ".join, lines)), words + sum(headings.values()))

    def _count(self, text: str) -> Counter[str]:
        """How often each term occurs."""
        pieces = self._pieces
        found = Counter(map(pieces.__getitem__, text.split()))
        for several in found.keys() & pieces.odd:
            count = found.pop(several)
            for term in several.split():
                found[term] += count
        if len(pieces) > MOST_REMEMBERED:
            pieces.forget()
            return self._count(text)
        return found


class _Pieces(dict[str, str]):
    """Pieces of text between blanks → their term, most have one; others have none, or several with blanks between."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self.ranges: dict[str, int] = {}
        """Of each term that was met."""
        self.odd: set[str] = set()
        """Values that are no single term."""

    def __missing__(self, piece: str) -> str:
        terms = self._vocabulary.terms(piece)
        for term in terms:
            self.ranges[term] = range_of(term)
        value = self[piece] = " ".join(terms)
        if len(terms) != 1:
            self.odd.add(value)
        return value

    def forget(self) -> None:
        """Begin anew."""
        self.clear()
        self.odd.clear()


def length_class(words: int) -> int:
    """Half powers of two: an edit seldom changes the class of a page's length."""
    return round(2 * log2(words)) if words > 1 else 0


def weight(occurrences: int, length: int) -> float:
    """Occurrences in the text, those of long pages for less; `length` is a class."""
    return occurrences / (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * 2 ** (length / 2) / USUAL_WORDS)


@lru_cache(maxsize=4096)
def _heading_level(in_text: int, in_headings: int, length: int) -> int:
    return _level(weight(in_text, length) + HEADING_WEIGHT * in_headings)


def _level(weighted: float) -> int:
    return bisect(STEPS, weighted)


@lru_cache(maxsize=64)
def _levels(length: int) -> tuple[str, ...]:
    """Occurrences → level."""
    return tuple(str(_level(weight(count, length))) for count in range(MOST_OCCURRENCES + 1))
