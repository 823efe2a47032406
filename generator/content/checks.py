"""The author rules about the library as a whole, one function per rule.

To add one: a function that yields problems, its name in `RULES`, its sentences in `problem_kinds.py`, one test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from generator.content.model import Document, Library
from generator.content.slugs import is_reserved
from generator.content.vocabulary import AUDIENCES, TOOLS
from generator.naming import closest
from generator.problems import Problem, problem

Rule = Callable[[Library, str], Iterable[Problem]]

RESERVED_FOLDER = "canoa"
"""First folder of the site that holds the theme's own files."""


def check_library(library: Library, shown: str, *, courses: bool) -> list[Problem]:
    """Run every rule; those of `COURSE_RULES` only on course trees."""
    rules = (*RULES, *COURSE_RULES) if courses else RULES
    return [found for rule in rules for found in rule(library, shown)]


def unique_targets(library: Library, shown: str) -> Iterator[Problem]:
    """Two files may not become one, not even on file systems that ignore case."""
    taken: dict[str, str] = {}
    named = [(document.source, document.target) for document in library.documents()]
    named += [(media.source, media.target) for media in library.media]
    for source, target in sorted(named):
        other = taken.setdefault(target.casefold(), source)
        if other != source:
            yield problem(f"{shown}/{source}", 0, "path-collision", other=f"{shown}/{other}", target=target)


def portable_names(library: Library, shown: str) -> Iterator[Problem]:
    """Names that a stick or a Windows computer will not keep, and the theme's own folder."""
    named = [(document.source, document.target) for document in library.documents()]
    named += [(media.source, media.target) for media in library.media]
    reserved = cache(is_reserved)
    for source, target in named:
        parts = target.split("/")
        bad = next((part for part in parts if reserved(part)), "")
        if not bad and len(parts) > 1 and parts[0].casefold() == RESERVED_FOLDER:
            bad = parts[0]
        if bad:
            yield problem(f"{shown}/{source}", 0, "path-reserved", name=bad)


def unique_ids(library: Library, shown: str) -> Iterator[Problem]:
    """Learners' records are kept under a page's id for years."""
    taken: dict[str, str] = {}
    for document in library.documents():
        other = taken.setdefault(document.metadata.id, document.source)
        if other != document.source:
            yield problem(
                f"{shown}/{document.source}",
                document.lines.get("id", 1),
                "duplicate-page-id",
                id=document.metadata.id,
                other=f"{shown}/{other}",
            )


def known_vocabulary(library: Library, shown: str) -> Iterator[Problem]:
    """Audience, tools and priority problems are closed lists."""
    problems = {entry.id: entry.name for entry in library.problems}
    for document in library.documents():
        metadata = document.metadata
        if "publico" in document.lines:
            yield from _unknown(document, shown, "publico", metadata.audience, AUDIENCES)
        yield from _unknown(document, shown, "ferramentas", metadata.tools, TOOLS)
        yield from _unknown(document, shown, "problemas", metadata.problems, problems)


def _unknown(
    document: Document, shown: str, key: str, values: tuple[str, ...], known: Mapping[str, str]
) -> Iterator[Problem]:
    for value in values:
        if value not in known:
            yield problem(
                f"{shown}/{document.source}",
                document.lines.get(key, 1),
                "unknown-id",
                key=key,
                value=value,
                suggestion=closest(value, known),
                known=", ".join(known) or "—",
            )


def has_summary(library: Library, shown: str) -> Iterator[Problem]:
    """Lists and search show the summary."""
    for document in library.documents():
        if "titulo" in document.lines and not document.metadata.summary:
            yield problem(f"{shown}/{document.source}", 1, "summary-missing")


RULES: tuple[Rule, ...] = (unique_targets, portable_names, unique_ids)
COURSE_RULES: tuple[Rule, ...] = (known_vocabulary, has_summary)
