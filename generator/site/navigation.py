"""Where each page stands: its course's navigation, what comes before and after it, the way back to the front page.

A course's navigation shows all its modules, and the units of the module that the reader is in.  It never grows with
the site, so ten thousand pages cost ten thousand times the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from generator.content.model import Course, Document, Library, Module, Section

Translate = Callable[[str], str]
Entry = TypeVar("Entry")

MOST_LINKS = 60
"""Links of one group; in longer ones only the neighbours of the page are shown, or the site would grow with the
square of its pages."""


@dataclass(frozen=True, eq=False)
class Group:
    """One entry of a course's navigation, and the pages behind it.  Compared by identity: that is many pages."""

    title: str
    document: Document | None
    """The group's own page."""
    children: tuple[Document, ...] = ()

    def documents(self) -> Iterator[Document]:
        """The group's pages in reading order."""
        if self.document:
            yield self.document
        yield from self.children


@dataclass(frozen=True, eq=False)
class Shelf:
    """A course, or a top section of a project without courses: what one navigation covers.  Compared by identity."""

    title: str
    document: Document | None
    groups: tuple[Group, ...]

    def documents(self) -> Iterator[Document]:
        """The shelf's pages in reading order."""
        if self.document:
            yield self.document
        for group in self.groups:
            yield from group.documents()


class Place(NamedTuple):
    """Where one page stands."""

    shelf: Shelf | None = None
    group: Group | None = None
    group_position: int = 0
    """Of the group among the shelf's."""
    child_position: int = 0
    """Of the page among the group's children; 0 for the group's own page."""
    previous: Document | None = None
    next: Document | None = None


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
        inside = _positions(shelf)
        order = list({(page.source, page.title): page for page in shelf.documents()}.values())
        for position, page in enumerate(order):
            if page.source not in found:
                before = order[position - 1] if position else None
                after = order[position + 1] if position + 1 < len(order) else None
                group_position, child_position = inside.get(page.source, (-1, 0))
                group = shelf.groups[group_position] if group_position >= 0 else None
                found[page.source] = Place(shelf, group, max(group_position, 0), child_position, before, after)
    for page in library.documents():
        found.setdefault(page.source, Place())
    return found


def _positions(shelf: Shelf) -> dict[str, tuple[int, int]]:
    """Positions of a page's group and of the page in it; of a page that stands in two groups: in the last."""
    found: dict[str, tuple[int, int]] = {}
    for group_position, group in enumerate(shelf.groups):
        inside = {page.source: position for position, page in reversed(list(enumerate(group.children)))}
        if group.document:
            inside.setdefault(group.document.source, 0)
        found.update((source, (group_position, position)) for source, position in inside.items())
    return found


def neighbours(entries: tuple[Entry, ...], position: int) -> tuple[Entry, ...]:
    """The entries that are shown around one: all, or the nearest when there are too many."""
    return entries[first_shown(len(entries), position) :][:MOST_LINKS]


def first_shown(length: int, position: int) -> int:
    """Position of the first of `neighbours`."""
    return max(0, min(position - MOST_LINKS // 2, length - MOST_LINKS))


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
