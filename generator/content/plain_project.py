"""A MkDocs project that has no courses: its `nav`, or else its folders, are the library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from generator.content.documents import Page, document_of, site_metadata
from generator.content.headers import title_from
from generator.content.model import Document, Library, Section
from generator.content.options import LibraryOptions
from generator.content.slugs import is_index, sort_key
from generator.problems import Problem, problem


def plain_library(pages: dict[str, Page], options: LibraryOptions, problems: list[Problem]) -> Library:
    """Arrange the pages as sections: as `nav` says, or as the folders are."""
    site = site_metadata(options)
    documents = {source: document_of(page, "page", site) for source, page in pages.items()}
    home = documents.get("index.md") or documents.get("README.md")
    children = tuple(
        _from_nav(options.nav, documents, problems) if options.nav else _from_folder("", documents.values())
    )
    home = replace(home, kind="home") if home else None
    listed = {document.source for document in Section("", None, children).documents()}
    return Library(
        home=home,
        sections=tuple(_as_sections(children, home)),
        loose=tuple(document for source, document in documents.items() if source not in listed),
    )


def _as_sections(children: tuple[Section | Document, ...], home: Document | None) -> Iterator[Section]:
    """Pages at the top are sections of one page; the front page is none."""
    for child in children:
        if isinstance(child, Section):
            yield child
        elif home is None or child.source != home.source:
            yield Section(child.title, child, ())


def _from_nav(
    nav: Sequence[Any], documents: dict[str, Document], problems: list[Problem]
) -> Iterator[Section | Document]:
    """MkDocs's `nav`: paths, `title: path`, `title: [entries]`; addresses of other sites are left out."""
    for entry in nav:
        title, value = next(iter(entry.items())) if isinstance(entry, dict) and entry else ("", entry)
        if isinstance(value, list):
            yield _section(str(title), tuple(_from_nav(value, documents, problems)))
        elif isinstance(value, str) and "://" not in value:
            document = documents.get(value.removeprefix("./").lstrip("/"))
            if document is None:
                problems.append(problem("mkdocs.yml", 0, "nav-missing-page", target=value))
            else:
                yield _renamed(document, str(title or "")) if title else document


def _renamed(document: Document, title: str) -> Document:
    return replace(document, metadata=replace(document.metadata, title=title))


def _section(title: str, children: tuple[Section | Document, ...]) -> Section:
    """A section; an `index.md` as its first child is its own page."""
    first = children[0] if children else None
    if isinstance(first, Document) and is_index(first.source.rpartition("/")[2]):
        return Section(title, first, children[1:])
    return Section(title, None, children)


def _from_folder(prefix: str, inside: Iterable[Document]) -> Iterator[Section | Document]:
    """The pages of the folder `prefix` and of those below it."""
    by_name: dict[str, list[Document]] = {}
    for document in inside:
        by_name.setdefault(document.source[len(prefix) :].partition("/")[0], []).append(document)
    for name in sorted(by_name, key=_index_first):
        first = by_name[name][0]
        if first.source == prefix + name:
            yield first
        else:
            children = tuple(_from_folder(f"{prefix}{name}/", by_name[name]))
            section = _section(title_from(f"{name}/index.md"), children)
            yield replace(section, title=section.document.title) if section.document else section


def _index_first(name: str) -> tuple[bool, tuple[int, str, str]]:
    return (not is_index(name), sort_key(name))
