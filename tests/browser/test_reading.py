"""A nurse reads the course, from a stick and from a server, with JavaScript and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visit, visit

pytestmark = pytest.mark.browser

COURSE = "Processo de trabalho na Atenção Primária"


def test_front_page_course_unit_next_problem_index_and_case(reader: Visit) -> None:
    page = reader.open("index.html")
    page.locator("main").get_by_role("link", name=COURSE).first.click()
    expect(page).to_have_url(re.compile(r"/processo-de-trabalho/index\.html$"))

    page.locator("main a[href='acolhimento/index.html']").last.click()
    expect(page).to_have_url(re.compile(r"/acolhimento/index\.html$"))
    page.locator("a[rel=next]").click()
    first = page.locator("h1").inner_text()
    page.locator("a[rel=next]").click()
    assert page.locator("h1").inner_text() != first

    page.locator("footer, header").get_by_role("link", name="Por problema prioritário").first.click(force=True)
    expect(page).to_have_url(re.compile(r"/problemas\.html$"))
    page.locator("main").get_by_role("link", name=re.compile("hipertens", re.IGNORECASE)).first.click()

    page.goto(reader.address + "processo-de-trabalho/casos/dona-rita.html")
    choice = page.locator(".decisoes a").first
    target = str(choice.get_attribute("href"))
    choice.click()
    expect(page.locator(target)).to_be_in_viewport()
    assert reader.outside() == []


def test_an_answer_is_found_and_the_way_back_too(reader: Visit) -> None:
    page = reader.open("guia/todos-os-elementos/blocos.html")
    page.locator(".ver-resposta a").first.click()
    assert "-resposta" in page.url
    key = page.locator("details.resposta").first
    if not key.evaluate("details => details.open"):
        key.locator("summary").click()
    key.locator(".voltar a").click()
    assert "-resposta" not in page.url


def test_the_course_navigation_is_reachable_on_a_phone(reader: Visit) -> None:
    page = reader.open("processo-de-trabalho/acolhimento/index.html")
    navigation = page.locator("nav.curso")
    opener = navigation.locator("summary, label").first
    if opener.is_visible():
        opener.click()
    expect(navigation.get_by_role("link", name="Planejamento").first).to_be_visible()


@pytest.mark.parametrize("width", [320, 360, 768, 1366])
def test_no_page_scrolls_sideways(browser: Browser, address: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 740})
    reader = visit(context, address)
    for path in (
        "index.html",
        "problemas.html",
        "glossario.html",
        "guia/todos-os-elementos/texto.html",
        "guia/todos-os-elementos/blocos.html",
        "processo-de-trabalho/fichas/plano-de-acao.html",
        "processo-de-trabalho/casos/dona-rita.html",
    ):
        page = reader.open(path)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, (path, width, overflow)
    context.close()


def test_access_keys_of_emag_lead_to_content_menu_search_and_footer(browser: Browser, web_address: str) -> None:
    context = browser.new_context()
    page = visit(context, web_address).open("processo-de-trabalho/index.html")
    for key, anchor in (("1", "conteudo"), ("2", "menu"), ("3", "busca"), ("4", "rodape")):
        link = page.locator(f"[accesskey='{key}']")
        assert link.get_attribute("href") == f"#canoa-{anchor}"
        assert page.locator(f"#canoa-{anchor}").count() == 1
    context.close()


def test_the_first_key_press_offers_to_skip_to_the_content(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = visit(context, address).open("processo-de-trabalho/index.html")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.getAttribute('href')")
    assert focused == "#canoa-conteudo"
    expect(page.locator("a[href='#canoa-conteudo']").first).to_be_in_viewport()
    context.close()


def test_display_preferences_survive_a_reload(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = visit(context, address).open("index.html")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator(".exibicao summary").click()
    page.get_by_label("Escuro").check()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != before
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    page.get_by_role("link").first.focus()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_systems_contrast_setting_works_without_javascript(browser: Browser, web_address: str, scheme: str) -> None:
    colours = []
    for contrast in ("no-preference", "more"):
        context = browser.new_context(java_script_enabled=True, color_scheme=scheme, contrast=contrast)
        page = visit(context, web_address).open("index.html")
        colours.append(
            page.evaluate("getComputedStyle(document.body).color + getComputedStyle(document.body).backgroundColor")
        )
        context.close()
    assert colours[0] != colours[1]


def test_paper_has_the_answers_and_not_the_menus(browser: Browser, address: str, tmp_path: object) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = visit(context, address).open("guia/todos-os-elementos/blocos.html")
    page.emulate_media(media="print")
    expect(page.locator("nav.curso")).to_be_hidden()
    answer = page.locator("details.resposta").first.locator("li, dd, td").first
    assert answer.evaluate("element => element.checkVisibility({contentVisibilityAuto: true})")
    context.close()
