"""Puts the quicker steps of this folder in the place of Python-Markdown's own; the last extension to be loaded.

The HTML is the same to the byte, which `tests/pages/test_same_as_stock.py` proves.  A step is replaced only when it is
exactly of the class that its quicker version was written for: what an author's extension has put there stays.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from markdown import Markdown, serializers
from markdown.extensions import Extension
from markdown.treeprocessors import InlineProcessor
from pymdownx.highlight import HighlightExtension

from generator.pages import text_steps, tree_steps
from generator.pages.block_parser import SelectiveBlockParser
from generator.pages.inline import SelectiveInline
from generator.pages.serialiser import to_html, writes_as_stock

QUICK: tuple[type, ...] = (
    text_steps.QuickWhitespace,
    text_steps.QuickFences,
    text_steps.QuickRawHtml,
    SelectiveBlockParser,
    tree_steps.QuickFootnotes,
    tree_steps.QuickTaskLists,
    tree_steps.QuickLineBreaks,
    tree_steps.QuickAttributeLists,
    tree_steps.QuickCaptions,
    tree_steps.QuickUnescape,
)
"""Each stands in for its base class."""
KNOWN_PACKAGES = frozenset(("markdown", "pymdownx", "generator"))
INLINE_METHODS = ("handleInline", "processPlaceholders", "applyPattern")
"""Private methods that the quicker reading of inline patterns relies on."""


class SwiftMarkdown(Extension):
    """Makes a configured Markdown instance quicker."""

    def extendMarkdown(self, md: Any) -> None:  # noqa: N802 - Python-Markdown calls it by this name
        """Register with Python-Markdown."""
        self.md = md
        self.refreshed = (md.parser, md.treeprocessors["inline"])
        self.block_level_elements: list[str] = []
        quick = [*QUICK]
        if tree_steps.finds_abbreviations_as_stock():
            quick.append(tree_steps.QuickAbbreviations)
        if all(type(part).__module__.split(".")[0] in KNOWN_PACKAGES for part in parts(md)):
            # Any other part might use the table of contents that this one does not draw.
            quick.append(tree_steps.QuickContents)
        for part in (md.parser, *md.registeredExtensions, *md.preprocessors, *md.treeprocessors):
            for one in quick:
                become(part, one)
        replace_delimiters(md)
        spare_colours(md)
        # Only this one: other extensions have processors of the same class with patterns of their own.
        if all(hasattr(InlineProcessor, f"_InlineProcessor__{name}") for name in INLINE_METHODS):
            become(md.treeprocessors["inline"], SelectiveInline)
        if md.serializer is serializers.to_html_string and writes_as_stock():
            md.serializer = to_html
        md.is_block_level = functools.lru_cache(maxsize=512)(md.is_block_level)
        md.registerExtension(self)
        self.reset()

    def reset(self) -> None:
        """Before each page: extensions may have registered more since the page before."""
        if self.block_level_elements != self.md.block_level_elements:
            self.block_level_elements = list(self.md.block_level_elements)
            self.md.is_block_level.cache_clear()
        for part in self.refreshed:
            if isinstance(part, SelectiveBlockParser | SelectiveInline):
                part.refresh()


def replace_delimiters(md: Markdown) -> None:
    """Older versions of pymdownx read delimiters otherwise."""
    if find_spec("pymdownx.delimiterprocessor") is not None:
        from generator.pages.delimiters import QuickDelimiters, works_as_known

        for pattern in md.inlinePatterns if works_as_known() else ():
            become(pattern, QuickDelimiters)


class NoColours:
    """In the place of a Pygments style: code gets classes, so the colours that each formatter reads are for nothing."""

    def __iter__(self) -> Iterator[tuple[object, object]]:
        return iter(())


def spare_colours(md: Markdown) -> None:
    """Do without the colours where nobody asked for them."""
    for extension in md.registeredExtensions:
        is_stock = type(extension) is HighlightExtension and not extension.getConfig("noclasses")
        if is_stock and extension.getConfig("pygments_style") == "default":
            extension.setConfig("pygments_style", NoColours())


def become(part: object, quick: type) -> None:
    """Turn an object of exactly the base class into one of the quicker class; all that it knows stays with it."""
    if (type(part),) == quick.__bases__:
        part.__class__ = quick


def parts(md: Markdown) -> tuple[object, ...]:
    """Every step of the pipeline."""
    before, after = (*md.preprocessors, *md.parser.blockprocessors), (*md.treeprocessors, *md.postprocessors)
    return (*before, *md.inlinePatterns, *after)
