"""A copy of a release in the hands of a learner: what it says of itself, what is not in it, and how it is checked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from generator.mirror.copy_facts import CopyFacts, read_front_page
from generator.release.own_files import COPY_SCRIPT
from tests.browser.conftest import MISTAKES, visit
from tests.browser.learner import HEADER, served
from tests.browser.test_accessibility import violations
from tests.conftest import CONFIGURATION, ROOT, Project
from tests.mirror.copies import DAY, Made, make_release

pytestmark = pytest.mark.browser

CHECK = "conferir.html"
UNIT = "um/modulo/unidade.html"
MEDIA = """\
![Uma pessoa rema no rio](travessia.webp)

/// midia | Boas-vindas
    id: ola
    audio: ola.mp3

Um som.

/// transcricao

**Voz:** Boas-vindas!

///

///

Veja também [o outro curso](../../02-dois/01-modulo/01-unidade.md).
"""
FILES = ROOT / "content/guia/02-todos-os-elementos"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A release of two courses; the first has a picture and a sound."""
    project = Project(tmp_path_factory.mktemp("edição"))
    project.write("mkdocs.yml", CONFIGURATION)
    project.write("content/index.md", HEADER.format("Biblioteca") + "Texto.\n")
    for number, name in enumerate(("um", "dois"), 1):
        folder = f"content/{number:02}-{name}"
        for path, title in (("index.md", f"Curso {name}"), ("01-modulo/index.md", "Módulo")):
            project.write(f"{folder}/{path}", HEADER.format(title) + "Texto.\n")
        text = MEDIA if name == "um" else "Texto.\n"
        project.write(f"{folder}/01-modulo/01-unidade.md", HEADER.format(f"Unidade de {name}") + text)
    project.write("content/01-um/01-modulo/travessia.webp", (FILES / "travessia.webp").read_bytes())
    project.write("content/01-um/01-modulo/ola.mp3", (FILES / "boas-vindas.mp3").read_bytes() + bytes(1_100_000))
    outcome = project.run("build")
    assert outcome.code == 0, outcome.out + outcome.err
    return make_release(project.folder / "build/site", {"um": "ufa", "dois": "ufb"}, project.folder / "images")


def facts_of(made: Made, *absent: str) -> CopyFacts:
    """Of a copy that lacks the targets in whose paths one of these words is."""
    present = [path for path in made.targets if not any(word in path for word in absent)]
    return made.facts(present, front_page=read_front_page((made.site / "index.html").read_bytes()))


@pytest.fixture
def whole(made: Made, tmp_path: Path) -> Path:
    """A complete copy on a stick whose name has an accent."""
    return made.extract(tmp_path / "pen drive da saúde", facts_of(made))


@pytest.fixture
def text_only(made: Made, tmp_path: Path) -> Path:
    """A copy with the texts of one course."""
    return made.extract(tmp_path / "texto", facts_of(made, "imagens", "midia", "/dois/"))


@pytest.fixture(params=["file", "http"])
def how(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone, a week after the release."""
    made = browser.new_context(viewport={"width": 360, "height": 740})
    made.clock.install(time=DAY + timedelta(days=7))
    yield made
    made.close()


def check(page: Page, folder: Path, how: str) -> Locator:
    """Has the copy checked; gives what the page says then."""
    result = page.locator("[data-resultado]")
    result.evaluate("element => element.replaceChildren()")
    if how == "http":
        page.locator("[data-conferir]").click()
    else:
        page.locator("[data-pasta]").set_input_files(folder)
    expect(result.locator("strong")).to_be_visible()
    return result


def forgive_missing_files() -> None:
    """Browsers complain on the console of files that are not there; that is the point of a test."""
    MISTAKES[:] = [one for one in MISTAKES if "Failed to load resource" not in one]


def test_a_copy_tells_its_edition_and_that_all_is_well(context: BrowserContext, whole: Path, how: str) -> None:
    if how == "http":  # as where there is no https: the page then digests by itself
        context.add_init_script("delete Crypto.prototype.subtle")
    with served(whole, how) as address:
        shown = visit(context, address)
        page = shown.open("index.html")
        expect(page.locator(".abertura")).to_contain_text("Edição 12, de 22/11/2026 · publicada por")
        expect(page.locator(".abertura")).to_contain_text("Rede\u2069 · atual")
        page.goto(f"{address}um/index.html")
        expect(page.locator(".abertura")).to_contain_text("assinado por \u2068Universidade A\u2069 · atual")
        page.locator(".rodape").get_by_text("Sobre esta cópia").click()
        expect(page.locator(".conferencia")).to_contain_text("Edição 12")
        result = check(page, whole, how)
        expect(result).to_contain_text("Tudo certo")
        assert shown.outside() == []


def test_what_is_wrong_is_named(context: BrowserContext, whole: Path, how: str) -> None:
    altered = whole / UNIT
    altered.write_bytes(altered.read_bytes().replace(b"Boas-vindas!", b"Boas-vindas?"))
    sound = whole / "um/modulo/ola.mp3"
    sound.write_bytes(sound.read_bytes()[:-1] + b"\1")
    (whole / "dois/modulo/unidade.html").unlink()
    (whole / "dois/extra.html").write_text("<p>outra coisa</p>")
    with served(whole, how) as address:
        page = visit(context, address).open(CHECK)
        result = check(page, whole, how)
        expect(result).to_contain_text("Algo nesta cópia não está como foi assinado")
        named = result.locator("li").all_text_contents()
    extra = [] if how == "http" else ["dois/extra.html"]
    assert named == ["um/modulo/ola.mp3", UNIT, "dois/modulo/unidade.html", *extra]
    assert (result.locator("h3").count() == 3) == (how == "file")
    forgive_missing_files()


def test_a_hash_changed_to_fit_changes_the_code_of_the_edition(context: BrowserContext, whole: Path) -> None:
    images = whole / "canoa/copia/imagens.json"
    images.write_text(images.read_text().replace('"sha256":"', '"sha256":"0', 1))
    with served(whole, "file") as address:
        page = visit(context, address).open(CHECK)
        expect(check(page, whole, "file")).to_contain_text("não combina com o código da edição")


def test_a_folder_that_is_no_copy_is_not_checked(context: BrowserContext, whole: Path) -> None:
    with served(whole, "file") as address:
        page = visit(context, address).open(CHECK)
        page.locator("[data-pasta]").set_input_files(whole / "um")
        expect(page.locator("[data-resultado]")).to_contain_text("não há uma cópia do site")


def test_a_check_can_be_paused_and_stopped(context: BrowserContext, whole: Path) -> None:
    with served(whole, "http") as address:
        page = visit(context, address).open(CHECK)
        page.route("**/um/modulo/ola.mp3", lambda route: None)  # never answers
        page.locator("[data-conferir]").click()
        page.locator("[data-pausar]").click()
        expect(page.locator("[data-pausar]")).to_have_text("Continuar")
        page.locator("[data-cancelar]").click()
        expect(page.locator("[data-resultado]")).to_contain_text("Parado")
        expect(page.locator("[data-curso]")).to_be_hidden()
        page.unroute_all(behavior="ignoreErrors")
        expect(check(page, whole, "http")).to_contain_text("Tudo certo")


def test_a_code_that_was_told_by_telephone_is_compared(context: BrowserContext, whole: Path) -> None:
    with served(whole, "file") as address:
        page = visit(context, address).open(CHECK)
        code = page.locator("[data-codigo]").inner_text()
        field, answer = page.locator("[data-comparar]"), page.locator("[data-igual]")
        field.fill(code.upper())
        expect(answer).to_contain_text("É igual")
        field.fill(code[:9])
        expect(answer).to_contain_text("8 de 64")
        field.fill(code[:-1] + ("0" if code[-1] != "0" else "1"))
        expect(answer).to_contain_text("Não é igual")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (DAY + timedelta(days=20), "não confirmada desde 22/11/2026"),
        (DAY + timedelta(days=100), "vencida: não confirmada desde 22/11/2026; peça uma cópia mais nova"),
        (datetime(2001, 1, 1), "o relógio deste computador parece errado"),
    ],
)
def test_an_old_copy_or_a_wrong_clock_is_told(browser: Browser, whole: Path, now: datetime, words: str) -> None:
    context = browser.new_context()
    context.clock.install(time=now)
    with served(whole, "file") as address:
        page = visit(context, address).open("index.html")
        expect(page.locator(".abertura")).to_contain_text(words)
    context.close()


def test_words_stand_where_pictures_and_sounds_are_not(context: BrowserContext, text_only: Path, how: str) -> None:
    with served(text_only, how) as address:
        page = visit(context, address).open(UNIT)
        expect(page.get_by_text("Uma pessoa rema no rio — não incluído nesta cópia (todas as imagens")).to_be_visible()
        expect(page.get_by_text("Áudio: não incluído nesta cópia (1,1 MB). Leia a transcrição.")).to_be_visible()
        expect(page.get_by_text("Boas-vindas!")).to_be_visible()
        assert page.locator("audio, .texto img").count() == 0
        page.goto(f"{address}um/index.html")
        expect(page.locator(".abertura")).to_contain_text("Não incluído nesta cópia: imagens")
        page.goto(address + CHECK)
        expect(check(page, text_only, how)).to_contain_text("Tudo certo")
    forgive_missing_files()


def test_a_picture_that_should_be_here_sends_nobody_away_silently(context: BrowserContext, whole: Path) -> None:
    (whole / "um/modulo/travessia.webp").unlink()
    with served(whole, "file") as address:
        page = visit(context, address).open(UNIT)
        expect(page.get_by_text("deveria estar nesta cópia, mas falta")).to_be_visible()
    forgive_missing_files()


def test_a_course_that_is_not_here_says_how_to_have_it(context: BrowserContext, text_only: Path, how: str) -> None:
    with served(text_only, how) as address:
        page = visit(context, address).open("index.html")
        link = page.locator(".cartao a", has_text="Curso dois")
        expect(link).to_contain_text("(não está nesta cópia)")
        expect(page.locator(".cartao a", has_text="Curso um")).not_to_contain_text("não está")
        link.click()
        expect(page.locator("h1")).to_have_text("Curso dois")
        expect(page.locator("main")).to_contain_text("Universidade B")
        page.goto(f"{address}indice.html")
        page.get_by_role("link", name="Unidade de dois (não está nesta cópia)").click()
        expect(page.locator(".resumo")).to_have_text("Este curso não está nesta cópia.")
        page.close()  # before the server is: what still loads would be a mistake


@pytest.mark.parametrize("path", [CHECK, "dois/index.html", UNIT])
def test_without_javascript_words_are_left(browser: Browser, text_only: Path, path: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    with served(text_only, "file") as address:
        page = visit(context, address).open(path)
        words = {CHECK: "canoa mirror verify", UNIT: "Boas-vindas"}.get(path, "Este curso não está nesta cópia.")
        expect(page.locator("main")).to_contain_text(words)
        if path == UNIT:
            expect(page.get_by_alt_text("Uma pessoa rema no rio")).to_be_attached()
    context.close()
    forgive_missing_files()


def test_a_working_edition_does_not_pretend_to_be_a_copy(context: BrowserContext, made: Made) -> None:
    with served(made.site, "file") as address:
        page = visit(context, address).open(CHECK)
        expect(page.locator("main")).to_contain_text("Esta é uma edição de trabalho, não é uma cópia publicada")
        expect(page.locator(".conferencia")).to_be_hidden()
        page.goto(f"{address}index.html")
        assert "Edição" not in page.locator(".abertura").inner_text()


def test_a_copy_that_lost_its_facts_still_opens(context: BrowserContext, whole: Path) -> None:
    (whole / COPY_SCRIPT).unlink()
    shutil.rmtree(whole / "canoa/copia")
    with served(whole, "file") as address:
        page = visit(context, address).open("index.html")
        expect(page.locator("h1")).to_be_visible()
        page.goto(address + CHECK)
        expect(page.locator("[data-de-trabalho]")).to_be_visible()
    forgive_missing_files()


def test_what_a_mirror_fetched_is_what_was_released(browser: Browser, made: Made, tmp_path: Path) -> None:
    """The real commands: an institution signs, the aggregator publishes, a mirror takes one of two courses."""
    project = Project(tmp_path)
    shutil.copytree(made.site, project.folder / "build/site")
    project.write("frase", "uma frase bem longa\n")
    keys = ("--keys", "keys", "--passphrase-file", "frase")
    for command in (
        ("release", "init", *keys, "--id", "rede", "--institution", "ufx=Universidade X:um"),
        ("release", "create", *keys),
        ("release", "publish", "web"),
        ("mirror", "init", "web", "--folder", "caixa", "--courses", "um", "--root", "web/md/1.root.json"),
        ("mirror", "sync", "caixa"),
        ("mirror", "export", "caixa", "--stick", "pen"),
    ):
        (project.folder / "pen").mkdir(exist_ok=True)
        done = project.run(*command)
        assert done.code == 0, done.err
    status = json.loads(project.run("release", "status", "--json").out)
    assert json.loads(project.run("mirror", "verify", "caixa", "--json").out)["digest"] == status["digest"]
    tree = project.folder / "caixa/atual"
    context = browser.new_context()
    with served(tree, "http") as address:
        page = visit(context, address).open(CHECK)
        expect(page.locator("[data-edicao]")).to_contain_text("Edição 1,")
        expect(check(page, tree, "http")).to_contain_text("Tudo certo")
        codes = [page.locator(one).inner_text().replace(" ", "") for one in ("[data-codigo]", "[data-raiz]")]
        assert codes == [status["digest"], status["root"]]
        courses = page.locator("[data-cursos] li").all_text_contents()
    with served(project.folder / "pen/a", "file") as address:  # and the whole stick is chosen
        page = visit(context, address).open(CHECK)
        expect(check(page, project.folder / "pen", "file")).to_contain_text("Tudo certo")
    context.close()
    assert "não aqui" in courses[0] and "Universidade X" in courses[1]


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1366, "light")])
def test_axe_finds_no_violation(browser: Browser, text_only: Path, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    with served(text_only, "http") as address:
        page = visit(context, address).open(CHECK)
        check(page, text_only, "http")
        found = {CHECK: violations(page)}
        for path in ("index.html", "dois/index.html", UNIT):
            found[path] = violations(visit(context, address).open(path))
    context.close()
    assert [one for page in found.values() for one in page] == []
    forgive_missing_files()
