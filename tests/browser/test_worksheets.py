"""Worksheets: filled in, found again, rows added and removed, summed, carried out as a file and in again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Locator, Page, expect

from tests.browser.conftest import visit
from tests.browser.learner import again, agree, build_course, saved, say, served
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser

SHEET = """\
/// ficha | Plano de ação
    id: plano
    ferramenta: planejamento
    linhas: 3
    territorio: equipes

| Problema | Pessoas [número] | Prazo [data] | Situação [não iniciada, em andamento] |
| -------- | ---------------- | ------------ | ------------------------------------- |
| Fila às 7h | 3 | 2027-02-26 | em andamento |

///
"""
HEADINGS = "Problema;Pessoas;Prazo;Situação"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_course(tmp_path_factory.mktemp("fichas da unidade é aqui"), {"fichas": SHEET})


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, place: str) -> Page:
    """The worksheet, opened by somebody who has agreed that things are kept."""
    opened = visit(context, place).open("curso/modulo/fichas.html")
    agree(opened)
    return opened


def field(page: Page, row: int, column: int) -> Locator:
    """A field of the worksheet as it is shown now."""
    lines = page.locator("#plano tbody tr:not(.exemplo):not(.desfazer)")
    return lines.nth(row - 1).locator("[data-campo]").nth(column - 1)


def press(page: Page, name: str) -> None:
    page.locator("#plano").get_by_role("button", name=say(name), exact=True).click()


def remove(page: Page, row: int) -> None:
    press(page, say("Remove row {number}").format(number=row))


def fill_in(page: Page) -> None:
    """Two rows, with everything that a spreadsheet could take amiss."""
    field(page, 1, 1).fill('Fila; "às 7h"\n=1+1')
    field(page, 1, 2).fill("1200,5")
    field(page, 1, 3).fill("2027-02-26")
    field(page, 1, 4).select_option("em andamento")
    field(page, 2, 1).fill("=cmd|' /C calc'!A0")
    field(page, 2, 2).fill("-3")


def carry_in(page: Page, content: str | bytes, name: str = "ficha.csv") -> str:
    """Import a file; what the page says about it."""
    data = content.encode() if isinstance(content, str) else content
    said = page.locator("#plano > .situacao")
    said.evaluate("note => { note.textContent = ''; }")
    with page.expect_file_chooser() as waiting:
        press(page, "Import CSV")
    waiting.value.set_files(FilePayload(name=name, mimeType="text/csv", buffer=data))
    expect(said).not_to_be_empty()
    return said.inner_text()


def carried_out(page: Page, button: str) -> bytes:
    """The file that a button gives."""
    with page.expect_download() as waiting:
        press(page, button)
    return waiting.value.path().read_bytes()


def rows(page: Page) -> list[list[str]]:
    """What the fields hold."""
    found: list[list[str]] = page.evaluate(
        "() => [...document.querySelectorAll('#plano tbody tr:not(.exemplo):not(.desfazer)')]"
        ".map(row => [...row.querySelectorAll('[data-campo]')].map(field => field.value))"
    )
    return found


def cells(page: Page) -> dict[str, str]:
    """What the record holds."""
    return dict(page.evaluate("canoa.list('sheet/plano/cell/')"))


FILLED = [
    ['Fila; "às 7h"\n=1+1', "1200,5", "2027-02-26", "em andamento"],
    ["=cmd|' /C calc'!A0", "-3", "", ""],
    ["", "", "", ""],
]


def test_what_was_filled_in_is_found_again(page: Page) -> None:
    fill_in(page)
    page.locator("#plano .ja-usava [value=em-parte]").check()
    again(page)
    assert rows(page) == FILLED
    expect(page.locator("#plano .ja-usava [value=em-parte]")).to_be_checked()
    assert cells(page)["sheet/plano/cell/1/pessoas"] == "1200.5"
    assert page.evaluate("canoa.get('sheet/plano/used')") == "em-parte"
    assert page.evaluate("canoa.get('about/plano').tool") == "planejamento"


def test_numbers_are_summed_as_they_are_written(page: Page) -> None:
    total = page.locator("#plano tfoot")
    expect(total).to_have_count(0)
    field(page, 1, 2).fill("1.200,5")
    field(page, 2, 2).fill("0,1")
    field(page, 3, 2).fill("0,2")
    expect(total).to_contain_text("1.200,8")
    field(page, 1, 2).fill("")
    expect(total).to_contain_text("0,3")
    field(page, 1, 2).fill("1.200,50")
    field(page, 1, 2).blur()
    expect(field(page, 1, 2)).to_have_value("1200,50")


def test_what_is_no_number_is_said_and_kept(page: Page) -> None:
    field(page, 2, 2).fill("muitas")
    field(page, 2, 2).blur()
    expect(page.locator("#plano > .situacao")).to_contain_text("muitas")
    again(page)
    expect(field(page, 2, 2)).to_have_value("muitas")
    expect(field(page, 2, 2)).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#plano tfoot")).to_have_count(0)


def test_rows_are_added_by_keyboard(page: Page) -> None:
    page.locator("#plano").get_by_role("button", name=say("Add row")).focus()
    page.keyboard.press("Enter")
    expect(field(page, 4, 1)).to_be_focused()
    page.keyboard.type("Mais uma")
    press(page, "Add row")
    field(page, 5, 1).fill("E outra")
    again(page)
    assert [row[0] for row in rows(page)] == ["", "", "", "Mais uma", "E outra"]
    expect(field(page, 4, 1)).to_have_attribute(
        "aria-label", say("{column}, row {number}").format(column="Problema", number=4)
    )


def test_a_row_that_was_removed_comes_back_where_it_was(page: Page) -> None:
    fill_in(page)
    remove(page, 1)
    assert [row[0] for row in rows(page)] == [FILLED[1][0], ""]
    undo = page.locator("#plano").get_by_role("button", name=say("Undo"))
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    assert rows(page) == FILLED
    expect(field(page, 1, 1)).to_be_focused()
    assert rows(again(page)) == FILLED


def test_a_row_that_was_removed_stays_away_empty_or_not(page: Page) -> None:
    fill_in(page)
    remove(page, 3)
    remove(page, 1)
    again(page)
    assert rows(page) == [FILLED[1]]
    assert not any(key.startswith("sheet/plano/cell/1/") for key in cells(page))
    remove(page, 1)
    press(page, "Add row")
    assert rows(page) == [["", "", "", ""]]


def test_a_row_removed_here_and_filled_in_elsewhere_is_there_again(page: Page) -> None:
    remove(page, 2)
    later = "{v: 'De longe', t: Date.now() + 1000, r: 'zzzzzzzz'}"
    page.evaluate(f"canoa.merge({{'sheet/plano/cell/2/problema': {later}}})")
    assert [row[0] for row in rows(page)] == ["", "De longe", ""]


def test_what_this_edition_has_no_place_for_is_shown(page: Page) -> None:
    page.evaluate("canoa.set('sheet/plano/cell/1/responsavel', 'Enfermeira <b>Ana</b>')")
    page.evaluate("canoa.set('sheet/plano/cell/1/situacao', 'adiada')")
    page.evaluate("canoa.set('sheet/plano/cell/1/prazo', 'amanhã')")
    again(page)
    expect(page.locator("#plano")).to_contain_text("Enfermeira <b>Ana</b>")
    assert rows(page)[0] == ["", "", "amanhã", "adiada"]
    assert b"responsavel" in carried_out(page, "Save as CSV (spreadsheet)")


def test_a_table_goes_out_as_csv_and_comes_in_again(page: Page) -> None:
    fill_in(page)
    written = carried_out(page, "Save as CSV (spreadsheet)")
    assert written.startswith("\ufeff".encode() + HEADINGS.encode() + b"\r\n")
    text = written.decode("utf-8-sig")
    assert "1200,5;26/02/2027;em andamento\r\n" in text
    assert "\r\n'=cmd|' /C calc'!A0;-3;;\r\n" in text
    said = carry_in(page, written)
    assert rows(page) == FILLED, said
    for row in (2, 1):
        remove(page, row)
    carry_in(page, written)
    again(page)
    assert rows(page) == [FILLED[0], FILLED[1]]


def test_a_table_goes_out_as_json(page: Page) -> None:
    fill_in(page)
    page.locator("#plano .ja-usava [value=nao]").check()
    sheet = json.loads(carried_out(page, "Save as JSON"))
    assert (sheet["title"], sheet["tool"], sheet["used"]) == ("Plano de ação", "planejamento", "nao")
    assert [column["name"] for column in sheet["columns"]] == HEADINGS.split(";")
    assert sheet["rows"][0]["pessoas"] == "1200.5"
    assert sheet["rows"][1] == {"problema": FILLED[1][0], "pessoas": "-3"}


def test_rows_from_a_file_fill_empty_ones_and_overwrite_none(page: Page) -> None:
    field(page, 2, 1).fill("Minha")
    said = carry_in(page, "situacao,PROBLEMA,Cor\nNAO INICIADA,a,azul\n,b,\n,c,\n,d,\n")
    assert [row[0] for row in rows(page)] == ["a", "Minha", "b", "c", "d"]
    assert rows(page)[0][3] == "não iniciada"
    assert "Cor" in said


def test_old_encodings_are_read(page: Page) -> None:
    carry_in(page, f"{HEADINGS}\r\n“Ação”;1;;\r\n".encode("windows-1252"))
    carry_in(page, f"{HEADINGS}\r\nAvaliação;2;;\r\n".replace(";", "\t").encode("utf-16"))
    assert [row[0] for row in rows(page)] == ["“Ação”", "Avaliação", ""]


def test_cells_that_do_not_fit_are_named(page: Page) -> None:
    said = carry_in(page, f"{HEADINGS}\nA;muitos;31/02/2027;talvez\nB;2;1/3/2027;em andamento\n")
    for row, column, value in ((2, "Pessoas", "muitos"), (2, "Prazo", "31/02/2027"), (2, "Situação", "talvez")):
        place = say("{column}, row {number}").format(column=column, number=row)
        assert f"{place}: “{value}”" in said
    assert rows(page)[:2] == [["A", "", "", ""], ["B", "2", "2027-03-01", "em andamento"]]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("grande.csv", HEADINGS.encode() + b"\n" + b"x;1;;\n" * 500_000),
        ("comprido.csv", HEADINGS.encode() + b"\n" + b"x;1;;\n" * 501),
        ("outra.csv", b"Nome;Idade\nAna;30\n"),
        ("vazio.csv", b""),
        ("planilha.csv", b"PK\x03\x04" + bytes(range(256)) * 40),
        ("nulos.csv", HEADINGS.encode() + b"\n\x00\x01\x02;1;;\n"),
    ],
)
def test_a_file_that_is_no_table_of_this_worksheet_changes_nothing(page: Page, name: str, content: bytes) -> None:
    fill_in(page)
    said = carry_in(page, content, name)
    assert name in said
    assert say("Nothing was changed.") in said
    assert rows(page) == FILLED


def test_what_a_file_holds_is_text_and_nothing_of_it_runs(page: Page) -> None:
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    attack = '"<img src=x onerror=alert(1)>"'
    said = carry_in(
        page, f"{HEADINGS};{attack}\n{attack};{attack};{attack};=alert(1);x\n__proto__;1;;\n=HYPERLINK(1);;;\n"
    )
    assert "<img src=x onerror=alert(1)>" in said
    assert rows(page)[0][0] == "<img src=x onerror=alert(1)>"
    expect(page.locator("#plano img")).to_have_count(0)
    written = carried_out(page, "Save as CSV (spreadsheet)").decode("utf-8-sig")
    assert "\r\n'=HYPERLINK(1);" in written


def test_a_filled_worksheet_prints_whole_and_without_buttons(page: Page) -> None:
    field(page, 1, 1).fill("\n".join(f"Linha {number}" for number in range(20)))
    page.emulate_media(media="print")
    expect(field(page, 1, 1)).to_be_hidden()
    expect(field(page, 2, 1)).to_be_visible()
    expect(page.locator("#plano button:visible")).to_have_count(0)
    box = page.locator("#plano .cresce").first.bounding_box()
    assert box
    assert box["height"] > 20 * 14


def test_on_a_phone_a_row_is_a_card(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    field(page, 1, 2).fill("3")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    press(page, "Add row")
    expect(field(page, 4, 1)).to_be_visible()
    expect(page.locator("#plano tfoot")).to_contain_text("3")


def test_a_worksheet_shows_the_territory(page: Page) -> None:
    page.locator("#plano .territorio [data-campo=equipes]").fill("4")
    again(page)
    expect(page.locator("#plano .territorio [data-campo=equipes]")).to_have_value("4")
    saved(page)


def test_without_a_connection_the_page_says_what_it_could_not_load(context: BrowserContext, built: Path) -> None:
    with served(built, "http") as place:
        page = context.new_page()
        page.goto(f"{place}curso/modulo/fichas.html")
        field(page, 1, 1).fill("Fica")
        page.route("**/spreadsheet.js", lambda route: route.abort())
        press(page, "Save as JSON")
        words = "This could not be loaded. Try again where the site can be reached."
        expect(page.locator("#plano > .situacao")).to_have_text(say(words))
        expect(field(page, 1, 1)).to_have_value("Fica")


@pytest.mark.parametrize("width", [360, 1366])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_a_worksheet_in_use(
    browser: Browser, built: Path, scheme: Literal["light", "dark"], width: int
) -> None:
    with (
        served(built, "http") as place,
        browser.new_context(viewport={"width": width, "height": 740}, color_scheme=scheme, bypass_csp=True) as context,
    ):
        page = visit(context, place).open("curso/modulo/fichas.html")
        fill_in(page)
        field(page, 3, 2).fill("muitas")
        field(page, 3, 2).blur()
        press(page, "Add row")
        remove(page, 2)
        page.evaluate("canoa.merge({'sheet/plano/cell/1/antiga': {v: 'x', t: 1, r: 'aaaaaaaa'}})")
        assert violations(page) == []
