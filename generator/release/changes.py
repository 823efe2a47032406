"""What changed from one release to the next, as a learner would tell it: courses and pages, by title.

A page is its text, its pictures and its media; menus, neighbours and looks are not: a new theme changes no page.
"""

from __future__ import annotations

import hashlib
import html
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

TEXTS = (b"article", b"main", b"body")
"""Elements in which the text of a page is: the first of them that it has."""
GENERATED = re.compile(rb'<div class="grupos">|<section class="assuntos-todos"')
"""From here on an article lists other pages, which are told of themselves."""
HEADING = re.compile(rb"<h1\b[^>]*>(.*?)</h1>", re.DOTALL)
TITLE = re.compile(rb"<title>(.*?)</title>", re.DOTALL)
SILENT = re.compile(r"<(script|style|nav)\b.*?</\1>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
SHOWING = re.compile(rb"<(?:img|video|audio|source|track)\b[^>]*>")
SHOWN = re.compile(r'\s(src|poster|alt)="([^"]*)"')
FROM_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//")


@dataclass(frozen=True)
class Page:
    """What a release remembers of a page."""

    title: str
    digest: str
    """Of its text and of the files that it shows."""
    source: str = field(default="", compare=False)
    """Digest of the markup of its text and of those files: as long as it is the same, so is the rest."""


@dataclass(frozen=True)
class Course:
    """A course of a release, or the site's own pages (`site`)."""

    title: str
    pages: Mapping[str, Page]
    """By path from the site's folder."""


Contents = Mapping[str, Course]
"""All courses of a release by their names."""


@dataclass(frozen=True)
class CourseChanges:
    """What happened to the pages of one course that was there before; titles, in the order of the paths."""

    title: str
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.moved or self.withdrawn)


@dataclass(frozen=True)
class Changes:
    """What happened between two releases."""

    new: tuple[str, ...] = ()
    """Titles of new courses."""
    withdrawn: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    """Old and new title of courses."""
    courses: tuple[CourseChanges, ...] = field(default=())
    """Of courses that were there before and have other pages now; the site's own pages come last, without a title."""

    def __bool__(self) -> bool:
        return bool(self.new or self.withdrawn or self.renamed or self.courses)


SITE = "site"
"""The unit of all pages that belong to no course."""


class Files(Protocol):
    """Where pages and what they show are read from."""

    def read(self, path: str) -> bytes:
        """A page.  Raises `OSError`."""

    def digest(self, path: str) -> bytes:
        """SHA-256 of a file; nothing for what is not there."""


class SiteFiles:
    """A folder with a built site."""

    def __init__(self, site: Path) -> None:
        self._site = site

    def read(self, path: str) -> bytes:
        """A page."""
        return (self._site / path).read_bytes()

    def digest(self, path: str) -> bytes:
        """SHA-256 of a file; nothing for what is not there."""
        file = self._site / path
        if not file.is_file():
            return b""
        digest = hashlib.sha256()
        with file.open("rb") as stream:
            for piece in iter(lambda: stream.read(1 << 20), b""):
                digest.update(piece)
        return digest.digest()


class PageReader:
    """Reads the pages of a site; what it knows of pages that were the same before, it does not work out again."""

    def __init__(self, files: Files, before: Mapping[str, Page]) -> None:
        self._files = files
        self._known = {page.source: page for page in before.values() if page.source}
        self._shown: dict[str, bytes] = {}

    def read(self, path: str) -> Page:
        """What is remembered of an HTML page.  Raises `OSError`."""
        page = self._files.read(path)  # bytes, as most pages are known and need not be made text
        own = GENERATED.split(_article(page), maxsplit=1)[0]
        shows = b"".join(self._shows(path, own))
        title = b"" if HEADING.search(own) else _first(TITLE, page)
        source = _digest(b"\0".join((path.encode(), own, title, shows)))
        return self._known.get(source) or _work_out(path, own, title, shows, source)

    def _shows(self, path: str, own: bytes) -> Iterator[bytes]:
        for attribute, value in SHOWN.findall(_text(b" ".join(SHOWING.findall(own)))):
            yield f"\0{attribute}={value}".encode()
            if attribute != "alt":
                yield self._digest_of_shown(path, html.unescape(value))

    def _digest_of_shown(self, page: str, address: str) -> bytes:
        """Digest of a picture or recording that is part of the site; nothing for what is not there."""
        if FROM_ELSEWHERE.match(address):
            return b""
        place = posixpath.join(posixpath.dirname(page), unquote(address.split("#")[0].split("?")[0]))
        inner = posixpath.normpath(place)
        if inner.startswith(("../", "/")):
            return b""
        if inner not in self._shown:
            self._shown[inner] = self._files.digest(inner)
        return self._shown[inner]


def _work_out(path: str, own: bytes, title: bytes, shows: bytes, source: str) -> Page:
    heading = _words(_text(_first(HEADING, own) or title))
    return Page(heading or path, _digest(_words(SILENT.sub(" ", _text(own))).encode() + shows), source)


def _first(pattern: re.Pattern[bytes], page: bytes) -> bytes:
    found = pattern.search(page)
    return found[1] if found else b""


def _text(markup: bytes) -> str:
    return markup.decode("utf-8", "replace")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def compare(old: Contents, new: Contents) -> Changes:
    """What a learner finds changed."""
    stayed = sorted((old.keys() & new.keys()) - {SITE}, key=lambda name: new[name].title)
    courses = [_compare_pages(old[name], new[name]) for name in stayed]
    if SITE in old and SITE in new:
        courses.append(_compare_pages(Course("", old[SITE].pages), Course("", new[SITE].pages)))
    return Changes(
        new=_titles(new, new.keys() - old.keys()),
        withdrawn=_titles(old, old.keys() - new.keys()),
        renamed=tuple((old[name].title, new[name].title) for name in stayed if old[name].title != new[name].title),
        courses=tuple(one for one in courses if one),
    )


def contents_as_json(contents: Contents) -> dict[str, Any]:
    """The form in which it is kept: course → title and pages (path → [title, digest, source])."""
    return {
        name: {
            "title": course.title,
            "pages": {path: [page.title, page.digest, page.source] for path, page in course.pages.items()},
        }
        for name, course in contents.items()
    }


def contents_from_json(kept: Mapping[str, Any]) -> Contents:
    """What `contents_as_json` wrote.  Raises `KeyError`, `TypeError` or `ValueError` for anything else."""
    return {
        name: Course(course["title"], {path: Page(*page) for path, page in course["pages"].items()})
        for name, course in kept.items()
    }


def _compare_pages(old: Course, new: Course) -> CourseChanges:
    gone = {path: old.pages[path] for path in sorted(old.pages.keys() - new.pages.keys())}
    came = {path: new.pages[path] for path in sorted(new.pages.keys() - old.pages.keys())}
    moved = {page for page in gone.values() if page in came.values()}  # the same title and text at another address
    return CourseChanges(
        title=new.title,
        new=tuple(page.title for page in came.values() if page not in moved),
        changed=tuple(
            new.pages[path].title
            for path in sorted(old.pages.keys() & new.pages.keys())
            if old.pages[path] != new.pages[path]
        ),
        moved=tuple(page.title for page in came.values() if page in moved),
        withdrawn=tuple(page.title for page in gone.values() if page not in moved),
    )


def _titles(contents: Contents, names: set[str]) -> tuple[str, ...]:
    return tuple(sorted(contents[name].title for name in names if name != SITE))


def _article(page: bytes) -> bytes:
    for name in TEXTS:
        start, end = page.find(b"<" + name), page.rfind(b"</" + name + b">")
        if 0 <= start < end:
            return page[page.find(b">", start) + 1 : end]
    return page


def _words(markup: str) -> str:
    return " ".join(html.unescape(TAG.sub(" ", markup)).split())
