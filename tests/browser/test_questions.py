"""Every type of question, answered rightly and wrongly by keyboard alone, from a stick and from a server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import visit
from tests.browser.learner import served
from tests.browser.test_accessibility import violations
from tests.conftest import Project

pytestmark = pytest.mark.browser

PAGE = """\
---
titulo: Perguntas
---

/// questao | Primeira conduta
    id: unica

Dona Rita chega com cefaleia. Qual a primeira conduta?

- [ ] Pedir que volte amanhã
    > Há sinal de alerta: veja [o início](index.md).
- [x] Acolher e repetir a medida
    > Isso.
- [ ] Encaminhar

/// dica

Pense no que pode ser feito antes.

///

/// comentario

Um valor isolado não decide a conduta.

///

///

/// questao | Reunião
    id: varias

O que ajuda uma reunião?

- [x] Pauta
- [x] Registro
- [x] Prazo
- [ ] Portas fechadas

///

/// verdadeiro-falso | Certo ou errado?
    id: vf

O acolhimento é tarefa só da recepção.

- [ ] Verdadeiro
- [x] Falso

///

/// resposta-curta | Escuta
    id: curta

Como se chama a escuta de quem chega?

- Acolhimento
- Escuta qualificada

///

/// numerica | Cobertura
    id: numero
    tolerancia: 0,5
    unidade: "%"

De 250, 90 foram consultados. Qual a cobertura?

- 36

///

/// ordenar | As etapas
    id: ordem

1. Ouvir
2. Avaliar
3. Definir

///

/// associar | Cor e prioridade
    id: pares

| Cor      | Prioridade |
| -------- | ---------- |
| Vermelho | Emergência |
| Azul     | Não agudo  |

///

/// lacunas | Complete
    id: lacunas

A PNEPS é de [[2004|dois mil e quatro]] e fala de [[trabalho]].

///
"""


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A site whose page has one question of each type."""
    project = Project(tmp_path_factory.mktemp("perguntas da equipe"))
    project.configure("")
    project.write("content/index.md", "# Início\n")
    project.write("content/perguntas.md", PAGE)
    outcome = project.run("build")
    assert outcome.code == 0, outcome.err
    return project


@pytest.fixture(params=["file", "http"])
def address(request: pytest.FixtureRequest, questions: Project) -> Iterator[str]:
    with served(questions.folder / "build/site", request.param) as found:
        yield found


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The questions, on a phone."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    yield visit(context, address).open("perguntas.html")
    context.close()


def question(page: Page, name: str) -> Locator:
    return page.locator(f"#{name}")


def reach(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus."""
    for _ in range(80):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{target} is out of the keyboard's reach")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def check(page: Page, name: str) -> None:
    reach(page, question(page, name).locator(".botao"))
    press(page, "Enter")


def attempts(page: Page, name: str) -> list[dict[str, object]]:
    """What the record holds of a question."""
    found: list[dict[str, object]] = page.evaluate(
        "name => canoa.list(`answer/${name}/`).map((entry) => entry[1])", name
    )
    return found


def marks(page: Page, name: str) -> list[bool]:
    """The marks that are shown, in order: right or not."""
    notes = question(page, name).locator(".nota")
    return ["certa" in str(note.get_attribute("class")) for note in notes.all()]


def status(page: Page, name: str) -> Locator:
    return question(page, name).get_by_role("status")


def keep(page: Page) -> None:
    """Agree that the study is kept on this computer."""
    page.locator(".guarda .botao").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("textbox").first.fill("Rita")
    dialog.locator(".botao:not(.leve)").click()
    expect(page.locator(".guarda[data-estado=saved]")).to_be_visible()


def choose(page: Page, select: Locator, position: int) -> None:
    reach(page, select)
    press(page, "Home", *["ArrowDown"] * position)


def test_every_type_is_answered_wrongly_and_then_rightly_by_keyboard_alone(page: Page) -> None:
    reach(page, question(page, "unica").locator("input").first)
    press(page, "Space")
    check(page, "unica")
    assert marks(page, "unica") == [False]
    expect(question(page, "unica").locator(".nota a")).to_have_attribute("href", "index.html")
    press(page, "Enter")
    expect(question(page, "unica").locator("input").first).to_be_focused()
    assert marks(page, "unica") == []
    press(page, "ArrowDown")
    check(page, "unica")
    assert marks(page, "unica") == [True]

    boxes = question(page, "varias").locator("input")
    for box in (0, 1, 3):
        reach(page, boxes.nth(box))
        press(page, "Space")
    check(page, "varias")
    assert marks(page, "varias") == [True, True, False]
    press(page, "Enter", "Space", "Shift+Tab", "Space")
    check(page, "varias")
    assert marks(page, "varias") == [True, True, True]

    reach(page, question(page, "vf").locator("input").first)
    press(page, "Space")
    check(page, "vf")
    press(page, "Enter", "ArrowDown")
    check(page, "vf")

    for name, wrong, right in (("curta", "triagem", "ACOLHIMENTO."), ("numero", "30", "36,2 %")):
        reach(page, question(page, name).locator("input"))
        page.keyboard.type(wrong)
        press(page, "Enter")
        assert marks(page, name) == [False]
        press(page, "ControlOrMeta+a")
        page.keyboard.type(right)
        press(page, "Enter")
        assert marks(page, name) == [True]

    for name in ("ordem", "pares"):
        selects = question(page, name).locator("select")
        options = selects.first.locator("option").count() - 1
        key = page.locator(f"#{name}-resposta")
        right = [
            int(str(key.locator(f"[data-campo='{field}']").get_attribute("data-certa")))
            for field in range(1, selects.count() + 1)
        ]
        for field, position in enumerate(right):
            choose(page, selects.nth(field), position % options + 1)
        check(page, name)
        assert marks(page, name) == [False] * len(right)
        press(page, "Enter")
        for field, position in enumerate(right):
            choose(page, selects.nth(field), position)
        check(page, name)
        assert marks(page, name) == [True] * len(right)

    gaps = question(page, "lacunas").locator("input")
    reach(page, gaps.first)
    page.keyboard.type("2005")
    reach(page, gaps.last)
    page.keyboard.type("Trabalho")
    press(page, "Enter")
    assert marks(page, "lacunas") == [False, True]
    check(page, "lacunas")
    press(page, "ControlOrMeta+a")
    page.keyboard.type("dois mil e quatro")
    press(page, "Enter")
    assert marks(page, "lacunas") == [True, True]

    scores = {name: [one["score"] for one in attempts(page, name)] for name in ("varias", "lacunas", "ordem", "numero")}
    assert scores == {"varias": [pytest.approx(1 / 3), 1], "lacunas": [0.5, 1], "ordem": [0, 1], "numero": [0, 1]}
    assert attempts(page, "varias")[1]["answer"] == ["Pauta", "Registro", "Prazo"]
    assert attempts(page, "ordem")[1]["answer"] == ["Ouvir", "Avaliar", "Definir"]
    assert attempts(page, "pares")[1]["answer"] == ["Vermelho → Emergência", "Azul → Não agudo"]
    assert attempts(page, "numero")[0]["answer"] == ["30"]
    assert "8" in page.locator("#respostas-titulo + p").inner_text()


def test_a_wrong_answer_gives_nothing_away_and_a_right_one_brings_the_comment(page: Page) -> None:
    unica = question(page, "unica")
    unica.get_by_label("Encaminhar").check()
    unica.locator(".botao").click()
    expect(unica.locator(".nota")).to_have_count(1)
    expect(unica.locator(".comentario")).to_have_count(0)
    unica.get_by_label("Acolher e repetir a medida").check()
    expect(unica.locator(".nota")).to_have_count(0)
    unica.locator(".botao").click()
    expect(status(page, "unica")).to_contain_text("Um valor isolado não decide a conduta.")
    note = unica.get_by_label("Acolher e repetir a medida").get_attribute("aria-describedby")
    expect(page.locator(f"#{note}")).to_contain_text("Isso.")
    expect(unica.locator(".ver-resposta a")).to_be_visible()


def test_an_opened_hint_is_noted_with_the_attempt(page: Page) -> None:
    question(page, "unica").get_by_label("Encaminhar").check()
    question(page, "unica").locator(".botao").click()
    question(page, "unica").locator("summary").press("Enter")
    question(page, "unica").get_by_label("Acolher").check()
    question(page, "unica").locator(".botao").click()
    assert ["hint" in one for one in attempts(page, "unica")] == [False, True]


@pytest.mark.parametrize(
    ("name", "typed"),
    [("unica", ""), ("curta", " "), ("numero", ""), ("numero", "trinta"), ("ordem", ""), ("lacunas", "2004")],
)
def test_an_answer_that_is_not_whole_counts_no_attempt_and_says_what_is_missing(
    page: Page, name: str, typed: str
) -> None:
    if typed:
        question(page, name).locator("input").first.fill(typed)
    question(page, name).locator(".botao").click()
    expect(status(page, name)).not_to_be_empty()
    assert attempts(page, name) == []
    assert question(page, name).evaluate("section => section.contains(document.activeElement)")


def test_a_position_chosen_twice_is_pointed_out_before_checking(page: Page) -> None:
    selects = question(page, "ordem").locator("select")
    selects.nth(0).focus()
    selects.nth(0).select_option("2")
    expect(status(page, "ordem")).to_be_empty()
    selects.nth(1).select_option("2")
    expect(status(page, "ordem")).to_contain_text("2")
    selects.nth(2).select_option("1")
    question(page, "ordem").locator(".botao").click()
    assert attempts(page, "ordem") == []


def test_a_slip_of_the_pen_is_told_from_a_wrong_answer(page: Page) -> None:
    said = []
    for typed in ("triagem", "acolhimneto"):
        question(page, "curta").locator("input").fill(typed)
        question(page, "curta").locator("input").press("Enter")
        said.append(question(page, "curta").locator(".nota").inner_text())
    assert said[0] != said[1]
    assert [one["score"] for one in attempts(page, "curta")] == [0, 0]


def test_fields_result_and_attempts_come_back(page: Page) -> None:
    expect(page.locator(".guarda .botao")).to_be_visible()
    keep(page)
    question(page, "varias").get_by_label("Pauta").check()
    question(page, "varias").locator(".botao").click()
    question(page, "ordem").locator("select").nth(1).select_option("3")
    question(page, "pares").locator("select").nth(0).select_option("2")
    question(page, "curta").locator("input").fill("acolhim")
    question(page, "lacunas").locator("input").nth(1).fill("trabalho")
    expect(page.locator(".guarda[data-estado=saved]")).to_be_visible()
    page.reload()
    expect(question(page, "varias").get_by_label("Pauta")).to_be_checked()
    assert marks(page, "varias") == [True]
    expect(question(page, "varias").locator(".resultado")).to_contain_text("1")
    expect(page.locator("section").get_by_role("status")).to_have_count(0)
    expect(question(page, "ordem").locator("select").nth(1)).to_have_value("3")
    expect(question(page, "pares").locator("select").nth(0)).to_have_value("2")
    expect(question(page, "curta").locator("input")).to_have_value("acolhim")
    assert [field.input_value() for field in question(page, "lacunas").locator("input").all()] == ["", "trabalho"]
    question(page, "varias").locator(".botao").click()
    question(page, "varias").locator(".botao").click()
    assert len(attempts(page, "varias")) == 2


def test_only_the_first_and_the_last_nineteen_attempts_are_kept(page: Page) -> None:
    field = question(page, "numero").locator("input")
    for number in range(23):
        field.fill(str(number))
        field.press("Enter")
    kept = [one["answer"] for one in attempts(page, "numero")]
    assert kept == [["0"], *([str(number)] for number in range(4, 23))]


def test_an_answer_from_another_edition_is_shown_and_not_lost(page: Page) -> None:
    page.wait_for_function("canoa.entries && document.querySelector('.guarda[data-estado=nobody]')")
    old = {"v": {"answer": ["Pauta", "Café"], "score": 0.5}, "t": 1, "r": "aaaaaaaa"}
    page.evaluate("old => canoa.merge({'answer/varias/1': old})", old)
    expect(question(page, "varias").locator(".resultado")).to_contain_text("Café")
    expect(question(page, "varias").get_by_label("Pauta")).to_be_checked()
    assert marks(page, "varias") == []
    assert len(attempts(page, "varias")) == 1


def test_paper_shows_what_was_chosen_and_no_buttons(page: Page) -> None:
    question(page, "vf").get_by_label("Falso").check()
    question(page, "vf").locator(".botao").click()
    page.emulate_media(media="print")
    expect(question(page, "vf").get_by_label("Falso")).to_be_checked()
    expect(question(page, "vf").locator(".botao")).to_be_hidden()
    expect(question(page, "vf").locator(".resultado")).to_be_hidden()
    expect(question(page, "vf").locator(".nota")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1366])
def test_marks_and_messages_do_not_widen_the_page(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    for name in ("unica", "vf"):
        question(page, name).locator("input").first.check()
    question(page, "lacunas").locator("input").first.fill("trabalhho")
    question(page, "lacunas").locator("input").last.fill("trabalhho")
    for button in page.locator("section .botao").all():
        button.click()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1366])
def test_axe_finds_no_violation_among_marks_and_messages(
    browser: Browser, questions: Project, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    with served(questions.folder / "build/site", "http") as found:
        page = visit(context, found).open("perguntas.html")
        for name in ("unica", "varias"):
            question(page, name).locator("input").nth(1).check()
        for field in page.locator("#curta input, #lacunas input").all():
            field.fill("acolhimneto")
        for number, select in enumerate(page.locator("#ordem select").all(), 1):
            select.select_option(str(number))
        for button in page.locator("section .botao").all():
            button.click()
        assert violations(page) == []
    context.close()
