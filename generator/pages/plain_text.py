"""HTML and Markdown trees as plain text: for labels, summaries and counting."""

from __future__ import annotations

import html
import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.util import ETX, STX

TAG = re.compile(r"<!--.*?-->|</?[a-zA-Z][^>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^>\"']*)*>", re.DOTALL)
STASHED = re.compile(f"{STX}wzxhzdk:([0-9]+){ETX}")
ESCAPED = re.compile(f"{STX}([0-9]+){ETX}")


def text_of_html(markup: str) -> str:
    """The text a reader sees, entities resolved, white space collapsed."""
    return " ".join(html.unescape(TAG.sub("", markup)).split())


def text_of_tree(element: Element, markdown: Markdown) -> str:
    """The text of an element after inline rendering, while Markdown still keeps parts of it aside.

    Python-Markdown replaces raw HTML and escaped characters by control sequences until its last step.
    """

    def stashed(match: re.Match[str]) -> str:
        item = markdown.htmlStash.rawHtmlBlocks[int(match[1])]
        return text_of_html(item) if isinstance(item, str) else "".join(item.itertext())

    raw = STASHED.sub(stashed, "".join(element.itertext()))
    raw = ESCAPED.sub(lambda match: chr(int(match[1])), raw.replace(f"{STX}amp{ETX}", "&"))
    return " ".join(html.unescape(raw).split())
