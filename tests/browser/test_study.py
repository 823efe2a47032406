"""My study: what is done and missing, the territory, electives, the statement, the record out, in and gone."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Download, Locator, Page, expect

from tests.browser.conftest import visit
from tests.browser.learner import again, agree, saved, say
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser

STUDY = "meu-estudo.html"
COURSE = "processo-de-trabalho/index.html"
CASE = "processo-de-trabalho/casos/dona-rita.html"
MODULE = "processo-de-trabalho/acolhimento/index.html"
ELECTIVE = "processo-de-trabalho/hipertensao-no-territorio/index.html"
DONE = {"v": "Escutamos todos.", "t": 1_790_000_000_000, "r": "outracop"}
NEWER = "This record was made by a newer copy of the site. Open it there, or get a newer copy."
LATER = {**DONE, "v": "Escutamos todos, sempre.", "t": 1_791_000_000_000}


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """My study, of somebody who has agreed."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    opened = visit(context, address).open(STUDY)
    agree(opened)
    yield opened
    context.close()


def go(page: Page, path: str) -> None:
    """Another page of the site, once all is kept."""
    saved(page)
    page.goto(page.evaluate("canoa.base") + path)
    saved(page)


def press(page: Page, message: str) -> None:
    page.locator(".estudo").get_by_role("button", name=say(message), exact=True).first.click()


def read(download: Download) -> Any:
    return json.loads(Path(download.path()).read_text("utf-8"))


def save(page: Page, message: str = "Save my record") -> Download:
    with page.expect_download() as waiting:
        press(page, message)
    return waiting.value


def bring(page: Page, content: object, name: str = "registro.json") -> Locator:
    """Choose a file; gives where the page says what became of it."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    page.locator("[data-resultado]").evaluate("element => { element.textContent = ''; }")
    page.locator("[data-importar]").set_input_files({"name": name, "mimeType": "application/json", "buffer": data})
    return page.locator("[data-resultado]")


def record(page: Page, entries: dict[str, Any], **more: object) -> dict[str, Any]:
    """A file as this person's other copy would have made it."""
    return {
        "format": "canoa-record",
        "version": 1,
        "site": page.evaluate("canoa.site"),
        "person": {"id": page.evaluate("canoa.profile.id")},
        "exported": "2026-11-22T10:00:00Z",
        "entries": entries,
        **more,
    }


def count(message: str, **values: int) -> str:
    return say(message).format(**values)


def told(fresh: int = 0, updated: int = 0, same: int = 0, refused: int = 0) -> str:
    sentence = "New: {fresh}. Updated: {updated}. Already here: {same}. Refused: {refused}."
    return count(sentence, fresh=fresh, updated=updated, same=same, refused=refused)


def test_without_javascript_the_page_says_what_paper_offers(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = visit(context, address).open(STUDY)
    expect(page.locator("main").get_by_role("link", name="Diário de prática").first).to_be_visible()
    expect(page.locator("main").get_by_role("link", name="Por ferramenta").first).to_be_visible()
    expect(page.locator(".estudo")).to_be_hidden()
    page.locator("main").get_by_role("link", name="Diário de prática").first.click()
    expect(page.locator("h1")).to_have_text("Diário de prática")
    context.close()


def test_progress_is_counted_by_activities_on_head_cards_and_study_page(page: Page) -> None:
    go(page, COURSE)
    total = int(re.findall(r"\d+", page.locator(".progresso .andamento").inner_text())[-1])
    expect(page.locator(".progresso .andamento")).to_have_text(
        count("Activities done: {done} of {total}", done=0, total=total)
    )
    card = page.locator(f".cartao:has(a[href$='{CASE.split('/', 1)[1]}']) .andamento")
    expect(card).to_have_text(count("Activities done: {done} of {total}", done=0, total=2))

    page.evaluate("canoa.set('text/caso-02', 'Quem chega é ouvido.')")
    page.evaluate("canoa.set('case/caso-01/1', {path: ['chegada'], titles: ['Chegada'], end: true})")
    again(page)
    expect(card).to_have_text("✓ " + count("Activities done: {done} of {total}", done=2, total=2))
    expect(page.locator(".progresso .andamento")).to_have_text(
        count("Activities done: {done} of {total}", done=2, total=total)
    )
    assert page.locator(".progresso progress").evaluate("bar => bar.value") == 2

    page.locator(".progresso a").click()
    expect(page.locator(":target")).to_have_attribute("data-bloco", re.compile("."))

    go(page, STUDY)
    course = page.locator("[data-cursos] article").first
    expect(course.locator("h3")).to_have_text("Processo de trabalho na Atenção Primária")
    expect(course.locator(".andamento").first).to_have_text(
        count("Activities done: {done} of {total}", done=2, total=total)
    )
    missing = course.locator("details")
    expect(missing.locator("summary")).to_have_text(count("What is missing: {n}", n=total - 2))
    missing.locator("summary").click()
    expect(missing.locator("li")).to_have_count(total - 2)
    for link in missing.locator("a").all()[:3]:
        assert "#" in str(link.get_attribute("href"))


def test_one_resumes_where_one_stopped(page: Page) -> None:
    expect(page.locator("[data-retomar]")).to_contain_text(say("Nothing begun yet: choose a course."))
    go(page, CASE)
    title = page.locator("h1").inner_text()
    page.evaluate("canoa.set('text/caso-02', 'Quem chega é ouvido.')")
    go(page, STUDY)
    resume = page.locator("[data-retomar]")
    expect(resume.locator("a")).to_have_count(2)
    resume.get_by_role("link", name=title).click()
    expect(page.locator("h1")).to_have_text(title)


def test_an_elective_is_chosen_for_a_problem_and_a_reason(page: Page) -> None:
    go(page, MODULE)
    expect(page.locator(".progresso")).to_be_visible()
    expect(page.locator(".progresso + .bloco")).to_have_count(0)
    go(page, ELECTIVE)
    box = page.locator(".progresso + .bloco")
    expect(box.locator("select")).to_be_hidden()
    box.get_by_label(say("I choose this elective")).check()
    box.locator("select").select_option("hipertensao")
    box.locator("textarea").fill("É o que mais leva gente à nossa porta.")
    again(page)
    expect(box.locator("textarea")).to_have_value("É o que mais leva gente à nossa porta.")
    title = page.locator("h1").inner_text()
    go(page, STUDY)
    chosen = page.locator("[data-eletivas]")
    expect(chosen.get_by_role("link", name=title)).to_be_visible()
    expect(chosen).to_contain_text("Hipertensão arterial")
    expect(chosen).to_contain_text("É o que mais leva gente à nossa porta.")


def test_the_territory_is_kept(page: Page) -> None:
    page.get_by_label(say("Population")).fill("3.450")
    page.get_by_label("Diabetes").check()
    page.get_by_label("Tabagismo").check()
    page.get_by_label(say("My profession")).select_option("acs")
    again(page)
    expect(page.get_by_label(say("Population"))).to_have_value("3.450")
    expect(page.get_by_label("Diabetes")).to_be_checked()
    assert page.evaluate("canoa.get('territory/problems')") == ["diabetes", "tabagismo"]
    assert page.evaluate("canoa.get('person/audience')") == "acs"


def test_the_record_goes_out_and_comes_back(page: Page) -> None:
    page.get_by_label(say("City")).fill("Aruanã")
    download = save(page)
    exported = read(download)
    assert re.fullmatch(r"canoa-[0-9a-f]+-\d{4}-\d\d-\d\d\.json", download.suggested_filename)
    assert (exported["format"], exported["version"]) == ("canoa-record", 1)
    assert "name" not in exported["person"]
    assert exported["entries"]["territory/city"]["v"] == "Aruanã"

    page.get_by_label(say("Write my name into the file")).check()
    named = save(page)
    assert named.suggested_filename.startswith("canoa-ana-")
    assert read(named)["person"]["name"] == "Ana"

    expect(bring(page, exported)).to_contain_text(told(same=len(exported["entries"])))
    expect(bring(page, record(page, {"text/caso-02": DONE}))).to_contain_text(told(fresh=1))
    expect(bring(page, record(page, {"text/caso-02": LATER}))).to_contain_text(told(updated=1))
    expect(bring(page, record(page, {"text/caso-02": DONE}))).to_contain_text(told(same=1))
    again(page)
    assert page.evaluate("canoa.get('text/caso-02')") == LATER["v"]


def test_another_persons_record_is_put_together_only_when_wanted(page: Page) -> None:
    other = record(page, {"text/caso-02": DONE}, person={"id": "f" * 32, "name": "Bia"})
    result = bring(page, other)
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("Bia")
    question.get_by_role("button", name=say("Leave it")).click()
    expect(result).to_contain_text(say("Nothing was changed."))
    assert page.evaluate("canoa.get('text/caso-02') === undefined")

    bring(page, other)
    expect(question).to_be_visible()
    page.keyboard.press("Escape")
    expect(result).to_contain_text(say("Nothing was changed."))

    bring(page, {**other, "site": {"id": "outro", "name": "Outro"}})
    expect(question).to_contain_text(say("This file was made on another site. Put it together with your record here?"))
    question.get_by_role("button", name=say("Put together")).click()
    expect(result).to_contain_text(told(fresh=1))
    assert page.evaluate("canoa.get('text/caso-02')") == DONE["v"]


def test_hostile_files_change_nothing_and_are_named(page: Page) -> None:
    before = page.evaluate("Object.keys(canoa.entries()).length")
    for content, message in (
        (b"\x00\x01\x02\xff", "This file is not a study record, or it is damaged."),
        (b"[" * 100_000, "This file is not a study record, or it is damaged."),
        (b'{"format":"canoa-record","version":1', "This file is not a study record, or it is damaged."),
        (record(page, {}, version=2), NEWER),
        (record(page, {}, person={"id": "<b>"}), "This record is damaged: parts that it must have are missing."),
        (b" " * 20_000_001, "This file is larger than 20 MB: it is not a record."),
    ):
        result = bring(page, content)
        expect(result).to_contain_text(say(message))
        expect(result).to_contain_text(say("Nothing was changed."))
    assert page.evaluate("Object.keys(canoa.entries()).length") == before


def test_bad_entries_are_left_out_and_good_ones_taken(page: Page) -> None:
    script = "<img src=x onerror=window.hit=1>"
    hostile = record(
        page,
        {
            "text/caso-02": {**DONE, "v": script},
            "text/constructor": DONE,
            f"text/{script}": {**DONE, "t": "soon"},
            "answer/q/1": {**DONE, "v": {"answer": "x", "score": 99}},
            "text/long": {**DONE, "v": "x" * 20_001},
            "page/last": {**DONE, "t": 4_000_000_000_000, "v": {"page": "../../fora.html", "title": script}},
            "elective/fora": {**DONE, "v": {"chosen": True, "problem": script, "why": script}},
        },
    )
    polluting = '"entries": {"__proto__": {"v": {"polluted": 1}, "t": 1, "r": "outracop"}, '
    text = json.dumps(hostile).replace('"entries": {', polluting)
    result = bring(page, text.encode())
    expect(result).to_contain_text(told(fresh=3, refused=5))
    page.locator("[data-recusas] summary").click()
    expect(page.locator("[data-recusas] li")).to_have_count(5)
    expect(page.locator("[data-retomar] a[href*='fora']")).to_have_count(0)
    again(page)
    expect(page.locator("[data-eletivas]")).to_contain_text(script)
    assert page.evaluate("[window.hit, {}.polluted, document.querySelectorAll('main img').length]") == [None, None, 0]
    assert page.evaluate("canoa.time('page/last') <= Date.now()")


def test_the_record_as_xapi_statements(page: Page) -> None:
    bring(
        page,
        record(page, {"answer/caso-09/1": {**DONE, "v": {"answer": ["a"], "score": 1}}, "journal/a/changed": DONE}),
    )
    expect(page.locator("[data-resultado]")).to_contain_text(told(fresh=2))
    statements = read(save(page, "Save as xAPI statements"))
    assert sorted(one["verb"]["id"].rpartition("/")[2] for one in statements) == ["answered", "experienced"]
    assert {one["actor"]["account"]["name"] for one in statements} == {page.evaluate("canoa.profile.id")}
    assert read(save(page, "Save as xAPI statements")) == statements


def test_the_statement_says_what_it_is_and_carries_the_code_of_its_file(page: Page) -> None:
    bring(page, record(page, {"text/caso-02": DONE}))
    expect(page.locator("[data-resultado]")).to_contain_text(told(fresh=1))
    page.locator("[data-curso]").select_option("processo-de-trabalho")
    press(page, "Make the statement")
    statement = page.locator("[data-declaracao]")
    expect(statement).to_contain_text(say("This is a self-declared record, not an official certificate."))
    expect(statement).to_contain_text("Ana")
    expect(statement).to_contain_text("Processo de trabalho na Atenção Primária")
    expect(statement.locator("[data-feitas]")).to_contain_text(re.compile(r"\b1\b"))
    expect(statement.locator("[data-datas]")).to_contain_text("2026")
    page.get_by_label(say("City")).fill("Depois")
    with page.expect_download() as waiting:
        press(page, "Save the file of this code")
    shown = statement.locator("[data-codigo]").inner_text().replace(" ", "")
    assert hashlib.sha256(Path(waiting.value.path()).read_bytes()).hexdigest() == shown
    expect(statement).to_contain_text(waiting.value.suggested_filename)

    page.evaluate("window.print = () => {}")
    press(page, "Print the statement")
    page.emulate_media(media="print")
    expect(statement).to_be_visible()
    expect(page.locator("[data-cursos]")).to_be_hidden()
    for button in page.locator("main button").all():
        expect(button).to_be_hidden()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("[data-cursos]")).to_be_visible()


def test_where_there_is_no_cryptography_the_statement_prints_without_a_code(browser: Browser, web_address: str) -> None:
    context = browser.new_context()
    context.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', {value: undefined})")
    page = visit(context, web_address).open(STUDY)
    agree(page)
    press(page, "Make the statement")
    expect(page.locator("[data-sem-codigo]")).to_be_visible()
    expect(page.locator("[data-com-codigo]")).to_be_hidden()
    context.close()


def test_everything_is_deleted_only_after_a_question(page: Page) -> None:
    page.get_by_label(say("City")).fill("Aruanã")
    press(page, "Delete everything…")
    question = page.get_by_role("dialog")
    expect(question.get_by_role("button").first).to_be_focused()
    with page.expect_download() as waiting:
        question.get_by_role("button", name=say("Save my record first")).click()
    exported = read(waiting.value)
    question.get_by_role("button", name=say("Cancel")).click()
    saved(page)
    assert page.evaluate("canoa.get('territory/city')") == "Aruanã"

    press(page, "Delete everything…")
    with page.expect_navigation():
        question.get_by_role("button", name=say("Delete everything")).click()
    expect(page.locator(".guarda")).to_have_attribute("data-estado", "nobody")
    expect(page.get_by_label(say("City"))).to_have_value("")

    expect(bring(page, exported)).to_contain_text(say("It is not being kept yet: say who is studying."))
    expect(page.get_by_label(say("City"))).to_have_value("Aruanã")
    agree(page)
    expect(page.get_by_label(say("City"))).to_have_value("Aruanã")


@pytest.mark.parametrize("width", [320, 1366])
def test_nothing_scrolls_sideways(browser: Browser, web_address: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 740})
    page = visit(context, web_address).open(STUDY)
    agree(page)
    press(page, "Make the statement")
    expect(page.locator("[data-declaracao]")).to_be_visible()
    for path in (STUDY, COURSE, ELECTIVE):
        if path != STUDY:
            go(page, path)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, path
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_any_state(browser: Browser, web_address: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme, bypass_csp=True)
    page = visit(context, web_address).open(STUDY)
    agree(page)
    expect(bring(page, record(page, {"text/caso-02": DONE, "text/bad": {}}))).to_contain_text(told(fresh=1, refused=1))
    press(page, "Make the statement")
    expect(page.locator("[data-declaracao]")).to_be_visible()
    assert violations(page) == []
    press(page, "Delete everything…")
    assert violations(page) == []
    page.keyboard.press("Escape")
    go(page, ELECTIVE)
    page.get_by_label(say("I choose this elective")).check()
    assert violations(page) == []
    go(page, COURSE)
    assert violations(page) == []
    context.close()
