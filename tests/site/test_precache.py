"""Lists of what a course needs where there is no internet: complete, true, and quiet while nothing changes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import zlib
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Project
from tests.site.changing import CONFIGURATION, FIRST, HEAD, IMAGE, SECOND, picture, settle, write_course
from tests.site.test_reproducible import sample

SHARED, LIST = "canoa/levar.js", "curso/levar.js"
MANIFEST = "canoa.webmanifest"


def read(text: str) -> dict[str, Any]:
    """What a list passes to its global."""
    found = re.fullmatch(r"canoaFiles\((.*)\);\n", text, re.DOTALL)
    assert found
    values: dict[str, Any] = json.loads(found[1])
    return values


def paths(project: Project, path: str) -> set[str]:
    return {row[0] for row in read(project.page(path))["files"]}


def digest(content: bytes) -> str:
    return urlsafe_b64encode(hashlib.sha256(content).digest()[:16]).decode().rstrip("=")


def build(project: Project) -> Project:
    outcome = project.run("build")
    assert outcome.code == 0, outcome.out + outcome.err
    return project


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The sample course, only to be read."""
    return build(sample(tmp_path_factory.mktemp("sample")))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two courses, only to be read."""
    return write_two_courses(Project(tmp_path_factory.mktemp("small")))


@pytest.fixture
def course(empty_project: Project) -> Project:
    """Two courses, to be changed."""
    return write_two_courses(empty_project)


def write_two_courses(empty_project: Project) -> Project:
    write_course(empty_project)
    first = (empty_project.folder / FIRST).read_text("utf-8").replace(" e [nada](falta.md)", "")
    empty_project.write(FIRST, first.replace("../figura.png", "../../comum/figura.png"))
    empty_project.write("content/comum/figura.png", picture(20, 10))
    empty_project.write("content/outro/index.md", HEAD.format("Outro", "Do outro.") + "Outro.\n")
    empty_project.write("content/outro/01-unidade.md", HEAD.format("Sua", "Do outro.") + "Outra.\n")
    return build(empty_project)


def test_every_digest_and_size_is_that_of_the_file(whole: Project) -> None:
    site = whole.site()
    lists = [path for path in site if re.search(r"/levar(-busca)?\.js$", path)]
    assert len(lists) >= 4
    for path in lists:
        for target, size, held in read(site[path].decode())["files"]:
            assert (len(site[target]), digest(site[target])) == (size, held), target
    shared = read(site[SHARED].decode())
    assert shared["lists"] == {path: digest(site[path]) for path in lists if path != SHARED}


def test_course_and_shared_list_hold_all_that_pages_of_the_course_load_and_show(whole: Project) -> None:
    site = whole.site()
    shared = paths(whole, SHARED)
    for name in ("processo-de-trabalho", "guia"):
        taken = shared | paths(whole, f"{name}/levar.js")
        for path in (path for path in taken if path.endswith(".html")):
            for address in re.findall(r'(?:src|href|poster)="(?![a-z]+:|#)([^"#?]+)', site[path].decode()):
                target = (Path("/") / path).parent.joinpath(address).as_posix()
                target = str(Path(target).resolve()).lstrip("/") if ".." in target else target.lstrip("/")
                assert target in {*taken, "canoa/copia.js"} or target.split("/")[0] not in ("canoa", name), (
                    path,
                    target,
                )


def test_a_course_takes_its_own_files_what_it_shows_from_elsewhere_and_nothing_of_other_courses(small: Project) -> None:
    taken = paths(small, LIST)
    assert {"curso/index.html", "curso/modulo/unidade.html", "curso/atividades.js", "curso/fala.mp4"} <= taken
    assert "comum/figura.png" in taken
    assert not any(path.startswith("outro/") for path in taken)
    assert "comum/figura.png" not in paths(small, "outro/levar.js")
    assert LIST not in taken


def test_the_shared_list_holds_looks_scripts_and_the_pages_of_all_courses(small: Project) -> None:
    shared = paths(small, SHARED)
    expected = {"index.html", "glossario.html", "meu-estudo.html", "canoa/canoa.css", "canoa/store.js", "extra.txt"}
    assert expected <= shared
    left = {"canoa-sw.js", MANIFEST, "sitemap.xml", SHARED, "canoa/copia.js", "canoa/icone-512.png"}
    assert not left & shared
    assert not any(path.startswith(("curso/", "outro/", "comum/")) for path in shared)


def test_a_large_index_stays_where_it_is(project: Project) -> None:
    assert "problemas.html" in paths(build_with_summaries(project, 20), SHARED)
    shared = paths(build_with_summaries(project, 60), SHARED)
    assert "problemas.html" not in shared
    assert "diario.html" in shared


def build_with_summaries(project: Project, pages: int) -> Project:
    for number in range(pages):
        head = HEAD.format(f"Página {number}", f"{'x' * 2000}\nproblemas: [hipertensao]")
        project.write(f"content/curso/01-modulo/pagina-{number}.md", head)
    return build(project)


def test_extra_style_sheets_are_shared(project: Project) -> None:
    project.configure("extra_css: [estilo/nosso.css]\n")
    project.write("content/estilo/nosso.css", "p { color: inherit }\n")
    assert "estilo/nosso.css" in paths(build(project), SHARED)


def test_an_edit_of_one_page_changes_its_line_and_costs_a_mirror_few_bytes(course: Project) -> None:
    settle(course)
    before = course.site()
    course.write(SECOND, HEAD.format("Segunda", "Da segunda.") + "Texto da segunda, corrigido.\n")
    after = build(course).site()
    changed = {path for path in after if before[path] != after[path]}
    assert {path for path in changed if "busca" not in path} == {"curso/modulo/outra.html", LIST, SHARED}
    for path in (LIST, SHARED):
        lines = zip(before[path].decode().splitlines(), after[path].decode().splitlines(), strict=True)
        assert sum(one != other for one, other in lines) <= 2
        packer = zlib.compressobj(9, zdict=before[path])
        assert len(packer.compress(after[path]) + packer.flush()) < 150


def test_what_only_the_search_needs_is_a_list_of_its_own(small: Project) -> None:
    search = paths(small, "canoa/levar-busca.js")
    assert search == {path for path in small.site() if path.startswith("canoa/busca/")}
    assert not search & paths(small, SHARED)
    assert "canoa/busca.js" in paths(small, SHARED)
    assert any(path.startswith("curso/busca/") for path in paths(small, LIST))


def test_a_warm_build_opens_no_page_to_know_its_digest(course: Project) -> None:
    """Pages that are unreadable, but look as they were left, keep their digests."""
    settle(course)
    before = course.site()
    page = course.folder / "build/site/curso/modulo/unidade.html"
    times = page.stat()
    page.write_bytes(bytes(len(before["curso/modulo/unidade.html"])))
    os.utime(page, ns=(times.st_atime_ns, times.st_mtime_ns))
    course.write(SECOND, HEAD.format("Segunda", "Da segunda.") + "Texto novo.\n")
    build(course)
    listed = {row[0]: row[2] for row in read(course.page(LIST))["files"]}
    assert listed["curso/modulo/unidade.html"] == digest(before["curso/modulo/unidade.html"])


def test_warm_and_cold_builds_write_the_same_lists(course: Project) -> None:
    settle(course)
    course.write(IMAGE, picture(30, 30))
    course.write(SECOND, HEAD.format("Segunda", "Da segunda.") + "![Figura](../figura.png)\n")
    warm = build(course).site()
    assert course.run("build", "--no-cache").code == 0
    assert course.site() == warm


def test_without_courses_there_is_nothing_to_take(empty_project: Project) -> None:
    empty_project.write("content/index.md", "# Projeto\n\nTexto.\n")
    empty_project.write("content/guia/pagina.md", "# Página\n\nTexto.\n")
    site = build(empty_project).site()
    assert not {path for path in site if path.endswith("levar.js")} | ({"canoa-sw.js", MANIFEST} & site.keys())


def test_only_front_pages_of_courses_and_my_study_load_the_button(small: Project) -> None:
    pages = {path for path, content in small.site().items() if b"canoa/offline.js" in content and path.endswith("html")}
    assert pages == {"curso/index.html", "outro/index.html", "meu-estudo.html"}


def test_a_title_with_quotes_brackets_and_markup_stays_a_title(empty_project: Project) -> None:
    title = '],["</script><b>\\n"ção'
    empty_project.write("mkdocs.yml", CONFIGURATION)
    empty_project.write("content/curso/index.md", f"---\ntitulo: {json.dumps(title)}\nresumo: Um.\n---\n\nTexto.\n")
    assert read(build(empty_project).page(LIST))["title"] == title


def test_the_web_app_manifest_names_icons_that_exist_and_only_relative_addresses(small: Project) -> None:
    site = small.site()
    manifest = json.loads(site[MANIFEST])
    assert (manifest["name"], manifest["lang"], manifest["start_url"]) == ("Teste", "pt-BR", "index.html")
    for icon in manifest["icons"]:
        assert icon["src"] in site
        if icon["type"] == "image/png":
            width = int.from_bytes(site[icon["src"]][16:20], "big")
            assert icon["sizes"] == f"{width}x{width}"
    assert b"http" not in site[MANIFEST]
