"""What every block does alike: read its header and options, take its place and its id, and report what is wrong.

pymdownx turns a block with a bad option into literal text.  Here every block class, pymdownx's own included, is
registered through `CollectingProcessor`, which reports the mistake and renders the block with defaults.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any, ClassVar
from xml.etree.ElementTree import Element, SubElement

import yaml
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from pymdownx.blocks import BlocksProcessor, BlocksTreeprocessor
from pymdownx.blocks.block import Block

from generator.naming import closest
from generator.pages.blocks import options as values
from generator.pages.blocks.desk import Desk
from generator.pages.blocks.scan import Header, KnownBlocks, Loader
from generator.pages.page import Block as PlacedBlock


class Collecting:
    """Mixed into every block class: wrong options become problems, and the block is still made."""

    desk: Desk
    header: Header

    def _validate(self, parent: Element, arg: str | None, **given: object) -> bool:
        self.desk = self._block_mgr.desk  # type: ignore[attr-defined]  # set by pymdownx's Block
        self.header = self.desk.take_header(self.NAME, arg or "")  # type: ignore[attr-defined]  # of Block
        title = self._checked_title(arg)
        return bool(super()._validate(parent, title, **self._checked_options(given)))  # type: ignore[misc]  # of Block

    def _checked_title(self, written: str | None) -> str | None:
        wanted: bool | None = self.arg_spec  # type: ignore[attr-defined]  # of Block
        if wanted is True and not written:
            self.desk.report(self.header.line, "block-title-missing", name=self.header.name)
            return self.header.name
        if wanted is False and written:
            self.desk.report(self.header.line, "block-title-unused", name=self.header.name, title=written)
            return None
        return written

    def _checked_options(self, given: Mapping[str, object]) -> dict[str, object]:
        """The options that can be used, as written; the others are reported."""
        known: Mapping[str, Any] = self.option_spec  # type: ignore[attr-defined]  # of Block
        kept = {}
        for option, value in given.items():
            option = str(option)
            line = self.header.option_lines.get(option, self.header.line)
            if option not in known:
                names = [name for name in known if name != "attrs"]
                self.desk.report(
                    line,
                    "block-option-unknown",
                    name=self.header.name,
                    option=option,
                    suggestion=closest(option, names),
                    known=", ".join(names),
                )
            elif self._accepts(line, option, value, known[option][1]):
                kept[option] = value
        return kept

    def _accepts(self, line: int, option: str, value: object, validator: Any) -> bool:
        try:
            if validator is not None:
                validator(value)
        except Exception as error:  # a validator of another extension may raise anything
            expected = self.desk.translate(values.expected_by(validator, error))
            self.desk.report(
                line,
                "block-option-value",
                name=self.header.name,
                option=option,
                value=values.shown(value),
                expected=expected,
            )
            return False
        return True


class CollectingProcessor(BlocksProcessor):  # type: ignore[misc]  # pymdownx ships no types
    """pymdownx's reader of blocks, for which a mistake in a header is no reason to drop the block."""

    def __init__(self, markdown: Markdown, desk: Desk) -> None:
        super().__init__(markdown.parser, markdown)
        self.desk = desk

    def register(self, block: type[Block], config: dict[str, Any]) -> None:
        """Register a block class; a later one of the same name takes its place."""
        self.blocks.pop(block.NAME, None)
        super().register(type(block.__name__, (Collecting, block), {}), config)

    def split_header(self, block: str, length: int) -> tuple[dict[str, Any], str]:
        """Options and the rest; options that YAML cannot read are left out (the scanner has reported them)."""
        end = next((match for match in self.end.finditer(block) if len(match[1]) == length), None)
        head, tail = (block[: end.start()], block[end.start() :]) if end else (block, "")
        written = self.yaml_line.match(head)
        if written is None or not written[0].strip():
            return {}, block
        rest = head[written.end() :]
        return read_options(textwrap.dedent(written[0])), f"{rest}\n{tail}" if tail else rest

    def known_blocks(self, *, strict: bool) -> KnownBlocks:
        """What the scanner has to know of the registered blocks."""
        options = {name: (*block.OPTIONS, "attrs") for name, block in self.blocks.items()}
        aliases = {alias for block in self.blocks.values() for alias in getattr(block, "ALIASES", ())}
        return KnownBlocks(options, tuple(sorted(name for name in self.blocks if name not in aliases)), strict)


def read_options(written: str) -> dict[str, Any]:
    """The options of a header; none when they are not YAML or not a mapping."""
    try:
        loaded = yaml.load(written, Loader=Loader)  # noqa: S506 - a safe loader, in C where there is one
    except yaml.YAMLError:
        return {}
    return {str(key): value for key, value in loaded.items()} if isinstance(loaded, dict) else {}


class CollectingBlocks(Extension):
    """Puts `CollectingProcessor` where pymdownx's block extensions look for the reader of blocks."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown calls it by this name
        """Register with Python-Markdown."""
        md.registerExtension(self)
        if "/" not in md.ESCAPED_CHARS:
            md.ESCAPED_CHARS.append("/")
        self.processor = CollectingProcessor(md, self.desk)
        # Priorities as in pymdownx.blocks: right after list indentation, and right after inline patterns.
        md.parser.blockprocessors.register(self.processor, "blocks", 89.99)
        md.treeprocessors.register(BlocksTreeprocessor(md, self.processor), "blocks_on_inline_end", 19.99)
        md.treeprocessors.register(AnswerKey(md, self.desk), "canoa-answers", 26)

    def reset(self) -> None:
        """Forget the page before."""
        self.processor._reset()


class AnswerKey(Treeprocessor):
    """Puts the answers of the page's questions at its end, before inline patterns are read."""

    def __init__(self, md: Markdown, desk: Desk) -> None:
        super().__init__(md)
        self.desk = desk

    def run(self, root: Element) -> None:
        """Append the answer key to the page."""
        if not self.desk.answers:
            return
        attributes = {"class": "gabarito", "id": "respostas", "aria-labelledby": "respostas-titulo"}
        section = SubElement(root, "section", attributes)
        add(section, "h2", self.desk.translate("Answers"), id="respostas-titulo")
        section.extend(element for _, element in sorted(self.desk.answers, key=lambda answer: answer[0]))


class PedagogyBlock(Block):  # type: ignore[misc]  # pymdownx ships no types
    """A block that a learner works with: `section.bloco` with an id, a label and a title."""

    KIND: ClassVar[str] = ""
    """Canonical name, ASCII."""
    LABEL: ClassVar[str] = ""
    """Message id of what the reader sees before the title."""
    ALIASES: ClassVar[tuple[str, ...]] = ()
    """Other names that authors may write."""
    ARGUMENT = None
    OPTIONS: ClassVar[dict[str, Any]] = {"id": ("", values.identifier)}

    desk: Desk
    header: Header

    def on_create(self, parent: Element) -> Element:
        """Make the section, its id and its title."""
        self.title: str = self.argument or ""
        self.placed: PlacedBlock = self.desk.place_block(self.KIND, self.options["id"], self.title, self.header.line)
        self.id = self.placed.id
        section = SubElement(
            parent, "section", {"class": f"bloco bloco-{self.KIND}", "id": self.id, "data-bloco": self.KIND}
        )
        if not self.placed.has_written_id:
            # What learners keep of it then goes by the page's path too: on another page the same id may be derived.
            section.set("data-provisorio", "")
        self.build(section)
        return section

    def build(self, section: Element) -> None:
        """What stands in the section before its content is read."""
        self.add_title(section, "p", self.say(self.LABEL))

    def add_title(self, parent: Element, tag: str, label: str) -> Element:
        """Add the label and, when the author gave one, the title."""
        element = SubElement(parent, tag, {"class": "bloco-titulo"})
        span = add(element, "span", label, class_="bloco-rotulo")
        span.tail = f" {self.title}" if self.title else None
        return element

    def say(self, message: str) -> str:
        """The message in the reader's language."""
        return self.desk.translate(message)

    def report(self, kind: str, line: int = 0, **details: object) -> None:
        """Note a problem at the block's header, or at another line."""
        self.desk.report(line or self.header.line, kind, **details)

    @property
    def shown_title(self) -> str:
        """How problems name the block."""
        return self.title or self.id


class InnerBlock(Block):  # type: ignore[misc]  # pymdownx ships no types
    """A block that belongs inside certain others: a hint, a comment, a transcript."""

    PARENTS: ClassVar[tuple[str, ...]] = ()
    """Kinds of the blocks it may stand in."""
    PARENT_NAME: ClassVar[str] = ""
    """How problems name them."""
    ALIASES: ClassVar[tuple[str, ...]] = ()
    ARGUMENT = None

    desk: Desk
    header: Header

    def on_validate(self, parent: Element) -> bool:
        """Check the place; a misplaced block is shown where it stands."""
        stack = self._block_mgr.stack
        around = getattr(stack[-1].block, "KIND", "") if stack else ""
        if around not in self.PARENTS:
            name = self.header.name or self.NAME
            self.desk.report(self.header.line, "block-nested-wrong", name=name, parent=self.PARENT_NAME)
        return True


def add(parent: Element, tag: str, text: str | None = None, *, class_: str = "", **attributes: str) -> Element:
    """Append an element; underscores in attribute names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    element = SubElement(parent, tag, {"class": class_, **named} if class_ else named)
    element.text = text
    return element
