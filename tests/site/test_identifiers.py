"""`canoa fmt --ids` writes into authors' files: nothing but ids, and only where they are missing."""

from __future__ import annotations

from tests.conftest import Project

UNIT = "content/curso/01-modulo/01-unidade.md"
HEADER = "---\ntitulo: Unidade\nresumo: Um.\n---\n\n"
QUESTION = "/// questao | Conduta\n\nQual?\n\n- [ ] a\n- [x] b\n\n///\n\n"
REFLECTION = "/// reflexao | Pensar\n    linhas: 3\n\nPense.\n\n///\n"


def test_ids_are_written_under_the_header_of_each_block(project: Project) -> None:
    file = project.write(UNIT, HEADER + QUESTION + REFLECTION)
    outcome = project.run("fmt", "--ids")
    assert outcome.code == 0, outcome.err
    text = file.read_text(encoding="utf-8")
    assert "/// questao | Conduta\n    id: unidade-questao-1\n\nQual?" in text
    assert "/// reflexao | Pensar\n    id: unidade-reflexao-1\n    linhas: 3\n" in text
    assert project.check("--strict").code == 0


def test_a_second_run_changes_nothing(project: Project) -> None:
    file = project.write(UNIT, HEADER + QUESTION + REFLECTION)
    project.run("fmt", "--ids")
    before = file.read_bytes()
    assert "0 id gravado" in project.run("fmt", "--ids").err
    assert file.read_bytes() == before


def test_line_ends_and_byte_order_mark_stay(project: Project) -> None:
    file = project.write(UNIT, b"\xef\xbb\xbf" + (HEADER + QUESTION).replace("\n", "\r\n").encode())
    project.run("fmt", "--ids")
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf---\r\n")
    assert b"    id: unidade-questao-1\r\n" in content
    assert content.count(b"\n") == content.count(b"\r\n")


def test_ids_that_authors_wrote_are_never_taken_again(project: Project) -> None:
    project.write(
        "content/curso/01-modulo/02-outra.md",
        HEADER + QUESTION.replace("Conduta\n", "Conduta\n    id: unidade-questao-1\n"),
    )
    file = project.write(UNIT, HEADER + QUESTION)
    project.run("fmt", "--ids")
    assert "    id: unidade-questao-2\n" in file.read_text(encoding="utf-8")


def test_a_file_with_errors_is_left_alone(project: Project) -> None:
    file = project.write(UNIT, HEADER + QUESTION.replace("[x]", "[ ]"))
    before = file.read_bytes()
    assert project.run("fmt", "--ids").code == 1
    assert file.read_bytes() == before


def test_without_an_option_it_says_what_can_be_written(project: Project) -> None:
    outcome = project.run("fmt")
    assert outcome.code == 2
    assert "--ids" in outcome.err
