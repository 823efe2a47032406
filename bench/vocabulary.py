"""Words of Brazil's primary care, and sentences made of them: grammatical, meaningless, the same on every machine."""

from __future__ import annotations

import json
import random
from bisect import bisect
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path

_LISTS = json.loads((Path(__file__).parent / "vocabulary.json").read_text(encoding="utf-8"))


def _words(name: str) -> tuple[str, ...]:
    """A list whose lines hold several words each."""
    return tuple(word for line in _LISTS[name] for word in line.split(" "))


MASCULINE, FEMININE, ADJECTIVES, VERBS = map(_words, ("masculine", "feminine", "adjectives", "verbs"))
LINKS, PEOPLE, PLACE_STARTS, PLACE_ENDS = map(_words, ("links", "people", "place_starts", "place_ends"))
JOINTS, OPENINGS, TOPICS, SETTINGS = (tuple(_LISTS[name]) for name in ("joints", "openings", "topics", "settings"))
ABBREVIATIONS: dict[str, str] = _LISTS["abbreviations"]
RARITY = 0.8
"""Exponent of Zipf's law: a few words everywhere, most of them seldom, as in a real text."""


class Draw:
    """Draws items, the first ones more often."""

    def __init__(self, items: Iterable[str]) -> None:
        self._items = tuple(items)
        self._sums = list(accumulate(1 / (rank + 3) ** RARITY for rank in range(len(self._items))))

    def one(self, source: random.Random) -> str:
        """One item."""
        return self._items[bisect(self._sums, source.random() * self._sums[-1])]


def interleaved(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """`o …` and `a …` by turns, so that neither gender is rarer."""
    longest = max(len(first), len(second))
    nouns = []
    for rank in range(longest):
        nouns += [f"o {noun}" for noun in first[rank : rank + 1]]
        nouns += [f"a {noun}" for noun in second[rank : rank + 1]]
    return nouns


NOUNS, QUALITIES, ACTIONS = Draw(interleaved(MASCULINE, FEMININE)), Draw(ADJECTIVES), Draw(VERBS)


class Writer:
    """Writes the text of one page: its words follow from the seed and the page's name alone.

    Only `random.random` is used: Python promises its numbers for ever, and those of `choice` and `sample` not.
    """

    def __init__(self, seed: int, name: str) -> None:
        self._source = random.Random(f"{seed}:{name}")
        self.abbreviations: set[str] = set()
        """Those that were used and need an explanation."""

    def chance(self, share: float) -> bool:
        """True in this share of the cases."""
        return self._source.random() < share

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return least + int(self._source.random() * (most - least + 1))

    def pick(self, items: Sequence[str]) -> str:
        """One of the items, all alike."""
        return items[int(self._source.random() * len(items))]

    def noun(self, *, article: bool = True) -> str:
        """`a escuta`, `o território rural`, `o registro (SUS)`."""
        words = NOUNS.one(self._source).split(" ")
        if self.chance(0.4):
            words.append(_agreeing(QUALITIES.one(self._source), words[0]))
        if article and self.chance(0.03):
            words.append(f"({self._abbreviation()})")
        return " ".join(words if article else words[1:])

    def sentence(self, link: str = "") -> str:
        """A sentence of about fifteen words; `link` is Markdown that it ends with."""
        clause = f"{self._clause()} {self.pick(LINKS)} {self.noun()}"
        if self.chance(0.4):
            clause += f", {self.pick(JOINTS)} {self._clause()}"
        if self.chance(0.12):
            clause += f", em {self._place()}"
        if link:
            clause += f", como em {link}"
        if self.chance(0.25):
            clause = f"{self.pick(OPENINGS)}, {clause}"
        return capitalised(clause) + "."

    def paragraph(self, words: int, *extras: str) -> str:
        """Sentences of so many words in all; the extras are links, one a sentence."""
        waiting = list(extras)
        sentences = []
        while words > 0 or waiting:
            sentences.append(self.sentence(waiting.pop(0) if waiting else ""))
            words -= sentences[-1].count(" ") + 1
        return " ".join(sentences)

    def title(self) -> str:
        """`Escuta qualificada e vínculo`."""
        title = self.noun(article=False)
        return capitalised(f"{title} e {self.noun(article=False)}" if self.chance(0.6) else title)

    def person(self) -> str:
        """A first name."""
        return self.pick(PEOPLE)

    def _clause(self) -> str:
        subject = self.noun() if self.chance(0.9) else self.person()
        verb = ACTIONS.one(self._source)
        emphasis = self._source.random()
        thing = self.noun()
        if emphasis < 0.05:
            thing = f"**{thing}**"
        elif emphasis < 0.08:
            thing = f"*{thing}*"
        return f"{subject} {verb} {thing}"

    def _place(self) -> str:
        return self.pick(PLACE_STARTS) + self.pick(PLACE_ENDS)

    def _abbreviation(self) -> str:
        chosen = self.pick(tuple(ABBREVIATIONS))
        self.abbreviations.add(chosen)
        return chosen


def capitalised(text: str) -> str:
    """The first letter upper-case; the rest as it is."""
    return text[:1].upper() + text[1:]


def _agreeing(adjective: str, article: str) -> str:
    return adjective[:-1] + "a" if article == "a" and adjective.endswith("o") else adjective
