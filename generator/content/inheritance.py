"""Licence, authors and audience come from module, course and site, in this order, where a page does not say them."""

from __future__ import annotations

from dataclasses import replace

from generator.content.model import Case, Course, Document, Library, Metadata, Module, Section, Unit, Worksheet
from generator.content.options import LibraryOptions


def inherit(library: Library, options: LibraryOptions) -> Library:
    """Fill in what pages do not say themselves."""
    site = Metadata(licence=options.licence, authors=options.authors)
    return replace(
        library,
        home=_filled(library.home, site),
        glossary=_filled(library.glossary, site),
        loose=tuple(_fill(document, site) for document in library.loose),
        courses=tuple(_inherit_course(course, site) for course in library.courses),
        sections=tuple(_inherit_section(section, site) for section in library.sections),
    )


def _inherit_course(course: Course, site: Metadata) -> Course:
    front = _fill(course.document, site)
    return Course(
        document=front,
        modules=tuple(_inherit_module(module, front.metadata) for module in course.modules),
        units=tuple(Unit(_fill(unit.document, front.metadata)) for unit in course.units),
        cases=tuple(Case(_fill(case.document, front.metadata)) for case in course.cases),
        worksheets=tuple(Worksheet(_fill(sheet.document, front.metadata)) for sheet in course.worksheets),
    )


def _inherit_module(module: Module, course: Metadata) -> Module:
    front = _fill(module.document, course)
    return Module(front, tuple(Unit(_fill(unit.document, front.metadata)) for unit in module.units))


def _inherit_section(section: Section, site: Metadata) -> Section:
    children = tuple(
        _inherit_section(child, site) if isinstance(child, Section) else _fill(child, site)
        for child in section.children
    )
    return Section(section.title, _filled(section.document, site), children)


def _filled(document: Document | None, above: Metadata) -> Document | None:
    return _fill(document, above) if document else None


def _fill(document: Document, above: Metadata) -> Document:
    """Licence, authors and audience come from above when the page does not say them; a review date never does."""
    own = document.metadata
    return replace(
        document,
        metadata=replace(
            own,
            licence=own.licence or above.licence,
            authors=own.authors or above.authors,
            audience=own.audience or above.audience,
        ),
    )
