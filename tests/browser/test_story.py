"""A learner's whole story, from a stick and from a server, with the network cut."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from playwright.sync_api import BrowserContext, Page, expect
from pypdf import PdfReader

from generator.records import schema_bytes
from tests.browser.conftest import Computer, visit
from tests.browser.learner import agree, saved, say
from tests.browser.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BLOCKS = "guia/todos-os-elementos/blocos.html"
CASE = "processo-de-trabalho/casos/dona-rita.html"
SHEET = "processo-de-trabalho/fichas/plano-de-acao.html"
COURSE = "processo-de-trabalho/index.html"


class Learner:
    """Somebody at a computer."""

    def __init__(self, computer: Computer, address: str) -> None:
        self.computer, self.address = computer, address
        self.context: BrowserContext = computer.start(for_axe=True)
        self.outside: list[str] = []

    def open(self, path: str) -> Page:
        visited = visit(self.context, self.address)
        page = visited.open(path)
        page.wait_for_function("() => document.querySelector('.guarda').dataset.pronto === 'sim'")
        self.outside += [url for url in visited.outside() if not url.startswith("blob:")]
        return page

    def expect_accessible(self, page: Page) -> None:
        """axe reads style sheets by requests that `file://` does not allow: there it is left out."""
        if self.address.startswith("http"):
            assert violations(page) == []

    def come_back(self) -> None:
        """Close the browser, open it again."""
        self.context = self.computer.start(for_axe=True)


def text_of(paper: Path) -> str:
    """What a reader of paper reads."""
    return "\n".join(page.extract_text() for page in PdfReader(paper).pages)


def question(page: Page, kind: str, number: int = 0) -> str:
    """Id of a question of the page."""
    return str(page.locator(f"section[data-bloco={kind}]").nth(number).get_attribute("id"))


def check_by_keyboard(page: Page, identifier: str) -> None:
    """The question's button, reached and pressed without a mouse."""
    button = page.locator(f"[id='{identifier}'] button.botao:visible").first
    button.focus()
    page.keyboard.press("Enter")


def choose_by_keyboard(page: Page, identifier: str, text: str) -> None:
    page.locator(f"[id='{identifier}'] label", has_text=text).locator("input").focus()
    page.keyboard.press("Space")


def test_a_learners_story(computer: Computer, address: str, tmp_path: Path) -> None:
    learner = Learner(computer, address)

    # Makes a profile.
    page = learner.open(BLOCKS)
    agree(page)

    # Answers, wrongly first, then rightly, by keyboard alone; feedback is spoken.
    single = question(page, "questao")
    choose_by_keyboard(page, single, "Pedir que volte amanhã")
    check_by_keyboard(page, single)
    expect(page.locator(f"[id='{single}']")).to_contain_text("Há sinal de alerta")
    expect(page.locator(f"[id='{single}'] [role=status]").first).to_be_attached()
    check_by_keyboard(page, single)
    choose_by_keyboard(page, single, "Acolher, repetir a medida")
    check_by_keyboard(page, single)
    expect(page.locator(f"[id='{single}']")).to_contain_text("Isso.")

    short = question(page, "resposta-curta")
    page.locator(f"[id='{short}'] input").focus()
    page.keyboard.type("rede de atencao a saude")
    page.keyboard.press("Enter")
    expect(page.locator(f"[id='{short}']")).to_contain_text(say("✓ Right"))

    page.locator("section[data-bloco=reflexao] textarea").focus()
    page.keyboard.type("Quem chega cedo é atendido; eu ouviria primeiro.")
    page.keyboard.press("Tab")
    saved(page)
    learner.expect_accessible(page)

    # Takes two paths of a case.
    page = learner.open(CASE)
    for first in (0, 1):
        for _ in range(12):
            decisions = page.locator(".etapa:visible .decisoes a:visible")
            if not decisions.count() or page.locator(".etapa.fim:visible").count():
                break
            decisions.nth(min(first, decisions.count() - 1)).focus()
            page.keyboard.press("Enter")
        again = page.get_by_role("button", name=say("Start again"), exact=True)
        if first == 0 and again.count():
            again.first.click()
    saved(page)
    assert len(page.evaluate("canoa.list('case/')")) >= 1
    learner.expect_accessible(page)

    # Fills a worksheet.
    page = learner.open(SHEET)
    page.locator("table.ficha textarea").first.fill("Fila às 7h")
    page.locator(".ja-usava input[value=nao]").check()
    saved(page)

    # Writes the journal.
    page = learner.open("diario.html")
    page.get_by_role("button", name=say("New entry")).click()
    form = page.locator(".diario .bloco-diario")
    form.locator("[name=changed]").fill("A equipe passou a ouvir todo mundo antes de distribuir as fichas.")
    form.locator("[name=tool]").select_option("acolhimento")
    form.locator("[name^=before][value=nao]").check()
    form.get_by_role("button", name=say("Entry finished")).click()
    saved(page)

    # Closes the browser, comes back: all is there.
    learner.come_back()
    page = learner.open(BLOCKS)
    expect(page.locator(".guarda")).to_contain_text("Ana")
    expect(page.locator(f"[id='{short}'] input")).to_have_value("rede de atencao a saude")
    expect(page.locator("section[data-bloco=reflexao] textarea")).to_have_value(
        "Quem chega cedo é atendido; eu ouviria primeiro."
    )
    expect(page.locator(f"[id='{single}'] input[value='2']")).to_be_checked()

    # Prints: the paper holds the answers.
    paper = tmp_path / "blocos.pdf"
    page.pdf(path=str(paper))
    assert "eu ouviria primeiro" in text_of(paper)
    assert "Respostas" in text_of(paper)

    # Exports; the file is what its schema says.
    page = learner.open("meu-estudo.html")
    expect(page.locator("[data-nome]")).to_contain_text("Ana")
    with page.expect_download() as waiting:
        page.locator("[data-exportar]").click()
    exported = tmp_path / "registro.json"
    waiting.value.save_as(exported)
    record = json.loads(exported.read_text(encoding="utf-8"))
    assert [error.message for error in Draft202012Validator(json.loads(schema_bytes())).iter_errors(record)] == []
    assert "name" not in record["person"]
    assert {key.split("/")[0] for key in record["entries"]} >= {"answer", "case", "text", "sheet", "journal", "about"}
    learner.expect_accessible(page)

    # Deletes everything, of which nothing stays.
    page.locator(".guarda button").click()
    page.get_by_role("button", name=say("Delete {name}…").format(name="Ana")).click()
    page.get_by_role("dialog").get_by_role("button", name=say("Delete everything")).click()
    page.wait_for_function("() => window.canoa?.profile === null")
    learner.come_back()
    page = learner.open(BLOCKS)
    expect(page.locator("section[data-bloco=reflexao] textarea")).to_have_value("")

    # Imports: all is back, on a new profile.
    page = learner.open("meu-estudo.html")
    agree(page)
    page.locator("[data-importar]").set_input_files(exported)
    page.locator("dialog[open] button").last.click()
    expect(page.locator("[data-resultado]")).not_to_be_empty()
    saved(page)

    # What this computer exports from now on is of the same person: institutions count one.
    with page.expect_download() as waiting:
        page.locator("[data-exportar]").click()
    assert json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))["person"]["id"] == record["person"]["id"]

    page = learner.open(BLOCKS)
    expect(page.locator("section[data-bloco=reflexao] textarea")).to_have_value(
        "Quem chega cedo é atendido; eu ouviria primeiro."
    )
    assert learner.outside == []
