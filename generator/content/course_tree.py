"""A folder written for Canoa: courses, modules, units, cases and worksheets."""

from __future__ import annotations

from pathlib import PurePosixPath

from generator.content.documents import GLOSSARY, Page, titled
from generator.content.model import Case, Course, Document, Kind, Library, Module, Unit, Worksheet
from generator.content.options import LibraryOptions
from generator.content.slugs import sort_key
from generator.problems import Problem, problem

CASES, WORKSHEETS = "casos", "fichas"


def course_library(pages: dict[str, Page], options: LibraryOptions, problems: list[Problem]) -> Library:
    """Arrange the pages as courses; what is not where a course has it is a problem."""
    for source, page in pages.items():
        if not page.document.title:
            line = 1 if page.document.first_line == 1 else 2
            problems.append(problem(f"{options.shown}/{source}", line, "title-missing"))
    folders = sorted({source.partition("/")[0] for source in pages if "/" in source}, key=sort_key)
    courses = [_course(folder, pages, options, problems) for folder in folders]
    top = {source: page for source, page in pages.items() if "/" not in source}
    return Library(
        home=_take(top, "home", "index.md", "README.md"),
        glossary=_take(top, "glossary", GLOSSARY),
        courses=tuple(course for course in courses if course),
        loose=tuple(titled(page, "page") for page in top.values()),
    )


def _take(pages: dict[str, Page], kind: Kind, *sources: str) -> Document | None:
    for source in sources:
        if source in pages:
            return titled(pages.pop(source), kind)
    return None


def _course(folder: str, pages: dict[str, Page], options: LibraryOptions, problems: list[Problem]) -> Course | None:
    inside = {source: page for source, page in pages.items() if source.startswith(folder + "/")}
    front = _take(inside, "course", f"{folder}/index.md", f"{folder}/README.md")
    if front is None:
        problems.append(problem(f"{options.shown}/{folder}", 0, "course-without-index", folder=folder))
        return None
    by_folder: dict[str, list[Page]] = {}
    for source, page in inside.items():
        inner = source[len(folder) + 1 :]
        by_folder.setdefault(inner.rpartition("/")[0], []).append(page)
    for pages_of in by_folder.values():
        pages_of.sort(key=lambda page: sort_key(PurePosixPath(page.document.source).name))
    cases = tuple(Case(titled(page, "case")) for page in by_folder.pop(CASES, []))
    worksheets = tuple(Worksheet(titled(page, "worksheet")) for page in by_folder.pop(WORKSHEETS, []))
    units = tuple(Unit(titled(page, "unit")) for page in by_folder.pop("", []))
    modules = [_module(folder, name, by_folder[name], options, problems) for name in sorted(by_folder, key=sort_key)]
    return Course(front, tuple(module for module in modules if module), units, cases, worksheets)


def _module(
    course: str, name: str, pages: list[Page], options: LibraryOptions, problems: list[Problem]
) -> Module | None:
    folder = f"{course}/{name}"
    if "/" in name:
        problems += [problem(f"{options.shown}/{page.document.source}", 0, "page-outside-tree") for page in pages]
    inside = {page.document.source: page for page in pages}
    front = _take(inside, "module", f"{folder}/index.md", f"{folder}/README.md")
    if front is None:
        problems.append(problem(f"{options.shown}/{folder}", 0, "module-without-index", folder=folder))
        return None
    return Module(front, tuple(Unit(titled(page, "unit")) for page in inside.values()))
