"""Blocks to write in: the deadlines that can be counted, and the facts about the learner's place."""

from __future__ import annotations

import pytest

from generator.pages.blocks.writing import read_deadline
from tests.pages.rendering import render


@pytest.mark.parametrize(
    ("written", "deadline"),
    [
        ("15 dias", "P15D"),
        ("1 dia", "P1D"),
        ("2 semanas", "P2W"),
        ("uma semana", "P1W"),
        ("1 mês", "P1M"),
        ("Três Meses", "P3M"),
        ("a month", "P1M"),
        ("two weeks", "P2W"),
        ("10 days", "P10D"),
        ("3 días", "P3D"),
        ("dos meses", "P2M"),
        ("2027-03-01", "2027-03-01"),
        ("2027-02-31", ""),
        ("3 encontros seguidos", ""),
        ("Próxima reunião", ""),
        ("muitas semanas", ""),
        ("", ""),
    ],
)
def test_a_deadline_in_three_languages_can_be_counted_or_not(written: str, deadline: str) -> None:
    assert read_deadline(written) == deadline


@pytest.mark.parametrize(
    "written", ["[populacao, equipes]", "populacao, equipes", "População, Equipes", "[equipes, populacao]"]
)
def test_the_facts_about_the_place_are_listed_as_the_author_likes(written: str) -> None:
    page = render(f"/// na-sua-unidade\n    id: t\n    territorio: {written}\n\nConte.\n\n///\n")
    assert page.problems == ()
    assert {'data-campo="populacao"', 'data-campo="equipes"'} <= set(page.html.replace(">", " ").split())


@pytest.mark.parametrize("block", ["na-sua-unidade", "ficha"])
def test_a_fact_that_nobody_keeps_is_named_with_the_closest(block: str) -> None:
    text = f"/// {block}\n    id: t\n    territorio: [populacoes, equipes]\n\n| A |\n| - |\n| |\n\n///\n"
    page = render(text)
    [problem] = page.problems
    assert (problem.line, problem.kind) == (3, "block-option-value")
    assert dict(problem.values)["value"] == "populacoes"
    assert "populacao" in str(dict(problem.values)["expected"])
    assert 'data-campo="equipes"' in page.html


def test_a_territory_that_is_no_list_is_named_too() -> None:
    page = render("/// ficha\n    id: t\n    territorio: {a: b}\n\n| A |\n| - |\n| |\n\n///\n")
    assert [problem.kind for problem in page.problems] == ["block-option-value"]
    assert "territorio" not in page.html


def test_a_tool_is_noted_for_the_scripts() -> None:
    page = render("/// ficha\n    id: t\n    ferramenta: martelo\n\n| A |\n| - |\n| |\n\n///\n")
    assert 'data-ferramenta="martelo"' in page.html
