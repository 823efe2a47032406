"""Where each page stands: its course's navigation, what comes before and after it, the way back to the front page.

A course's navigation shows all its modules, and the units of the module that the reader is in.  It never grows with
the site, so ten thousand pages cost ten thousand times the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from generator.content.model import Course, Document, Library, Module, Section

Translate = Callable[[str], str]
Entry = TypeVar("Entry")

MOST_LINKS = 60
"""Links of one group; in longer ones only the neighbours of the page are shown, or the site would grow with the
square of its pages."""


@dataclass(frozen=True)
class Group:
    """One entry of a course's navigation, and the pages behind it."""

    title: str
    document: Document | None
    """The group's own page."""
    children: tuple[Document, ...] = ()

    def documents(self) -> Iterator[Document]:
        """The group's pages in reading order."""
        if self.document:
            yield self.document
        yield from self.children


@dataclass(frozen=True)
class Shelf:
    """A course, or a top section of a project without courses: what one navigation covers."""

    title: str
    document: Document | None
    groups: tuple[Group, ...]

    def documents(self) -> Iterator[Document]:
        """The shelf's pages in reading order."""
        if self.document:
            yield self.document
        for group in self.groups:
            yield from group.documents()


@dataclass(frozen=True)
class Place:
    """Where one page stands."""

    shelf: Shelf | None
    group: Group | None
    previous: Document | None
    next: Document | None


def shelves(library: Library, translate: Translate) -> tuple[Shelf, ...]:
    """The library's courses, or its top sections."""
    return (
        *(_course_shelf(course, translate) for course in library.courses),
        *(_section_shelf(section) for section in library.sections),
    )


def places(library: Library, all_shelves: tuple[Shelf, ...]) -> dict[str, Place]:
    """The place of every page, by source path.  Reading order never leads from one course into another."""
    found: dict[str, Place] = {}
    for shelf in all_shelves:
        groups = {page.source: group for group in shelf.groups for page in group.documents()}
        order = list(dict.fromkeys(shelf.documents()))
        for position, page in enumerate(order):
            before = order[position - 1] if position else None
            after = order[position + 1] if position + 1 < len(order) else None
            found.setdefault(page.source, Place(shelf, groups.get(page.source), before, after))
    for page in library.documents():
        found.setdefault(page.source, Place(None, None, None, None))
    return found


def shown_children(group: Group, current: Document) -> tuple[Document, ...]:
    """The links of a group: all, or the neighbours of the current page when there are too many."""
    position = next((at for at, page in enumerate(group.children) if page.source == current.source), 0)
    return _neighbours(group.children, position)


def shown_groups(shelf: Shelf, current: Group | None) -> tuple[Group, ...]:
    """The groups of a shelf: all, or the neighbours of the current one when there are too many."""
    position = next((at for at, group in enumerate(shelf.groups) if group is current), 0)
    return _neighbours(shelf.groups, position)


def _neighbours(entries: tuple[Entry, ...], position: int) -> tuple[Entry, ...]:
    first = max(0, min(position - MOST_LINKS // 2, len(entries) - MOST_LINKS))
    return entries[first : first + MOST_LINKS]


def _course_shelf(course: Course, translate: Translate) -> Shelf:
    groups = [Group(unit.document.title, unit.document) for unit in course.units]
    groups += [_module_group(module) for module in course.modules]
    if course.cases:
        groups.append(Group(translate("Clinical cases"), None, tuple(case.document for case in course.cases)))
    if course.worksheets:
        sheets = tuple(sheet.document for sheet in course.worksheets)
        groups.append(Group(translate("Worksheets"), None, sheets))
    return Shelf(course.document.title, course.document, tuple(groups))


def _module_group(module: Module) -> Group:
    return Group(module.document.title, module.document, tuple(unit.document for unit in module.units))


def _section_shelf(section: Section) -> Shelf:
    return Shelf(section.title, section.document, tuple(_section_groups(section)))


def _section_groups(section: Section) -> Iterator[Group]:
    """Sections below the second level are flattened into the group that holds them."""
    for child in section.children:
        if isinstance(child, Section):
            yield Group(child.title, child.document, tuple(_below(child)))
        else:
            yield Group(child.title, child)


def _below(section: Section) -> Iterator[Document]:
    for child in section.children:
        if isinstance(child, Section):
            yield from child.documents()
        else:
            yield child
