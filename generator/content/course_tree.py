"""A folder written for Canoa: courses, modules, units, cases and worksheets."""

from __future__ import annotations

from generator.content.documents import Page, document_of, site_metadata
from generator.content.headers import GLOSSARY
from generator.content.model import Case, Course, Document, Kind, Library, Metadata, Module, Unit, Worksheet
from generator.content.options import LibraryOptions
from generator.content.slugs import sort_key
from generator.problems import Problem, problem

CASES, WORKSHEETS = "casos", "fichas"


def course_library(pages: dict[str, Page], options: LibraryOptions, problems: list[Problem]) -> Library:
    """Arrange the pages as courses; what is not where a course has it is a problem."""
    for source, page in pages.items():
        if not page.header.metadata.title:
            line = 1 if page.header.first_line == 1 else 2
            problems.append(problem(f"{options.shown}/{source}", line, "title-missing"))
    by_folder: dict[str, dict[str, Page]] = {}
    for source, page in pages.items():
        folder, slash, _ = source.partition("/")
        by_folder.setdefault(folder if slash else "", {})[source] = page
    top, site = by_folder.pop("", {}), site_metadata(options)
    folders = sorted(by_folder, key=sort_key)
    courses = [_course(folder, by_folder[folder], site, options, problems) for folder in folders]
    return Library(
        home=_take(top, site, "home", "index.md", "README.md"),
        glossary=_take(top, site, "glossary", GLOSSARY),
        courses=tuple(course for course in courses if course),
        loose=tuple(document_of(page, "page", site) for page in top.values()),
    )


def _take(pages: dict[str, Page], above: Metadata, kind: Kind, *sources: str) -> Document | None:
    for source in sources:
        if source in pages:
            return document_of(pages.pop(source), kind, above)
    return None


def _course(
    folder: str, inside: dict[str, Page], site: Metadata, options: LibraryOptions, problems: list[Problem]
) -> Course | None:
    front = _take(inside, site, "course", f"{folder}/index.md", f"{folder}/README.md")
    if front is None:
        problems.append(problem(f"{options.shown}/{folder}", 0, "course-without-index", folder=folder))
        return None
    above = front.metadata
    by_folder = _by_inner_folder(folder, inside)
    cases = tuple(Case(document_of(page, "case", above)) for page in by_folder.pop(CASES, []))
    worksheets = tuple(Worksheet(document_of(page, "worksheet", above)) for page in by_folder.pop(WORKSHEETS, []))
    units = tuple(Unit(document_of(page, "unit", above)) for page in by_folder.pop("", []))
    names = sorted(by_folder, key=sort_key)
    modules = [_module(f"{folder}/{name}", by_folder[name], above, options, problems) for name in names]
    return Course(front, tuple(module for module in modules if module), units, cases, worksheets)


def _by_inner_folder(course: str, pages: dict[str, Page]) -> dict[str, list[Page]]:
    """The pages of a course by the folder inside it, those of each folder in their order."""
    by_folder: dict[str, list[Page]] = {}
    for source, page in pages.items():
        inner = source[len(course) + 1 :]
        by_folder.setdefault(inner.rpartition("/")[0], []).append(page)
    for pages_of in by_folder.values():
        pages_of.sort(key=lambda page: sort_key(page.source.rpartition("/")[2]))
    return by_folder


def _module(
    folder: str, pages: list[Page], course: Metadata, options: LibraryOptions, problems: list[Problem]
) -> Module | None:
    if folder.count("/") > 1:
        problems += [problem(f"{options.shown}/{page.source}", 0, "page-outside-tree") for page in pages]
    inside = {page.source: page for page in pages}
    front = _take(inside, course, "module", f"{folder}/index.md", f"{folder}/README.md")
    if front is None:
        problems.append(problem(f"{options.shown}/{folder}", 0, "module-without-index", folder=folder))
        return None
    return Module(front, tuple(Unit(document_of(page, "unit", front.metadata)) for page in inside.values()))
