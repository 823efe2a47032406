"""What the pages of one folder of the site show alike: addresses are relative to the folder, so it is made once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from generator.content.model import Document
from generator.site.addresses import address_from
from generator.site.navigation import Group, Place, Shelf, first_shown, neighbours
from generator.site.view import Link, Navigation, NavigationGroup, SiteView


@dataclass(frozen=True)
class SharedNavigation:
    """A shelf's navigation with one of its groups open, before the current page is marked in it."""

    groups: tuple[NavigationGroup, ...]
    """The open one is without its links: they depend on the page when there are many."""
    sources: tuple[str, ...]
    """Source path of each group's own page, or empty."""
    open_at: int
    """Position of the open group, -1 when all are closed."""
    links: tuple[Link, ...] = ()
    link_sources: tuple[str, ...] = ()


@dataclass
class FolderView:
    """One folder of the site, as links from its pages see the rest."""

    folder: str
    site: SiteView
    """No entry of its menu is the current page."""
    subjects: dict[tuple[str, str], Link] = field(default_factory=dict)
    """Subject and id → the link into the index of the subject."""
    _navigations: dict[Shelf | Group, SharedNavigation] = field(default_factory=dict)

    def address(self, target: str) -> str:
        """The link from the folder's pages to a file of the site."""
        return address_from(self.folder, target)

    def navigation(self, document: Document, place: Place) -> Navigation | None:
        """The navigation around a page of the folder."""
        shelf, source = place.shelf, document.source
        if shelf is None or not shelf.groups:
            return None
        shared = self._navigations.get(place.group or shelf)
        if shared is None:
            shared = self._navigations[place.group or shelf] = self._shared_navigation(shelf, place)
        groups = list(shared.groups)
        if shared.open_at >= 0:
            groups[shared.open_at] = _with_links(groups[shared.open_at], shared, place.child_position, source)
        if source in shared.sources:
            groups = [
                replace(group, current=True) if own == source else group
                for group, own in zip(groups, shared.sources, strict=True)
            ]
        return Navigation(
            title=shelf.title,
            href=self.address(shelf.document.target) if shelf.document else "",
            current=shelf.document is not None and shelf.document.source == source,
            groups=tuple(groups),
        )

    def _shared_navigation(self, shelf: Shelf, place: Place) -> SharedNavigation:
        shown = neighbours(shelf.groups, place.group_position)
        children = place.group.children if place.group else ()
        return SharedNavigation(
            groups=tuple(self._navigation_group(group, is_open=group is place.group) for group in shown),
            sources=tuple(group.document.source if group.document else "" for group in shown),
            open_at=place.group_position - first_shown(len(shelf.groups), place.group_position) if children else -1,
            links=tuple(Link(page.title, self.address(page.target)) for page in children),
            link_sources=tuple(page.source for page in children),
        )

    def _navigation_group(self, group: Group, *, is_open: bool) -> NavigationGroup:
        first = next(group.documents(), None)
        return NavigationGroup(
            title=group.title,
            href=self.address(first.target) if first else "",
            current=False,
            open=is_open and bool(group.children),
        )


def _with_links(group: NavigationGroup, shared: SharedNavigation, position: int, current: str) -> NavigationGroup:
    links = list(neighbours(shared.links, position))
    for at, source in enumerate(neighbours(shared.link_sources, position)):
        if source == current:
            links[at] = replace(links[at], current=True)
    return NavigationGroup(group.title, group.href, group.current, group.open, tuple(links))
