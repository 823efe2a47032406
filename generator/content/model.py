"""The values of the content model: frozen, without text and without I/O, so that ten thousand of them stay small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, Union

Kind = Literal["home", "course", "module", "unit", "case", "worksheet", "glossary", "page"]


@dataclass(frozen=True, slots=True)
class Person:
    """An author of a page."""

    name: str
    institution: str = ""
    orcid: str = ""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a front matter says, validated; what is inherited is already filled in."""

    title: str = ""
    summary: str = ""
    audience: tuple[str, ...] = ()
    """Ids of `vocabulary.AUDIENCES`."""
    duration: int = 0
    """Minutes; 0 when not stated."""
    problems: tuple[str, ...] = ()
    """Ids of `PriorityProblem`."""
    tools: tuple[str, ...] = ()
    """Ids of `vocabulary.TOOLS`."""
    descriptors: tuple[str, ...] = ()
    """DeCS terms."""
    elective: bool = False
    authors: tuple[Person, ...] = ()
    licence: str = ""
    """SPDX identifier."""
    reviewed: str = ""
    """Date of the last content review, ISO 8601."""
    id: str = ""
    """Stable for ever; by default the path of the page without its suffix."""


@dataclass(frozen=True, slots=True)
class Document:
    """One Markdown file: where it is, where it goes, what its front matter says."""

    source: str
    """Relative to the content folder, forward slashes: `curso/01-modulo/02-unidade.md`."""
    target: str
    """Relative to the site: `curso/modulo/unidade.html`."""
    kind: Kind
    metadata: Metadata
    first_line: int = 1
    """Line of the file where the Markdown begins."""
    lines: Mapping[str, int] = field(default_factory=dict, hash=False)
    """Line of each key of the front matter, for problems."""

    @property
    def title(self) -> str:
        """The title that lists show."""
        return self.metadata.title


@dataclass(frozen=True, slots=True)
class Unit:
    """A lesson."""

    document: Document


@dataclass(frozen=True, slots=True)
class Case:
    """A case study with decisions."""

    document: Document


@dataclass(frozen=True, slots=True)
class Worksheet:
    """A form to fill in at work (*ficha*)."""

    document: Document


@dataclass(frozen=True, slots=True)
class Module:
    """A part of a course: its presentation and its units, in order."""

    document: Document
    units: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """A course: its presentation, its modules in order, its cases and its worksheets."""

    document: Document
    modules: tuple[Module, ...] = ()
    units: tuple[Unit, ...] = ()
    """Units that belong to no module."""
    cases: tuple[Case, ...] = ()
    worksheets: tuple[Worksheet, ...] = ()

    def documents(self) -> Iterator[Document]:
        """Every page of the course in reading order."""
        yield self.document
        for unit in self.units:
            yield unit.document
        for module in self.modules:
            yield module.document
            yield from (unit.document for unit in module.units)
        yield from (case.document for case in self.cases)
        yield from (worksheet.document for worksheet in self.worksheets)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a library that has no courses: an entry of MkDocs's `nav`, or a folder."""

    title: str
    document: Document | None
    """The section's own page (`index.md`)."""
    children: tuple[Union[Section, Document], ...] = ()

    def documents(self) -> Iterator[Document]:
        """Every page of the section in reading order."""
        if self.document:
            yield self.document
        for child in self.children:
            if isinstance(child, Section):
                yield from child.documents()
            else:
                yield child


@dataclass(frozen=True, slots=True)
class PriorityProblem:
    """An entry of `problemas.yml`: what a team's territory suffers from, by which electives are chosen."""

    id: str
    name: str
    descriptor: str = ""
    """DeCS term."""
    code: str = ""
    """DeCS code, such as D006973."""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """A file that is not Markdown."""

    source: str
    target: str
    size: int


@dataclass(frozen=True)
class Library:
    """Everything that a content folder holds."""

    home: Document | None = None
    courses: tuple[Course, ...] = ()
    sections: tuple[Section, ...] = ()
    """Instead of courses, when the folder holds a plain MkDocs project."""
    loose: tuple[Document, ...] = ()
    """Pages beside the courses: built, in no course's navigation."""
    glossary: Document | None = None
    problems: tuple[PriorityProblem, ...] = ()
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    media: tuple[Media, ...] = ()

    def media_targets(self) -> dict[str, str]:
        """Source path → path in the site, of every file that is copied."""
        return {media.source: media.target for media in self.media}

    def documents(self) -> tuple[Document, ...]:
        """Every page once, in reading order."""
        return self._documents

    @cached_property
    def _documents(self) -> tuple[Document, ...]:
        pages: dict[str, Document] = {}
        for document in self._in_order():
            pages.setdefault(document.source, document)
        return tuple(pages.values())

    def _in_order(self) -> Iterator[Document]:
        if self.home:
            yield self.home
        for course in self.courses:
            yield from course.documents()
        for section in self.sections:
            yield from section.documents()
        yield from self.loose
        if self.glossary:
            yield self.glossary
