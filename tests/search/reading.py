"""An index read back from its bytes as the browser reads it, to see what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import log
from typing import Any

from generator.search import scripts
from generator.search.coding import CHARACTERS, read_numbers
from generator.search.words import Stemmer, fold_text, split_words

Site = Mapping[str, bytes]
"""Path in the site → content."""


def called(content: bytes) -> list[Any]:
    """What a script passes to the one global."""
    text = content.decode()
    assert text.startswith("canoaSearch(")
    assert text.endswith(");\n")
    arguments: list[Any] = json.loads(f"[{text[len('canoaSearch(') : -3]}]")
    return arguments


def called_last(content: bytes) -> list[Any]:
    """The same of the end of a script that has code before it."""
    return called(b"canoaSearch(" + content.rpartition(b"canoaSearch(")[2])


def unpacked(coded: list[str]) -> Iterator[str]:
    """Front coded names as they were."""
    before = ""
    for name in coded:
        before = before[: CHARACTERS.index(name[0])] + name[1:]
        yield before


def separators(coded: str) -> list[str]:
    """Separators of shards: each begins with one of ten characters that are in no term."""
    return list(unpacked(re.findall("[#-,][^#-,]*", coded)))


def long_rule(short: str) -> str:
    """A rule of the manifest as `words.py` has it."""
    suffix, replacement, least = re.fullmatch("([a-z]+)=?([a-z]*)([0-9]+)", short).groups()  # type: ignore[union-attr]
    return f"{suffix} {replacement or '-'} {least}"


@dataclass
class Postings:
    """The pages of a term."""

    levels: dict[int, int] = field(default_factory=dict)
    """Page → level."""
    about: float = 0
    """Of a cut list: about how many pages have the term."""


def read_postings(written: str) -> Postings:
    """Postings out of their characters."""
    found, level, page = Postings(), -1, -1
    for number in read_numbers(written):
        if number < 0:
            level, page = -number - 1, -1
        elif level < 0:
            found.about = 2 ** (number / 4)
        else:
            page += number + 1
            found.levels[page] = level
    return found


class Index:
    """The index of a site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        [kind, self.manifest] = called_last(site["canoa/busca.js"])
        assert kind == "manifest"
        self.separators = separators(self.manifest["terms"])
        [kind, coded] = called_last(site["canoa/spelling.js"])
        assert kind == "separators"
        self.spelling_separators = separators(coded)
        self.stemmer = Stemmer([list(map(long_rule, step.split(" "))) for step in self.manifest["stem"]])
        self.shards = {separator: self._shard(separator) for separator in self.separators}

    def _shard(self, separator: str) -> dict[str, str]:
        kind, said, entries = called(self.site[scripts.terms_path(separator)])
        assert (kind, said) == ("terms", separator)
        parts = entries.split(" ")
        return dict(zip(unpacked(parts[::2]), parts[1::2], strict=True))

    def postings(self, term: str) -> Postings | None:
        """The pages of a term, looked for in the one shard that may have it."""
        home = [separator for separator in self.separators if separator <= term][-1]
        written = self.shards[home].get(term)
        return None if written is None else read_postings(written)

    def terms(self) -> dict[str, Postings]:
        """All of it."""
        return {term: read_postings(written) for shard in self.shards.values() for term, written in shard.items()}

    def pages(self) -> dict[int, str]:
        """Number → path in the site."""
        found = {}
        for path, content in self.site.items():
            if path.startswith("canoa/busca/d"):
                _, block, folder, _, places, kinds, paths, titles = called(content)
                assert len(places) == len(kinds) == titles.count("\n") + 1
                first = block << self.manifest["blockBits"]
                found.update(
                    {
                        first + CHARACTERS.index(place): f"{folder}/{path}".lstrip("/")
                        for place, path in zip(places, paths.split("\n"), strict=True)
                    }
                )
        return found

    def text(self, page: int) -> list[list[str]]:
        """The sections of a page."""
        slot, text_bits = page % self.manifest["slots"], self.manifest["textBits"]
        block = page >> self.manifest["blockBits"]
        folder = called(self.site[scripts.pages_path(block)])[2]
        kind, said, number, texts = called(self.site[scripts.text_path(folder, slot >> text_bits)])
        assert (kind, said, number) == ("text", folder, slot >> text_bits)
        sections: list[list[str]] = texts[str(slot)]
        return sections

    def spelling(self) -> dict[str, float]:
        """Word → about how many pages have it."""
        found = {}
        for separator in self.spelling_separators:
            kind, said, entries = called(self.site[scripts.spelling_path(separator)])
            assert (kind, said) == ("spelling", separator)
            parts = entries.split(" ")
            words = list(unpacked([entry[1:] for entry in parts]))
            assert words == sorted(words)
            found.update(
                {word[::-1]: 2 ** (CHARACTERS.index(entry[0]) / 4) for word, entry in zip(words, parts, strict=True)}
            )
        return found

    def find(self, query: str) -> list[int]:
        """Pages with all words of a query, best first."""
        scores: dict[int, float] = {}
        counts: dict[int, int] = {}
        telling = 0
        for word in split_words(fold_text(query)):
            found = self.postings(self.stemmer.stem(word)) or Postings()
            telling += not found.about
            as_strong, weights = 0, {}
            for level in range(7, -1, -1):
                as_strong += sum(own == level for own in found.levels.values())
                weights[level] = log(1 + (self.manifest["pages"] - as_strong + 0.5) / (as_strong + 0.5))
            for page, level in found.levels.items():
                scores[page] = scores.get(page, 0) + weights[level]
                counts[page] = counts.get(page, 0) + (not found.about)
        return sorted((page for page in scores if counts[page] == telling), key=lambda page: (-scores[page], page))
