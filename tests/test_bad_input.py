"""What authors get wrong and what attackers try, through the command: each is named with file, line and cure."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT, Project

UNIT = "content/curso/01-modulo/01-unidade.md"
HEADER = "---\ntitulo: Unidade\nresumo: Um.\n---\n\n"
QUESTION = "/// questao | Q\n    id: q-1\n\nQual?\n\n- [ ] a\n- [x] b\n\n"
CASE = "/// caso | C\n    id: c-1\n\n#### Um {#um}\n\n- [Dois](#dois)\n\n#### Dois {#dois}\n\n**Fim do caso.**\n\n"

MISTAKES = {
    "an unclosed block": (QUESTION, "block-unclosed", 6),
    "a misspelt block": (QUESTION.replace("questao", "quetsao") + "///\n", "block-unknown", 6),
    "a bad option": (QUESTION.replace("id: q-1", "identidade: q-1") + "///\n", "block-option-unknown", 7),
    "a question with no right answer": (QUESTION.replace("[x]", "[ ]") + "///\n", "question-no-right-answer", 6),
    "a case with an unreachable stage": (
        CASE + "#### Só {#so}\n\n**Fim do caso.**\n\n///\n",
        "case-stage-unreachable",
        17,
    ),
    "a case with a dead end": (CASE.replace("**Fim do caso.**", "E aí?") + "///\n", "case-stage-dead-end", 13),
    "a broken link": ("Um.\n\n[x](nada.md)\n", "link-broken", 8),
    "a broken anchor": ("Um.\n\n[x](#nada)\n", "link-anchor", 8),
    "a broken anchor of another page": ("Um.\n\n[x](02-outra.md#nada)\n", "link-anchor", 8),
    "a link out of the content": ("[x](../../../mkdocs.yml)\n", "link-outside", 6),
    "an image without a description": ("![](mapa.svg)\n", "image-no-alt", 6),
    "an image that does not exist": ("![Um mapa](nada.png)\n", "image-missing", 6),
    "an image of another site": ("![Um mapa](https://example.org/a.png)\n", "image-external", 6),
    "a script": ("Um.\n\n<script>alert(1)</script>\n", "html-removed", 8),
    "an event handler": ("Um.\n\n<b onclick='alert(1)'>x</b>\n", "html-removed", 8),
    "an event handler by attribute list": ("Um.\n{: onclick='alert(1)' }\n", "html-removed", 7),
    "a link that runs code": ("[x](javascript:alert(1))\n", "link-scheme", 6),
    "a link that runs code in disguise": ("[x](java&#10;script&colon;alert(1))\n", "link-scheme", 6),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_mistake_is_named_with_its_line_and_cure(project: Project, mistake: str) -> None:
    text, kind, line = MISTAKES[mistake]
    project.write("content/curso/01-modulo/mapa.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    project.write(UNIT, HEADER + text)
    outcome = project.check("--strict")
    found = outcome.only(kind)
    assert (found["path"], found["line"]) == (UNIT, line)
    assert found["cure"]
    assert outcome.code == 1
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("setting", ["", "plugins: [{canoa: {allow_html: true}}]\n"])
def test_links_that_run_code_never_reach_the_site_even_when_html_is_allowed(project: Project, setting: str) -> None:
    project.write("mkdocs.yml", (project.folder / "mkdocs.yml").read_text().replace("plugins: [canoa]\n", setting))
    project.write(UNIT, HEADER + "[x](javascript:alert(1)) <a href='JaVaScRiPt:alert(1)'>y</a>\n")
    project.run("build", "--keep-going")
    assert "script:alert" not in project.page("curso/modulo/unidade.html").lower()


def test_html_is_kept_only_when_the_owner_trusts_every_author(project: Project) -> None:
    html = '<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>'
    project.write(UNIT, f"{HEADER}Um.\n\n<div>{html}</div>\n")
    project.run("build")
    assert "<path" not in project.page("curso/modulo/unidade.html").split("<main")[1]
    text = (project.folder / "mkdocs.yml").read_text().replace("[canoa]", "[{canoa: {allow_html: true}}]")
    project.write("mkdocs.yml", text)
    assert project.run("build", "--strict").code == 0
    assert html in project.page("curso/modulo/unidade.html")


def test_markup_in_titles_summaries_and_names_is_text_everywhere(project: Project) -> None:
    attack = '"><img src=x onerror=alert(1)><script>alert(1)</script>'
    quoted = attack.replace('"', '\\"')
    header = (
        f'---\ntitulo: "{quoted}"\nresumo: "{quoted}"\npublico: [acs]\nautores: [{{nome: "{quoted}"}}]\n---\n\nUm.\n'
    )
    project.write("content/curso/fichas/ataque.md", header)
    project.write(UNIT, header)
    project.write("content/problemas.yml", f'- id: hipertensao\n  nome: "{quoted}"\n  descricao: "{quoted}"\n')
    project.write("content/glossario.md", f"{HEADER}{attack}\n:   {attack}\n\n*[APS]: {attack}\n")
    project.run("build", "--keep-going")
    for path, content in project.site().items():
        if path.endswith(".html"):
            text = content.decode()
            assert "<script>alert" not in text, path
            assert not re.search(r"<img[^>]*onerror", text), path


def test_the_sites_owner_is_told_of_a_title_that_is_no_text(project: Project) -> None:
    project.write(UNIT, "---\ntitulo: on\nresumo: Um.\n---\n\nUm.\n")
    assert project.check().only("front-matter-wrong-type")["line"] == 2


def test_a_page_nested_too_deeply_is_named_and_the_others_are_built(project: Project) -> None:
    project.write(UNIT, HEADER + ">" * 2_000 + " fundo\n\n" + "- " * 500 + "item\n" + "*" * 5_000 + "\n" + "[" * 5_000)
    assert project.check().only("page-too-deep")["path"] == UNIT
    assert project.run("build", "--keep-going").code == 1
    assert "curso/modulo/outra.html" in project.site()


def test_every_problem_that_the_code_can_report_is_in_the_table_and_the_other_way_round() -> None:
    """A kind that nothing reports is a sentence that translators keep for nobody."""
    from generator.problem_kinds import KINDS

    sources = "\n".join(
        file.read_text(encoding="utf-8")
        for file in (ROOT / "generator").rglob("*.py")
        if file.name != "problem_kinds.py"
    )
    assert [kind for kind in KINDS if f'"{kind}"' not in sources] == []
