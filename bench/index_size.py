"""What the search index costs on pages with as many different words as real Portuguese has.

    python -m bench.index_size                 5,000 invented pages; prints the table of docs/search-index.md

It needs Debian's wbrazilian.  The words of `corpus.py` are too few for this: with them an index has half of the terms.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from pathlib import Path
from random import Random

from bench.corpus import SEED
from generator.search import scripts
from generator.search.numbering import Numbering, number_pages
from generator.search.page_terms import PageIndexer
from generator.search.postings import Codes, TermEntry, merge, most_postings, write_postings
from generator.search.ranges import COUNT, FROM, joined_ranges
from generator.search.shards import cut_terms
from generator.search.spelling import cut_spelling, spelled_words
from generator.search.words import Vocabulary, stemming_rules
from generator.site.search_index import PROFILES

DICTIONARY = Path("/usr/share/dict/brazilian")
_USUAL = """
de a que e do da em um para com não uma os no se na por mais as dos como mas ao ele das seu sua ou quando muito nos já
eu também só pelo pela até isso ela entre depois sem mesmo aos seus quem nas me
"""
USUAL = tuple(_USUAL.split())
WORDS, SLOPE, SHIFT = 130_000, 1.08, 5
"""Words and how fast they become rarer (Zipf and Mandelbrot): so 5,000 pages have 41,000 terms."""
AGAIN, TOPICAL = 0.2, 0.2
"""Of the words, those that the page has already, and those of its course: so a page has 410 terms in 860 words."""
TOPICS = 1_500
"""Words that a course uses more than others do."""
LENGTH, SPREAD = 6.65, 0.35
"""Logarithm of a page's words, and how much pages differ."""
SECTIONS, COURSES = 6, 40


@dataclass(frozen=True)
class Page:
    """An invented page."""

    folder: str
    path: str
    title: str
    entries: Sequence[str]


@dataclass
class Weight:
    """Of one kind of file."""

    files: int = 0
    bytes: int = 0
    compressed: int = 0

    def add(self, content: bytes) -> None:
        """One file more."""
        self.files += 1
        self.bytes += len(content)
        self.compressed += len(gzip.compress(content, 9, mtime=0))


def make_pages(count: int) -> Iterator[Page]:
    """The same ones always."""
    draw = Random(SEED)
    known = [word for word in DICTIONARY.read_text(encoding="utf-8").split() if word.islower() and len(word) > 2]
    draw.shuffle(known)
    words = [*USUAL, *known[:WORDS]]
    sums = list(accumulate(1 / (rank + SHIFT) ** SLOPE for rank in range(len(words))))
    indexer = PageIndexer(Vocabulary(stemming_rules("pt")))
    topics = [draw.choices(words[len(USUAL) :], cum_weights=sums[len(USUAL) :], k=TOPICS) for _ in range(COURSES)]
    for number in range(count):
        own: list[str] = []
        text: list[str] = []
        for rank in draw.choices(range(len(words)), cum_weights=sums, k=int(draw.lognormvariate(LENGTH, SPREAD))):
            text.append(words[rank])
            if rank < len(USUAL):
                continue
            chance = draw.random()
            if chance < AGAIN and own:
                text[-1] = draw.choice(own)
            elif chance < AGAIN + TOPICAL:
                text[-1] = draw.choice(topics[number % COURSES])
            own.append(text[-1])
        title = " ".join(draw.sample(own, 3))
        headings = ["", *(" ".join(draw.sample(own, 3)) for _ in range(1, SECTIONS))]
        step = -(-len(text) // SECTIONS)
        below = [" ".join(text[at * step : (at + 1) * step]) for at in range(SECTIONS)]
        terms = indexer.index(title, list(zip(headings, below, strict=True))).terms
        path = f"{'-'.join(own[:2])}/{title.replace(' ', '-')}-{number}.html"
        yield Page(f"curso-{number % COURSES}", path, title.capitalize(), [*terms.split(), "0!k:unit"])


def weigh(pages: Sequence[Page]) -> dict[str, Weight]:
    """The files of their index, by kind."""
    profile = PROFILES["small"]
    numbering = number_pages([(page.folder, page.path) for page in pages])
    numbered = sorted((numbering.pages[page.folder, page.path], page) for page in pages)
    merged = merge((number, page.entries) for number, page in numbered)
    entries = write_postings(merged, Codes(numbering.numbers), most_postings(len(pages)))
    weights = {"terms": Weight(), "page records": Weight(), "spelling": Weight()}
    for content in _terms(entries, len(pages), profile.shard(len(pages))):
        weights["terms"].add(content)
    for content in _records(numbered, numbering, profile.block_bits):
        weights["page records"].add(content)
    for shard in cut_spelling(spelled_words(entries), profile.spelling):
        weights["spelling"].add(scripts.spelling_script(shard))
    return weights


def _terms(entries: Sequence[TermEntry], pages: int, most: int) -> Iterator[bytes]:
    terms = [entry.term for entry in entries]
    for members in joined_ranges(pages, large=False):
        first, last = FROM[members[0]], members[-1] + 1
        begin, end = bisect_left(terms, first), bisect_left(terms, FROM[last]) if last < COUNT else len(terms)
        written = [entry.written for entry in entries[begin:end]]
        yield from map(scripts.terms_script, cut_terms(terms[begin:end], written, first, most))


def _records(numbered: Iterable[tuple[int, Page]], numbering: Numbering, bits: int) -> Iterator[bytes]:
    for block, group in groupby(numbered, lambda one: one[0] >> bits):
        members = list(group)
        records = [scripts.PageRecord(number & ((1 << bits) - 1), one.path, one.title, "u") for number, one in members]
        yield scripts.pages_script(block, members[0][1].folder, members[0][1].folder, records)


def table(weights: dict[str, Weight], pages: int) -> Iterator[str]:
    """Rows of Markdown."""
    yield "| | files | bytes a page | gzip, a page | gzip, a file |"
    yield "|---|---|---|---|---|"
    for name, one in weights.items():
        mean = one.compressed / one.files / 1000
        yield f"| {name} | {one.files:,} | {one.bytes / pages:.0f} | {one.compressed / pages:.0f} | {mean:.1f} kB |"
    files, size, compressed = (
        sum(getattr(one, of) for one in weights.values()) for of in ("files", "bytes", "compressed")
    )
    yield f"| **index** | {files:,} | **{size / pages:.0f}** | **{compressed / pages:.0f}** | |"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=5000)
    options = parser.parse_args()
    pages = list(make_pages(options.pages))
    terms = {entry[1:] for page in pages for entry in page.entries}
    print(f"{len(terms):,} terms, {sum(len(page.entries) for page in pages) / len(pages):.0f} on a page")
    print("\n".join(table(weigh(pages), len(pages))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
