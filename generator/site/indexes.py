"""The pages that nobody writes: indexes by priority problem, by audience, by tool, and from A to Z."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from generator.content.model import Document, Library
from generator.content.vocabulary import AUDIENCES, TOOLS
from generator.naming import fold
from generator.site.addresses import relative_address

Translate = Callable[[str], str]

MOST_ENTRIES = 600
"""Entries of one page of the A–Z index; a larger library gets one page per letter."""


@dataclass(frozen=True)
class IndexGroup:
    """Pages that share a heading of an index."""

    title: str
    anchor: str
    intro: str
    documents: tuple[Document, ...]


@dataclass(frozen=True)
class Index:
    """A generated page."""

    target: str
    title: str
    summary: str
    menu_title: str = ""
    """Its name in the site's menu; empty for pages that the menu does not list."""
    groups: tuple[IndexGroup, ...] = ()
    html: str = ""
    is_search: bool = False
    """True for the page that finds things by name."""


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
        problems,
        [(page, page.metadata.problems) for page in pages],
    )
    yield from _tagged(
        "publicos.html",
        translate("By audience"),
        translate("What was written for each profession of the team."),
        audiences,
        [(page, page.metadata.audience) for page in pages if page.kind in ("course", "module", "case", "worksheet")],
    )
    yield from _tagged(
        "ferramentas.html",
        translate("By tool"),
        translate("The ten tools that organise the team's work, and where each is learnt and practised."),
        tools,
        [(page, page.metadata.tools) for page in pages if page.kind != "course"],
    )


def _tagged(
    target: str,
    title: str,
    summary: str,
    tags: Sequence[tuple[str, str, str]],
    pages: Sequence[tuple[Document, tuple[str, ...]]],
) -> Iterable[Index]:
    by_tag: dict[str, list[Document]] = {}
    for page, own in pages:
        for tag in own:
            by_tag.setdefault(tag, []).append(page)
    groups = tuple(IndexGroup(name, tag, intro, tuple(by_tag[tag])) for tag, name, intro in tags if by_tag.get(tag))
    if groups:
        yield Index(target, title, summary, title, groups)


def _alphabetical(library: Library, terms: Sequence[Term], translate: Translate) -> Iterable[Index]:
    """One page, or one per letter with a first page that leads to them."""
    entries = _entries(library, terms)
    if not entries:
        return
    title, summary = translate("Index A–Z"), translate("Every page and every glossary term, in alphabetical order.")
    letters: dict[str, list[tuple[str, str, str]]] = {}
    for entry in entries:
        letters.setdefault(_letter(entry[0]), []).append(entry)
    if len(entries) <= MOST_ENTRIES:
        body = _jumps([(letter, f"#{_letter_anchor(letter)}") for letter in letters], translate)
        body += "".join(_letter_list(letter, found, "indice.html") for letter, found in letters.items())
        yield Index("indice.html", title, summary, title, html=body, is_search=True)
        return
    targets = {letter: f"indice-{_letter_anchor(letter)}.html" for letter in letters}
    jumps = _jumps([(letter, relative_address("indice.html", target)) for letter, target in targets.items()], translate)
    yield Index("indice.html", title, summary, title, html=jumps, is_search=True)
    for letter, found in letters.items():
        body = jumps + _letter_list(letter, found, targets[letter])
        yield Index(targets[letter], f"{title}: {letter}", summary, html=body)


def _entries(library: Library, terms: Sequence[Term]) -> list[tuple[str, str, str]]:
    """(text, site path with anchor, note) in alphabetical order."""
    entries = [(page.title, page.target, "") for page in library.documents() if page.kind != "home"]
    if library.glossary:
        entries += [(term.text, f"{library.glossary.target}#{term.anchor}", library.glossary.title) for term in terms]
    return sorted(entries, key=lambda entry: (_letter(entry[0]) == "#", fold(entry[0]), entry))


def _letter(text: str) -> str:
    first = fold(text.lstrip("“\"'(["))[:1]
    return first.upper() if "a" <= first <= "z" else "#"


def _letter_anchor(letter: str) -> str:
    return "0-9" if letter == "#" else letter.lower()


def _jumps(letters: Sequence[tuple[str, str]], translate: Translate) -> str:
    links = "".join(f'<li><a href="{href}">{letter}</a></li>' for letter, href in letters)
    label = html.escape(translate("Letters"))
    return f'<nav class="letras" aria-label="{label}"><ul>{links}</ul></nav>'


def _letter_list(letter: str, entries: Sequence[tuple[str, str, str]], from_target: str) -> str:
    items = "".join(_item(text, path, note, from_target) for text, path, note in entries)
    return f'<h2 id="{_letter_anchor(letter)}">{letter}</h2><ul class="indice">{items}</ul>'


def _item(text: str, path: str, note: str, from_target: str) -> str:
    target, hash_mark, anchor = path.partition("#")
    href = html.escape(relative_address(from_target, target) + hash_mark + anchor)
    small = f" <small>{html.escape(note)}</small>" if note else ""
    return f'<li><a href="{href}">{html.escape(text)}</a>{small}</li>'
