"""Every page of a library through the renderer, in reading order: from the cache where nothing changed, else anew."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from generator.content.model import Document, Library
from generator.content.vocabulary import TOOLS
from generator.pages.options import RenderOptions
from generator.pages.page import Asset, RenderedPage, SiteIndex
from generator.problems import Problem, problem
from generator.site.cache import BuildCache, PageFacts, PageRow, problems_from, problems_values
from generator.site.configuration import SiteConfiguration
from generator.site.digests import digest, digest_of_values, engine_digest
from generator.site.inputs import Verifier
from generator.site.workers import Workers

if TYPE_CHECKING:
    from generator.site.batches import Batch, Job, Parcel, Rendered

Translate = Callable[[str], str]

PAGES_OF_A_BATCH = 16
"""About a tenth of a second of work: little enough to share out evenly, enough to be worth the journey."""


@dataclass(frozen=True)
class Rendering:
    """A page, and the problems of reading and rendering it."""

    document: Document
    facts: PageFacts | None
    """None when the page could not be rendered.  Its text is in the cache, under `facts.key`."""
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class RenderTask:
    """All that rendering a library takes, beside its pages."""

    configuration: SiteConfiguration
    options: RenderOptions
    index: SiteIndex
    index_digest: bytes
    """Changes when any answer of the index may have changed."""
    contents: Mapping[str, bytes]
    """Source path → digest of the file."""

    @cached_property
    def environment(self) -> bytes:
        """What all pages depend on."""
        return digest(engine_digest(), digest_of_values(vars(self.options)), self.configuration.shown_docs)

    def key(self, document: Document, content: bytes) -> bytes:
        """What one page depends on, but for its inputs."""
        shown = document.title, document.metadata.summary
        return digest(self.environment, document.source, document.target, *shown, content)


def site_index(configuration: SiteConfiguration, library: Library) -> SiteIndex:
    """What links may lead to."""
    documents = library.documents()
    folder = f"{configuration.docs_dir}{os.sep}"
    return SiteIndex(
        pages={document.source: document.target for document in documents},
        titles={document.source: document.title for document in documents},
        assets={media.source: Asset(media.target, media.size, folder + media.source) for media in library.media},
    )


def render_options(configuration: SiteConfiguration, library: Library, translate: Translate) -> RenderOptions:
    """The renderer's options from the site's configuration."""
    return RenderOptions(
        language=configuration.language,
        allow_html=configuration.allow_html,
        extensions=configuration.extensions,
        extension_configs=configuration.extension_configs,
        abbreviations=library.abbreviations,
        tools={one: translate(name) for one, name in TOOLS.items()},
        strict_blocks=bool(library.courses),
    )


class LibraryRenderer:
    """Renders the pages of one library, once each."""

    def __init__(self, task: RenderTask, cache: BuildCache, workers: Workers) -> None:
        self.task = task
        self._last: dict[str, Rendering] = {}
        self._last_contents: Mapping[str, bytes] = {}
        self._cache = cache
        self._workers = workers
        self._setup: tuple[Problem, ...] | None = None
        self._fresh: dict[bytes, Rendered] = {}
        """The batch that was rendered last: whoever asks for pages as they come need not ask the cache."""
        self._keys: dict[str, bytes] = {}
        """Source path → key of the page as it was read for its header."""
        self.rendered = 0
        """Pages that were not in the cache."""

    def follow(self, last: LibraryRenderer, renderings: Iterable[Rendering]) -> None:
        """Build on an earlier build of this process, if it rendered in the same surroundings."""
        same = (last.task.environment, last.task.index_digest) == (self.task.environment, self.task.index_digest)
        if same:
            self._last = {one.document.source: one for one in renderings}
            self._last_contents = last.task.contents

    def render(self, documents: Sequence[Document]) -> Iterator[Rendering]:
        """Render the documents in their order."""
        known = self._known(documents)
        missing = [document for document in documents if document.source not in known]
        self.rendered = len(missing)
        anew = self._render_anew(missing)
        for document in documents:
            facts = known.get(document.source)
            yield Rendering(document, facts, facts.problems) if facts else next(anew)

    def setup_problems(self) -> tuple[Problem, ...]:
        """What could not be set up: problems of the configuration, not of a page."""
        name = f"setup {self.task.environment.hex()}"
        if self._setup is None:
            noted = self._cache.note(name)
            if noted is not None:
                return tuple(problems_from(noted))
            from generator.site.batches import set_up

            self._setup = set_up(self._parcel())
        self._cache.leave_note(name, problems_values(self._setup))
        return self._setup

    def page(self, rendering: Rendering) -> RenderedPage:
        """The text of a rendered page; one that the cache has lost meanwhile is rendered again.

        Raises `LookupError` for a page that could not be rendered.
        """
        if rendering.facts is None:
            raise LookupError(rendering.document.source)
        fresh = self._fresh.get(rendering.facts.key)
        if fresh and fresh.row:
            return fresh.row.page(fresh.html)
        return self._cache.page(rendering.facts.key) or self._again(rendering.document)

    def anchors(self, rendering: Rendering) -> frozenset[str]:
        """Every id of a rendered page that links may lead to."""
        known = self._cache.anchors(rendering.facts.key) if rendering.facts else frozenset()
        return frozenset(self.page(rendering).anchors) if known is None else known

    def terms(self, rendering: Rendering) -> str:
        """What the search knows a rendered page by.  Raises `LookupError` as `page` does."""
        known = self._cache.terms(rendering.facts.key) if rendering.facts else None
        return self._row_again(rendering.document).terms if known is None else known

    def sections(self, rendering: Rendering) -> str:
        """The JSON of a rendered page's sections.  Raises `LookupError` as `page` does."""
        known = self._cache.sections(rendering.facts.key) if rendering.facts else None
        return self._row_again(rendering.document).page_sections() if known is None else known

    def fresh_sections(self, rendering: Rendering) -> str | None:
        """The same of a page of the batch that was rendered last, for which nothing need be read; None for others."""
        fresh = self._fresh.get(rendering.facts.key) if rendering.facts else None
        return fresh.row.page_sections() if fresh and fresh.row else None

    def all_terms(self, renderings: Sequence[Rendering]) -> Iterator[tuple[Rendering, str]]:
        """Each rendering with its terms, in any order: quicker for many than one by one."""
        waiting = {one.facts.key: one for one in renderings if one.facts}
        for key, terms in self._cache.all_terms(list(waiting)):
            if key in waiting:
                yield waiting.pop(key), terms
        for rendering in waiting.values():
            yield rendering, self.terms(rendering)

    def known_terms(self, key: bytes) -> str | None:
        """The same of a page of any build, if the cache still has it."""
        return self._cache.terms(key)

    def _again(self, document: Document) -> RenderedPage:
        return self._row_again(document).page()

    def _row_again(self, document: Document) -> PageRow:
        from generator.site.batches import Batch, render_batch

        [rendered] = render_batch(Batch(self._parcel(), (self._job(document),))).pages
        if rendered.row is None:
            raise LookupError(document.source)
        return rendered.row

    def _known(self, documents: Sequence[Document]) -> dict[str, PageFacts]:
        """The pages whose rendering is remembered or in the cache and still holds, by source."""
        task = self.task
        found = {document.source: facts for document in documents if (facts := self._remembered(document))}
        keys = {
            document.source: task.key(document, task.contents[document.source])
            for document in documents
            if document.source not in found
        }
        self._keys = keys
        kept = self._cache.known_pages(list(keys.values()))
        verifier = Verifier(task.index)
        confirmed = []
        for source, key in keys.items():
            known = kept.get(key)
            if known is None or known.facts.volatile:
                continue
            if known.held != task.index_digest:
                if not verifier.holds(self._cache.inputs(key)):
                    continue
                confirmed.append(key)
            found[source] = known.facts
        self._cache.pages_hold(confirmed, task.index_digest)
        return found

    def _remembered(self, document: Document) -> PageFacts | None:
        """The page as the last build of this process rendered it, when nothing that it depends on has changed."""
        last = self._last.get(document.source)
        if last is None or last.facts is None or last.facts.volatile:
            return None
        return last.facts if self._last_contents[document.source] == self.task.contents[document.source] else None

    def _render_anew(self, documents: Sequence[Document]) -> Iterator[Rendering]:
        if not documents:
            return
        from generator.site.batches import render_batch, set_up  # imports Markdown: only when there is work

        digests: deque[bytes] = deque()
        waiting = deque(documents)
        expected = -(-len(documents) // PAGES_OF_A_BATCH)
        parcel = self._parcel()
        batches = self._batches(parcel, documents, digests)
        prepare = partial(set_up, parcel)
        for result in self._workers.run(render_batch, batches, expected=expected, prepare=prepare):
            self._setup = result.setup
            done = [self._keyed(waiting.popleft(), digests.popleft(), rendered) for rendered in result.pages]
            self._fresh = {one.row.key: one for _, one in done if one.row}
            self._cache.keep_pages([one.row for one in self._fresh.values() if one.row])
            for document, one in done:
                facts = one.row.page_facts() if one.row else None
                yield Rendering(document, facts, facts.problems if facts else one.problems)

    def _keyed(self, document: Document, content: bytes, rendered: Rendered) -> tuple[Document, Rendered]:
        """A result under the key of what was really rendered: a file may be saved while the build runs."""
        if rendered.row is None:
            return document, rendered
        is_as_read = content == self.task.contents[document.source]
        key = self._keys[document.source] if is_as_read else self.task.key(document, content)
        return document, replace(rendered, row=replace(rendered.row, key=key, held=self.task.index_digest))

    def _batches(self, parcel: Parcel, documents: Sequence[Document], digests: deque[bytes]) -> Iterator[Batch]:
        """The documents in batches; the digest of each file that is read is appended to `digests`."""
        from generator.site.batches import Batch

        for start in range(0, len(documents), PAGES_OF_A_BATCH):
            jobs = [self._job(document) for document in documents[start : start + PAGES_OF_A_BATCH]]
            digests.extend(digest(job.content) for job in jobs)
            yield Batch(parcel, tuple(jobs))

    def _job(self, document: Document) -> Job:
        from generator.site.batches import Job

        configuration = self.task.configuration
        problems: tuple[Problem, ...] = ()
        try:
            content = (configuration.docs_dir / document.source).read_bytes()
        except OSError as error:
            shown = f"{configuration.shown_docs}/{document.source}"
            content, problems = b"", (problem(shown, 0, "file-unreadable", reason=error.strerror or str(error)),)
        return Job(document.source, document.target, document.title, document.metadata.summary, content, problems)

    def _parcel(self) -> Parcel:
        from generator.site.batches import Context, Parcel

        task, configuration = self.task, self.task.configuration
        folder = str(configuration.docs_dir)
        context = Context(task.options, task.index, folder, configuration.shown_docs, engine_digest())
        return Parcel(context, digest(task.environment, task.index_digest, folder))


def extra_problems(configuration: SiteConfiguration, library: Library) -> Iterator[Problem]:
    """Style sheets and scripts of `mkdocs.yml` that are not in the content folder."""
    known = library.media_targets()
    asked = [("extra_css", path) for path in configuration.extra_css]
    asked += [("extra_javascript", path) for path in configuration.extra_javascript]
    for key, path in asked:
        if path not in known:
            yield problem(configuration.file, 0, "extra-not-local", key=key, value=path)


def cross_page_problems(
    renderings: Sequence[Rendering], shown_docs: str, anchors_of: Callable[[Rendering], frozenset[str]]
) -> Iterator[Problem]:
    """What only shows when all pages are known: anchors of other pages, block ids used twice."""
    pages = {one.document.target: one for one in renderings if one.facts}
    anchors: dict[str, frozenset[str]] = {}
    blocks: dict[str, str] = {}
    for rendering in pages.values():
        facts = rendering.facts
        if facts is None or not (facts.links or facts.blocks):
            continue
        shown = f"{shown_docs}/{rendering.document.source}"
        for link in facts.links:
            if link.target in pages:
                if link.target not in anchors:
                    anchors[link.target] = anchors_of(pages[link.target])
                if link.anchor not in anchors[link.target]:
                    yield problem(shown, link.line, "link-anchor", target=link.written)
        for block in facts.blocks:
            other = blocks.setdefault(block.id, shown) if block.has_written_id else shown
            if other != shown:
                yield problem(shown, block.line, "block-id-duplicate", id=block.id, other=other)
