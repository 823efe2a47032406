"""A command imports what it needs and no more: authors call it a hundred times a day, on old computers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import Project
from tests.site.changing import settle

HEAVY = {
    *("babel", "concurrent.futures", "distributed", "http", "imagesize", "jinja2", "jsonschema", "latex2mathml"),
    *("markdown", "mkdocs", "multiprocessing", "nh3", "pathspec", "pygments", "pymdownx", "rich", "watchdog"),
}
"""Libraries that take longer to import than what a command does without them."""


def imported(folder: Path, *arguments: str) -> set[str]:
    """The modules that a command imports beyond those that Python itself starts with."""

    def modules(*command: str) -> set[str]:
        done = subprocess.run(
            [sys.executable, "-X", "importtime", *command], cwd=folder, capture_output=True, text=True
        )
        return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}

    return modules("-m", "generator", *arguments) - modules("-c", "pass")


def heavy(modules: set[str]) -> set[str]:
    return {name for name in HEAVY if any(one == name or one.startswith(name + ".") for one in modules)}


def test_help_imports_neither_libraries_nor_the_build(tmp_path: Path) -> None:
    modules = imported(tmp_path, "--help")
    assert heavy(modules | {"yaml" if "yaml" in modules else ""}) == set()
    assert {one for one in modules if one.startswith("generator.site")} == set()
    assert "yaml" not in modules
    assert len(modules) <= 60


def test_a_build_with_nothing_to_do_imports_nothing_that_renders(project: Project) -> None:
    settle(project)
    assert project.run("build").code == 0
    modules = imported(project.folder, "build")
    assert heavy(modules) == set()
    assert {"generator.pages.markdown", "generator.site.preparation", "generator.site.publication"} & modules == set()
    assert len(modules) <= 190


def test_a_command_imports_no_other_group_of_commands(project: Project) -> None:
    program = "import sys; from generator.cli import main; main(['build']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=project.folder, capture_output=True, text=True)
    groups = {one for one in done.stdout.split() if one.startswith("generator.cli.")}
    assert groups == {"generator.cli.arguments", "generator.cli.console", "generator.cli.site"}


def test_a_build_with_work_to_do_is_what_these_tests_can_tell_apart(project: Project) -> None:
    modules = imported(project.folder, "build")
    assert {"markdown", "jinja2", "nh3"} <= heavy(modules)
