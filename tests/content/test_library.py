"""Three shapes of content folder become a library."""

from __future__ import annotations

from pathlib import Path

from generator.content.library import LibraryOptions, load_library
from generator.content.model import Library
from tests.conftest import Project

PAGE = "---\ntitulo: {}\nresumo: Um.\n---\n\nTexto.\n"


def library_of(project: Project, **options: object) -> Library:
    return load_library(LibraryOptions(project.folder / "content", **options)).library  # type: ignore[arg-type]


def test_a_course_tree_has_courses_modules_units_cases_and_worksheets(project: Project) -> None:
    project.write("content/curso/casos/dona-rita.md", PAGE.format("Dona Rita"))
    project.write("content/curso/fichas/plano.md", PAGE.format("Plano"))
    [course] = library_of(project).courses
    assert [unit.document.title for unit in course.modules[0].units] == ["Primeira unidade", "Segunda unidade"]
    assert course.cases[0].document.target == "curso/casos/dona-rita.html"
    assert course.worksheets[0].document.kind == "worksheet"


def test_numbers_order_and_leave_no_trace_in_addresses(project: Project) -> None:
    project.write("content/curso/10-fim/index.md", PAGE.format("Fim"))
    project.write("content/curso/2-meio/index.md", PAGE.format("Meio"))
    [course] = library_of(project).courses
    assert [module.document.target for module in course.modules] == [
        "curso/modulo/index.html",
        "curso/meio/index.html",
        "curso/fim/index.html",
    ]


def test_licence_and_authors_come_from_module_course_and_site(project: Project) -> None:
    project.write("content/curso/index.md", "---\ntitulo: C\nlicenca: CC-BY-4.0\n---\n")
    project.write("content/curso/01-modulo/index.md", "---\ntitulo: M\nautores: [Ana Lima]\n---\n")
    [course] = library_of(project, licence="CC0-1.0").courses
    unit = course.modules[0].units[0].document.metadata
    assert (unit.licence, unit.authors[0].name) == ("CC-BY-4.0", "Ana Lima")


def test_a_review_date_is_never_inherited(project: Project) -> None:
    project.write("content/curso/index.md", "---\ntitulo: C\nrevisao: 2026-03-01\n---\n")
    [course] = library_of(project).courses
    assert course.document.metadata.reviewed == "2026-03-01"
    assert course.modules[0].document.metadata.reviewed == ""


def test_a_course_or_module_without_its_index_is_an_error(project: Project) -> None:
    project.write("content/outro/01-m/01-u.md", PAGE.format("U"))
    project.write("content/curso/09-sem/01-u.md", PAGE.format("U"))
    kinds = project.check().kinds()
    assert {"course-without-index", "module-without-index"} <= kinds


def test_a_damaged_list_of_problems_is_named_with_its_line(project: Project) -> None:
    project.write("content/problemas.yml", "- id: hipertensao\n  nome: Hipertensão\n- id: Diabetes!\n  nome: D\n")
    assert project.check().only("vocabulary-entry")["line"] == 3
    project.write("content/problemas.yml", "id: hipertensao\n")
    assert "vocabulary-not-list" in project.check().kinds()


def test_abbreviations_come_from_the_glossary(project: Project) -> None:
    project.write("content/glossario.md", PAGE.format("Glossário") + "\n*[APS]: Atenção Primária à Saúde\n")
    assert library_of(project).abbreviations == {"APS": "Atenção Primária à Saúde"}


def test_a_project_without_courses_is_read_from_its_folders(empty_project: Project) -> None:
    empty_project.write("content/index.md", "# Início\n")
    empty_project.write("content/tutorial/index.md", "# Tutorial\n")
    empty_project.write("content/tutorial/first-steps.md", "# First Steps\n")
    empty_project.write("content/about.md", "# About\n")
    library = library_of(empty_project)
    assert library.home and library.home.title == "Início"
    assert [section.title for section in library.sections] == ["About", "Tutorial"]
    assert [page.target for page in library.sections[1].documents()] == [
        "tutorial/index.html",
        "tutorial/first-steps.html",
    ]


def test_a_project_with_nav_is_read_from_it(empty_project: Project) -> None:
    for name in ("index", "b", "a", "esquecida"):
        empty_project.write(f"content/{name}.md", f"# {name}\n")
    nav = ["index.md", {"Guia": ["b.md", {"Primeiro": "a.md"}]}, {"Fora": "https://example.org"}, "nada.md"]
    loaded = load_library(LibraryOptions(empty_project.folder / "content", nav=nav))
    [section] = loaded.library.sections
    assert [page.title for page in section.documents()] == ["b", "Primeiro"]
    assert [page.source for page in loaded.library.loose] == ["esquecida.md"]
    assert [found.kind for found in loaded.problems] == ["nav-missing-page"]


def test_readme_stands_for_index_as_in_mkdocs(empty_project: Project) -> None:
    empty_project.write("content/README.md", "# Projeto\n")
    home = library_of(empty_project).home
    assert home and home.target == "index.html"


def test_a_folder_that_does_not_exist_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    [found] = load_library(LibraryOptions(tmp_path / "nada")).problems
    assert found.kind == "configuration-no-content"
