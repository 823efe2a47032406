"""The reference team's path through a case: what authors may write, and which mistakes are found."""

from __future__ import annotations

import pytest

from tests.pages.rendering import found, render

STAGES = """\
#### A {#a}

- [b](#b)
- [c](#c)

#### B {#b}

- [a](#a)

#### C {#c}

- [d](#d)

#### D {#d}

Fim do caso.

///
"""


def case(option: str) -> str:
    return f"/// caso\n    id: x\n    {option}\n\n{STAGES}"


@pytest.mark.parametrize(
    "option",
    [
        "equipe: [a, c, d]",
        "equipe: a, c, d",
        "equipe: a → c → d",
        "equipe: '#a #c #d'",
        "equipe: [a, b, a, c, d]",
        "caminho-da-equipe: [a, c, d]",
    ],
)
def test_the_teams_path_may_be_written_as_a_list_or_as_text(option: str) -> None:
    page = render(case(option))
    assert page.problems == ()
    path = "a b a c d" if "b" in option.split(":")[1] else "a c d"
    assert f'data-caminho="{path}"' in page.html


@pytest.mark.parametrize(
    ("option", "kind"),
    [
        ("equipe: [a, x, d]", "case-team-unknown"),
        ("equipe: [c, d]", "case-team-start"),
        ("equipe: [a, d]", "case-team-step"),
        ("equipe: [a, c]", "case-team-end"),
        ("caminho-da-equipe: [a, c]", "case-team-end"),
        ("equipe: {a: c}", "block-option-value"),
    ],
)
def test_a_path_that_nobody_could_walk_is_found_on_its_line(option: str, kind: str) -> None:
    assert found(case(option)) == [(3, kind)]


def test_every_unknown_stage_is_named_and_no_path_is_written() -> None:
    page = render(case("equipe: [a, x, y]"))
    assert [dict(problem.values)["stage"] for problem in page.problems] == ["x", "y"]
    assert "data-caminho" not in page.html


def test_sentences_about_the_teams_path_can_be_filled() -> None:
    for option in ("[a, x]", "[c, d]", "[a, d]", "[a, c]"):
        for problem in render(case(f"equipe: {option}")).problems:
            assert "{" not in problem.message() + problem.cure().replace("{#", "")


def test_a_case_without_the_teams_path_adds_nothing_to_the_answer_key() -> None:
    assert "gabarito" not in render(case("inicio: a")).html
