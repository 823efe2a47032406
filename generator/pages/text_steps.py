"""What is done to a page's lines before Markdown reads blocks, passed over where it would change nothing.

- Fenced code needs a fence, raw HTML a `<` or a `&`: without them the stock steps give back the lines that they got.
- White space at the end of lines is looked for only in texts that have some.
"""

from __future__ import annotations

import re

from markdown.extensions.md_in_html import HtmlBlockPreprocessor
from markdown.preprocessors import NormalizeWhitespace
from markdown.util import ETX, STX
from pymdownx.superfences import SuperFencesBlockPreprocessor

ONLY_SPACES = re.compile(r"\n(?: +\n)+")
"""Begins with a character that is quickly found, which Markdown's own pattern does not."""


class QuickWhitespace(NormalizeWhitespace):
    """As stock, without the search for lines of spaces where no line ends with one."""

    def run(self, lines: list[str]) -> list[str]:
        """Tabs to spaces, line ends to `\\n`, no control characters that Markdown uses itself, no lines of spaces."""
        text = "\n".join(lines).replace(STX, "").replace(ETX, "")
        text = text.replace("\r\n", "\n").replace("\r", "\n") + "\n\n"
        if "\t" in text:
            text = text.expandtabs(self.md.tab_length)
        if "\n " in text and " \n" in text:
            text = ONLY_SPACES.sub(lambda lines: "\n" * lines[0].count("\n"), text)
        return text.split("\n")


class QuickFences(SuperFencesBlockPreprocessor):  # type: ignore[misc]  # pymdownx ships no types
    """Nothing to do without a fence."""

    def search_nested(self, lines: list[str]) -> list[str]:
        """Put fenced code aside."""
        text = "\n".join(lines)
        if "```" not in text and "~~~" not in text:
            return lines
        found: list[str] = super().search_nested(lines)
        return found


class QuickRawHtml(HtmlBlockPreprocessor):
    """Nothing to do without a tag, a comment or a character reference."""

    def run(self, lines: list[str]) -> list[str]:
        """Put raw HTML aside."""
        text = "\n".join(lines)
        return super().run(lines) if "<" in text or "&" in text else text.split("\n")
