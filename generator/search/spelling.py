"""The spelling dictionary: words backwards, so that an error in a word's first letters leaves the beginning whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from generator.search.postings import TermEntry, write_frequency
from generator.search.shards import Shard, cut_list, front_coded

LEAST_LETTERS: Final = 4
LEAST_PAGES: Final = 2
"""A word of one page may be an error itself, unless it is in the title."""
_LETTERS = re.compile(r"[^\W\d_]+")


def spelled_words(entries: Iterable[TermEntry]) -> Iterator[str]:
    """The terms that corrections may lead to: backwards, then a blank, then about how many pages they have."""
    for entry in entries:
        is_known = entry.pages >= LEAST_PAGES or entry.in_title
        if is_known and len(entry.term) >= LEAST_LETTERS and _LETTERS.fullmatch(entry.term):
            yield f"{entry.term[::-1]} {write_frequency(entry.pages)}"


def cut_spelling(words: Iterable[str], most: int) -> Iterator[Shard]:
    """Shards of the dictionary, of about `most` characters; `words` as `spelled_words` gives them."""
    pairs = [word.split(" ") for word in sorted(words)]
    backwards, frequencies = [word for word, _ in pairs], [frequency for _, frequency in pairs]
    for separator, begin, end in cut_list(backwards, [0] * len(pairs), "", most):
        coded = front_coded(backwards[begin:end])
        yield Shard(separator, " ".join(map("".join, zip(frequencies[begin:end], coded, strict=True))))
