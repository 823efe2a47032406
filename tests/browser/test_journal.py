"""The practice journal: written, found again, asked about, deleted, printed."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import visit
from tests.browser.learner import again, agree, saved, say
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser

JOURNAL = "diario.html"


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The journal of somebody who has agreed, on a phone."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    opened = visit(context, address).open(JOURNAL)
    agree(opened)
    yield opened
    context.close()


def days_ago(days: int) -> str:
    return (datetime.date.today() - datetime.timedelta(days)).isoformat()


def form(page: Page) -> Locator:
    return page.locator(".diario .bloco-diario")


def entries(page: Page) -> Locator:
    return page.locator(".diario-lista > li, .linha-do-tempo > li")


def begin(page: Page, changed: str, since: str = "", tool: str = "") -> None:
    page.get_by_role("button", name=say("New entry")).click()
    form(page).locator("[name=changed]").fill(changed)
    if since:
        form(page).locator("[name=since]").fill(since)
    if tool:
        form(page).locator("[name=tool]").select_option(tool)


def finish(page: Page) -> None:
    form(page).get_by_role("button", name=say("Entry finished")).click()


def write(page: Page, changed: str, since: str = "", tool: str = "") -> None:
    begin(page, changed, since, tool)
    finish(page)
    expect(form(page)).to_be_hidden()


def test_an_entry_is_kept_while_it_is_written_and_found_again(page: Page) -> None:
    begin(page, "A fila das 7h acabou.", days_ago(3), "acolhimento")
    form(page).locator("[name^=before][value=nao]").check()
    form(page).locator("[name=helps]").fill("A agenda nova")
    again(page)
    expect(form(page)).to_be_hidden()
    entry = entries(page).first
    expect(entry).to_contain_text("A fila das 7h acabou.")
    expect(entry).to_contain_text("Acolhimento")
    expect(entry).to_contain_text("A agenda nova")
    record = page.evaluate(
        "Object.fromEntries(canoa.list('journal/').map(([key, value]) => [key.split('/')[2], value]))"
    )
    assert record == {
        "changed": "A fila das 7h acabou.",
        "created": page.evaluate("canoa.today()"),
        "since": days_ago(3),
        "tool": "acolhimento",
        "before": "nao",
        "helps": "A agenda nova",
    }


def test_only_what_changed_is_asked_for_and_dates_lie_in_the_past(page: Page) -> None:
    begin(page, "")
    finish(page)
    changed = form(page).locator("[name=changed]")
    expect(changed).to_be_focused()
    expect(changed).to_have_attribute("aria-invalid", "true")
    error = form(page).locator(f"#{changed.get_attribute('aria-describedby')}")
    expect(error).to_have_text(say("Write what changed: without it the entry says nothing."))
    changed.fill("Visitas toda semana")
    expect(error).to_have_text("")

    form(page).locator("[name=since]").fill(days_ago(-3))
    finish(page)
    expect(form(page).locator("[name=since]")).to_be_focused()
    expect(form(page).locator("#erro-since")).to_have_text(
        say("This date is in the future: write when the change began.")
    )
    assert page.evaluate("canoa.list('journal/').some(([key]) => key.endsWith('since'))") is False
    form(page).locator("[name=since]").fill(days_ago(0))
    finish(page)
    expect(entries(page).first).to_contain_text("Visitas toda semana")


def test_an_entry_is_edited_deleted_and_brought_back(page: Page) -> None:
    write(page, "Primeira versão")
    entries(page).first.get_by_role("button", name=say("Edit")).click()
    expect(form(page).locator("[name=changed]")).to_have_value("Primeira versão")
    form(page).locator("[name=changed]").fill("Segunda versão")
    finish(page)
    entry = entries(page).first
    expect(entry).to_contain_text("Segunda versão")

    entry.get_by_role("button", name=say("Delete")).click()
    undo = page.get_by_role("button", name=say("Undo"))
    expect(undo).to_be_focused()
    expect(page.locator(".diario")).not_to_contain_text("Segunda versão")
    undo.press("Enter")
    expect(entries(page).first).to_contain_text("Segunda versão")
    entries(page).first.get_by_role("button", name=say("Delete")).click()
    again(page)
    expect(page.locator(".diario")).not_to_contain_text("Segunda versão")


def test_newest_first_or_along_the_time_and_by_tool(page: Page) -> None:
    write(page, "Escrita primeiro, mudou ontem", days_ago(1), "planejamento")
    write(page, "Escrita depois, mudou antes", days_ago(9), "acolhimento")
    expect(entries(page)).to_contain_text(["Escrita depois", "Escrita primeiro"])
    order = page.get_by_role("button", name=say("Timeline"))
    order.click()
    expect(order).to_have_attribute("aria-pressed", "true")
    expect(entries(page)).to_contain_text(["Escrita depois", "Escrita primeiro"])
    write(page, "Sem data: conta o dia de hoje")
    expect(entries(page)).to_contain_text(["Escrita depois", "Escrita primeiro", "Sem data"])
    page.locator("[data-filtro]").select_option("planejamento")
    expect(entries(page)).to_have_count(1)
    page.locator("[data-filtro]").select_option("comunicacao")
    expect(entries(page)).to_have_text([say("No entries here yet.")])


def test_after_thirty_days_the_journal_asks_how_it_is(page: Page) -> None:
    write(page, "Recente", days_ago(5))
    expect(page.locator("[data-lembretes] p")).to_have_count(0)
    write(page, "Agenda protegida", days_ago(40))
    reminder = page.locator("[data-lembretes] p")
    expect(reminder).to_have_count(1)
    expect(reminder).to_contain_text("30")
    expect(reminder).to_contain_text("Agenda protegida")
    reminder.get_by_role("button").click()
    follow = form(page).locator("[data-dias='30']")
    expect(follow).to_be_visible()
    expect(form(page).locator("[data-dias='60']")).to_be_hidden()
    expect(follow.locator("textarea")).to_be_hidden()
    follow.locator("[value=adaptada]").check()
    follow.locator("textarea").fill("Só às terças")
    finish(page)
    expect(page.locator("[data-lembretes] p")).to_have_count(0)
    again(page)
    expect(entries(page).first).to_contain_text("Só às terças")
    follow_up = page.evaluate("canoa.list('journal/').find(([key]) => key.endsWith('follow30'))[1]")
    assert follow_up == {"date": page.evaluate("canoa.today()"), "state": "adaptada", "text": "Só às terças"}


def test_hostile_texts_are_only_texts(page: Page) -> None:
    write(page, "<img src=x onerror=alert(1)> =cmd|' /C calc'!A0 {change}")
    expect(entries(page).first).to_contain_text("<img src=x onerror=alert(1)> =cmd|' /C calc'!A0 {change}")
    expect(entries(page).locator("img")).to_have_count(0)


def test_everything_is_done_by_keyboard(page: Page) -> None:
    page.get_by_role("button", name=say("New entry")).focus()
    page.keyboard.press("Enter")
    expect(form(page).locator("[name=changed]")).to_be_focused()
    page.keyboard.type("Pelo teclado")
    form(page).get_by_role("button", name=say("Entry finished")).focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name=say("New entry"))).to_be_focused()
    expect(entries(page).first).to_contain_text("Pelo teclado")


def test_on_paper_entries_can_be_read_and_there_are_no_buttons(page: Page) -> None:
    write(page, "Para o papel", days_ago(1))
    saved(page)
    page.emulate_media(media="print")
    expect(entries(page).first).to_be_visible()
    for button in page.locator("main button").all():
        expect(button).to_be_hidden()
    expect(page.locator("main textarea:visible, main select:visible")).to_have_count(0)


def test_a_blank_form_prints_too(page: Page) -> None:
    page.evaluate("window.print = () => {}")
    page.get_by_role("button", name=say("Print a blank form")).click()
    expect(page.locator("main > article > .texto > .bloco-diario")).to_be_visible()
    expect(page.locator(".diario")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".diario")).to_be_visible()


def test_without_javascript_there_are_two_forms_to_print(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = visit(context, address).open(JOURNAL)
    forms = page.locator(".bloco-diario")
    expect(forms).to_have_count(2)
    for one in forms.all():
        expect(one).to_be_visible()
        expect(one.locator("[name^=tool]")).to_have_count(10)
        expect(one.locator("[data-dias]")).to_have_count(3)
    expect(page.locator(".diario")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("width", [320, 1366])
def test_nothing_scrolls_sideways(browser: Browser, web_address: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 740})
    page = visit(context, web_address).open(JOURNAL)
    agree(page)
    begin(page, "Umapalavramuitocompridasemespaços" * 5, days_ago(100), "organizacao-do-trabalho")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    finish(page)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    context.close()


def wrong(page: Page) -> list[str]:
    """What axe finds; the menus that it unfolds would lie over the page."""
    found = violations(page)
    page.evaluate("document.querySelectorAll('.topo details').forEach(one => one.open = false)")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_any_state(browser: Browser, web_address: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme, bypass_csp=True)
    page = visit(context, web_address).open(JOURNAL)
    assert wrong(page) == []
    agree(page)
    write(page, "Escuta na porta", days_ago(70), "acolhimento")
    begin(page, "")
    finish(page)
    form(page).locator("[name=since]").fill(days_ago(-1))
    assert wrong(page) == []
    form(page).get_by_role("button", name=say("Close")).click()
    page.locator("[data-lembretes]").get_by_role("button").click()
    form(page).locator("[data-dias='60'] [value=mantida]").check()
    page.get_by_role("button", name=say("Timeline")).click()
    assert wrong(page) == []
    entries(page).first.get_by_role("button", name=say("Delete")).click()
    assert wrong(page) == []
    context.close()
