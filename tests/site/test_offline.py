"""Every address of a built site is relative, names a file and leads to it; nothing is asked of another host."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.conftest import Project
from tests.site.test_reproducible import sample

NAMES = ("http://www.w3.org/", "http://adlnet.gov/expapi/", "https://canoa.invalid/")
"""Names of namespaces and verbs, which nobody asks for."""
LOADING = {"src", "poster", "srcset", "data", "action", "formaction", "background"}


class Addresses(HTMLParser):
    """Collects the addresses and the ids of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str, str]] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in LOADING | {"href"} and value is not None:
                self.links.append((tag, name, value))
            if name == "id" and value:
                self.ids.append(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = sample(tmp_path_factory.mktemp("site"))
    assert project.run("build").code == 0
    return project


@pytest.fixture(scope="module")
def pages(site: Project) -> dict[str, Addresses]:
    parsed = {}
    for path, content in site.site().items():
        if path.endswith(".html"):
            parsed[path] = Addresses()
            parsed[path].feed(content.decode())
    return parsed


def test_the_sample_is_a_real_course(pages: dict[str, Addresses]) -> None:
    assert len(pages) >= 60


def test_every_address_inside_the_site_is_relative_and_leads_to_a_file(
    site: Project, pages: dict[str, Addresses]
) -> None:
    root = site.folder / "build/site"
    broken = []
    for path, page in pages.items():
        for _, _, value in page.links:
            parts = urlsplit(value)
            if parts.scheme or not parts.path:
                continue
            file = (root / path).parent / unquote(parts.path)
            if value.startswith("/") or not file.is_file() or not file.resolve().is_relative_to(root):
                broken.append((path, value))
    assert broken == []


def test_every_anchor_exists(site: Project, pages: dict[str, Addresses]) -> None:
    root = site.folder / "build/site"
    broken = []
    for path, page in pages.items():
        for _, _, value in page.links:
            parts = urlsplit(value)
            if parts.scheme or not parts.fragment:
                continue
            target = ((root / path).parent / unquote(parts.path)).resolve() if parts.path else (root / path).resolve()
            there = pages.get(target.relative_to(root.resolve()).as_posix())
            if there and unquote(parts.fragment) not in there.ids:
                broken.append((path, value))
    assert broken == []


def test_no_id_is_used_twice_on_a_page(pages: dict[str, Addresses]) -> None:
    twice = {path: {one for one in page.ids if page.ids.count(one) > 1} for path, page in pages.items()}
    assert {path: ids for path, ids in twice.items() if ids} == {}


def test_nothing_is_loaded_from_another_host(pages: dict[str, Addresses]) -> None:
    loaded = [
        (path, value)
        for path, page in pages.items()
        for tag, name, value in page.links
        if (name in LOADING or tag == "link") and urlsplit(value).scheme not in ("", "data") and "canonical" not in tag
    ]
    assert loaded == []


def test_the_styles_and_scripts_ask_no_other_host(site: Project) -> None:
    for path, content in site.site().items():
        if path.endswith((".css", ".js")) and "/busca/" not in path:  # there, the texts of pages are data
            text = content.decode()
            for name in NAMES:
                text = text.replace(name, "")
            assert "http://" not in text and "https://" not in text, path
            assert "@import" not in text, path


def test_a_page_does_not_grow_with_the_site(project: Project) -> None:
    """Navigation is per course: two hundred other courses leave a lesson as it was."""
    project.run("build")
    before = len(project.page("curso/modulo/unidade.html"))
    for number in range(200):
        project.write(f"content/curso-{number}/index.md", f"---\ntitulo: Curso {number}\nresumo: Um.\n---\n")
    project.run("build")
    assert len(project.page("curso/modulo/unidade.html")) == before


def test_a_flat_folder_of_many_pages_grows_linearly(empty_project: Project) -> None:
    for number in range(400):
        empty_project.write(f"content/guia/pagina-{number}.md", f"# Página {number}\n\nTexto.\n")
    empty_project.run("build")
    sizes = [len(content) for path, content in empty_project.site().items() if path.startswith("guia/")]
    assert len(sizes) == 400
    assert max(sizes) < 20_000


def test_the_site_can_be_moved(site: Project, tmp_path: Path) -> None:
    """Nothing in a page depends on where the folder is: no `<base>`, no absolute path."""
    for path, content in site.site().items():
        if path.endswith(".html"):
            assert b"<base" not in content, path
