"""What can be found in a site: its pages with their numbers, their terms and their texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.content.model import Course, Document, Library
from generator.search import scripts
from generator.search.numbering import Numbering, number_pages
from generator.search.page_terms import PageIndexer
from generator.search.postings import FILTER
from generator.search.words import Vocabulary, stemming_rules
from generator.site.digests import digest
from generator.site.preparation import Prepared
from generator.site.rendering import Rendering

if TYPE_CHECKING:
    from generator.pages.page import Section

KIND_LETTERS: Final = {
    "course": "c",
    "module": "m",
    "unit": "u",
    "case": "e",
    "worksheet": "w",
    "glossary": "g",
    "page": "p",
}
"""Kinds of pages that are found; the front page is no answer to anything."""
_PLAIN_ID = re.compile(r"[a-z0-9-]+")


class FoundPage(NamedTuple):
    """A page that can be found."""

    number: int
    folder: str
    """Of its course, or empty."""
    path: str
    """In the folder."""
    rendering: Rendering
    filters: str
    """Entries of kind, audience, problems and tools."""
    terms: bytes
    """Digest of its terms."""


@dataclass(frozen=True)
class SearchSite:
    """The pages of a library that can be found."""

    prepared: Prepared
    numbering: Numbering
    pages: tuple[FoundPage, ...]
    """By number."""

    @classmethod
    def of(cls, prepared: Prepared) -> SearchSite:
        """Number the pages.  One that could not be rendered keeps its number, and so do those beside it."""
        places = found_places(prepared.library)
        numbering = number_pages(places.values())
        found = [(places[one.document.source], one) for one in prepared.renderings if one.document.source in places]
        pages = [
            FoundPage(numbering.pages[place], *place, one, _filters(one.document), _terms_digest(prepared, one))
            for place, one in found
            if one.facts
        ]
        return cls(prepared, numbering, tuple(sorted(pages, key=lambda page: page.number)))

    def slot(self, page: FoundPage) -> int:
        """Its place among the pages of its course."""
        return page.number % self.numbering.slots

    def terms(self, page: FoundPage) -> str:
        """What the search knows a page by."""
        return self.glossary_terms if self.is_glossary(page) else self.prepared.read.renderer.terms(page.rendering)

    def all_terms(self) -> Iterator[tuple[FoundPage, str]]:
        """Each page with its terms, in any order."""
        pages = {page.rendering.document.source: page for page in self.pages if not self.is_glossary(page)}
        for rendering, terms in self.prepared.read.renderer.all_terms([page.rendering for page in pages.values()]):
            yield pages[rendering.document.source], terms
        yield from ((page, self.glossary_terms) for page in self.pages if self.is_glossary(page))

    def sections(self, page: FoundPage) -> str:
        """The JSON of a page's sections."""
        if self.is_glossary(page):
            return scripts.sections_json(self._glossary_sections)
        return self.prepared.read.renderer.sections(page.rendering)

    def is_glossary(self, page: FoundPage) -> bool:
        """True for the page that is completed after it was rendered."""
        return self.prepared.glossary is not None and page.rendering.document is self.prepared.library.glossary

    @cached_property
    def glossary_terms(self) -> str:
        """Terms of the completed glossary; empty without one."""
        if not self.prepared.glossary:
            return ""
        indexer = PageIndexer(Vocabulary(stemming_rules(self.prepared.configuration.language)))
        sections = [(section.heading, section.text) for section in self._glossary_sections]
        return indexer.index(self.prepared.glossary.title, sections).terms

    @cached_property
    def _glossary_sections(self) -> Sequence[Section]:
        from generator.pages.sections import page_sections, summarised  # imports Markdown: only when there is work

        glossary, document = self.prepared.glossary, self.prepared.library.glossary
        if not glossary or not document:
            return ()
        return summarised(page_sections(glossary.html), document.metadata.summary or glossary.summary)


def course_folder(course: Course) -> str:
    """The course's folder in the site."""
    return course.document.target.rpartition("/")[0]


def found_places(library: Library) -> dict[str, tuple[str, str]]:
    """Source of each page that can be found → folder of the course (or empty) and path in it."""
    folders = {page.source: course_folder(course) for course in library.courses for page in course.documents()}
    found = (document for document in library.documents() if document.kind in KIND_LETTERS)
    return {document.source: _place(document, folders) for document in found}


def _place(document: Document, folders: Mapping[str, str]) -> tuple[str, str]:
    folder = folders.get(document.source, "")
    if folder and document.target.startswith(f"{folder}/"):
        return folder, document.target[len(folder) + 1 :]
    return "", document.target


def _filters(document: Document) -> str:
    metadata = document.metadata
    tags = {"k": (document.kind,), "a": metadata.audience, "p": metadata.problems, "t": metadata.tools}
    entries = [f"0{FILTER}{group}:{one}" for group, ids in tags.items() for one in ids if _PLAIN_ID.fullmatch(one)]
    return " ".join(dict.fromkeys(entries))


def _terms_digest(prepared: Prepared, rendering: Rendering) -> bytes:
    if prepared.glossary and rendering.document is prepared.library.glossary:
        return digest(prepared.glossary.title, rendering.document.metadata.summary, prepared.glossary.html)
    return rendering.facts.terms_digest if rendering.facts else b""
