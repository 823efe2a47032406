"""A reader stick by double click: the page that opens it, and a record that outlives an update of the stick."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from generator.mirror.disk import FolderDisk
from generator.mirror.opener import OPENER
from generator.mirror.pointer import LENGTH, SLOTS, TREES, Pointer, Progress, write_pointer
from generator.mirror.reader_tree import WantedFile, make_plan
from generator.mirror.stick import StickContents, export_stick
from tests.browser.learner import build_course, say
from tests.browser.test_firefox import Firefox, join, start  # noqa: F401  (a fixture)

pytestmark = pytest.mark.browser

UNIT = "curso/modulo/visita.html"
NINE = Pointer(9, "b", 9, "2026-11-29")
TORN = write_pointer(NINE)[:70] + write_pointer(Progress("b", 7, 3))[70:]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = "/// reflexao | O que muda?\nEscreva.\n///\n"
    return build_course(tmp_path_factory.mktemp("projeto"), {"visita": text, "acolher": text})


def put(site: Path, place: Path, release: int) -> None:
    """Export a site as the release of a number, whose front page says so."""
    files = {}
    for file in site.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            if file == site / "index.html":
                content = content.replace(b"<h1>Biblioteca", f"<h1>Biblioteca {release}".encode())
            files[file.relative_to(site).as_posix()] = WantedFile(len(content), sha256(content).hexdigest(), content)
    export_stick(FolderDisk(place), StickContents(release, "2026-11-29", make_plan(files)))


@pytest.fixture(scope="module")
def updated(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stick with release 1 in `a` and 2 in `b`."""
    place = tmp_path_factory.mktemp("mídia") / "PENDRIVE UBS"
    place.mkdir()
    for release in (1, 2):
        put(built, place, release)
    return place


@pytest.fixture
def stick(updated: Path, tmp_path: Path) -> Path:
    """The same, to break."""
    return Path(shutil.copytree(updated, tmp_path / "PENDRIVE UBS"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def open_stick(page: Page, stick: Path) -> None:
    page.goto((stick / OPENER).as_uri())


def test_a_double_click_opens_the_newest_release_and_its_pages(page: Page, updated: Path) -> None:
    open_stick(page, updated)
    page.wait_for_url((updated / "b/index.html").as_uri())
    expect(page.locator("h1")).to_have_text("Biblioteca 2")
    page.locator("main a[href='curso/index.html']").first.click()
    expect(page.locator("h1")).to_have_text("Curso")
    assert page.url.startswith((updated / "b/curso").as_uri())


@pytest.mark.parametrize(
    ("slots", "tree"),
    [
        ({"a": None, "b": TORN}, "a"),
        ({"a": None, "b": b""}, "a"),
        ({"a": None, "b": bytes(LENGTH)}, "a"),
        ({"a": write_pointer(Progress("a", 1, 1)), "b": None}, "b"),
        ({"a": write_pointer(Pointer(3, "a", 3, "2026-11-29")), "b": None}, "a"),
        ({"a": write_pointer(replace(NINE, tree="a", sequence=10)), "b": write_pointer(NINE)}, "a"),
    ],
)
def test_a_torn_pointer_leads_to_the_other_tree(
    page: Page, stick: Path, slots: dict[str, bytes | None], tree: str
) -> None:
    for one, content in slots.items():
        if content is not None:
            (stick / SLOTS[one]).write_bytes(content)
    open_stick(page, stick)
    page.wait_for_url((stick / tree / "index.html").as_uri())


def test_a_folder_that_somebody_removed_leads_to_the_other(page: Page, stick: Path) -> None:
    shutil.rmtree(stick / "b")
    open_stick(page, stick)
    page.wait_for_url((stick / "a/index.html").as_uri())


def test_where_nothing_is_whole_the_page_says_so_and_what_to_do(page: Page, stick: Path) -> None:
    for slot in (SLOTS[tree] for tree in TREES):
        (stick / slot).write_bytes(TORN)
    open_stick(page, stick)
    expect(page.get_by_role("alert")).to_contain_text("não tem uma cópia inteira")
    expect(page.get_by_role("alert")).to_contain_text("Leve-o a quem o atualiza")
    expect(page.get_by_text("Abrindo")).to_be_hidden()
    page.get_by_role("link", name="cópia A").click()
    expect(page.locator("h1")).to_have_text("Biblioteca 1")


def test_without_javascript_both_copies_are_offered(browser: Browser, updated: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    open_stick(page, updated)
    expect(page.get_by_role("alert")).to_be_hidden()
    assert page.get_by_role("link").count() == 2
    page.get_by_role("link", name="cópia B").click()
    expect(page.locator("h1")).to_have_text("Biblioteca 2")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(browser: Browser, stick: Path, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    for slot in (SLOTS[tree] for tree in TREES):
        (stick / slot).unlink()
    context = browser.new_context(color_scheme=scheme, bypass_csp=True, viewport={"width": 360, "height": 740})
    page = context.new_page()
    open_stick(page, stick)
    expect(page.get_by_role("alert")).to_be_visible()
    assert axe.run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def test_in_firefox_the_record_is_still_there_after_an_update(
    start: Callable[[], Firefox],  # noqa: F811
    built: Path,
    stick: Path,
) -> None:
    """Firefox keeps a store for every file; the tree `a` becomes `b`, and the page that opens them stays."""
    firefox = start()
    firefox.open((stick / "b" / UNIT).as_uri())
    join(firefox, "Maria")
    firefox.evaluate("canoa.set('text/x', 'escrito antes')")
    firefox.wait("document.querySelector('.guarda').dataset.estado === 'saved'")
    put(built, stick, 3)
    firefox.open((stick / "a" / UNIT).as_uri())
    assert firefox.evaluate("return [canoa.profile.name, canoa.get('text/x')]") == ["Maria", "escrito antes"]


def test_a_tree_that_was_copied_away_keeps_its_own_record(page: Page, updated: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(updated / "b", tmp_path / "b"))
    page.goto((copy / UNIT).as_uri())
    expect(page.locator(".guarda")).to_have_attribute("data-estado", "nobody")
    expect(page.locator(".guarda button")).to_have_text(say("Keep my study"))
