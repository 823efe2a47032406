"""Files as they come from other people's computers: encodings, line ends, names, sizes, links."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from tests.conftest import Project

UNIT = "content/curso/01-modulo/01-unidade.md"
PAGE = "---\ntitulo: Ação\nresumo: Um.\n---\n\nOlá.\n"


def test_a_file_that_is_not_utf8_is_named_and_the_rest_is_checked(project: Project) -> None:
    project.write(UNIT, PAGE.encode("latin-1"))
    project.write("content/curso/01-modulo/02-outra.md", "---\nresumo: Um.\n---\n\nTexto.\n")
    outcome = project.check()
    assert outcome.only("file-not-utf8")["line"] == 2
    assert "title-missing" in outcome.kinds()


def test_a_byte_order_mark_is_no_part_of_the_text(project: Project) -> None:
    project.write(UNIT, b"\xef\xbb\xbf" + PAGE.encode())
    assert project.check("--strict").code == 0


def test_windows_line_ends_give_the_same_site(project: Project) -> None:
    project.write(UNIT, PAGE)
    project.run("build")
    before = project.site()
    project.write(UNIT, PAGE.replace("\n", "\r\n"))
    assert project.run("build").code == 0
    assert project.site() == before


def test_lines_are_counted_in_the_file_and_not_in_the_text_after_the_header(project: Project) -> None:
    project.write(UNIT, PAGE.replace("\n", "\r\n") + "\r\n[x](nada.md)\r\n")
    assert project.check().only("link-broken")["line"] == 8


def test_names_with_spaces_and_accents_become_plain_addresses(project: Project) -> None:
    project.write("content/curso/02 Gestão do cuidado/index.md", PAGE)
    project.write("content/curso/02 Gestão do cuidado/01 Visão geral.md", PAGE + "\n![Um mapa](Mapa da área.svg)\n")
    project.write("content/curso/02 Gestão do cuidado/Mapa da área.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    project.write(UNIT, PAGE + "\n[ver](../02%20Gestão%20do%20cuidado/01%20Visão%20geral.md)\n")
    outcome = project.run("build", "--strict")
    assert outcome.code == 0, outcome.err
    assert "curso/gestao-do-cuidado/visao-geral.html" in project.site()
    assert "curso/gestao-do-cuidado/mapa-da-area.svg" in project.site()
    assert 'href="../gestao-do-cuidado/visao-geral.html"' in project.page("curso/modulo/unidade.html")


def test_a_link_finds_its_file_in_either_unicode_form(project: Project) -> None:
    project.write(unicodedata.normalize("NFD", "content/curso/01-modulo/03-visão.md"), PAGE)
    project.write(UNIT, PAGE + unicodedata.normalize("NFC", "\n[ver](03-visão.md)\n"))
    assert project.check("--strict").code == 0


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="this file system keeps only one of the two")
def test_two_files_that_differ_only_in_case_are_an_error(project: Project) -> None:
    project.write("content/curso/01-modulo/Mapa.png", b"1")
    project.write("content/curso/01-modulo/mapa.png", b"2")
    assert project.check().only("path-collision")["severity"] == "error"


def test_two_pages_that_would_become_one_file_are_an_error(project: Project) -> None:
    project.write("content/curso/01-modulo/03-unidade.md", PAGE)
    found = project.check().only("path-collision")
    assert "curso/modulo/unidade.html" in str(found["message"])


@pytest.mark.parametrize("name", ["con.md", "aux.txt", "LPT1.png"])
def test_names_that_windows_reserves_are_refused(project: Project, name: str) -> None:
    project.write(f"content/curso/01-modulo/{name}", PAGE)
    assert "path-reserved" in project.check().kinds()


def test_the_folder_of_the_theme_is_reserved(project: Project) -> None:
    project.write("content/canoa/index.md", PAGE)
    assert "path-reserved" in project.check().kinds()


def test_a_page_of_twenty_megabytes_is_refused_at_once(project: Project) -> None:
    project.write(UNIT, PAGE + "palavra " * 2_600_000)
    found = project.check().only("file-too-large")
    assert "2,0 MB" in str(found["message"])


def test_a_link_to_a_file_outside_the_content_is_refused(project: Project) -> None:
    secret = project.write("segredo.txt", "segredo")
    (project.folder / "content/curso/segredo.txt").symlink_to(secret)
    assert "path-symlink-outside" in project.check().kinds()
    project.run("build", "--keep-going")
    assert not any(b"segredo" in content for content in project.site().values())


def test_a_folder_that_links_to_its_own_parent_does_not_go_on_for_ever(project: Project) -> None:
    (project.folder / "content/curso/laço").symlink_to(project.folder / "content")
    assert "path-symlink-outside" in project.check().kinds()


def test_nul_bytes_do_not_reach_the_site(project: Project) -> None:
    project.write(UNIT, PAGE.encode() + b"\na\0b\n")
    assert project.run("build").code == 0
    assert "\0" not in project.page("curso/modulo/unidade.html")
