"""Text becomes words as the index knows them: folded, split, stemmed.  `docs/search-index.md`, "Words", is the rule.

The scripts in the browser do the same with queries; a test compares both on whole dictionaries.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Final

Steps = Sequence[Sequence[str]]
"""Rules `suffix replacement least` in steps, as the manifest carries them."""
Rule = tuple[str, str, int]
"""Suffix, replacement, and how many letters have to stand before."""

LONGEST_WORD: Final = 32
"""Characters of a word that count."""

_DROPPED = re.compile("[\u0300-\u036f\u00ad\ufe00-\ufe0f]")
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i", "ς": "σ"}
)
"""Letters that Unicode does not take apart."""
_PLAIN_WORD = re.compile(r"[0-9a-z]+")
_STEMMED = re.compile(r"[a-z]+")
_INSIDE = frozenset("LNM")
"""First letters of the general categories that words are made of: letters, numbers, marks."""


def fold_text(text: str) -> str:
    """Lower case, without accents: `Saúde da Família` gives `saude da familia`.  Other scripts keep their letters.

    Not `generator.naming.fold`, which makes names: that one drops every letter that ASCII lacks, and folds case in
    a way that JavaScript has no function for.
    """
    folded = unicodedata.normalize("NFKD", text).lower()
    return folded if folded.isascii() else _DROPPED.sub("", folded).translate(_LETTERS)


def split_words(folded: str) -> list[str]:
    """The words of a folded text, each cut to `LONGEST_WORD` characters."""
    if folded.isascii():
        return [word[:LONGEST_WORD] for word in _PLAIN_WORD.findall(folded)]
    spaced = "".join(letter if _is_inside(letter) else " " for letter in folded)
    return [word[:LONGEST_WORD] for word in spaced.split()]


@lru_cache(maxsize=4096)
def _is_inside(letter: str) -> bool:
    return letter <= "\uffff" and unicodedata.category(letter)[0] in _INSIDE


@lru_cache(maxsize=1)
def _all_rules() -> Mapping[str, Steps]:
    rules: Mapping[str, Steps] = json.loads((files(__package__) / "stemming.json").read_text("utf-8"))
    return rules


def stemming_rules(language: str) -> Steps:
    """The rules of a language (BCP 47: `pt-BR` has those of `pt`); none for a language without."""
    return _all_rules().get(language.split("-")[0].lower(), ())


class Stemmer:
    """Cuts endings off, so that the forms of a word meet: light rules for *folded* words.

    Snowball's rules need the accents that queries lack; what was measured is in `docs/decisions/0027`.
    """

    def __init__(self, rules: Steps) -> None:
        self._steps = [_by_last_letter(map(_rule, step)) for step in rules]

    def stem(self, word: str) -> str:
        """The stem of a folded word; words with anything but `a`–`z` are left alone."""
        if not _STEMMED.fullmatch(word):
            return word
        for step in self._steps:
            length = len(word)
            for suffix, replacement, least in step.get(word[-1:], ()):
                if word.endswith(suffix) and length - len(suffix) >= least:
                    word = word[: length - len(suffix)] + replacement
                    break
        return word


def _by_last_letter(rules: Iterable[Rule]) -> Mapping[str, Sequence[Rule]]:
    """The rules of a step in their order, by what words end with that they may have something to do with."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        found.setdefault(rule[0][-1], []).append(rule)
    return found


def _rule(written: str) -> Rule:
    suffix, replacement, least = written.split(" ")
    return suffix, replacement.replace("-", ""), int(least)


class Vocabulary:
    """The words of one language as the index knows them."""

    def __init__(self, rules: Steps) -> None:
        self._stemmer = Stemmer(rules)

    def terms(self, piece: str) -> tuple[str, ...]:
        """What the index knows a piece of text by: one stem for most, none for a dash, two for `pré-natal`."""
        return tuple(map(self._stemmer.stem, split_words(fold_text(piece))))
