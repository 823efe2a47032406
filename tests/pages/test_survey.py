"""Evaluations: the mistakes that authors make in them, what they count as, and how their codes are made."""

from __future__ import annotations

import re

import pytest

from tests.pages.rendering import found, render

SURVEY = "/// avaliacao | A\n    id: a\n\n"

PROBLEMS: list[tuple[str, str, int]] = [
    ("survey-no-items", f"{SURVEY}Só uma introdução.\n\n///\n", 1),
    ("survey-item-type", f"{SURVEY}1. Que cor? [cor] {{#cor}}\n\n///\n", 4),
    ("survey-item-type", f"{SURVEY}1. Quantos? [número: 1-5] {{#n}}\n\n///\n", 4),
    ("survey-item-type", f"{SURVEY}1. Conte. [texto: muito] {{#n}}\n\n///\n", 4),
    ("survey-item-type", f"{SURVEY}1. Usa? [escalas: nunca … sempre] {{#n}}\n\n///\n", 4),
    ("survey-scale-ends", f"{SURVEY}1. a [escala] {{#a}}\n2. b [escala: nunca] {{#b}}\n\n///\n", 5),
    ("survey-scale-ends", f"{SURVEY}1. b [escala 0-10] {{#b}}\n\n///\n", 4),
    ("survey-scale-steps", f"{SURVEY}1. b [escala 0-100: nada … tudo] {{#b}}\n\n///\n", 4),
    ("survey-scale-steps", f"{SURVEY}1. b [escala 5-1: nada … tudo] {{#b}}\n\n///\n", 4),
    ("survey-few-choices", f"{SURVEY}1. b [várias: a] {{#b}}\n\n///\n", 4),
    ("survey-few-choices", f"{SURVEY}1. b [sim, sim] {{#b}}\n\n///\n", 4),
    ("survey-item-without-code", f"{SURVEY}1. b [escala]\n\n///\n", 4),
    ("survey-code-wrong", f"{SURVEY}1. b [escala] {{#ação 1}}\n\n///\n", 4),
    ("survey-code-wrong", f"{SURVEY}1. b [escala] {{#constructor}}\n\n///\n", 4),
    ("survey-code-duplicate", f"{SURVEY}1. a [escala] {{#b}}\n\n### T\n\n- b [número] {{#b}}\n\n///\n", 8),
    ("block-option-value", "/// avaliacao\n    momento: durante\n\n1. a\n\n///\n", 2),
    ("block-option-value", "/// avaliacao\n    instrumento: ação 1\n\n1. a\n\n///\n", 2),
    ("block-option-value", "/// avaliacao\n    anonima: talvez\n\n1. a\n\n///\n", 2),
]


@pytest.mark.parametrize(
    ("kind", "text", "line"), PROBLEMS, ids=[f"{kind}-{n}" for n, (kind, *_) in enumerate(PROBLEMS)]
)
def test_a_mistake_is_found_on_its_line_and_as_nothing_else(kind: str, text: str, line: int) -> None:
    assert found(text) == [(line, kind)]


def test_every_sentence_about_a_mistake_can_be_filled() -> None:
    for _, text, _ in PROBLEMS:
        for problem in render(text).problems:
            assert not re.search(r"\{[a-z]+\}", problem.message() + problem.cure())


def test_a_misspelt_kind_is_named_with_the_closest_one() -> None:
    [problem] = render(f"{SURVEY}1. a [numro] {{#a}}\n\n///\n").problems
    assert "[número]" in problem.cure()


def test_an_item_with_a_mistake_is_still_asked() -> None:
    page = render(f"{SURVEY}1. Que cor? [cor] {{#cor}}\n\n///\n").html
    assert '<textarea id="a-cor"' in page


def codes(text: str) -> list[str]:
    return re.findall(r'data-item="([^"]*)"', render(text).html)


def test_items_without_a_code_are_numbered_and_never_take_a_written_code() -> None:
    assert codes("/// avaliacao\n\n1. a {#i2}\n2. b\n3. c\n\n///\n") == ["i2", "i2-2", "i3"]


def test_without_a_written_id_nobody_is_asked_for_codes() -> None:
    assert found("/// avaliacao\n\n1. a\n2. b [escala]\n\n///\n") == []


def test_the_code_may_stand_before_the_brackets() -> None:
    page = render(f"{SURVEY}1. Usa? {{#usa}} [sim, não]\n\n///\n")
    assert page.problems == ()
    assert 'data-item="usa"' in page.html
    assert "{#" not in page.html


def test_brackets_that_are_no_kind_are_left_in_the_text() -> None:
    page = render(f"{SURVEY}1. Leu [a unidade](02-outra%20unidade.md) inteira? [sim, não] {{#leu}}\n\n///\n")
    assert page.problems == ()
    assert '<a href="outra-unidade.html">a unidade</a> inteira?' in page.html


def test_choices_that_hold_commas_are_separated_by_semicolons() -> None:
    page = render(f"{SURVEY}1. O quê? [várias: luz, rede ou água; tempo] {{#a}}\n\n///\n").html
    assert re.findall(r'type="checkbox" value="([^"]*)"', page) == ["luz, rede ou água", "tempo"]


def test_kind_and_code_may_go_on_in_the_next_line() -> None:
    page = render(f"{SURVEY}1. Quais?\n   [várias: a,\n   b c,\n   d] {{#quais}}\n\n///\n")
    assert page.problems == ()
    assert re.findall(r'type="checkbox" value="([^"]*)"', page.html) == ["a", "b c", "d"]


def test_the_same_instrument_before_and_after_shares_its_name() -> None:
    text = "/// avaliacao\n    id: {0}\n    instrumento: curso\n    momento: {0}\n\n1. a [escala] {{#a}}\n\n///\n"
    for moment in ("antes", "depois"):
        assert f'data-instrumento="curso" data-momento="{moment}"' in render(text.format(moment)).html


def test_loose_lists_are_read_as_tight_ones() -> None:
    page = render(f"{SURVEY}1. Usa? [sim, não] {{#usa}}\n\n2. Conte:\n\n    com calma. {{#conte}}\n\n///\n")
    assert [(problem.line, problem.kind) for problem in page.problems] == [(6, "survey-item-without-code")]
    assert 'value="sim"' in page.html


@pytest.mark.parametrize(
    "text",
    [
        '1. a [várias: "><script>x()</script>, b] {#a}',
        "1. a [escala: <b onclick=x()>n</b> … <i>s</i>] {#a}",
        "1. <img src=x onerror=x()> [sim, não] {#a}",
    ],
)
def test_what_an_item_says_is_never_code(text: str) -> None:
    page = render(f"{SURVEY}{text}\n\n///\n").html
    assert "<script" not in page
    assert not re.search(r"<[^>]*\son\w+=", page)
