"""What an author may get wrong in a header, and what the command says about it."""

from __future__ import annotations

import pytest

from tests.conftest import Project

UNIT = "content/curso/01-modulo/01-unidade.md"


def test_a_small_course_has_no_problems(project: Project) -> None:
    outcome = project.check("--strict")
    assert outcome.problems == []
    assert outcome.code == 0


def test_a_header_that_is_not_yaml_is_named_with_its_line(project: Project) -> None:
    project.write(UNIT, "---\nresumo: Um.\ntitulo: Acolher: escutar\n---\n\nTexto.\n")
    outcome = project.check()
    found = outcome.only("front-matter-not-yaml")
    assert (found["path"], found["line"]) == (UNIT, 3)
    assert "aspas" in str(found["cure"])
    assert outcome.code == 1


def test_a_header_that_is_never_closed_is_an_error(project: Project) -> None:
    project.write(UNIT, "---\ntitulo: Acolher\n\nTexto.\n")
    assert project.check().only("front-matter-unclosed")["line"] == 1


def test_a_header_that_is_a_list_is_an_error(project: Project) -> None:
    project.write(UNIT, "---\n- titulo\n---\n\nTexto.\n")
    assert "front-matter-not-mapping" in project.check().kinds()


def test_an_unknown_key_gets_the_nearest_known_one(project: Project) -> None:
    project.write(UNIT, "---\ntitulo: Acolher\nresumo: Um.\nduraçao: 40\n---\n\nTexto.\n")
    found = project.check().only("front-matter-unknown-key")
    assert found["line"] == 4
    assert "“duracao”" in str(found["cure"])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("duracao: quarenta", "minutos"),
        ("duracao: 0", "minutos"),
        ("duracao: 2.5", "minutos"),
        ("publico: enfermagem", "lista"),
        ("eletiva: talvez", "true"),
        ("autores: [{instituicao: UFMG}]", "nome"),
        ("autores: [{nome: Ana, orcid: 123}]", "nome"),
        ("revisao: março de 2026", "data"),
        ("id: Com Espaço", "minúsculas"),
        ("titulo: [um, dois]", "texto"),
    ],
)
def test_a_value_of_the_wrong_kind_says_what_was_expected(project: Project, line: str, expected: str) -> None:
    key = line.partition(":")[0]
    title = "" if key == "titulo" else "titulo: Acolher\n"
    project.write(UNIT, f"---\n{title}resumo: Um.\n{line}\n---\n\nTexto.\n")
    found = project.check().only("front-matter-wrong-type")
    assert found["line"] == (3 if key == "titulo" else 4)
    assert expected in str(found["cure"])


def test_a_date_that_does_not_exist_is_an_error(project: Project) -> None:
    project.write(UNIT, "---\ntitulo: Acolher\nresumo: Um.\nrevisao: 2026-02-30\n---\n\nTexto.\n")
    assert project.check().code == 1


def test_a_page_without_a_title_is_an_error_in_a_course(project: Project) -> None:
    project.write(UNIT, "---\nresumo: Um.\n---\n\nTexto.\n")
    assert project.check().only("title-missing")["path"] == UNIT


def test_a_page_without_a_summary_is_a_warning(project: Project) -> None:
    project.write(UNIT, "---\ntitulo: Acolher\n---\n\nTexto.\n")
    outcome = project.check()
    assert outcome.only("summary-missing")["severity"] == "warning"
    assert outcome.code == 0
    assert project.check("--strict").code == 1


def test_a_key_written_twice_is_an_error(project: Project) -> None:
    project.write(UNIT, "---\ntitulo: Um\nresumo: Um.\ntitulo: Dois\n---\n\nTexto.\n")
    assert project.check().only("front-matter-duplicate-key")["line"] == 4


def test_an_english_key_beside_its_portuguese_twin_is_an_error(project: Project) -> None:
    project.write(UNIT, "---\ntitulo: Um\ntitle: One\nresumo: Um.\n---\n\nTexto.\n")
    assert project.check().only("front-matter-alias-conflict")["line"] == 3


def test_english_keys_are_understood(project: Project) -> None:
    project.write(UNIT, "---\ntitle: One\ndescription: Um.\ntags: [Acolhimento]\nlicense: CC-BY-4.0\n---\n\nTexto.\n")
    assert project.check("--strict").code == 0


def test_an_unknown_licence_is_an_error(project: Project) -> None:
    project.write(UNIT, "---\ntitulo: Um\nresumo: Um.\nlicenca: CC-BY-NC-SA\n---\n\nTexto.\n")
    assert project.check().only("licence-unknown")["line"] == 4


@pytest.mark.parametrize(
    ("key", "value"), [("publico", "enfermeira"), ("ferramentas", "acolher"), ("problemas", "hipertensão")]
)
def test_an_id_outside_the_closed_lists_gets_a_suggestion(project: Project, key: str, value: str) -> None:
    project.write(UNIT, f"---\ntitulo: Um\nresumo: Um.\n{key}: [{value}]\n---\n\nTexto.\n")
    found = project.check().only("unknown-id")
    assert found["line"] == 4
    assert value in str(found["message"])


def test_two_pages_with_one_id_are_an_error(project: Project) -> None:
    for name in ("01-unidade", "02-outra"):
        project.write(
            f"content/curso/01-modulo/{name}.md", "---\ntitulo: Um\nresumo: Um.\nid: acolher\n---\n\nTexto.\n"
        )
    assert project.check().only("duplicate-page-id")["line"] == 4


def test_a_header_of_nested_aliases_is_refused_before_it_grows(project: Project) -> None:
    bomb = "a: &a [1, 2]\n" + "".join(
        f"{c}: &{c} [*{p}, *{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    project.write(UNIT, f"---\ntitulo: Um\n{bomb}---\n\nTexto.\n")
    assert "front-matter-not-yaml" in project.check().kinds()


def test_python_objects_in_a_header_are_never_made(project: Project) -> None:
    project.write(UNIT, "---\ntitulo: !!python/object/apply:os.system ['touch feito']\n---\n\nTexto.\n")
    assert "front-matter-not-yaml" in project.check().kinds()
    assert not (project.folder / "feito").exists()
