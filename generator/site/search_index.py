"""The pages' terms become shards: the search index of a site (docs/search-index.md), of which an edit makes few anew.

Pages were counted when they were rendered (`batches.py`); here the ranges of the alphabet in which some page has
changed are merged.  Everything follows from the pages alone, so that a warm build gives the bytes of a cold one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from math import inf
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeVar

from generator.search import scripts
from generator.search.postings import Codes, TermEntry, merge, most_postings, write_postings
from generator.search.ranges import COUNT, FROM, joined_ranges
from generator.search.shards import cut_terms
from generator.search.spelling import cut_spelling, spelled_words
from generator.search.words import stemming_rules
from generator.site.cache import BuildCache
from generator.site.digests import digest, engine_digest
from generator.site.output import SiteWriter
from generator.site.preparation import Prepared
from generator.site.search_site import KIND_LETTERS, FoundPage, SearchSite, course_folder
from generator.site.search_texts import TextParts, text_mark, text_parts

T = TypeVar("T")

ENGINE, SPELLING = "busca", "spelling"
"""The scripts of the theme that search and correct words; what they must know of the index is at their ends."""
MANY_CHANGES: Final = 200
"""So many pages change nearly every range: then all are merged."""


@dataclass(frozen=True)
class Profile:
    """How large the index's files are."""

    shards: Sequence[tuple[float, int]]
    """Below so many pages: so many characters of a shard of terms, at most about.  The manifest names all shards: on a
    large site many small ones would cost more than they save."""
    spelling: int
    """Characters of a shard of the dictionary."""
    block_bits: int
    """Page records of a block, as a power of two of places that are about half full."""
    text_bits: int
    """The same for texts.  They are read where pages cannot be: from a stick, where bytes cost less than files."""
    is_large: bool = False

    def shard(self, pages: int) -> int:
        """Characters of a shard of terms on a site of so many pages."""
        return next(size for most, size in self.shards if pages < most)


PROFILES: Final = {
    "small": Profile(((8192, 2000), (32_768, 2500), (inf, 3500)), 4096, 3, 4),
    "large": Profile(((inf, 24_000),), 24_000, 6, 5, is_large=True),
}
"""`small`: little to load for a query.  `large`: a tenth of the files, for sticks whose clusters are large."""


class RangeState(NamedTuple):
    """What is kept of some neighbouring ranges of terms between builds, as JSON can hold it."""

    separators: Sequence[str]
    """Of their shards."""
    spelled: Sequence[str]
    """Their part of the spelling dictionary."""
    mark: str
    """Digest of their shards' contents."""


class State(NamedTuple):
    """What a build leaves to the next one, as JSON can hold it."""

    basis: str
    """Digest of all that shards depend on beside the pages."""
    pages: Sequence[Sequence[Any]]
    """Number, digest of terms, filters and cache key of each page."""
    glossary: str
    """Terms of the glossary, which the cache does not have."""
    glossary_mark: str
    """Digest by which the page is noted."""
    ranges: Sequence[Sequence[Any]]
    """`RangeState` of each part of the alphabet."""
    spelling: Sequence[Any]
    """Separators of the dictionary's shards, and a digest of all its words."""


@dataclass(frozen=True)
class _Work:
    """One build's index."""

    site: SearchSite
    profile: Profile
    writer: SiteWriter
    written: Mapping[str, bytes]
    """`EarlyTexts.written`."""

    def write_index(self, cache: BuildCache) -> dict[str, bytes]:
        """Write all; gives what belongs at the ends of scripts."""
        name = f"search {self.writer.folder}"
        surroundings = self.profile, self.shard, self.parts, most_postings(len(self.site.pages)), self.language
        basis = digest(engine_digest(), repr(surroundings)).hex()
        last = _recalled(cache.note(name), basis)
        ranges = self.write_terms(last)
        spelling = self.write_spelling(ranges, last)
        self.write_blocks()
        self.write_texts()
        self.write_courses()
        state = State(basis, list(map(_noted, self.site.pages)), *self.glossary(last), ranges, spelling)
        if last != state:
            cache.leave_note(name, state)
        terms = [separator for one in ranges for separator in one.separators]
        return {ENGINE: self.manifest(terms or [""]), SPELLING: scripts.separators_script(spelling[0] or [""])}

    def glossary(self, last: State | None) -> tuple[str, str]:
        """Terms of the glossary, and the digest by which it is noted; only a changed one is counted again."""
        mark = next((page.terms.hex() for page in self.site.pages if self.site.is_glossary(page)), "")
        return last.glossary if last and last.glossary_mark == mark else self.site.glossary_terms, mark

    @cached_property
    def titles(self) -> dict[str, str]:
        """Folder of each course → its title."""
        return {course_folder(course): course.document.title for course in self.site.prepared.library.courses}

    @property
    def parts(self) -> tuple[range, ...]:
        """The ranges that are kept together."""
        return joined_ranges(len(self.site.pages), large=self.profile.is_large)

    @property
    def language(self) -> str:
        """Whose rules apply, without its region."""
        return self.site.prepared.configuration.language.split("-")[0]

    @property
    def shard(self) -> int:
        """Characters of a shard of terms."""
        return self.profile.shard(len(self.site.pages))

    def manifest(self, terms: Sequence[str]) -> bytes:
        """The call that the engine's script ends with."""
        return scripts.Manifest(
            language=self.language,
            stem=stemming_rules(self.language),
            pages=len(self.site.pages),
            slots=self.site.numbering.slots,
            numbers=self.site.numbering.numbers,
            block_bits=self.block_bits,
            text_bits=self.profile.text_bits,
            terms=terms,
        ).script()

    # --- terms ------------------------------------------------------------------------------------------------------

    def write_terms(self, last: State | None) -> list[RangeState]:
        """The shards of all terms: those of unchanged ranges stay, the others are merged."""
        changed = _changed_ranges(self.site, last) if last else frozenset(range(COUNT))
        kept: list[RangeState | None] = [None] * len(self.parts)
        for place, members in enumerate(self.parts):
            if last and changed.isdisjoint(members):
                known = RangeState(*last.ranges[place])
                if all(self._is_current(known.mark, separator) for separator in known.separators):
                    kept[place] = known
        missing = [members for members, known in zip(self.parts, kept, strict=True) if known is None]
        merged = iter(self.merge_ranges(missing))
        return [known or next(merged) for known in kept]

    def _is_current(self, mark: str, separator: str) -> bool:
        return self.writer.is_current(scripts.terms_path(separator), digest(mark, separator))

    def merge_ranges(self, parts: Sequence[range]) -> Iterator[RangeState]:
        """Merge these parts of the alphabet and write their shards."""
        if not parts:
            return
        pages = self.site.pages
        merged = merge(_page_entries(self.site, list(chain.from_iterable(parts))))
        entries = write_postings(merged, Codes(pages[-1].number if pages else 0), most_postings(len(pages)))
        terms = [entry.term for entry in entries]
        for members in parts:
            begin = bisect_left(terms, FROM[members[0]])
            end = bisect_left(terms, FROM[members[-1] + 1]) if members[-1] + 1 < COUNT else len(terms)
            yield self.write_range(FROM[members[0]], entries[begin:end])

    def write_range(self, first: str, entries: Sequence[TermEntry]) -> RangeState:
        """Write the shards of terms that are neighbours; the first shard begins at `first`."""
        written = [entry.written for entry in entries]
        shards = list(cut_terms([entry.term for entry in entries], written, first, self.shard))
        contents = [scripts.terms_script(shard) for shard in shards]
        mark = digest(*contents).hex()
        for shard, content in zip(shards, contents, strict=True):
            self.writer.write(scripts.terms_path(shard.separator), content, digest(mark, shard.separator))
        return RangeState([shard.separator for shard in shards], list(spelled_words(entries)), mark)

    def write_spelling(self, ranges: Sequence[RangeState], last: State | None) -> tuple[list[str], str]:
        """The spelling dictionary: separators of its shards, and the digest by which it is known to be the same."""
        words = [word for one in ranges for word in one.spelled]
        mark = digest("\n".join(words)).hex()
        if last and last.spelling[1] == mark:
            separators: list[str] = last.spelling[0]
            if all(self.writer.is_current(scripts.spelling_path(one), digest(mark, one)) for one in separators):
                return separators, mark
        shards = list(cut_spelling(words, self.profile.spelling))
        for shard in shards:
            content = scripts.spelling_script(shard)
            self.writer.write(scripts.spelling_path(shard.separator), content, digest(mark, shard.separator))
        return [shard.separator for shard in shards], mark

    # --- pages ------------------------------------------------------------------------------------------------------

    def write_blocks(self) -> None:
        """What lists of hits show of pages."""
        for block, pages in _grouped(self.site.pages, lambda page: page.number >> self.block_bits):
            folder = pages[0].folder
            content = scripts.pages_script(block, folder, self.titles.get(folder, ""), list(map(self._record, pages)))
            target, mark = scripts.pages_path(block), digest(content)
            if not self.writer.is_current(target, mark):
                self.writer.write(target, content, mark)

    def _record(self, page: FoundPage) -> scripts.PageRecord:
        document = page.rendering.document
        place = page.number & ((1 << self.block_bits) - 1)
        return scripts.PageRecord(place, page.path, document.title, KIND_LETTERS[document.kind])

    @property
    def block_bits(self) -> int:
        """Pages of one course are never together with those of another: whole blocks make its places."""
        slots = self.site.numbering.slots
        return min(self.profile.block_bits, (slots & -slots).bit_length() - 1)

    def write_texts(self) -> None:
        """The texts of pages, in their courses' folders."""
        bits = self.profile.text_bits
        for (folder, number), pages in _grouped(
            self.site.pages, lambda page: (page.folder, self.site.slot(page) >> bits)
        ):
            target = scripts.text_path(folder, number)
            mark = text_mark(map(self._text_parts, pages))
            if self.written.get(target) != mark and not self.writer.is_current(target, mark):
                texts = {self.site.slot(page): self.site.sections(page) for page in pages}
                self.writer.write(target, scripts.text_script(folder, number, texts), mark)

    def _text_parts(self, page: FoundPage) -> TextParts:
        facts = page.rendering.facts
        own = page.terms if facts is None or self.site.is_glossary(page) else facts.text_digest
        return text_parts(page.number, page.rendering.document, own)

    def write_courses(self) -> None:
        """The list of courses, for the filter and for copies that lack some."""
        slots = self.site.numbering.courses
        listed = sorted((slots[folder], folder, title) for folder, title in self.titles.items() if folder in slots)
        self.writer.write(scripts.COURSES, scripts.courses_script(listed))


def write_search_index(
    prepared: Prepared, profile: Profile, writer: SiteWriter, cache: BuildCache, written: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Write the index of a site; gives what belongs at the ends of scripts of the theme, by their names.

    `written`: texts that are there already (`EarlyTexts`).
    """
    return _Work(SearchSite.of(prepared), profile, writer, written).write_index(cache)


# --- what has changed -----------------------------------------------------------------------------------------------


def _recalled(noted: Any, basis: str) -> State | None:
    state = State(*noted) if noted and len(noted) == len(State._fields) else None
    return state if state and state.basis == basis else None


def _noted(page: FoundPage) -> list[Any]:
    key = page.rendering.facts.key.hex() if page.rendering.facts else ""
    return [page.number, page.terms.hex(), page.filters, key]


def _changed_ranges(site: SearchSite, last: State) -> frozenset[int]:
    """The ranges in which a page's terms are not what they were."""
    before = {number: more for number, *more in last.pages}
    now = {page.number: page for page in site.pages}
    numbers = [number for number in before if number not in now]
    numbers += [
        number for number, page in now.items() if before.get(number, [])[:2] != [page.terms.hex(), page.filters]
    ]
    changed: set[int] = set()
    for number in numbers:
        had = _known_terms(site, last, before[number]) if number in before else ""
        if had is None or len(numbers) > MANY_CHANGES:
            return frozenset(range(COUNT))
        changed.add(0)  # its filters, or those of the page that has its number now
        changed |= _different_lines(had, site.terms(now[number]) if number in now else "")
    return frozenset(changed)


def _known_terms(site: SearchSite, last: State, noted: Sequence[str]) -> str | None:
    """The terms that a page had in the last build, if they can still be had."""
    wanted, _, key = noted
    known = site.prepared.read.renderer.known_terms(bytes.fromhex(key))
    if known is not None and digest(known).hex() == wanted:
        return known
    return last.glossary if wanted == last.glossary_mark else None


def _different_lines(before: str, after: str) -> set[int]:
    old, new = (text.split("\n") if text else [""] * COUNT for text in (before, after))
    pairs = enumerate(zip(old, new, strict=True))
    return {place for place, (had, has) in pairs if had != has and set(had.split()) != set(has.split())}


def _page_entries(site: SearchSite, ranges: Sequence[int]) -> Iterator[tuple[int, Iterable[str]]]:
    """Number and entries of each page, only of these ranges; by number."""
    with_filters, whole = 0 in ranges, len(ranges) == COUNT
    pick = itemgetter(*ranges, ranges[0])  # twice the first, so that it is a tuple always
    beyond = max(ranges) + 1
    found = []
    for page, terms in site.all_terms():
        text = terms if whole else " ".join(pick(terms.split("\n", beyond))[:-1])
        entries = f"{text} {page.filters}" if with_filters else text
        found.append((page.number, entries))
    found.sort()
    return ((number, text.split()) for number, text in found)


def _grouped(pages: Iterable[FoundPage], key: Callable[[FoundPage], T]) -> Iterable[tuple[T, list[FoundPage]]]:
    """Pages by what they have in common."""
    groups: dict[T, list[FoundPage]] = {}
    for page in pages:
        groups.setdefault(key(page), []).append(page)
    return groups.items()
