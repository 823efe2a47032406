"""The shape that the design asks for: stages import downward, one module imports MkDocs, no forbidden names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

GENERATOR = ROOT / "generator"
LAYERS = {
    "cli": {
        "site",
        "collect",
        "fleet",
        "mirror",
        "release",
        "content",
        "pages",
        "problems",
        "problem_kinds",
        "language",
        "naming",
    },
    "site": {
        "content",
        "pages",
        "search",
        "problems",
        "problem_kinds",
        "language",
        "naming",
        "theme",
        "records",
        "mirror",
        "release",
    },
    "collect": {"content", "records", "problem_kinds", "language", "naming", "plain_page"},
    "fleet": {"mirror", "release", "problem_kinds", "language", "naming", "plain_page"},
    "mirror": {"release", "problem_kinds", "language", "naming", "plain_page"},
    "release": {"problem_kinds", "language", "naming"},
    "records": {"problem_kinds"},
    "search": set(),
    "content": {"problems", "problem_kinds", "language", "naming"},
    "pages": {"problems", "problem_kinds", "language", "naming"},
    "problems": {"problem_kinds"},
    "problem_kinds": set(),
    "language": set(),
    "naming": set(),
    "plain_page": set(),
    "__main__": {"cli"},
    "__init__": set(),
}
"""Part of the package → parts that it may import."""


def modules() -> Iterator[tuple[Path, str]]:
    for file in sorted(GENERATOR.rglob("*.py")):
        inner = file.relative_to(GENERATOR)
        yield file, inner.parts[0].removesuffix(".py")


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            yield node.module or ""


def test_stages_import_downward_only() -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file, part in modules()
        for name in imports(file)
        if name.startswith("generator.") and name.split(".")[1] not in LAYERS[part] | {part, "__version__"}
    ]
    assert wrong == []


def test_only_the_plugin_imports_mkdocs() -> None:
    importers = {
        file.relative_to(GENERATOR).as_posix()
        for file, _ in modules()
        for name in imports(file)
        if name.split(".")[0] in ("mkdocs", "material")
    }
    assert importers == {"site/plugin.py"}


def test_only_the_command_prints() -> None:
    printing = [
        file.relative_to(ROOT).as_posix()
        for file, part in modules()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if part != "cli" and isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []


def test_every_package_says_in_one_sentence_what_it_is() -> None:
    for file in [*GENERATOR.rglob("__init__.py"), ROOT / "theme/__init__.py"]:
        docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
        assert docstring, file


def test_no_module_has_a_name_that_says_nothing() -> None:
    names = {file.stem for file, _ in modules()}
    assert names & {"utils", "util", "helpers", "helper", "manager", "handler", "base", "common", "misc"} == set()
