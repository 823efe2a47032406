"""What all tests share: small projects made on the fly, and the option that rewrites golden files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
"""The last one cuts the network: no name resolves, only loopback answers."""
CONFIGURATION = """\
site_name: Teste
docs_dir: content
site_dir: build/site
theme: {name: canoa, language: pt-BR}
plugins: [canoa]
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="rewrite the golden files instead of comparing with them")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> bool:
    """True when golden files are to be rewritten."""
    return bool(request.config.getoption("--golden"))


@dataclass(frozen=True)
class Outcome:
    """What a run of the command did."""

    code: int
    out: str
    err: str

    @property
    def problems(self) -> list[dict[str, object]]:
        """The problems that `--format json` printed."""
        found: list[dict[str, object]] = json.loads(self.out)
        return found

    def kinds(self) -> set[str]:
        return {str(problem["kind"]) for problem in self.problems}

    def only(self, kind: str) -> dict[str, object]:
        """The one problem of a kind."""
        [found] = [problem for problem in self.problems if problem["kind"] == kind]
        return found


@dataclass(frozen=True)
class Project:
    """A folder with `mkdocs.yml` and content, and the real command to run in it."""

    folder: Path

    def write(self, path: str, content: str | bytes) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return file

    def configure(self, extra: str) -> None:
        self.write("mkdocs.yml", CONFIGURATION + extra)

    def run(self, *arguments: str, environment: dict[str, str] | None = None) -> Outcome:
        done = subprocess.run(
            [sys.executable, "-m", "generator", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONUTF8": "1", **(environment or {})},
            capture_output=True,
            timeout=300,
        )
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    def check(self, *arguments: str) -> Outcome:
        """`canoa check --format json`."""
        return self.run("check", "--format", "json", *arguments)

    def page(self, path: str) -> str:
        """Text of a built page."""
        return (self.folder / "build/site" / path).read_text(encoding="utf-8")

    def site(self) -> dict[str, bytes]:
        """Every file of the built site."""
        site = self.folder / "build/site"
        return {
            file.relative_to(site).as_posix(): file.read_bytes() for file in sorted(site.rglob("*")) if file.is_file()
        }


@pytest.fixture
def empty_project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.configure("")
    return project


@pytest.fixture
def project(empty_project: Project) -> Project:
    """A small course without problems."""
    page = "---\ntitulo: {}\nresumo: Um resumo.\n---\n\nTexto.\n"
    empty_project.write("content/index.md", page.format("Biblioteca"))
    empty_project.write("content/problemas.yml", "- id: hipertensao\n  nome: Hipertensão\n")
    empty_project.write("content/curso/index.md", page.format("Curso"))
    empty_project.write("content/curso/01-modulo/index.md", page.format("Módulo"))
    empty_project.write("content/curso/01-modulo/01-unidade.md", page.format("Primeira unidade"))
    empty_project.write("content/curso/01-modulo/02-outra.md", page.format("Segunda unidade"))
    return empty_project


def find_program(*names: str, beside: Path | None = None) -> str:
    """A program of the system, under the first of its names; where there is none the test is skipped, but never in CI.

    `beside`: a folder that is looked into first.
    """
    path = os.pathsep.join((*([str(beside)] if beside else ()), os.environ.get("PATH", os.defpath), "/usr/sbin"))
    found = next((found for name in names if (found := shutil.which(name, path=path))), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"CI must install {names[0]}: these tests are not optional there")
        pytest.skip(f"no {names[0]} on the PATH")
    return found


def executable() -> str:
    """The system's Chromium."""
    return find_program(*NAMES)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all tests: Playwright does not run twice in one process."""
    path = executable()
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # a busy machine is no reason to fail; what never comes fails all the same
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield launched
        launched.close()
