"""What the library needs of each Markdown file: read on its own, so that it can be read elsewhere and remembered.

A `Header` depends on the file's bytes and name only: not on the site's options, not on other files, not on whether
the folder was written for Canoa.  Problems carry the file's path inside the content folder.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from generator.content.front_matter import (
    Split,
    parse_front_matter,
    shared,
    split_front_matter,
    unknown_key,
    validate_front_matter,
)
from generator.content.model import Metadata, Person
from generator.content.slugs import is_index, stem, without_order
from generator.content.text import decode_text, read_content
from generator.content.tree import TreeFile
from generator.problems import Problem, problem

GLOSSARY = "glossario.md"

COURSE_KEYS = frozenset({"titulo", "publico", "problemas", "ferramentas", "duracao", "revisao", "eletiva"})
"""Keys that only Canoa has: MkDocs projects write `title`."""

_TITLE = re.compile(r"^#[ \t]+(.+?)(?:[ \t]+#+)?(?:[ \t]*\{[^}]*\})?[ \t]*$", re.MULTILINE)
_ABBREVIATION = re.compile(r"^[ ]{0,3}\*\[([^\]]+)\][ ]?:[ ]*(.+?)[ ]*$", re.MULTILINE)
_FENCE = re.compile(r"^([`~]{3,}).*?^\1", re.MULTILINE | re.DOTALL)
_FENCE_LINE = re.compile(r"^[`~]{3}", re.MULTILINE)

Row = list[Any]
"""A `Header` as JSON can hold it."""


@dataclass(frozen=True, slots=True)
class Header:
    """One Markdown file without its text."""

    metadata: Metadata = Metadata()  # noqa: RUF009  # a frozen value
    lines: Mapping[str, int] = field(default_factory=dict)
    """Line of the file for each key of the front matter."""
    first_line: int = 1
    """Line of the file on which the Markdown begins."""
    heading: str = ""
    """The first level-one heading, where the front matter has no title."""
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    """Of the glossary."""
    has_course_key: bool = False
    """The front matter has a key that only Canoa has."""
    is_readable: bool = True
    """False when there is no text: the page is left out.  Not worth remembering: the cause may pass."""
    is_closed: bool = True
    """False when the front matter never ends."""
    unknown_keys: tuple[str, ...] = ()
    """Keys that neither Canoa nor MkDocs knows."""
    problems: tuple[Problem, ...] = ()

    def to_row(self) -> Row:
        """As JSON can hold it."""
        return [
            _metadata_row(self.metadata),
            dict(self.lines),
            self.first_line,
            self.heading,
            dict(self.abbreviations),
            self.has_course_key,
            self.is_readable,
            self.is_closed,
            self.unknown_keys,
            [_problem_row(found) for found in self.problems],
        ]

    @classmethod
    def from_row(cls, row: Row) -> Header:
        """Back from `to_row`.  Raises `ValueError`, `TypeError`, `KeyError` or `AttributeError` for anything else."""
        metadata, lines, first_line, heading, abbreviations, has_course_key, is_readable, is_closed, *found = row
        unknown_keys, problems = found
        return cls(
            _metadata_of(metadata),
            _shared_lines(tuple(lines.items())),
            first_line,
            heading,
            abbreviations or _NONE,
            has_course_key,
            is_readable,
            is_closed,
            shared(tuple(unknown_keys)),
            tuple(map(_problem_of, problems)),
        )


HeaderReader = Callable[[Sequence[TreeFile]], Iterable[Header]]
"""Gives one header for each file, in their order: `read_headers`, or one that remembers or shares out the work."""

_NONE: Mapping[str, str] = {}


def read_headers(files: Sequence[TreeFile]) -> list[Header]:
    """Read the header of each file."""
    return [_read_file(found) for found in files]


def _read_file(found: TreeFile) -> Header:
    content, problems = read_content(found.path, found.source)
    return unreadable_header(problems) if content is None else read_header(content, found.source)


def read_header(content: bytes, source: str) -> Header:
    """The header of one file; `source` is its path inside the content folder."""
    text, problems = decode_text(content, source)
    if text is None:
        return unreadable_header(problems)
    split = split_front_matter(text)
    written, unread = parse_front_matter(split, source)
    valid = validate_front_matter(written, source)
    metadata = valid.metadata
    if not metadata.title and (unread or not split.closed):  # one mistake is one problem
        metadata = replace(metadata, title=title_from(source))
    return Header(
        metadata,
        _shared_lines(tuple(written.lines.items())),
        split.first_line,
        "" if metadata.title else first_heading(split.body),
        dict(_ABBREVIATION.findall(_FENCE.sub("", split.body))) if source == GLOSSARY else _NONE,
        _has_course_key(split),
        True,
        split.closed,
        shared(valid.unknown_keys),
        (*unread, *valid.problems),
    )


def course_problems(header: Header, source: str) -> Iterator[Problem]:
    """What is a problem only in a folder written for Canoa: other projects' headers are none of our business."""
    if not header.is_closed:
        yield problem(source, 1, "front-matter-unclosed")
    for key in header.unknown_keys:
        yield unknown_key(source, header.lines.get(key, 2), key)


def unreadable_header(problems: Iterable[Problem]) -> Header:
    """The header of a file without a text, and why it has none."""
    return Header(is_readable=False, problems=tuple(problems))


def _has_course_key(split: Split) -> bool:
    """Whether a line begins with one of our keys: true also of a front matter with mistakes."""
    return any(line.partition(":")[0].strip() in COURSE_KEYS for line in (split.header or "").split("\n"))


def first_heading(body: str) -> str:
    """Text of the first level-one heading outside fenced code."""
    found = _TITLE.search(body)
    if _FENCE_LINE.search(body, 0, found.start() if found else len(body)):
        found = _TITLE.search(_FENCE.sub("", body))
    return found.group(1).strip() if found else ""


def title_from(source: str) -> str:
    """A title from a file's name, without its ordering number: `02-escuta.md` gives `Escuta`."""
    folder, _, file = source.rpartition("/")
    name = folder.rpartition("/")[2] if is_index(file) else stem(file)
    words = without_order(name).replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


@lru_cache(maxsize=4096)
def _shared_lines(lines: tuple[tuple[str, int], ...]) -> Mapping[str, int]:
    """One mapping for all equal ones: most pages have the same keys on the same lines."""
    return dict(lines)


@lru_cache(maxsize=4096)
def _people(entries: tuple[tuple[str, str, str], ...]) -> tuple[Person, ...]:
    return tuple(Person(*entry) for entry in entries)


def _metadata_row(own: Metadata) -> Row:
    return [
        own.title,
        own.summary,
        own.audience,
        own.duration,
        own.problems,
        own.tools,
        own.descriptors,
        own.elective,
        [(one.name, one.institution, one.orcid) for one in own.authors],
        own.licence,
        own.reviewed,
        own.id,
    ]


def _metadata_of(row: Row) -> Metadata:
    title, summary, audience, duration, problems, tools, descriptors, elective, authors, licence, reviewed, own_id = row
    return Metadata(
        title,
        summary,
        shared(tuple(audience)),
        duration,
        shared(tuple(problems)),
        shared(tuple(tools)),
        shared(tuple(descriptors)),
        elective,
        _people(tuple(map(tuple, authors))) if authors else (),
        sys.intern(licence),
        reviewed,
        own_id,
    )


def _problem_row(found: Problem) -> Row:
    return [found.path, found.line, found.kind, found.values]


def _problem_of(row: Row) -> Problem:
    path, line, kind, values = row
    return Problem(path, line, kind, tuple((name, value) for name, value in values))
