"""The steps that Python-Markdown's extensions take on a page's tree, passed over where they would change nothing.

Each class stands in for the stock class of its base and gives the same tree:

- attribute lists need a `{`, check boxes a `[ ]`, numbered captions a `<figure>`: where the tree has none, the stock
  step walks it for nothing; where it has some, lists of attributes are looked for in few elements;
- the table of contents is drawn on every page, but few pages show it;
- abbreviations are looked for with one regular expression, made anew for each page.  Most are single words, which
  are found without one; only elements that hold one are changed;
- line breaks between blocks, and escaped characters, are set element by element; most elements need nothing.
"""

from __future__ import annotations

import html
import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast
from xml.etree.ElementTree import Element, SubElement, tostring

from markdown.extensions import toc
from markdown.extensions.abbr import AbbrTreeprocessor
from markdown.extensions.attr_list import AttrListTreeprocessor
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.toc import TocTreeprocessor
from markdown.treeprocessors import PrettifyTreeprocessor, UnescapeTreeprocessor
from markdown.util import STX, AtomicString
from pymdownx.blocks.caption import CaptionTreeprocessor
from pymdownx.tasklist import TasklistTreeprocessor

SINGLE_WORD = re.compile(r"\w+")
CHECK_BOXES = ("[ ]", "[x]", "[X]")
HEADING = re.compile("[Hh][123456]")
"""How tags begin that the table of contents takes for headings."""
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
NOT_PLAIN = re.compile(f"[<>&{STX}]")
MISSING = object()
"""Tells an attribute that is not there from one without a value."""


def text_of(root: Element) -> str:
    """All texts and tails in the tree, one after the other."""
    return "".join(root.itertext())


class QuickAttributeLists(AttrListTreeprocessor):
    """Looks only at elements that have a brace in their text or after it, or after one of their children."""

    def run(self, doc: Element) -> None:
        """Assign the attributes that authors wrote in braces."""
        if "{" in text_of(doc):
            super().run(cast(Element, Chosen(elements_with("{", doc))))


class Chosen(list[Element]):
    """Some elements, for a step that asks for nothing but all elements of a tree."""

    def iter(self) -> Iterator[Element]:
        """As of `Element`."""
        return iter(self)


def elements_with(mark: str, root: Element) -> Iterator[Element]:
    """The elements with this in their text, their tail or a child's tail, in their order."""
    for element in root.iter():
        text, tail = element.text, element.tail
        has_mark = (text and mark in text) or (tail and mark in tail)
        if has_mark or (len(element) and any(child.tail and mark in child.tail for child in element)):
            yield element


class QuickTaskLists(TasklistTreeprocessor):  # type: ignore[misc]  # pymdownx ships no types
    """Nothing to do without a check box."""

    def run(self, root: Element) -> Element:
        """Turn `[ ]` at the beginning of list items into check boxes."""
        text = text_of(root)
        if any(box in text for box in CHECK_BOXES):
            super().run(root)
        return root


class QuickCaptions(CaptionTreeprocessor):  # type: ignore[misc]  # pymdownx ships no types
    """Nothing to do without a figure."""

    def run(self, doc: Element) -> None:
        """Number the figures."""
        if next(doc.iter("figure"), None) is not None:
            super().run(doc)


class QuickFootnotes(FootnoteExtension):
    """Looks for the place of the notes only where its marker occurs."""

    def findFootnotesPlaceholder(self, root: Element) -> Any:  # noqa: N802 - Python-Markdown's name
        """Where the author wants the notes; None for the end."""
        marker = str(self.getConfig("PLACE_MARKER"))
        return super().findFootnotesPlaceholder(root) if marker in text_of(root) else None


class QuickContents(TocTreeprocessor):
    """Draws the table of contents only for pages that show it, and reads plain headings without serialising them."""

    def run(self, doc: Element) -> None:
        """Give headings their anchors and collect them."""
        tags = {element.tag for element in doc.iter()}
        wanted = {tag for tag in tags if isinstance(tag, str) and HEADING.match(tag)}
        headings = [element for element in doc.iter() if element.tag in wanted]
        if self.marker or not self._is_usual() or not all(is_plain_heading(heading) for heading in headings):
            super().run(doc)
            return
        taken = {element.get("id", "") for element in doc.iter()}
        tokens = [self._token(heading, taken) for heading in headings]
        made: Any = self.md
        made.toc_tokens, made.toc = toc.nest_toc_tokens(tokens), ""

    def _is_usual(self) -> bool:
        """True when headings only get anchors, without links in them and at the level that they have."""
        linked = self.use_anchors or self.use_permalinks not in (False, None)
        return not linked and not self.base_level and (self.toc_top, self.toc_bottom) == (1, 6)

    def _token(self, heading: Element, taken: set[str]) -> Any:
        text = heading.text or ""
        if len(heading) or NOT_PLAIN.search(text):
            inner = toc.render_inner_html(toc.remove_fnrefs(heading), self.md)
            name = toc.strip_tags(inner)
        else:
            inner, name = text.strip(), " ".join(text.split())
        if heading.get("id") is None:
            heading.set("id", toc.unique(self.slugify(html.unescape(name), self.sep), taken))
        anchor = toc.unescape(heading.get("id", ""))
        return {"level": int(heading.tag[1]), "id": anchor, "name": name, "html": inner, "data-toc-label": ""}


def is_plain_heading(heading: Element) -> bool:
    """True for a heading with a usual tag and no label of its own for the table of contents."""
    has_label = heading.get("data-toc-label", MISSING) is not MISSING
    return heading.tag in HEADINGS and not has_label and heading.get("id", "") is not None


class QuickLineBreaks(PrettifyTreeprocessor):
    """As stock, with what is asked most often asked once: whether a tag is a block."""

    def _prettifyETree(self, elem: Element) -> None:  # noqa: N802 - Python-Markdown's name
        is_block = self.md.is_block_level
        if is_block(elem.tag) and elem.tag != "code" and elem.tag != "pre":
            text = elem.text
            if len(elem) and (not text or not text.strip()) and is_block(elem[0].tag):
                elem.text = "\n"
            for child in elem:
                if is_block(child.tag):
                    if len(child):
                        self._prettifyETree(child)
                    elif not child.tail or not child.tail.strip():
                        child.tail = "\n"
        if not elem.tail or not elem.tail.strip():
            elem.tail = "\n"


class QuickUnescape(UnescapeTreeprocessor):
    """As stock, for the texts that hold an escaped character; finished texts become plain ones, as in stock."""

    def run(self, root: Element) -> None:
        """Put back the characters that stood behind a backslash."""
        for element in root.iter():
            text, tail = element.text, element.tail
            if text and (STX in text or type(text) is not str) and element.tag != "code":
                element.text = self.unescape(text)
            if tail and (STX in tail or type(tail) is not str):
                element.tail = self.unescape(tail)
            for key, value in element.items():
                if value is not None and (STX in value or type(value) is not str):
                    element.set(key, self.unescape(value))


class QuickAbbreviations(AbbrTreeprocessor):
    """Looks through the whole text first, and for single words without a regular expression."""

    def run(self, root: Element) -> None:
        """Wrap each abbreviation in `<abbr>`."""
        text = text_of(root)
        abbreviations: dict[str, str] = {short: meaning for short, meaning in self.abbrs.items() if short in text}
        if not abbreviations:
            return
        if not all(SINGLE_WORD.fullmatch(short) for short in abbreviations):
            super().run(root)
            return
        places, texts = open_texts(root)
        starts = list(itertools.accumulate((len(text) + 1 for text in texts), initial=0))
        # From the last to the first, so that what stands before an occurrence is still as it was.
        for position, short in occurrences("\n".join(texts), abbreviations):
            number = bisect_right(starts, position) - 1
            self._wrap(*places[number], position - starts[number], short)

    def _wrap(self, element: Element, parent: Element | None, start: int, short: str) -> None:
        """Wrap an abbreviation in the text of an element or, when the parent is given, in its tail."""
        text = (element.text if parent is None else element.tail) or ""
        wrapped = Element("abbr", {"title": self.abbrs[short]})
        wrapped.text, wrapped.tail = AtomicString(short), text[start + len(short) :]
        if parent is None:
            element.text = text[:start]
            element.insert(0, wrapped)
        else:
            element.tail = text[:start]
            parent.insert(list(parent).index(element) + 1, wrapped)


@cache
def finds_abbreviations_as_stock() -> bool:
    """True when the installed version treats a specimen as `QuickAbbreviations` does; old ones differ in details."""
    made = []
    for kind in (AbbrTreeprocessor, QuickAbbreviations):
        root = Element("div")
        root.text = "AB, ab AB.AB _AB C AB"
        child = SubElement(root, "p")
        child.text, child.tail = AtomicString("AB"), "C AB C"
        SubElement(root, "p").tail = AtomicString("AB")
        kind(None, {"AB": "x", "C": ""}).run(root)
        made.append(tostring(root))
    return made[0] == made[1]


def open_texts(root: Element) -> tuple[list[tuple[Element, Element | None]], list[str]]:
    """Every text and tail that is not finished: where it stands, with the parent when it is a tail, and what it is."""
    places: list[tuple[Element, Element | None]] = []
    texts: list[str] = []
    for element in root.iter():
        text = element.text
        if text and (type(text) is str or not isinstance(text, AtomicString)):
            places.append((element, None))
            texts.append(text)
        if len(element):
            for child in element:
                tail = child.tail
                if tail and (type(tail) is str or not isinstance(tail, AtomicString)):
                    places.append((child, element))
                    texts.append(tail)
    return places, texts


def occurrences(text: str, words: Mapping[str, str]) -> list[tuple[int, str]]:
    """Where these words stand by themselves, the last first.  Words without a meaning are left alone."""
    found = [(start, word) for word, meaning in words.items() if meaning for start in starts_of(word, text)]
    return sorted(found, reverse=True)


def starts_of(word: str, text: str) -> Iterator[int]:
    """Where a word stands with no letter, digit or underscore on either side, as `\\b` has it."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not (start and is_of_word(text[start - 1])) and not (end < len(text) and is_of_word(text[end])):
            yield start
        start = text.find(word, end)


def is_of_word(character: str) -> bool:
    """True for what `\\w` matches."""
    return character.isalnum() or character == "_"
