"""One text for each problem that a page can have: which kind it is, and on which line of the file."""

from __future__ import annotations

import re

import pytest

from generator.language import load_translations
from generator.pages.markdown import Renderer, RenderOptions
from tests.pages.rendering import SHOWN, SITE, TOOLS, found, render, source

QUESTION = "/// questao | Q\n    id: q\n\nO quê?\n\n"
CASE = "/// caso | C\n    id: c\n\n"

PROBLEMS: list[tuple[str, str, int]] = [
    ("block-unknown", "Texto.\n\n/// questoa | Primeira\n\nx\n\n///\n", 3),
    ("block-unclosed", "Texto.\n\n/// note\n\nx\n", 3),
    ("block-close-without-open", "Texto.\n\n///\n", 3),
    ("block-close-glued", "/// note\n\nx\n///\n", 4),
    ("block-options-not-yaml", '/// reflexao\n    linhas: 3\n    id: "x\n\nO quê?\n\n///\n', 3),
    ("block-options-not-yaml", "/// reflexao\n    só isto\n\nO quê?\n\n///\n", 2),
    ("block-options-indent", "/// reflexao\n  linhas: 3\n\nO quê?\n\n///\n", 2),
    ("block-options-blank", "/// reflexao\n\n    linhas: 3\n\nO quê?\n\n///\n", 3),
    ("block-option-unknown", "/// reflexao\n    id: r\n    linha: 3\n\nO quê?\n\n///\n", 3),
    ("block-option-unknown", "/// note\n    tipo: x\n\nO quê?\n\n///\n", 2),
    ("block-option-value", "/// reflexao\n    linhas: muitas\n\nO quê?\n\n///\n", 2),
    ("block-option-value", "/// reflexao\n    id: ação 1\n\nO quê?\n\n///\n", 2),
    ("block-option-value", "/// details | T\n    open: talvez\n\nx\n\n///\n", 2),
    (
        "block-option-value",
        '/// midia\n    audio: escuta.mp3\n    duracao: "4"\n\n/// transcricao\n\nx\n\n///\n\n///\n',
        3,
    ),
    ("block-title-missing", "/// tab\n\nx\n\n///\n", 1),
    ("block-title-unused", "/// define | T\n\nx\n\n- y\n\n///\n", 1),
    ("block-id-duplicate", "/// reflexao\n    id: r\n\na\n\n///\n\n/// reflexao\n    id: r\n\nb\n\n///\n", 8),
    ("block-nested-wrong", "Texto.\n\n/// dica\n\nx\n\n///\n", 3),
    ("block-nested-wrong", "/// questao | Q\n\nx?\n\n- [ ] a\n- [x] b\n\n/// transcricao\n\nx\n\n///\n\n///\n", 8),
    ("block-literal", "Texto.\n\n/// reflexao Meu título\n\nx\n", 3),
    ("question-no-right-answer", f"{QUESTION}- [ ] a\n- [ ] b\n\n///\n", 1),
    ("question-few-options", f"{QUESTION}- [x] a\n\n///\n", 1),
    ("question-few-options", f"{QUESTION}///\n", 1),
    ("question-one-right-answer", "/// verdadeiro-falso\n\nO quê?\n\n- [ ] Verdadeiro\n- [ ] Falso\n\n///\n", 1),
    ("question-no-prompt", "/// questao | Q\n\n- [ ] a\n- [x] b\n\n///\n", 1),
    ("question-all-right", f"{QUESTION}- [x] a\n- [x] b\n\n///\n", 1),
    ("short-answer-empty", "/// resposta-curta\n\nQual?\n\n///\n", 1),
    ("numeric-answer", "/// numerica\n\nQuanto?\n\n- muitos\n\n///\n", 1),
    ("numeric-answer", "/// numerica\n\nQuanto?\n\n- 1\n- 2\n\n///\n", 1),
    ("ordering-items", "/// ordenar\n\n1. só um\n\n///\n", 1),
    ("matching-table", "/// associar\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n///\n", 1),
    ("matching-table", "/// associar\n\ntexto\n\n///\n", 1),
    ("gaps-missing", "/// lacunas\n\nSem lacuna.\n\n///\n", 1),
    ("case-no-stages", f"{CASE}Era uma vez.\n\n///\n", 1),
    ("case-stage-without-id", f"{CASE}#### Início\n\nFim do caso.\n\n///\n", 4),
    ("case-start-unknown", "/// caso\n    id: c\n    inicio: y\n\n#### A {#a}\n\nFim do caso.\n\n///\n", 3),
    ("case-link-unknown", f"{CASE}#### A {{#a}}\n\n- [b](#b)\n- [d](#d)\n\n#### D {{#d}}\n\nFim do caso.\n\n///\n", 4),
    ("case-stage-unreachable", f"{CASE}#### A {{#a}}\n\nFim do caso.\n\n#### B {{#b}}\n\nFim do caso.\n\n///\n", 8),
    ("case-stage-dead-end", f"{CASE}#### A {{#a}}\n\n- [b](#b)\n\n#### B {{#b}}\n\nE agora?\n\n///\n", 8),
    ("worksheet-table", "/// ficha\n\ntexto\n\n///\n", 1),
    ("worksheet-column-type", "/// ficha\n\n| A [cor] | B |\n|---|---|\n| | |\n\n///\n", 1),
    ("checklist-empty", "/// checklist\n\ntexto\n\n///\n", 1),
    ("media-no-file", "/// midia\n\n/// transcricao\n\nx\n\n///\n\n///\n", 1),
    ("media-no-transcript", "/// midia\n    audio: escuta.mp3\n\nx\n\n///\n", 1),
    ("media-no-captions", "/// midia\n    video: escuta.mp4\n\n/// transcricao\n\nx\n\n///\n\n///\n", 1),
    ("media-external", "a\n\n<iframe src='https://example.org/v'></iframe>\n", 3),
    ("media-external", "/// midia\n    audio: https://example.org/a.mp3\n\n/// transcricao\n\nx\n\n///\n\n///\n", 2),
    ("media-captions-format", "a\n\n<video src='escuta.mp4'><track src='legendas.srt'></video>\n", 3),
    ("link-broken", "Texto.\n\nVeja [isto](nada.md).\n", 3),
    ("link-broken", "/// midia\n    audio: nada.mp3\n\n/// transcricao\n\nx\n\n///\n\n///\n", 2),
    ("link-anchor", "## Um\n\n[x](#um) [y](#dois)\n", 3),
    ("link-outside", "a\n\n[x](../../../segredo.md)\n", 3),
    ("link-scheme", "a\n\n[x](javascript:alert(1))\n", 3),
    ("link-scheme", "a\n\n[x](java&#115;cript:alert(1))\n", 3),
    ("image-missing", "a\n\n![uma foto](nada.png)\n", 3),
    ("image-external", "a\n\n![uma foto](https://example.org/x.png)\n", 3),
    ("image-no-alt", "a\n\n![](foto.png)\n", 3),
    ("html-removed", "a\n\nb <b onclick='x()'>c</b>\n", 3),
    ("html-removed", "a\n\n<script>x()</script>\n", 3),
    ("html-removed", "a\n\n/// note\n    attrs: {onclick: x()}\n\nb\n\n///\n", 4),
    ("html-removed", "a\n\n*b*{onclick=x()}\n", 3),
    ("html-id-duplicate", "## A {#a}\n\n## B {#a}\n", 3),
    ("heading-level-one", "# A\n\n```\n# código\n```\n\n# B\n", 7),
    ("math-invalid", "a\n\n$\\frac{1}{$\n", 3),
]


@pytest.mark.parametrize(
    ("kind", "text", "line"), PROBLEMS, ids=[f"{kind}-{n}" for n, (kind, *_) in enumerate(PROBLEMS)]
)
def test_a_mistake_is_found_on_its_line(kind: str, text: str, line: int) -> None:
    assert (line, kind) in found(text)


@pytest.mark.parametrize(
    ("kind", "text", "line"), PROBLEMS, ids=[f"{kind}-{n}" for n, (kind, *_) in enumerate(PROBLEMS)]
)
def test_a_mistake_is_reported_once_and_as_nothing_else(kind: str, text: str, line: int) -> None:
    assert found(text) == [(line, kind)]


def test_every_sentence_about_a_mistake_can_be_filled() -> None:
    for _, text, _ in PROBLEMS:
        for problem in render(text).problems:
            assert problem.path == SHOWN
            assert not re.search(r"\{[a-z]+\}", problem.message() + problem.cure())


def test_lines_are_those_of_the_file_when_a_header_comes_before() -> None:
    problems = render("a\n\n[x](nada.md)\n\n/// note\n", first_line=10).problems
    assert [problem.line for problem in problems] == [12, 14]


def test_a_tool_that_does_not_exist_is_named_with_the_closest_one() -> None:
    text = "/// ficha\n    ferramenta: planejament\n\n| a |\n|---|\n| |\n\n///\n"
    [problem] = Renderer(RenderOptions(tools=TOOLS)).render(source(text), SITE).problems
    assert (problem.line, problem.kind) == (2, "block-option-value")
    assert "“planejamento”" in problem.cure(load_translations("pt-BR").gettext)


def test_a_misspelt_block_is_named_with_the_closest_one() -> None:
    [problem] = render("/// questoa | Primeira\n\nx\n\n///\n").problems
    assert dict(problem.values)["suggestion"] == "questao"


def test_a_misspelt_option_is_named_with_the_closest_one() -> None:
    [problem] = render("/// ficha\n    linhaz: 3\n\n| a |\n|---|\n| |\n\n///\n").problems
    assert dict(problem.values)["suggestion"] == "linhas"


def test_a_block_with_wrong_options_is_still_a_block() -> None:
    assert (
        '<textarea aria-label="Sua resposta" data-campo="texto" rows="6">'
        in render("/// reflexao\n    linhas: muitas\n    linha: 2\n\nO quê?\n\n///\n").html
    )


def test_unknown_blocks_are_text_when_the_site_asks_for_it() -> None:
    text = "/// coisa | Primeira\n\nx\n\n///\n"
    assert [kind for _, kind in found(text, strict_blocks=False)] == []
    assert "/// coisa" in render(text, strict_blocks=False).html


@pytest.mark.parametrize(
    "text",
    [
        "```\n/// questoa\n```\n",
        "~~~~ text\n/// questoa\n~~~~\n",
        "a\n\n    /// questoa\n",
        "<!--\n/// questoa\n-->\n",
        "<pre>\n/// questoa\n</pre>\n",
        "- a\n\n    ```\n    /// questoa\n    ```\n",
        "/// note\n\n```\n///\n```\n\n///\n",
    ],
)
def test_blocks_shown_as_code_are_no_mistakes(text: str) -> None:
    assert found(text) == []


def test_blocks_inside_lists_and_quotes_are_read() -> None:
    assert found("- a\n\n    /// note\n\n    b\n\n    ///\n\n> /// note\n>\n> c\n>\n> ///\n") == []
    assert found("1. a\n\n    /// notte\n\n    b\n\n    ///\n") == [(3, "block-unknown")]


def test_names_typed_on_a_mac_are_the_same_names() -> None:
    assert 'data-bloco="reflexao"' in render("/// reflexa\u0303o\n\nO quê?\n\n///\n").html
