"""Library and rendered pages become the values that templates show."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

from generator.content.model import Course, Document, Library, Module, Person, Section
from generator.content.vocabulary import AUDIENCES, LICENCES, TOOLS
from generator.pages.page import Heading, RenderedPage
from generator.site.addresses import address_from, relative_address
from generator.site.configuration import SiteConfiguration
from generator.site.finding import results_page
from generator.site.folder_views import FolderView
from generator.site.frame_digests import FrameDigests
from generator.site.indexes import Index
from generator.site.kinds import KIND_LABELS
from generator.site.learning import (
    CHECK,
    COPY_SCRIPTS,
    OFFLINE,
    STUDY,
    LearnerPage,
    activity_scripts,
    course_id,
    learner_pages,
    progress_scripts,
    script_path,
)
from generator.site.navigation import Place, Shelf, places, shelves
from generator.site.view import (
    Author,
    Card,
    CardGroup,
    LicenceView,
    Link,
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

MOST_FOLDERS = 64
"""Folders whose views are kept: pages come folder by folder."""

STYLE, SCRIPT, ICON = "canoa/canoa.css", "canoa/canoa.js", "canoa/icone.svg"


class PageList(NamedTuple):
    """A list under a page's text, before it is seen from the page."""

    title: str
    anchor: str
    pages: Sequence[Document]


@dataclass(frozen=True)
class Views:
    """Makes the view of any page of one library in one language."""

    configuration: SiteConfiguration
    library: Library
    translate: Translate
    indexes: tuple[Index, ...]
    shelves: tuple[Shelf, ...]
    places: dict[str, Place]
    extra_styles: tuple[str, ...]
    """Paths in the site of the owner's style sheets; `extra_problems` names those that do not exist."""
    extra_scripts: tuple[str, ...]
    _folders: dict[str, FolderView] = field(default_factory=dict, init=False, repr=False, compare=False)
    _durations: dict[int, str] = field(default_factory=dict, init=False, repr=False, compare=False)

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
            tuple(targets[source] for source in configuration.extra_css if source in targets),
            tuple(targets[source] for source in configuration.extra_javascript if source in targets),
        )

    # --- pages of the library -----------------------------------------------------------------------------------

    def page(self, document: Document, rendered: RenderedPage) -> PageView:
        """The view of a page that an author wrote."""
        place, metadata, target = self.places[document.source], document.metadata, document.target
        folder = self._folder_of(target)
        return PageView(
            site=self._marked(folder.site, target),
            kind=document.kind,
            label=self._label(document),
            title=document.title,
            summary=metadata.summary or rendered.summary,
            html=rendered.html,
            path=target,
            course=self._course_name(place, target),
            address=self._address(target),
            breadcrumb=self._breadcrumb(document, place, folder),
            navigation=folder.navigation(document, place),
            toc=table_of_contents(rendered.headings) if document.kind != "home" else (),
            previous=_link(place.previous, folder),
            next=_link(place.next, folder),
            reading_minutes=math.ceil(rendered.words / WORDS_PER_MINUTE) if document.kind != "home" else 0,
            duration=metadata.duration,
            duration_shown=self._duration(metadata.duration),
            problems=self._subjects(document, "problems", folder),
            tools=self._subjects(document, "tools", folder),
            audiences=self._subjects(document, "audiences", folder),
            elective=metadata.elective,
            groups=self._groups(document, folder),
            authors=_authors(metadata.authors),
            licence=_licence(metadata.licence),
            reviewed=metadata.reviewed,
            reviewed_shown=self._date(metadata.reviewed),
            scripts=tuple(folder.address(script) for script in self._scripts(document, place, rendered)),
        )

    def index(self, index: Index) -> PageView:
        """The view of a generated index."""
        above = [(title, target) for title, target in ((self.translate("Home"), "index.html"), index.above) if target]
        folder = self._folder_of(index.target)
        return PageView(
            site=self.site(index.target),
            kind="index",
            label=self.translate("Index"),
            title=index.title,
            summary=index.summary,
            html=index.html,
            path=index.target,
            course="",
            address=self._address(index.target),
            breadcrumb=tuple(Link(title, folder.address(target)) for title, target in above),
            groups=tuple(
                CardGroup(group.title, group.anchor, group.intro, self._cards(group.documents, folder, mixed=True))
                for group in index.groups
            ),
            authors=_authors(self.configuration.authors),
            licence=_licence(self.configuration.licence),
            scripts=tuple(folder.address(script) for script in COPY_SCRIPTS),
        )

    def home(self) -> PageView:
        """The view of a front page that nobody wrote."""
        folder = self._folder_of("index.html")
        return PageView(
            site=self.site("index.html"),
            kind="home",
            label="",
            title=self.configuration.site_name,
            summary=self.configuration.site_description,
            html="",
            path="index.html",
            course="",
            address=self._address("index.html"),
            groups=self._home_groups(folder),
            problems=self._all_subjects("problems", folder),
            tools=self._all_subjects("tools", folder),
            audiences=self._all_subjects("audiences", folder),
            authors=_authors(self.configuration.authors),
            licence=_licence(self.configuration.licence),
            scripts=tuple(folder.address(script) for script in COPY_SCRIPTS),
        )

    def learner(self, page: LearnerPage, html: str) -> PageView:
        """The view of a page that belongs to the learner; `html` is its text."""
        return PageView(
            site=self.site(page.target),
            kind="study",
            label="",
            title=page.title,
            summary=page.summary,
            html=html,
            path=page.target,
            course="",
            address=self._address(page.target),
            breadcrumb=(Link(self.translate("Home"), relative_address(page.target, "index.html")),),
            authors=_authors(self.configuration.authors),
            licence=_licence(self.configuration.licence),
            scripts=tuple(relative_address(page.target, script) for script in page.scripts),
        )

    @cached_property
    def learner_pages(self) -> tuple[LearnerPage, ...]:
        """The pages that scripts fill in: the learner's own, and the results of the search."""
        results = results_page(self.library, self.indexes, self.translate)
        return (*learner_pages(self.library, self.indexes, self.translate), *((results,) if results else ()))

    def _course_name(self, place: Place, target: str) -> str:
        course = place.shelf.document if place.shelf else None
        name = course_id(course) if course else ""
        return "" if name == target.partition("/")[0] else name

    def _scripts(self, document: Document, place: Place, rendered: RenderedPage) -> tuple[str, ...]:
        """The scripts that only this page needs, beside the theme's: paths in the site."""
        own = activity_scripts(rendered.blocks) if rendered.blocks else ()
        if document.kind in ("home", "course"):
            own = (*COPY_SCRIPTS, *own)
        if document.kind not in ("course", "module") or place.shelf is None or place.shelf.document is None:
            return own
        taking = () if document.kind == "module" or self.configuration.preview else (script_path(OFFLINE),)
        return tuple(dict.fromkeys((*progress_scripts(place.shelf.document), *own, *taking)))

    # --- digests ------------------------------------------------------------------------------------------------

    def frame_digest(self, document: Document) -> bytes:
        """Digest of all that the view of an author's page shows, but for what rendering made of its text."""
        return self._digests.of_page(document)

    def index_digest(self, index: Index) -> bytes:
        """Digest of all that a generated index shows."""
        return self._digests.of_index(index)

    def home_digest(self) -> bytes:
        """Digest of all that a front page shows that nobody wrote."""
        return self._digests.of_home()

    def learner_digest(self, page: LearnerPage) -> bytes:
        """Digest of all that a page of the learner shows, but for the theme."""
        return self._digests.of_learner_page(page)

    @cached_property
    def _digests(self) -> FrameDigests:
        return FrameDigests(self)

    # --- the site -----------------------------------------------------------------------------------------------

    def site(self, target: str) -> SiteView:
        """What is the same on every page, seen from one."""
        return self._marked(self._folder_of(target).site, target)

    def _marked(self, site: SiteView, target: str) -> SiteView:
        """With the mark of the current page, on the pages that the menu lists."""
        if target not in self._menu_targets:
            return site
        marked = (replace(link, current=to == target) for link, to in zip(site.menu, self._menu_targets, strict=True))
        return replace(site, menu=tuple(marked))

    def _folder_of(self, target: str) -> FolderView:
        name = target.rpartition("/")[0]
        folder = self._folders.get(name)
        if folder is None:
            if len(self._folders) >= MOST_FOLDERS:
                self._folders.clear()
            folder = self._folders[name] = FolderView(name, self._site_from(name))
        return folder

    def _site_from(self, folder: str) -> SiteView:
        """Seen from a folder, no entry of the menu marked."""

        def to(path: str) -> str:
            return address_from(folder, path)

        configuration = self.configuration
        return SiteView(
            id=configuration.site_id,
            name=configuration.site_name,
            language=configuration.language,
            home=to("index.html"),
            style=to(STYLE),
            script=to(SCRIPT),
            favicon=to(ICON),
            policy="" if configuration.preview else POLICY,
            extra_styles=tuple(to(path) for path in self.extra_styles),
            extra_scripts=tuple(to(path) for path in self.extra_scripts),
            menu=tuple(Link(title, to(target) + anchor) for title, target, anchor in self._menu_entries),
            search=next((to(index.target) for index in self.indexes if index.is_search), ""),
            about=to(CHECK),
            footer=configuration.copyright,
        )

    @cached_property
    def _menu_entries(self) -> tuple[tuple[str, str, str], ...]:
        """Title, path in the site and anchor of the entries of the site's menu."""
        menu = [(index.menu_title, index.target, "") for index in self.indexes if index.menu_title]
        if self.library.courses:
            menu.insert(0, (self.translate("Courses"), "index.html", "#lista-cursos"))
        glossary = self.library.glossary
        if glossary:
            menu.insert(-1 if menu else 0, (glossary.title, glossary.target, ""))
        menu += [(page.title, page.target, "") for page in self.learner_pages if page.target == STUDY]
        return tuple(menu)

    @cached_property
    def _menu_targets(self) -> tuple[str, ...]:
        """Page of each entry; empty for an entry that is only a part of one."""
        return tuple("" if anchor else target for _, target, anchor in self._menu_entries)

    # --- parts --------------------------------------------------------------------------------------------------

    def _label(self, document: Document) -> str:
        label = KIND_LABELS[document.kind]
        return self.translate(label) if label else ""

    def _address(self, target: str) -> str:
        return self.configuration.site_url + relative_address("", target) if self.configuration.site_url else ""

    def _breadcrumb(self, document: Document, place: Place, folder: FolderView) -> tuple[Link, ...]:
        if document.kind == "home":
            return ()
        above: list[tuple[str, Document | None]] = []
        if place.shelf:
            above.append((place.shelf.title, place.shelf.document))
        if place.group and place.group.children:
            above.append((place.group.title, place.group.document))
        links = [
            Link(title, folder.address(page.target) if page else "")
            for title, page in above
            if page is None or page.source != document.source
        ]
        return (Link(self.translate("Home"), folder.address("index.html")), *links)

    def _subjects(self, document: Document, subject: str, folder: FolderView) -> tuple[Link, ...]:
        """What a page is about or for whom; the front page leads to everything that there is."""
        if document.kind == "home":
            return self._all_subjects(subject, folder)
        return self._into_index(subject, subject_ids(document, subject), folder)

    def _all_subjects(self, subject: str, folder: FolderView) -> tuple[Link, ...]:
        """Every group of an index."""
        return self._into_index(subject, self.subject_places.get(SUBJECT_INDEXES[subject], {}), folder)

    @cached_property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        """Subject → id → name."""
        problems = {entry.id: entry.name for entry in self.library.problems}
        return {"problems": problems, "tools": TOOLS, "audiences": AUDIENCES}

    @cached_property
    def subject_places(self) -> Mapping[str, Mapping[str, str]]:
        """Those of `SUBJECT_INDEXES` that exist → the id of each of their groups → where the group is."""
        return {index.target: index.places for index in self.indexes if index.target in SUBJECT_INDEXES.values()}

    def _into_index(self, subject: str, ids: Iterable[str], folder: FolderView) -> tuple[Link, ...]:
        """Links from a page's tags into the index that lists them."""
        names = self.names[subject]
        return tuple(self._subject_link(subject, one, folder) for one in ids if one in names)

    def _subject_link(self, subject: str, one: str, folder: FolderView) -> Link:
        link = folder.subjects.get((subject, one))
        if link is None:
            target, mark, anchor = self.subject_places.get(SUBJECT_INDEXES[subject], {}).get(one, "").partition("#")
            href = f"{folder.address(target)}{mark}{anchor}" if target else ""
            link = folder.subjects[subject, one] = Link(self.translate(self.names[subject][one]), href)
        return link

    def _groups(self, document: Document, folder: FolderView) -> tuple[CardGroup, ...]:
        """The lists under a page's text: what it leads to."""
        if document.kind == "home":
            return self._home_groups(folder)
        return self._card_groups(self.lists(document), folder)

    def lists(self, document: Document) -> Iterator[PageList]:
        """What a course or a module lists."""
        front = self._fronts.get(document.source) if document.kind in ("course", "module") else None
        if isinstance(front, Course):
            yield from self._course_lists(front)
        elif front:
            units = [unit.document for unit in front.units]
            yield PageList(self.translate("Units of this module"), "lista-unidades", units)

    @cached_property
    def _fronts(self) -> Mapping[str, Course | Module]:
        """Source path of its own page → course or module."""
        courses = self.library.courses
        modules = {module.document.source: module for course in courses for module in course.modules}
        return {**modules, **{course.document.source: course for course in courses}}

    def _course_lists(self, course: Course) -> Iterator[PageList]:
        core = [module.document for module in course.modules if not module.document.metadata.elective]
        electives = [module.document for module in course.modules if module.document.metadata.elective]
        yield PageList(self.translate("Units"), "lista-unidades", [unit.document for unit in course.units])
        yield PageList(self.translate("Modules"), "lista-modulos", core)
        yield PageList(self.translate("Electives"), "lista-eletivas", electives)
        yield PageList(self.translate("Clinical cases"), "lista-casos", [case.document for case in course.cases])
        yield PageList(self.translate("Worksheets"), "lista-fichas", [one.document for one in course.worksheets])

    def _home_groups(self, folder: FolderView) -> tuple[CardGroup, ...]:
        courses = [course.document for course in self.library.courses]
        sections = tuple(card for section in self.library.sections for card in _section_card(section, folder))
        loose = [page for page in self.library.loose if not self.library.sections]
        return (
            *self._card_groups([PageList(self.translate("Courses"), "lista-cursos", courses)], folder),
            *((CardGroup(self.translate("Contents"), "lista-conteudos", "", sections),) if sections else ()),
            *self._card_groups([PageList(self.translate("More pages"), "lista-mais", loose)], folder),
        )

    def _card_groups(self, lists: Iterable[PageList], folder: FolderView) -> tuple[CardGroup, ...]:
        return tuple(
            CardGroup(title, anchor, "", self._cards(pages, folder, mixed=False))
            for title, anchor, pages in lists
            if pages
        )

    def _cards(self, pages: Sequence[Document], folder: FolderView, *, mixed: bool) -> tuple[Card, ...]:
        return tuple(
            Card(
                title=page.title,
                href=folder.address(page.target),
                kind=page.kind,
                label=self._label(page),
                summary=page.metadata.summary,
                where=self.where(page) if mixed else "",
                duration_shown=self._duration(page.metadata.duration),
                elective=page.metadata.elective,
            )
            for page in pages
        )

    def where(self, document: Document) -> str:
        """“Course › module”, for lists that mix courses."""
        return self._whereabouts.get(document.source, "")

    @cached_property
    def _whereabouts(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for shelf in self.shelves:
            for group in shelf.groups:
                inside = f"{shelf.title} › {group.title}"
                for page in group.documents():
                    found.setdefault(page.source, shelf.title if page is group.document else inside)
        return found

    def _duration(self, minutes: int) -> str:
        """Time of study in words: people plan in hours."""
        shown = self._durations.get(minutes)
        if shown is None:
            shown = self._durations[minutes] = self._time_in_words(minutes)
        return shown

    def _time_in_words(self, minutes: int) -> str:
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


def subject_ids(document: Document, subject: str) -> tuple[str, ...]:
    """Ids of a page's tags."""
    metadata = document.metadata
    if subject == "problems":
        return metadata.problems
    return metadata.tools if subject == "tools" else metadata.audience


def _link(document: Document | None, folder: FolderView) -> Link | None:
    return Link(document.title, folder.address(document.target)) if document else None


def _section_card(section: Section, folder: FolderView) -> Iterable[Card]:
    first = section.document or next(section.documents(), None)
    if first:
        yield Card(section.title, folder.address(first.target), "page", "", first.metadata.summary)


@lru_cache(maxsize=256)
def _authors(people: tuple[Person, ...]) -> tuple[Author, ...]:
    return tuple(Author(one.name, one.institution, one.orcid) for one in people)


@lru_cache(maxsize=256)
def _licence(spdx: str) -> LicenceView | None:
    return LicenceView(spdx, *LICENCES[spdx]) if spdx in LICENCES else None
