"""`canoa collect` as people call it: exit codes, messages, and what it does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.collect.making import Office, person
from tests.conftest import ROOT, Outcome, Project

FOREIGN = {"mkdocs", "markdown", "jinja2", "yaml", "nh3", "pygments"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def run(office: Office, *arguments: str) -> Outcome:
    return Project(office.folder).run("collect", "in", "-o", "out", "--lang", "en", *arguments)


def test_bad_files_are_named_and_the_good_ones_counted(office: Office) -> None:
    office.put("bom.json", person(1))
    office.put("ruim.json", b'{"format": "canoa-record", "version": 7}')
    done = run(office)
    assert done.code == 0
    assert "in/ruim.json" in done.err and "version 7" in done.err and "→" in done.err
    assert "People: 1 · files found: 2; read: 1; duplicates: 0; set aside: 1" in done.err
    assert "untouched" in done.err and "relatorio.html" in done.err
    assert done.out == ""


def test_strict_counts_a_bad_file_as_an_error(office: Office) -> None:
    office.put("bom.json", person(1))
    assert run(office, "--strict").code == 0
    office.put("ruim.json", b"x")
    assert run(office, "--strict").code == 1


def test_no_good_file_is_an_error(office: Office) -> None:
    office.put("ruim.json", b"x")
    done = run(office)
    assert done.code == 1
    assert "no record that could be used" in done.err
    assert (office.out / "recusados.csv").exists() and not (office.out / "relatorio.html").exists()


def test_an_empty_folder_is_an_error_too(office: Office) -> None:
    office.exports.mkdir()
    assert run(office).code == 1


@pytest.mark.parametrize("arguments", [("nada", "-o", "out"), ("in",), ("in", "-o", "out", "--k", "0")])
def test_wrong_use_is_told(office: Office, arguments: tuple[str, ...]) -> None:
    office.put("bom.json", person(1))
    done = Project(office.folder).run("collect", *arguments)
    assert done.code == 2
    assert "Traceback" not in done.err


def test_a_place_that_cannot_be_written_is_told(office: Office) -> None:
    office.put("bom.json", person(1))
    office.out.write_bytes(b"a file")
    done = run(office)
    assert done.code == 3
    assert "Traceback" not in done.err


def test_many_bad_files_do_not_flood_the_screen(office: Office) -> None:
    for number in range(30):
        office.put(f"{number:02}.json", b"x")
    done = run(office)
    assert done.err.count("→") == 20
    assert "10 more" in done.err


def test_an_english_table_has_commas_and_points(office: Office) -> None:
    office.put("bom.json", person(1))
    run(office)
    head = (office.out / "pessoas.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert head.startswith("pessoa,publico,copias")


def test_the_help_needs_nothing_that_builds_sites(project: Project) -> None:
    assert loaded("main(['collect', '--help'])") & {*FOREIGN, "rich", "jsonschema", "sqlite3"} == set()


def test_collecting_needs_nothing_that_builds_sites(office: Office) -> None:
    office.put("bom.json", person(1))
    office.put("ruim.json", person(2, {"text/x": 5}))
    arguments = ["collect", str(office.exports), "-o", str(office.out)]
    assert loaded(f"main({arguments!r})") & FOREIGN == set()
    assert (office.out / "relatorio.html").exists()


def loaded(call: str) -> set[str]:
    """Names of all modules that a fresh Python has after a call of the command."""
    script = f"""
import sys
from generator.cli import main
try:
    {call}
except SystemExit:
    pass
print("MODULES", *sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("MODULES")[2].split())
