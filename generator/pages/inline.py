"""Python-Markdown's inline patterns, tried only where they can match.

Stock Python-Markdown runs every pattern over every piece of text.  Most pieces hold no bracket, no backtick, no dollar
sign: a pattern whose characters are absent is passed over.  The output is the same, which a test proves.
"""

from __future__ import annotations

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

    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:  # noqa: N802, N803 - its name there
        if isinstance(data, AtomicString):
            return data
        patterns = self._needs or self._read_needs()
        start = 0
        while patternIndex < len(patterns):
            pattern, needs = patterns[patternIndex]
            matched = False
            if not needs or any(text in data for text in needs):
                data, matched, start = self._InlineProcessor__applyPattern(  # type: ignore[attr-defined]  # private
                    pattern, data, patternIndex, start
                )
            if not matched:
                patternIndex += 1
                start = 0
        return data

    def _read_needs(self) -> list[tuple[Pattern, tuple[str, ...]]]:
        """What each registered pattern needs; nothing is known of those that others have put in the place of ours."""
        registry = self.md.inlinePatterns
        for name in [item.name for item in registry._priority]:
            pattern = registry[name]
            own = type(pattern).__module__.startswith(("markdown.", "pymdownx."))
            self._needs.append((pattern, NEEDED.get(name, ()) if own else ()))
        return self._needs


class SelectivePatterns(Extension):
    """Puts `SelectiveInline` in the place of the stock processor; the last extension to be loaded."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown calls it by this name
        """Register with Python-Markdown."""
        md.inlinePatterns.get_index_for_name("backtick")  # sorts the registry, whose order is read once
        md.treeprocessors.register(SelectiveInline(md), "inline", 20)
