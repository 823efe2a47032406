"""Headers become documents: title, address, kind, and what comes from above.  Media get their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from generator.content.active import is_active
from generator.content.headers import Header, title_from
from generator.content.model import Document, Kind, Media, Metadata
from generator.content.options import LibraryOptions
from generator.content.slugs import folder_target, is_index, media_name, page_slug, stem
from generator.content.tree import Tree, TreeFile
from generator.problems import Problem, problem


@dataclass(frozen=True, slots=True)
class Page:
    """A Markdown file that has no place in the library yet."""

    source: str
    target: str
    id: str
    header: Header


def page_files(tree: Tree) -> list[TreeFile]:
    """The Markdown files that become pages.

    MkDocs takes README.md for index.md where there is no index.md, and leaves it out where there is one.
    """
    sources = {found.source for found in tree.files}
    return [found for found in tree.markdown() if not _is_shadowed_readme(found.source, sources)]


def _is_shadowed_readme(source: str, sources: set[str]) -> bool:
    folder, slash, name = source.rpartition("/")
    return name.lower() == "readme.md" and f"{folder}{slash}index.md" in sources


def pages_of(headers: Iterable[tuple[TreeFile, Header]], options: LibraryOptions, *, numbered: bool) -> dict[str, Page]:
    """The pages, by source path; a file that has no text is none."""
    return {
        found.source: _page(found.source, header, options, numbered=numbered)
        for found, header in headers
        if header.is_readable
    }


def _page(source: str, header: Header, options: LibraryOptions, *, numbered: bool) -> Page:
    target = page_target(source, numbered=numbered)
    own_id = header.metadata.id or _id_from(target)
    if options.directory_urls and not target.endswith("index.html"):
        target = target.removesuffix(".html") + "/index.html"
    return Page(source, target, own_id, header)


def _id_from(target: str) -> str:
    name = target.removesuffix(".html")
    return "inicio" if name == "index" else name.removesuffix("/index")


def page_target(source: str, *, numbered: bool) -> str:
    """Where a page goes: `c/01-modulo/02-unidade.md` → `c/modulo/unidade.html`."""
    folder, slash, file = source.rpartition("/")
    name = "index" if is_index(file) else page_slug(stem(file), numbered=numbered)
    return f"{folder_target(folder + slash, numbered=numbered)}{name}.html"


def document_of(page: Page, kind: Kind, above: Metadata) -> Document:
    """A page in its place.

    Its title is the best there is: front matter, heading, file name.  Licence, authors and audience come from above
    when it does not say them; a review date never does.
    """
    header, own = page.header, page.header.metadata
    metadata = Metadata(
        title=own.title or header.heading or title_from(page.source),
        summary=own.summary,
        audience=own.audience or above.audience,
        duration=own.duration,
        problems=own.problems,
        tools=own.tools,
        descriptors=own.descriptors,
        elective=own.elective,
        authors=own.authors or above.authors,
        licence=own.licence or above.licence,
        reviewed=own.reviewed,
        id=page.id,
    )
    return Document(page.source, page.target, kind, metadata, header.first_line, header.lines)


def site_metadata(options: LibraryOptions) -> Metadata:
    """What every page has from the site's configuration."""
    return Metadata(licence=options.licence, authors=options.authors)


def media_of(tree: Tree, options: LibraryOptions, problems: list[Problem], *, numbered: bool) -> Iterator[Media]:
    """The files to copy, and where to; those that could run code are problems and are left out."""
    for found in tree.media():
        if not options.allow_active and found.source not in options.trusted and is_active(Path(found.path)):
            problems.append(problem(f"{options.shown}/{found.source}", 0, "media-active"))
            continue
        folder, slash, file = found.source.rpartition("/")
        target = folder_target(folder + slash, numbered=numbered) + media_name(file)
        yield Media(found.source, target, found.size)
