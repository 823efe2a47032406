"""Python-Markdown's block parser, asking only the block processors that can have something to do with a block.

Stock Python-Markdown asks some 25 processors about every paragraph, list item and footnote, and most of them search
the whole block to say no.  Nearly all look for a mark at the beginning of a line (`#`, `>`, `!!!`), or continue a
container when the block is indented.  So the first characters of a block's lines say which processors to ask; the
others would have said no, and their `test` and `run` leave nothing behind when they do.

A processor is passed over only when its class is one of those below, exactly, and its pattern begins as it did when
the rule was written: processors of others, subclasses and changed versions are asked about every block.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from markdown import blockprocessors as core
from markdown.blockparser import BlockParser
from markdown.extensions import abbr, admonition, def_list, footnotes, md_in_html, sane_lists, tables
from markdown.util import STX
from pymdownx import arithmatex, details, superfences, tabbed

from generator.pages.blocks.block import CollectingProcessor


@dataclass(frozen=True)
class Rule:
    """What a block must have for a processor not to pass it on: any one of these."""

    starts: str = ""
    """Some line begins with one of these characters, after its spaces; `0` stands for every decimal digit."""
    blank_line: bool = False
    """Some line is empty."""
    indented: bool = False
    """The block begins with a space."""
    anywhere: str = ""
    """This character occurs."""
    method: str = "test"
    """The method that says no."""
    pattern: tuple[str, str] = ("", "")
    """Attribute that holds the processor's pattern, and how that must begin for the rule to hold."""


RULES: Mapping[type, Rule] = {
    md_in_html.MarkdownInHtmlProcessor: Rule(STX, method="run"),
    admonition.AdmonitionProcessor: Rule("!", indented=True, pattern=("RE", r"(?:^|\n)!!!")),
    details.DetailsProcessor: Rule("?", indented=True, pattern=("START", r"(?:^|\n)\?{3}")),
    tabbed.TabbedProcessor: Rule("=", indented=True, pattern=("START", r"(?:^|\n)={3}")),
    core.EmptyBlockProcessor: Rule(blank_line=True),
    core.ListIndentProcessor: Rule(indented=True),
    CollectingProcessor: Rule("/", pattern=("start", r"(?:^|\n)[ ]{0,3}(/{3,})")),
    def_list.DefListIndentProcessor: Rule(indented=True),
    core.CodeBlockProcessor: Rule(indented=True),
    superfences.SuperFencesCodeBlockProcessor: Rule(indented=True, method="run"),
    arithmatex.BlockArithmatexProcessor: Rule("$\\", pattern=("pattern", r"(?s)^(?:(?P<dollar>[$]{2})")),
    tables.TableProcessor: Rule(anywhere="|"),
    core.HashHeaderProcessor: Rule("#", pattern=("RE", r"(?:^|\n)(?P<level>#{1,6})")),
    core.SetextHeaderProcessor: Rule("=-", pattern=("RE", r"^.*?\n(?:=+|-+)[ ]*(\n|$)")),
    core.HRProcessor: Rule("-_*", pattern=("RE", r"^[ ]{0,3}(?=(?P<atomicgroup>(-+[ ]{0,2}){3,}|(_+[ ]{0,2}){3,}|(\*")),
    core.OListProcessor: Rule("0", pattern=("RE", r"^[ ]{0,3}\d+\.")),
    core.UListProcessor: Rule("*+-", pattern=("RE", r"^[ ]{0,3}[*+-][ ]+")),
    sane_lists.SaneOListProcessor: Rule("0", pattern=("RE", r"^[ ]{0,3}\d+\.")),
    sane_lists.SaneUListProcessor: Rule("*+-", pattern=("RE", r"^[ ]{0,3}[*+-][ ]+")),
    def_list.DefListProcessor: Rule(":", pattern=("RE", r"(^|\n)[ ]{0,3}:[ ]{1,3}")),
    core.BlockQuoteProcessor: Rule(">", pattern=("RE", r"(^|\n)[ ]{0,3}>")),
    footnotes.FootnoteBlockProcessor: Rule("[", method="run", pattern=("RE", r"^[ ]{0,3}\[\^")),
    abbr.AbbrBlockprocessor: Rule("*", method="run", pattern=("RE", r"^[*]\[")),
    core.ReferenceProcessor: Rule("[", method="run", pattern=("RE", r"^[ ]{0,3}\[")),
}


def rule_for(processor: Any) -> Rule | None:
    """The rule by which a processor may be passed over, if its class has one and the processor is as expected."""
    rule = RULES.get(type(processor))
    if rule is None or rule.method in vars(processor):
        return None
    attribute, beginning = rule.pattern
    if not attribute:
        return rule
    pattern = getattr(processor, attribute, "")
    return rule if str(getattr(pattern, "pattern", pattern)).startswith(beginning) else None


class SelectiveBlockParser(BlockParser):
    """The stock parser with a quicker way past processors that would say no."""

    _processors: tuple[Any, ...] = ()
    _interest: Interest

    def refresh(self) -> None:
        """Read the registered processors, which extensions may have changed since the page before."""
        registered = tuple(self.blockprocessors)
        if registered != self._processors:
            self._processors = registered
            self._interest = Interest(registered)

    def parseBlocks(self, parent: Element, blocks: list[str]) -> None:  # noqa: N802 - Python-Markdown's name
        """Parse blocks and attach what they become to an element."""
        while blocks:
            block = blocks[0]
            for processor in self._interest.processors_for(block):
                if processor.test(parent, blocks[0]):
                    if processor.run(parent, blocks) is not False:
                        break
                    if blocks[0] is not block:
                        self._parse_with_those_after(processor, parent, blocks)
                        break

    def _parse_with_those_after(self, processor: Any, parent: Element, blocks: list[str]) -> None:
        """When a processor changes a block and passes it on, those after it are asked as in the stock parser."""
        for after in self._processors[self._processors.index(processor) + 1 :]:
            if after.test(parent, blocks[0]) and after.run(parent, blocks) is not False:
                return


class Interest:
    """Which processors to ask about a block.  Sets of processors are bits of a number."""

    def __init__(self, processors: tuple[Any, ...]) -> None:
        self._processors = processors
        self._starts: dict[str, int] = {}
        """First character of a line → processors."""
        self._anywhere: dict[str, int] = {}
        self._always = self._indented = 0
        self._known: dict[str, int] = {}
        """As `_starts`, for every character met so far."""
        self._chosen: dict[int, tuple[Any, ...]] = {}
        self._container: CollectingProcessor | None = None
        self._container_bit = 0
        for number, processor in enumerate(processors):
            self._add(1 << number, processor)

    def _add(self, bit: int, processor: Any) -> None:
        rule = rule_for(processor)
        if rule is None:
            self._always |= bit
            return
        if isinstance(processor, CollectingProcessor):
            self._container, self._container_bit = processor, bit
        if rule.indented:
            self._indented |= bit
        for character in (*rule.starts, *([""] if rule.blank_line else [])):
            self._starts[character] = self._starts.get(character, 0) | bit
        if rule.anywhere:
            self._anywhere[rule.anywhere] = self._anywhere.get(rule.anywhere, 0) | bit

    def processors_for(self, block: str) -> tuple[Any, ...]:
        """Those to ask, in their order."""
        wanted = self._always
        known = self._known
        for line in block.split("\n"):
            start = line.lstrip(" ")[:1]
            wanted |= known[start] if start in known else self._meet(start)
        if block[:1] == " ":
            wanted |= self._indented
        for character, bits in self._anywhere.items():
            if character in block:
                wanted |= bits
        # While a block is open, its processor takes whatever comes.
        if self._container and (self._container.stack or self._container.cached_parent is not None):
            wanted |= self._container_bit
        return self._chosen.get(wanted) or self._choose(wanted)

    def _meet(self, start: str) -> int:
        bits = self._known[start] = self._starts.get("0" if start.isdecimal() else start, 0)
        return bits

    def _choose(self, wanted: int) -> tuple[Any, ...]:
        chosen = self._chosen[wanted] = tuple(self._those_in(wanted))
        return chosen

    def _those_in(self, wanted: int) -> Iterator[Any]:
        for number, processor in enumerate(self._processors):
            if wanted >> number & 1:
                yield processor
