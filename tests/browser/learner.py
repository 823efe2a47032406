"""What tests of the learner's side do alike: a small course, somebody who agrees to keep things, and coming back."""

from __future__ import annotations

import contextlib
import functools
import http.server
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from playwright.sync_api import Page, expect

from generator.language import load_translations
from tests.conftest import CONFIGURATION, Project

say = load_translations("pt-BR").gettext
"""A text of the theme as the tests' pages show it."""

HEADER = "---\ntitulo: {}\nresumo: Um resumo.\n---\n\n"


def build_course(folder: Path, units: Mapping[str, str]) -> Path:
    """The site of a course whose only module has these units; their pages are `curso/modulo/<name>.html`."""
    project = Project(folder)
    project.write("mkdocs.yml", CONFIGURATION)
    for path, title in (
        ("index.md", "Biblioteca"),
        ("curso/index.md", "Curso"),
        ("curso/01-modulo/index.md", "Módulo"),
    ):
        project.write(f"content/{path}", HEADER.format(title) + "Texto.\n")
    for number, (name, text) in enumerate(units.items(), 1):
        project.write(f"content/curso/01-modulo/{number:02}-{name}.md", HEADER.format(name.capitalize()) + text)
    project.write("content/problemas.yml", "- id: hipertensao\n  nome: Hipertensão\n- id: fila\n  nome: Fila\n")
    outcome = project.run("build")
    assert outcome.code == 0, outcome.out + outcome.err
    return project.folder / "build/site"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@contextlib.contextmanager
def served(site: Path, how: str) -> Iterator[str]:
    """Address of a site: of its folder (`file`), or on a server (`http`)."""
    if how == "file":
        yield site.as_uri() + "/"
        return
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


def agree(page: Page) -> None:
    """Make a profile: from now on things are kept."""
    page.locator(".guarda button").click()
    dialog = page.locator("dialog")
    dialog.locator("[type=checkbox]").check()
    dialog.locator("input:not([type=checkbox])").first.fill("Ana")
    with page.expect_navigation():
        dialog.locator(".botao:not(.leve)").click()
    saved(page)


def saved(page: Page) -> None:
    """Wait until the bar says that all is kept."""
    expect(page.locator(".guarda")).to_have_attribute("data-estado", "saved")


def again(page: Page) -> Page:
    """The same page, opened again when all is kept."""
    saved(page)
    page.reload()
    saved(page)
    return page
