"""Somebody looks for an answer: from a stick and from a server, with the network cut."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.conftest import MISTAKES, Visit, visit
from tests.browser.learner import say, served
from tests.browser.test_accessibility import violations
from tests.conftest import CONFIGURATION, Project
from tests.search.reading import Index
from tests.site.test_reproducible import sample

pytestmark = pytest.mark.browser

PAGE = """\
---
titulo: {title}
resumo: Um resumo.
{more}---

{text}
"""
FILLING = "A equipe conversa, planeja e registra o que combinou com as famílias do território."
UNITS = {
    "acolher": (
        "Acolhimento na porta de entrada",
        "ferramentas: [acolhimento]\npublico: [enfermagem]\n",
        f"Quem chega é ouvido.\n\n## A escuta qualificada\n\n{FILLING}\n\nA recepcionista viu o jabuti na ficha azul.",
    ),
    "pressao": (
        "Hipertensão arterial no território",
        "problemas: [hipertensao]\npublico: [medicina]\n",
        f"{FILLING}\n\n## Medir direito\n\nO manguito cobre oitenta por cento do braço. A vacinação não atrapalha.",
    ),
    "vacina": (
        "Vacinação de crianças",
        "publico: [enfermagem, acs]\n",
        f"{FILLING}\n\n## A caderneta\n\nA classificação de risco vem antes; o risco, sem classificação, engana.",
    ),
    "risco": (
        "Filas e riscos",
        "ferramentas: [classificacao-de-risco]\n",
        f"{FILLING}\n\n## Cores\n\nA cor do risco não é a classificação da pessoa hipertensa.",
    ),
    "marca": (
        "Sinal `<img src=x onerror=alert(1)>` & companhia",
        "",
        f"{FILLING}\n\n## Código `<script>`\n\nNada disto roda: `<b onclick=alert(1)>pororoca</b>`.",
    ),
}


def write_course(project: Project) -> None:
    project.write("mkdocs.yml", CONFIGURATION)
    front = PAGE.format(title="{}", more="", text="Texto.")
    project.write("content/index.md", front.format("Biblioteca"))
    project.write("content/problemas.yml", "- id: hipertensao\n  nome: Hipertensão\n")
    for course in ("curso", "outro"):
        project.write(f"content/{course}/index.md", front.format(f"O {course}"))
        project.write(f"content/{course}/01-modulo/index.md", front.format(f"Módulo d{course}"))
    for number, (name, (title, more, text)) in enumerate(UNITS.items(), 1):
        course = "curso" if number < 4 else "outro"
        written = PAGE.format(title=f"'{title}'", more=more, text=text)
        project.write(f"content/{course}/01-modulo/{number:02}-{name}.md", written)
    for number in range(1, 15):
        text = f"{FILLING} {FILLING}\n\n## Parte {number}\n\nO canoeiro {number} rema."
        project.write(
            f"content/outro/02-rio/{number:02}-remo-{number}.md",
            PAGE.format(title=f"Remo {number}", more="", text=text),
        )
    project.write("content/outro/02-rio/index.md", front.format("Rio"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = Project(tmp_path_factory.mktemp("pendrive da busca é"))
    write_course(project)
    outcome = project.run("build")
    assert outcome.code == 0, outcome.out + outcome.err
    return project.folder / "build/site"


@pytest.fixture
def reader(browser: Browser, place: str) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    reader = visit(context, place)
    yield reader
    assert reader.outside() == []
    context.close()


@pytest.fixture
def damaged(built: Path, tmp_path: Path) -> Path:
    """A copy of the site, to spoil."""
    return Path(shutil.copytree(built, tmp_path / "cópia"))


UNIT = "curso/modulo/acolher.html"
"""Where somebody reads who then looks for something."""


def open_search(page: Page) -> Locator:
    """The field of the dialog."""
    page.locator("a.busca").click()
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    return field


def answered(page: Page) -> Locator:
    """The sentence that says what was found, when it does."""
    status = page.locator(":is(.procura, .resultados) [role=status]")
    expect(status).to_have_text(re.compile(r"\.$"))
    return status


def count(number: int) -> str:
    return say("{count} pages found.").format(count=number)


def titles(page: Page) -> list[str]:
    """Of the list of the dialog, best first."""
    return page.locator("[role=option] b").all_inner_texts()


def results(page: Page) -> list[str]:
    """Titles on the page of results."""
    return page.locator(".resultados li h2").all_inner_texts()


def ask(page: Page, address: str) -> None:
    """Open the page of results with a question in its address."""
    page.goto(address)
    answered(page)


ACCESS, PRESSURE, VACCINES, RISKS = (UNITS[name][0] for name in ("acolher", "pressao", "vacina", "risco"))
FIRST = {
    "Hipertensão arterial no território": PRESSURE,  # a title
    "manguito cobre oitenta por cento do braço": PRESSURE,  # a rare sentence
    "vacinacao": VACCINES,  # without accents
    "VACINAÇÕES": VACCINES,  # inflected
    "jabutis azuis": ACCESS,  # inflected
    "manguitto": PRESSURE,  # a slip
    "hipertenção": PRESSURE,  # another
    "acolhimetno": ACCESS,  # two letters that changed places
    "vcainação": VACCINES,  # at the beginning
    "recepc": ACCESS,  # a beginning
    "vacinaçõ": VACCINES,  # a beginning that has gone on into the ending
    "ficha jab": ACCESS,  # several words, the last one begun
    "caderneta risco": VACCINES,  # several words
    '"classificação de risco"': VACCINES,  # a phrase
    "de": None,
}


def test_the_right_page_comes_first_while_somebody_types(reader: Visit) -> None:
    page = reader.open(UNIT)
    field = open_search(page)
    found = {}
    for words in FIRST:
        field.fill("")
        expect(page.locator(".procura [role=status]")).to_be_empty()
        field.fill(words)
        answered(page)
        found[words] = next(iter(titles(page)), None) if FIRST[words] else None
    assert found == FIRST


def test_from_typing_to_the_passage_in_one_step(reader: Visit) -> None:
    page = reader.open("outro/rio/remo-1.html")
    open_search(page)
    page.keyboard.type("jabuti", delay=5)
    page.get_by_role("option").first.click()
    expect(page).to_have_url(re.compile(r"/curso/modulo/acolher\.html#a-escuta-qualificada$"))
    expect(page.locator("#a-escuta-qualificada")).to_be_in_viewport()


def test_a_correction_is_said_and_so_is_an_answer_that_has_not_all_words(reader: Visit) -> None:
    page = reader.open(UNIT)
    field = open_search(page)
    field.fill("manguitto")
    said = say("Nothing has “{typed}”; these are the results for “{corrected}”.")
    expect(answered(page)).to_contain_text(said.format(typed="manguitto", corrected="manguito"))
    field.fill("manguito caderneta")
    expect(answered(page)).to_contain_text(say("No page has all the words; these have some of them."))
    assert set(titles(page)) == {PRESSURE, VACCINES}
    field.fill('"risco classificação"')
    expect(answered(page)).to_contain_text(say("No page has these words in this order; these have them in another."))
    field.fill("xilofonista")
    expect(answered(page)).to_have_text(say("Nothing found. Try other words, or fewer of them."))
    assert titles(page) == []


def test_a_phrase_is_found_only_where_its_words_stand_together(reader: Visit) -> None:
    ask(page := reader.page, reader.address + "busca.html?q=%22classifica%C3%A7%C3%A3o+de+risco%22")
    assert results(page) == [VACCINES]
    ask(page, reader.address + "busca.html?q=classifica%C3%A7%C3%A3o+de+risco")
    assert set(results(page)) >= {VACCINES, RISKS}


def test_everything_works_by_keyboard(reader: Visit) -> None:
    page = reader.open(UNIT)
    page.locator("a.busca").focus()
    page.keyboard.press("Enter")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("remo")
    expect(answered(page)).to_contain_text(count(14))
    expect(field).to_have_attribute("aria-expanded", "true")
    options = page.get_by_role("option")

    def reached() -> int:
        """Position of the option that assistive technology is told of; -1: none."""
        active = field.get_attribute("aria-activedescendant")
        chosen = [option.get_attribute("id") for option in options.all()]
        marked = [one.get_attribute("aria-selected") == "true" for one in options.all()]
        assert sum(marked) == bool(active)
        return chosen.index(active) if active else -1

    assert reached() == -1
    page.keyboard.press("ArrowDown")
    assert reached() == 0
    page.keyboard.press("ArrowUp")
    assert reached() == -1
    page.keyboard.press("ArrowUp")
    assert reached() == options.count() - 1
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert reached() == 1
    page.keyboard.press("Home")
    assert reached() == -1
    assert field.evaluate("field => field.selectionStart") == 0
    page.keyboard.press("End")
    assert field.evaluate("field => field.selectionStart") == 4
    expect(field).to_be_focused()

    page.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()
    assert reached() == -1
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("a.busca")).to_be_focused()

    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    page.keyboard.type("caderneta")
    expect(options).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/vacina\.html#a-caderneta$"))


def test_enter_leads_to_all_results_whose_address_can_be_handed_on(reader: Visit, browser: Browser) -> None:
    page = reader.open(UNIT)
    open_search(page)
    page.keyboard.type("risco & 50% da #classificação?")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/busca\.html\?q="))
    answered(page)
    assert page.locator("#canoa-q").input_value() == "risco & 50% da #classificação?"
    ask(page, reader.address + "busca.html?q=remo&tipo=unit&curso=outro")
    expect(answered(page)).to_have_text(count(14))
    other = visit(browser.new_context(), reader.address)
    ask(other.page, page.url)
    assert results(other.page) == results(page)
    other.page.context.close()


def test_back_leads_to_the_question_before_and_to_where_somebody_was(reader: Visit) -> None:
    page = reader.page
    ask(page, reader.address + "busca.html?q=caderneta")
    field = page.locator("#canoa-q")
    field.fill("remo")
    field.press("Enter")
    expect(page.locator(".resultados li")).to_have_count(5)
    page.locator(".resultados li a").first.click()
    expect(page.locator("h1")).not_to_have_text(say("Search"))
    page.go_back()
    expect(page.locator(".resultados li")).to_have_count(5)
    assert field.input_value() == "remo"
    page.go_back()
    expect(page.locator(".resultados li")).to_have_count(1)
    assert field.input_value() == "caderneta"


def test_filters_say_how_many_pages_they_leave(reader: Visit) -> None:
    page = reader.page
    ask(page, reader.address + "busca.html?q=equipe")
    expect(answered(page)).to_have_text(count(19))
    page.locator(".resultados summary").click()
    course, kind, audience = (page.locator(f"select[name={name}]") for name in ("curso", "tipo", "publico"))
    expect(course.locator("option[value=curso]")).to_have_text("O curso (3)")
    expect(course.locator("option[value=outro]")).to_have_text("O outro (16)")
    expect(audience.locator("option[value=enfermagem]")).to_have_text(re.compile(r"\(2\)$"))
    assert audience.locator("option[value=odontologia]").count() == 0
    course.select_option("curso")
    expect(answered(page)).to_have_text(count(3))
    audience.select_option("medicina")
    expect(answered(page)).to_have_text(say("1 page found."))
    assert results(page) == [PRESSURE]
    assert page.url.endswith("busca.html?q=equipe&curso=curso&publico=medicina")
    expect(course.locator("option[value=outro]")).to_be_disabled()
    page.go_back()
    expect(answered(page)).to_have_text(count(3))
    page.get_by_role("button", name=say("Remove the filters")).click()
    expect(answered(page)).to_have_text(count(19))
    page.locator("select[name=ferramenta]").select_option("acolhimento")
    expect(answered(page)).to_have_text(say("1 page found."))
    assert kind.locator("option[value=unit]").inner_text().endswith("(1)")


def test_the_best_passage_shows_the_words_and_leads_to_its_heading(reader: Visit) -> None:
    page = reader.page
    ask(page, reader.address + "busca.html?q=manguitos")
    item = page.locator(".resultados li").first
    expect(item.locator("mark")).to_have_text(["manguito"])
    expect(item.locator(".trecho")).to_contain_text("O manguito cobre oitenta por cento")
    expect(item.get_by_role("link", name="Medir direito")).to_have_attribute("href", re.compile("#medir-direito$"))
    item.locator("h2 a").click()
    expect(page.locator("#medir-direito")).to_be_in_viewport()


READ_PAGES = """async numbers => {
    const script = async path => {
        const one = document.createElement('script');
        one.src = path;
        await new Promise((resolve, reject) => {
            Object.assign(one, { onload: resolve, onerror: reject });
            document.head.append(one);
        });
    };
    await script('canoa/busca.js');
    let reader;
    window.canoaSearch = (kind, make) => { reader = make({ ...parts, record: window.known }); };
    const parts = { base: location.href, load: async () => undefined, once: (_key, work) => work(), parts: new Map() };
    window.known = async number => ({ href: numbers[number], folder: '', slot: 0 });
    await script('canoa/passages.js');
    const texts = Object.keys(numbers).map(async number => [number, await reader.sections(number)]);
    return Object.fromEntries(await Promise.all(texts));
}"""
"""Texts of pages as the search reads them out of the pages themselves; none where it would read a shard."""


def test_a_text_out_of_a_page_is_the_text_of_the_shard(browser: Browser, tmp_path: Path) -> None:
    project = sample(tmp_path)
    write_odd_texts(project)
    assert project.run("build").code == 0
    index = Index(project.site())
    with served(project.folder / "build/site", "http") as address:
        context = browser.new_context()
        page = visit(context, address).open("index.html")
        pages = {number: address + quote(path) for number, path in index.pages().items()}
        found = page.evaluate(READ_PAGES, pages)
        context.close()
    read = {number: text for number, text in found.items() if text is not None}
    assert len(read) > 30
    assert read == {number: index.text(int(number)) for number in read}
    without_text = [index.text(int(number)) for number in found.keys() - read.keys()]
    assert [text for text in without_text if len(text) > 1] == []


def write_odd_texts(project: Project) -> None:
    odd = "Um &lt;b&gt; e H~2~O, 1 &amp; 2,\u00a0três<br>quatro.\n\n| a | b |\n|---|---|\n| c**d**e | `f` |\n"
    first = "A primeira frase serve de resumo.\n\n"
    for name, header, text in (
        (
            "com-resumo",
            "resumo: O resumo  tem dois espaços & um <sinal>.\n",
            f"{first}## Título *torto* {{#t}}\n\n{odd}",
        ),
        ("sem-resumo", "", f"{first}{odd}"),
        ("repetido", "resumo: A primeira frase serve de resumo.\n", f"{first}{odd}"),
        ("longo", "", f"{'palavra ' * 60}fim.\n\n## Depois\n\n{odd}"),
    ):
        project.write(f"content/guia/{name}.md", f"---\ntitulo: Página {name}\n{header}---\n\n{text}")


def test_passages_cost_nothing_until_somebody_stays(browser: Browser, built: Path) -> None:
    with served(built, "http") as address:
        context = browser.new_context()
        reader = visit(context, address)
        page = reader.page
        page.clock.install()
        ask(page, address + "busca.html?q=manguitos")
        assert results(page) == [PRESSURE]
        asked = [one.url for one in reader.requests]
        assert not [url for url in asked if url.endswith(("passages.js", "pressao.html"))]
        page.clock.run_for(2_000)
        expect(page.locator(".resultados mark")).to_have_text(["manguito"])
        asked = [one.url for one in reader.requests]
        assert len([url for url in asked if url.endswith("pressao.html")]) == 1
        assert not [url for url in asked if "/curso/busca/" in url]
        context.close()


def test_where_a_page_cannot_be_read_its_text_comes_from_a_shard(browser: Browser, built: Path) -> None:
    with served(built, "http") as address:
        context = browser.new_context()
        page = visit(context, address).page
        page.route("**/pressao.html", lambda route: route.fulfill(status=200, body="<p>Entre nesta rede</p>"))
        ask(page, address + "busca.html?q=manguitos")
        expect(page.locator(".resultados mark")).to_have_text(["manguito"])
        expect(page.get_by_role("link", name="Medir direito")).to_have_attribute("href", re.compile("#medir-direito$"))
        context.close()


def test_more_results_come_when_asked_for(reader: Visit) -> None:
    page = reader.page
    ask(page, reader.address + "busca.html?q=remo")
    assert len(results(page)) == 5
    more = page.get_by_role("button", name=say("Show more"))
    more.scroll_into_view_if_needed()
    expect(page.locator(".resultados li")).to_have_count(10)
    more.click()
    expect(page.locator(".resultados li")).to_have_count(14)
    expect(page.locator(".resultados li:nth-child(11) a").first).to_be_focused()
    expect(more).to_be_hidden()


def test_titles_and_questions_with_markup_are_harmless(reader: Visit) -> None:
    page = reader.page
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    ask(page, reader.address + "busca.html?q=pororoca")
    assert results(page) == [UNITS["marca"][0]]
    expect(page.locator(".resultados mark")).to_have_text("pororoca")
    expect(page.locator(".secao")).to_have_text("Código <script>")
    attack = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script> javascript:alert(3)"
    for query in (attack, "á" * 10_000, "<b>" * 3_000, "%00%ff", "\u202e\u0301", "a b " * 500):
        ask(page, f"{reader.address}busca.html?q={quote(query)}&curso={quote(attack)}")
        assert page.locator(".resultados img, .resultados b").count() == 0
        assert len(page.locator("#canoa-q").input_value()) <= 200
    reader.open(UNIT)
    field = open_search(page)
    field.evaluate("(field, text) => { field.value = text; field.dispatchEvent(new Event('input')) }", attack * 200)
    answered(page)
    assert page.locator(".procura img, .procura script").count() == 0


def test_nothing_of_a_search_is_kept(reader: Visit) -> None:
    page = reader.open(UNIT)
    open_search(page)
    page.keyboard.type("caderneta")
    answered(page)
    page.keyboard.press("Enter")
    answered(page)
    kept = "JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie])"
    assert "caderneta" not in page.evaluate(kept)
    assert page.evaluate("async () => (await indexedDB.databases()).length") <= 1


def test_without_javascript_the_index_and_other_ways_stand_in_its_place(browser: Browser, place: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = visit(context, place).open(UNIT)
    page.locator("a.busca").click()
    expect(page).to_have_url(re.compile(r"/indice\.html$"))
    page.goto(place + "busca.html?q=caderneta")
    expect(page.get_by_role("heading", name=say("What this page needs"))).to_be_visible()
    expect(page.locator("form")).to_be_hidden()
    page.locator("main").get_by_role("link", name=say("Index A–Z")).click()
    expect(page).to_have_url(re.compile(r"/indice\.html$"))
    context.close()


@pytest.mark.parametrize("spoil", ["missing", "cut off", "of another edition"])
@pytest.mark.parametrize("how", ["file", "http"])
def test_a_missing_or_damaged_shard_is_said_and_the_rest_works(
    browser: Browser, damaged: Path, how: str, spoil: str
) -> None:
    shard = damaged / "canoa/busca/t-.js"
    text = shard.read_text("utf-8")
    others = [file for file in damaged.glob("canoa/busca/t-*.js") if file != shard]
    for one in (shard, *others[: len(others) // 2]):
        if spoil == "missing":
            one.unlink()
        else:
            one.write_text(
                text[: len(text) // 2] if spoil == "cut off" else 'canoaSearch("terms","zz9","#x#")\n', "utf-8"
            )
    with served(damaged, how) as address:
        context = browser.new_context()
        page = visit(context, address).open("busca.html?q=equipe&tipo=unit")
        expect(answered(page)).to_contain_text(say("A part of the search did not open: results may be missing."))
        context.close()
    MISTAKES.clear()


def test_when_the_search_itself_is_missing_its_link_still_leads_to_the_index(browser: Browser, damaged: Path) -> None:
    (damaged / "canoa/busca.js").unlink()
    context = browser.new_context()
    page = visit(context, damaged.as_uri() + "/").open(UNIT)
    page.locator("a.busca").click()
    expect(page).to_have_url(re.compile(r"/indice\.html$"))
    context.close()
    MISTAKES.clear()


def test_without_its_manifest_the_search_says_so(browser: Browser, damaged: Path) -> None:
    script = damaged / "canoa/busca.js"
    script.write_text(script.read_text("utf-8").split('canoaSearch("manifest"')[0], "utf-8")
    context = browser.new_context()
    page = visit(context, damaged.as_uri() + "/").open(UNIT)
    open_search(page).fill("caderneta")
    expect(answered(page)).to_have_text(say("The search did not open on this computer. Use the A–Z index."))
    context.close()


def test_an_answer_that_comes_late_does_not_replace_a_newer_one(browser: Browser, built: Path) -> None:
    held: list[Route] = []
    slow = True
    with served(built, "http") as address:
        context = browser.new_context()
        page = visit(context, address).open(UNIT)
        page.route("**/canoa/busca/d*.js", lambda route: held.append(route) if slow else route.continue_())
        field = open_search(page)
        field.fill("canoeiro")
        expect(page.locator(".procura [role=status]")).to_have_text(say("Searching…"))
        slow = False
        field.fill("manguito")
        expect(page.locator("[role=option] b")).to_have_text([PRESSURE])
        for route in held:
            route.continue_()
        field.fill("canoeiro rema")
        expect(page.locator("[role=option] b")).to_have_count(5)
        field.fill("manguito")
        expect(page.locator("[role=option] b")).to_have_text([PRESSURE])
        context.close()


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1366, "light")])
def test_axe_finds_no_violation(browser: Browser, built: Path, width: int, scheme: str) -> None:
    with served(built, "http") as address:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
        page = visit(context, address).open(UNIT)
        open_search(page)
        page.keyboard.type("remo")
        answered(page)
        page.keyboard.press("ArrowDown")
        assert violations(page) == []
        ask(page, address + "busca.html?q=remo")
        expect(page.locator(".resultados mark").first).to_be_visible()
        assert violations(page) == []
        ask(page, address + "busca.html?q=xilofonista")
        assert violations(page) == []
        context.close()


@pytest.mark.parametrize("width", [320, 360, 1366])
def test_nothing_scrolls_sideways_and_every_target_can_be_hit(browser: Browser, built: Path, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 640})
    page = visit(context, built.as_uri() + "/").open(UNIT)
    open_search(page)
    page.keyboard.type("remo")
    answered(page)
    overflow = "element => element.scrollWidth - element.clientWidth"
    assert page.locator("dialog").evaluate(overflow) <= 0
    assert page.locator("dialog").evaluate("dialog => dialog.getBoundingClientRect().right") <= width
    for target in page.locator("[role=option]:visible, dialog button:visible, dialog input").all():
        box = target.bounding_box()
        assert box and box["height"] >= 44 * 0.9
    page.goto(built.as_uri() + "/busca.html?q=remo&tipo=unit")
    answered(page)
    assert page.locator("html").evaluate(overflow) <= 0
    context.close()


def test_paper_has_what_was_found_and_nothing_to_click(browser: Browser, built: Path) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 760})
    page = visit(context, built.as_uri() + "/").open("busca.html?q=manguito")
    expect(page.locator("mark").first).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".resultados li")).to_be_visible()
    expect(page.locator("form")).to_be_hidden()
    expect(page.get_by_role("status")).to_be_visible()
    context.close()


def test_a_first_and_a_second_answer_cost_little(reader: Visit, built: Path) -> None:
    """Compressed, as servers send it; what a large site costs is measured by `bench/search.py`."""
    page = reader.open(UNIT)
    field = open_search(page)
    costs = []
    for words in ("equipe risco", "canoeiro território"):
        loaded = len(reader.requests) if costs else 0
        field.fill(words)
        answered(page)
        asked = [unquote(one.url).removeprefix(unquote(reader.address)) for one in reader.requests[loaded:]]
        files = [path for path in asked if "busca" in path or path == "canoa/copia.js"]
        assert len(files) == len(set(files))
        costs.append((len(files), sum(len(gzip.compress((built / path).read_bytes(), 9, mtime=0)) for path in files)))
        field.fill("")
        expect(page.locator(".procura [role=status]")).to_be_empty()
    [(requests, first), (_, second)] = costs
    assert requests <= 9
    assert first <= 15_000
    assert second <= 10_000


def test_pages_that_nobody_searches_load_nothing_of_it(reader: Visit) -> None:
    reader.open(UNIT)
    assert [one.url for one in reader.requests if "canoa/busca" in one.url] == []
