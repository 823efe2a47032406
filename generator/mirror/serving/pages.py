"""The pages that a mirror makes itself: how it is, and what to do where a page is missing.

Each is one file without scripts; it looks for nothing else, since there may be nothing else yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from generator.mirror.serving.in_use import CourseHere
from generator.mirror.state_words import Telling
from generator.plain_page import plain_page

STYLE = """
:root{color-scheme:light dark;--p:#fbf8f1;--f:#fff;--t:#1a2325;--m:#4a5759;--l:#d8cfbb;--r:#07626b;--a:#97391b}
@media(prefers-color-scheme:dark){
:root{--p:#12191b;--f:#1b2427;--t:#e8ebe6;--m:#b0bcbb;--l:#3a484b;--r:#74d2d0;--a:#f2a884}}
*{box-sizing:border-box}
body{margin:0;padding:1rem;background:var(--p);color:var(--t);
font:1.06rem/1.6 system-ui,sans-serif;overflow-wrap:anywhere}
main{max-width:44rem;margin:0 auto}h1{font-size:1.8rem;line-height:1.25;margin:.5rem 0}
h2{font-size:1.25rem;margin:2rem 0 .5rem}
a{color:var(--r)}:focus-visible{outline:3px solid var(--r);outline-offset:2px;border-radius:.3rem}
.e{padding:.8rem 1rem;border:1px solid var(--l);
border-left:.4rem solid var(--r);border-radius:.4rem;background:var(--f)}
.e strong{display:block;font-size:1.15rem}.x{border-left:.4rem double var(--a)}
dl{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.4rem 1rem;margin:1rem 0}
dt{color:var(--m)}dd{margin:0}ul{padding-left:1.3rem}li{margin:.3rem 0}small{color:var(--m)}
.b{display:inline-block;padding:.6rem 1rem;border-radius:.4rem;background:var(--r);color:var(--p);text-decoration:none}
@media(max-width:30rem){dl{display:block}dd{margin:0 0 .6rem}}
@media print{:root{--p:#fff;--f:#fff;--t:#000;--m:#333}}
"""
MOST_LISTED = 60
"""Courses that are listed on each page that is missing; the status page lists all."""
STATUS_PLACE, CHECK_PLACE = "/.canoa/estado.html", "/conferir.html"


def status_page(
    status: Mapping[str, Any], courses: Sequence[CourseHere], telling: Telling, *, has_check: bool
) -> bytes:
    """How this mirror is, for whoever stands before it.  `status`: what `espelho.json` holds."""
    _ = telling.translate
    title = _("This copy of the courses")
    state = telling.state(status)
    note = _("This page is what this box says of itself; it is not signed. It holds nothing about who studies here.")
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="e{"" if state.is_good else " x"}"><strong>{escape(state.name)}</strong> {escape(state.advice)}</p>',
        "<p>",
        _button("/index.html", _("Open the courses")) if status.get("release") else "",
        _link(CHECK_PLACE, _("Check this copy")) if has_check else "",
        "</p>",
        _facts(telling.facts(status)),
        *_course_lists(courses, telling),
        f"<p><small>{escape(note)}</small></p>",
    ]
    return _page(title, body, telling)


def not_here_page(telling: Telling, courses: Sequence[CourseHere], *, address: str = "", course: str = "") -> bytes:
    """For an address without a page.  `course`: the folder of the course that it is in, when that has a front page."""
    _ = telling.translate
    title = _("This page is not in this copy")
    body = [f"<h1>{escape(title)}</h1>"]
    if address:
        body.append(f"<p><code>{escape(address)}</code></p>")
    named = next((one for one in courses if one.folder == course), None)
    if course and (named is None or named.is_here):
        shown = _link(f"/{quote(course)}/index.html", named.title if named else course)
        sentence = _("The course is here, but it has no such page in this edition:")
        body.append(f"<p>{escape(sentence)} {shown}</p>")
    elif named is not None:
        shown = _link(f"/{quote(course)}/index.html", named.title)
        sentence = _("The course was not included in this copy:")
        body.append(f"<p>{escape(sentence)} {shown}</p>")
    else:
        sentence = _("Perhaps its course or its pictures were not included, or the page was renamed or withdrawn.")
        body.append(f"<p>{escape(sentence)}</p>")
    ask = _("If you need it, ask whoever takes care of this box to include it, and write down the address above.")
    body += [
        "<p>",
        _button("/index.html", _("To the front page")),
        "</p>",
        *(_course_lists(courses, telling) if len(courses) <= MOST_LISTED else ()),
        f"<p>{escape(ask)}</p>" if address else "",
        "<p>",
        _link(STATUS_PLACE, _("About this copy")),
        "</p>",
    ]
    return _page(title, body, telling)


def no_release_page(telling: Telling) -> bytes:
    """For a mirror that has not received anything yet."""
    _ = telling.translate
    title = _("No courses have arrived here yet")
    sentence = _("This box is ready, but has not received any edition. Whoever takes care of it can run:")
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(sentence)} <code>canoa mirror sync</code></p>",
        "<p>",
        _link(STATUS_PLACE, _("About this copy")),
        "</p>",
    ]
    return _page(title, body, telling)


def _course_lists(courses: Sequence[CourseHere], telling: Telling) -> Iterator[str]:
    _ = telling.translate
    groups = (
        (_("Courses in this copy"), [one for one in courses if one.is_here]),
        (_("Courses that are not in this copy"), [one for one in courses if not one.is_here]),
    )
    for heading, found in groups:
        if found:
            yield f"<h2>{escape(heading)}</h2>\n<ul>"
            yield from (
                f"<li>{_link(f'/{quote(one.folder)}/index.html', one.title or one.folder)}</li>" for one in found
            )
            yield "</ul>"


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    lines = [f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts]
    return "<dl>\n" + "\n".join(lines) + "\n</dl>"


def _button(address: str, text: str) -> str:
    return f'<a class="b" href="{escape(address)}">{escape(text)}</a>'


def _link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}"><bdi>{escape(text)}</bdi></a>'


def _page(title: str, body: Iterable[str], telling: Telling) -> bytes:
    return plain_page(title, STYLE, body, language=telling.language).encode("utf-8", "replace")
