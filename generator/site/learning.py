"""The learner's side of a site: the scripts that pages need, the courses' lists of activities, study page, journal, and
the page that checks a copy.

The scripts are in `theme/scripts`; what they keep is described in `docs/learner-record.md`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from generator.content.model import Course, Document, Library
from generator.content.vocabulary import AUDIENCES, TOOLS
from generator.mirror.copy_script import working_copy
from generator.pages.page import Block
from generator.records import schema_bytes
from generator.release.own_files import COPY_SCRIPT
from generator.site.addresses import relative_address
from generator.site.configuration import SiteConfiguration
from generator.site.indexes import Index
from generator.theme import HUB, assemble_learner_styles, assemble_scripts, hub_page

Translate = Callable[[str], str]

FOLDER = "canoa/"
SCHEMA = "registro.schema.json"
"""The JSON Schema of exported records, for whoever wants to read them."""
TOOL_INDEX = "ferramentas.html"
STUDY, JOURNAL, CHECK = "meu-estudo.html", "diario.html", "conferir.html"
QUESTIONS = ("questao", "resposta-curta", "numerica", "ordenar", "associar", "lacunas")
SCRIPT_OF_KIND = {
    **dict.fromkeys(QUESTIONS, "questions"),
    "caso": "cases",
    **dict.fromkeys(("reflexao", "na-sua-unidade", "checklist"), "writing"),
    "ficha": "worksheets",
    "avaliacao": "survey",
}
"""Kind of an activity → the script that brings it to life."""
STORE, MORE, OFFLINE = "store", "more", "offline"
COPY_SCRIPTS = (COPY_SCRIPT, f"{FOLDER}copy.js")
"""What fronts and indexes load: facts about the copy, and what shows them."""
MEDIA = "midia"
"""Kind of the blocks whose files may not be in a copy."""
WITHOUT_MORE = {"questions", "cases"}
"""Scripts that do without `more.js`."""
WORKER = "canoa-sw.js"
"""The service worker, at the site's root: it may only serve what lies beside and below it."""
UNESCAPED = "!~*'()"
"""What JavaScript's `encodeURIComponent` leaves alone, beside what `quote` does (ECMA-262, section 19.2.6.4)."""


class Choice(NamedTuple):
    """An entry of a list to choose from."""

    id: str
    name: str


class CourseEntry(NamedTuple):
    """A course as the page "My study" lists it."""

    title: str
    href: str
    list: str
    """Address of its list of activities."""


@dataclass(frozen=True)
class LearnerPage:
    """A page that scripts fill in; without them it says what paper offers."""

    target: str
    title: str
    summary: str
    template: str
    """File of the theme that makes its text."""
    scripts: tuple[str, ...]
    """Paths in the site."""
    values: Mapping[str, Sequence[tuple[object, ...]]]
    """What the template is given."""


def activity_scripts(blocks: Iterable[Block]) -> tuple[str, ...]:
    """Paths in the site of the scripts that a page's blocks need, in the order in which they are loaded."""
    kinds = {block.kind for block in blocks}
    missing = (script_path("missing"),) if MEDIA in kinds else ()
    names = {SCRIPT_OF_KIND[kind] for kind in kinds if kind in SCRIPT_OF_KIND}
    if not names:
        return missing
    shared = (STORE, *(() if names <= WITHOUT_MORE else (MORE,)))
    return (*map(script_path, (*shared, *sorted(names))), *missing)


def progress_scripts(course: Document) -> tuple[str, ...]:
    """The same for the pages that show what is done of a course."""
    return script_path(STORE), script_path(MORE), course_list_path(course), script_path("progress")


def script_path(name: str) -> str:
    """Where a script of the theme is in the site."""
    return f"{FOLDER}{name}.js"


def course_list_path(course: Document) -> str:
    """Where a course's list of activities is in the site: beside the course's own page."""
    return f"{course.target.rpartition('/')[0]}/atividades.js".lstrip("/")


def learner_pages(library: Library, indexes: Iterable[Index], translate: Translate) -> Iterator[LearnerPage]:
    """The page that checks a copy; in libraries of courses "My study" and the practice journal too."""
    written = {document.target for document in library.documents()}
    pages = (*(_study_pages(library, indexes, translate) if library.courses else ()), _check_page(translate))
    yield from (page for page in pages if page.target not in written)


def _check_page(translate: Translate) -> LearnerPage:
    return LearnerPage(
        target=CHECK,
        title=translate("Check this copy"),
        summary=translate("Which edition this copy is, who signed it, and whether its files are as they were signed."),
        template="check.html",
        scripts=(*COPY_SCRIPTS, script_path("check")),
        values={},
    )


def _study_pages(library: Library, indexes: Iterable[Index], translate: Translate) -> Iterator[LearnerPage]:
    values = {
        **_choices(library, translate),
        "tool_index": tuple((index.target, index.title) for index in indexes if index.target == TOOL_INDEX),
        "journal": ((JOURNAL,),),
    }
    yield LearnerPage(
        target=STUDY,
        title=translate("My study"),
        summary=translate("What you have done, what comes next, and your record: it stays on this computer."),
        template="study.html",
        scripts=(*map(script_path, (STORE, MORE, "progress", "study", OFFLINE)), *COPY_SCRIPTS),
        values=values,
    )
    yield LearnerPage(
        target=JOURNAL,
        title=translate("Practice journal"),
        summary=translate("What changed in your work, since when, with which tool, and what comes next."),
        template="journal.html",
        scripts=tuple(map(script_path, (STORE, MORE, "journal"))),
        values=values,
    )


def _choices(library: Library, translate: Translate) -> dict[str, tuple[tuple[str, ...], ...]]:
    return {
        "tools": tuple(Choice(one, translate(name)) for one, name in TOOLS.items()),
        "audiences": tuple(Choice(one, translate(name)) for one, name in AUDIENCES.items()),
        "problems": tuple(Choice(one.id, one.name) for one in library.problems),
        "courses": tuple(
            CourseEntry(
                course.document.title,
                relative_address(STUDY, course.document.target),
                relative_address(STUDY, course_list_path(course.document)),
            )
            for course in library.courses
        ),
    }


def course_list(library: Library, course: Course, blocks_of: Callable[[Document], Sequence[Block]]) -> bytes:
    """The script that tells the learner's pages what there is to do in a course (`CourseList` of `types.d.ts`)."""

    def page(document: Document) -> dict[str, object]:
        found = [
            [block.kind, block_key(document, block), block.title]
            for block in blocks_of(document)
            if block.kind in SCRIPT_OF_KIND
        ]
        return {"page": document.target, "title": document.title, "activities": found}

    def part(document: Document, pages: Iterable[Document]) -> dict[str, object]:
        own = document.metadata
        listed = [page(one) for one in pages]
        return {
            "id": own.id,
            **page(document),
            "elective": own.elective,
            "problems": list(own.problems),
            "pages": [one for one in listed if one["activities"]],
        }

    outside = [unit.document for unit in course.units]
    outside += [*(case.document for case in course.cases), *(sheet.document for sheet in course.worksheets)]
    values = {
        **part(course.document, outside),
        "id": course_id(course.document),
        "problemNames": {one.id: one.name for one in library.problems},
        "modules": [part(module.document, (unit.document for unit in module.units)) for module in course.modules],
    }
    written = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return f"canoa.course({written});\n".encode()


def course_id(course: Document) -> str:
    """By what records name a course: its id, which by default is its folder."""
    return course.metadata.id.removesuffix("/index")


def block_key(document: Document, block: Block) -> str:
    """By what records name an activity; `keyOf` of `store.js` says the same."""
    return block.id if block.has_written_id else quote(f"{document.target}#{block.id}", safe=UNESCAPED)


def learner_files(configuration: SiteConfiguration, translate: Translate, *, has_study: bool) -> dict[str, bytes]:
    """Scripts and style sheets of the learner's side, the page that keeps records on `file://`, facts of the copy."""
    site = {
        "id": configuration.site_id,
        "name": configuration.site_name,
        "language": configuration.language,
        "study": STUDY if has_study else "",
    }
    scripts = assemble_scripts(translate, site)
    worker = {WORKER: scripts.pop(WORKER)}
    files = {**scripts, **assemble_learner_styles(), HUB: hub_page(translate("My study")), SCHEMA: schema_bytes()}
    return {
        **{FOLDER + name: content for name, content in files.items()},
        **(worker if has_study else {}),
        **working_copy(),
    }
