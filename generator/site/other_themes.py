"""The same content for themes that are not ours: pages, addresses and navigation that MkDocs dresses.

Our renderer makes the text of each page, so blocks, links and checks are those of the light site; the theme makes all
that is around it.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from generator.content.model import Course, Document
from generator.language import load_translations
from generator.problems import Problem
from generator.site.configuration import SiteConfiguration
from generator.site.finding import SEARCH, SEARCH_FILES
from generator.site.learning import OFFLINE, course_list, course_list_path, learner_files, script_path
from generator.site.preparation import Prepared, prepare_site
from generator.site.publication import page_views
from generator.site.view import CardGroup, Link, PageView, TocEntry
from generator.site.workshop import Workshop
from generator.theme import assemble_styles

Translate = Callable[[str], str]

STYLE_TARGET = "canoa/blocos.css"


@dataclass(frozen=True)
class Edition:
    """A library as another theme publishes it."""

    prepared: Prepared
    pages: dict[str, PageView]
    """Source path (of generated indexes: the one that MkDocs is told) → the page."""
    targets: dict[str, str]
    """Source path → path in the site, of pages and of media."""

    @classmethod
    def of(cls, configuration: SiteConfiguration, *, directory_urls: bool) -> Edition:
        """Read, render and check everything once."""
        with Workshop.open(configuration) as workshop:
            prepared = prepare_site(replace(configuration, directory_urls=directory_urls), workshop)
            sources = {document.target: document.source for document in prepared.library.documents()}
            shown = (view for view in page_views(prepared) if view.path != SEARCH or view.path in sources)
            views = {sources.get(view.path, _generated_source(view.path)): view for view in shown}
        pages = {source: view.path for source, view in views.items()}
        return cls(prepared, views, {**prepared.library.media_targets(), **pages})

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the content."""
        return self.prepared.problems

    @property
    def generated(self) -> tuple[str, ...]:
        """Source paths of the pages that no author wrote."""
        written = {document.source for document in self.prepared.library.documents()}
        return tuple(source for source in self.pages if source not in written)

    def content(self, source: str) -> str:
        """The inside of a page: its text, its lists, its credits."""
        view = self.pages[source]
        facts = "" if view.kind in ("home", "index", "study") else _facts(view)
        # What takes courses along needs the lists of files that only the light theme has.
        own = (script for script in view.scripts if not script.endswith(script_path(OFFLINE)))
        scripts = "".join(f'<script src="{html.escape(script)}" defer></script>' for script in own)
        return facts + view.html + "".join(_list(group) for group in view.groups) + _credits(view) + scripts

    def files(self) -> dict[str, bytes]:
        """Path in the site → content, of what pages load that is in no content folder."""
        configuration, library = self.prepared.configuration, self.prepared.library
        blocks = {one.document.source: one.facts.blocks for one in self.prepared.renderings if one.facts}
        lists = {
            course_list_path(course.document): course_list(library, course, lambda page: blocks.get(page.source, ()))
            for course in library.courses
        }
        scripts = learner_files(configuration, self._translate, has_study=bool(library.courses))
        for path in SEARCH_FILES:
            del scripts[path]
        return {STYLE_TARGET: assemble_styles().blocks, **scripts, **lists}

    def metadata(self, source: str) -> dict[str, str]:
        """What themes read from a front matter; they show it as HTML, so it is escaped here."""
        view = self.pages[source]
        summary = {"description": html.escape(view.summary)} if view.summary else {}
        return {"title": _escaped(view.title), **summary}

    def table_of_contents(self, source: str) -> list[dict[str, Any]]:
        """Headings in the form of Python-Markdown's `toc_tokens`."""
        return [_token(entry, 2) for entry in self.pages[source].toc]

    def navigation(self) -> list[Any] | None:
        """MkDocs's `nav` of a course tree; None where MkDocs's own serves."""
        library = self.prepared.library
        if not library.courses:
            return None
        entries: list[Any] = [library.home.source] if library.home else ["index.md"]
        entries += [
            {_escaped(course.document.title): _course_entries(course, self._translate)} for course in library.courses
        ]
        entries += [document.source for document in library.loose]
        entries += [{_escaped(self.pages[source].title): source} for source in self.generated if source != "index.md"]
        return entries + ([library.glossary.source] if library.glossary else [])

    def _translate(self, text: str) -> str:
        return load_translations(self.prepared.configuration.language).gettext(text)


def _generated_source(target: str) -> str:
    """The Markdown file that MkDocs is told a generated page comes from."""
    return target.removesuffix(".html") + ".md"


def _course_entries(course: Course, translate: Translate) -> list[Any]:
    entries: list[Any] = [course.document.source, *(_entry(unit.document) for unit in course.units)]
    for module in course.modules:
        units = [_entry(unit.document) for unit in module.units]
        entries.append({_escaped(module.document.title): [module.document.source, *units]})
    if course.cases:
        entries.append({translate("Clinical cases"): [_entry(case.document) for case in course.cases]})
    if course.worksheets:
        entries.append({translate("Worksheets"): [_entry(sheet.document) for sheet in course.worksheets]})
    return entries


def _entry(document: Document) -> dict[str, str]:
    return {_escaped(document.title): document.source}


def _escaped(title: str) -> str:
    """A title as HTML: themes of MkDocs print titles as they are."""
    return html.escape(title, quote=False)


def _token(entry: TocEntry, level: int) -> dict[str, Any]:
    children = [_token(child, level + 1) for child in entry.children]
    return {"level": level, "id": entry.anchor, "name": html.escape(entry.title), "children": children}


def _facts(view: PageView) -> str:
    """Kind, minutes and the indexes that list the page."""
    links = [*view.audiences, *view.problems, *view.tools]
    plain = [html.escape(text) for text in (view.label, view.duration_shown) if text]
    items = "".join(f"<li>{item}</li>" for item in [*plain, *map(_anchor, links)])
    return f'<ul class="canoa-fatos">{items}</ul>' if items else ""


def _anchor(link: Link) -> str:
    return f'<a href="{html.escape(link.href)}">{html.escape(link.title)}</a>'


def _list(group: CardGroup) -> str:
    heading = f'<h2 id="{html.escape(group.anchor)}">{html.escape(group.title)}</h2>' if group.title else ""
    intro = f"<p>{html.escape(group.intro)}</p>" if group.intro else ""
    items = "".join(
        f'<li><a href="{html.escape(card.href)}">{html.escape(card.title)}</a>'
        + (f"<br><small>{html.escape(card.summary)}</small>" if card.summary else "")
        + "</li>"
        for card in group.cards
    )
    return f"{heading}{intro}<ul>{items}</ul>"


def _credits(view: PageView) -> str:
    """Licence and authorship, which every page must carry."""
    names = ", ".join(f"{one.name} ({one.institution})" if one.institution else one.name for one in view.authors)
    parts = [html.escape(names), view.reviewed_shown]
    if view.licence:
        parts.append(f'<a href="{html.escape(view.licence.url)}" rel="license">{html.escape(view.licence.name)}</a>')
    shown = " · ".join(part for part in parts if part)
    return f'<p class="canoa-credito"><small>{shown}</small></p>' if shown else ""
