"""The order of the stages: a configuration becomes a site.

Read `build_site` from top to bottom: that is the data flow.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from generator.content.library import LibraryOptions, Loaded, load_library
from generator.content.model import Library
from generator.language import load_translations
from generator.pages.markdown import Renderer
from generator.problems import Problem, count, in_order, problem
from generator.site.configuration import SiteConfiguration
from generator.site.glossary import complete_glossary
from generator.site.indexes import Term, make_indexes
from generator.site.output import ForeignFolderError, SiteWriter
from generator.site.rendering import (
    Rendering,
    cross_page_problems,
    extra_problems,
    render_documents,
    render_options,
    site_index,
)
from generator.site.sitemap import make_sitemap
from generator.site.templates import load_template, render_view, theme_folder
from generator.site.view import PageView
from generator.site.views import ICON, SCRIPT, STYLE, Views

Listener = Callable[[str, int, int], None]
"""Told of progress: name of the stage (`read`, `render`, `write`), pages done, pages in all."""


@dataclass(frozen=True)
class Weight:
    """What a page costs a reader: bytes of its HTML, compressed as a server would send it."""

    target: str
    compressed: int


@dataclass(frozen=True)
class BuildReport:
    """What a build did, for people and for exit codes."""

    problems: tuple[Problem, ...]
    written: bool
    """False when errors kept the site from being written; the previous one is untouched."""
    pages: int = 0
    files: int = 0
    changed: int = 0
    bytes: int = 0
    seconds: float = 0.0
    heaviest: Weight | None = None
    site_dir: Path | None = None


def check_site(configuration: SiteConfiguration, listener: Listener | None = None) -> tuple[Problem, ...]:
    """Every problem of the content, without writing anything."""
    return prepare_site(configuration, listener).problems


def build_site(
    configuration: SiteConfiguration,
    *,
    listener: Listener | None = None,
    keep_going: bool = False,
    strict: bool = False,
    shared_folder: bool = False,
) -> BuildReport:
    """Build the whole site.

    With errors (or with warnings when `strict`) nothing is written, unless `keep_going`.  `shared_folder`: others
    write into the folder too (MkDocs's plugins do), so files that we do not know are left there.
    """
    started = time.perf_counter()
    tell = listener or _silent
    prepared = prepare_site(configuration, tell)
    if count(prepared.problems).fails(strict=strict) and not keep_going:
        return BuildReport(prepared.problems, written=False, seconds=time.perf_counter() - started)
    writer = SiteWriter(configuration.site_dir, shared=shared_folder)
    try:
        writer.open()
    except ForeignFolderError:
        found = problem(configuration.file, 0, "site-folder-foreign", folder=configuration.site_dir.name)
        return BuildReport((*prepared.problems, found), written=False, seconds=time.perf_counter() - started)
    heaviest = _write_pages(prepared, writer, tell)
    _write_media(prepared, writer)
    _write_theme(configuration, writer)
    writer.close()
    return BuildReport(
        problems=prepared.problems,
        written=True,
        pages=sum(1 for target in writer.sizes if target.endswith(".html")),
        files=len(writer.sizes),
        changed=writer.changed,
        bytes=sum(writer.sizes.values()),
        seconds=time.perf_counter() - started,
        heaviest=heaviest,
        site_dir=configuration.site_dir,
    )


@dataclass(frozen=True)
class Prepared:
    """A library with its pages rendered and checked: all that writing needs."""

    configuration: SiteConfiguration
    library: Library
    renderings: tuple[Rendering, ...]
    terms: tuple[Term, ...]
    problems: tuple[Problem, ...]


def prepare_site(configuration: SiteConfiguration, listener: Listener | None = None) -> Prepared:
    """Read, render, check; nothing is written."""
    tell = listener or _silent
    tell("read", 0, 0)
    loaded = load_site_library(configuration)
    translate = load_translations(configuration.language).gettext
    documents = loaded.library.documents()
    renderer = Renderer(render_options(configuration, loaded.library, translate))
    index = site_index(configuration, loaded.library)
    renderings = []
    for rendering in render_documents(documents, configuration, renderer, index):
        renderings.append(rendering)
        tell("render", len(renderings), len(documents))
    completed, terms = _with_glossary(renderings, loaded.library, translate)
    problems = in_order(
        (
            *loaded.problems,
            *renderer.problems,
            *(found for rendering in completed for found in rendering.problems),
            *extra_problems(configuration, loaded.library),
            *cross_page_problems(completed, configuration.shown_docs),
        )
    )
    return Prepared(configuration, loaded.library, tuple(completed), terms, problems)


def load_site_library(configuration: SiteConfiguration) -> Loaded:
    """The library of a site's content folder."""
    return load_library(
        LibraryOptions(
            folder=configuration.docs_dir,
            shown=configuration.shown_docs,
            exclude=configuration.exclude,
            nav=configuration.nav,
            licence=configuration.licence,
            authors=configuration.authors,
            directory_urls=configuration.directory_urls,
            allow_active=configuration.allow_html,
            trusted=configuration.trusted,
        )
    )


def _with_glossary(
    renderings: Sequence[Rendering], library: Library, translate: Callable[[str], str]
) -> tuple[list[Rendering], tuple[Term, ...]]:
    completed = list(renderings)
    terms: tuple[Term, ...] = ()
    for position, rendering in enumerate(renderings):
        if rendering.document == library.glossary and rendering.page:
            page, terms = complete_glossary(rendering.page, library.abbreviations, translate)
            completed[position] = replace(rendering, page=page)
    return completed, terms


def page_views(prepared: Prepared) -> Iterator[PageView]:
    """Every page of the site: the authors' pages, then the generated ones."""
    translate = load_translations(prepared.configuration.language).gettext
    indexes = make_indexes(prepared.library, prepared.terms, translate)
    views = Views.of(prepared.configuration, prepared.library, indexes, translate)
    for rendering in prepared.renderings:
        if rendering.page:
            yield views.page(rendering.document, rendering.page)
    for index in indexes:
        yield views.index(index)
    if prepared.library.home is None:
        yield views.home()


def _write_pages(prepared: Prepared, writer: SiteWriter, tell: Listener) -> Weight | None:
    configuration = prepared.configuration
    template = load_template(load_translations(configuration.language), configuration.custom_dir)
    heaviest: Weight | None = None
    targets = []
    for view in page_views(prepared):
        content = render_view(template, view)
        writer.write(view.path, content)
        targets.append(view.path)
        tell("write", len(targets), len(prepared.renderings))
        if heaviest is None or len(content) > heaviest.compressed:
            weight = Weight(view.path, len(gzip.compress(content, 9, mtime=0)))
            heaviest = weight if heaviest is None or weight.compressed > heaviest.compressed else heaviest
    if configuration.site_url:
        writer.write("sitemap.xml", make_sitemap(configuration.site_url, targets))
    return heaviest


def _write_media(prepared: Prepared, writer: SiteWriter) -> None:
    for media in prepared.library.media:
        writer.copy(media.target, prepared.configuration.docs_dir / media.source)


def _write_theme(configuration: SiteConfiguration, writer: SiteWriter) -> None:
    from generator.theme import assemble_script, assemble_styles

    folder = theme_folder()
    writer.write(STYLE, assemble_styles().style)
    writer.write(SCRIPT, assemble_script())
    writer.write(ICON, (folder / ICON).read_bytes())
    custom = configuration.custom_dir
    if custom:
        for file in sorted(custom.rglob("*")):
            if file.is_file() and file.suffix not in (".html", ".py"):
                writer.copy(file.relative_to(custom).as_posix(), file)


def _silent(stage: str, done: int, total: int) -> None:
    """No progress wanted."""
