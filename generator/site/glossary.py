"""The glossary page: every term can be linked to, and the abbreviations stand there in full."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from generator.content.slugs import slugify
from generator.naming import fold, unique_name
from generator.pages.page import Heading, RenderedPage
from generator.site.indexes import Term

Translate = Callable[[str], str]

_TERM = re.compile(r"<dt>(.*?)</dt>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_PAGE_LIST = re.compile(r'<details class="siglas".*?</details>', re.DOTALL)


def complete_glossary(
    rendered: RenderedPage, abbreviations: Mapping[str, str], translate: Translate
) -> tuple[RenderedPage, tuple[Term, ...]]:
    """Give each term an anchor and append the abbreviations; returns the page and its terms in order."""
    terms: list[Term] = []
    taken = set(rendered.anchors)

    def anchored(match: re.Match[str]) -> str:
        text = html.unescape(_TAG.sub("", match[1])).strip()
        anchor = unique_name(f"termo-{slugify(text)}", taken)
        terms.append(Term(text, anchor))
        return f'<dt id="{anchor}">{match[1]}</dt>'

    body = _TERM.sub(anchored, _PAGE_LIST.sub("", rendered.html))
    if abbreviations:
        heading = Heading(2, translate("Abbreviations"), unique_name("abreviaturas", taken))
        body += _abbreviation_list(heading, abbreviations, anchored)
        rendered = replace(rendered, headings=(*rendered.headings, heading))
    return replace(rendered, html=body, anchors=tuple(sorted(taken))), tuple(terms)


def _abbreviation_list(
    heading: Heading, abbreviations: Mapping[str, str], anchored: Callable[[re.Match[str]], str]
) -> str:
    items = "".join(
        _TERM.sub(anchored, f"<dt>{html.escape(short)}</dt>") + f"<dd>{html.escape(full)}</dd>"
        for short, full in sorted(abbreviations.items(), key=lambda pair: (fold(pair[0]), pair[0]))
    )
    return f'<h2 id="{heading.anchor}">{html.escape(heading.title)}</h2><dl>{items}</dl>'
