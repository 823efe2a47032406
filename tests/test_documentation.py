"""The documentation says what the software does."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from generator.content.front_matter import known_keys
from generator.mirror.clock import BUILT
from tests.conftest import ROOT, Project

COMMANDS = ("build", "check", "serve", "fmt", "clean", "collect", "release", "mirror", "fleet")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_is_in_both_readmes(project: Project, command: str) -> None:
    outcome = project.run(command, "--help")
    assert outcome.code == 0
    assert "mostra esta mensagem" in outcome.out
    for readme in ("README.md", "README.pt-BR.md"):
        assert f"canoa {command}" in (ROOT / readme).read_text(encoding="utf-8")


def test_the_help_lists_exactly_these_commands(project: Project) -> None:
    listed = re.findall(r"^    (\w+)  ", project.run("--help").out, re.MULTILINE)
    assert sorted(listed) == sorted(COMMANDS)


def test_the_readmes_are_twins() -> None:
    """Same headings in number, same commands."""
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.pt-BR.md")]
    headings = [re.findall(r"^#+ ", text, re.MULTILINE) for text in texts]
    commands = [re.findall(r"^    ((?:make|canoa|mkdocs) \S+)", text, re.MULTILINE) for text in texts]
    assert headings[0] == headings[1]
    assert commands[0] == commands[1]


def test_the_guide_explains_every_front_matter_key() -> None:
    guide = (ROOT / "content/guia/01-escrever/02-cabecalho.md").read_text(encoding="utf-8")
    assert [key for key in known_keys() if f"`{key}`" not in guide] == []


def test_the_makefile_lists_itself() -> None:
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in ("install", "test", "check", "golden", "bench", "site"):
        assert re.search(rf"^  {target} ", done.stdout, re.MULTILINE)


def test_mirrors_know_that_it_is_not_before_the_newest_version() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert all(f"{BUILT:%Y-%m-%d}" >= heading[-10:] for heading in headings[1:])


def test_no_decision_is_longer_than_forty_lines() -> None:
    lengths = {
        file.name: len(file.read_text(encoding="utf-8").splitlines()) for file in (ROOT / "docs/decisions").iterdir()
    }
    assert {name: length for name, length in lengths.items() if length > 40} == {}


def test_starting_the_command_imports_only_what_it_needs() -> None:
    assert loaded_by("generator.cli") & {"markdown", "jinja2", "yaml", "mkdocs", "rich", "jsonschema"} == set()


def test_the_core_never_imports_mkdocs() -> None:
    assert "mkdocs" not in loaded_by("generator.site.build, generator.site.serve, generator.site.identifiers")


def loaded_by(modules: str) -> set[str]:
    """Names of all modules that a fresh Python has after importing these."""
    script = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())
