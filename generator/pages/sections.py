"""A finished page as text, heading by heading: what is searched, and what lists of hits show of it."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from generator.pages.finish import PERMALINK, UNCOUNTED
from generator.pages.page import Section
from generator.pages.plain_text import TAG

BEGIN, WITHIN = "\x02", "\x03"
"""Marks between sections and their parts, while they are one text."""
_HEADING = re.compile(r"<(h[2-6]|dt)\b[^>]* id=\"([^\"]*)\"[^>]*>(.*?)</\1>", re.DOTALL)
"""Headings, and the terms of a glossary: what links can lead to."""
_INSIDE_WORDS = re.compile(
    r"</?(?:a|abbr|b|code|del|em|i|ins|kbd|mark|s|small|span|strong|sub|sup|u)\b(?:[^<>\"]|\"[^\"]*\")*>"
)
"""Tags that begin and end without a blank: `H<sub>2</sub>O` is one word."""


def page_sections(markup: str) -> tuple[Section, ...]:
    """The sections of a page's HTML, without fields, formulas and the answer key; the first may be empty."""
    marked = _HEADING.sub(_mark, UNCOUNTED.sub(" ", markup.replace(BEGIN, " ").replace(WITHIN, " ")))
    # Tags are taken out of the whole page at once: each call of a pattern costs, and a page has many short sections.
    text = html.unescape(TAG.sub(" ", _INSIDE_WORDS.sub("", marked)))
    first, *others = (part.split(WITHIN) for part in text.split(BEGIN))
    return Section("", "", _spaced(first[0])), *(Section(one[0], *map(_spaced, one[1:3])) for one in others)


def _mark(heading: re.Match[str]) -> str:
    """A heading that shows without its tags where a section begins."""
    return f"{BEGIN}{heading[2]}{WITHIN}{PERMALINK.sub('', heading[3])}{WITHIN}"


def summarised(sections: Sequence[Section], summary: str) -> tuple[Section, ...]:
    """A page's sections with its summary before them, as the page shows it, unless that is a sentence of theirs.

    `theme/scripts/search.js` takes the same text out of the built page.
    """
    first, whole = sections[0], _spaced(summary)
    if any(whole.removesuffix("…") in section.text for section in sections):
        return tuple(sections)
    return first._replace(text=f"{whole} {first.text}".strip()), *sections[1:]


def _spaced(text: str) -> str:
    return " ".join(text.split())
