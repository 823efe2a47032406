"""A real Chromium without a network, over `file://` and over http on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.browser.learner import served
from tests.conftest import FLAGS, Project, executable
from tests.site.test_reproducible import sample


class Computer:
    """A computer whose browser keeps what it keeps when it is closed."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._type = browser.browser_type
        self.folder = folder
        self._open: BrowserContext | None = None

    def start(self, *, for_axe: bool = False) -> BrowserContext:
        """Open the browser; one that is open is closed before.  `for_axe`: without content security policies."""
        self.stop()
        self._open = self._type.launch_persistent_context(
            str(self.folder),
            executable_path=executable(),
            args=list(FLAGS),
            viewport={"width": 360, "height": 740},
            bypass_csp=for_axe,
        )
        return self._open

    def stop(self) -> None:
        if self._open:
            self._open.close()
        self._open = None


@pytest.fixture
def computer(browser: Browser, tmp_path: Path) -> Iterator[Computer]:
    made = Computer(browser, tmp_path / "computador")
    yield made
    made.stop()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The sample course, in a folder whose name has a space and an accent, as sticks have."""
    project = sample(tmp_path_factory.mktemp("pendrive da unidade básica"))
    outcome = project.run("build")
    assert outcome.code == 0, outcome.err
    return project


@pytest.fixture(scope="session")
def web_address(site: Project) -> Iterator[str]:
    """The site under a sub-path of a server, as institutions publish it."""
    with served(site.folder / "build", "http") as address:
        yield f"{address}site/"


@pytest.fixture(params=["file", "http"])
def place(request: pytest.FixtureRequest, built: Path) -> Iterator[str]:
    """Address of the site that a module has `built`: in its folder, and on a server."""
    with served(built, request.param) as address:
        yield address


@pytest.fixture(params=["file", "http"])
def address(request: pytest.FixtureRequest, site: Project, web_address: str) -> str:
    """The site's address, by double click and by server."""
    return web_address if request.param == "http" else (site.folder / "build/site").as_uri() + "/"


MISTAKES: list[str] = []
"""What went wrong on the pages of one test.  Raising where the browser tells of it would end the browser."""


@pytest.fixture(autouse=True)
def no_page_makes_a_mistake() -> Iterator[None]:
    MISTAKES.clear()
    yield
    assert MISTAKES == []


@dataclass
class Visit:
    """A page of a browser, and everything it asked for."""

    page: Page
    address: str
    requests: list[Request] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def outside(self) -> list[str]:
        """Requests that left the site's folder."""
        return [one.url for one in self.requests if not one.url.startswith((self.address, "data:"))]


def visit(context: BrowserContext, address: str) -> Visit:
    page = context.new_page()
    made = Visit(page, address)
    page.on("request", lambda request: made.requests.append(request))
    page.on("console", lambda message: message.type == "error" and MISTAKES.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: MISTAKES.append(f"script: {error}"))
    return made


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def reader(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Visit]:
    """Somebody who reads, with JavaScript on and off."""
    context = browser.new_context(
        java_script_enabled=request.param == "with JavaScript", viewport={"width": 360, "height": 740}
    )
    yield visit(context, address)
    context.close()


@pytest.fixture
def folder(site: Project) -> Path:
    return site.folder / "build/site"
