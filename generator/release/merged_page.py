"""The page that lists merged courses by institution, and the way to it from the front page.

The site was built before it could know of them.  Both pages get the language and the looks of the front page.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from generator.language import DEFAULT_LANGUAGE, load_translations
from generator.release.merged_sources import MergedInstitution

PAGE, FRONT, RESULTS = "cursos-reunidos.html", "index.html", "busca.html"
LANGUAGE = re.compile(r"<html\b[^>]*\blang=[\"']?([A-Za-z-]{2,12})")
TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
DESCRIPTION = re.compile(r'<meta name="description"[^>]*>')
ARTICLE = re.compile(r"(<article\b[^>]*>).*(</article>)", re.DOTALL)
COURSE_LIST, TAKEN = "levar.js", "canoa/levar.js"
TAKEN_PARTS = re.compile(r'canoaFiles\((\{.*),"files":\[\n(.*)\](\}\);\n)', re.DOTALL)
"""The list as `site/precache.py` writes it: what it says of itself, and the files, one to a line."""
MARK = 16
"""Bytes of SHA-256 by which it proves a file."""
OTHER_WAYS = '<section class="outros">'
"""Where the page of results ends and says how else to find something."""
COURSES = re.compile(r'id="lista-cursos".*?<ul class="cartoes">(?:<li\b.*?</li>)*', re.DOTALL)
"""The cards of the site's own courses on its front page."""
MOST_NAMES = 3
"""Institutions named on the front page."""
ENDS = ("</article>", "</main>", "</body>", "</html>")
"""Before the first of these that the front page has comes the way to the list."""
BARE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title></title>
<link rel="stylesheet" href="canoa/canoa.css"></head><body><main><article></article></main></body></html>
"""


def merged_pages(site: Path, institutions: Iterable[MergedInstitution], lists: Mapping[str, bytes]) -> dict[str, bytes]:
    """The front page, the page of merged courses, that of the search, and the list of what is taken along, by path.

    `lists`: the merged courses' own lists (`<course>/levar.js`).  Nothing when there are no merged courses.  Raises
    `OSError`.
    """
    with_courses = [one for one in institutions if one.courses()]
    if not with_courses:
        return {}
    front = (site / FRONT).read_text(encoding="utf-8", errors="surrogateescape")
    named = LANGUAGE.search(front)
    language = named[1] if named else DEFAULT_LANGUAGE
    _ = load_translations(language).gettext
    title = _("Courses of other institutions")
    listed = _listed(front, title, _groups(with_courses), language)
    names = [one.title for one in sorted(with_courses, key=lambda one: (one.title.casefold(), one.name))]
    note = _("The search does not know the courses of other institutions yet.")
    pages = {PAGE: listed, FRONT: _with_link(front, title, names), **_results(site / RESULTS, note, title)}
    made = {path: text.encode("utf-8", "surrogateescape") for path, text in pages.items()}
    return {**made, **_relisted(site / TAKEN, made, lists)}


def _relisted(file: Path, made: Mapping[str, bytes], lists: Mapping[str, bytes]) -> dict[str, bytes]:
    """The site's list of what all courses share, with these pages as they are now, and with the other courses' lists.

    A browser that takes a course along proves every file by it (docs/decisions/0029).  Nothing for sites without one.
    """
    if not file.is_file():
        return {}
    try:
        head, listed, end = TAKEN_PARTS.fullmatch(file.read_text(encoding="utf-8")).groups()  # type: ignore[union-attr]
        about = json.loads(head + "}")
        rows = {row[0]: row for row in json.loads(f"[{listed}]")}
    except (AttributeError, ValueError, TypeError, KeyError, IndexError):
        return {}
    rows |= {path: [path, len(content), _mark(content)] for path, content in made.items()}
    about["lists"] = dict(
        sorted({**about.get("lists", {}), **{path: _mark(one) for path, one in lists.items()}}.items())
    )
    written = ",\n".join(_json(row) for _path, row in sorted(rows.items()))
    return {TAKEN: f'canoaFiles({_json(about)[:-1]},"files":[\n{written}]{end}'.encode()}


def _mark(content: bytes) -> str:
    return urlsafe_b64encode(hashlib.sha256(content).digest()[:MARK]).decode().rstrip("=")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _results(file: Path, note: str, title: str) -> dict[str, str]:
    """The page of results, which says what it cannot find.  Nothing for sites without one."""
    written = file.read_text(encoding="utf-8", errors="surrogateescape") if file.is_file() else ""
    said = f'<p>{escape(note)} <a href="{PAGE}">{escape(title)}</a></p>\n'
    return {RESULTS: written.replace(OTHER_WAYS, said + OTHER_WAYS, 1)} if OTHER_WAYS in written else {}


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


def _with_link(front: str, title: str, institutions: Sequence[str]) -> str:
    """A card after those of the site's own courses; where there is no such list, at the end."""
    names = ", ".join([*institutions[:MOST_NAMES], *("…" for _ in institutions[MOST_NAMES : MOST_NAMES + 1])])
    card = f'<li class="cartao cartao-course"><a href="{PAGE}">{escape(title)}</a><p>{escape(names)}</p></li>'
    courses = COURSES.search(front)
    if courses:
        return front[: courses.end()] + card + front[courses.end() :]
    part = f'<div class="grupos"><ul class="cartoes">{card}</ul></div>'
    for end in ENDS:
        place = front.rfind(end)
        if place >= 0:
            return front[:place] + part + front[place:]
    return front + part
