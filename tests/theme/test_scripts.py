"""The theme's scripts: their types, their lint, their unit tests, and that what sites get was made from them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, find_program

SCRIPTS = ROOT / "theme/scripts"


def tool(name: str) -> str:
    """A program of the system or of this environment; CI has them all."""
    return find_program(name, beside=Path(sys.executable).parent)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=300)


def test_the_scripts_are_typed() -> None:
    done = run(tool("tsc"), "-p", str(SCRIPTS))
    assert done.stdout == ""
    assert done.returncode == 0


def test_the_linter_finds_nothing() -> None:
    done = run(tool("oxlint"), "--config", "theme/scripts/oxlint.json", "theme/scripts", "tests/theme")
    assert done.returncode == 0, done.stdout


def test_the_unit_tests_of_the_scripts_pass() -> None:
    files = sorted(str(file) for file in (ROOT / "tests/theme").glob("*.test.js"))
    assert files
    done = run(tool("node"), "--test", *files)
    assert done.returncode == 0, done.stdout[-4000:]


def test_what_sites_get_was_compiled_from_these_scripts() -> None:
    compiler = pytest.importorskip("minify", reason="tdewolff-minify is not installed")
    assert compiler
    done = run(sys.executable, "theme/scripts/compile.py", "--check")
    assert done.returncode == 0, f"run `make scripts`: {done.stdout}"


FETCHING = {name: ["fetch("] for name in ("check.js", "taking.js", "canoa-sw.js", "passages.js")}
"""Scripts that ask the site's own server: for what a copy says of itself, for what a learner takes along, for the text
of a page that was found."""


def test_no_script_asks_anything_of_another_host() -> None:
    calls = ("fetch(", "XMLHttpRequest", "sendBeacon", "WebSocket", "import(", "eval(", "innerHTML", "outerHTML")
    found = {
        file.name: [call for call in calls if call in file.read_text(encoding="utf-8")]
        for file in sorted(SCRIPTS.glob("*.js"))
    }
    assert {name: calls for name, calls in found.items() if calls} == FETCHING


def test_every_option_of_the_type_checker_is_strict() -> None:
    options = json.loads((SCRIPTS / "tsconfig.json").read_text())["compilerOptions"]
    assert options["strict"] and options["checkJs"]
