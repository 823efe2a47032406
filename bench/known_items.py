"""Questions whose answer is known: each is made from one page, in the six ways in which people ask for it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

KINDS = ("title", "sentence", "no accents", "inflected", "typo", "prefix")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORD = re.compile(r"[^\W\d_]+")
SENTENCE = re.compile(r"[A-ZÀ-Ý][^.!?:;|\[\]{}#*_`<>\n]{60,160}[.!?]")


@dataclass(frozen=True)
class Query:
    """What somebody types, and the page that they mean."""

    kind: str
    text: str
    target: str
    """Path in the corpus, `…​.md`."""


@dataclass(frozen=True)
class Item:
    """A page that can be asked for: nobody else has its title."""

    path: str
    title: str
    sentence: str
    """Its rarest words, in their order."""


def make_queries(folder: Path, paths: Sequence[str], *, each: int, seed: int) -> list[Query]:
    """`each` questions of every kind about pages of the corpus in `folder`; the same seed gives the same ones."""
    draw = Random(seed)
    items = list(_items(folder, paths))
    draw.shuffle(items)
    makers = {
        "title": lambda one: one.title,
        "sentence": lambda one: one.sentence,
        "no accents": lambda one: _bare(one.title) if _bare(one.title) != one.title.lower() else "",
        "inflected": lambda one: " ".join(map(_inflected, WORD.findall(one.title))),
        "typo": lambda one: _mistyped(one.title, draw),
        "prefix": lambda one: _cut(one.title),
    }
    queries: list[Query] = []
    for kind in KINDS:
        made = (Query(kind, text, one.path) for one in items if (text := makers[kind](one)))
        queries += islice(made, each)
        items = items[each:] + items[:each]  # every kind asks for other pages
    return queries


def _items(folder: Path, paths: Sequence[str]) -> Iterator[Item]:
    texts = {path: (folder / path).read_text(encoding="utf-8") for path in paths}
    titles = {path: _title(text) for path, text in texts.items()}
    known = Counter(frozenset(WORD.findall(_bare(title))) for title in titles.values())
    spread = Counter(word for text in texts.values() for word in set(WORD.findall(text.lower())))
    for path, text in texts.items():
        title = titles[path]
        words = WORD.findall(title)
        if len(words) < 3 or known[frozenset(WORD.findall(_bare(title)))] > 1:
            continue
        sentence = _rarest_words(SENTENCE.findall(text.partition("\n---\n")[2]), spread)
        if sentence:
            yield Item(path, title, sentence)


def _title(text: str) -> str:
    found = re.search(r'^title: "(.*)"$', text, re.MULTILINE)
    return found[1] if found else ""


def _rarest_words(sentences: Sequence[str], spread: Counter[str]) -> str:
    """Six words of the sentence whose three rarest words are on the fewest pages."""

    def rarity(sentence: str) -> list[int]:
        return sorted(spread[word] for word in WORD.findall(sentence.lower()))[:3]

    best = min(sentences, key=rarity, default="")
    words = WORD.findall(best)
    kept = sorted(range(len(words)), key=lambda place: (spread[words[place].lower()], place))[:6]
    return " ".join(words[place] for place in sorted(kept))


def _bare(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one)).lower()


def _inflected(word: str) -> str:
    """Singular for plural and plural for singular, by the rules of school grammars."""
    for end, other in (("ções", "ção"), ("ção", "ções"), ("ais", "al"), ("al", "ais"), ("eis", "el"), ("el", "eis")):
        if word.endswith(end) and len(word) > len(end) + 2:
            return word.removesuffix(end) + other
    if len(word) < 4:
        return word
    if word.endswith("s"):
        return word[:-1]
    if word.endswith("m"):
        return word[:-1] + "ns"
    return word + ("es" if word[-1] in "rz" else "s")


def _mistyped(title: str, draw: Random) -> str:
    """One letter of the longest word left out, doubled, changed or swapped with the next."""
    longest = max(WORD.findall(title), key=len)
    if len(longest) < 6:
        return ""
    place = draw.randrange(1, len(longest) - 1)
    a, b = longest[:place], longest[place:]
    wrong = draw.choice((a + b[1:], a + b[0] + b, a + draw.choice(LETTERS) + b[1:], a + b[1] + b[0] + b[2:]))
    return title.replace(longest, wrong, 1) if wrong != longest else ""


def _cut(title: str) -> str:
    """What stands in the field while somebody types: the last word is not finished."""
    words = WORD.findall(title)
    if len(words[-1]) < 6:
        return ""
    return " ".join((*words[:-1], words[-1][: len(words[-1]) - 2]))
