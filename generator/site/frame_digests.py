"""What each page shows besides its own text, as digests: a build frames again only the pages whose digest changed.

A digest may change too often, never too seldom.  So whoever lets `Views` show something more adds it here; the test
changes one thing of a site after the other and compares the views.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from generator.content.model import Document
from generator.site.digests import digest
from generator.site.indexes import Index
from generator.site.learning import LearnerPage, course_id
from generator.site.navigation import Group, Shelf

if TYPE_CHECKING:
    from generator.site.views import Views

ROOT_PAGE = "index.html"
"""Stands for any page: from the site's root, addresses are the paths themselves."""


class FrameDigests:
    """Digests of the frames of one site; what many pages share is digested once."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self._shelves: dict[Shelf, bytes] = {}
        self._groups: dict[Group, bytes] = {}
        self._cards: dict[str, str] = {}
        self._pages: dict[str, bytes] = {}

    def of_page(self, document: Document) -> bytes:
        """Of a page that an author wrote, without what rendering made of it."""
        known = self._pages.get(document.source)
        if known is None:
            known = self._pages[document.source] = self._of_page(document)
        return known

    def _of_page(self, document: Document) -> bytes:
        place = self._views.places[document.source]
        return digest(
            self._site,
            self._own(document),
            self._shelf(place.shelf) if place.shelf else b"",
            self._group(place.group) if place.group else b"",
            self._link(place.previous),
            self._link(place.next),
            self._lists(document),
        )

    def of_index(self, index: Index) -> bytes:
        """Of a generated index."""
        shown = [index.target, index.title, index.summary, index.lists, index.above]
        groups = [(group.title, group.anchor, group.intro) for group in index.groups]
        pages = [f"{self._card(page)}{self._views.where(page)!r}" for group in index.groups for page in group.documents]
        counts = [len(group.documents) for group in index.groups]
        return digest(self._site, self._credits, repr([shown, groups, counts]), *pages)

    def of_home(self) -> bytes:
        """Of a front page that nobody wrote."""
        return digest(self._site, repr(self._views.home()))

    def of_learner_page(self, page: LearnerPage) -> bytes:
        """Of a page that belongs to the learner."""
        return digest(self._site, self._credits, repr(page))

    @cached_property
    def _site(self) -> bytes:
        views = self._views
        places = sorted((target, sorted(places.items())) for target, places in views.subject_places.items())
        return digest(repr([views.site(ROOT_PAGE), views.configuration.site_url, places]))

    @cached_property
    def _credits(self) -> str:
        configuration = self._views.configuration
        return repr([configuration.authors, configuration.licence])

    def _own(self, document: Document) -> str:
        metadata = document.metadata
        shown = (document.source, metadata.authors, metadata.licence, metadata.reviewed, self._subjects(document))
        return self._card(document) + repr(shown)

    def _subjects(self, document: Document) -> tuple[tuple[str, str | None], ...]:
        """The page's tags and their names; those of audiences and tools are part of the program."""
        metadata, names = document.metadata, self._views.names["problems"]
        problems = tuple((one, names.get(one)) for one in metadata.problems)
        return (*problems, *((one, None) for one in (*metadata.audience, "/", *metadata.tools)))

    def _card(self, document: Document) -> str:
        """The page as lists show it."""
        card = self._cards.get(document.source)
        if card is None:
            own = document.metadata
            shown = (own.title, document.target, document.kind, own.summary, own.duration, own.elective)
            card = self._cards[document.source] = repr(shown)
        return card

    def _link(self, document: Document | None) -> str:
        return f"{document.title!r}{document.target!r}" if document else ""

    def _shelf(self, shelf: Shelf) -> bytes:
        """A course's navigation while all its groups are closed."""
        known = self._shelves.get(shelf)
        if known is None:
            groups = [self._outline(group) for group in shelf.groups]
            own = shelf.document.source if shelf.document else ""
            name = course_id(shelf.document) if shelf.document else ""
            known = digest(repr((shelf.title, own, name, self._link(shelf.document), groups)))
            self._shelves[shelf] = known
        return known

    def _outline(self, group: Group) -> tuple[str, str, str, bool]:
        first = next(group.documents(), None)
        own = group.document.source if group.document else ""
        return group.title, first.target if first else "", own, bool(group.children)

    def _group(self, group: Group) -> bytes:
        """A group's links, and its title in the way back to the front page."""
        known = self._groups.get(group)
        if known is None:
            links = [self._link(page) for page in group.documents()]
            known = self._groups[group] = digest(repr((self._outline(group), links)))
        return known

    def _lists(self, document: Document) -> bytes | str:
        """What stands under the text of the front page, of a course and of a module."""
        views = self._views
        if document.kind == "home":
            return repr(views.home())
        lists = [
            (one.title, one.anchor, len(one.pages), list(map(self._card, one.pages))) for one in views.lists(document)
        ]
        return repr(lists) if lists else ""
