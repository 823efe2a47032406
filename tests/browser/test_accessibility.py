"""axe-core finds no violation on any type of page, light and dark, phone and desktop."""

from __future__ import annotations

import os
import re
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import visit

pytestmark = pytest.mark.browser

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = {
    "front page": "index.html",
    "course": "processo-de-trabalho/index.html",
    "module": "processo-de-trabalho/acolhimento/index.html",
    "unit": "processo-de-trabalho/acolhimento/o-que-e-acolher.html",
    "case": "processo-de-trabalho/casos/dona-rita.html",
    "worksheet": "processo-de-trabalho/fichas/plano-de-acao.html",
    "glossary": "glossario.html",
    "index by problem": "problemas.html",
    "index by audience": "publicos.html",
    "index by tool": "ferramentas.html",
    "index A–Z": "indice.html",
    "text elements": "guia/todos-os-elementos/texto.html",
    "blocks": "guia/todos-os-elementos/blocos.html",
    "media": "guia/todos-os-elementos/midia.html",
    "evaluation": "processo-de-trabalho/avaliacao/depois.html",
    "my study": "meu-estudo.html",
    "journal": "diario.html",
    "check": "conferir.html",
}


def violations(page: Page) -> list[str]:
    """What axe finds wrong with an open page, its folded parts unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
    assert found["passes"], "axe looked at nothing"
    return [
        f"{one['id']}: {one['help']} — {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1366, "light")])
@pytest.mark.parametrize("kind", PAGES)
def test_axe_finds_no_violation(browser: Browser, web_address: str, kind: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    page = visit(context, web_address).open(PAGES[kind])
    found = violations(page)
    context.close()
    assert found == []


@pytest.mark.slow
def test_axe_finds_no_violation_on_pages_that_together_show_all_that_the_sample_has(
    browser: Browser, web_address: str, folder: Path
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, bypass_csp=True)
    reader = visit(context, web_address)
    found = {path: wrong for path in pages_to_look_at(folder) if (wrong := violations(reader.open(path)))}
    context.close()
    assert found == {}


def pages_to_look_at(folder: Path) -> list[str]:
    """Pages that together hold every kind of element; all pages where CANOA_EXAMPLES is set."""
    parts = {
        file.relative_to(folder).as_posix(): kinds_of_elements(file.read_text(encoding="utf-8"))
        for file in sorted(folder.rglob("*.html"))
        if file.name != "guarda.html"
    }
    if os.environ.get("CANOA_EXAMPLES"):
        return list(parts)
    chosen, missing = [], set().union(*parts.values())
    while missing:
        best = max(parts, key=lambda path: len(parts[path] & missing))
        chosen.append(best)
        missing -= parts[best]
    assert len(chosen) >= len(PAGES) // 2
    return chosen


def kinds_of_elements(page: str) -> set[str]:
    """Names of elements with their classes, roles and types."""
    return {
        name + "".join(sorted(re.findall(r'(?<=\s)(?:class|role|type)="[^"]*"', attributes)))
        for name, attributes in re.findall(r"<([a-z][a-z0-9]*)\b([^>]*)", page)
    }
