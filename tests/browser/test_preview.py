"""An author saves a page and sees it change in a real browser."""

from __future__ import annotations

import re
import socket
import subprocess
import sys

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import Project
from tests.site.test_serve import UNIT, Preview, preview

pytestmark = pytest.mark.browser
__all__ = ["preview"]

PAGE = "---\ntitulo: Unidade\nresumo: Um.\n---\n\n{}\n"


def test_a_saved_page_is_reloaded_and_its_mistakes_are_shown(browser: Browser, preview: Preview) -> None:
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{preview.port}/curso/modulo/unidade.html")
    preview.project.write(UNIT, PAGE.format("Texto que acabou de ser salvo."))
    expect(page.get_by_text("Texto que acabou de ser salvo.")).to_be_visible()

    preview.project.write(UNIT, PAGE.format("Outro texto.\n\n/// quetsao | Q\n\nQual?\n\n///"))
    expect(page.get_by_text("Outro texto.")).to_be_visible()
    problems = page.locator("#canoa-problemas")
    problems.locator("summary").click()
    expect(problems).to_contain_text(re.compile(r"01-unidade\.md:8.*quetsao"))

    preview.project.write(UNIT, PAGE.format("Tudo certo."))
    expect(page.get_by_text("Tudo certo.")).to_be_visible()
    expect(problems).to_have_count(0)
    page.close()


def test_mkdocs_serve_reloads_the_light_theme_too(browser: Browser, project: Project) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "mkdocs", "serve", "-a", f"127.0.0.1:{port}"],
        cwd=project.folder,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        assert process.stderr and any("Serving on" in line for line in process.stderr)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/curso/modulo/unidade.html")
        project.write(UNIT, PAGE.format("Texto que o MkDocs mostrou."))
        expect(page.get_by_text("Texto que o MkDocs mostrou.")).to_be_visible(timeout=20_000)
        page.close()
    finally:
        process.terminate()
        process.wait(timeout=20)
