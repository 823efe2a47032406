"""Where a written link leads: a page, a file, a heading, another site, nowhere, or somewhere it must not.

Links are written relative to the Markdown file, as editors and code hosts understand them.  What existing MkDocs
projects also write (`/from/the/root.md`, `../folder/`, `page.html`) is understood when it leads to a page.
"""

from __future__ import annotations

import html
import posixpath
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote

from generator.pages.page import Asset, PageSource, SiteIndex

SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
EXTERNAL_SCHEMES = ("http:", "https:")
HARMLESS_SCHEMES = ("mailto:", "tel:")
IGNORED_BY_BROWSERS = re.compile(r"[\x00-\x20\x7f-\x9f\u00ad\u200b-\u200f\u2028\u2029\ufeff]")
SAFE_IN_PATH = "/-._~!$'()*+,;=@"


@dataclass(frozen=True)
class LocalPage:
    """A page of this site."""

    source: str
    target: str
    anchor: str


@dataclass(frozen=True)
class LocalAsset:
    """A file of this site."""

    asset: Asset
    anchor: str


@dataclass(frozen=True)
class SamePage:
    """An anchor of the page itself; empty for its top."""

    anchor: str


@dataclass(frozen=True)
class External:
    """Another site, or a mail or telephone program."""

    address: str
    is_web: bool


@dataclass(frozen=True)
class Broken:
    """Nothing of that name."""


@dataclass(frozen=True)
class Outside:
    """A place above the content folder."""


@dataclass(frozen=True)
class Forbidden:
    """A scheme that runs code or reads the reader's computer."""


Destination = LocalPage | LocalAsset | SamePage | External | Broken | Outside | Forbidden


def resolve(written: str, source: PageSource, site: SiteIndex) -> Destination:
    """Say where `written` leads from the page `source`; character references are already resolved."""
    read = _read(written)
    return _resolve_path(*read, source, site) if isinstance(read, tuple) else read


@lru_cache(maxsize=4096)
def _read(written: str) -> SamePage | External | Forbidden | tuple[str, str]:
    """What the writing alone says: the destination, or else a path and an anchor in it."""
    address = written.strip()
    compact = IGNORED_BY_BROWSERS.sub("", address).replace("\\", "/")
    if compact.startswith("//"):
        return External(f"https:{compact}", is_web=True)
    if scheme := SCHEME.match(compact):
        return _resolve_scheme(scheme[0].lower(), compact)
    path, _, anchor = address.partition("#")
    path = unicodedata.normalize("NFC", unquote(path.partition("?")[0]))
    anchor = unicodedata.normalize("NFC", unquote(anchor))
    if not path:
        return SamePage(anchor)
    return path, anchor


def _resolve_scheme(scheme: str, compact: str) -> External | Forbidden:
    if scheme in EXTERNAL_SCHEMES:
        return External(compact, is_web=True)
    return External(compact, is_web=False) if scheme in HARMLESS_SCHEMES else Forbidden()


def _resolve_path(path: str, anchor: str, source: PageSource, site: SiteIndex) -> Destination:
    for candidate in _candidates(path, source.path):
        found = _look_up(candidate, anchor, source, site)
        if found is not None:
            return found
    return Outside() if _plain_path(path, source.path).startswith("..") else Broken()


@lru_cache(maxsize=4096)
def _plain_path(path: str, source_path: str) -> str:
    """The path in the content folder that the author wrote, as file systems read it; `..` in front leads out."""
    relative = path.lstrip("/") if path.startswith("/") else posixpath.join(posixpath.dirname(source_path), path)
    return posixpath.normpath(relative)


def _candidates(path: str, source_path: str) -> Iterator[str]:
    """Paths in the content folder that a written path may mean, the plainest reading first."""
    plain = _plain_path(path, source_path)
    if not plain.startswith(".."):
        yield from _spellings(plain, path)
    # MkDocs serves a/b.md as a/b/, so authors who copied addresses write links one level deeper.
    if not path.startswith("/") and not path.lower().endswith(".md") and posixpath.basename(source_path) != "index.md":
        deeper = posixpath.normpath(posixpath.join(posixpath.splitext(source_path)[0], path))
        if not deeper.startswith(".."):
            yield from _spellings(deeper, path)


def _spellings(plain: str, written: str) -> Iterator[str]:
    """A path and the Markdown files that it may stand for."""
    stem, extension = posixpath.splitext(plain)
    yield plain
    if extension == ".md":
        return
    if extension == ".html":
        yield f"{stem}.md"
    else:
        yield posixpath.normpath(f"{plain}/index.md")
        yield posixpath.normpath(f"{plain}/README.md")
        if not written.endswith("/.") and plain != ".":
            yield f"{plain}.md"


def _look_up(path: str, anchor: str, source: PageSource, site: SiteIndex) -> Destination | None:
    for spelling in _unicode_spellings(path):
        if spelling == source.path:
            return SamePage(anchor)
        if spelling in site.pages:
            return LocalPage(spelling, site.pages[spelling], anchor)
        if spelling in site.assets:
            return LocalAsset(site.assets[spelling], anchor)
    return None


def _unicode_spellings(path: str) -> Iterator[str]:
    """A path as it is and, when that is another, with its accents apart, as some file systems keep names."""
    yield path
    if not path.isascii() and (apart := unicodedata.normalize("NFD", path)) != path:
        yield apart


def relative_address(target: str, from_target: str, anchor: str = "") -> str:
    """The address of a site path as a page links to it, percent-encoded."""
    return _address_in_folder(target, posixpath.dirname(from_target), anchor)


@lru_cache(maxsize=4096)
def _address_in_folder(target: str, folder: str, anchor: str) -> str:
    path = "/".join(_steps(target.split("/"), folder.split("/") if folder else []))
    return quote(path, safe=SAFE_IN_PATH) + (f"#{quote(anchor, safe=SAFE_IN_PATH)}" if anchor else "")


def _steps(there: list[str], here: list[str]) -> list[str]:
    """The way from a folder to a file, both as the names in their paths."""
    shared = 0
    for one, other in zip(there, here, strict=False):
        if one != other:
            break
        shared += 1
    return [".."] * (len(here) - shared) + there[shared:]


class LineFinder:
    """Finds the line on which a piece of text was written; the n-th question for a text has its n-th occurrence."""

    def __init__(self, text: str, first_line: int) -> None:
        self.text = text
        self.first_line = first_line
        self._after: dict[str, int] = {}
        self._last: dict[str, int] = {}

    def line(self, *spellings: str) -> int:
        """The line of the next occurrence of the first spelling that occurs; 0 when none does."""
        for written in spellings:
            position = self.text.find(written, self._after.get(written, 0)) if written else -1
            if position >= 0:
                self._after[written] = position + len(written)
                self._last[written] = self.first_line + self.text.count("\n", 0, position)
            if written in self._last:
                return self._last[written]
        return self._disguised(spellings[0]) if spellings else 0

    def _disguised(self, written: str) -> int:
        """The first line that contains the text once character references and invisible characters are undone."""
        wanted = IGNORED_BY_BROWSERS.sub("", written)
        for number, row in enumerate(self.text.split("\n")):
            if wanted and wanted in IGNORED_BY_BROWSERS.sub("", html.unescape(row)):
                return self.first_line + number
        return 0
