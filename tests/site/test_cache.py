"""Builds that remember: the same site as one from nothing, only quicker; and a cache that nobody has to trust."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from generator.pages.page import RenderedPage
from generator.site import cache as cache_module
from generator.site.cache import BuildCache, PageRow
from tests.conftest import Outcome, Project
from tests.site.changing import (
    CAPTIONS,
    FIRST,
    HEAD,
    IMAGE,
    SECOND,
    THIRD,
    built_from_nothing,
    pages_rendered,
    picture,
    settle,
    write_course,
)

CACHE = "build/cache/cache.sqlite3"
NEW, LAST = "content/curso/01-modulo/03-nova.md", "content/curso/01-modulo/05-unidade.md"


@pytest.fixture
def course(empty_project: Project) -> Project:
    return write_course(empty_project)


def build(project: Project, *arguments: str) -> Outcome:
    return project.run("build", "--debug", *arguments)


def times(project: Project) -> dict[str, int]:
    site = project.folder / "build/site"
    return {file.relative_to(site).as_posix(): file.stat().st_mtime_ns for file in site.rglob("*") if file.is_file()}


def changed(before: dict[str, int], after: dict[str, int]) -> set[str]:
    """What is not part of the search index, of which test_search_index.py counts the files."""
    paths = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    return {path for path in paths if "busca/" not in path and path not in ("canoa/busca.js", "canoa/levar-busca.js")}


# --- nothing, or little, to do ------------------------------------------------------------------------------------


def test_a_build_with_nothing_to_do_renders_and_touches_nothing(course: Project) -> None:
    first = build(course)
    before = times(course)
    for _ in range(2):
        again = build(course)
        assert pages_rendered(again) == 0
        assert " 0 alterados" in again.err
    assert times(course) == before
    assert pages_rendered(first) == 9


def test_a_build_with_nothing_to_do_says_what_the_first_one_said(course: Project) -> None:
    settle(course)
    first = build(course)
    again = build(course)
    assert "pages rendered" not in again.err  # it did not even look at the pages
    assert [line for line in again.err.splitlines() if "segunda" in line or "heaviest" in line] == [
        line for line in first.err.splitlines() if "segunda" in line or "heaviest" in line
    ]
    for sentence in ("Página mais pesada", "falta.md", "1 aviso"):
        assert sentence in first.err
        assert sentence in again.err


def test_an_edited_text_costs_one_page_and_the_lists_of_files(course: Project) -> None:
    build(course)
    before = times(course)
    course.write(SECOND, HEAD.format("Segunda", "Da segunda.") + "Outro texto.\n")
    assert pages_rendered(build(course)) == 1
    lists = {"curso/levar.js", "canoa/levar.js"}
    touched = {path for path in changed(before, times(course)) if "busca" not in path}
    assert touched == {"curso/modulo/outra.html", *lists}


def test_a_new_title_reaches_neighbours_lists_and_indexes_and_nothing_else(course: Project, tmp_path: Path) -> None:
    course.write("content/outro/index.md", HEAD.format("Outro curso", "Do outro."))
    course.write("content/outro/01-parte/index.md", HEAD.format("Parte", "Da parte."))
    course.write("content/outro/01-parte/01-so.md", HEAD.format("Só", "Da única.") + "Texto.\n")
    build(course)
    before = times(course)
    course.write(SECOND, HEAD.format("Título novo", "Da segunda.") + "Texto da segunda.\n")
    assert pages_rendered(build(course)) == 2  # itself, and the page with a link that shows the title
    touched = changed(before, times(course))
    assert {"curso/modulo/unidade.html", "curso/modulo/outra.html", "curso/modulo/index.html", "indice.html"} <= touched
    assert "outro/parte/so.html" not in touched
    assert course.site() == built_from_nothing(course, tmp_path / "novo")


def test_editing_and_editing_back_renders_nothing_the_second_time(course: Project) -> None:
    build(course)
    before = course.site()
    old = (course.folder / FIRST).read_bytes()
    course.write(FIRST, old + b"\nMais uma frase.\n")
    assert pages_rendered(build(course)) == 1
    course.write(FIRST, old)
    assert pages_rendered(build(course)) == 0
    assert course.site() == before


def test_a_new_time_stamp_alone_renders_nothing(course: Project) -> None:
    build(course)
    for file in (course.folder / "content").rglob("*.md"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    before = times(course)
    assert pages_rendered(build(course)) == 0
    assert times(course) == before


# --- warm is cold -------------------------------------------------------------------------------------------------

CHANGES: dict[str, Callable[[Project], object]] = {
    "a text": lambda course: course.write(SECOND, HEAD.format("Segunda", "Da segunda.") + "Outro.\n"),
    "a title": lambda course: course.write(SECOND, HEAD.format("Nova", "Da segunda.") + "Texto da segunda.\n"),
    "a summary": lambda course: course.write(SECOND, HEAD.format("Segunda", "Outro resumo.") + "Texto da segunda.\n"),
    "a course's title": lambda course: course.write("content/curso/index.md", HEAD.format("Outro", "Do curso.")),
    "a course's licence": lambda course: course.write(
        "content/curso/index.md", HEAD.format("Curso", "Do curso.\nlicenca: CC-BY-4.0")
    ),
    "an audience": lambda course: course.write(THIRD, HEAD.format("Longe", "Três.\npublico: [acs]") + "## Fim\n"),
    "a heading that is linked to": lambda course: course.write(THIRD, HEAD.format("Longe", "Três.") + "## Outro\n"),
    "a page that was missing": lambda course: course.write(
        "content/curso/01-modulo/falta.md", HEAD.format("Chegou", "Agora sim.") + "Texto.\n"
    ),
    "a page that goes": lambda course: (course.folder / SECOND).unlink(),
    "a page that moves": lambda course: (course.folder / SECOND).rename(course.folder / NEW),
    "a new order": lambda course: (course.folder / FIRST).rename(course.folder / LAST),
    "a new course": lambda course: course.write("content/dois/index.md", HEAD.format("Dois", "Outro.")),
    "an image of another size": lambda course: course.write(IMAGE, picture(30, 15)),
    "an image that goes": lambda course: (course.folder / IMAGE).unlink(),
    "captions": lambda course: course.write(CAPTIONS, "WEBVTT\n\n00:00.000 --> 00:01.000\nTchau\n"),
    "an abbreviation": lambda course: course.write(
        "content/glossario.md", HEAD.format("Glossário", "Termos.") + "Escuta\n:   Ouvir.\n\n*[APS]: Outra coisa\n"
    ),
    "a glossary term": lambda course: course.write(
        "content/glossario.md", HEAD.format("Glossário", "Termos.") + "Fala\n:   Dizer.\n\n*[APS]: Atenção Primária\n"
    ),
    "a priority problem": lambda course: course.write(
        "content/problemas.yml", "- id: hipertensao\n  nome: Pressão alta\n"
    ),
    "the site's name": lambda course: course.write(
        "mkdocs.yml", (course.folder / "mkdocs.yml").read_text("utf-8").replace("Teste", "Outro nome")
    ),
    "the language": lambda course: course.write(
        "mkdocs.yml", (course.folder / "mkdocs.yml").read_text("utf-8").replace("pt-BR", "es")
    ),
    "an extension": lambda course: course.write(
        "mkdocs.yml", (course.folder / "mkdocs.yml").read_text("utf-8") + "markdown_extensions: [nl2br]\n"
    ),
    "a file of the owner's": lambda course: course.write("minha/extra.txt", "dois"),
    "the owner's template": lambda course: course.write("minha/page.html", "{{ page.title }}{{ page.html }}"),
    "an unreadable file": lambda course: course.write(SECOND, b"---\ntitulo: \xff\n---\n"),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_after_a_change_the_site_is_the_one_from_nothing(course: Project, tmp_path: Path, what: str) -> None:
    build(course)
    CHANGES[what](course)
    warm = build(course, "--keep-going")
    assert course.site() == built_from_nothing(course, tmp_path / "novo"), warm.err


def test_many_changes_after_another_still_give_the_site_from_nothing(course: Project, tmp_path: Path) -> None:
    source = random.Random(20261122)
    still_possible = [name for name in CHANGES if not name.startswith(("a page that", "a new order", "an image that"))]
    for number in range(3):
        for name in source.sample(still_possible, 4):
            CHANGES[name](course)
        settle(course)
        for _ in range(2):  # the second one may find that nothing changed, and must be right
            build(course, "--keep-going")
        assert course.site() == built_from_nothing(course, tmp_path / f"novo{number}")


def test_problems_are_the_same_warm_and_cold(course: Project) -> None:
    course.write(SECOND, HEAD.format("Segunda", "Da segunda.") + "[x](nada.md)\n\n![](../figura.png)\n")
    cold = course.check()
    warm = course.check()
    assert warm.problems == cold.problems
    assert {problem["kind"] for problem in cold.problems} >= {"link-broken", "image-no-alt"}
    assert course.run("build", "--strict").code == course.run("build", "--strict").code == 1


def test_a_warm_strict_build_fails_where_a_cold_one_does_and_touches_nothing(course: Project) -> None:
    settle(course)
    build(course)
    before = times(course)
    outcome = build(course, "--strict")
    assert outcome.code == 1
    assert "falta.md" in outcome.err
    assert times(course) == before


# --- what the cache cannot see ------------------------------------------------------------------------------------


def test_a_page_that_includes_another_file_is_rendered_every_time(course: Project) -> None:
    course.configure("markdown_extensions: [{pymdownx.snippets: {base_path: [trechos]}}]\n")
    course.write("trechos/comum.txt", "Texto comum.")
    course.write(SECOND, HEAD.format("Segunda", "Da segunda.") + '--8<-- "comum.txt"\n')
    build(course)
    assert "Texto comum." in course.page("curso/modulo/outra.html")
    course.write("trechos/comum.txt", "Outro texto comum.")
    assert pages_rendered(build(course)) == 1
    assert "Outro texto comum." in course.page("curso/modulo/outra.html")


def test_extensions_of_others_are_asked_every_time(course: Project) -> None:
    course.write("vizinha.py", EXTENSION)
    course.write("estado.txt", "um")
    course.configure("markdown_extensions: [vizinha]\n")
    environment = {"PYTHONPATH": str(course.folder)}
    course.run("build", environment=environment)
    assert "estado um" in course.page("curso/modulo/outra.html")
    course.write("estado.txt", "dois")
    course.run("build", environment=environment)
    assert "estado dois" in course.page("curso/modulo/outra.html")


EXTENSION = """\
from pathlib import Path
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

class State(Preprocessor):
    def run(self, lines):
        return [*lines, "", "estado " + Path("estado.txt").read_text()]

class StateExtension(Extension):
    def extendMarkdown(self, md):
        md.preprocessors.register(State(md), "state", 10)

def makeExtension(**kwargs):
    return StateExtension(**kwargs)
"""


# --- what is in the site folder -----------------------------------------------------------------------------------


@pytest.mark.parametrize("harm", ["changed", "emptied", "removed", "replaced by a link", "replaced by a folder"])
def test_a_harmed_page_is_mended(course: Project, harm: str) -> None:
    build(course)
    before = course.site()
    page = course.folder / "build/site/curso/modulo/outra.html"
    if harm == "changed":
        page.write_bytes(page.read_bytes().replace(b"segunda", b"SEGUNDA"))
    elif harm == "emptied":
        page.write_bytes(b"")
    else:
        page.unlink()
    if harm == "replaced by a link":
        page.symlink_to(course.folder / "mkdocs.yml")
    if harm == "replaced by a folder":
        page.mkdir()
        (page / "x.txt").write_text("x")
    assert pages_rendered(build(course)) == 0
    assert course.site() == before
    assert not page.is_symlink()
    assert "Nós" in (course.folder / "mkdocs.yml").read_text("utf-8")


def test_a_file_that_nobody_built_is_removed(course: Project) -> None:
    settle(course)
    build(course)
    before = course.site()
    course.write("build/site/curso/estranho.html", "?")
    build(course)
    assert course.site() == before


def test_a_removed_site_is_written_again_without_rendering(course: Project) -> None:
    build(course)
    before = course.site()
    shutil.rmtree(course.folder / "build/site")
    assert pages_rendered(build(course)) == 0
    assert course.site() == before


# --- a cache that nobody has to trust -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_cache_changes_nothing_in_the_site(course: Project, tmp_path: Path, seed: int) -> None:
    build(course)
    shutil.rmtree(course.folder / "build/site")
    file = course.folder / CACHE
    source = random.Random(seed)
    content = bytearray(file.read_bytes())
    for _ in range(1 + 20 * seed):
        content[source.randrange(len(content))] ^= 1 << source.randrange(8)
    file.write_bytes(content)
    assert build(course).code == 0
    assert course.site() == built_from_nothing(course, tmp_path / "novo")


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"nada" * 5000])
def test_a_file_that_is_no_cache_is_replaced(course: Project, content: bytes) -> None:
    course.write(CACHE, content)
    assert build(course).code == 0
    assert pages_rendered(build(course)) == 0


def test_a_cache_that_is_cut_short_is_replaced(course: Project) -> None:
    build(course)
    before = course.site()
    file = course.folder / CACHE
    file.write_bytes(file.read_bytes()[:30_000])
    shutil.rmtree(course.folder / "build/site")
    assert build(course).code == 0
    assert course.site() == before


@pytest.mark.parametrize(
    "statement",
    [
        "update pages set html = x'00'",
        "update pages set shown = '[]'",
        "update pages set facts = '[[],[],[],false]', anchors = '[]'",
        "update pages set inputs = '{}'",
        "update headers set header = replace(header, 'Segunda', 'Falsa')",
        "update notes set value = replace(value, 'falta', 'sobra')",
        "update outputs set frame = x'00'",
        "update outputs set content = x'00'",
        "drop table pages",
        "delete from headers",
    ],
)
def test_a_row_that_somebody_else_wrote_is_not_believed(course: Project, statement: str) -> None:
    build(course)
    before = course.site()
    with closing(sqlite3.connect(course.folder / CACHE)) as database:
        database.execute(statement)
        database.commit()
    shutil.rmtree(course.folder / "build/site")
    outcome = build(course)
    assert course.site() == before, outcome.err
    assert "falta.md" in outcome.err


def test_a_cache_of_another_layout_is_replaced(course: Project) -> None:
    build(course)
    with closing(sqlite3.connect(course.folder / CACHE)) as database:
        database.execute("pragma user_version = 999")
    assert build(course).code == 0
    assert pages_rendered(build(course)) == 0


def test_a_folder_that_cannot_hold_a_cache_does_not_keep_the_site_from_being_built(course: Project) -> None:
    course.write("build/cache", "a file where the folder should be")
    outcome = build(course)
    assert outcome.code == 0, outcome.err
    assert "Texto da segunda." in course.page("curso/modulo/outra.html")


def test_no_cache_neither_uses_nor_leaves_one(course: Project) -> None:
    build(course, "--no-cache")
    assert not (course.folder / "build/cache").exists()
    build(course)
    assert pages_rendered(build(course, "--no-cache")) == 9


def test_the_cache_is_marked_as_one_and_holds_no_pickle(course: Project) -> None:
    build(course)
    folder = course.folder / "build/cache"
    assert (folder / "CACHEDIR.TAG").read_text("utf-8").startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert (folder / ".gitignore").read_text("utf-8") == "*\n"
    assert b"\x80\x04\x95" not in (folder / "cache.sqlite3").read_bytes()


def test_clean_removes_the_cache_and_leaves_the_site(course: Project) -> None:
    build(course)
    before = course.site()
    outcome = course.run("clean")
    assert outcome.code == 0
    assert "liberados" in outcome.err
    assert not (course.folder / "build/cache").exists()
    assert course.site() == before
    assert course.run("clean").code == 0


def test_old_pages_leave_by_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "SPARE_PAGES", 3)
    with BuildCache(tmp_path) as cache:
        for number in range(10):
            row = PageRow.of(RenderedPage(html=f"<p>{number}</p>", title=""), "{}", volatile=False)
            cache.keep_pages([PageRow(**{**vars(row), "key": b"%d" % number})])
        cache.forget_old_pages([b"0", b"1"])
        kept = [number for number in range(10) if cache.page(b"%d" % number)]
    assert kept == [0, 1, 7, 8, 9]


# --- side by side, and cut off ------------------------------------------------------------------------------------


def start(project: Project, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "generator", "build", *arguments]
    return subprocess.Popen(command, cwd=project.folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE)


def test_builds_at_the_same_time_do_not_harm_each_other(course: Project, tmp_path: Path) -> None:
    for _ in range(2):
        running = [start(course), start(course), start(course, "--no-cache"), start(course, "--no-cache")]
        assert [process.wait(timeout=120) for process in running] == [0] * 4
        assert course.site() == built_from_nothing(course, tmp_path / f"novo{_}")
        course.write(SECOND, HEAD.format("Segunda", "Da segunda.") + "Outro.\n")


def test_after_builds_killed_at_any_moment_the_next_one_is_right(course: Project, tmp_path: Path) -> None:
    for number in range(60):
        page = f"content/curso/02-depois/{number + 2:02}-mais-{number}.md"
        course.write(page, HEAD.format(f"Mais {number}", "Um.") + "Oi.\n" * 50)
    source = random.Random(5)
    for number in range(12):
        course.write(SECOND, HEAD.format("Segunda", "Da segunda.") + f"Texto {number}.\n")
        process = start(course, "--workers", str(1 + number % 2))
        try:
            process.wait(timeout=source.uniform(0.1, 1.6))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    outcome = build(course)
    assert outcome.code == 0
    assert course.site() == built_from_nothing(course, tmp_path / "novo")
    assert json.loads(course.check().out) == json.loads(course.check().out)
