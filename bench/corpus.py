"""Courses to build: as many pages as wanted, the same bytes for the same seed, in two flavours of Markdown.

The first N pages are the same for every count: a page's words follow from its place alone, and pages link only to pages
before them.  So a corpus of 10,000 pages is one of 1,000 that went on.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import struct
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.vocabulary import ABBREVIATIONS, SETTINGS, TOPICS, Writer

SEED = 20261122
MODULES, UNITS, CASES, FIGURES = 6, 10, 5, 4
SMALLEST = 5
"""Pages: home, course, module and two units, one to edit and one whose menu names it."""
LESSON_WORDS = (470, 820)
PROBLEMS = ("hipertensao", "diabetes", "gestacao", "saude-mental", "feridas", "arboviroses", "faltas", "solidao")
AUDIENCES = ("enfermagem", "medicina", "odontologia", "acs", "gestao")
CALLOUTS = {"note": "NOTE", "info": "NOTE", "question": "NOTE", "tip": "TIP", "warning": "WARNING", "danger": "CAUTION"}
"""Kinds of admonition, and what GitHub's flavour has in their place."""


@dataclass(frozen=True)
class Box:
    """An admonition, or a part that opens when it is `folded`."""

    kind: str
    title: str
    body: str
    folded: bool = False


@dataclass(frozen=True)
class Tabs:
    """Texts of which a reader sees one."""

    items: tuple[tuple[str, str], ...]


Block = str | Box | Tabs


@dataclass(frozen=True)
class Place:
    """Where a page stands in the library."""

    path: str
    kind: str
    """`home`, `course`, `module`, `unit` or `case`."""
    title: str
    weight: int
    """Its number among its siblings."""
    before: tuple[tuple[str, str], ...] = ()
    """Titles and paths of pages that it may link to."""


@dataclass(frozen=True)
class Page:
    """A page before it is written in one flavour or the other."""

    place: Place
    description: str
    blocks: tuple[Block, ...]
    extra: dict[str, str] = field(default_factory=dict)
    """Further lines of the header, as YAML."""


@dataclass(frozen=True)
class Corpus:
    """What was written."""

    pages: int
    words: int
    bytes: int
    edited: str
    """Path of the unit in the middle: the one that an author changes."""
    neighbour: str
    """Path of the unit before it, which names it in its menus."""
    paths: tuple[str, ...]
    """Every page."""


# --- which pages there are ----------------------------------------------------------------------------------------


def places(seed: int) -> Iterator[Place]:
    """The pages of the library, in reading order, without an end."""
    yield Place("index.md", "home", "Cursos para a atenção primária", 0)
    number = 0
    while True:
        yield from _course(seed, number)
        number += 1


def _course(seed: int, number: int) -> Iterator[Place]:
    title = course_title(number)
    folder = f"{number + 1:03}-{slug(title)}"
    yield Place(f"{folder}/index.md", "course", title, number + 1)
    names = Writer(seed, f"titles of {folder}")
    units: list[tuple[str, str]] = []
    for position, module in enumerate(_titles(names, MODULES), 1):
        inside = f"{folder}/{position:02}-{slug(module)}"
        yield Place(f"{inside}/index.md", "module", module, position, tuple(units[-2:]))
        for order, unit in enumerate(_titles(names, UNITS), 1):
            path = f"{inside}/{order:02}-{slug(unit)}.md"
            yield Place(path, "unit", unit, order, tuple(units))
            units.append((unit, path))
    for order, case in enumerate(_titles(names, CASES), 1):
        yield Place(f"{folder}/casos/{order:02}-{slug(case)}.md", "case", case, order, tuple(units))


def course_title(number: int) -> str:
    """No two courses have the same title: their folders are named after it."""
    setting, topic = divmod(number, len(TOPICS))
    edition, setting = divmod(setting, len(SETTINGS))
    title = f"{TOPICS[topic]} {SETTINGS[setting]}"
    return f"{title} {edition + 1}" if edition else title


def _titles(writer: Writer, count: int) -> list[str]:
    """Titles with different addresses."""
    found: dict[str, str] = {}
    while len(found) < count:
        title = writer.title()
        found.setdefault(slug(title), title)
    return list(found.values())


def slug(title: str) -> str:
    """`Pré-natal de baixo risco` becomes `pre-natal-de-baixo-risco`."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


# --- what is on a page --------------------------------------------------------------------------------------------


def compose(place: Place, seed: int) -> Page:
    """The page that stands at a place."""
    writer = Writer(seed, place.path)
    description = writer.sentence().replace("*", "")
    extra = {}
    if place.kind == "unit":
        extra = {
            "duracao": str(writer.number(3, 12) * 5),
            "publico": f"[{', '.join(sorted({writer.pick(AUDIENCES) for _ in range(2)}))}]",
            "problemas": f"[{writer.pick(PROBLEMS)}]",
        }
    make = {"unit": _unit, "case": _case}.get(place.kind, _presentation)
    blocks, notes = make(place, writer)
    blocks += [f"[^{number}]: {note}" for number, note in enumerate(notes, 1)]
    used = sorted(abbreviation for abbreviation in writer.abbreviations if _uses(blocks, abbreviation))
    if used:
        blocks.append("\n".join(f"*[{abbreviation}]: {ABBREVIATIONS[abbreviation]}" for abbreviation in used))
    return Page(place, description, tuple(blocks), extra)


def _uses(blocks: Sequence[Block], abbreviation: str) -> bool:
    return any(f"({abbreviation})" in part for block in blocks for part in _texts(block))


def _texts(block: Block) -> tuple[str, ...]:
    if isinstance(block, str):
        return (block,)
    return (block.body,) if isinstance(block, Box) else tuple(text for _, text in block.items)


def _presentation(place: Place, writer: Writer) -> tuple[list[Block], list[str]]:
    """Home, course and module: a short welcome; the generators list what is inside."""
    links = [_link(place, target) for target in place.before]
    blocks: list[Block] = [writer.paragraph(70, *links), "## Como estudar {#como-estudar}", _list(writer, 4)]
    blocks += [Box("tip", "Sem internet", writer.paragraph(30)), writer.paragraph(40)]
    return blocks, []


def _unit(place: Place, writer: Writer) -> tuple[list[Block], list[str]]:
    """A lesson."""
    sections = writer.number(4, 6)
    size = writer.number(*LESSON_WORDS) // (sections + 2)
    opening = writer.paragraph(60, *_links(place, writer, 1))
    blocks: list[Block] = [f"{opening}[^1]", "## Objetivos {#objetivos}", _list(writer, 4)]
    if writer.chance(0.5):
        blocks.insert(1, Box("info", "Nesta unidade", writer.paragraph(35)))
    for _ in range(sections):
        blocks += _section(place, writer, size)
    if writer.chance(0.5):
        figure = posixpath.relpath(f"{_top(place)}/img/figura-{writer.number(1, FIGURES)}.png", _folder(place))
        blocks.append(f"![Esquema: {writer.noun()}]({figure})")
    if writer.chance(0.25):
        blocks.append(Tabs(tuple((name, writer.paragraph(30)) for name in ("Pessoa adulta", "Criança"))))
    if writer.chance(0.125):
        blocks += _code(writer)
    blocks.append(f"{writer.paragraph(30)}[^2]")
    return [*blocks, *_questions(writer)], [writer.paragraph(14), writer.paragraph(14)]


def _section(place: Place, writer: Writer, size: int) -> list[Block]:
    """A heading, a paragraph and one thing that is no paragraph."""
    kind = writer.pick(("list", "steps", "nested", "table", "callout", "subsections", "text"))
    blocks: list[Block] = [f"## {writer.title()}"]
    blocks.append(writer.paragraph(size * 6 // 10, *_links(place, writer, 1 if writer.chance(0.6) else 0)))
    if kind == "subsections":
        for _ in range(2):
            blocks += [f"### {writer.title()}", writer.paragraph(size * 2 // 10)]
    elif kind == "callout":
        body = f"{writer.paragraph(25)}\n\n{_list(writer, 2)}"
        blocks.append(Box(writer.pick(("note", "tip", "warning", "danger")), writer.title(), body))
    elif kind == "text":
        blocks.append(writer.paragraph(size * 4 // 10))
    else:
        blocks.append({"list": _list, "steps": _steps, "nested": _nested, "table": _table}[kind](writer, 3))
    return blocks


def _case(place: Place, writer: Writer) -> tuple[list[Block], list[str]]:
    """A case study: history, findings, decisions with comments."""
    blocks: list[Block] = [
        Box("note", f"{writer.person()}, {writer.number(18, 90)} anos", writer.paragraph(50)),
        "## História {#historia}",
        f"{writer.paragraph(150, *_links(place, writer, 2))}[^1]",
        "## Exame {#exame}",
        _table(writer, 5),
        writer.paragraph(80),
    ]
    for number in range(1, 4):
        blocks += [f"## Decisão {number}", writer.paragraph(50), _steps(writer, 3)]
        blocks.append(Box("question", "Comentário", writer.paragraph(45), folded=True))
    return [*blocks, "## Desfecho {#desfecho}", writer.paragraph(90)], [writer.paragraph(14)]


def _questions(writer: Writer) -> list[Block]:
    asked = "\n".join(f"{number}. {writer.sentence()[:-1]}?" for number in range(1, 4))
    return ["## Perguntas {#perguntas}", asked, Box("question", "Ver as respostas", _steps(writer, 3), folded=True)]


def _code(writer: Writer) -> list[Block]:
    group, total = writer.number(20, 90), writer.number(100, 300)
    lines = (
        "```python",
        "def cobertura(consultadas: int, total: int) -> float:",
        "    return 100 * consultadas / total",
    )
    words = f"O cálculo `#!python cobertura({group}, {total})` mostra a parte das pessoas que veio à consulta."
    return [words, "\n".join([*lines, "```"])]


def _list(writer: Writer, items: int) -> str:
    return "\n".join(f"- {writer.sentence()}" for _ in range(items))


def _steps(writer: Writer, items: int) -> str:
    return "\n".join(f"{number}. {writer.sentence()}" for number in range(1, items + 1))


def _nested(writer: Writer, items: int) -> str:
    outer = (f"- {writer.sentence()}\n    - {writer.sentence()}\n    - {writer.sentence()}" for _ in range(items))
    return "\n".join(outer)


def _table(writer: Writer, rows: int) -> str:
    lines = ["| O que ver | Quem | Medida |", "| --- | --- | ---: |"]
    for _ in range(rows + writer.number(0, 3)):
        cells = (writer.noun(article=False), writer.noun(article=False), str(writer.number(1, 300)))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _links(place: Place, writer: Writer, count: int) -> list[str]:
    if not place.before:
        return []
    return [_link(place, place.before[writer.number(0, len(place.before) - 1)]) for _ in range(count)]


def _link(place: Place, target: tuple[str, str]) -> str:
    title, path = target
    return f"[{title}]({posixpath.relpath(path, _folder(place))})"


def _folder(place: Place) -> str:
    return posixpath.dirname(place.path) or "."


def _top(place: Place) -> str:
    return place.path.partition("/")[0]


# --- how it is written --------------------------------------------------------------------------------------------


def python_markdown(page: Page) -> str:
    """The flavour of Python-Markdown with its usual extensions: canoa, Material and Zensical read the same file."""
    return _header(page, page.extra) + "\n\n".join(map(_python_block, page.blocks)) + "\n"


def github_markdown(page: Page) -> str:
    """The same page in GitHub's flavour with footnotes, for Hugo, which has no abbreviations and no tabs."""
    shown = [_github_block(block) for block in page.blocks if not (isinstance(block, str) and block.startswith("*["))]
    return _header(page, {"weight": str(page.place.weight)}) + "\n\n".join(shown) + "\n"


def _header(page: Page, extra: dict[str, str]) -> str:
    lines = ["---", f'title: "{page.place.title}"', f'description: "{page.description}"']
    return "\n".join([*lines, *(f"{key}: {value}" for key, value in extra.items()), "---", "", ""])


def _python_block(block: Block) -> str:
    if isinstance(block, str):
        return block
    if isinstance(block, Box):
        return f'{"???" if block.folded else "!!!"} {block.kind} "{block.title}"\n\n{_indented(block.body, "    ")}'
    return "\n\n".join(f'=== "{name}"\n\n{_indented(text, "    ")}' for name, text in block.items)


def _github_block(block: Block) -> str:
    if isinstance(block, str):
        return block.replace("`#!python ", "`")
    if isinstance(block, Tabs):
        return "\n\n".join(f"#### {name}\n\n{text}" for name, text in block.items)
    if block.folded:
        return f"<details>\n<summary>{block.title}</summary>\n\n{block.body}\n\n</details>"
    return f"> [!{CALLOUTS[block.kind]}]\n> **{block.title}**\n>\n{_indented(block.body, '> ')}"


def _indented(text: str, by: str) -> str:
    return "\n".join((by + line).rstrip() for line in text.split("\n"))


# --- files --------------------------------------------------------------------------------------------------------


def write_corpus(folder: Path, pages: int, seed: int = SEED) -> Corpus:
    """Write `folder/markdown` and `folder/github` anew; the same arguments give the same bytes."""
    shutil.rmtree(folder, ignore_errors=True)
    words = size = 0
    paths = []
    units = []
    for place, _ in zip(places(seed), range(pages), strict=False):
        page = compose(place, seed)
        text = python_markdown(page)
        _write(folder / "markdown" / place.path, text.encode())
        _write(folder / "github" / hugo_path(place.path), github_markdown(page).encode())
        words += len(text.split())
        size += len(text.encode())
        paths.append(place.path)
        if place.kind == "course":
            _write_course_files(folder, place, seed)
        elif place.kind == "unit":
            units.append(place.path)
    _write(folder / "markdown" / "problemas.yml", _problems().encode())
    middle = len(units) // 2
    while posixpath.dirname(units[middle]) != posixpath.dirname(units[middle - 1]):
        middle -= 1  # the menu of the unit before it shows its title only within a module
    return Corpus(pages, words, size, units[middle], units[middle - 1], tuple(paths))


def hugo_path(path: str) -> str:
    """Hugo calls the page of a folder `_index.md`."""
    return re.sub(r"(^|/)index\.md$", r"\1_index.md", path)


def _write_course_files(folder: Path, place: Place, seed: int) -> None:
    """The figures; for Hugo also the page without which a folder is no section."""
    for number in range(1, FIGURES + 1):
        image = figure(Writer(seed, f"figure {number} of {place.path}"))
        for flavour in ("markdown", "github"):
            _write(folder / flavour / _top(place) / "img" / f"figura-{number}.png", image)
    cases = '---\ntitle: "Casos"\nweight: 99\n---\n'
    _write(folder / "github" / _top(place) / "casos" / "_index.md", cases.encode())


def _problems() -> str:
    return "".join(f"- id: {name}\n  nome: {name.replace('-', ' ').capitalize()}\n" for name in PROBLEMS)


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def figure(writer: Writer, width: int = 160, height: int = 96) -> bytes:
    """A small picture of coloured fields, as a PNG of about 8 kB: four bits a point, not compressed.

    What zlib makes of the same bytes differs between its versions; a stored block does not.
    """
    palette = bytes(writer.number(0, 255) for _ in range(16 * 3))
    fields = [writer.number(0, 15) for _ in range(64)]
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        colours = [fields[y * 8 // height * 8 + x * 8 // width] for x in range(width)]
        rows += bytes(left << 4 | right for left, right in zip(colours[::2], colours[1::2], strict=True))
    stored = b"\x78\x01\x01" + struct.pack("<HH", len(rows), len(rows) ^ 0xFFFF) + rows
    data = stored + struct.pack(">I", zlib.adler32(rows))
    head = struct.pack(">IIBBBBB", width, height, 4, 3, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
