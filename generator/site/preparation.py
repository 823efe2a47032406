"""Read, render, check: everything up to the point where nothing is written yet."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from generator.content.library import LibraryOptions, Loaded, load_library, read_tree
from generator.content.model import Library
from generator.content.tree import Tree
from generator.language import load_translations
from generator.pages.page import RenderedPage
from generator.problems import Problem, in_order
from generator.site.configuration import SiteConfiguration
from generator.site.digests import digest
from generator.site.glossary import complete_glossary
from generator.site.indexes import Term
from generator.site.reading import UNSETTLED_NS, HeaderDesk
from generator.site.rendering import (
    LibraryRenderer,
    Rendering,
    RenderTask,
    cross_page_problems,
    extra_problems,
    render_options,
    site_index,
)
from generator.site.workshop import Workshop

Listener = Callable[[str, int, int], None]
"""Told of progress: name of the stage (`read`, `render`, `write`), pages done, pages in all."""


@dataclass(frozen=True)
class Rendered:
    """A library and its pages after rendering; their texts are in the cache."""

    configuration: SiteConfiguration
    library: Library
    media_marks: Mapping[str, bytes]
    """As the function `media_marks` gives them."""
    renderings: tuple[Rendering, ...]
    renderer: LibraryRenderer
    problems: tuple[Problem, ...]
    """Of headers, of the set-up, of single pages; in no order."""

    def page(self, rendering: Rendering) -> RenderedPage:
        """A page with its text; a page that the cache has lost meanwhile is rendered again."""
        return self.renderer.page(rendering)


@dataclass(frozen=True)
class Prepared:
    """A library with its pages rendered and checked: all that writing needs."""

    rendered: Rendered
    glossary: RenderedPage | None
    """The glossary page, completed."""
    terms: tuple[Term, ...]
    problems: tuple[Problem, ...]

    @property
    def configuration(self) -> SiteConfiguration:
        """What the site is made by."""
        return self.rendered.configuration

    @property
    def library(self) -> Library:
        """What the site is made from."""
        return self.rendered.library

    def page(self, rendering: Rendering) -> RenderedPage:
        """A page with its text."""
        if self.glossary and rendering.document == self.library.glossary:
            return self.glossary
        return self.rendered.page(rendering)


def prepare_site(
    configuration: SiteConfiguration, workshop: Workshop, *, tree: Tree | None = None, listener: Listener | None = None
) -> Prepared:
    """Read, render, check; nothing is written."""
    rendered = render_site(configuration, workshop, tree=tree, listener=listener)
    glossary, terms = _completed_glossary(rendered)

    def anchors(rendering: Rendering) -> frozenset[str]:
        if glossary and rendering.document == rendered.library.glossary:
            return frozenset(glossary.anchors)
        return rendered.renderer.anchors(rendering)

    problems = in_order(
        (
            *rendered.problems,
            *extra_problems(configuration, rendered.library),
            *cross_page_problems(rendered.renderings, configuration.shown_docs, anchors),
        )
    )
    return Prepared(rendered, glossary, terms, problems)


def render_site(
    configuration: SiteConfiguration, workshop: Workshop, *, tree: Tree | None = None, listener: Listener | None = None
) -> Rendered:
    """Read and render: every page from the cache or anew."""
    tell = listener or silent
    tell("read", 0, 0)
    tree = tree or read_site_tree(configuration)
    headers = HeaderDesk(workshop.cache, workshop.workers, workshop.remembered)
    loaded = load_site_library(configuration, tree, headers)
    documents = loaded.library.documents()
    translate = load_translations(configuration.language).gettext
    marks = media_marks(loaded.library, tree)
    task = RenderTask(
        configuration,
        render_options(configuration, loaded.library, translate),
        site_index(configuration, loaded.library),
        index_digest(loaded.library, marks),
        headers.contents,
    )
    renderer = LibraryRenderer(task, workshop.cache, workshop.workers)
    renderings = []
    for rendering in renderer.render(documents):
        renderings.append(rendering)
        tell("render", len(renderings), len(documents))
    problems = (
        *loaded.problems,
        *renderer.setup_problems(),
        *(found for rendering in renderings for found in rendering.problems),
    )
    return Rendered(configuration, loaded.library, marks, tuple(renderings), renderer, problems)


def media_marks(library: Library, tree: Tree) -> dict[str, bytes]:
    """Source path → digest by which a media file is known to be the same; empty when its times prove nothing yet."""
    settled = time.time_ns() - UNSETTLED_NS
    files = {found.source: found for found in tree.files}
    marks = {}
    for media in library.media:
        file = files[media.source]
        is_settled = max(file.mtime_ns, file.ctime_ns) < settled
        marks[media.source] = digest(repr((file.size, file.mtime_ns, file.ctime_ns))) if is_settled else b""
    return marks


def index_digest(library: Library, marks: Mapping[str, bytes]) -> bytes:
    """Digest of all that links may lead to: while it is the same, no answer of the site index has changed."""
    pages = [(document.source, document.target, document.title) for document in library.documents()]
    media = [(media.source, media.target, marks[media.source]) for media in library.media]
    unsettled = time.time_ns() if b"" in marks.values() else 0
    return digest(repr(pages), repr(media), repr(unsettled))


def read_site_tree(configuration: SiteConfiguration) -> Tree:
    """The files of a site's content folder."""
    return read_tree(configuration.docs_dir, configuration.shown_docs, configuration.exclude)


def load_site_library(configuration: SiteConfiguration, tree: Tree, headers: HeaderDesk) -> Loaded:
    """The library of a site's content folder."""
    options = LibraryOptions(
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
    return load_library(options, tree=tree, read=headers.read)


def _completed_glossary(rendered: Rendered) -> tuple[RenderedPage | None, tuple[Term, ...]]:
    library = rendered.library
    translate = load_translations(rendered.configuration.language).gettext
    for rendering in rendered.renderings:
        if rendering.facts and rendering.document == library.glossary:
            return complete_glossary(rendered.page(rendering), library.abbreviations, translate)
    return None, ()


def silent(stage: str, done: int, total: int) -> None:
    """A `Listener` for those who want no progress."""
