"""What the theme's templates are given: finished values, no lookups, every address relative to the page it is on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """A link as a template shows it."""

    title: str
    href: str
    current: bool = False
    """True on the page that it leads to."""
    note: str = ""
    """A few words after it, such as a duration."""


@dataclass(frozen=True, slots=True)
class NavigationGroup:
    """A module (or the cases, or the worksheets) in the course's navigation."""

    title: str
    href: str
    """Empty when the group has no page of its own."""
    current: bool
    """The page is the group's own."""
    open: bool
    """The page is the group's own or one of its links: only then are there links."""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Navigation:
    """The navigation of one course: never of the whole site."""

    title: str
    href: str
    current: bool
    groups: tuple[NavigationGroup, ...]


@dataclass(frozen=True, slots=True)
class TocEntry:
    """A heading of the page and those under it."""

    title: str
    anchor: str
    children: tuple[TocEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A page as a list shows it."""

    title: str
    href: str
    kind: str
    """As `PageView.kind`."""
    label: str
    """The kind in the reader's language."""
    summary: str = ""
    where: str = ""
    """Course and module, in lists that mix them."""
    duration_shown: str = ""
    """Time of study in words: `1 h 20 min`."""
    elective: bool = False

    @property
    def facts(self) -> str:
        """What stands below the title."""
        return " · ".join(filter(None, (self.label, self.where, self.duration_shown)))


@dataclass(frozen=True, slots=True)
class CardGroup:
    """A list of cards under a heading; the title may be empty for the only list of a page."""

    title: str
    anchor: str
    intro: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote the page."""

    name: str
    institution: str = ""
    orcid: str = ""
    """16 digits with hyphens, or empty."""


@dataclass(frozen=True, slots=True)
class LicenceView:
    """The licence as the footer shows it."""

    id: str
    name: str
    url: str
    """Its text on the web: a link to follow, never loaded."""


@dataclass(frozen=True, slots=True)
class SiteView:
    """What is the same on every page, except that addresses are relative to the page."""

    id: str
    """By what browsers keep apart what they store for this site."""
    name: str
    language: str
    """BCP 47: `pt-BR`."""
    home: str
    """The library's front page."""
    style: str
    script: str
    favicon: str
    policy: str
    """Content security policy; empty in a preview whose server adds scripts of its own."""
    extra_styles: tuple[str, ...]
    extra_scripts: tuple[str, ...]
    menu: tuple[Link, ...]
    """Courses, by problem, by audience, by tool, glossary, A–Z: those that exist."""
    search: str
    """The page that finds things without JavaScript: the A–Z index; empty when there is none."""
    about: str
    """The page that says what this copy is, and checks it."""
    footer: str
    """`copyright` of mkdocs.yml, already safe HTML; may be empty."""


@dataclass(frozen=True, slots=True)
class PageView:
    """One page, ready for `page.html`."""

    site: SiteView
    kind: str
    """home, course, module, unit, case, worksheet, glossary, index, study, page"""
    label: str
    """The kind in the reader's language: `Unidade`; empty for plain pages."""
    title: str
    summary: str
    html: str
    """The rendered text, safe HTML."""
    path: str
    """Path of the page in the site."""
    course: str
    """By what learners' records name the page's course, where that is not its folder; else empty."""
    address: str
    """The page's address on the web when `site_url` is set, else empty."""
    breadcrumb: tuple[Link, ...] = ()
    """From the front page down to the parent, without the page itself."""
    navigation: Navigation | None = None
    toc: tuple[TocEntry, ...] = ()
    previous: Link | None = None
    next: Link | None = None
    reading_minutes: int = 0
    duration: int = 0
    """Minutes of study as the author states them; 0 when not stated."""
    duration_shown: str = ""
    """The same in words."""
    audiences: tuple[Link, ...] = ()
    problems: tuple[Link, ...] = ()
    tools: tuple[Link, ...] = ()
    elective: bool = False
    groups: tuple[CardGroup, ...] = ()
    """Lists after the text: a course's modules, a module's units, an index's entries."""
    authors: tuple[Author, ...] = ()
    licence: LicenceView | None = None
    reviewed: str = ""
    """Date of the last content review, ISO 8601, or empty."""
    reviewed_shown: str = ""
    """The same in the reader's language."""
    scripts: tuple[str, ...] = ()
    """Scripts that only this page needs."""

    @property
    def heading_count(self) -> int:
        """Headings in the table of contents."""
        return len(self.toc) + sum(len(entry.children) for entry in self.toc)
