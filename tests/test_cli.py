"""The command's manners: exit codes, formats, languages, and never a traceback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.cli import GROUPS
from tests.conftest import Project

UNIT = "content/curso/01-modulo/01-unidade.md"


def test_problems_are_collected_and_shown_together_with_file_line_and_cure(project: Project) -> None:
    project.write(UNIT, "---\nresumo: Um.\nduraçao: 3\n---\n\n[x](nada.md)\n")
    outcome = project.run("check")
    assert outcome.code == 1
    assert f"{UNIT}:3" in outcome.err
    assert f"{UNIT}:6" in outcome.err
    assert "→" in outcome.err
    assert "2 erros, 1 aviso." in outcome.err


def test_the_github_format_is_a_workflow_command_a_line(project: Project) -> None:
    project.write(UNIT, "---\ntitulo: Um, dois: três\nresumo: 100%\n---\n\nTexto.\n")
    outcome = project.run("check", "--format", "github")
    assert outcome.out.startswith(f"::error file={UNIT},line=2,title=front-matter-not-yaml::")
    assert len(outcome.out.splitlines()) == 1


def test_json_is_all_that_is_printed_to_the_output(project: Project) -> None:
    assert project.run("build", "--format", "json").out.strip() == "[]"


@pytest.mark.parametrize(
    ("language", "word"), [("pt-BR", "erro"), ("en", "error"), ("es", "error"), ("pt_BR.UTF-8", "erro")]
)
def test_messages_speak_the_authors_language(project: Project, language: str, word: str) -> None:
    project.write(UNIT, "---\nresumo: Um.\n---\n\nTexto.\n")
    outcome = project.run("check", "--lang", language)
    assert f"  {word} [title-missing]" in outcome.err


def test_the_language_of_the_computer_does_not_matter(project: Project) -> None:
    outcome = project.run("check", environment={"LANG": "en_US.UTF-8", "LC_ALL": "C", "LANGUAGE": "en"})
    assert "Nenhum problema encontrado." in outcome.err
    assert "No problems found." in project.run("check", environment={"CANOA_LANG": "en"}).err


def test_a_folder_without_a_configuration_says_what_to_do(tmp_path: Path) -> None:
    outcome = Project(tmp_path).run("build")
    assert outcome.code == 1
    assert "mkdocs.yml" in outcome.err and "-f" in outcome.err


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("site_name: [um\n", "configuration-not-yaml"),
        ("- site_name\n", "configuration-not-yaml"),
        ("site_name: [um, dois]\n", "configuration-value"),
        ("site_name: Um\nsite_url: cursos\n", "configuration-value"),
        ("site_name: Um\nplugins:\n- canoa: {allow_html: sim}\n", "configuration-value"),
        ("site_name: Um\nplugins:\n- canoa: {licenca: MIT}\n", "configuration-value"),
        ("site_name: Um\nplugins:\n- canoa: {license: GPL}\n", "licence-unknown"),
        ("site_name: Um\ndocs_dir: nada\n", "configuration-no-content"),
        (b"site_name: caf\xe9\n", "file-not-utf8"),
    ],
)
def test_a_wrong_configuration_is_named(project: Project, text: str | bytes, kind: str) -> None:
    project.write("mkdocs.yml", text)
    outcome = project.run("build")
    assert outcome.code == 1
    assert f"[{kind}]" in outcome.err
    assert "Traceback" not in outcome.err


def test_a_configuration_may_inherit_and_read_the_environment(project: Project) -> None:
    project.write("base.yml", (project.folder / "mkdocs.yml").read_text().replace("Teste", "!ENV [NOME, Nada]"))
    project.write("mkdocs.yml", "INHERIT: base.yml\ntheme: {language: en}\n")
    assert project.run("build", environment={"NOME": "Rede Norte"}).code == 0
    page = project.page("index.html")
    assert "Rede Norte" in page and 'lang="en"' in page


def test_python_names_in_the_configuration_run_nothing(project: Project) -> None:
    project.configure("extra: !!python/object/apply:os.system ['touch feito']\n")
    assert project.run("build").code == 0
    assert not (project.folder / "feito").exists()


def test_wrong_use_is_explained_in_portuguese_with_exit_code_two(project: Project) -> None:
    outcome = project.run("build", "--nada")
    assert outcome.code == 2
    assert "argumentos não reconhecidos" in outcome.err
    assert project.run().code == 2


def test_a_full_disk_or_a_forbidden_folder_is_a_sentence(project: Project) -> None:
    project.write("build", "isto é um arquivo")
    outcome = project.run("build")
    assert outcome.code == 3
    assert "Traceback" not in outcome.err


def test_debug_shows_the_traceback(project: Project) -> None:
    project.write("build", "isto é um arquivo")
    assert "Traceback" in project.run("build", "--debug").err


def test_every_command_that_the_help_names_has_a_help_of_its_own(project: Project) -> None:
    named = re.findall(r"^    (\w+)  ", project.run("--help").out, re.MULTILINE)
    assert named == [name for names in GROUPS.values() for name in names]
    for name in named:
        done = project.run(name, "--help")
        assert (done.code, done.out.startswith(f"uso: canoa {name} ")) == (0, True), name


def test_the_version_is_printed(project: Project) -> None:
    assert project.run("--version").out.startswith("canoa ")
