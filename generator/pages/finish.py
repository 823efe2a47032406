"""The last touches to a page's HTML: its title, its abbreviations, what lists and counters need to know of it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from generator.pages.plain_text import TAG, text_of_html
from generator.pages.tags import read_attributes

HEADING_ONE = re.compile(r"<h1\b([^>]*)>(.*?)</h1>", re.DOTALL)
PERMALINK = re.compile(r"<a class=\"headerlink\"[^>]*>.*?</a>", re.DOTALL)
ABBREVIATION = re.compile(r"<abbr title=\"([^\"]*)\">([^<]*)</abbr>")
LITERAL = re.compile(r"<(?:p|li|td)>\s*(/{3,}[^<\n]*)")
OPENING_OR_CLOSING = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*>")
VOID = frozenset(("area", "br", "col", "hr", "img", "input", "source", "track", "wbr"))
WORD = re.compile(r"\w+")
UNCOUNTED = re.compile(
    r"<(?:select|textarea|math|style|script)\b.*?</(?:select|textarea|math|style|script)>"
    r"|<(?:section|details)\b[^>]*\sclass=\"(?:gabarito|siglas)\".*",
    re.DOTALL,
)


@dataclass(frozen=True)
class PageTitle:
    """The level-one headings of a page."""

    text: str = ""
    """Of the first, which is taken out of the page."""
    anchor: str = ""
    others: tuple[str, ...] = ()
    """Texts of those after it, which become headings of level two."""


def take_title(markup: str) -> tuple[PageTitle, str]:
    """Take the first level-one heading out, since the theme shows the title.  Its anchor stays for links."""
    if "<h1" not in markup:
        return PageTitle(), markup
    first = HEADING_ONE.search(markup)
    if first is None:
        return PageTitle(), markup
    anchor = read_attributes(first[1]).get("id", "")
    mark = f'<span id="{html.escape(anchor)}"></span>' if anchor else ""
    rest = markup[first.end() :]
    others = tuple(text_of_html(PERMALINK.sub("", other)) for _, other in HEADING_ONE.findall(rest))
    rest = HEADING_ONE.sub(r"<h2\1>\2</h2>", rest)
    title = PageTitle(text_of_html(PERMALINK.sub("", first[2])), anchor, others)
    return title, f"{markup[: first.start()]}{mark}{rest.lstrip() if not mark else rest}"


def list_abbreviations(markup: str, translate: Callable[[str], str]) -> str:
    """Keep each abbreviation's tooltip at its first occurrence and list all of them at the page's end, for paper."""
    if "<abbr title=" not in markup:
        return markup
    seen: dict[str, str] = {}

    def first_only(match: re.Match[str]) -> str:
        if match[2] in seen:
            return match[2]
        seen[match[2]] = match[1]
        return match[0]

    markup = ABBREVIATION.sub(first_only, markup)
    entries = "".join(f"<dt>{term}</dt><dd>{meaning}</dd>" for term, meaning in sorted(seen.items()))
    summary = html.escape(translate("Abbreviations on this page"), quote=False)
    return f'{markup}\n<details class="siglas" id="siglas"><summary>{summary}</summary><dl>{entries}</dl></details>'


def literal_blocks(markup: str) -> Iterator[str]:
    """Texts that begin like a block's header and were left in the page."""
    if "///" in markup:
        yield from (html.unescape(match[1]).strip() for match in LITERAL.finditer(markup))


def count_words(markup: str) -> int:
    """Words of running text: without fields, formulas and the answer key."""
    return len(WORD.findall(html.unescape(TAG.sub(" ", UNCOUNTED.sub(" ", markup)))))


def first_paragraph(markup: str, limit: int = 200) -> str:
    """Plain text of the first paragraph that stands in no block, cut at a word to `limit` characters."""
    depth = 0
    for match in OPENING_OR_CLOSING.finditer(markup):
        name = match[2].lower()
        if name in VOID:
            continue
        if depth == 0 and name == "p" and not match[1]:
            text = text_of_html(markup[match.end() : markup.find("</p>", match.end())])
            if text:
                return text if len(text) <= limit else f"{text[: limit - 1].rsplit(' ', 1)[0]}…"
        depth += -1 if match[1] else 1
    return ""
