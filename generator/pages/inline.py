"""Python-Markdown's inline patterns, tried only where they can match.

Stock Python-Markdown runs every pattern over every piece of text.  Most pieces hold no bracket, no backtick, no dollar
sign: a pattern whose characters are absent is passed over, and a text without any of them is left where it is.  The
output is the same, which a test proves.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from markdown import inlinepatterns
from markdown.inlinepatterns import Pattern
from markdown.treeprocessors import InlineProcessor
from markdown.util import INLINE_PLACEHOLDER_PREFIX, AtomicString

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
KNOWN_MODULES = ("markdown.", "pymdownx.", "generator.pages.delimiters")
"""Whose patterns `NEEDED` speaks of."""
REFERRING = frozenset(
    (
        inlinepatterns.ReferenceInlineProcessor,
        inlinepatterns.ShortReferenceInlineProcessor,
        inlinepatterns.ImageReferenceInlineProcessor,
        inlinepatterns.ShortImageReferenceInlineProcessor,
    )
)
"""Classes of patterns that need a `[reference]: address` somewhere on the page."""

Queued = tuple[Element, list[str]]
"""An element whose children are still to be read, and the tags around it."""


class SelectiveInline(InlineProcessor):
    """The stock processor with a quicker way past texts and patterns that cannot match.

    Overrides and calls private methods; `swift.py` looks whether they are there.
    """

    _patterns: tuple[Pattern, ...] = ()
    _triggers: Mapping[str, int]
    """Text → the patterns that it may set off, as bits of a number."""
    _always: int
    """The patterns of which nothing is known."""
    _anything: re.Pattern[str]
    """Finds a text that some pattern may match; quicker than asking for each trigger."""
    _referring: int
    """The patterns that need a reference."""

    def refresh(self) -> None:
        """Read the registered patterns, which extensions may have changed since the page before."""
        registered = tuple(self.md.inlinePatterns)
        if registered == self._patterns:
            return
        self._patterns, self._always, self._referring = registered, 0, 0
        triggers: dict[str, int] = {}
        registry = self.md.inlinePatterns
        names = {id(registry[name]): name for name in NEEDED if name in registry}
        for number, pattern in enumerate(registered):
            own = type(pattern).__module__.startswith(KNOWN_MODULES)
            needs = NEEDED.get(names.get(id(pattern), ""), ()) if own else ()
            for text in needs:
                triggers[text] = triggers.get(text, 0) | 1 << number
            self._always |= 0 if needs else 1 << number
            self._referring |= 1 << number if type(pattern) in REFERRING else 0
        self._triggers = triggers
        last = "|".join(sorted({re.escape(text[-1]) for text in triggers}))
        self._anything = re.compile("" if self._always else last)

    def run(self, tree: Element, ancestors: list[str] | None = None) -> Element:
        """Read the texts of a tree and put the elements that they become in their places."""
        self.stashed_nodes: dict[str, Element | str] = {}
        queue: deque[Queued] = deque([(tree, [*(ancestors or ()), tree.tag.lower()])])
        while queue:
            element, around = queue.popleft()
            self.ancestors = around
            if element is not tree:
                around.append(element.tag.lower())
            found: list[tuple[Element, list[Queued]]] = []
            for child in element:
                text = child.text
                if text and not isinstance(text, AtomicString) and (self._mask(text) or is_unusual(text)):
                    made = self._read_text(child, text)
                    queue.extend(made)
                    found.append((child, made))
                tail = child.tail
                if tail and (self._mask(tail) or is_unusual(tail)):
                    self._read_tail(element, child, tail)
                if len(child):
                    queue.append((child, around[:]))
            for child, made in found:
                for position, (new, _) in enumerate(made):
                    child.insert(position, new)
        return tree

    def _mask(self, text: str) -> int:
        """The patterns that may match."""
        if not self._anything.search(text):
            return 0
        mask = self._always
        for trigger, patterns in self._triggers.items():
            if trigger in text:
                mask |= patterns
        return mask if self.md.references else mask & ~self._referring

    def _read_text(self, child: Element, text: str) -> list[Queued]:
        """Read the text of an element; the elements in it, which the caller inserts."""
        self.ancestors.append(child.tag.lower())
        child.text = None
        made: list[Queued] = self._InlineProcessor__processPlaceholders(  # type: ignore[attr-defined]  # private
            self._InlineProcessor__handleInline(text), child
        )
        self.ancestors.pop()
        return made

    def _read_tail(self, parent: Element, child: Element, tail: str) -> None:
        """Read the text after an element, and insert the elements in it."""
        read = self._InlineProcessor__handleInline(tail)
        holder = Element("d")
        child.tail = None
        made: list[Queued] = self._InlineProcessor__processPlaceholders(  # type: ignore[attr-defined]  # private
            read, holder, False
        )
        if holder.tail:
            child.tail = holder.tail
        position = list(parent).index(child) + 1
        for new, _ in reversed(made):
            parent.insert(position, new)

    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:  # noqa: N802, N803 - its name there
        if isinstance(data, AtomicString):
            return data
        waiting = self._mask(data) >> patternIndex << patternIndex
        while waiting:
            first = waiting & -waiting
            waiting ^= first
            number = first.bit_length() - 1
            before, start, matched = data, 0, True
            while matched:
                data, matched, start = self._InlineProcessor__applyPattern(  # type: ignore[attr-defined]  # private
                    self._patterns[number], data, number, start
                )
            # What a match leaves of the text holds fewer characters of ours, so fewer patterns may match it.
            if data is not before:
                waiting &= self._mask(data)
        return data


def is_unusual(text: str) -> bool:
    """True for texts of which reading makes something else even when no pattern matches."""
    return INLINE_PLACEHOLDER_PREFIX in text or type(text) is not str
