"""An evaluation is filled in by keyboard, left half done, finished, changed and printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.learner import again, agree, build_course, saved, say, served
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser

SURVEY = """\
/// avaliacao | O curso e o trabalho
    id: avalia
    instrumento: curso
    momento: antes
    anonima: true

## Prática {#pratica}

1. Uso o que *estudo*. [escala] {#uso}
2. Quanto recomenda? [escala 0-10: nada … muito] {#nota}
3. A equipe se reúne? [sim, não] {#reuniao}

## Ajuda

- O que atrapalha? [várias: tempo; rede, luz ou água; gestão] {#atrapalha}
- Quantas pessoas? [número] {#pessoas}
- O que mudaria? [texto: 3] {#mudaria}

///
"""
PAGE = "curso/modulo/antes.html"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_course(tmp_path_factory.mktemp("avaliação"), {"antes": SURVEY})


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, place: str) -> Page:
    opened = context.new_page()
    opened.on("pageerror", lambda error: pytest.fail(f"script: {error}"))
    opened.goto(place + PAGE)
    return opened


def item(page: Page, code: str) -> Locator:
    return page.locator(f"[data-item={code}]")


def finish(page: Page) -> Locator:
    return page.locator("#avalia > .acoes > button")


def state(page: Page) -> Locator:
    return page.locator("#avalia [role=status]")


def count(page: Page, done: int) -> None:
    expect(page.locator("#avalia")).to_contain_text(say("Answered: {done} of {total}").format(done=done, total=6))


def read(page: Page, key: str) -> object:
    return page.evaluate("key => canoa.get(key) ?? null", key)


def answer_all_by_keyboard(page: Page) -> None:
    """From the first circle on, with nothing but keys."""
    item(page, "uso").locator("input").first.focus()
    keys = page.keyboard
    for key in ("Space", "ArrowRight", "ArrowRight", "Tab", "Space", "Tab", "ArrowDown"):
        keys.press(key)
    for key in ("Tab", "Space", "Tab", "Space", "Tab", "Tab"):
        keys.press(key)
    keys.type("7")
    keys.press("Tab")
    keys.type("A porta de entrada.")


def test_all_is_answered_by_keyboard_alone_and_kept_as_people_read_it(page: Page) -> None:
    count(page, 0)
    answer_all_by_keyboard(page)
    count(page, 6)
    assert {code: read(page, f"survey/avalia/{code}") for code in ("uso", "nota", "reuniao", "atrapalha")} == {
        "uso": 3,
        "nota": 0,
        "reuniao": "não",
        "atrapalha": ["tempo", "rede, luz ou água"],
    }
    assert read(page, "survey/avalia/pessoas") == 7
    assert read(page, "survey/avalia/mudaria") == "A porta de entrada."
    page.keyboard.press("Tab")
    expect(finish(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect(state(page)).to_contain_text(say("Thank you! Finished on {date}.").partition("{")[0])
    expect(finish(page)).to_be_focused()


def test_answers_are_found_again_and_may_be_changed_after_the_end(page: Page) -> None:
    agree(page)
    answer_all_by_keyboard(page)
    finish(page).click()
    again(page)
    expect(item(page, "uso").get_by_role("radio", name="3")).to_be_checked()
    expect(item(page, "nota").get_by_role("radio", name="0 nada")).to_be_checked()
    expect(item(page, "mudaria").locator("textarea")).to_have_value("A porta de entrada.")
    expect(item(page, "mudaria").locator("textarea")).to_be_disabled()
    expect(finish(page)).to_have_text(say("Change my answers"))

    finish(page).click()
    item(page, "pessoas").locator("input").fill("")
    count(page, 5)
    item(page, "pessoas").locator("input").fill("8")
    finish(page).click()
    expect(item(page, "pessoas").locator("input")).to_be_disabled()
    saved(page)
    assert read(page, "survey/avalia/pessoas") == 8


def test_what_is_missing_is_pointed_out_and_may_stay_missing(page: Page) -> None:
    item(page, "uso").get_by_role("radio", name="2").check()
    item(page, "reuniao").get_by_role("radio", name="sim").check()
    finish(page).click()
    expect(finish(page)).to_have_text(say("Finish anyway"))
    missing = state(page).get_by_role("button")
    assert missing.all_inner_texts() == [say("Item {number}").format(number=number) for number in (2, 4, 5, 6)]
    assert read(page, "survey/avalia") is None

    missing.nth(2).click()
    expect(item(page, "pessoas").locator("input")).to_be_focused()
    page.keyboard.type("4")
    expect(finish(page)).to_have_text(say("Finish"))
    finish(page).click()
    finish(page).click()
    count(page, 3)
    expect(finish(page)).to_have_text(say("Change my answers"))


def test_the_end_notes_the_codebook_of_this_edition(page: Page) -> None:
    finish(page).click()
    finish(page).click()
    kept = read(page, "survey/avalia")
    assert isinstance(kept, dict)
    assert kept["instrument"] == "curso"
    assert kept["moment"] == "antes"
    assert kept["done"] == page.evaluate("canoa.today()")
    assert list(kept["items"]) == ["uso", "nota", "reuniao", "atrapalha", "pessoas", "mudaria"]
    ends = [say("Strongly disagree"), say("Strongly agree")]
    assert kept["items"]["uso"] == {
        "text": "Uso o que estudo.",
        "type": "escala",
        "choices": [f"1 {ends[0]}", "2", "3", "4", f"5 {ends[1]}"],
        "theme": "pratica",
    }
    assert kept["items"]["atrapalha"]["choices"] == ["tempo", "rede, luz ou água", "gestão"]
    assert kept["items"]["mudaria"] == {"text": "O que mudaria?", "type": "texto", "choices": [], "theme": "ajuda"}
    about = read(page, "about/avalia")
    assert isinstance(about, dict)
    assert (about["kind"], about["title"]) == ("avaliacao", "O curso e o trabalho")


def test_an_answer_that_is_no_choice_any_more_is_shown(page: Page) -> None:
    expect(finish(page)).to_be_visible()
    page.evaluate("canoa.merge({'survey/avalia/reuniao': {v: 'às vezes', t: 1, r: 'aaaaaaaa'}})")
    expect(item(page, "reuniao")).to_contain_text("às vezes")
    item(page, "reuniao").get_by_role("radio", name="sim").check()
    expect(item(page, "reuniao")).not_to_contain_text("às vezes")


def test_paper_shows_answers_lines_and_the_codebook_but_no_buttons(page: Page) -> None:
    item(page, "uso").get_by_role("radio", name="4").check()
    page.emulate_media(media="print")
    expect(finish(page)).to_be_hidden()
    expect(item(page, "uso").get_by_role("radio", name="4")).to_be_checked()
    expect(item(page, "mudaria").locator("textarea")).to_be_visible()
    codebook = page.locator(".codigos td").first
    assert codebook.evaluate("cell => cell.checkVisibility({contentVisibilityAuto: true})")


def test_a_scale_is_a_row_on_a_phone_too_and_nothing_scrolls_sideways(page: Page) -> None:
    tops = item(page, "uso").locator("input").evaluate_all("all => all.map((one) => one.getBoundingClientRect().top)")
    assert len(set(tops)) == 1
    sizes = (
        item(page, "nota").locator("label").evaluate_all("all => all.map((one) => one.getBoundingClientRect().width)")
    )
    assert min(sizes) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_without_javascript_it_is_a_form_to_print(browser: Browser, place: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(place + PAGE)
    group = page.get_by_role("group", name="1. Uso o que estudo.")
    group.get_by_role("radio", name="5").check()
    expect(group.get_by_role("radio", name="5")).to_be_checked()
    expect(page.get_by_role("spinbutton", name="5. Quantas pessoas?")).to_be_visible()
    expect(page.locator("#avalia")).not_to_contain_text(say("Finish"))
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1366])
def test_axe_finds_no_violation_in_any_state(browser: Browser, built: Path, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    with served(built, "http") as address:
        page.goto(address + PAGE)
        found = {"empty": violations(page)}
        finish(page).click()
        found["missing"] = violations(page)
        finish(page).click()
        expect(finish(page)).to_have_text(say("Change my answers"))
        found["finished"] = violations(page)
        context.close()
    assert found == {"empty": [], "missing": [], "finished": []}
