"""Rendering as work that travels: some Markdown files with all that their rendering needs, and what comes back."""

from __future__ import annotations

import logging
import pickle
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from generator.content.front_matter import split_front_matter
from generator.content.text import decode_text
from generator.pages.markdown import Renderer, RenderOptions
from generator.pages.page import PageSource, SiteIndex
from generator.pages.sections import summarised
from generator.problems import Problem, problem
from generator.search.page_terms import PageIndexer
from generator.search.words import Vocabulary, stemming_rules
from generator.site.cache import PageRow
from generator.site.digests import digest_of_values, engine_digest
from generator.site.inputs import TrackedIndex
from generator.site.workers import WorkersDifferError

log = logging.getLogger("canoa")

SNIPPET_MARK = "8<"
"""What a page contains that includes other files through `pymdownx.snippets`."""
PURE_EXTENSIONS = frozenset(
    (
        *(
            "abbr",
            "admonition",
            "attr_list",
            "codehilite",
            "def_list",
            "extra",
            "fenced_code",
            "footnotes",
            "legacy_attrs",
        ),
        *("legacy_em", "markdown_captions", "md_in_html", "meta", "nl2br", "sane_lists", "smarty", "tables", "toc"),
        "wikilinks",
    )
)
"""Extensions of Python-Markdown: what they make depends on the text and the settings alone."""
UNSEEN_INPUTS = frozenset(("pymdownx.b64",))
"""Extensions that read files which the site index does not know."""
PURE_NAMES = ("markdown.", "pymdownx.", "material.extensions.emoji.")
"""Python names in settings that lead to functions of the same kind."""


@dataclass(frozen=True)
class Context:
    """What all pages of a build share."""

    options: RenderOptions
    index: SiteIndex
    docs_dir: str
    shown_docs: str
    """The content folder as problems name it."""
    engine: bytes
    """`engine_digest` of the process that gives the work."""

    @cached_property
    def volatile_mark(self) -> str | None:
        """As `volatile_mark` of the options."""
        return volatile_mark(self.options)


class Parcel:
    """A context on its way: packed only when it leaves the process, unpacked once in each."""

    def __init__(self, context: Context, digest: bytes) -> None:
        self.digest = digest
        self._context: Context | None = context
        self._packed = b""

    def __getstate__(self) -> tuple[bytes, bytes]:
        if not self._packed:
            self._packed = zlib.compress(pickle.dumps(self._context), 1)
        return self.digest, self._packed

    def __setstate__(self, state: tuple[bytes, bytes]) -> None:
        self.digest, self._packed = state
        self._context = None

    def context(self) -> Context:
        """The context.  Raises `WorkersDifferError` in another process that would render with it differently."""
        if self._context is None:
            unpacked: Context = pickle.loads(zlib.decompress(self._packed))  # noqa: S301  # from our own build, not from a file
            _check_surroundings(unpacked)
            self._context = unpacked
        return self._context


def _check_surroundings(context: Context) -> None:
    if context.engine != engine_digest():
        raise WorkersDifferError
    if not Path(context.docs_dir).is_dir():
        raise WorkersDifferError


@dataclass(frozen=True)
class Job:
    """One page to render."""

    source: str
    target: str
    title: str
    summary: str
    content: bytes
    """The file, with its front matter."""
    problems: tuple[Problem, ...] = ()
    """Why there is no content."""


@dataclass(frozen=True)
class Batch:
    """Some pages, with what all pages share."""

    parcel: Parcel
    jobs: tuple[Job, ...]


@dataclass(frozen=True)
class Rendered:
    """A rendered page, or why there is none."""

    row: PageRow | None
    problems: tuple[Problem, ...] = ()
    """Only when there is no row: a row has its own."""
    html: str = ""
    """What the row holds compressed: whoever frames the page at once need not take it apart again."""


@dataclass(frozen=True)
class BatchResult:
    """The pages of a batch in their order, and what could not be set up."""

    pages: tuple[Rendered, ...]
    setup: tuple[Problem, ...]


class _Desk:
    """What a process keeps between batches: one renderer, and the index of the last build."""

    def __init__(self) -> None:
        self.parcel = b""
        self.context: Context | None = None
        self.options = b""
        self.renderer: Renderer | None = None
        self.indexer = PageIndexer(Vocabulary(()))

    def lay(self, parcel: Parcel) -> tuple[Context, Renderer]:
        """Context and renderer for a parcel; a renderer takes 0.1 s to set up and serves all with its options."""
        if self.context is None or self.renderer is None or self.parcel != parcel.digest:
            self.context, self.parcel = parcel.context(), parcel.digest
            options = digest_of_values(vars(self.context.options))
            if self.renderer is None or self.options != options:
                self.renderer, self.options = Renderer(self.context.options), options
                self.indexer = PageIndexer(Vocabulary(stemming_rules(self.context.options.language)))
        return self.context, self.renderer


_desk = _Desk()


def set_up(parcel: Parcel) -> tuple[Problem, ...]:
    """Make all ready for rendering in this process; gives what could not be set up."""
    return _desk.lay(parcel)[1].problems


def render_batch(batch: Batch) -> BatchResult:
    """Render some pages, here or in a worker.

    Raises `WorkersDifferError` in a process that would render them differently.
    """
    context, renderer = _desk.lay(batch.parcel)
    return BatchResult(tuple(_render(job, context, renderer, _desk.indexer) for job in batch.jobs), renderer.problems)


def _render(job: Job, context: Context, renderer: Renderer, indexer: PageIndexer) -> Rendered:
    if job.problems:
        return Rendered(None, job.problems)
    shown = f"{context.shown_docs}/{job.source}"
    text, problems = decode_text(job.content, shown)
    if text is None:
        return Rendered(None, tuple(problems))
    index = TrackedIndex.of(context.index)
    try:
        page = renderer.render(page_source(job, shown, text), index)
    except RecursionError:  # Python-Markdown follows nesting by recursion, without a bound of its own
        return Rendered(None, (problem(shown, 0, "page-too-deep"),))
    except Exception as error:  # extensions of others raise anything; one page must not cost the author all others
        log.debug("%s", shown, exc_info=True)
        reason = f"{type(error).__name__}: {error}".split("\n")[0][:200]
        return Rendered(None, (problem(shown, 0, "page-failed", reason=reason),))
    mark = context.volatile_mark
    volatile = mark is not None and mark in text
    sections = summarised(page.sections, job.summary or page.summary)
    indexed = indexer.index(page.title, [(section.heading, section.text) for section in sections])
    page = replace(page, words=indexed.words, sections=sections)
    row = PageRow.of(page, index.inputs(context.index), volatile=volatile, terms=indexed.terms)
    return Rendered(row, html=page.html)


def page_source(job: Job, shown: str, text: str) -> PageSource:
    """What the renderer is given for a file."""
    split = split_front_matter(text)
    return PageSource(
        path=job.source,
        shown_path=shown,
        target=job.target,
        text=split.body,
        first_line=split.first_line,
        title=job.title,
    )


def volatile_mark(options: RenderOptions) -> str | None:
    """What a page contains when nobody can say what it depends on: empty with extensions of others, so that every page
    does; what includes files by name; None when no page can."""
    names = [name.removeprefix("markdown.extensions.") for name in options.extensions]
    if not all(_is_pure(name) for name in names) or not _has_pure_names(options.extension_configs):
        return ""
    if "pymdownx.snippets" not in names:
        return None
    settings = options.extension_configs.get("pymdownx.snippets") or {}
    return "" if settings.get("auto_append") else SNIPPET_MARK


def _is_pure(name: str) -> bool:
    return name in PURE_EXTENSIONS or (name.startswith("pymdownx.") and name not in UNSEEN_INPUTS)


def _has_pure_names(value: object) -> bool:
    """True when all Python names inside settings are of known packages."""
    if isinstance(value, Mapping):
        called = value.get("python/object/apply")
        return (called is None or str(called).startswith(PURE_NAMES)) and all(map(_has_pure_names, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_has_pure_names, value))
    if not isinstance(value, str) or "python/name:" not in value:
        return True
    return value.partition("python/name:")[2].startswith(PURE_NAMES)
