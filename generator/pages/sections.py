"""A finished page as text, heading by heading: what is searched, and what lists of hits show of it."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from generator.pages.finish import PERMALINK, UNCOUNTED
from generator.pages.page import Section
from generator.pages.plain_text import TAG

_HEADING = re.compile(r"<(h[2-6]|dt)\b[^>]* id=\"([^\"]*)\"[^>]*>(.*?)</\1>", re.DOTALL)
"""Headings, and the terms of a glossary: what links can lead to."""
_INSIDE_WORDS = re.compile(
    r"</?(?:a|abbr|b|code|del|em|i|ins|kbd|mark|s|small|span|strong|sub|sup|u)\b(?:[^<>\"]|\"[^\"]*\")*>"
)
"""Tags that begin and end without a blank: `H<sub>2</sub>O` is one word."""


def page_sections(markup: str) -> tuple[Section, ...]:
    """The sections of a page's HTML, without fields, formulas and the answer key; the first may be empty."""
    parts = _HEADING.split(UNCOUNTED.sub(" ", markup))
    found = [Section("", "", _text(parts[0]))]
    for anchor, heading, inside in zip(parts[2::4], parts[3::4], parts[4::4], strict=True):
        found.append(Section(html.unescape(anchor), _text(PERMALINK.sub("", heading)), _text(inside)))
    return tuple(found)


def summarised(sections: Sequence[Section], summary: str) -> tuple[Section, ...]:
    """A page's sections with its summary before them, as the page shows it."""
    first = sections[0]
    return first._replace(text=f"{summary} {first.text}".strip()), *sections[1:]


def _text(markup: str) -> str:
    return " ".join(html.unescape(TAG.sub(" ", _INSIDE_WORDS.sub("", markup))).split())
