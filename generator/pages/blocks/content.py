"""Pieces of a block's content before inline patterns are read: lists, items, tables, shuffled orders."""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

CHECKBOX = re.compile(r"\s*\[([ xX])\](?:\s+|$)")
QUOTED = re.compile(r"^[ ]*>[ ]?(.*)$")


@dataclass
class Item:
    """One list item taken apart."""

    text: str
    """Its first paragraph, Markdown."""
    checked: bool | None
    """None when it begins with no checkbox."""
    rest: list[Element] = field(default_factory=list)
    """What follows its first paragraph: lists, code, more paragraphs."""
    feedback: str = ""
    """The `>` lines that are part of the paragraph, Markdown."""
    quotes: list[Element] = field(default_factory=list)
    """The block quotes in it."""


def read_item(li: Element) -> Item:
    """Take a list item apart.

    In a tight list Python-Markdown leaves `> …` lines inside the item's text; in a loose one they become a real block
    quote, or stay in its first paragraph.
    """
    children = list(li)
    text = li.text or ""
    if not text.strip() and children and children[0].tag == "p":
        text = children.pop(0).text or ""
    checkbox = CHECKBOX.match(text)
    text, feedback = split_feedback(text[checkbox.end() :] if checkbox else text)
    for child in children:
        child.tail = None
    return Item(
        text,
        checkbox[1] in "xX" if checkbox else None,
        [child for child in children if child.tag != "blockquote"],
        feedback,
        [child for child in children if child.tag == "blockquote"],
    )


def split_feedback(text: str) -> tuple[str, str]:
    """The paragraph without its `>` lines, and those lines; what follows a `>` line continues it."""
    own: list[str] = []
    quoted: list[str] = []
    for line in text.split("\n"):
        match = QUOTED.match(line)
        if match:
            quoted.append(match[1])
        elif quoted:
            quoted.append(line.strip())
        else:
            own.append(line)
    return "\n".join(own).strip(), "\n".join(quoted).strip()


def put_text(target: Element, item: Item) -> None:
    """Write an item's text and what follows it into an element, by copy: the answer key shows it again."""
    target.text = item.text
    target.extend(copy.deepcopy(child) for child in item.rest)


def last_list(content: Element, *tags: str) -> Element | None:
    """The last list directly in the content."""
    return next((child for child in reversed(list(content)) if child.tag in tags), None)


def take(content: Element, tag: str, class_: str) -> list[Element]:
    """Remove the children of a tag and class, wherever they are nested, and return them in order."""
    found: list[Element] = []
    for parent in list(content.iter()):
        for child in list(parent):
            if child.tag == tag and child.get("class") == class_:
                parent.remove(child)
                child.tail = None
                found.append(child)
    return found


def table_rows(table: Element) -> tuple[list[Element], list[list[Element]]]:
    """The header cells and the body's rows of cells of a Markdown table."""
    head = [cell for row in table.iterfind("thead/tr") for cell in row]
    return head, [list(row) for row in table.iterfind("tbody/tr")]


def shuffled(block_id: str, texts: Sequence[str]) -> list[int]:
    """The positions of `texts` in an order that looks random, is the same in every build, and is never the right one.

    The right order comes out only when all texts are equal.
    """

    def digest(position: int) -> bytes:
        return hashlib.sha256(f"{block_id}\0{texts[position]}\0{position}".encode()).digest()

    order = sorted(range(len(texts)), key=digest)
    if [texts[position] for position in order] == list(texts):
        order = order[1:] + order[:1]
    return order


def is_empty(element: Element) -> bool:
    """True when the element shows nothing."""
    return not len(element) and not (element.text or "").strip()
