"""Every page of a library through the renderer, in reading order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from generator.content.front_matter import split_front_matter
from generator.content.model import Document, Library
from generator.content.text import read_text
from generator.content.vocabulary import TOOLS
from generator.pages.markdown import Renderer, RenderOptions
from generator.pages.page import Asset, PageSource, RenderedPage, SiteIndex
from generator.problems import Problem, problem
from generator.site.configuration import SiteConfiguration

Translate = Callable[[str], str]

log = logging.getLogger("canoa")


@dataclass(frozen=True)
class Rendering:
    """A page, and the problems of reading and rendering it."""

    document: Document
    page: RenderedPage | None
    """None when the file could not be read."""
    problems: tuple[Problem, ...]


def site_index(configuration: SiteConfiguration, library: Library) -> SiteIndex:
    """What links may lead to."""
    documents = library.documents()
    folder = configuration.docs_dir
    return SiteIndex(
        pages={document.source: document.target for document in documents},
        titles={document.source: document.title for document in documents},
        assets={media.source: Asset(media.target, media.size, str(folder / media.source)) for media in library.media},
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


def render_documents(
    documents: Sequence[Document], configuration: SiteConfiguration, renderer: Renderer, index: SiteIndex
) -> Iterator[Rendering]:
    """Render the documents in their order."""
    for document in documents:
        yield render_document(document, configuration, renderer, index)


def render_document(
    document: Document, configuration: SiteConfiguration, renderer: Renderer, index: SiteIndex
) -> Rendering:
    """Read and render one document."""
    shown = f"{configuration.shown_docs}/{document.source}"
    text, problems = read_text(configuration.docs_dir / document.source, shown)
    if text is None:
        return Rendering(document, None, tuple(problems))
    try:
        page = renderer.render(page_source(document, shown, text), index)
    except RecursionError:  # Python-Markdown follows nesting by recursion, without a bound of its own
        return Rendering(document, None, (problem(shown, 0, "page-too-deep"),))
    except Exception as error:  # extensions of others raise anything; one page must not cost the author all others
        log.debug("%s", shown, exc_info=True)
        reason = f"{type(error).__name__}: {error}".split("\n")[0][:200]
        return Rendering(document, None, (problem(shown, 0, "page-failed", reason=reason),))
    return Rendering(document, page, page.problems)


def page_source(document: Document, shown: str, text: str) -> PageSource:
    """What the renderer is given for a document."""
    split = split_front_matter(text)
    return PageSource(
        path=document.source,
        shown_path=shown,
        target=document.target,
        text=split.body,
        first_line=split.first_line,
        title=document.title,
    )


def extra_problems(configuration: SiteConfiguration, library: Library) -> Iterator[Problem]:
    """Style sheets and scripts of `mkdocs.yml` that are not in the content folder."""
    known = library.media_targets()
    asked = [("extra_css", path) for path in configuration.extra_css]
    asked += [("extra_javascript", path) for path in configuration.extra_javascript]
    for key, path in asked:
        if path not in known:
            yield problem(configuration.file, 0, "extra-not-local", key=key, value=path)


def cross_page_problems(renderings: Sequence[Rendering], shown_docs: str) -> Iterator[Problem]:
    """What only shows when all pages are known: anchors of other pages, block ids used twice."""
    anchors = {one.document.target: frozenset(one.page.anchors) for one in renderings if one.page}
    blocks: dict[str, str] = {}
    for rendering in renderings:
        if rendering.page is None:
            continue
        shown = f"{shown_docs}/{rendering.document.source}"
        for link in rendering.page.links:
            if link.target in anchors and link.anchor not in anchors[link.target]:
                yield problem(shown, link.line, "link-anchor", target=link.written)
        for block in rendering.page.blocks:
            other = blocks.setdefault(block.id, shown) if block.has_written_id else shown
            if other != shown:
                yield problem(shown, block.line, "block-id-duplicate", id=block.id, other=other)
