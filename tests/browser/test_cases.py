"""Cases, stage by stage: decisions, the way back, the team's path, and what is kept of each run."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import visit
from tests.browser.learner import served
from tests.browser.test_accessibility import violations
from tests.browser.test_questions import keep, press, reach
from tests.conftest import Project

pytestmark = pytest.mark.browser

STAGES = """\
#### Chegada {#chegada}

As fichas acabaram.

- [Pedir que volte amanhã](#volta)
- [Chamar para a escuta](#escuta)

#### Volta amanhã {#volta}

À noite ela é levada à UPA.

- [Recomeçar](#chegada)
- [Visitar em casa](#visita)

#### Escuta *qualificada* {#escuta}

PA 180×110 mmHg.

- [Avaliar agora](#avaliacao)
- [Visitar em casa](#visita)

#### Avaliação {#avaliacao}

Ela fica em observação. **Fim do caso.**

#### Visita {#visita}

Ela já não estava. **Fim do caso.**
"""


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A site with one case twice: with the team's path and without it."""
    project = Project(tmp_path_factory.mktemp("casos da equipe"))
    project.configure("")
    project.write("content/index.md", "# Início\n")
    team = "    id: rita\n    equipe: [chegada, escuta, avaliacao]\n"
    project.write("content/equipe.md", f"# Com a equipe\n\n/// caso | Dona Rita\n{team}\n{STAGES}\n///\n")
    project.write("content/so.md", f"# Sem a equipe\n\n/// caso | Dona Rita\n    id: so\n\n{STAGES}\n///\n")
    outcome = project.run("build")
    assert outcome.code == 0, outcome.err
    return project


@pytest.fixture(params=["file", "http"])
def address(request: pytest.FixtureRequest, cases: Project) -> Iterator[str]:
    with served(cases.folder / "build/site", request.param) as found:
        yield found


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The case with a team, on a phone."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    yield visit(context, address).open("equipe.html")
    context.close()


def shown(page: Page) -> list[str]:
    return [str(stage.get_attribute("id")) for stage in page.locator(".etapa").all() if stage.is_visible()]


def decide(page: Page, text: str) -> None:
    page.locator(".etapa:visible").get_by_role("link", name=text).click()


def panel(page: Page) -> Locator:
    return page.locator(".percurso")


def path(page: Page, number: int = 0) -> list[str]:
    """The links of one of the lists under the stage: the own path, the team's, stages not seen."""
    return panel(page).locator("ol, ul").nth(number).locator("a").all_text_contents()


def runs(page: Page, case: str = "rita") -> list[tuple[list[str], bool]]:
    found = page.evaluate("name => canoa.list(`case/${name}/`).map((entry) => entry[1])", case)
    return [(run["path"], run["end"]) for run in found]


def test_two_paths_by_keyboard_alone_and_the_end_compares_them_with_the_teams(page: Page) -> None:
    assert shown(page) == ["chegada"]
    for stage, number in (("escuta", 1), ("visita", 1)):
        reach(page, page.locator(".etapa:visible .decisoes a").nth(number))
        press(page, "Enter")
        assert shown(page) == [stage]
        expect(page.locator(f"#{stage} h2, #{stage} h3").first).to_be_focused()
    assert path(page) == ["1 Chegada", "3 Escuta qualificada", "5 Visita"]
    assert path(page, 1) == ["1 Chegada", "3 Escuta qualificada", "4 Avaliação"]
    sentence = panel(page).locator(".caminhos + p")
    expect(sentence).to_contain_text("3 Escuta qualificada")
    expect(sentence).to_contain_text("4 Avaliação")
    assert path(page, 2) == ["2 Volta amanhã", "4 Avaliação"]

    reach(page, panel(page).locator(".acoes .botao").last)
    press(page, "Enter")
    assert shown(page) == ["chegada"]
    for number in (1, 0):
        reach(page, page.locator(".etapa:visible .decisoes a").nth(number))
        press(page, "Enter")
    assert path(page) == path(page, 1)
    assert path(page, 2) == ["2 Volta amanhã"]
    assert runs(page) == [(["chegada", "escuta", "visita"], True), (["chegada", "escuta", "avaliacao"], True)]


def test_the_browsers_back_button_goes_one_stage_back_and_forward_again(page: Page) -> None:
    decide(page, "Chamar")
    decide(page, "Avaliar")
    page.go_back()
    expect(page.locator("#escuta")).to_be_visible()
    assert path(page) == ["1 Chegada", "3 Escuta qualificada"]
    page.go_back()
    expect(page.locator("#chegada")).to_be_visible()
    page.go_forward()
    page.go_forward()
    expect(page.locator("#avaliacao")).to_be_visible()
    assert len(path(page)) == 3
    assert len(runs(page)) == 1


def test_going_back_from_the_end_and_deciding_otherwise_is_another_run(page: Page) -> None:
    decide(page, "Chamar")
    decide(page, "Avaliar")
    panel(page).locator(".acoes .botao").first.click()
    assert shown(page) == ["escuta"]
    decide(page, "Visitar")
    assert runs(page) == [(["chegada", "escuta", "avaliacao"], True), (["chegada", "escuta", "visita"], True)]


def test_going_back_before_the_end_goes_on_with_the_same_run(page: Page) -> None:
    decide(page, "Pedir")
    panel(page).locator(".acoes .botao").first.click()
    decide(page, "Chamar")
    assert runs(page) == [(["chegada", "escuta"], False)]


def test_a_decision_may_lead_back_to_an_earlier_stage(page: Page) -> None:
    decide(page, "Pedir")
    decide(page, "Recomeçar")
    decide(page, "Chamar")
    assert path(page) == ["1 Chegada", "2 Volta amanhã", "1 Chegada", "3 Escuta qualificada"]
    decide(page, "Avaliar")
    expect(panel(page).locator(".caminhos + p")).to_contain_text("1 Chegada")
    panel(page).locator(".acoes .botao").first.click()
    assert len(path(page)) == 4


def test_a_link_to_a_stage_opens_it_and_a_look_elsewhere_does_not_change_the_path(page: Page) -> None:
    address = page.url
    page.goto("about:blank")
    page.goto(f"{address}#escuta")
    expect(page.locator("#escuta")).to_be_visible()
    assert shown(page) == ["escuta"]
    panel(page).locator(".acoes .botao").last.click()
    decide(page, "Chamar")
    decide(page, "Avaliar")
    panel(page).locator("summary").click()
    panel(page).get_by_role("link", name="Volta").click()
    expect(page.locator("#volta")).to_be_visible()
    page.go_back()
    expect(page.locator("#avaliacao")).to_be_visible()
    assert len(path(page)) == 3
    assert runs(page) == [(["chegada", "escuta", "avaliacao"], True)]


def test_coming_back_offers_to_go_on_where_it_stopped(page: Page) -> None:
    keep(page)
    decide(page, "Chamar")
    expect(panel(page).locator("ol").first).to_contain_text("Escuta")  # until then the bar speaks of the write before
    expect(page.locator(".guarda[data-estado=saved]")).to_be_visible()
    address = re.sub("#.*", "", page.url)
    page.reload()
    expect(panel(page).locator("ol").first).to_contain_text("Escuta")
    assert path(page) == ["1 Chegada", "3 Escuta qualificada"]
    page.goto(address.replace("equipe.html", "so.html"))
    page.goto(address)
    expect(panel(page)).to_contain_text("Chegada → Escuta qualificada")
    assert shown(page) == ["chegada"]
    panel(page).locator("p + .botao").click()
    assert shown(page) == ["escuta"]
    decide(page, "Avaliar")
    assert runs(page) == [(["chegada", "escuta", "avaliacao"], True)]


def test_a_run_through_stages_that_are_gone_is_shown_and_not_lost(page: Page) -> None:
    page.wait_for_function("document.querySelector('.guarda[data-estado=nobody]')")
    run = {"path": ["chegada", "triagem"], "titles": ["Chegada", "Triagem"], "end": False}
    page.evaluate("run => canoa.merge({'case/rita/1': {v: run, t: 1, r: 'aaaaaaaa'}})", run)
    expect(panel(page)).to_contain_text("Chegada → Triagem")
    expect(panel(page).locator("p + .botao")).to_have_count(0)


def test_without_a_team_the_end_counts_endings(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = visit(context, address).open("so.html")
    decide(page, "Chamar")
    decide(page, "Avaliar")
    sentence = panel(page).locator(".caminhos + p")
    expect(sentence).to_contain_text("2")
    expect(sentence).to_contain_text("1")
    assert panel(page).locator(".caminhos ol").count() == 1
    context.close()


def test_paths_stand_side_by_side_on_a_wide_screen_and_below_one_another_on_a_phone(page: Page) -> None:
    decide(page, "Chamar")
    decide(page, "Avaliar")
    for width, beside in ((360, False), (1366, True)):
        page.set_viewport_size({"width": width, "height": 740})
        one, other = (panel(page).locator(".caminhos > div").nth(number).bounding_box() for number in (0, 1))
        assert one and other
        assert (one["y"] == other["y"]) == beside
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_paper_shows_every_stage(page: Page) -> None:
    decide(page, "Chamar")
    page.emulate_media(media="print")
    assert len(shown(page)) == 5
    expect(panel(page).locator(".botao").first).to_be_hidden()


def test_without_javascript_every_stage_is_shown_and_the_teams_path_is_in_the_key(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = visit(context, address).open("equipe.html")
    assert len(shown(page)) == 5
    page.locator("#rita-equipe summary").click()
    assert page.locator("#rita-equipe .caminho a").all_inner_texts() == ["Chegada", "Escuta qualificada", "Avaliação"]
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1366])
def test_axe_finds_no_violation_at_the_start_on_the_way_and_at_the_end(
    browser: Browser, cases: Project, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    with served(cases.folder / "build/site", "http") as found:
        page = visit(context, found).open("equipe.html")
        for text in ("Chamar", "Avaliar", ""):
            assert violations(page) == []
            if text:
                # By keyboard: the panels that axe looked into cover the page.
                page.locator(".etapa:visible").get_by_role("link", name=text).press("Enter")
    context.close()
