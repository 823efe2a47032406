"""What the blocks of one page share while it is rendered."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from generator.naming import slug, unique_name
from generator.pages.blocks.scan import Header, Scan
from generator.pages.options import RenderOptions
from generator.pages.page import Block, PageSource, SiteIndex
from generator.problems import Problem, problem

HEADING = re.compile(r"[ >]*#{1,6}[ ]*(.*?)[ ]*#*[ ]*(?:\{[^}]*\})?[ ]*$")
NO_HEADER = Header("", "", 0, 0, 3)
"""Stands in when the scanner saw no header for a block, as inside a file that a snippet brings in."""


@dataclass
class Desk:
    """Cleared before each page; blocks take their headers from it and leave their findings on it."""

    options: RenderOptions
    translate: Callable[[str], str]
    source: PageSource = field(default_factory=lambda: PageSource("", "", "", ""))
    site: SiteIndex = field(default_factory=lambda: SiteIndex({}, {}, {}))
    problems: list[Problem] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    answers: list[tuple[int, Element]] = field(default_factory=list)
    """Number of the question and its part of the answer key."""
    questions: int = 0
    explained_links: set[str] = field(default_factory=set)
    """Links within the page whose missing destination a block has reported."""
    hidden_headings: set[str] = field(default_factory=set)
    """Anchors of headings that no table of contents shows: a case's outcomes would be given away."""
    _headers: dict[tuple[str, str], deque[Header]] = field(default_factory=dict)
    _written_ids: set[str] = field(default_factory=set)
    _used_ids: dict[str, int] = field(default_factory=dict)

    def clear(self, source: PageSource, site: SiteIndex, scan: Scan) -> None:
        """Begin a page."""
        self.source, self.site = source, site
        self.problems, self.blocks, self.answers = list(scan.problems), [], []
        self.questions = 0
        self.hidden_headings, self.explained_links = set(), set()
        self._headers = {}
        for header in scan.headers:
            self._headers.setdefault((header.name, header.title), deque()).append(header)
        self._written_ids = {str(header.options["id"]) for header in scan.headers if "id" in header.options}
        self._used_ids = {}

    def take_header(self, name: str, title: str) -> Header:
        """The next header with this name and title: the n-th such block has the n-th such header."""
        queue = self._headers.get((name, title))
        return queue.popleft() if queue else NO_HEADER

    def report(self, line: int, kind: str, **values: object) -> None:
        """Note a problem of the page at a line of its file."""
        self.problems.append(problem(self.source.shown_path, line, kind, **values))

    def line_of_heading(self, text: str, after: int) -> int:
        """The first heading from line `after` of the file on that has this text; `after` when there is none."""
        lines = self.source.text.split("\n")
        start = max(after - self.source.first_line, 0)
        for number, row in enumerate(lines[start:], start + self.source.first_line):
            match = HEADING.match(row)
            if match and match[1] == text:
                return number
        return after

    def place_block(self, kind: str, written_id: str, title: str, line: int) -> Block:
        """Register a block under its written id or under one derived from its title."""
        if written_id and written_id in self._used_ids:
            other = f"{self.source.shown_path}:{self._used_ids[written_id]}"
            self.report(line, "block-id-duplicate", id=written_id, other=other)
        taken = set(self._used_ids) if written_id else self._written_ids | set(self._used_ids)
        number = 1 + sum(block.kind == kind for block in self.blocks)
        wanted = written_id or f"{kind}-{slug(title) or number}"
        block = Block(kind, unique_name(wanted, taken), title, line, bool(written_id))
        self._used_ids[block.id] = line
        self.blocks.append(block)
        return block
