"""The pages that are about mirrors, in a browser: a phone at night, a desk by day, and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bench.fleet import invent, write_files
from tests.browser.test_accessibility import violations
from tests.mirror.serving.boxes import canoa, make_mirror, own_server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Addresses of the status of a box, of a page that is not there, and of a fleet."""
    folder = tmp_path_factory.mktemp("espelhos")
    write_files(invent(120, 5, datetime.now(timezone.utc).replace(microsecond=0)), folder / "avisos")
    assert canoa("fleet", "avisos", "--page", "frota.html", cwd=folder).returncode == 0
    with own_server(make_mirror(folder)) as box:
        address = f"http://127.0.0.1:{box.port}"
        yield {
            "status": f"{address}/.canoa/estado.html",
            "missing": f"{address}/fora/01-modulo/02-unidade.html",
            "fleet": Path(folder / "frota.html").as_uri(),
        }


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1366, "light")])
@pytest.mark.parametrize("name", ["status", "missing", "fleet"])
def test_axe_finds_no_violation_and_nothing_is_too_wide(
    browser: Browser, pages: dict[str, str], name: str, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(pages[name])
    found = violations(page)
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    context.close()
    assert (found, overflow > 0) == ([], False)
    assert [one for one in asked if not one.endswith("/favicon.ico")] == [pages[name]]
