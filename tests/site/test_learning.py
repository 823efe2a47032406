"""The learner's side of a site, as files: who loads which scripts, and what courses tell of their activities."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import pytest

from tests.conftest import Project

QUESTION = "/// questao | {title}\n{id}\nQual?\n\n- [x] Uma\n- [ ] Outra\n\n///\n"
REFLECTION = "/// reflexao | Pense\n    id: pense-01\n\nO que mudou?\n\n///\n"


def page(title: str, *blocks: str, extra: str = "") -> str:
    body = "\n".join(blocks)
    return f"---\ntitulo: {title}\nresumo: Um.\n{extra}---\n\n{body}\n"


def scripts(markup: str) -> list[str]:
    return [found.rpartition("/")[2] for found in re.findall(r'<script src="([^"]+)"', markup)]


def course_list(project: Project, path: str = "curso/atividades.js") -> dict[str, Any]:
    text = project.page(path)
    found: dict[str, Any] = json.loads(text.removeprefix("canoa.course(").removesuffix(");\n"))
    return found


@pytest.fixture
def course(project: Project) -> Project:
    unit = page(
        "Primeira", QUESTION.format(title="Com id", id="    id: q-01\n"), QUESTION.format(title="Sem id", id="")
    )
    project.write("content/curso/01-modulo/01-unidade.md", unit)
    project.write("content/curso/01-modulo/02-outra.md", page("Segunda", REFLECTION))
    project.write(
        "content/curso/02-eletiva/index.md", page("Eletiva", extra="eletiva: true\nproblemas: [hipertensao]\n")
    )
    assert project.run("build").code == 0
    return project


def test_a_page_loads_only_what_its_activities_need(course: Project) -> None:
    assert scripts(course.page("curso/modulo/unidade.html")) == ["canoa.js", "store.js", "questions.js"]
    assert scripts(course.page("curso/modulo/outra.html")) == ["canoa.js", "store.js", "more.js", "writing.js"]
    assert scripts(
        course.page("glossario.html") if "glossario.html" in course.site() else course.page("index.html")
    ) == ["canoa.js", "copia.js", "copy.js"]


def test_course_and_module_show_progress(course: Project) -> None:
    expected = ["canoa.js", "store.js", "more.js", "atividades.js", "progress.js"]
    assert scripts(course.page("curso/modulo/index.html")) == expected
    assert scripts(course.page("curso/index.html")) == [*expected, "copia.js", "copy.js", "offline.js"]


def test_activity_scripts_wait_until_the_page_is_shown(course: Project) -> None:
    unit = course.page("curso/modulo/unidade.html")
    assert re.findall(r'<script src="[^"]+/(?:store|questions)\.js"( defer)?>', unit) == [" defer", " defer"]


def test_a_course_lists_its_activities_by_the_names_that_records_use(course: Project) -> None:
    found = course_list(course)
    module, elective = found["modules"]
    first, second = module["pages"]
    without_id = quote("curso/modulo/unidade.html#questao-sem-id", safe="!~*'()")
    assert found["id"] == "curso"
    assert first["activities"] == [["questao", "q-01", "Com id"], ["questao", without_id, "Sem id"]]
    assert second["activities"] == [["reflexao", "pense-01", "Pense"]]
    assert (elective["elective"], elective["problems"], elective["pages"]) == (True, ["hipertensao"], [])
    assert found["problemNames"] == {"hipertensao": "Hipertensão"}


def test_a_block_without_a_written_id_says_so_to_the_scripts(course: Project) -> None:
    unit = course.page("curso/modulo/unidade.html")
    assert re.findall(r'<section [^>]*id="([^"]+)"[^>]*data-provisorio', unit) + re.findall(
        r'<section [^>]*data-provisorio[^>]*id="([^"]+)"', unit
    ) == ["questao-sem-id"]


def test_a_new_activity_is_in_the_list_after_the_next_build(course: Project) -> None:
    again = page("Segunda", REFLECTION, QUESTION.format(title="Nova", id="    id: nova\n"))
    course.write("content/curso/01-modulo/02-outra.md", again)
    assert course.run("build").code == 0
    pages = course_list(course)["modules"][0]["pages"]
    assert [key for _, key, _ in pages[1]["activities"]] == ["pense-01", "nova"]


def test_a_renamed_problem_is_in_the_list_after_the_next_build(course: Project) -> None:
    course.write("content/problemas.yml", "- id: hipertensao\n  nome: Pressão alta\n")
    assert course.run("build").code == 0
    assert course_list(course)["problemNames"] == {"hipertensao": "Pressão alta"}


def test_the_pages_of_the_learner_exist_and_are_in_the_menu(course: Project) -> None:
    assert "<h1>Meu estudo</h1>" in course.page("meu-estudo.html")
    assert "<h1>Diário de prática</h1>" in course.page("diario.html")
    assert 'href="../../meu-estudo.html"' in course.page("curso/modulo/unidade.html")


def test_a_page_that_an_author_wrote_is_not_replaced(project: Project) -> None:
    project.write("content/meu-estudo.md", "---\ntitulo: Escrita à mão\nresumo: Um.\n---\n\nTexto.\n")
    assert project.run("build").code == 0
    assert "Escrita à mão" in project.page("meu-estudo.html")


def test_a_project_without_courses_has_no_pages_of_the_learner(empty_project: Project) -> None:
    empty_project.write("content/index.md", "# Projeto\n\nTexto.\n")
    empty_project.write("content/guia/pagina.md", f"# Página\n\n{REFLECTION}")
    assert empty_project.run("build").code == 0
    assert "meu-estudo.html" not in empty_project.site()
    assert scripts(empty_project.page("guia/pagina.html")) == ["canoa.js", "store.js", "more.js", "writing.js"]


def test_the_sites_id_survives_a_new_name(project: Project) -> None:
    def id_of_site() -> str:
        assert project.run("build").code == 0
        found = re.search(r'data-site="([^"]*)"', project.page("index.html"))
        assert found
        return found[1]

    project.write(
        "mkdocs.yml", (project.folder / "mkdocs.yml").read_text().replace("[canoa]", "[canoa: {id: cursos-ufx}]")
    )
    assert id_of_site() == "cursos-ufx"
    assert '"id":"cursos-ufx"' in project.page("canoa/store.js")
    project.configure("")
    assert id_of_site() == "teste"


def test_the_scripts_speak_the_language_of_the_site(project: Project) -> None:
    assert project.run("build").code == 0
    assert "Guardado aqui" in project.page("canoa/store.js")
    text = (project.folder / "mkdocs.yml").read_text().replace("pt-BR", "es")
    project.write("mkdocs.yml", text)
    assert project.run("build").code == 0
    assert "Guardado aquí" in project.page("canoa/store.js")


def test_the_hub_runs_only_its_own_script(project: Project) -> None:
    assert project.run("build").code == 0
    hub = project.page("canoa/guarda.html")
    assert "default-src 'none'" in hub
    assert re.findall(r'src="([^"]+)"', hub) == ["hub.js"]


def test_a_script_holds_no_message_that_was_left_untranslated(project: Project) -> None:
    assert project.run("build").code == 0
    left = {
        path: re.findall("¦.*?¦", content.decode())
        for path, content in project.site().items()
        if path.startswith("canoa/") and path.endswith(".js")
    }
    assert {path: found for path, found in left.items() if found} == {}
