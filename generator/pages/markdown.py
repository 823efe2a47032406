"""One configured Python-Markdown per process: a text goes in, a finished page comes out.

The steps of `Renderer.render`, in order, are the whole of the stage.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, cast

from generator.language import load_translations
from generator.pages.blocks.desk import Desk
from generator.pages.blocks.scan import Scan, scan_blocks
from generator.pages.extensions import configure
from generator.pages.finish import (
    PageTitle,
    first_paragraph,
    level_stages,
    list_abbreviations,
    literal_blocks,
    name_task_boxes,
    number_tab_sets,
    take_title,
)
from generator.pages.links import LineFinder
from generator.pages.maths import write_mathml
from generator.pages.options import RenderOptions
from generator.pages.page import Heading, PageSource, RenderedPage, SiteIndex
from generator.pages.rewrite import frames_become_links, rewrite
from generator.pages.sanitise import make_cleaner, sanitise
from generator.pages.sections import page_sections
from generator.problems import Problem, in_order

__all__ = ["RenderOptions", "Renderer"]

BLOCK_KINDS = ("block-unknown", "block-unclosed", "block-close-without-open", "block-literal")
HEADING_ONE = re.compile(r"#(?!#)[ ]*(.+?)[ ]*#*[ ]*$")


class Renderer:
    """Renders pages one after the other; nothing of a page is left when the next one begins."""

    def __init__(self, options: RenderOptions) -> None:
        self.options = options
        self.translate = load_translations(options.language).gettext
        self._desk = Desk(options, self.translate)
        configured = configure(options, self._desk)
        self._markdown = configured.markdown
        self._toc = cast(Any, self._markdown.treeprocessors["toc"])
        self._toc_marker: str = self._toc.marker
        self._known = configured.blocks.processor.known_blocks(strict=options.strict_blocks)
        self._cleaner = make_cleaner()
        self.problems: tuple[Problem, ...] = in_order(configured.problems)
        """What could not be set up: problems of the configuration, not of a page."""

    def render(self, source: PageSource, site: SiteIndex) -> RenderedPage:
        """Render one page.  Whatever an author writes, the result is a page and its problems, never an exception."""
        source = replace(source, text=unicodedata.normalize("NFC", source.text))
        scan = scan_blocks(source.text, source.shown_path, source.first_line, self._known, self.translate)
        self._desk.clear(source, site, scan)
        finder = LineFinder(source.text, source.first_line)
        markup = self._convert(source.text)
        markup = write_mathml(markup, lambda text, reason: self._report_formula(finder, text, reason))
        markup = frames_become_links(markup, lambda kind, target: self._report_target(finder, kind, target))
        markup = level_stages(number_tab_sets(markup))
        markup = self._sanitise(markup, source, site, finder)
        markup = name_task_boxes(markup, self.translate)
        title, markup = take_title(markup)
        self._report_titles(title, source, scan)
        markup = list_abbreviations(markup, self.translate)
        rewritten = rewrite(markup, source, site, finder, allow_html=self.options.allow_html)
        self._desk.problems += self._unexplained(rewritten.problems)
        self._report_repeated_ids(rewritten.ids, finder)
        self._report_literal_blocks(rewritten.html, finder)
        return RenderedPage(
            html=rewritten.html,
            title=source.title or title.text,
            headings=self._headings(title),
            anchors=rewritten.anchors,
            links=tuple(rewritten.links),
            assets=tuple(sorted(rewritten.assets)),
            blocks=tuple(self._desk.blocks),
            summary=first_paragraph(rewritten.html),
            problems=in_order(self._desk.problems),
            sections=page_sections(rewritten.html),
        )

    def _convert(self, text: str) -> str:
        """Markdown to HTML, from a clean state."""
        self._markdown.reset()
        # Looking for the marker of a table of contents is slow, and few pages have one.
        self._toc.marker = self._toc_marker if self._toc_marker in text else ""
        return self._markdown.convert(text)

    def _sanitise(self, markup: str, source: PageSource, site: SiteIndex, finder: LineFinder) -> str:
        if self.options.allow_html:
            return markup
        sanitised = sanitise(self._cleaner, markup, source, site, finder)
        self._desk.problems += sanitised.problems
        return sanitised.html

    def _headings(self, title: PageTitle) -> tuple[Heading, ...]:
        """The page's headings without its title and without a case's stages."""
        return tuple(
            Heading(max(token["level"], 2), html.unescape(token["name"]), token["id"])
            for token in _in_order(getattr(self._markdown, "toc_tokens", []))
            if token["id"] != title.anchor and token["id"] not in self._desk.hidden_headings
        )

    def _unexplained(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """The problems of links that no block has reported in its own words."""
        for found in problems:
            if found.kind != "link-anchor" or dict(found.values)["target"] not in self._desk.explained_links:
                yield found

    # --- what is reported when the page is finished ----------------------------------------------------------------

    def _report_target(self, finder: LineFinder, kind: str, target: str) -> None:
        self._desk.report(finder.line(target, html.escape(target)), kind, target=target)

    def _report_formula(self, finder: LineFinder, text: str, reason: str) -> None:
        self._desk.report(finder.line(text, text.split("\n")[0]), "math-invalid", text=text[:80], reason=reason)

    def _report_titles(self, title: PageTitle, source: PageSource, scan: Scan) -> None:
        """Every title after the first, at its line."""
        if not title.others:
            return
        lines = source.text.split("\n")
        written = [n for n, row in enumerate(lines) if scan.prose[n] and HEADING_ONE.match(row)]
        for number, text in enumerate(title.others, 1):
            line = source.first_line + written[number] if number < len(written) else 0
            self._desk.report(line, "heading-level-one", title=text)

    def _report_repeated_ids(self, ids: Iterable[str], finder: LineFinder) -> None:
        seen: set[str] = set()
        for name in ids:
            if name in seen:
                self._desk.report(self._line_of_repeated_id(finder, name), "html-id-duplicate", id=name)
            seen.add(name)

    def _line_of_repeated_id(self, finder: LineFinder, name: str) -> int:
        """Where the id is written for the second time, as an attribute list, an HTML attribute or an option."""
        for written in (f"{{#{name}", f"{{ #{name}", f'id="{name}"', f"id: {name}", name):
            first, second = finder.line(written), finder.line(written)
            if second:
                return max(first, second)
        return 0

    def _report_literal_blocks(self, markup: str, finder: LineFinder) -> None:
        """The last net: a paragraph that begins with `///`, when nothing else has explained it."""
        if not self.options.strict_blocks or any(found.kind in BLOCK_KINDS for found in self._desk.problems):
            return
        for text in literal_blocks(markup):
            self._desk.report(finder.line(text), "block-literal", text=text[:60])


def _in_order(tokens: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Nested tokens of a table of contents, one after the other."""
    for token in tokens:
        yield token
        yield from _in_order(token["children"])
