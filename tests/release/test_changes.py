"""What a release says of itself: new, changed, moved and withdrawn courses and pages, by title."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.release.changes import (
    Changes,
    Contents,
    Course,
    CourseChanges,
    Page,
    PageReader,
    SiteFiles,
    compare,
    contents_as_json,
    contents_from_json,
)
from generator.release.telling import tell_release

PAGE = """<!doctype html><html><head><title>Acolhimento · Canoa</title></head><body class="{theme}"><nav>Menu</nav>
<main><article><header><h1>Acolhimento &amp; escuta</h1></header><nav class="sumario">Nesta página</nav>
<div class="texto">{text}</div><div class="grupos">{listed}</div></article><nav>Próxima</nav></main></body></html>"""


def page(site: Path, text: str = "Texto.", *, theme: str = "claro", listed: str = "", path: str = "c/a.html") -> Page:
    file = site / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(PAGE.format(text=text, theme=theme, listed=listed), encoding="utf-8")
    return PageReader(SiteFiles(site), {}).read(path)


def course(title: str, **pages: str) -> Course:
    """Pages `name="title digest"`."""
    listed = {f"c/{name}.html": text.rsplit(" ", 1) for name, text in pages.items()}
    return Course(title, {path: Page(page_title, digest) for path, (page_title, digest) in listed.items()})


def test_a_page_is_called_by_its_heading(tmp_path: Path) -> None:
    assert page(tmp_path).title == "Acolhimento & escuta"


def test_another_word_is_a_change(tmp_path: Path) -> None:
    assert page(tmp_path).digest != page(tmp_path, "Outro texto.").digest


@pytest.mark.parametrize("other", [{"theme": "escuro"}, {"listed": "<a>Nova unidade</a>"}, {"text": "<em>Texto.</em>"}])
def test_looks_and_lists_of_other_pages_are_none(tmp_path: Path, other: dict[str, str]) -> None:
    assert page(tmp_path) == page(tmp_path, **other)


def test_another_picture_under_the_same_name_is_a_change(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c/mapa um.png").write_bytes(b"one")
    before = page(tmp_path, '<img src="mapa%20um.png" alt="O mapa">')
    (tmp_path / "c/mapa um.png").write_bytes(b"two")
    assert page(tmp_path, '<img src="mapa%20um.png" alt="O mapa">') != before


@pytest.mark.parametrize(
    "address", ["../../secret", "/etc/hostname", "data:image/png;base64,AA==", "https://a.example/b"]
)
def test_nothing_outside_the_site_is_read(tmp_path: Path, address: str) -> None:
    (tmp_path / "secret").write_bytes(b"one")
    site = tmp_path / "site"
    before = page(site, f'<img src="{address}">')
    (tmp_path / "secret").write_bytes(b"two")
    assert page(site, f'<img src="{address}">') == before


@pytest.mark.parametrize("page", ["<main class=m>{}</main>", "<body>{}</body>", "{}", "<body>{}", "<article>{}"])
def test_a_page_of_another_theme_is_its_text(tmp_path: Path, page: str) -> None:
    (tmp_path / "a.html").write_text("<title>Um</title>" + page.format("<p>Texto</p>"))
    before = PageReader(SiteFiles(tmp_path), {}).read("a.html")
    (tmp_path / "a.html").write_text("<title>Um</title>" + page.format("<p>Outro</p>"))
    assert before.title == "Um" and PageReader(SiteFiles(tmp_path), {}).read("a.html") != before


def test_a_picture_of_another_course_counts_only_where_it_is_shown(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/a.png").write_bytes(b"one")
    before = page(tmp_path, '<a href="../d/a.png">Mapa</a>')
    (tmp_path / "d/a.png").write_bytes(b"two")
    assert page(tmp_path, '<a href="../d/a.png">Mapa</a>') == before


OLD: Contents = {
    "site": course("Canoa", index="Biblioteca 1"),
    "c": course("Curso", a="Um 1", b="Dois 2", d="Três 3"),
    "velho": course("Curso velho"),
}
NEW: Contents = {
    "site": course("Canoa", index="Biblioteca 2"),
    "c": course("Curso novo em folha", a="Um 9", e="Dois 2", f="Quatro 4"),
    "novo": course("Curso novo"),
}


def test_courses_and_pages_are_compared() -> None:
    assert compare(OLD, NEW) == Changes(
        new=("Curso novo",),
        withdrawn=("Curso velho",),
        renamed=(("Curso", "Curso novo em folha"),),
        courses=(
            CourseChanges("Curso novo em folha", ("Quatro",), ("Um",), ("Dois",), ("Três",)),
            CourseChanges("", changed=("Biblioteca",)),
        ),
    )


def test_nothing_changed_is_nothing_to_tell() -> None:
    assert not compare(NEW, NEW)
    assert list(tell_release(NEW, NEW, str)) == ["No text changed, only how pages look or work."]


def test_the_changes_are_told_in_sentences() -> None:
    assert list(tell_release(OLD, NEW, str)) == [
        "New course: Curso novo",
        "Withdrawn course: Curso velho",
        "The course “Curso” is called “Curso novo em folha” now.",
        "Curso novo em folha",
        "  New page: Quatro",
        "  Changed page: Um",
        "  At another address: Dois",
        "  Withdrawn page: Três",
        "Pages that belong to no course",
        "  Changed page: Biblioteca",
    ]


def test_the_first_release_is_told_by_its_courses() -> None:
    assert list(tell_release(None, NEW, str)) == ["New course: Curso novo", "New course: Curso novo em folha"]


def test_what_is_kept_of_a_release_comes_back() -> None:
    assert contents_from_json(contents_as_json(NEW)) == NEW


def test_what_is_known_of_a_page_is_what_would_be_worked_out_again(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c/a.png").write_bytes(b"one")
    known = {"c/a.html": page(tmp_path, '<img src="a.png">Texto')}
    assert PageReader(SiteFiles(tmp_path), known).read("c/a.html") is known["c/a.html"]
    other = page(tmp_path, '<img src="a.png">Texto', theme="escuro")
    assert other == known["c/a.html"] and PageReader(SiteFiles(tmp_path), known).read("c/a.html") is known["c/a.html"]
    (tmp_path / "c/a.png").write_bytes(b"two")
    assert PageReader(SiteFiles(tmp_path), known).read("c/a.html") != known["c/a.html"]
