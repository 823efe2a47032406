"""A content folder becomes a `Library` and the problems found on the way.

Three shapes are understood.  A *course tree* (see `is_course_tree`) is courses, modules, units, cases and worksheets.
Otherwise the folder is a plain MkDocs project, and its `nav`, or else its folders, are the library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from generator.content import checks
from generator.content.active import is_active
from generator.content.front_matter import (
    FrontMatter,
    parse_front_matter,
    split_front_matter,
    validate_front_matter,
)
from generator.content.model import (
    Case,
    Course,
    Document,
    Kind,
    Library,
    Media,
    Metadata,
    Module,
    Person,
    PriorityProblem,
    Section,
    Unit,
    Worksheet,
)
from generator.content.priority_problems import FILE as PROBLEMS_FILE
from generator.content.priority_problems import read_priority_problems
from generator.content.slugs import media_name, page_slug, sort_key
from generator.content.text import read_text
from generator.content.tree import Tree, TreeFile, read_tree
from generator.problems import Problem, problem

CASES, WORKSHEETS = "casos", "fichas"
GLOSSARY = "glossario.md"
_COURSE_KEYS = frozenset({"titulo", "publico", "problemas", "ferramentas", "duracao", "revisao", "eletiva"})
_TITLE = re.compile(r"^#[ \t]+(.+?)(?:[ \t]+#+)?(?:[ \t]*\{[^}]*\})?[ \t]*$", re.MULTILINE)
_ABBREVIATION = re.compile(r"^[ ]{0,3}\*\[([^\]]+)\][ ]?:[ ]*(.+?)[ ]*$", re.MULTILINE)
_FENCE = re.compile(r"^([`~]{3,}).*?^\1", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class LibraryOptions:
    """Where the content is and what it inherits from the site's configuration."""

    folder: Path
    shown: str = "content"
    """The folder's name in problems."""
    exclude: tuple[str, ...] = ()
    """gitignore patterns."""
    nav: Sequence[Any] | None = None
    """MkDocs's `nav`, as YAML gives it."""
    licence: str = ""
    authors: tuple[Person, ...] = ()
    directory_urls: bool = False
    """Pages become `name/index.html` instead of `name.html`."""
    allow_active: bool = False
    """Copy media that could run code."""
    trusted: tuple[str, ...] = ()
    """Source paths of scripts that the site's owner asks for by name."""


@dataclass(frozen=True)
class Loaded:
    """A library and what was wrong with its input."""

    library: Library
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Page:
    """A Markdown file after its header was read."""

    document: Document
    heading: str
    """Text of the first level-one heading, for projects that have no titles in headers."""
    abbreviations: Mapping[str, str] = field(default_factory=dict)


def load_library(options: LibraryOptions) -> Loaded:
    """Read every header under the content folder.  Texts are not kept: memory grows with the index only."""
    if not options.folder.is_dir():
        return Loaded(Library(), (problem("mkdocs.yml", 0, "configuration-no-content", folder=options.shown),))
    tree = read_tree(options.folder, options.shown, options.exclude)
    problems = list(tree.problems)
    courses = is_course_tree(tree)
    pages = _read_pages(tree, options, problems, foreign=not courses)
    vocabulary = _read_vocabulary(options, problems)
    arrange = _course_library if courses else _plain_library
    library = _inherit(arrange(pages, options, problems), options)
    library = replace(
        library,
        problems=vocabulary,
        abbreviations=pages[GLOSSARY].abbreviations if GLOSSARY in pages else {},
        media=tuple(_media(tree, options, problems, numbered=courses)),
    )
    problems += checks.check_library(library, options.shown, courses=courses)
    return Loaded(library, tuple(problems))


def is_course_tree(tree: Tree) -> bool:
    """True when the folder was written for Canoa: it has `problemas.yml`, or a course's header.

    A course's header is the front matter of `<folder>/index.md` with a key of ours, such as `titulo`.
    """
    if any(found.source == PROBLEMS_FILE for found in tree.files):
        return True
    fronts = (found for found in tree.markdown() if re.fullmatch(r"[^/]+/index\.md", found.source))
    return any(_has_course_key(found.file) for found in fronts)


def _has_course_key(file: Path) -> bool:
    text, _ = read_text(file, "")
    header = split_front_matter(text or "").header or ""
    return any(line.partition(":")[0].strip() in _COURSE_KEYS for line in header.split("\n"))


# --- pages --------------------------------------------------------------------------------------------------------


def _read_pages(tree: Tree, options: LibraryOptions, problems: list[Problem], *, foreign: bool) -> dict[str, _Page]:
    sources = {found.source for found in tree.files}
    pages = {}
    for found in tree.markdown():
        if _is_shadowed_readme(found.source, sources):
            continue
        page = _read_page(found, options, problems, foreign=foreign)
        if page:
            pages[found.source] = page
    return pages


def _is_shadowed_readme(source: str, sources: set[str]) -> bool:
    """MkDocs takes README.md for index.md where there is no index.md, and leaves it out where there is one."""
    path = PurePosixPath(source)
    return path.name.lower() == "readme.md" and str(path.with_name("index.md")) in sources


def _read_page(found: TreeFile, options: LibraryOptions, problems: list[Problem], *, foreign: bool) -> _Page | None:
    shown = f"{options.shown}/{found.source}"
    text, trouble = read_text(found.file, shown)
    problems += trouble
    if text is None:
        return None
    split = split_front_matter(text)
    if not split.closed and not foreign:
        problems.append(problem(shown, 1, "front-matter-unclosed"))
    header, unread = parse_front_matter(split, shown)
    metadata, trouble = validate_front_matter(header, shown, foreign=foreign)
    problems += [*unread, *trouble]
    if (unread or not split.closed) and not metadata.title:  # one mistake is one problem
        metadata = replace(metadata, title=_title_from(found.source))
    document = _document(found.source, metadata, header, split.first_line, options, numbered=not foreign)
    body = _FENCE.sub("", split.body)
    heading = _TITLE.search(body)
    return _Page(
        document,
        heading.group(1).strip() if heading else "",
        dict(_ABBREVIATION.findall(body)) if found.source == GLOSSARY else {},
    )


def _document(
    source: str, metadata: Metadata, header: FrontMatter, first_line: int, options: LibraryOptions, *, numbered: bool
) -> Document:
    target = page_target(source, numbered=numbered)
    if not metadata.id:
        metadata = replace(metadata, id=_id_from(target))
    if options.directory_urls and not target.endswith("index.html"):
        target = target.removesuffix(".html") + "/index.html"
    return Document(source, target, "page", metadata, first_line, dict(header.lines))


def _id_from(target: str) -> str:
    stem = target.removesuffix(".html")
    return "inicio" if stem == "index" else stem.removesuffix("/index")


def page_target(source: str, *, numbered: bool) -> str:
    """Where a page goes: `c/01-modulo/02-unidade.md` → `c/modulo/unidade.html`."""
    path = PurePosixPath(source)
    stem = "index" if path.stem.lower() in ("index", "readme") else page_slug(path.stem, numbered=numbered)
    return "/".join([*_folders(path, numbered=numbered), f"{stem}.html"])


def _folders(path: PurePosixPath, *, numbered: bool) -> Iterator[str]:
    return (page_slug(name, numbered=numbered) for name in path.parent.parts)


def _media(tree: Tree, options: LibraryOptions, problems: list[Problem], *, numbered: bool) -> Iterator[Media]:
    for found in tree.media():
        if not options.allow_active and found.source not in options.trusted and is_active(found.file):
            problems.append(problem(f"{options.shown}/{found.source}", 0, "media-active"))
            continue
        path = PurePosixPath(found.source)
        target = "/".join([*_folders(path, numbered=numbered), media_name(path.name)])
        yield Media(found.source, target, found.size)


def _read_vocabulary(options: LibraryOptions, problems: list[Problem]) -> tuple[PriorityProblem, ...]:
    file = options.folder / PROBLEMS_FILE
    if not file.is_file():
        return ()
    found, trouble = read_priority_problems(file, f"{options.shown}/{PROBLEMS_FILE}")
    problems += trouble
    return found


# --- course trees -------------------------------------------------------------------------------------------------


def _course_library(pages: dict[str, _Page], options: LibraryOptions, problems: list[Problem]) -> Library:
    for source, page in pages.items():
        if not page.document.title:
            line = 1 if page.document.first_line == 1 else 2
            problems.append(problem(f"{options.shown}/{source}", line, "title-missing"))
    folders = sorted({source.partition("/")[0] for source in pages if "/" in source}, key=sort_key)
    courses = [_course(folder, pages, options, problems) for folder in folders]
    top = {source: page for source, page in pages.items() if "/" not in source}
    return Library(
        home=_take(top, "home", "index.md", "README.md"),
        glossary=_take(top, "glossary", GLOSSARY),
        courses=tuple(course for course in courses if course),
        loose=tuple(_titled(page, "page") for page in top.values()),
    )


def _take(pages: dict[str, _Page], kind: Kind, *sources: str) -> Document | None:
    for source in sources:
        if source in pages:
            return _titled(pages.pop(source), kind)
    return None


def _titled(page: _Page, kind: Kind) -> Document:
    """A document with its kind, and with the best title there is: header, heading, file name."""
    title = page.document.title or page.heading or _title_from(page.document.source)
    return replace(page.document, kind=kind, metadata=replace(page.document.metadata, title=title))


def _title_from(source: str) -> str:
    path = PurePosixPath(source)
    name = path.parent.name if path.stem.lower() in ("index", "readme") else path.stem
    words = re.sub(r"^\d+[-_. ]+(?=.)", "", name).replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _course(folder: str, pages: dict[str, _Page], options: LibraryOptions, problems: list[Problem]) -> Course | None:
    inside = {source: page for source, page in pages.items() if source.startswith(folder + "/")}
    front = _take(inside, "course", f"{folder}/index.md", f"{folder}/README.md")
    if front is None:
        problems.append(problem(f"{options.shown}/{folder}", 0, "course-without-index", folder=folder))
        return None
    by_folder: dict[str, list[_Page]] = {}
    for source, page in inside.items():
        inner = source[len(folder) + 1 :]
        by_folder.setdefault(inner.rpartition("/")[0], []).append(page)
    for pages_of in by_folder.values():
        pages_of.sort(key=lambda page: sort_key(PurePosixPath(page.document.source).name))
    cases = tuple(Case(_titled(page, "case")) for page in by_folder.pop(CASES, []))
    worksheets = tuple(Worksheet(_titled(page, "worksheet")) for page in by_folder.pop(WORKSHEETS, []))
    units = tuple(Unit(_titled(page, "unit")) for page in by_folder.pop("", []))
    modules = [_module(folder, name, by_folder[name], options, problems) for name in sorted(by_folder, key=sort_key)]
    return Course(front, tuple(module for module in modules if module), units, cases, worksheets)


def _module(
    course: str, name: str, pages: list[_Page], options: LibraryOptions, problems: list[Problem]
) -> Module | None:
    folder = f"{course}/{name}"
    if "/" in name:
        problems += [problem(f"{options.shown}/{page.document.source}", 0, "page-outside-tree") for page in pages]
    inside = {page.document.source: page for page in pages}
    front = _take(inside, "module", f"{folder}/index.md", f"{folder}/README.md")
    if front is None:
        problems.append(problem(f"{options.shown}/{folder}", 0, "module-without-index", folder=folder))
        return None
    return Module(front, tuple(Unit(_titled(page, "unit")) for page in inside.values()))


def _inherit(library: Library, options: LibraryOptions) -> Library:
    """Fill in licence, authors, audience and review date from module, course and site, in this order."""
    site = Metadata(licence=options.licence, authors=options.authors)
    return replace(
        library,
        home=_filled(library.home, site),
        glossary=_filled(library.glossary, site),
        loose=tuple(_fill(document, site) for document in library.loose),
        courses=tuple(_inherit_course(course, site) for course in library.courses),
        sections=tuple(_inherit_section(section, site) for section in library.sections),
    )


def _inherit_course(course: Course, site: Metadata) -> Course:
    front = _fill(course.document, site)
    return Course(
        document=front,
        modules=tuple(_inherit_module(module, front.metadata) for module in course.modules),
        units=tuple(Unit(_fill(unit.document, front.metadata)) for unit in course.units),
        cases=tuple(Case(_fill(case.document, front.metadata)) for case in course.cases),
        worksheets=tuple(Worksheet(_fill(sheet.document, front.metadata)) for sheet in course.worksheets),
    )


def _inherit_module(module: Module, course: Metadata) -> Module:
    front = _fill(module.document, course)
    return Module(front, tuple(Unit(_fill(unit.document, front.metadata)) for unit in module.units))


def _inherit_section(section: Section, site: Metadata) -> Section:
    children = tuple(
        _inherit_section(child, site) if isinstance(child, Section) else _fill(child, site)
        for child in section.children
    )
    return Section(section.title, _filled(section.document, site), children)


def _filled(document: Document | None, above: Metadata) -> Document | None:
    return _fill(document, above) if document else None


def _fill(document: Document, above: Metadata) -> Document:
    """Licence, authors and audience come from above when the page does not say them; a review date never does."""
    own = document.metadata
    return replace(
        document,
        metadata=replace(
            own,
            licence=own.licence or above.licence,
            authors=own.authors or above.authors,
            audience=own.audience or above.audience,
        ),
    )


# --- plain MkDocs projects ----------------------------------------------------------------------------------------


def _plain_library(pages: dict[str, _Page], options: LibraryOptions, problems: list[Problem]) -> Library:
    documents = {source: _titled(page, "page") for source, page in pages.items()}
    home = documents.get("index.md") or documents.get("README.md")
    children = tuple(_from_nav(options.nav, documents, problems) if options.nav else _from_folder("", documents))
    home = replace(home, kind="home") if home else None
    listed = {document.source for document in Section("", None, children).documents()}
    return Library(
        home=home,
        sections=tuple(_as_sections(children, home)),
        loose=tuple(document for source, document in documents.items() if source not in listed),
    )


def _as_sections(children: tuple[Section | Document, ...], home: Document | None) -> Iterator[Section]:
    """Pages at the top are sections of one page; the front page is none."""
    for child in children:
        if isinstance(child, Section):
            yield child
        elif home is None or child.source != home.source:
            yield Section(child.title, child, ())


def _from_nav(
    nav: Sequence[Any], documents: dict[str, Document], problems: list[Problem]
) -> Iterator[Section | Document]:
    """MkDocs's `nav`: paths, `title: path`, `title: [entries]`; addresses of other sites are left out."""
    for entry in nav:
        title, value = next(iter(entry.items())) if isinstance(entry, dict) and entry else ("", entry)
        if isinstance(value, list):
            yield _section(str(title), tuple(_from_nav(value, documents, problems)))
        elif isinstance(value, str) and "://" not in value:
            document = documents.get(value.removeprefix("./").lstrip("/"))
            if document is None:
                problems.append(problem("mkdocs.yml", 0, "nav-missing-page", target=value))
            else:
                yield _renamed(document, str(title or "")) if title else document


def _renamed(document: Document, title: str) -> Document:
    return replace(document, metadata=replace(document.metadata, title=title))


def _section(title: str, children: tuple[Section | Document, ...]) -> Section:
    """A section; an `index.md` as its first child is its own page."""
    first = children[0] if children else None
    if isinstance(first, Document) and PurePosixPath(first.source).stem.lower() in ("index", "readme"):
        return Section(title, first, children[1:])
    return Section(title, None, children)


def _from_folder(prefix: str, documents: dict[str, Document]) -> Iterator[Section | Document]:
    inside = [source for source in documents if source.startswith(prefix)]
    names = sorted({source[len(prefix) :].partition("/")[0] for source in inside}, key=_index_first)
    for name in names:
        if prefix + name in documents:
            yield documents[prefix + name]
        else:
            children = tuple(_from_folder(f"{prefix}{name}/", documents))
            section = _section(_title_from(f"{name}/index.md"), children)
            yield replace(section, title=section.document.title) if section.document else section


def _index_first(name: str) -> tuple[bool, tuple[int, str, str]]:
    return (PurePosixPath(name).stem.lower() not in ("index", "readme"), sort_key(name))
