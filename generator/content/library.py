"""A content folder becomes a `Library` and the problems found on the way.

Three shapes are understood.  A *course tree* (see `is_course_tree`) is courses, modules, units, cases and worksheets.
Otherwise the folder is a plain MkDocs project, and its `nav`, or else its folders, are the library.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from generator.content import checks
from generator.content.course_tree import course_library
from generator.content.documents import GLOSSARY, media_of, read_pages
from generator.content.front_matter import split_front_matter
from generator.content.inheritance import inherit
from generator.content.model import Library, PriorityProblem
from generator.content.options import LibraryOptions
from generator.content.plain_project import plain_library
from generator.content.priority_problems import FILE as PROBLEMS_FILE
from generator.content.priority_problems import read_priority_problems
from generator.content.text import read_text
from generator.content.tree import Tree, read_tree
from generator.problems import Problem, problem

__all__ = ["LibraryOptions", "Loaded", "is_course_tree", "load_library"]

_COURSE_KEYS = frozenset({"titulo", "publico", "problemas", "ferramentas", "duracao", "revisao", "eletiva"})


@dataclass(frozen=True)
class Loaded:
    """A library and what was wrong with its input."""

    library: Library
    problems: tuple[Problem, ...]


def load_library(options: LibraryOptions) -> Loaded:
    """Read every header under the content folder.  Texts are not kept: memory grows with the index only."""
    if not options.folder.is_dir():
        return Loaded(Library(), (problem("mkdocs.yml", 0, "configuration-no-content", folder=options.shown),))
    tree = read_tree(options.folder, options.shown, options.exclude)
    problems = list(tree.problems)
    courses = is_course_tree(tree)
    pages = read_pages(tree, options, problems, foreign=not courses)
    vocabulary = _read_vocabulary(options, problems)
    arrange = course_library if courses else plain_library
    library = inherit(arrange(pages, options, problems), options)
    library = replace(
        library,
        problems=vocabulary,
        abbreviations=pages[GLOSSARY].abbreviations if GLOSSARY in pages else {},
        media=tuple(media_of(tree, options, problems, numbered=courses)),
    )
    problems += checks.check_library(library, options.shown, courses=courses)
    return Loaded(library, tuple(problems))


def is_course_tree(tree: Tree) -> bool:
    """True when the folder was written for Canoa: it has `problemas.yml`, or a course's header.

    A course's header is the front matter of `<folder>/index.md` with a key of ours, such as `titulo`.
    """
    if any(found.source == PROBLEMS_FILE for found in tree.files):
        return True
    fronts = (found for found in tree.markdown() if re.fullmatch(r"[^/]+/index\.md", found.source))
    return any(_has_course_key(found.file) for found in fronts)


def _has_course_key(file: Path) -> bool:
    text, _ = read_text(file, "")
    header = split_front_matter(text or "").header or ""
    return any(line.partition(":")[0].strip() in _COURSE_KEYS for line in header.split("\n"))


def _read_vocabulary(options: LibraryOptions, problems: list[Problem]) -> tuple[PriorityProblem, ...]:
    file = options.folder / PROBLEMS_FILE
    if not file.is_file():
        return ()
    found, trouble = read_priority_problems(file, f"{options.shown}/{PROBLEMS_FILE}")
    problems += trouble
    return found
