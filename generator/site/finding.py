"""The page of search results: what it filters by, and what stands in its place without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from generator.content.model import Library
from generator.content.vocabulary import AUDIENCES, TOOLS
from generator.site.addresses import relative_address
from generator.site.indexes import Index
from generator.site.kinds import KIND_LABELS
from generator.site.learning import Choice, LearnerPage, course_id, script_path

Translate = Callable[[str], str]

SEARCH = "busca.html"
SEARCH_FILES = ("canoa/busca.js", "canoa/passages.js", "canoa/results.js", "canoa/spelling.js", "canoa/busca.css")
"""What only the light theme needs: other themes have a search of their own."""


class Filter(NamedTuple):
    """A list of the results page by which its results can be narrowed."""

    name: str
    """Of the field, and in the page's address; `theme/scripts/results.js` knows it too."""
    label: str
    every: str
    """The choice that filters nothing."""
    choices: tuple[Choice, ...]


def results_page(library: Library, indexes: Iterable[Index], translate: Translate) -> LearnerPage | None:
    """The page of results; None where an author wrote a page of its name."""
    if any(document.target == SEARCH for document in library.documents()):
        return None
    return LearnerPage(
        target=SEARCH,
        title=translate("Search"),
        summary=translate("Finds pages by their words, without a network. What you search for stays on this computer."),
        template="search.html",
        scripts=(script_path("busca"), script_path("results")),
        values={
            "indexes": tuple(
                (relative_address(SEARCH, index.target), index.title, index.summary)
                for index in indexes
                if index.menu_title
            ),
            "filters": tuple(one for one in _filters(library, translate) if len(one.choices) > 1),
        },
    )


def _filters(library: Library, translate: Translate) -> Iterable[Filter]:
    pages = library.documents()
    kinds = {page.kind for page in pages}
    audiences = {one for page in pages for one in page.metadata.audience}
    tools = {one for page in pages for one in page.metadata.tools}
    problems = {one for page in pages for one in page.metadata.problems}
    courses = (Choice(course_id(course.document), course.document.title) for course in library.courses)
    yield Filter("curso", translate("Course"), translate("All courses"), tuple(courses))
    yield Filter(
        "tipo",
        translate("Kind of page"),
        translate("All kinds"),
        tuple(Choice(kind, translate(label)) for kind, label in KIND_LABELS.items() if label and kind in kinds),
    )
    yield Filter(
        "publico",
        translate("For whom"),
        translate("Everybody"),
        tuple(Choice(one, translate(name)) for one, name in AUDIENCES.items() if one in audiences),
    )
    yield Filter(
        "problema",
        translate("Priority problem"),
        translate("All problems"),
        tuple(Choice(one.id, one.name) for one in library.problems if one.id in problems),
    )
    yield Filter(
        "ferramenta",
        translate("Tool"),
        translate("All tools"),
        tuple(Choice(one, translate(name)) for one, name in TOOLS.items() if one in tools),
    )
