"""The index that a build writes: complete, the same however it came about, and little of it changed by an edit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import CONFIGURATION, Project
from tests.search.reading import Index, called
from tests.site.changing import HEAD, SECOND, built_from_nothing

WORDS = (
    *("acolher", "escuta", "vacina", "território", "equipe", "agenda", "visita"),
    *("consulta", "cuidado", "registro", "família", "doença", "vínculo", "risco"),
)

DEEP = ">" * 2_000 + " fundo\n\n" + "- " * 500 + "item\n" + "*" * 5_000 + "\n" + "[" * 5_000
"""What no page can be made of."""


def lesson(number: int) -> str:
    """A text that shares some words with every other one, and has one of its own."""
    return (
        f"---\ntitulo: Lição {number}\nresumo: Da lição {number}.\n"
        f"publico: [{'acs' if number % 2 else 'medicina'}]\n---\n\n"
        f"A {WORDS[number % 14]} e a {WORDS[number * 5 % 14]} na unidade{number}.\n\n"
        f"## Sobre {WORDS[number * 3 % 14]}\n\nO {WORDS[number * 11 % 14]} é {WORDS[number // 14 % 14]}.\n"
    )


@pytest.fixture
def library(empty_project: Project) -> Project:
    """Two courses of ten lessons each, a glossary."""
    return write_library(empty_project)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Of the library as it is, built once."""
    return build(write_library(Project(tmp_path_factory.mktemp("biblioteca"))))


def write_library(project: Project) -> Project:
    project.write("mkdocs.yml", CONFIGURATION)
    project.write("content/index.md", HEAD.format("Biblioteca", "Início.") + "Frontispício.\n")
    terms = "Escuta\n:   Ouvir bem.\n\n*[APS]: Atenção Primária\n"
    project.write("content/glossario.md", HEAD.format("Glossário", "Termos.") + terms)
    for course in ("um", "dois"):
        project.write(f"content/{course}/index.md", HEAD.format(f"Curso {course}", "Curso.") + "Começa.\n")
        project.write(f"content/{course}/01-parte/index.md", HEAD.format("Parte", "Parte.") + "Parte.\n")
    for number in range(20):
        project.write(lesson_path(number), lesson(number))
    return project


def lesson_path(number: int) -> str:
    return f"content/{('um', 'dois')[number % 2]}/01-parte/{number + 1:02}-licao-{number}.md"


def build(project: Project, *arguments: str) -> Index:
    done = project.run("build", *arguments)
    assert done.code == 0, done.err
    return Index(project.site())


def found(index: Index, query: str) -> list[str]:
    pages = index.pages()
    return [pages[number] for number in index.find(query)]


def changed(before: Index, after: Index) -> set[str]:
    """Files of the index that differ."""
    paths = {path for path in before.site.keys() | after.site.keys() if "busca" in path}
    return {path for path in paths if before.site.get(path) != after.site.get(path)}


def shards(paths: set[str]) -> set[str]:
    return {path for path in paths if path.startswith("canoa/busca/t-")}


# --- what is found --------------------------------------------------------------------------------------------------


def test_every_word_of_every_page_leads_to_it(index: Index) -> None:
    for number in range(20):
        assert found(index, f"unidade{number}") == [f"{('um', 'dois')[number % 2]}/parte/licao-{number}.html"]
    assert set(found(index, "VACINACAO")) == set(found(index, "vacinas")) != set()


def test_the_page_that_is_named_after_the_words_comes_first(library: Project) -> None:
    library.write(lesson_path(3), lesson(3).replace("Lição 3", "Vacinas em dia"))
    assert found(build(library), "vacina")[0] == "dois/parte/licao-3.html"


def test_the_completed_glossary_is_found_with_the_anchors_of_its_terms(index: Index) -> None:
    assert "glossario.html" in found(index, "primária")
    [number] = [number for number, path in index.pages().items() if path == "glossario.html"]
    assert ["termo-escuta", "Escuta", "Ouvir bem."] in index.text(number)


def test_the_front_page_is_not_found(index: Index) -> None:
    assert found(index, "frontispício") == []


def test_texts_have_sections_with_the_anchors_of_the_page(index: Index) -> None:
    for number, path in index.pages().items():
        html = index.site[path].decode()
        for anchor, heading, text in index.text(number):
            assert not anchor or f'id="{anchor}"' in html
            assert "<" not in heading + text
    [number] = [number for number, path in index.pages().items() if path == "um/parte/licao-4.html"]
    first, second = index.text(number)
    assert first == ["", "", "Da lição 4. A equipe e a visita na unidade4."]
    assert second[:2] == ["sobre-vinculo", "Sobre vínculo"]


@pytest.mark.parametrize("lost", ["one", "a text shard", "all but one"])
def test_beside_pages_that_fail_every_other_page_has_its_own_text(library: Project, lost: str) -> None:
    whole = build(library)
    slots = {lesson_of(path): number % whole.manifest["slots"] for number, path in whole.pages().items()}
    shards = {one: slots[one] >> whole.manifest["textBits"] for one in slots}
    failing = {"one": [4], "all but one": range(1, 20)}.get(lost) or [
        one for one in range(0, 20, 2) if shards[one] == shards[0]
    ]
    assert lost != "a text shard" or 1 < len(failing) < 10  # without them the course's table of pages is smaller
    for number in failing:
        library.write(lesson_path(number), lesson(number) + DEEP)
    shutil.rmtree(library.folder / "build")
    assert library.run("build", "--keep-going", "--no-cache").code == 1
    index = Index(library.site())
    lessons = {lesson_of(path): number for number, path in index.pages().items()}
    assert lessons.keys() - {-1} == set(range(20)) - set(failing)
    for one in range(20):
        assert one in failing or f"unidade{one}." in index.text(lessons[one])[0][2], one


def lesson_of(path: str) -> int:
    """The number of the lesson at a path of the site, −1 for other pages."""
    return int(path.rpartition("-")[2].removesuffix(".html")) if "licao" in path else -1


def test_filters_list_pages_by_kind_and_audience(index: Index) -> None:
    pages = {}
    for term, postings in index.terms().items():
        if term.startswith("!"):
            pages[term] = len(postings.levels)
    assert pages == {"!a:acs": 10, "!a:medicina": 10, "!k:course": 2, "!k:module": 2, "!k:unit": 20, "!k:glossary": 1}


def test_courses_are_the_upper_part_of_numbers(index: Index) -> None:
    [kind, courses] = called(index.site["canoa/busca/cursos.js"])
    assert kind == "courses"
    folders = {slot: folder for slot, folder, _ in courses}
    assert sorted(folders.values()) == ["dois", "um"]
    for number, path in index.pages().items():
        assert folders.get(number // index.manifest["slots"], path) == path.partition("/")[0]


def test_hostile_words_build_and_are_found(library: Project) -> None:
    many = " ".join(f"w{number}z" * 9 for number in range(2000))
    accented = "a\u0301" * 500
    text = f"{'x' * 5000} 🤰🏽 \u202eאבג 東京 {accented} {many}"
    library.write(lesson_path(2), HEAD.format("<script>&quot;</script> — “aspas”", "Nada.") + text + "\n")
    index = build(library)
    for query in ("x" * 40, "אבג", "東京", "w1999z" * 9):
        assert found(index, query) == ["um/parte/licao-2.html"]
    assert all(len(path) < 120 for path in index.site)


def test_a_title_of_several_lines_takes_no_other_pages_title(library: Project) -> None:
    several = '"Lição\\nde várias\\r\\n  linhas"'
    for number in (2, 4):
        library.write(lesson_path(number), lesson(number).replace(f"Lição {number}", several))
    index = build(library)
    titles = {}
    for path, content in index.site.items():
        if path.startswith("canoa/busca/d"):
            *_, paths, shown = called(content)[1:]
            titles.update(zip(map(lesson_of, paths.split("\n")), shown.split("\n"), strict=True))
    assert titles[2] == titles[4] == "Lição de várias linhas"
    assert all(titles[one] == f"Lição {one}" for one in range(20) if one not in (2, 4))


def test_without_pages_there_is_an_index_of_nothing(empty_project: Project) -> None:
    empty_project.write("mkdocs.yml", CONFIGURATION)
    empty_project.write("content/index.md", HEAD.format("Só a capa", "Nada.") + "Nada.\n")
    done = empty_project.run("build")
    assert done.code == 0
    assert b'"pages":0' in empty_project.site()["canoa/busca.js"]


# --- the same bytes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [("--workers", "3"), ("--no-cache",)], ids=" ".join)
def test_any_way_of_building_gives_the_same_index(library: Project, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    index = build(library, *arguments)
    expected = built_from_nothing(library, tmp_path / "novo")
    assert index.site == expected


def edit(project: Project) -> None:
    project.write(lesson_path(7), lesson(7) + "\nUma frase sobre xilofones e vacinas.\n")


def retitle(project: Project) -> None:
    project.write(lesson_path(8), lesson(8).replace("Lição 8", "Vacinas"))


def refilter(project: Project) -> None:
    project.write(lesson_path(9), lesson(9).replace("[acs]", "[gestao, odontologia]"))


def resummarise(project: Project) -> None:
    project.write(lesson_path(10), lesson(10).replace("Da lição 10", "Outro resumo"))


def add(project: Project) -> None:
    project.write("content/um/01-parte/99-ultima.md", HEAD.format("Última", "Nova.") + "Palavra inaudita.\n")


def remove(project: Project) -> None:
    (project.folder / lesson_path(11)).unlink()


def move(project: Project) -> None:
    (project.folder / lesson_path(12)).rename(project.folder / "content/dois/01-parte/77-mudou.md")


def define(project: Project) -> None:
    project.write(
        "content/glossario.md", HEAD.format("Glossário", "Termos.") + "Escuta\n:   Ouvir.\n\nVínculo\n:   Laço.\n"
    )


def rename_course(project: Project) -> None:
    project.write("content/um/index.md", HEAD.format("Curso renomeado", "Curso.") + "Começa.\n")


def drop_course(project: Project) -> None:
    shutil.rmtree(project.folder / "content/dois")


CHANGES = ((edit, retitle, refilter), (resummarise, add, remove, move), (define, rename_course), (drop_course,))


def test_warm_builds_after_any_change_give_the_index_of_a_cold_one(library: Project, tmp_path: Path) -> None:
    build(library)
    for number, changes in enumerate(CHANGES):
        for change in changes:
            change(library)
            index = build(library)
        assert index.site == built_from_nothing(library, tmp_path / str(number))


@pytest.mark.parametrize("harm", ["changed", "removed"])
def test_what_somebody_did_to_the_index_is_mended(library: Project, harm: str) -> None:
    before = build(library)
    for name in ("t-.js", "d0.js", "s-.js"):
        files = sorted((library.folder / "build/site/canoa/busca").glob(f"{name[0]}*.js"))
        files[0].write_bytes(b"canoaSearch();\n") if harm == "changed" else files[0].unlink()
    assert build(library).site == before.site


# --- few bytes ------------------------------------------------------------------------------------------------------


def test_an_edit_changes_few_files_of_the_index(library: Project) -> None:
    before = build(library)
    edit(library)
    paths = changed(before, build(library))
    assert {path for path in paths if not path.startswith("canoa/")} == {
        "dois/busca/" + path.rpartition("/")[2] for path in paths if path.startswith("dois/")
    }
    assert len([path for path in paths if path.startswith("dois/")]) == 1  # its text
    assert not [path for path in paths if path.startswith("canoa/busca/d")]
    assert len(shards(paths)) <= 3  # those of the words that are new to it


def test_an_edit_that_brings_no_new_word_changes_no_shard_of_terms(library: Project) -> None:
    library.write(lesson_path(7), lesson(7) + "\nFim.\n")
    before = build(library)
    library.write(lesson_path(7), lesson(7).replace("na unidade7", "unidade7 na") + "\nFim.\n")
    assert shards(changed(before, build(library))) == set()


def test_numbers_stay_when_pages_come_and_go(library: Project) -> None:
    before = build(library).pages()
    add(library)
    (library.folder / lesson_path(10)).unlink()
    after = build(library).pages()
    by_path = {path: number for number, path in before.items()}
    moved = [path for number, path in after.items() if by_path.get(path, number) != number]
    assert len(moved) <= 6


def test_large_shards_are_fewer_files_that_say_the_same(library: Project) -> None:
    small = build(library)
    library.write("mkdocs.yml", CONFIGURATION.replace("[canoa]", "[{canoa: {search: {shard: large}}}]"))
    large = build(library)
    assert small.terms() == large.terms()
    assert small.pages() == large.pages()
    assert small.spelling() == large.spelling()
    assert all(small.text(page) == large.text(page) for page in small.pages())
    assert len([path for path in large.site if "busca/" in path]) < len(
        [path for path in small.site if "busca/" in path]
    )


def test_an_unknown_size_of_shards_is_named(library: Project) -> None:
    library.write("mkdocs.yml", CONFIGURATION.replace("[canoa]", "[{canoa: {search: {shard: enorme}}}]"))
    assert "search" in library.run("check").err


def test_a_page_of_another_language_is_stemmed_by_its_rules(empty_project: Project) -> None:
    project = empty_project
    project.write("mkdocs.yml", CONFIGURATION.replace("pt-BR", "es"))
    project.write(
        SECOND.replace("02-outra", "02-examenes"), HEAD.format("Exámenes", "De la segunda.") + "Vacunaciones.\n"
    )
    project.write("content/curso/index.md", HEAD.format("Curso", "Del curso.") + "Empieza.\n")
    project.write("content/curso/01-modulo/index.md", HEAD.format("Módulo", "Del módulo.") + "Un módulo.\n")
    index = build(project)
    assert index.manifest["language"] == "es"
    assert found(index, "examen") == found(index, "vacunar") == ["curso/modulo/examenes.html"]
