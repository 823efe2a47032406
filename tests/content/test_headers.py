"""Headers are read without the texts: by short cuts that give what the long way gives, and they can be remembered."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator.content import front_matter, headers
from generator.content.front_matter import parse_front_matter, split_front_matter
from generator.content.headers import Header, read_header, read_headers
from generator.content.library import LibraryOptions, load_library
from generator.content.schema import is_plainly_valid, known_keys, schema_validator
from generator.content.tree import TreeFile, read_tree
from tests.conftest import ROOT, Project

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 200_000)
    | st.floats()
    | st.text(alphabet="ab-/1é\n ", max_size=5)
    | st.sampled_from(["2026-03-01", "2026-3-1", "2026-13-01\n", "a/b-c", "0000-0000-0000-000X", "٢٠٢٦-03-01", ""])
    | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["nome", "instituicao", "orcid", "outra"]), inner, max_size=3)
    ),
    max_leaves=4,
)
LINES = st.lists(
    st.sampled_from(
        [
            *(
                "---",
                "--- ",
                "---\t\x1f",
                "...",
                "----",
                " ---",
                "---x",
                "",
                "titulo: Um",
                "titulo: Dois",
                "# Um # {#a}",
            ),
            *("#", "# ", "#Um", "## Dois", "```", "~~~", "```` py", "```# x", "publico: [acs, acs]", "x: [1, {a: b}]"),
            *("duracao: 40", "duracao: 0o7", "n: ~", "b: yes", "d: 2026-03-01", "d: 2026-02-30", "<<: {a: b}", "a: *b"),
            *(
                "- item",
                "  - item",
                "? [a]",
                "a: !!str [x]",
                "!!str [a]: b",
                "a: &b c",
                "1: um",
                "a: [b",
                "a: {b: [c, 1.5]}",
            ),
        ]
    ),
    max_size=9,
)


def split_line_by_line(text: str) -> tuple[str | None, str, int, bool]:
    """What a front matter is, told slowly."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---" or not lines[0].startswith("---"):
        return None, text, 1, True
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() in ("---", "..."):
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :]), number + 2, True
    return None, text, 1, False


@given(st.dictionaries(st.sampled_from([*known_keys(), "outra"]), VALUES, max_size=3))
def test_what_the_quick_check_accepts_is_accepted_by_the_schema(values: dict[str, Any]) -> None:
    if is_plainly_valid(values):
        assert list(schema_validator().iter_errors(values)) == []


def test_the_quick_check_accepts_what_authors_write() -> None:
    values = {
        "titulo": 2026,
        "resumo": "Um.",
        "publico": ["acs"],
        "duracao": 40,
        "decs": ["Acolhimento", 1],
        "eletiva": True,
        "autores": ["Ana Lima", {"nome": "Rui", "instituicao": "UFMG"}],
        "licenca": "CC-BY-4.0",
        "revisao": "2026-03-01",
        "id": "curso/a-b",
        "outra": object(),
    }
    assert is_plainly_valid(values)


def test_headers_without_mistakes_do_not_load_the_schema_validator() -> None:
    program = (
        "import sys; from pathlib import Path; from generator.content.library import LibraryOptions, load_library; "
        "loaded = load_library(LibraryOptions(Path('content'))); assert loaded.library.courses; "
        "sys.exit('jsonschema' in sys.modules or 'pathspec' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT).returncode == 0


@given(LINES)
def test_a_header_is_split_off_as_if_line_by_line(lines: list[str]) -> None:
    text = "\n".join(lines)
    split = split_front_matter(text)
    assert (split.header, split.body, split.first_line, split.closed) == split_line_by_line(text)


@given(LINES)
def test_values_are_those_of_the_yaml_library(lines: list[str]) -> None:
    header = "\n".join(lines)
    try:
        expected = yaml.load(header, front_matter.YamlLoader)
    except (yaml.YAMLError, ValueError):
        expected = None
    split = split_front_matter(f"---\n{header}\n---\n")
    found, problems = parse_front_matter(split, "x.md")
    if split.header == header and isinstance(expected, dict) and not problems:
        expected_values = {str(key): value for key, value in expected.items()}
        assert found.values == {front_matter.ALIASES.get(key, key): value for key, value in expected_values.items()}


@given(LINES)
def test_the_heading_is_the_first_one_outside_fenced_code(lines: list[str]) -> None:
    body = "\n".join(lines)
    without_code = headers._FENCE.sub("", body)
    found = headers._TITLE.search(without_code)
    assert headers.first_heading(body) == (found.group(1).strip() if found else "")


@given(LINES, st.sampled_from(["glossario.md", "curso/index.md", "curso/01-m/02-u.md"]))
def test_a_header_survives_being_written_as_json(lines: list[str], source: str) -> None:
    text = "\n".join(["---", *lines, "---", "*[APS]: Atenção"])
    header = read_header(text.encode(), source)
    assert Header.from_row(json.loads(json.dumps(header.to_row()))) == header


def test_dates_in_lists_and_people_survive_being_written_as_json() -> None:
    text = "---\ntitulo: [2026-03-01]\nautores: [Ana, {nome: Rui, orcid: 0000-0000-0000-000X}]\n---\n"
    header = read_header(text.encode(), "a.md")
    assert [found.kind for found in header.problems] == ["front-matter-wrong-type"]
    assert [one.name for one in header.metadata.authors] == ["Ana", "Rui"]
    assert Header.from_row(json.loads(json.dumps(header.to_row()))) == header


def test_a_header_does_not_depend_on_the_kind_of_project() -> None:
    header = read_header(b"---\ntitulo: Um\nweight: 3\ncomments: true\n---\n", "a.md")
    assert header.problems == ()
    assert header.unknown_keys == ("weight",)
    assert headers.course_problems(header, "content/a.md").__next__().line == 3


def test_a_file_that_is_not_text_has_a_header_that_says_so(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"\xff")
    found = [TreeFile("a.md", str(file), 1), TreeFile("b.md", str(tmp_path / "b.md"), 1)]
    one, other = read_headers(found)
    assert (one.is_readable, other.is_readable) == (False, False)
    assert [problem.kind for problem in (*one.problems, *other.problems)] == ["file-not-utf8", "file-unreadable"]


def test_headers_may_come_from_somewhere_else(project: Project) -> None:
    asked = []

    def remembered(files: Sequence[TreeFile]) -> list[Header]:
        asked.extend(file.source for file in files)
        return [Header.from_row(json.loads(json.dumps(header.to_row()))) for header in read_headers(files)]

    project.write("content/curso/README.md", "---\n- que ninguém lê\n---\n")
    options = LibraryOptions(project.folder / "content")
    tree = read_tree(options.folder, options.shown)
    assert load_library(options, tree=tree, read=remembered) == load_library(options)
    assert asked == sorted(asked)
    assert "curso/README.md" not in asked


def test_problems_name_files_from_the_project_on(project: Project) -> None:
    project.write("content/curso/index.md", "---\ntitulo: [Um]\nchave: 1\n---\n")
    loaded = load_library(LibraryOptions(project.folder / "content", shown="conteudo"))
    assert {(one.path, one.line, one.kind) for one in loaded.problems} >= {
        ("conteudo/curso/index.md", 2, "front-matter-wrong-type"),
        ("conteudo/curso/index.md", 3, "front-matter-unknown-key"),
    }
