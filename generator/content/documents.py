"""Markdown files become documents: header, title, address.  Their texts are not kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from generator.content.active import is_active
from generator.content.front_matter import (
    FrontMatter,
    parse_front_matter,
    split_front_matter,
    validate_front_matter,
)
from generator.content.model import Document, Kind, Media, Metadata
from generator.content.options import LibraryOptions
from generator.content.slugs import is_index, media_name, page_slug, without_order
from generator.content.text import read_text
from generator.content.tree import Tree, TreeFile
from generator.problems import Problem, problem

GLOSSARY = "glossario.md"
_TITLE = re.compile(r"^#[ \t]+(.+?)(?:[ \t]+#+)?(?:[ \t]*\{[^}]*\})?[ \t]*$", re.MULTILINE)
_ABBREVIATION = re.compile(r"^[ ]{0,3}\*\[([^\]]+)\][ ]?:[ ]*(.+?)[ ]*$", re.MULTILINE)
_FENCE = re.compile(r"^([`~]{3,}).*?^\1", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Page:
    """A Markdown file after its header was read."""

    document: Document
    heading: str
    """Text of the first level-one heading, for projects that have no titles in headers."""
    abbreviations: Mapping[str, str] = field(default_factory=dict)


def read_pages(tree: Tree, options: LibraryOptions, problems: list[Problem], *, foreign: bool) -> dict[str, Page]:
    """Read every header, by source path; a file that cannot be read is a problem and is left out."""
    sources = {found.source for found in tree.files}
    pages = {}
    for found in tree.markdown():
        if _is_shadowed_readme(found.source, sources):
            continue
        page = _read_page(found, options, problems, foreign=foreign)
        if page:
            pages[found.source] = page
    return pages


def _is_shadowed_readme(source: str, sources: set[str]) -> bool:
    """MkDocs takes README.md for index.md where there is no index.md, and leaves it out where there is one."""
    path = PurePosixPath(source)
    return path.name.lower() == "readme.md" and str(path.with_name("index.md")) in sources


def _read_page(found: TreeFile, options: LibraryOptions, problems: list[Problem], *, foreign: bool) -> Page | None:
    shown = f"{options.shown}/{found.source}"
    text, trouble = read_text(found.file, shown)
    problems += trouble
    if text is None:
        return None
    split = split_front_matter(text)
    if not split.closed and not foreign:
        problems.append(problem(shown, 1, "front-matter-unclosed"))
    header, unread = parse_front_matter(split, shown)
    metadata, trouble = validate_front_matter(header, shown, foreign=foreign)
    problems += [*unread, *trouble]
    if (unread or not split.closed) and not metadata.title:  # one mistake is one problem
        metadata = replace(metadata, title=title_from(found.source))
    document = _document(found.source, metadata, header, split.first_line, options, numbered=not foreign)
    body = _FENCE.sub("", split.body)
    heading = _TITLE.search(body)
    return Page(
        document,
        heading.group(1).strip() if heading else "",
        dict(_ABBREVIATION.findall(body)) if found.source == GLOSSARY else {},
    )


def _document(
    source: str, metadata: Metadata, header: FrontMatter, first_line: int, options: LibraryOptions, *, numbered: bool
) -> Document:
    target = page_target(source, numbered=numbered)
    if not metadata.id:
        metadata = replace(metadata, id=_id_from(target))
    if options.directory_urls and not target.endswith("index.html"):
        target = target.removesuffix(".html") + "/index.html"
    return Document(source, target, "page", metadata, first_line, dict(header.lines))


def _id_from(target: str) -> str:
    stem = target.removesuffix(".html")
    return "inicio" if stem == "index" else stem.removesuffix("/index")


def page_target(source: str, *, numbered: bool) -> str:
    """Where a page goes: `c/01-modulo/02-unidade.md` → `c/modulo/unidade.html`."""
    path = PurePosixPath(source)
    stem = "index" if is_index(path) else page_slug(path.stem, numbered=numbered)
    return "/".join([*_folders(path, numbered=numbered), f"{stem}.html"])


def _folders(path: PurePosixPath, *, numbered: bool) -> Iterator[str]:
    return (page_slug(name, numbered=numbered) for name in path.parent.parts)


def media_of(tree: Tree, options: LibraryOptions, problems: list[Problem], *, numbered: bool) -> Iterator[Media]:
    """The files to copy, and where to; those that could run code are problems and are left out."""
    for found in tree.media():
        if not options.allow_active and found.source not in options.trusted and is_active(found.file):
            problems.append(problem(f"{options.shown}/{found.source}", 0, "media-active"))
            continue
        path = PurePosixPath(found.source)
        target = "/".join([*_folders(path, numbered=numbered), media_name(path.name)])
        yield Media(found.source, target, found.size)


def titled(page: Page, kind: Kind) -> Document:
    """A document with its kind, and with the best title there is: header, heading, file name."""
    title = page.document.title or page.heading or title_from(page.document.source)
    return replace(page.document, kind=kind, metadata=replace(page.document.metadata, title=title))


def title_from(source: str) -> str:
    """A title from a file's name, without its ordering number: `02-escuta.md` gives `Escuta`."""
    path = PurePosixPath(source)
    name = path.parent.name if is_index(path) else path.stem
    words = without_order(name).replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]
