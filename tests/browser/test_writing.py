"""Reflections, tasks at the unit, checklists and "my territory": what is written is found again, and prints whole."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import visit
from tests.browser.learner import again, agree, build_course, saved, say, served
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser

ACTIVITIES = """\
/// reflexao | O trabalho
    id: pensar
    linhas: 3

O que você mudaria?

///

/// na-sua-unidade | Leve para a reunião
    id: levar
    ferramenta: acolhimento
    prazo: 2 semanas
    territorio: [populacao, equipes, problemas]

1. Observe; anote, e conte.

///

/// na-sua-unidade | Sem data
    id: livre
    prazo: Próxima reunião

Conte.

///

/// checklist | Sala
    id: sala

- [ ] Esfigmomanômetro **calibrado**
- [ ] Mesa
- [ ] Mesa

///
"""
OTHER = """\
/// na-sua-unidade | Outra
    id: outra
    territorio: [populacao, unidade]

Conte.

///
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a small course with everything that can be written in."""
    return build_course(tmp_path_factory.mktemp("escrever aqui é bom"), {"escrever": ACTIVITIES, "outra": OTHER})


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 360, "height": 740}, accept_downloads=True)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, place: str) -> Page:
    """The page of activities, opened by somebody who has agreed that things are kept."""
    opened = visit(context, place).open("curso/modulo/escrever.html")
    agree(opened)
    return opened


def in_days(days: int) -> str:
    return (datetime.date.today() + datetime.timedelta(days)).isoformat()


def test_a_reflection_is_found_again_and_its_field_grows(page: Page) -> None:
    field = page.locator("#pensar textarea")
    before = field.bounding_box()
    text = "\n".join(f"Linha {number}" for number in range(30))
    field.fill(text)
    after = field.bounding_box()
    assert before and after and after["height"] > 3 * before["height"]
    assert field.evaluate("field => field.scrollHeight <= field.clientHeight")
    expect(again(page).locator("#pensar textarea")).to_have_value(text)


def test_a_reflection_prints_whole(page: Page) -> None:
    page.locator("#pensar textarea").fill("\n".join(f"Linha {number}" for number in range(120)))
    page.emulate_media(media="print")
    expect(page.locator("#pensar textarea")).to_be_hidden()
    shown = page.locator("#pensar .cresce")
    box = shown.bounding_box()
    assert box and box["height"] > 120 * 16
    assert "Linha 119" in shown.evaluate("room => getComputedStyle(room, '::after').content")
    expect(page.locator("#livre textarea")).to_be_visible()
    expect(page.locator("#levar .botao").first).to_be_hidden()


def test_the_date_of_a_task_is_suggested_then_agreed_on(page: Page) -> None:
    task = page.locator("#levar")
    date = task.locator("input[type=date]")
    expect(date).to_have_value(in_days(14))
    expect(task.locator(".situacao")).to_have_text(
        say("A suggestion: change it if you wish, and agree on it with the team.")
    )
    task.get_by_role("button", name=say("Agree on this date")).click()
    expect(task.get_by_role("button", name=say("Agree on this date"))).to_be_hidden()
    expect(task.get_by_role("button", name=say("Download reminder (.ics)"))).to_be_focused()
    expect(again(page).locator("#levar input[type=date]")).to_have_value(in_days(14))


@pytest.mark.parametrize(
    ("days", "words", "state"),
    [
        (-3, "The date has passed: it was {date}. Days late: {days}.", "tarde"),
        (0, "The date is today.", "perto"),
        (1, "The date is tomorrow.", "perto"),
        (5, "Soon: {days} days left, until {date}.", "perto"),
        (40, "Agreed until {date}.", ""),
    ],
)
def test_a_date_that_is_near_or_past_is_told_in_words(page: Page, days: int, words: str, state: str) -> None:
    due = in_days(days)
    page.locator("#levar input[type=date]").fill(due)
    shown = page.evaluate("iso => canoa.shownDate(iso)", due)
    expect(page.locator("#levar .situacao")).to_have_text(say(words).format(date=shown, days=abs(days)))
    expect(page.locator("#levar .situacao")).to_have_attribute("data-estado", state)


def test_a_free_deadline_has_an_empty_date(page: Page) -> None:
    expect(page.locator("#livre input[type=date]")).to_have_value("")
    expect(page.locator("#livre .botao:visible")).to_have_count(0)
    page.locator("#livre input[type=date]").fill("2031-05-02")
    expect(again(page).locator("#livre input[type=date]")).to_have_value("2031-05-02")


def test_a_task_that_is_done_says_since_when(page: Page) -> None:
    page.locator("#levar input[type=date]").fill(in_days(-3))
    page.locator("#levar .feito input").check()
    page.locator("#levar textarea").fill("Deu certo.")
    again(page)
    expect(page.locator("#levar .feito input")).to_be_checked()
    expect(page.locator("#levar textarea")).to_have_value("Deu certo.")
    today = page.evaluate("canoa.shownDate(canoa.today())")
    expect(page.locator("#levar .situacao")).to_have_text(say("Done on {date}.").format(date=today))
    page.locator("#levar .feito input").uncheck()
    expect(page.locator("#levar .situacao")).to_have_attribute("data-estado", "tarde")


def test_a_reminder_is_a_calendar_file_that_names_nobody(page: Page) -> None:
    page.locator("#levar").get_by_role("button", name=say("Agree on this date")).click()
    with page.expect_download() as waiting:
        page.locator("#levar").get_by_role("button", name=say("Download reminder (.ics)")).click()
    assert waiting.value.suggested_filename == "leve-para-a-reuniao.ics"
    written = waiting.value.path().read_bytes()
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    text = written.replace(b"\r\n ", b"").decode()
    assert f"DTSTART;VALUE=DATE:{in_days(14).replace('-', '')}\r\n" in text
    assert "SUMMARY:Leve para a reunião\r\n" in text
    assert "Observe\\; anote\\, e conte." in text
    assert re.search(r"\r\nUID:levar@[^\r]+\r\n", text)
    assert "Ana" not in text


def test_ticks_belong_to_the_items_text(page: Page) -> None:
    boxes = page.locator("#sala [type=checkbox]")
    boxes.nth(0).check()
    boxes.nth(2).check()
    words = say("Ticked: {done} of {total}.").format(done=2, total=3)
    expect(page.locator("#sala .situacao")).to_have_text(words)
    again(page)
    assert [boxes.nth(number).is_checked() for number in range(3)] == [True, False, True]
    assert page.evaluate("canoa.get('check/sala/esfigmomanometro-calibrado')") is True
    assert page.evaluate("canoa.get('about/sala').items") == 3


def test_a_tick_of_an_item_that_is_gone_is_still_told(page: Page) -> None:
    page.evaluate(
        "canoa.set('check/sala/maca-com-lencol', true); canoa.merge({'check/sala/mesa': {v: false, t: 1, r: 'a'}})"
    )
    again(page)
    expect(page.locator("#sala .situacao")).to_contain_text("maca com lencol")


def test_what_a_tool_is_is_noted_beside_what_is_written(page: Page) -> None:
    page.locator("#levar textarea").fill("Sim.")
    assert page.evaluate("canoa.get('about/levar').tool") == "acolhimento"


def test_the_territory_is_written_once_and_shown_everywhere(page: Page, place: str) -> None:
    page.locator("#levar [data-campo=populacao]").fill("3.200 pessoas")
    problems = page.locator("#levar .territorio details")
    problems.locator("summary").click()
    problems.get_by_label("Hipertensão").check()
    expect(problems.locator("summary")).to_contain_text("Hipertensão")
    expect(problems.get_by_label("Hipertensão")).to_be_focused()
    page.wait_for_timeout(50)
    saved(page)
    page.goto(f"{place}curso/modulo/outra.html")
    expect(page.locator("#outra [data-campo=populacao]")).to_have_value("3.200 pessoas")
    page.locator("#outra [data-campo=unidade]").fill("UBS Centro")
    page.wait_for_timeout(50)
    saved(page)
    page.goto(f"{place}curso/modulo/escrever.html")
    expect(page.locator("#levar .territorio details summary")).to_contain_text("Hipertensão")
    assert page.evaluate("canoa.get('territory/problems')") == ["hipertensao"]
    assert page.evaluate("canoa.get('territory/unit')") == "UBS Centro"


def test_without_javascript_there_are_lines_for_the_territory(browser: Browser, place: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = visit(context, place).open("curso/modulo/escrever.html")
        expect(page.locator("#levar .territorio input")).to_have_count(3)
        expect(page.locator("#levar .botao")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_what_was_written(
    browser: Browser, built: Path, scheme: Literal["light", "dark"]
) -> None:
    with (
        served(built, "http") as place,
        browser.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme, bypass_csp=True) as context,
    ):
        page = visit(context, place).open("curso/modulo/escrever.html")
        agree(page)
        page.locator("#pensar textarea").fill("Texto")
        page.locator("#levar input[type=date]").fill(in_days(-3))
        page.locator("#sala [type=checkbox]").first.check()
        expect(page.locator("#levar .territorio details")).to_be_visible()
        assert violations(page) == []
