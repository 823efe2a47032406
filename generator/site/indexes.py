"""The pages that nobody writes: indexes by priority problem, by audience, by tool, and from A to Z."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from generator.content.model import Document, Library
from generator.content.vocabulary import AUDIENCES, TOOLS
from generator.naming import fold
from generator.site.addresses import relative_address

Translate = Callable[[str], str]

_OPENING = tuple("“\"'([")
"""Signs before a title's first letter."""

MOST_ENTRIES = 600
"""Entries of one page of the A–Z index; a larger library gets one page per letter."""
MOST_CARDS = 300
"""Cards of one page of the other indexes, about 15 kB compressed; a larger one gets a page for each of its groups."""


@dataclass(frozen=True)
class IndexGroup:
    """Pages that share a heading of an index."""

    title: str
    anchor: str
    intro: str
    documents: tuple[Document, ...]


class Entry(NamedTuple):
    """One line of the A–Z index."""

    text: str
    path: str
    """Path in the site, with the anchor of a glossary term."""
    note: str


@dataclass(frozen=True)
class LetterLists:
    """What a page of the A–Z index shows; its HTML is made when it is asked for, most builds need none of it."""

    from_target: str
    label: str
    """Of the jumps, for those who do not see them."""
    jumps: tuple[tuple[str, str], ...]
    """Letter → address."""
    lists: tuple[tuple[str, tuple[Entry, ...]], ...] = ()
    """Letter → its entries."""

    def html(self) -> str:
        """The jumps and the lists."""
        return _jumps(self.jumps, self.label) + "".join(
            _letter_list(letter, entries, self.from_target) for letter, entries in self.lists
        )


@dataclass(frozen=True)
class GroupList:
    """What leads from an index to the pages of its groups."""

    from_target: str
    entries: tuple[Entry, ...]

    def html(self) -> str:
        """The list."""
        items = "".join(_item(entry, self.from_target) for entry in self.entries)
        return f'<ul class="indice">{items}</ul>'


@dataclass(frozen=True)
class Index:
    """A generated page."""

    target: str
    title: str
    summary: str
    menu_title: str = ""
    """Its name in the site's menu; empty for pages that the menu does not list."""
    groups: tuple[IndexGroup, ...] = ()
    lists: LetterLists | GroupList | None = None
    is_search: bool = False
    """True for the page that finds things by name."""
    above: tuple[str, str] = ("", "")
    """Title and target of the index that leads to this one."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Id of a group → its path in the site, with an anchor where it shares a page."""

    @property
    def html(self) -> str:
        """What it shows besides its groups."""
        return self.lists.html() if self.lists else ""


@dataclass(frozen=True)
class Term:
    """A glossary entry that the A–Z index lists."""

    text: str
    anchor: str


def make_indexes(library: Library, terms: Sequence[Term], translate: Translate) -> tuple[Index, ...]:
    """All indexes that have entries; none takes the place of a page that an author wrote."""
    written = {document.target for document in library.documents()}
    found = [
        *_tagged_indexes(library, translate),
        *_alphabetical(library, terms, translate),
    ]
    return tuple(index for index in found if index.target not in written)


def _tagged_indexes(library: Library, translate: Translate) -> Iterable[Index]:
    pages = library.documents()
    problems = [(entry.id, entry.name, entry.description) for entry in library.problems]
    audiences = [(one, translate(name), "") for one, name in AUDIENCES.items()]
    tools = [(one, translate(name), "") for one, name in TOOLS.items()]
    yield from _tagged(
        "problemas.html",
        translate("By priority problem"),
        translate("Start from what your territory suffers from: each problem lists the content that helps to face it."),
        _groups(problems, [(page, page.metadata.problems) for page in pages]),
    )
    fronts = [page for page in pages if page.kind in ("course", "module", "case", "worksheet")]
    yield from _tagged(
        "publicos.html",
        translate("By audience"),
        translate("What was written for each profession of the team."),
        _groups(audiences, [(page, page.metadata.audience) for page in fronts]),
    )
    yield from _tagged(
        "ferramentas.html",
        translate("By tool"),
        translate("The ten tools that organise the team's work, and where each is learnt and practised."),
        _groups(tools, [(page, page.metadata.tools) for page in pages if page.kind != "course"]),
    )


def _groups(
    tags: Sequence[tuple[str, str, str]], pages: Sequence[tuple[Document, tuple[str, ...]]]
) -> tuple[IndexGroup, ...]:
    """Pages by tag, in the order of the tags (id, name, description)."""
    by_tag: dict[str, list[Document]] = {}
    for page, own in pages:
        for tag in own:
            by_tag.setdefault(tag, []).append(page)
    return tuple(IndexGroup(name, tag, intro, tuple(by_tag[tag])) for tag, name, intro in tags if by_tag.get(tag))


def _tagged(target: str, title: str, summary: str, groups: tuple[IndexGroup, ...]) -> Iterable[Index]:
    """One page, or one per group with a first page that leads to them."""
    if not groups:
        return
    if sum(len(group.documents) for group in groups) <= MOST_CARDS:
        places = {group.anchor: f"{target}#{group.anchor}" for group in groups}
        yield Index(target, title, summary, title, groups, places=places)
        return
    places = {group.anchor: f"{target.removesuffix('.html')}-{group.anchor}.html" for group in groups}
    entries = tuple(Entry(group.title, places[group.anchor], str(len(group.documents))) for group in groups)
    yield Index(target, title, summary, title, lists=GroupList(target, entries), places=places)
    for group in groups:
        shown = (IndexGroup("", "", "", group.documents),)
        yield Index(places[group.anchor], group.title, group.intro, groups=shown, above=(title, target))


def _alphabetical(library: Library, terms: Sequence[Term], translate: Translate) -> Iterable[Index]:
    """One page, or one per letter with a first page that leads to them."""
    letters = _letters(_entries(library, terms))
    if not letters:
        return
    title, summary = translate("Index A–Z"), translate("Every page and every glossary term, in alphabetical order.")
    label = translate("Letters")
    if sum(map(len, letters.values())) <= MOST_ENTRIES:
        jumps = tuple((letter, f"#{_letter_anchor(letter)}") for letter in letters)
        shown = LetterLists("indice.html", label, jumps, tuple(letters.items()))
        yield Index("indice.html", title, summary, title, lists=shown, is_search=True)
        return
    targets = {letter: f"indice-{_letter_anchor(letter)}.html" for letter in letters}
    jumps = tuple((letter, relative_address("indice.html", target)) for letter, target in targets.items())
    shown = LetterLists("indice.html", label, jumps)
    yield Index("indice.html", title, summary, title, lists=shown, is_search=True)
    for letter, entries in letters.items():
        shown = LetterLists(targets[letter], label, jumps, ((letter, entries),))
        yield Index(targets[letter], f"{title}: {letter}", summary, lists=shown)


def _entries(library: Library, terms: Sequence[Term]) -> list[Entry]:
    entries = [Entry(page.title, page.target, "") for page in library.documents() if page.kind != "home"]
    if library.glossary:
        entries += [
            Entry(term.text, f"{library.glossary.target}#{term.anchor}", library.glossary.title) for term in terms
        ]
    return entries


def _letters(entries: Iterable[Entry]) -> dict[str, tuple[Entry, ...]]:
    """The entries in alphabetical order, by letter; those that begin with none come last."""
    keyed = []
    for entry in entries:
        folded = fold(entry.text)
        letter = _letter(entry.text, folded)
        keyed.append((letter == "#", folded, entry, letter))
    found: dict[str, list[Entry]] = {}
    for _, _, entry, letter in sorted(keyed):
        found.setdefault(letter, []).append(entry)
    return {letter: tuple(inside) for letter, inside in found.items()}


def _letter(text: str, folded: str) -> str:
    first = (fold(text.lstrip("".join(_OPENING))) if text.startswith(_OPENING) else folded)[:1]
    return first.upper() if "a" <= first <= "z" else "#"


def _letter_anchor(letter: str) -> str:
    return "0-9" if letter == "#" else letter.lower()


def _jumps(letters: Sequence[tuple[str, str]], label: str) -> str:
    links = "".join(f'<li><a href="{href}">{letter}</a></li>' for letter, href in letters)
    return f'<nav class="letras" aria-label="{html.escape(label)}"><ul>{links}</ul></nav>'


def _letter_list(letter: str, entries: Sequence[Entry], from_target: str) -> str:
    items = "".join(_item(entry, from_target) for entry in entries)
    return f'<h2 id="{_letter_anchor(letter)}">{letter}</h2><ul class="indice">{items}</ul>'


def _item(entry: Entry, from_target: str) -> str:
    target, hash_mark, anchor = entry.path.partition("#")
    href = html.escape(relative_address(from_target, target) + hash_mark + anchor)
    small = f" <small>{html.escape(entry.note)}</small>" if entry.note else ""
    return f'<li><a href="{href}">{html.escape(entry.text)}</a>{small}</li>'
