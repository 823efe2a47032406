"""Frame and write: rendered pages get the theme around them and become the files of the site."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.language import load_translations
from generator.site.configuration import SiteConfiguration
from generator.site.digests import digest, engine_digest
from generator.site.indexes import make_indexes
from generator.site.output import SiteWriter
from generator.site.preparation import Listener, Prepared
from generator.site.rendering import Rendering
from generator.site.sitemap import make_sitemap
from generator.site.snapshot import configuration_digest
from generator.site.view import PageView
from generator.site.views import ICON, SCRIPT, STYLE, Views

if TYPE_CHECKING:
    from jinja2 import Template

WEIGHED_PAGES = 8
"""The largest pages are compressed to name the heaviest one; compressing all would take as long as framing them."""


@dataclass(frozen=True)
class Weight:
    """What a page costs a reader: bytes of its HTML, compressed as a server would send it."""

    target: str
    compressed: int


def site_views(prepared: Prepared) -> Views:
    """What makes the view of any page of a prepared site."""
    translate = load_translations(prepared.configuration.language).gettext
    indexes = make_indexes(prepared.library, prepared.terms, translate)
    return Views.of(prepared.configuration, prepared.library, indexes, translate)


def page_views(prepared: Prepared) -> Iterator[PageView]:
    """Every page of the site: the authors' pages, then the generated ones."""
    views = site_views(prepared)
    for rendering in prepared.rendered.renderings:
        if rendering.facts:
            yield views.page(rendering.document, prepared.page(rendering))
    yield from (view() for _, view in _generated_views(views))


def _generated_views(views: Views) -> Iterator[tuple[str, Callable[[], PageView]]]:
    """The pages that nobody wrote: where they go, and how to make them."""
    for index in views.indexes:
        yield index.target, partial(views.index, index)
    if views.library.home is None:
        yield "index.html", views.home


def write_site(prepared: Prepared, writer: SiteWriter, tell: Listener) -> list[str]:
    """Write every file of the site that is not there yet; returns where the pages go."""
    configuration = prepared.configuration
    targets = _write_pages(prepared, writer, tell)
    if configuration.site_url:
        writer.write("sitemap.xml", make_sitemap(configuration.site_url, targets))
    _write_media(prepared, writer)
    _write_theme(configuration, writer)
    return targets


def _write_pages(prepared: Prepared, writer: SiteWriter, tell: Listener) -> list[str]:
    """Frame and write the pages that were not written from the same before; returns where all pages go."""
    views = site_views(prepared)
    frames = PageFrames(prepared.configuration)
    targets = []
    for target, frame, view in _framed(prepared, views):
        targets.append(target)
        mark = digest(frames.digest, frame)
        if not writer.is_current(target, mark):
            writer.write(target, frames.render(view()), mark)
        tell("write", len(targets), len(prepared.rendered.renderings))
    return targets


def _framed(prepared: Prepared, views: Views) -> Iterator[tuple[str, bytes, Callable[[], PageView]]]:
    """Each page: where it goes, the digest of all that it shows, and how to make it."""
    for rendering in prepared.rendered.renderings:
        document = rendering.document
        if rendering.facts:
            frame = digest(_frame_digest(views, document), rendering.facts.text_digest)
            if document == prepared.library.glossary:
                frame = digest(frame, repr(prepared.terms))
            yield document.target, frame, partial(_author_view, prepared, views, rendering)
    everything = digest(_library_digest(views), repr(prepared.terms))
    for target, view in _generated_views(views):
        yield target, everything, view


def _author_view(prepared: Prepared, views: Views, rendering: Rendering) -> PageView:
    return views.page(rendering.document, prepared.page(rendering))


class PageFrames:
    """The theme's template, loaded when the first page needs it."""

    def __init__(self, configuration: SiteConfiguration) -> None:
        self._configuration = configuration
        self._template: Template | None = None
        self.digest = digest(engine_digest(), configuration_digest(configuration))
        """Of all that makes frames, but for what they show."""

    def render(self, view: PageView) -> bytes:
        """A page as it is written."""
        from generator.site.templates import load_template, render_view  # Jinja is only imported for work

        if self._template is None:
            configuration = self._configuration
            self._template = load_template(load_translations(configuration.language), configuration.custom_dir)
        return render_view(self._template, view)


def _write_media(prepared: Prepared, writer: SiteWriter) -> None:
    for media in prepared.library.media:
        frame = prepared.rendered.media_marks[media.source]
        if not (frame and writer.is_current(media.target, frame)):
            writer.copy(media.target, prepared.configuration.docs_dir / media.source, frame)


def _write_theme(configuration: SiteConfiguration, writer: SiteWriter) -> None:
    from generator.theme import __file__ as theme
    from generator.theme import assemble_script, assemble_styles

    writer.write(STYLE, assemble_styles().style)
    writer.write(SCRIPT, assemble_script())
    writer.write(ICON, (Path(theme).parent / ICON).read_bytes())
    custom = configuration.custom_dir
    if custom:
        for file in sorted(custom.rglob("*")):
            if file.is_file() and file.suffix not in (".html", ".py"):
                writer.copy(file.relative_to(custom).as_posix(), file)


def heaviest_page(writer: SiteWriter, targets: Sequence[str]) -> Weight | None:
    """The heaviest of the largest pages, compressed as a server would send it."""
    largest = sorted(targets, key=lambda target: (-writer.sizes[target], target))[:WEIGHED_PAGES]
    weights = [
        Weight(target, len(gzip.compress((writer.folder / target).read_bytes(), 9, mtime=0))) for target in largest
    ]
    return max(weights, key=lambda weight: weight.compressed, default=None)


def _frame_digest(views: Any, document: Any) -> bytes:
    return views.frame_digest(document) if hasattr(views, "frame_digest") else _library_digest(views)


_memo: dict[int, bytes] = {}


def _library_digest(views: Any) -> bytes:
    if id(views) not in _memo:
        _memo.clear()
        _memo[id(views)] = digest(repr(views.library))
    return _memo[id(views)]
