"""What goes into rendering one page and what comes out: plain values, so a page can be cached or sent to a worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from generator.problems import Problem


@dataclass(frozen=True)
class Asset:
    """A file that pages may show or link to."""

    target: str
    """Path in the site, relative to its root, forward slashes."""
    size: int
    """Bytes."""
    file: str
    """Path on this computer, for the few formats that are read (image sizes, captions)."""


@dataclass(frozen=True)
class SiteIndex:
    """What links may lead to: everything that a page's rendering knows of the rest of the site."""

    pages: Mapping[str, str]
    """Source path (relative to the content folder, forward slashes) → path in the site."""
    titles: Mapping[str, str]
    """Source path → title, for links that have no text of their own."""
    assets: Mapping[str, Asset]
    """Source path → asset."""

    def image_size(self, asset: Asset) -> tuple[int, int] | None:
        """Width and height of an image in CSS pixels; None when its header cannot be read."""
        import imagesize  # brings an HTTP client with it: only for pages that have images

        try:
            width, height = imagesize.get(asset.file)
        except (OSError, ValueError):
            return None
        return (round(width) or 1, round(height) or 1) if width > 0 and height > 0 else None

    def captions(self, asset: Asset) -> bytes | None:
        """The captions when they are WebVTT (W3C WebVTT, section 4.1: the file begins with `WEBVTT`), else None."""
        try:
            content = Path(asset.file).read_bytes()
        except OSError:
            return None
        return content if content.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT") else None


@dataclass(frozen=True)
class PageSource:
    """One Markdown text and where it comes from."""

    path: str
    """Relative to the content folder: `curso/modulo/01-unidade.md`.  Links are resolved against it."""
    shown_path: str
    """As problems name it, relative to the project: `content/curso/modulo/01-unidade.md`."""
    target: str
    """Where the page goes, relative to the site's root: `curso/modulo/unidade.html`."""
    text: str
    """The Markdown after the front matter, line ends as `\\n`."""
    first_line: int = 1
    """Line of the file on which `text` begins, so that problems name lines of the file."""
    title: str = ""
    """From the front matter; empty when the first heading is to be used."""


@dataclass(frozen=True)
class Heading:
    """One entry of a page's table of contents."""

    level: int
    title: str
    """Plain text, not escaped."""
    anchor: str


@dataclass(frozen=True)
class OutgoingLink:
    """A link to an anchor of another page, to be checked when all pages are known."""

    target: str
    """Path in the site."""
    anchor: str
    line: int
    written: str
    """As the author wrote it."""


@dataclass(frozen=True)
class Block:
    """One pedagogy block of a page: what indexes, progress and exports need to know of it."""

    kind: str
    """Canonical block name: `questao`, `caso`, `ficha` …"""
    id: str
    title: str
    line: int
    has_written_id: bool
    """False when the id was derived because the author gave none."""


class Section(NamedTuple):
    """What stands under a heading, as far as the next one."""

    anchor: str
    """Of the heading; empty for what stands before the first."""
    heading: str
    text: str
    """White space collapsed."""


@dataclass(frozen=True)
class RenderedPage:
    """One page as HTML, with all that the rest of the site has to know of it.

    Everything is text, numbers and tuples: `dataclasses.asdict` gives JSON.
    """

    html: str
    title: str
    """The front matter's title, or the first level-one heading's text, or empty."""
    headings: tuple[Heading, ...] = ()
    anchors: tuple[str, ...] = ()
    """Every id that links may lead to."""
    links: tuple[OutgoingLink, ...] = ()
    assets: tuple[str, ...] = ()
    """Site paths of the assets that the page shows or links to, sorted."""
    blocks: tuple[Block, ...] = ()
    words: int = 0
    """Words of running text, for the reading time; counted when the page is indexed."""
    summary: str = ""
    """Plain text of the first paragraph, at most 200 characters, for pages without a summary."""
    problems: tuple[Problem, ...] = field(default=())
    sections: tuple[Section, ...] = ()
    """The text, for the search; empty in a page that comes from the cache, which has it apart."""
