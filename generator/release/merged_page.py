"""The page that lists merged courses by institution, and the way to it from the front page.

The site was built before it could know of them.  Both pages get the language and the looks of the front page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from urllib.parse import quote

from generator.language import DEFAULT_LANGUAGE, load_translations
from generator.release.merged_sources import MergedInstitution

PAGE, FRONT = "cursos-reunidos.html", "index.html"
LANGUAGE = re.compile(r"<html\b[^>]*\blang=[\"']?([A-Za-z-]{2,12})")
TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
DESCRIPTION = re.compile(r'<meta name="description"[^>]*>')
ARTICLE = re.compile(r"(<article\b[^>]*>).*(</article>)", re.DOTALL)
ENDS = ("</article>", "</main>", "</body>", "</html>")
"""Before the first of these that the front page has comes the way to the list."""
BARE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title></title>
<link rel="stylesheet" href="canoa/canoa.css"></head><body><main><article></article></main></body></html>
"""


def merged_pages(site: Path, institutions: Iterable[MergedInstitution]) -> dict[str, bytes]:
    """The front page and the list, by path; nothing when there are no merged courses.  Raises `OSError`."""
    with_courses = [one for one in institutions if one.courses()]
    if not with_courses:
        return {}
    front = (site / FRONT).read_text(encoding="utf-8", errors="surrogateescape")
    named = LANGUAGE.search(front)
    language = named[1] if named else DEFAULT_LANGUAGE
    title = load_translations(language).gettext("Courses of other institutions")
    listed = _listed(front, title, _groups(with_courses), language)
    pages = {PAGE: listed, FRONT: _with_link(front, title, sum(len(one.courses()) for one in with_courses))}
    return {path: text.encode("utf-8", "surrogateescape") for path, text in pages.items()}


def _groups(institutions: Iterable[MergedInstitution]) -> str:
    parts = []
    for one in sorted(institutions, key=lambda one: (one.title.casefold(), one.name)):
        cards = "".join(
            f'<li class="cartao cartao-course"><a href="{quote(course)}/index.html">{escape(title)}</a></li>'
            for course, title in one.courses().items()
        )
        heading = f'<h2 id="{one.name}"><bdi>{escape(one.title)}</bdi></h2>'
        parts.append(f'<section aria-labelledby="{one.name}">{heading}<ul class="cartoes">{cards}</ul></section>')
    return f'<div class="grupos">{"".join(parts)}</div>'


def _listed(front: str, title: str, groups: str, language: str) -> str:
    """The list, in the frame of the front page."""
    frame = front if ARTICLE.search(front) and TITLE.search(front) else BARE.format(language=escape(language))
    text = f'<header class="abertura"><h1>{escape(title)}</h1></header>{groups}'
    framed = ARTICLE.sub(lambda found: found[1] + text + found[2], frame, count=1)
    return DESCRIPTION.sub("", TITLE.sub(lambda found: f"<title>{escape(title)}</title>", framed, count=1), count=1)


def _with_link(front: str, title: str, count: int) -> str:
    link = f'<a href="{PAGE}">{escape(title)}</a><p class="dados">{count}</p>'
    part = f'<div class="grupos"><ul class="cartoes"><li class="cartao">{link}</li></ul></div>'
    for end in ENDS:
        place = front.rfind(end)
        if place >= 0:
            return front[:place] + part + front[place:]
    return front + part
