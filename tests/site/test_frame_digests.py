"""A page is framed again when anything around its text changes: no change of the site goes unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from generator.content.library import LibraryOptions, load_library
from generator.language import load_translations
from generator.pages.page import Heading, RenderedPage
from generator.site.configuration import read_configuration
from generator.site.indexes import Term, make_indexes
from generator.site.navigation import MOST_LINKS
from generator.site.view import PageView
from generator.site.views import Views
from tests.conftest import CONFIGURATION, Project

RENDERED = RenderedPage("<p>Texto.</p>", "Título", (Heading(2, "Parte", "parte"),), words=400, summary="Do texto.")
UNIT = "content/saude/01-modulo/01-primeira.md"
OTHER_COURSE = "gestao/"


def page(title: str, **keys: str) -> str:
    lines = "".join(f"{key}: {value}\n" for key, value in {"titulo": title, "resumo": "Um resumo.", **keys}.items())
    return f"---\n{lines}---\n\nTexto.\n"


@pytest.fixture
def two_courses(empty_project: Project) -> Project:
    """A small library in which every kind of page shows something of the others."""
    write = empty_project.write
    write("content/index.md", page("Biblioteca"))
    write("content/glossario.md", page("Glossário"))
    write("content/sobre.md", page("Sobre"))
    write("content/problemas.yml", "- id: hipertensao\n  nome: Hipertensão\n- id: diabetes\n  nome: Diabetes\n")
    for course in ("saude", "gestao"):
        write(f"content/{course}/index.md", page(course.title(), publico="[acs]", licenca="CC-BY-4.0"))
        write(f"content/{course}/00-abertura.md", page("Abertura"))
        for module in ("01-modulo", "02-outro"):
            write(f"content/{course}/{module}/index.md", page(f"Módulo {module}", problemas="[hipertensao]"))
            write(f"content/{course}/{module}/01-primeira.md", page("Primeira", duracao="40"))
            write(f"content/{course}/{module}/02-segunda.md", page("Segunda", ferramentas="[acolhimento]"))
        write(f"content/{course}/casos/rita.md", page("Dona Rita", revisao="2026-03-01"))
        write(f"content/{course}/fichas/plano.md", page("Plano"))
    return empty_project


@dataclass(frozen=True)
class Shown:
    """A page: its view and the digest of its frame."""

    view: PageView
    digest: bytes


def shown(project: Project) -> dict[str, Shown]:
    """Every page of the site by its path, each with the same text."""
    configuration = read_configuration(project.folder / "mkdocs.yml").configuration
    assert configuration
    options = LibraryOptions(
        configuration.docs_dir,
        nav=configuration.nav,
        licence=configuration.licence,
        authors=configuration.authors,
        directory_urls=configuration.directory_urls,
    )
    library = load_library(options).library
    translate = load_translations(configuration.language).gettext
    indexes = make_indexes(library, (Term("Vínculo", "termo-vinculo"),), translate)
    views = Views.of(configuration, library, indexes, translate)
    pages = [Shown(views.page(one, RENDERED), views.frame_digest(one)) for one in library.documents()]
    pages += [Shown(views.index(index), views.index_digest(index)) for index in indexes]
    pages += [Shown(views.learner(one, repr(one.values)), views.learner_digest(one)) for one in views.learner_pages]
    if library.home is None:
        pages.append(Shown(views.home(), views.home_digest()))
    return {one.view.path: one for one in pages}


def retitle(path: str, title: str, **keys: str) -> Callable[[Project], object]:
    return lambda project: project.write(path, page(title, **keys))


def configure(extra: str, **replaced: str) -> Callable[[Project], object]:
    def change(project: Project) -> None:
        text = CONFIGURATION + extra
        for old, new in replaced.items():
            text = text.replace(old, new)
        project.write("mkdocs.yml", text)

    return change


def remove(path: str) -> Callable[[Project], object]:
    return lambda project: (project.folder / path).unlink()


def rename(old: str, new: str) -> Callable[[Project], object]:
    return lambda project: (project.folder / old).rename(project.folder / new)


COURSE, MODULE, CASE = "content/saude/index.md", "content/saude/01-modulo/index.md", "content/saude/casos/rita.md"
CHANGES: dict[str, Callable[[Project], object]] = {
    "the title of a unit": retitle(UNIT, "Acolher", duracao="40"),
    "the title of a module": retitle(MODULE, "Acolhimento", problemas="[hipertensao]"),
    "the title of a course": retitle(COURSE, "Outro nome", publico="[acs]", licenca="CC-BY-4.0"),
    "the title of a case": retitle(CASE, "Seu José", revisao="2026-03-01"),
    "the title of a worksheet": retitle("content/saude/fichas/plano.md", "Meu plano"),
    "the title of a unit beside the modules": retitle("content/saude/00-abertura.md", "Começo"),
    "the title of the glossary": retitle("content/glossario.md", "Termos"),
    "the title of the front page": retitle("content/index.md", "Início"),
    "the title of a loose page": retitle("content/sobre.md", "Quem somos"),
    "a summary": retitle(UNIT, "Primeira", resumo="Outro.", duracao="40"),
    "no summary": retitle(UNIT, "Primeira", resumo='""', duracao="40"),
    "the summary of a module": retitle(MODULE, "Módulo 01-modulo", resumo="Outro.", problemas="[hipertensao]"),
    "the summary of a course": retitle(COURSE, "Saude", resumo="Outro.", publico="[acs]", licenca="CC-BY-4.0"),
    "a duration": retitle(UNIT, "Primeira", duracao="60"),
    "a module that is an elective": retitle(MODULE, "Módulo 01-modulo", eletiva="true", problemas="[hipertensao]"),
    "a unit's problem": retitle(UNIT, "Primeira", duracao="40", problemas="[diabetes]"),
    "a unit's tool": retitle(UNIT, "Primeira", duracao="40", ferramentas="[planejamento]"),
    "a case's audience": retitle(CASE, "Dona Rita", publico="[medicina]", revisao="2026-03-01"),
    "an author": retitle(UNIT, "Primeira", duracao="40", autores="[{nome: Ana, instituicao: UFMG}]"),
    "a review": retitle(UNIT, "Primeira", duracao="40", revisao="2026-04-01"),
    "a unit's licence": retitle(UNIT, "Primeira", duracao="40", licenca="MIT"),
    "the licence of a course": retitle(COURSE, "Saude", publico="[acs]", licenca="CC0-1.0"),
    "the audience of a course": retitle(COURSE, "Saude", publico="[acs, gestao]", licenca="CC-BY-4.0"),
    "the id of a course": retitle(COURSE, "Saude", publico="[acs]", licenca="CC-BY-4.0", id="saude-da-familia"),
    "the id of the site": configure("", **{"[canoa]": "[canoa: {id: outra}]"}),
    "the authors of a course": retitle(COURSE, "Saude", publico="[acs]", licenca="CC-BY-4.0", autores="[Ana]"),
    "the order of units": rename(UNIT, "content/saude/01-modulo/03-primeira.md"),
    "the order of modules": rename("content/saude/01-modulo", "content/saude/03-modulo"),
    "another address": rename(UNIT, "content/saude/01-modulo/01-acolher.md"),
    "a new unit": retitle("content/saude/01-modulo/03-nova.md", "Nova"),
    "a new module": retitle("content/saude/03-novo/index.md", "Novo"),
    "a new course": retitle("content/novo/index.md", "Novo"),
    "a new loose page": retitle("content/ajuda.md", "Ajuda"),
    "a new letter": retitle("content/ajuda.md", "Zelo"),
    "a unit less": remove(UNIT),
    "a case less": remove(CASE),
    "no written front page": remove("content/index.md"),
    "no glossary": remove("content/glossario.md"),
    "a problem's name": lambda project: project.write(
        "content/problemas.yml", "- id: hipertensao\n  nome: Pressão alta\n- id: diabetes\n  nome: Diabetes\n"
    ),
    "a problem's description": lambda project: project.write(
        "content/problemas.yml",
        "- id: hipertensao\n  nome: Hipertensão\n  descricao: Muita pressão.\n- id: diabetes\n  nome: Diabetes\n",
    ),
    "a problem less": lambda project: project.write("content/problemas.yml", "- id: diabetes\n  nome: Diabetes\n"),
    "a page in the place of an index": retitle("content/problemas.md", "Problemas"),
    "the site's name": configure("", Teste="Outro nome"),
    "the site's address": configure("site_url: https://example.org/a/\n"),
    "the footer": configure("copyright: © Ana\n"),
    "the language": configure("", **{"pt-BR": "es"}),
    "the site's licence": configure("", **{"[canoa]": "[canoa: {license: MIT}]"}),
    "the site's authors": configure("", **{"[canoa]": "[canoa: {authors: [Ana]}]"}),
}


def assert_nothing_goes_unnoticed(before: dict[str, Shown], after: dict[str, Shown]) -> None:
    changed = [path for path in before.keys() & after.keys() if before[path].view != after[path].view]
    unnoticed = [path for path in changed if before[path].digest == after[path].digest]
    assert unnoticed == []


@pytest.mark.parametrize("change", CHANGES)
def test_no_change_of_a_frame_goes_unnoticed(two_courses: Project, change: str) -> None:
    before = shown(two_courses)
    CHANGES[change](two_courses)
    after = shown(two_courses)
    assert {path: page.view for path, page in before.items()} != {path: page.view for path, page in after.items()}
    assert_nothing_goes_unnoticed(before, after)


def test_a_front_page_that_nobody_wrote_shows_the_description_of_the_site(two_courses: Project) -> None:
    remove("content/index.md")(two_courses)
    before = shown(two_courses)
    two_courses.configure("site_description: Cursos abertos.\n")
    after = shown(two_courses)
    assert before["index.html"].view != after["index.html"].view
    assert_nothing_goes_unnoticed(before, after)


@pytest.mark.parametrize("change", ["the title of a unit", "a summary", "a new unit", "the licence of a course"])
def test_a_change_of_one_course_leaves_the_lessons_of_another_alone(two_courses: Project, change: str) -> None:
    before = shown(two_courses)
    CHANGES[change](two_courses)
    after = shown(two_courses)
    lessons = [path for path in before if path.startswith(OTHER_COURSE)]
    assert len(lessons) > 5
    assert [path for path in lessons if before[path].digest != after[path].digest] == []


def test_the_same_library_has_the_same_digests(two_courses: Project) -> None:
    one, other = shown(two_courses), shown(two_courses)
    assert {path: page.digest for path, page in one.items()} == {path: page.digest for path, page in other.items()}


@pytest.mark.parametrize("nav", [True, False])
def test_no_change_of_a_project_without_courses_goes_unnoticed(empty_project: Project, nav: bool) -> None:
    names = [f"guia/{number:03}.md" for number in range(MOST_LINKS + 5)]
    for name in ("index.md", "guia/index.md", "guia/fim/a.md", "guia/fim/b.md", *names):
        empty_project.write(f"content/{name}", f"# {name}\n")
    entries = f"[index.md, {{Guia: [guia/index.md, {{Fim: [guia/fim/a.md]}}, {', '.join(names)}]}}]"
    empty_project.configure(f"nav: {entries}\n" if nav else "")
    before = shown(empty_project)
    changes: list[Callable[[Project], object]] = [
        lambda project: project.write("content/guia/040.md", "# Outro\n"),
        lambda project: project.write("content/guia/fim/index.md", "# Fim\n"),
        lambda project: project.write("content/guia/000-a.md", "# Novo\n"),
        remove("content/guia/001.md"),
        rename("content/guia/fim", "content/guia/ultimo"),
        configure(f"nav: {entries.replace('Fim', 'Final')}\n"),
        configure(f"nav: {entries.replace('Guia', 'Manual')}\n"),
        configure(f"nav: {entries.replace('guia/002.md', 'Dois: guia/002.md').replace('guia/003.md, ', '')}\n"),
    ]
    for change in changes:
        change(empty_project)
        after = shown(empty_project)
        assert_nothing_goes_unnoticed(before, after)
        before = after
