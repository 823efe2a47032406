"""The whole way from a project to a folder, through the real command."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT, Project

UNIT = "content/curso/01-modulo/01-unidade.md"
PAGE = "---\ntitulo: Unidade\nresumo: Um.\n---\n\n{}\n"


def test_the_build_says_what_it_did(project: Project) -> None:
    outcome = project.run("build")
    assert outcome.code == 0
    assert re.search(r"\d+ páginas em \d+,\d s · \d+ arquivos, \d+,\d kB", outcome.err)
    assert "Página mais pesada: " in outcome.err


def test_the_reading_order_leads_from_unit_to_unit(project: Project) -> None:
    project.run("build")
    page = project.page("curso/modulo/unidade.html")
    assert 'rel="next" href="outra.html"' in page
    assert 'rel="prev" href="index.html"' in page


def test_errors_leave_the_previous_site_untouched(project: Project) -> None:
    project.run("build")
    before = project.site()
    project.write(UNIT, PAGE.format("/// questao | Q\n\nQual?\n\n- [ ] a\n- [ ] b\n\n///"))
    outcome = project.run("build")
    assert outcome.code == 1
    assert "01-unidade.md:6" in outcome.err
    assert project.site() == before


def test_keep_going_writes_the_site_in_spite_of_errors(project: Project) -> None:
    project.write(UNIT, PAGE.format("/// questao | Q\n\nQual?\n\n- [ ] a\n- [ ] b\n\n///"))
    assert project.run("build", "--keep-going").code == 1
    assert "Qual?" in project.page("curso/modulo/unidade.html")


def test_strict_makes_warnings_stop_the_build(project: Project) -> None:
    project.write(UNIT, PAGE.format("[x](nada.md)"))
    assert project.run("build").code == 0
    assert project.run("build", "--strict").code == 1


def test_a_page_that_vanished_from_the_content_vanishes_from_the_site(project: Project) -> None:
    project.run("build")
    (project.folder / "content/curso/01-modulo/02-outra.md").unlink()
    project.run("build")
    assert "curso/modulo/outra.html" not in project.site()


def test_unchanged_files_keep_their_time_stamp(project: Project) -> None:
    project.run("build")
    file = project.folder / "build/site/curso/modulo/outra.html"
    os.utime(file, (1, 1))
    project.write(UNIT, PAGE.format("Outro texto.").replace("Unidade", "Primeira unidade"))
    project.run("build")
    assert file.stat().st_mtime == 1


def test_a_folder_with_somebody_elses_files_is_refused(project: Project) -> None:
    precious = project.write("build/site/tese.odt", "anos de trabalho")
    outcome = project.run("build")
    assert outcome.code == 1
    assert precious.read_text() == "anos de trabalho"
    assert "tese.odt" not in outcome.err and "site" in outcome.err


def test_a_site_folder_inside_the_content_is_refused(project: Project) -> None:
    text = (project.folder / "mkdocs.yml").read_text().replace("build/site", "content/site")
    project.write("mkdocs.yml", text)
    assert project.run("build").code == 1
    assert not (project.folder / "content/site").exists()


def test_a_link_planted_in_the_site_folder_is_not_followed(project: Project) -> None:
    outside = project.write("fora.html", "meu")
    project.run("build")
    page = project.folder / "build/site/curso/modulo/outra.html"
    page.unlink()
    page.symlink_to(outside)
    project.run("build")
    assert outside.read_text() == "meu"
    assert not page.is_symlink()


def test_anchors_of_other_pages_are_checked(project: Project) -> None:
    project.write(UNIT, PAGE.format("[bom](02-outra.md#uma-parte) [mau](02-outra.md#outra-parte)"))
    project.write("content/curso/01-modulo/02-outra.md", PAGE.format("## Uma parte"))
    found = project.check().only("link-anchor")
    assert found["line"] == 6
    assert "#outra-parte" in str(found["message"])


def test_one_block_id_on_two_pages_is_an_error(project: Project) -> None:
    for name in ("01-unidade", "02-outra"):
        project.write(
            f"content/curso/01-modulo/{name}.md", PAGE.format("/// reflexao | R\n    id: r-1\n\nPense.\n\n///")
        )
    assert project.check().only("block-id-duplicate")["severity"] == "error"


def test_every_index_lists_its_pages(project: Project) -> None:
    tags = "problemas: [hipertensao]\npublico: [acs]\nferramentas: [planejamento]\n"
    project.write("content/curso/fichas/pressao.md", f"---\ntitulo: Ficha de pressão\nresumo: Um.\n{tags}---\n")
    project.run("build")
    for index, anchor in (("problemas", "hipertensao"), ("publicos", "acs"), ("ferramentas", "planejamento")):
        page = project.page(f"{index}.html")
        assert f'id="{anchor}"' in page
        assert 'href="curso/fichas/pressao.html"' in page
    assert 'href="curso/fichas/pressao.html">Ficha de pressão' in project.page("indice.html")


def test_a_project_without_a_front_page_gets_one(project: Project) -> None:
    (project.folder / "content/index.md").unlink()
    project.run("build")
    assert 'href="curso/index.html"' in project.page("index.html")


@pytest.mark.parametrize(
    ("language", "words"),
    [("pt-BR", "Pular para o conteúdo"), ("en", "Go to content"), ("es", "Saltar al contenido")],
)
def test_the_site_speaks_the_language_of_its_configuration(project: Project, language: str, words: str) -> None:
    text = (project.folder / "mkdocs.yml").read_text().replace("pt-BR", language)
    project.write("mkdocs.yml", text)
    project.run("build")
    page = project.page("curso/modulo/unidade.html")
    assert words in page
    assert f'lang="{language}"' in page


def test_the_sites_owner_may_replace_the_template(project: Project) -> None:
    project.write("meu/page.html", "<!doctype html><title>{{ page.title }}</title>")
    text = (project.folder / "mkdocs.yml").read_text().replace("{name: canoa,", "{name: canoa, custom_dir: meu,")
    project.write("mkdocs.yml", text)
    project.run("build")
    assert project.page("curso/modulo/outra.html") == "<!doctype html><title>Segunda unidade</title>"


def test_the_sample_course_has_no_problems_at_all(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "content", tmp_path / "content")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    outcome = Project(tmp_path).check("--strict")
    assert outcome.problems == []
    assert outcome.code == 0


def test_a_site_that_says_where_it_is_published_gets_addresses_for_harvesters(project: Project) -> None:
    project.configure("site_url: https://cursos.example.br/sus\n")
    assert project.run("build").code == 0
    page = project.page("curso/modulo/unidade.html")
    address = "https://cursos.example.br/sus/curso/modulo/unidade.html"
    assert f'<link rel="canonical" href="{address}">' in page
    assert '"@type":"LearningResource"' in page
    assert address in project.site()["sitemap.xml"].decode()


def test_drafts_and_excluded_files_are_not_published(project: Project) -> None:
    project.configure("exclude_docs: |\n  *.tmp\n  !keep.tmp\ndraft_docs: rascunho-*\n")
    project.write("content/curso/01-modulo/a.tmp", "a")
    project.write("content/curso/01-modulo/keep.tmp", "a")
    project.write("content/curso/01-modulo/rascunho-um.md", "nada")
    assert project.run("build", "--strict").code == 0
    assert "curso/modulo/keep.tmp" in project.site()
    assert not any("rascunho" in path or path.endswith("a.tmp") for path in project.site())
