"""Read, render, check: everything up to the point where nothing is written yet."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from generator.content.documents import page_files
from generator.content.headers import Header
from generator.content.library import LibraryOptions, Loaded, load_library
from generator.content.model import Library
from generator.content.tree import Tree, TreeFile
from generator.language import load_translations
from generator.pages.page import RenderedPage
from generator.problems import Problem, in_order
from generator.site.configuration import SiteConfiguration
from generator.site.digests import digest
from generator.site.glossary import complete_glossary
from generator.site.indexes import Term
from generator.site.progress import Listener, silent
from generator.site.reading import HeaderDesk
from generator.site.rendering import (
    LibraryRenderer,
    Rendering,
    RenderTask,
    cross_page_problems,
    extra_problems,
    render_options,
    site_index,
)
from generator.site.settled import is_settled
from generator.site.snapshot import read_site_tree
from generator.site.workshop import Workshop

log = logging.getLogger("canoa")


@dataclass(frozen=True)
class Ingredients:
    """What a library is made from."""

    configuration: SiteConfiguration
    tree: Tree
    headers: tuple[Header, ...]
    """One for each file of `page_files(tree)`."""

    def same_library(self, other: Ingredients) -> bool:
        """True when the library is the same: texts may differ, headers, names and media may not."""
        return (
            self.configuration == other.configuration
            and self.headers == other.headers
            and self.tree.problems == other.tree.problems
            and len(self.tree.files) == len(other.tree.files)
            and all(map(_is_same_or_page, self.tree.files, other.tree.files))
        )


def _is_same_or_page(one: TreeFile, other: TreeFile) -> bool:
    return one is other or one == other or (one.source == other.source and one.is_page)


@dataclass(frozen=True)
class ReadSite:
    """A library that is ready to be rendered."""

    made_from: Ingredients
    library: Library
    problems: tuple[Problem, ...]
    """Of headers and of the library's order."""
    media_marks: Mapping[str, bytes]
    """As the function `media_marks` gives them."""
    renderer: LibraryRenderer

    @property
    def configuration(self) -> SiteConfiguration:
        """What the site is made by."""
        return self.made_from.configuration

    def render(self, listener: Listener | None = None) -> Iterator[Rendering]:
        """Every page in reading order, from the cache or anew."""
        tell = listener or silent
        documents = self.library.documents()
        for done, rendering in enumerate(self.renderer.render(documents), 1):
            yield rendering
            tell("render", done, len(documents))
        log.debug("%d of %d pages rendered", self.renderer.rendered, len(documents))


@dataclass(frozen=True)
class Prepared:
    """A library with its pages rendered and checked; their texts are in the cache."""

    read: ReadSite
    renderings: tuple[Rendering, ...]
    glossary: RenderedPage | None
    """The glossary page, completed."""
    terms: tuple[Term, ...]
    problems: tuple[Problem, ...]

    @property
    def configuration(self) -> SiteConfiguration:
        """What the site is made by."""
        return self.read.configuration

    @property
    def library(self) -> Library:
        """What the site is made from."""
        return self.read.library

    def page(self, rendering: Rendering) -> RenderedPage:
        """A page with its text."""
        if self.glossary and rendering.document == self.library.glossary:
            return self.glossary
        return self.read.renderer.page(rendering)


def prepare_site(
    configuration: SiteConfiguration, workshop: Workshop, *, tree: Tree | None = None, listener: Listener | None = None
) -> Prepared:
    """Read, render, check; nothing is written."""
    read = read_site(configuration, workshop, tree=tree, listener=listener)
    return check_rendered(read, tuple(read.render(listener)))


def read_site(
    configuration: SiteConfiguration, workshop: Workshop, *, tree: Tree | None = None, listener: Listener | None = None
) -> ReadSite:
    """Read every header and arrange the library."""
    tell = listener or silent
    tell("read", 0, 0)
    tree = tree or read_site_tree(configuration)
    memory = workshop.memory
    desk = HeaderDesk(workshop.cache, workshop.workers, memory.files if memory else None)
    made_from = Ingredients(configuration, tree, tuple(desk.read(page_files(tree))))
    last = memory.prepared if memory else None
    same = last.read if last and last.read.made_from.same_library(made_from) else None
    loaded = Loaded(same.library, same.problems) if same else load_site_library(made_from)
    marks = media_marks(loaded.library, tree)
    if same and marks == same.media_marks and b"" not in marks.values():
        task = replace(same.renderer.task, contents=desk.contents)
    else:
        task = render_task(configuration, loaded.library, marks, desk.contents)
    renderer = LibraryRenderer(task, workshop.cache, workshop.workers)
    if last:
        renderer.follow(last.read.renderer, last.renderings)
    return ReadSite(made_from, loaded.library, loaded.problems, marks, renderer)


def check_rendered(read: ReadSite, renderings: tuple[Rendering, ...]) -> Prepared:
    """What only shows when all pages are known, and all problems in their order."""
    glossary, terms = completed_glossary(read, renderings)

    def anchors(rendering: Rendering) -> frozenset[str]:
        if glossary and rendering.document == read.library.glossary:
            return frozenset(glossary.anchors)
        return read.renderer.anchors(rendering)

    problems = in_order(
        (
            *read.problems,
            *read.renderer.setup_problems(),
            *(found for rendering in renderings for found in rendering.problems),
            *extra_problems(read.configuration, read.library),
            *cross_page_problems(renderings, read.configuration.shown_docs, anchors),
        )
    )
    return Prepared(read, renderings, glossary, terms, problems)


def completed_glossary(read: ReadSite, renderings: Iterable[Rendering]) -> tuple[RenderedPage | None, tuple[Term, ...]]:
    """The glossary page with an anchor for each term, and the terms."""
    translate = load_translations(read.configuration.language).gettext
    for rendering in renderings:
        if rendering.facts and rendering.document == read.library.glossary:
            return complete_glossary(read.renderer.page(rendering), read.library.abbreviations, translate)
    return None, ()


def render_task(
    configuration: SiteConfiguration, library: Library, marks: Mapping[str, bytes], contents: Mapping[str, bytes]
) -> RenderTask:
    """What the pages of a library share while they are rendered."""
    translate = load_translations(configuration.language).gettext
    options = render_options(configuration, library, translate)
    index = site_index(configuration, library)
    return RenderTask(configuration, options, index, index_digest(library, marks), contents)


def media_marks(library: Library, tree: Tree) -> dict[str, bytes]:
    """Source path → digest by which a media file is known to be the same; empty when its times prove nothing yet."""
    now = time.time_ns()
    files = {found.source: found for found in tree.files if not found.is_page}
    marks = {}
    for media in library.media:
        file = files[media.source]
        proven = is_settled(file.mtime_ns, file.ctime_ns, now)
        marks[media.source] = digest(repr((file.size, file.mtime_ns, file.ctime_ns))) if proven else b""
    return marks


def index_digest(library: Library, marks: Mapping[str, bytes]) -> bytes:
    """Digest of all that links may lead to: while it is the same, no answer of the site index has changed."""
    pages = [(document.source, document.target, document.title) for document in library.documents()]
    media = [(media.source, media.target, marks[media.source]) for media in library.media]
    unsettled = time.time_ns() if b"" in marks.values() else 0
    return digest(repr(pages), repr(media), repr(unsettled))


def load_site_library(made_from: Ingredients) -> Loaded:
    """The library of a site's content folder."""
    configuration = made_from.configuration
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
    return load_library(options, tree=made_from.tree, read=lambda _: made_from.headers)
