"""Frame and write: rendered pages get the theme around them and become the files of the site."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from generator.content.model import Library
from generator.language import load_translations
from generator.search.scripts import style_script
from generator.site.cache import BuildCache
from generator.site.configuration import SiteConfiguration
from generator.site.digests import digest, engine_digest
from generator.site.indexes import Term, make_indexes
from generator.site.learning import LearnerPage, course_list, course_list_path, learner_files, script_path
from generator.site.output import SiteWriter
from generator.site.precache import ICONS, MANIFEST, Precache
from generator.site.preparation import Prepared, ReadSite
from generator.site.rendering import Rendering
from generator.site.search_index import ENGINE, PROFILES, write_search_index
from generator.site.search_texts import EarlyTexts
from generator.site.sitemap import make_sitemap
from generator.site.snapshot import configuration_digest
from generator.site.view import PageView
from generator.site.views import ICON, STYLE, Views
from generator.site.web_manifest import web_manifest
from generator.site.workshop import LastIndex, Memory

if TYPE_CHECKING:
    from jinja2 import Template

WEIGHTS = "weights of the largest pages"
"""Where it is noted what the largest pages weigh, by their content: they take a tenth of a second and seldom change."""
WEIGHED_PAGES = 3
"""The largest pages are compressed to name the heaviest one; compressing all would take as long as framing them."""


class Press:
    """Frames the pages of one build and has them written, each as soon as it is rendered."""

    def __init__(self, read: ReadSite, writer: SiteWriter, cache: BuildCache, memory: Memory | None = None) -> None:
        self._read = read
        self._writer = writer
        self._cache = cache
        self._memory = memory
        last: Press | None = memory.press if memory else None
        is_same = last is not None and last.views.library is read.library
        self.views: Views = last.views if last and is_same else site_views(read.configuration, read.library)
        frames = PageFrames(read.configuration)
        self.frames: PageFrames = last.frames if last and last.frames.digest == frames.digest else frames
        self._search = PROFILES[read.configuration.search_shards]
        self._texts: EarlyTexts | None = None
        self.targets: list[str] = []
        """Where the pages go."""

    def page(self, rendering: Rendering) -> None:
        """Frame a page that an author wrote; the glossary waits until it is completed."""
        document, renderer = rendering.document, self._read.renderer
        if 2 * renderer.rendered > len(self._read.library.documents()):  # an edit is not worth it
            self._texts = self._texts or EarlyTexts(self._read, self._writer, self._search.text_bits)
            self._texts.page(rendering)
        if rendering.facts and document is not self._read.library.glossary:
            mark = digest(self.frames.digest, self.views.frame_digest(document), rendering.facts.text_digest)
            self._put(document.target, mark, lambda: self.views.page(document, renderer.page(rendering)))

    def finish(self, prepared: Prepared, *, with_index: bool = True) -> None:
        """Frame what takes the whole site: the glossary and the pages that nobody wrote; then all that is no page.

        Without the index the last one that is remembered stays.
        """
        glossary, document = prepared.glossary, self._read.library.glossary
        if glossary and document:
            mark = digest(self.frames.digest, self.views.frame_digest(document), repr(glossary))
            self._put(document.target, mark, lambda: self.views.page(document, glossary))
        views = self.views
        if prepared.terms:
            views = site_views(self._read.configuration, self._read.library, prepared.terms)
        for target, frame, view in _generated(views, self.frames):
            self._put(target, digest(self.frames.digest, frame), view)
        self._put_course_lists(prepared)
        if self._memory:
            self._memory.prepared, self._memory.press = prepared, self
        last = self._memory.index if self._memory else None
        self._put_others(self._last_index(last) if last and not with_index else self._new_index(prepared))
        if self._read.library.courses and not self._read.configuration.preview:
            self._put_precache_lists(prepared, views)

    def _new_index(self, prepared: Prepared) -> Mapping[str, bytes]:
        """Write the search index; gives what belongs at the ends of scripts."""
        written = self._texts.written if self._texts else {}
        others = self._writer.sizes.keys() - written.keys()
        ends = write_search_index(prepared, self._search, self._writer, self._cache, written)
        if self._memory:
            self._memory.index = LastIndex(frozenset(self._writer.sizes.keys() - others), ends)
        return ends

    def _last_index(self, last: LastIndex) -> Mapping[str, bytes]:
        for target in last.targets:
            self._writer.keep(target)
        return last.ends

    def _put(self, target: str, mark: bytes, view: Callable[[], PageView]) -> None:
        """Make and write a page; `mark` is the digest of all that it is made from."""
        self.targets.append(target)
        if not self._writer.is_current(target, mark):
            self._writer.write(target, self.frames.render(view()), mark)

    def _put_course_lists(self, prepared: Prepared) -> None:
        """What there is to do in each course.  Made again only when one of its pages was rendered anew."""
        library = self._read.library
        facts = {one.document.source: one.facts for one in prepared.renderings if one.facts}
        blocks = {source: one.blocks for source, one in facts.items() if one.blocks}
        names = digest(engine_digest(), repr(library.problems))
        for course in library.courses:
            target, pages = course_list_path(course.document), list(course.documents())
            keys = (found.key for page in pages if (found := facts.get(page.source)))
            mark = digest(names, *keys, *(self.views.frame_digest(page) for page in pages))
            if not self._writer.is_current(target, mark):
                content = course_list(library, course, lambda page: blocks.get(page.source, ()))
                self._writer.write(target, content, mark)

    def _put_precache_lists(self, prepared: Prepared, views: Views) -> None:
        """Comes last: the lists name what all others have left."""
        library = self._read.library
        written = {document.target for document in library.documents()}
        precache = Precache(
            library=library,
            name=self._read.configuration.site_name,
            files=self._writer.marks(),
            assets={one.document.source: one.facts.assets for one in prepared.renderings if one.facts},
            generated={target for target in self.targets if target not in written},
            indexes={index.target for index in views.indexes},
            extras=(*views.extra_styles, *views.extra_scripts),
        )
        for target, content in precache.lists().items():
            self._writer.write(target, content)

    def _put_others(self, ends: Mapping[str, bytes]) -> None:
        configuration, writer = self._read.configuration, self._writer
        if configuration.site_url:
            writer.write("sitemap.xml", make_sitemap(configuration.site_url, self.targets))
        for media in self._read.library.media:
            mark = self._read.media_marks[media.source]
            if not (mark and writer.is_current(media.target, mark)):
                writer.copy(media.target, configuration.docs_dir / media.source, mark)
        _write_theme(configuration, writer, ends, has_study=bool(self._read.library.courses))


def site_views(configuration: SiteConfiguration, library: Library, terms: Sequence[Term] = ()) -> Views:
    """What makes the view of any page.  The glossary's terms are entries of the A–Z index and of nothing else."""
    translate = load_translations(configuration.language).gettext
    return Views.of(configuration, library, make_indexes(library, terms, translate), translate)


def page_views(prepared: Prepared) -> Iterator[PageView]:
    """Every page of the site: the authors' pages, then the generated ones."""
    views = site_views(prepared.configuration, prepared.library, prepared.terms)
    for rendering in prepared.renderings:
        if rendering.facts:
            yield views.page(rendering.document, prepared.page(rendering))
    yield from (view() for _, _, view in _generated(views, PageFrames(prepared.configuration)))


def _generated(views: Views, frames: PageFrames) -> Iterator[tuple[str, bytes, Callable[[], PageView]]]:
    """The pages that nobody wrote: where they go, the digest of what they show, and how to make them."""
    for index in views.indexes:
        yield index.target, views.index_digest(index), partial(views.index, index)
    if views.library.home is None:
        yield "index.html", views.home_digest(), views.home
    for page in views.learner_pages:
        yield page.target, views.learner_digest(page), partial(_learner_view, views, page, frames)


def _learner_view(views: Views, page: LearnerPage, frames: PageFrames) -> PageView:
    return views.learner(page, frames.part(page.template, page.values))


class PageFrames:
    """The theme's template, loaded when the first page needs it."""

    def __init__(self, configuration: SiteConfiguration) -> None:
        self._configuration = configuration
        self._template: Template | None = None
        self.digest = digest(engine_digest(), configuration_digest(configuration))
        """Of all that makes frames, but for what they show."""

    def render(self, view: PageView) -> bytes:
        """A page as it is written."""
        from generator.site.templates import render_view

        return render_view(self._loaded(), view)

    def part(self, name: str, values: Mapping[str, object]) -> str:
        """The text of a page that the theme writes: another template of its folder."""
        template: Template = self._loaded().environment.get_template(name)
        return template.render(values)

    def _loaded(self) -> Template:
        if self._template is None:
            from generator.site.templates import load_template  # Jinja is only imported for work

            configuration = self._configuration
            self._template = load_template(load_translations(configuration.language), configuration.custom_dir)
        return self._template


def _write_theme(
    configuration: SiteConfiguration, writer: SiteWriter, ends: Mapping[str, bytes], *, has_study: bool
) -> None:
    """`ends`: what belongs at the end of some scripts, by their names."""
    from generator.theme import __file__ as theme
    from generator.theme import assemble_styles, search_style

    writer.write(STYLE, assemble_styles().style)
    translate = load_translations(configuration.language).gettext
    added = {script_path(name): end for name, end in ends.items()}
    added[script_path(ENGINE)] = style_script(search_style()) + added[script_path(ENGINE)]
    for target, content in learner_files(configuration, translate, has_study=has_study).items():
        writer.write(target, content + added.get(target, b""))
    for icon in (ICON, *(ICONS.values() if has_study else ())):
        writer.write(icon, (Path(theme).parent / icon).read_bytes())
    if has_study:
        writer.write(MANIFEST, web_manifest(configuration))
    custom = configuration.custom_dir
    if custom:
        for file in sorted(custom.rglob("*")):
            if file.is_file() and file.suffix not in (".html", ".py"):
                writer.copy(file.relative_to(custom).as_posix(), file)


def heaviest_page(writer: SiteWriter, targets: Sequence[str], cache: BuildCache) -> tuple[str, int]:
    """The heaviest of the largest pages, and its bytes as a server would send it, compressed."""
    largest = sorted(targets, key=lambda target: (-writer.sizes[target], target))[:WEIGHED_PAGES]
    contents, marks = {}, writer.marks()
    known: Mapping[str, int] = cache.note(WEIGHTS) or {}
    for target in largest:
        content = marks[target].content.hex()
        contents[content] = known.get(content) or _compressed_size(writer.folder / target)
    if contents != known:
        cache.leave_note(WEIGHTS, contents)
    weights = [(target, contents[marks[target].content.hex()]) for target in largest]
    return max(weights, key=lambda weight: weight[1])


def _compressed_size(file: Path) -> int:
    return len(gzip.compress(file.read_bytes(), 9, mtime=0))
