"""Find every `///` line of a Markdown text, with its line: Python-Markdown keeps no line numbers.

The scanner follows what Python-Markdown and pymdownx would do with the text (which lines are code, which belong to a
list item) closely enough to say where a block begins, and reports the mistakes that pymdownx would turn into literal
text without a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import yaml

from generator.naming import closest
from generator.problems import Problem, problem

HEADER = re.compile(r"[ ]{0,3}(/{3,})[ ]*([\w-]+)[ ]*(?:\|[ ]*(.*?)[ ]*)?$")
CLOSE = re.compile(r"[ ]{0,3}(/{3,})[ ]*$")
ANY_SLASHES = re.compile(r"[ ]{0,3}/{3,}(?!/)")
QUOTE = re.compile(r"(?:[ ]{0,3}>[ ]?)+")
FENCE = re.compile(r"[> ]*(`{3,}|~{3,})([^`]*)$")
CONTAINER = re.compile(r"(?:[-*+]|\d+[.)])[ ]|:[ ]{1,3}\S|\[\^[^\]]+\]:|(?:!!!|\?\?\?\+?|===[+!]?)[ ]")
RAW_HTML = re.compile(r"[ ]{0,3}<(pre|script|style|textarea)\b", re.IGNORECASE)
VERBATIM_STARTS = ("`", "~", "<")
OPTION = re.compile(r"[ ]*([\w-]+)[ ]*:(?:[ ]|$)")

Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Header:
    """One line `/// name | Title` with the options under it."""

    name: str
    """Lower-case, as written."""
    title: str
    line: int
    depth: int
    """How many blocks are open around it."""
    slashes: int
    options: Mapping[str, object] = field(default_factory=dict)
    option_lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Scan:
    """What the text's `///` lines say."""

    headers: tuple[Header, ...]
    problems: tuple[Problem, ...]
    text: str
    """What was read."""

    @cached_property
    def prose(self) -> tuple[bool, ...]:
        """For each line: False inside code, comments and raw HTML."""
        return mark_prose(lines_of(self.text))


@dataclass(frozen=True)
class KnownBlocks:
    """The block names of the Markdown instance that will render the text."""

    options: Mapping[str, Collection[str]]
    """Name → names of its options."""
    shown: Sequence[str]
    """The names worth suggesting, without their aliases."""
    strict: bool = True
    """False keeps silent about unknown names."""


def scan_blocks(text: str, path: str, first_line: int, known: KnownBlocks, translate: Callable[[str], str]) -> Scan:
    """Read the `///` lines of `text`, which begins at line `first_line` of the file `path`."""
    if "///" not in text:
        return Scan((), (), text)
    lines = lines_of(text)
    reader = _Reader(lines, path, first_line, known, translate)
    for index, content in content_lines(lines, mark_prose(lines)):
        reader.read(index, content)
    reader.finish()
    return Scan(tuple(reader.headers), tuple(reader.problems), text)


def lines_of(text: str) -> list[str]:
    """The lines of a text, tabs as the spaces that Markdown takes them for."""
    return [line.expandtabs(4) for line in text.split("\n")]


def mark_prose(lines: Sequence[str]) -> tuple[bool, ...]:
    """For each line, whether Markdown reads it as text: not fenced code, comment or raw HTML."""
    prose = [True] * len(lines)
    unclosed: set[str] = set()
    index = 0
    while index < len(lines):
        end = _end_of_verbatim(lines, index, unclosed)
        prose[index:end] = [False] * (end - index)
        index = max(end, index + 1)
    return tuple(prose)


def _end_of_verbatim(lines: Sequence[str], index: int, unclosed: set[str]) -> int:
    """The index after the verbatim region that opens at `index`; `index` itself when none does.

    `unclosed` keeps the ends that do not occur any more, so that a text full of openings is not searched again and
    again.
    """
    line = lines[index]
    if line.lstrip(" >")[:1] not in VERBATIM_STARTS:
        return index
    start, end, whole = _verbatim_opening(line, index)
    if not end or end in unclosed:
        return index
    for number in range(start, len(lines)):
        if lines[number].strip(" >") == end if whole else end in lines[number]:
            return number + 1
    unclosed.add(end)
    return index


def _verbatim_opening(line: str, index: int) -> tuple[int, str, bool]:
    """Where to look for the end of a verbatim region, for what, and whether it is a line of its own."""
    if fence := FENCE.match(line):
        return index + 1, fence[1], True
    if line.lstrip().startswith("<!--"):
        return index, "-->", False
    raw = RAW_HTML.match(line)
    return index, f"</{raw[1]}" if raw else "", False


def content_lines(lines: Sequence[str], prose: Sequence[bool]) -> Iterator[tuple[int, str]]:
    """Each line of prose that could open or close a block, without its list indentation and quote marks."""
    containers: list[int] = []
    after_blank = True
    for index, line in enumerate(lines):
        if not line.strip():
            after_blank = True
            continue
        if not prose[index]:
            after_blank = False
            continue
        indent = len(line) - len(line.lstrip())
        marker = CONTAINER.match(line, indent)
        if after_blank or marker or line.lstrip().startswith("///"):
            containers = [column for column in containers if column < indent]
        content = line[4 * sum(column < indent for column in containers) :] if containers else line
        content = QUOTE.sub("", content, count=1) if content.lstrip().startswith(">") else content
        if "///" in content and ANY_SLASHES.match(content):
            yield index, content
        if marker:
            containers.append(indent)
        after_blank = False


class _Reader:
    """Follows the `///` lines from top to bottom, keeping those that are open."""

    def __init__(
        self, lines: Sequence[str], path: str, first_line: int, known: KnownBlocks, translate: Callable[[str], str]
    ) -> None:
        self.lines = lines
        self.path = path
        self.first_line = first_line
        self.known = known
        self.translate = translate
        self.headers: list[Header] = []
        self.problems: list[Problem] = []
        self.open: list[Header] = []

    def read(self, index: int, content: str) -> None:
        if close := CLOSE.match(content):
            self._close(index, len(close[1]))
        elif header := HEADER.match(content):
            self._open(index, content, header)
        else:
            self._report(index, "block-literal", text=content.strip()[:60])

    def finish(self) -> None:
        for header in self.open:
            self.problems.append(problem(self.path, header.line, "block-unclosed", name=header.name))

    def _report(self, index: int, kind: str, **values: object) -> None:
        self.problems.append(problem(self.path, self.first_line + index, kind, **values))

    def _close(self, index: int, slashes: int) -> None:
        if not any(header.slashes == slashes for header in self.open):
            self._report(index, "block-close-without-open")
            return
        while self.open[-1].slashes != slashes:
            header = self.open.pop()
            self.problems.append(problem(self.path, header.line, "block-unclosed", name=header.name))
        closed = self.open.pop()
        before = self.lines[index - 1].strip(" >")
        if before and not CLOSE.match(before):
            self._report(index, "block-close-glued", name=closed.name)

    def _open(self, index: int, content: str, match: re.Match[str]) -> None:
        name = match[2].lower()
        base = self.lines[index].find("///") - content.find("///")
        options: dict[str, object] = {}
        option_lines: dict[str, int] = {}
        if name in self.known.options:
            options, option_lines = self._options(index, base, name)
        elif self.known.strict:
            suggestion = closest(name, self.known.shown)
            self._report(
                index, "block-unknown", name=match[2], suggestion=suggestion, known=", ".join(self.known.shown)
            )
        header = Header(
            name, match[3] or "", self.first_line + index, len(self.open), len(match[1]), options, option_lines
        )
        self.open.append(header)
        if name in self.known.options:
            self.headers.append(header)

    def _options(self, index: int, base: int, name: str) -> tuple[dict[str, object], dict[str, int]]:
        """The options under a header and their lines."""
        block = self._option_block(index + 1, base)
        if not block:
            self._look_for_misplaced_options(index, base, name)
            return {}, {}
        try:
            loaded = yaml.load("\n".join(block), Loader=Loader)  # noqa: S506 - a safe loader, in C where there is one
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            reason = getattr(error, "problem", None) or str(error).split("\n")[0]
            self._report(index + 1 + (mark.line if mark else 0), "block-options-not-yaml", name=name, reason=reason)
            return {}, {}
        if loaded is None:
            return {}, {}
        if not isinstance(loaded, dict):
            reason = self.translate("they are not “key: value” lines")
            self._report(index + 1, "block-options-not-yaml", name=name, reason=reason)
            return {}, {}
        lines = {
            match[1]: self.first_line + index + 1 + n for n, row in enumerate(block) if (match := OPTION.match(row))
        }
        return {str(key): value for key, value in loaded.items()}, lines

    def _option_block(self, start: int, base: int) -> list[str]:
        """The lines from `start` on that are indented by at least four spaces, without that indentation."""
        block: list[str] = []
        for line in self.lines[start:]:
            row = line[base:]
            if not row.startswith("    ") or not row.strip():
                break
            block.append(row[4:])
        return block

    def _look_for_misplaced_options(self, index: int, base: int, name: str) -> None:
        following = [
            (number, self.lines[number][base:]) for number in range(index + 1, min(index + 4, len(self.lines)))
        ]
        for number, row in following:
            option = OPTION.match(row)
            if not row.strip():
                continue
            if option and option[1] in self.known.options[name]:
                indented = row.startswith("    ")
                if number == index + 1 or indented:
                    self._report(number, "block-options-blank" if indented else "block-options-indent", name=name)
            return
