"""Library and rendered pages become the values that templates show."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from generator.content.model import Course, Document, Library, Person, Section
from generator.content.vocabulary import AUDIENCES, LICENCES, TOOLS
from generator.pages.page import Heading, RenderedPage
from generator.site.addresses import relative_address
from generator.site.configuration import SiteConfiguration
from generator.site.indexes import Index
from generator.site.kinds import KIND_LABELS
from generator.site.navigation import Group, Place, Shelf, places, shelves, shown_children, shown_groups
from generator.site.view import (
    Author,
    Card,
    CardGroup,
    LicenceView,
    Link,
    Navigation,
    NavigationGroup,
    PageView,
    SiteView,
    TocEntry,
)

Translate = Callable[[str], str]

WORDS_PER_MINUTE = 180
"""Silent reading of expository text by adults is about 240 words a minute (Brysbaert 2019, J. Mem. Lang. 109); study
of professional text on a poor screen is slower."""

SUBJECT_INDEXES = {"problems": "problemas.html", "tools": "ferramentas.html", "audiences": "publicos.html"}
"""Field of `PageView` → the generated index that lists its values."""

POLICY = (
    "default-src 'self' file: data: blob:; script-src 'self' file:; worker-src 'self' blob:; style-src 'self' file:; "
    "style-src-attr 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'none'"
)
"""What a page may load: its own folder.  Why each part is there: theme/README.md, "Content security policy"."""

STYLE, SCRIPT, ICON = "canoa/canoa.css", "canoa/canoa.js", "canoa/icone.svg"


@dataclass(frozen=True)
class Views:
    """Makes the view of any page of one library in one language."""

    configuration: SiteConfiguration
    library: Library
    translate: Translate
    indexes: tuple[Index, ...]
    shelves: tuple[Shelf, ...]
    places: dict[str, Place]
    courses_of: dict[str, str]
    """Source → “course › module”, for lists that mix courses."""
    extra_styles: tuple[str, ...]
    """Paths in the site of the owner's style sheets; `extra_problems` names those that do not exist."""
    extra_scripts: tuple[str, ...]

    @classmethod
    def of(
        cls, configuration: SiteConfiguration, library: Library, indexes: tuple[Index, ...], translate: Translate
    ) -> Views:
        """Work out once what all pages share."""
        all_shelves = shelves(library, translate)
        targets = library.media_targets()
        return cls(
            configuration,
            library,
            translate,
            indexes,
            all_shelves,
            places(library, all_shelves),
            _whereabouts(all_shelves),
            tuple(targets[source] for source in configuration.extra_css if source in targets),
            tuple(targets[source] for source in configuration.extra_javascript if source in targets),
        )

    # --- pages of the library -----------------------------------------------------------------------------------

    def page(self, document: Document, rendered: RenderedPage) -> PageView:
        """The view of a page that an author wrote."""
        place, metadata, target = self.places[document.source], document.metadata, document.target
        return PageView(
            site=self.site(target),
            kind=document.kind,
            label=self._label(document),
            title=document.title,
            summary=metadata.summary or rendered.summary,
            html=rendered.html,
            path=target,
            address=self._address(target),
            breadcrumb=self._breadcrumb(document, place),
            navigation=self._navigation(document, place),
            toc=table_of_contents(rendered.headings) if document.kind != "home" else (),
            previous=self._link(place.previous, target),
            next=self._link(place.next, target),
            reading_minutes=math.ceil(rendered.words / WORDS_PER_MINUTE) if document.kind != "home" else 0,
            duration=metadata.duration,
            duration_shown=self._duration(metadata.duration),
            problems=self._subjects(document, "problems"),
            tools=self._subjects(document, "tools"),
            audiences=self._subjects(document, "audiences"),
            elective=metadata.elective,
            groups=self._groups(document),
            authors=_authors(metadata.authors),
            licence=_licence(metadata.licence),
            reviewed=metadata.reviewed,
            reviewed_shown=self._date(metadata.reviewed),
        )

    def index(self, index: Index) -> PageView:
        """The view of a generated index."""
        home = Link(self.translate("Home"), relative_address(index.target, "index.html"))
        return PageView(
            site=self.site(index.target),
            kind="index",
            label=self.translate("Index"),
            title=index.title,
            summary=index.summary,
            html=index.html,
            path=index.target,
            address=self._address(index.target),
            breadcrumb=(home,),
            groups=tuple(
                CardGroup(
                    group.title, group.anchor, group.intro, self._cards(group.documents, index.target, mixed=True)
                )
                for group in index.groups
            ),
            authors=_authors(self.configuration.authors),
            licence=_licence(self.configuration.licence),
        )

    def home(self) -> PageView:
        """The view of a front page that nobody wrote."""
        return PageView(
            site=self.site("index.html"),
            kind="home",
            label="",
            title=self.configuration.site_name,
            summary=self.configuration.site_description,
            html="",
            path="index.html",
            address=self._address("index.html"),
            groups=self._home_groups("index.html"),
            problems=self._all_subjects("problems", "index.html"),
            tools=self._all_subjects("tools", "index.html"),
            audiences=self._all_subjects("audiences", "index.html"),
            authors=_authors(self.configuration.authors),
            licence=_licence(self.configuration.licence),
        )

    def site(self, target: str) -> SiteView:
        """What is the same on every page, seen from one."""

        def to(path: str) -> str:
            return relative_address(target, path)

        configuration = self.configuration
        menu = [
            Link(index.menu_title, to(index.target), index.target == target)
            for index in self.indexes
            if index.menu_title
        ]
        if self.library.courses:
            menu.insert(0, Link(self.translate("Courses"), to("index.html") + "#lista-cursos"))
        glossary = self.library.glossary
        if glossary:
            menu.insert(-1 if menu else 0, Link(glossary.title, to(glossary.target), glossary.target == target))
        return SiteView(
            name=configuration.site_name,
            language=configuration.language,
            home=to("index.html"),
            style=to(STYLE),
            script=to(SCRIPT),
            favicon=to(ICON),
            policy="" if configuration.preview else POLICY,
            extra_styles=tuple(to(path) for path in self.extra_styles),
            extra_scripts=tuple(to(path) for path in self.extra_scripts),
            menu=tuple(menu),
            search=next((to(index.target) for index in self.indexes if index.is_search), ""),
            footer=configuration.copyright,
        )

    # --- parts --------------------------------------------------------------------------------------------------

    def _label(self, document: Document) -> str:
        label = KIND_LABELS[document.kind]
        return self.translate(label) if label else ""

    def _address(self, target: str) -> str:
        return self.configuration.site_url + relative_address("", target) if self.configuration.site_url else ""

    def _link(self, document: Document | None, from_target: str) -> Link | None:
        return Link(document.title, relative_address(from_target, document.target)) if document else None

    def _breadcrumb(self, document: Document, place: Place) -> tuple[Link, ...]:
        if document.kind == "home":
            return ()
        above: list[tuple[str, Document | None]] = []
        if place.shelf:
            above.append((place.shelf.title, place.shelf.document))
        if place.group and place.group.children:
            above.append((place.group.title, place.group.document))
        links = [
            Link(title, relative_address(document.target, page.target) if page else "")
            for title, page in above
            if page is None or page.source != document.source
        ]
        return (Link(self.translate("Home"), relative_address(document.target, "index.html")), *links)

    def _navigation(self, document: Document, place: Place) -> Navigation | None:
        shelf, target = place.shelf, document.target
        if shelf is None or not shelf.groups:
            return None
        return Navigation(
            title=shelf.title,
            href=relative_address(target, shelf.document.target) if shelf.document else "",
            current=shelf.document is not None and shelf.document.source == document.source,
            groups=tuple(
                _navigation_group(group, group is place.group, document) for group in shown_groups(shelf, place.group)
            ),
        )

    def _subjects(self, document: Document, subject: str) -> tuple[Link, ...]:
        """What a page is about or for whom; the front page leads to everything that there is."""
        if document.kind == "home":
            return self._all_subjects(subject, document.target)
        metadata = document.metadata
        own = {"problems": metadata.problems, "tools": metadata.tools, "audiences": metadata.audience}
        return self._into_index(subject, own[subject], document.target)

    def _all_subjects(self, subject: str, target: str) -> tuple[Link, ...]:
        """Every group of an index."""
        groups = [index.groups for index in self.indexes if index.target == SUBJECT_INDEXES[subject]]
        return self._into_index(subject, [group.anchor for found in groups for group in found], target)

    def _names(self, subject: str) -> dict[str, str]:
        if subject == "problems":
            return {entry.id: entry.name for entry in self.library.problems}
        return TOOLS if subject == "tools" else AUDIENCES

    def _into_index(self, subject: str, ids: Iterable[str], target: str) -> tuple[Link, ...]:
        """Links from a page's tags into the index that lists them."""
        index, names = SUBJECT_INDEXES[subject], self._names(subject)
        exists = any(known.target == index for known in self.indexes)
        return tuple(
            Link(self.translate(names[one]), f"{relative_address(target, index)}#{one}" if exists else "")
            for one in ids
            if one in names
        )

    def _groups(self, document: Document) -> tuple[CardGroup, ...]:
        """The lists under a page's text: what it leads to."""
        if document.kind == "home":
            return self._home_groups(document.target)
        if document.kind not in ("course", "module"):
            return ()
        for course in self.library.courses:
            if document.source == course.document.source:
                return self._course_groups(course)
            for module in course.modules:
                if document.source == module.document.source:
                    pages = [unit.document for unit in module.units]
                    return self._group(self.translate("Units of this module"), "lista-unidades", pages, document.target)
        return ()

    def _course_groups(self, course: Course) -> tuple[CardGroup, ...]:
        target = course.document.target
        core = [module.document for module in course.modules if not module.document.metadata.elective]
        electives = [module.document for module in course.modules if module.document.metadata.elective]
        return (
            *self._group(self.translate("Units"), "lista-unidades", [unit.document for unit in course.units], target),
            *self._group(self.translate("Modules"), "lista-modulos", core, target),
            *self._group(self.translate("Electives"), "lista-eletivas", electives, target),
            *self._group(
                self.translate("Clinical cases"), "lista-casos", [case.document for case in course.cases], target
            ),
            *self._group(
                self.translate("Worksheets"), "lista-fichas", [one.document for one in course.worksheets], target
            ),
        )

    def _home_groups(self, target: str) -> tuple[CardGroup, ...]:
        courses = [course.document for course in self.library.courses]
        cards = self._cards(courses, target, mixed=False)
        sections = tuple(card for section in self.library.sections for card in self._section_card(section, target))
        loose = [page for page in self.library.loose if not self.library.sections]
        return (
            *((CardGroup(self.translate("Courses"), "lista-cursos", "", cards),) if cards else ()),
            *((CardGroup(self.translate("Contents"), "lista-conteudos", "", sections),) if sections else ()),
            *self._group(self.translate("More pages"), "lista-mais", loose, target),
        )

    def _section_card(self, section: Section, target: str) -> Iterable[Card]:
        first = section.document or next(section.documents(), None)
        if first:
            yield Card(section.title, relative_address(target, first.target), "page", "", first.metadata.summary)

    def _group(self, title: str, anchor: str, pages: Sequence[Document], target: str) -> tuple[CardGroup, ...]:
        return (CardGroup(title, anchor, "", self._cards(pages, target, mixed=False)),) if pages else ()

    def _cards(self, pages: Sequence[Document], target: str, *, mixed: bool) -> tuple[Card, ...]:
        return tuple(
            Card(
                title=page.title,
                href=relative_address(target, page.target),
                kind=page.kind,
                label=self._label(page),
                summary=page.metadata.summary,
                where=self.courses_of.get(page.source, "") if mixed else "",
                duration_shown=self._duration(page.metadata.duration),
                elective=page.metadata.elective,
            )
            for page in pages
        )

    def _duration(self, minutes: int) -> str:
        """Time of study in words: people plan in hours."""
        hours, rest = divmod(minutes, 60)
        if not minutes:
            return ""
        if not hours:
            return self.translate("{minutes} min").format(minutes=rest)
        if not rest:
            return self.translate("{hours} h").format(hours=hours)
        return self.translate("{hours} h {minutes} min").format(hours=hours, minutes=rest)

    def _date(self, iso: str) -> str:
        """A date as readers of the language write it."""
        if not iso:
            return ""
        year, month, day = iso.split("-")
        return self.translate("{year}-{month}-{day}").format(year=year, month=month, day=day)


def table_of_contents(headings: Sequence[Heading]) -> tuple[TocEntry, ...]:
    """Headings of the levels 2 and 3 as a tree; a level-3 heading before any other stands at the top."""
    entries: list[TocEntry] = []
    for heading in headings:
        if heading.level == 2 or not entries:
            if heading.level <= 3:
                entries.append(TocEntry(heading.title, heading.anchor))
        elif heading.level == 3:
            last = entries[-1]
            entries[-1] = TocEntry(last.title, last.anchor, (*last.children, TocEntry(heading.title, heading.anchor)))
    return tuple(entries)


def _navigation_group(group: Group, is_open: bool, current: Document) -> NavigationGroup:
    own = group.document
    pages = shown_children(group, current) if is_open else ()
    first = own or next(group.documents(), None)
    return NavigationGroup(
        title=group.title,
        href=relative_address(current.target, first.target) if first else "",
        current=own is not None and own.source == current.source,
        open=is_open and bool(group.children),
        links=tuple(
            Link(page.title, relative_address(current.target, page.target), page.source == current.source)
            for page in pages
        ),
    )


def _whereabouts(all_shelves: tuple[Shelf, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for shelf in all_shelves:
        for group in shelf.groups:
            for page in group.documents():
                above = [shelf.title, *([group.title] if page is not group.document else [])]
                found.setdefault(page.source, " › ".join(above))
    return found


def _authors(people: Sequence[Person]) -> tuple[Author, ...]:
    return tuple(Author(one.name, one.institution, one.orcid) for one in people)


def _licence(spdx: str) -> LicenceView | None:
    return LicenceView(spdx, *LICENCES[spdx]) if spdx in LICENCES else None
