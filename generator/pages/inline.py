"""Python-Markdown's inline patterns, tried only where they can match.

Stock Python-Markdown runs every pattern over every piece of text.  Most pieces hold no bracket, no backtick, no dollar
sign: a pattern whose characters are absent is passed over.  The output is the same, which a test proves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import Pattern
from markdown.treeprocessors import InlineProcessor
from markdown.util import AtomicString

NEEDED: Mapping[str, tuple[str, ...]] = {
    "backtick": ("`",),
    "arithmatex-inline": ("$", "\\"),
    "keys-custom": ("+",),
    "keys": ("+",),
    "escape": ("\\",),
    "footnote": ("[^",),
    "reference": ("[",),
    "link": ("[",),
    "image_link": ("![",),
    "image_reference": ("![",),
    "short_reference": ("[",),
    "short_image_ref": ("![",),
    "autolink": ("<",),
    "automail": ("<",),
    "linebreak": ("  \n",),
    "html": ("<",),
    "entity": ("&",),
    "delimiter": ("*", "_", "~", "^", "="),
}
"""Name of a pattern → texts of which one must be there for it to match."""


class SelectiveInline(InlineProcessor):
    """The stock processor with a quicker way past patterns that cannot match.

    Overrides a private method, so an update of Python-Markdown may undo it; the test of equal output then still passes
    and the page is only slower.
    """

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self._needs: list[tuple[Pattern, tuple[str, ...]]] = []
        self._anything = re.compile("")
        """Finds a text in which some pattern may match."""

    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:  # noqa: N802, N803 - its name there
        if isinstance(data, AtomicString):
            return data
        patterns = self._needs or self._read_needs()
        if not self._anything.search(data):
            return data
        index, start = patternIndex, 0
        while index < len(patterns):
            pattern, needs = patterns[index]
            matched = False
            if occurs(needs, data):
                data, matched, start = self._InlineProcessor__applyPattern(  # type: ignore[attr-defined]  # private
                    pattern, data, index, start
                )
            if not matched:
                index += 1
                start = 0
        return data

    def _read_needs(self) -> list[tuple[Pattern, tuple[str, ...]]]:
        """What each registered pattern needs; nothing is known of those that others have put in the place of ours."""
        registry = self.md.inlinePatterns
        names = {id(registry[name]): name for name in NEEDED if name in registry}
        for pattern in registry:
            own = type(pattern).__module__.startswith(("markdown.", "pymdownx."))
            self._needs.append((pattern, NEEDED.get(names.get(id(pattern), ""), ()) if own else ()))
        if all(needs for _, needs in self._needs):
            texts = sorted({text for _, needs in self._needs for text in needs})
            self._anything = re.compile("|".join(re.escape(text) for text in texts))
        return self._needs


def occurs(needs: tuple[str, ...], data: str) -> bool:
    """True when one of the texts is there, or when none is known to be needed."""
    for text in needs:  # runs 2,000 times a page: a generator expression takes three times as long
        if text in data:
            return True
    return not needs


class SelectivePatterns(Extension):
    """Puts `SelectiveInline` in the place of the stock processor; the last extension to be loaded."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown calls it by this name
        """Register with Python-Markdown."""
        md.treeprocessors.register(SelectiveInline(md), "inline", 20)
