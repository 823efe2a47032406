"""A content folder becomes a `Library` and the problems found on the way.

Three shapes are understood.  A *course tree* (see `_is_course_tree`) is courses, modules, units, cases and worksheets.
Otherwise the folder is a plain MkDocs project, and its `nav`, or else its folders, are the library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from generator.content import checks
from generator.content.course_tree import course_library
from generator.content.documents import media_of, page_files, pages_of
from generator.content.headers import GLOSSARY, Header, HeaderReader, course_problems, read_headers
from generator.content.model import Library, PriorityProblem
from generator.content.options import LibraryOptions
from generator.content.plain_project import plain_library
from generator.content.priority_problems import FILE as PROBLEMS_FILE
from generator.content.priority_problems import read_priority_problems
from generator.content.tree import Tree, TreeFile, read_tree
from generator.problems import Problem

__all__ = ["LibraryOptions", "Loaded", "load_library", "read_tree"]

_COURSE_FRONT = re.compile(r"[^/]+/index\.md")

Headers = list[tuple[TreeFile, Header]]


@dataclass(frozen=True)
class Loaded:
    """A library and what was wrong with its input."""

    library: Library
    problems: tuple[Problem, ...]


def load_library(options: LibraryOptions, *, tree: Tree | None = None, read: HeaderReader = read_headers) -> Loaded:
    """Read every header under the content folder.  Texts are not kept: memory grows with the index only.

    `tree`: the folder as `read_tree` found it; `read`: how the headers of its pages are read.
    """
    tree = tree or read_tree(options.folder, options.shown, options.exclude)
    if not tree.exists:
        return Loaded(Library(), tree.problems)
    files = page_files(tree)
    headers: Headers = list(zip(files, read(files), strict=True))
    is_course_tree = _is_course_tree(tree, headers)
    pages = pages_of(headers, options, numbered=is_course_tree)
    problems = [*tree.problems, *_header_problems(headers, options.shown, courses=is_course_tree)]
    vocabulary = _read_vocabulary(options, problems)
    arrange = course_library if is_course_tree else plain_library
    library = replace(
        arrange(pages, options, problems),
        problems=vocabulary,
        abbreviations=pages[GLOSSARY].header.abbreviations if GLOSSARY in pages else {},
        media=tuple(media_of(tree, options, problems, numbered=is_course_tree)),
    )
    problems += checks.check_library(library, options.shown, courses=is_course_tree)
    return Loaded(library, tuple(problems))


def _is_course_tree(tree: Tree, headers: Headers) -> bool:
    """True when the folder was written for Canoa: it has `problemas.yml`, or a course's header.

    A course's header is the front matter of `<folder>/index.md` with a key of ours, such as `titulo`.
    """
    return any(found.source == PROBLEMS_FILE for found in tree.files) or any(
        header.has_course_key and _COURSE_FRONT.fullmatch(found.source) for found, header in headers
    )


def _header_problems(headers: Headers, shown: str, *, courses: bool) -> Iterator[Problem]:
    """What was wrong with single headers, by the paths that authors know."""
    for file, header in headers:
        for found in header.problems:
            yield replace(found, path=f"{shown}/{found.path}")
        if courses and header.is_readable:
            yield from course_problems(header, f"{shown}/{file.source}")


def _read_vocabulary(options: LibraryOptions, problems: list[Problem]) -> tuple[PriorityProblem, ...]:
    file = options.folder / PROBLEMS_FILE
    if not file.is_file():
        return ()
    found, trouble = read_priority_problems(file, f"{options.shown}/{PROBLEMS_FILE}")
    problems += trouble
    return found
