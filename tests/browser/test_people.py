"""Who is studying: consent, names, passphrases, several people and tabs on one computer, browsers that keep nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Computer, visit
from tests.conftest import ROOT

pytestmark = pytest.mark.browser

LESSON = "guia/todos-os-elementos/blocos.html"
OTHER = "processo-de-trabalho/casos/dona-rita.html"
PASSPHRASE = "uma senha bem longa"


def open_page(context: BrowserContext, address: str, path: str = LESSON) -> Page:
    page = visit(context, address).open(path)
    page.wait_for_function("() => document.querySelector('.guarda')?.dataset.pronto === 'sim'")
    return page


def bar(page: Page) -> str:
    return page.locator(".guarda").inner_text()


def open_dialog(page: Page) -> None:
    page.locator(".guarda button").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def join(page: Page, name: str, passphrase: str = "") -> None:
    """Make a profile, from a dialog that is not open yet."""
    open_dialog(page)
    dialog = page.get_by_role("dialog")
    somebody_else = dialog.get_by_role("button", name="Outra pessoa")
    if somebody_else.count():
        somebody_else.click()
    dialog.get_by_label("Li e concordo").check()
    dialog.get_by_label("Nome ou apelido").fill(name)
    if passphrase:
        dialog.get_by_label("Senha (opcional)").fill(passphrase)
        dialog.get_by_label("A senha de novo").fill(passphrase)
    dialog.get_by_role("button", name="Guardar meu estudo").click()
    is_studying(page, name)


def is_studying(page: Page, name: str) -> None:
    """Wait until the page that was loaded anew knows who is studying."""
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".guarda button")).to_have_text(name)
    expect(page.locator(".guarda")).to_have_attribute("data-estado", "saved")


def nobody_is_studying(page: Page) -> None:
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".guarda")).to_have_attribute("data-estado", "nobody")


def write(page: Page, key: str, value: str) -> None:
    page.evaluate("([key, value]) => canoa.set(key, value)", [key, value])
    expect(page.locator(".guarda")).to_have_attribute("data-estado", "saved")


def read(page: Page, key: str) -> object:
    return page.evaluate("key => canoa.get(key) ?? null", key)


def test_nothing_is_kept_before_somebody_agrees(computer: Computer, address: str) -> None:
    page = open_page(computer.start(), address)
    page.evaluate("canoa.set('text/a', 'segredo')")
    assert "Não está guardado" in bar(page)
    open_dialog(page)
    page.get_by_label("Nome ou apelido").fill("Maria")
    page.get_by_role("dialog").get_by_role("button", name="Guardar meu estudo").click()
    expect(page.get_by_role("alert")).to_contain_text("Marque a caixa")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.reload()
    assert read(open_page(computer.start(), address), "text/a") is None


def test_what_was_done_before_agreeing_is_kept_with_the_rest(computer: Computer, address: str) -> None:
    page = open_page(computer.start(), address)
    page.evaluate("canoa.set('text/a', 'antes')")
    join(page, "Maria")
    write(page, "text/b", "depois")
    page = open_page(computer.start(), address, OTHER)
    assert (read(page, "text/a"), read(page, "text/b")) == ("antes", "depois")
    assert "Maria" in bar(page)


def test_two_people_on_one_computer_see_only_their_own(computer: Computer, address: str) -> None:
    page = open_page(computer.start(), address)
    join(page, "Maria")
    write(page, "text/a", "de Maria")
    join(page, "João")
    assert read(page, "text/a") is None
    write(page, "text/a", "de João")

    open_dialog(page)
    page.get_by_role("button", name="Maria", exact=True).last.click()
    is_studying(page, "Maria")
    assert read(page, "text/a") == "de Maria"
    page.goto(address + OTHER)
    is_studying(page, "Maria")


def test_a_passphrase_locks_a_profile(computer: Computer, address: str) -> None:
    context = computer.start()
    page = open_page(context, address)
    join(page, "João", PASSPHRASE)
    write(page, "text/a", "segredo-do-joao")
    page.goto(address + OTHER)
    is_studying(page, "João")
    assert read(page, "text/a") == "segredo-do-joao"

    computer.stop()
    kept = b"".join(file.read_bytes() for file in (computer.folder).rglob("*") if file.is_file())
    assert "João".encode("utf-16-le") in kept or "João".encode() in kept or "João".encode("latin-1") in kept
    assert b"segredo-do-joao" not in kept and "segredo-do-joao".encode("utf-16-le") not in kept

    page = open_page(computer.start(), address)
    assert read(page, "text/a") is None
    open_dialog(page)
    page.get_by_role("button", name="João (com senha)").click()
    page.get_by_label("Senha de João").fill("outra senha qualquer")
    page.get_by_role("button", name="Abrir", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("não abre o perfil")
    page.get_by_label("Senha de João").fill(PASSPHRASE)
    page.keyboard.press("Enter")
    is_studying(page, "João")
    assert read(page, "text/a") == "segredo-do-joao"


def test_a_short_passphrase_or_a_taken_name_is_refused_with_the_reason(computer: Computer, address: str) -> None:
    page = open_page(computer.start(), address)
    join(page, "Maria")
    open_dialog(page)
    page.get_by_role("button", name="Outra pessoa").click()
    page.get_by_label("Li e concordo").check()
    page.get_by_label("Nome ou apelido").fill("Maria")
    create = page.get_by_role("dialog").get_by_role("button", name="Guardar meu estudo")
    create.click()
    expect(page.get_by_role("alert")).to_contain_text("Já existe")
    page.get_by_label("Nome ou apelido").fill("Ana")
    page.get_by_label("Senha (opcional)").fill("curta")
    create.click()
    expect(page.get_by_role("alert")).to_contain_text("oito caracteres")


def test_deleting_a_profile_leaves_nothing_of_it(computer: Computer, address: str) -> None:
    page = open_page(computer.start(), address)
    join(page, "Maria")
    write(page, "text/a", "apague-me")
    open_dialog(page)
    page.get_by_role("button", name="Apagar Maria…").click()
    expect(page.get_by_role("dialog")).to_contain_text("Não há como desfazer")
    page.get_by_role("button", name="Apagar tudo").click()
    nobody_is_studying(page)
    page = open_page(computer.start(), address)
    assert read(page, "text/a") is None
    assert "Guardar meu estudo" in bar(page)


def test_a_tab_that_was_open_does_not_bring_a_deleted_profile_back(computer: Computer, address: str) -> None:
    context = computer.start()
    page, other = open_page(context, address), None
    join(page, "Maria")
    other = open_page(context, address, OTHER)
    open_dialog(other)
    other.get_by_role("button", name="Apagar Maria…").click()
    other.get_by_role("button", name="Apagar tudo").click()
    nobody_is_studying(other)
    page.evaluate("canoa.set('text/a', 'de volta?')")
    nobody_is_studying(page)
    page = open_page(computer.start(), address)
    assert read(page, "text/a") is None


def test_two_tabs_that_write_at_once_lose_nothing(computer: Computer, address: str) -> None:
    context = computer.start()
    one = open_page(context, address)
    join(one, "Maria")
    two = open_page(context, address, OTHER)
    for number in range(10):
        one.evaluate("n => canoa.set(`text/um-${n}`, 'x')", number)
        two.evaluate("n => canoa.set(`text/dois-${n}`, 'x')", number)
    one.wait_for_function("() => document.querySelector('.guarda').dataset.estado === 'saved'")
    two.wait_for_function("() => document.querySelector('.guarda').dataset.estado === 'saved'")
    page = open_page(computer.start(), address)
    assert page.evaluate("canoa.list('text/').length") == 20


def test_what_a_newer_edition_has_kept_is_left_alone(computer: Computer, web_address: str) -> None:
    page = open_page(computer.start(), web_address)
    join(page, "Maria")
    write(page, "text/a", "de hoje")
    page.evaluate(
        """async () => {
            const { keeper } = canoa.desk();
            const id = canoa.profile.id;
            const found = await keeper.read(id);
            await keeper.swap(id, found.n, { ...found.data, v: 2 });
        }"""
    )
    page = open_page(computer.start(), web_address)
    assert (read(page, "text/a"), page.evaluate("canoa.profile")) == (None, None)
    open_dialog(page)
    page.get_by_role("button", name="Maria", exact=True).first.click()
    expect(page.get_by_role("alert")).to_contain_text("mais nova")
    kept = page.evaluate("canoa.desk().keeper.read('people').then(p => canoa.desk().keeper.read(p.data[0].id))")
    assert (kept["data"]["v"], kept["data"]["e"]["text/a"]["v"]) == (2, "de hoje")


def test_a_clock_that_runs_backwards_changes_nothing(computer: Computer, address: str) -> None:
    page = open_page(computer.start(), address)
    join(page, "Maria")
    write(page, "text/a", "primeiro")
    page.evaluate("Date.now = () => 0")
    write(page, "text/a", "segundo")
    page = open_page(computer.start(), address)
    assert read(page, "text/a") == "segundo"


@pytest.mark.parametrize("closed", ["indexedDB", "both"])
def test_a_browser_that_keeps_nothing_says_so_and_offers_a_copy(
    browser: Browser, web_address: str, closed: str
) -> None:
    context = browser.new_context()
    context.add_init_script("indexedDB.open = () => { throw new Error('closed') }")
    if closed == "both":
        context.add_init_script("Storage.prototype.setItem = () => { throw new Error('closed') }")
    page = context.new_page()
    page.goto(web_address + LESSON)
    if closed == "indexedDB":
        join(page, "Maria")
        page.evaluate("canoa.set('text/a', 'na reserva')")
        expect(page.locator(".guarda")).to_have_attribute("data-estado", "saved")
        page.reload()
        page.wait_for_function("() => window.canoa?.get('text/a') === 'na reserva'")
    else:
        expect(page.locator(".guarda")).to_contain_text("não guarda nada")
        page.evaluate("canoa.set('text/a', 'só aqui')")
        open_dialog(page)
        with page.expect_download() as download:
            page.get_by_role("dialog").get_by_role("button", name="Salvar uma cópia").click()
        copy = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
        assert copy["entries"]["text/a"]["v"] == "só aqui"
    context.close()


def test_a_full_store_is_said_and_what_was_written_stays_on_the_page(computer: Computer, web_address: str) -> None:
    page = open_page(computer.start(), web_address)
    join(page, "Maria")
    page.evaluate(
        "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') };"
        "canoa.set('text/a', 'cheio')"
    )
    expect(page.locator(".guarda")).to_have_attribute("data-estado", "failed")
    assert read(page, "text/a") == "cheio"


def test_a_foreign_page_gets_nothing_from_the_hub_of_a_server(browser: Browser, web_address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(web_address + LESSON)
    join(page, "Maria")
    answered = page.evaluate(
        """async () => {
            const frame = document.createElement("iframe");
            frame.src = canoa.base + "canoa/guarda.html";
            let heard = 0;
            addEventListener("message", (event) => { if (event.source === frame.contentWindow) heard += 1; });
            document.body.append(frame);
            await new Promise((resolve) => { frame.onload = resolve; });
            frame.contentWindow.postMessage({ canoa: [1, "read", ["people"]] }, "*");
            await new Promise((resolve) => setTimeout(resolve, 500));
            return heard;
        }"""
    )
    assert answered == 0
    context.close()


def test_pages_and_institutions_merge_records_alike(browser: Browser, web_address: str) -> None:
    vectors = json.loads((ROOT / "tests/records/merge_vectors.json").read_text(encoding="utf-8"))
    assert vectors
    context = browser.new_context()
    page = context.new_page()
    for number, vector in enumerate(vectors):
        for first, second in (("a", "b"), ("b", "a")):
            page.goto(web_address + LESSON)
            merged = page.evaluate(
                "([first, second]) => { for (const one of [first, second]) canoa.merge(one);"
                " return JSON.stringify(canoa.entries()) }",
                [vector[first], vector[second]],
            )
            assert json.loads(merged) == vector["merged"], number
    context.close()
