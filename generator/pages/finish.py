"""The last touches to a page's HTML: its title, its abbreviations, what lists and counters need to know of it."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from generator.pages.plain_text import text_of_html
from generator.pages.tags import read_attributes

HEADING_ONE = re.compile(r"<h1\b([^>]*)>(.*?)</h1>", re.DOTALL)
PERMALINK = re.compile(r"<a class=\"headerlink\"[^>]*>.*?</a>", re.DOTALL)
ABBREVIATION = re.compile(r"<abbr title=\"([^\"]*)\">([^<]*)</abbr>")
LITERAL = re.compile(r"<(?:p|li|td)>\s*(/{3,}[^<\n]*)")
OPENING_OR_CLOSING = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*>")
VOID = frozenset(("area", "br", "col", "hr", "img", "input", "source", "track", "wbr"))
TAB_SET = re.compile(
    r"""<div class="tabbed-set[^>]*>(?:\s*<input[^>]*>)+\s*<div class="tabbed-labels">.*?</div>""", re.DOTALL
)
TAB_NAME = re.compile(r"__tabbed_\d+")
TASK_BOX = re.compile(r"""(<li class="task-list-item">(?:\s*<p>)?\s*<input\b)([^>]*)>""")
ANY_HEADING = re.compile(r"<h([1-6])\b")
STAGE_HEADING = re.compile(r"""(<section\b[^>]*class="etapa[^>]*>\s*)<h([1-6])\b([^>]*)>(.*?)</h\2>""", re.DOTALL)
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
    others: tuple[str, ...] = ()
    if "<h1" in rest:
        others = tuple(text_of_html(PERMALINK.sub("", other)) for _, other in HEADING_ONE.findall(rest))
        rest = HEADING_ONE.sub(r"<h2\1>\2</h2>", rest)
    title = PageTitle(text_of_html(PERMALINK.sub("", first[2])), anchor, others)
    return title, f"{markup[: first.start()]}{mark}{rest.lstrip() if not mark else rest}"


def number_tab_sets(markup: str) -> str:
    """Give each set of tabs names of its own: `===` and `/// tab` both count from one, and radio buttons that share a
    name would answer for one another."""
    if markup.count('<div class="tabbed-set') < 2:
        return markup
    numbers = itertools.count(1)

    def renamed(match: re.Match[str]) -> str:
        return TAB_NAME.sub(f"__tabbed_{next(numbers)}", match[0])

    return TAB_SET.sub(renamed, markup)


def name_task_boxes(markup: str, translate: Callable[[str], str]) -> str:
    """Say whether a task is done to those who cannot see its box (WCAG 2.2, 4.1.2)."""
    if "task-list-item" not in markup:
        return markup

    def named(match: re.Match[str]) -> str:
        name = translate("Done") if "checked" in match[2] else translate("To do")
        return f'{match[1]}{match[2]} aria-label="{html.escape(name)}">'

    return TASK_BOX.sub(named, markup)


def level_stages(markup: str) -> str:
    """A case's stages stand one level below the heading before the case, whatever level the author wrote: levels that
    jump mislead who reads by headings (WCAG 2.2, 1.3.1)."""
    if 'class="etapa' not in markup:
        return markup
    headings = ANY_HEADING.finditer(markup)
    heading = next(headings, None)
    above, end_of_stage = 1, -1

    def levelled(match: re.Match[str]) -> str:
        nonlocal heading, above, end_of_stage
        while heading and heading.start() < match.start(2):
            if heading.start() > end_of_stage and heading.start() < match.start():
                above = int(heading[1])
            heading = next(headings, None)
        end_of_stage = markup.find("</section>", match.end())
        level = min(above + 1, 6)
        return f"{match[1]}<h{level}{match[3]}>{match[4]}</h{level}>"

    return STAGE_HEADING.sub(levelled, markup)


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
