"""The preview, through the real command and a real connection."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from tests.conftest import Project
from tests.search.reading import Index

UNIT = "content/curso/01-modulo/01-unidade.md"


@dataclass
class Preview:
    project: Project
    process: subprocess.Popen[str]
    port: int

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()

    def index(self, condition: Callable[[Index], bool] = lambda _: True) -> Index:
        """The search index, once it is as it should be; until then it is old, but there."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with suppress(OSError, LookupError):  # its files are just being replaced
                if condition(found := Index(self.project.site())):
                    return found
            time.sleep(0.1)
        raise AssertionError("the search index was not made")

    def events(self) -> Iterator[dict[str, object]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/__canoa/eventos")
        response = connection.getresponse()
        while line := response.fp.readline():
            if line.startswith(b"data: "):
                yield json.loads(line[6:])


@pytest.fixture
def preview(project: Project) -> Iterator[Preview]:
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "serve", "--no-open", "--port", "0"],
        cwd=project.folder,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stderr
    port = 0
    for line in process.stderr:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
            port = int(found[1])
            break
    yield Preview(project, process, port)
    process.terminate()
    process.wait(timeout=20)


def test_a_page_is_served_with_the_script_that_reloads_it(preview: Preview) -> None:
    status, page = preview.get("/curso/modulo/unidade.html")
    assert status == 200
    assert "/__canoa/recarregar.js" in page
    assert "Content-Security-Policy" not in page


def test_the_files_on_disk_are_the_published_ones(preview: Preview) -> None:
    assert "__canoa" not in preview.project.page("curso/modulo/unidade.html")


def test_saving_a_page_rebuilds_it_and_tells_the_browser(preview: Preview) -> None:
    events = preview.events()
    first = next(events)
    preview.project.write(UNIT, "---\ntitulo: Unidade\nresumo: Um.\n---\n\nTexto novo.\n")
    assert next(events)["build"] != first["build"]
    assert "Texto novo." in preview.get("/curso/modulo/unidade.html")[1]


def test_the_search_follows_the_page_and_is_whole_meanwhile(preview: Preview) -> None:
    events = preview.events()
    next(events)
    before = preview.index()
    assert before.find("inconfundivel") == []
    preview.project.write(UNIT, "---\ntitulo: Unidade\nresumo: Um.\n---\n\nTexto inconfundível.\n")
    next(events)
    assert preview.index().pages() == before.pages()  # the last one, or the new one already: never none
    after = preview.index(lambda index: bool(index.find("inconfundivel")))
    [number] = after.find("inconfundivel")
    assert after.pages()[number] == "curso/modulo/unidade.html"
    assert "inconfundível" in str(after.text(number))


def test_a_site_that_was_previewed_is_the_one_that_is_built(preview: Preview) -> None:
    events = preview.events()
    next(events)
    for number in range(3):
        page = f"---\ntitulo: Nova {number}\nresumo: Um.\n---\n\nTexto com palavra{number}.\n"
        preview.project.write(f"content/curso/01-modulo/nova-{number}.md", page)
        next(events)
    preview.index(lambda index: bool(index.find("palavra1")))
    (preview.project.folder / "content/curso/01-modulo/nova-1.md").unlink()
    next(events)
    found = preview.index(lambda index: not index.find("palavra1"))
    previewed = {path: content for path, content in found.site.items() if "busca" in path}
    preview.process.terminate()
    preview.process.wait(timeout=20)
    assert preview.project.run("build", "--no-cache").code == 0
    assert {path: content for path, content in preview.project.site().items() if "busca" in path} == previewed


def test_an_error_is_shown_on_the_page_and_the_rest_goes_on(preview: Preview) -> None:
    events = preview.events()
    assert next(events)["problems"] == []
    preview.project.write(UNIT, "---\ntitulo: Unidade\nresumo: Um.\n---\n\n/// quetsao | Q\n\nQual?\n\n///\n")
    assert "01-unidade.md:6" in str(next(events)["problems"])
    assert preview.get("/curso/index.html")[0] == 200


def test_a_broken_configuration_is_survived(preview: Preview) -> None:
    preview.project.write("mkdocs.yml", "site_name: [\n")
    time.sleep(1.0)
    assert preview.get("/index.html")[0] == 200
    assert preview.process.poll() is None


def test_files_that_the_site_is_not_made_from_rebuild_nothing(preview: Preview) -> None:
    first = next(preview.events())
    preview.project.write("anotacoes.txt", "nada")
    time.sleep(1.5)
    assert next(preview.events()) == first


def test_editing_the_configuration_rebuilds_the_site(preview: Preview) -> None:
    events = preview.events()
    first = next(events)
    preview.project.configure("copyright: Rede Norte\n")
    assert next(events)["build"] != first["build"]
    assert "Rede Norte" in preview.get("/curso/index.html")[1]


def test_no_file_outside_the_site_is_served(preview: Preview) -> None:
    for path in ("/../../mkdocs.yml", "/%2e%2e/%2e%2e/mkdocs.yml", "/..%2f..%2fmkdocs.yml"):
        assert preview.get(path)[0] == 404


def test_a_taken_port_is_a_sentence_and_not_a_traceback(preview: Preview) -> None:
    outcome = preview.project.run("serve", "--no-open", "--port", str(preview.port))
    assert outcome.code == 3
    assert str(preview.port) in outcome.err
    assert "Traceback" not in outcome.err
