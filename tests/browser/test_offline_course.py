"""A course that travels in the browser: taken, interrupted, updated, read without a server, and as a zip elsewhere."""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import re
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.learner import HEADER, agree, saved, say
from tests.browser.test_accessibility import violations
from tests.conftest import CONFIGURATION, FLAGS, Project, executable
from tests.site.changing import picture

pytestmark = pytest.mark.browser

COURSE = "curso/index.html"
REFLECTION = "/// reflexao | Pense\n    id: pense-01\n\nO que mudou?\n\n///\n"
AUDIO = bytes.fromhex("524946462408000057415645666d74201000000001000100401f0000401f0000010008006461746100080000")
"""Head of a WAV file with 2,048 samples."""
SITE = "cursos/"
"""The site lies under a sub-path of its server."""


def write_site(project: Project, edition: int) -> Project:
    """Two courses; what is read of the first says its edition, in two pages and in the style sheet."""
    project.write("mkdocs.yml", CONFIGURATION.replace("build/site", f"build/{SITE}") + "extra_css: [comum/nosso.css]\n")
    project.write("content/comum/nosso.css", f"body {{ --edicao: {edition} }}\n")
    project.write("content/index.md", HEADER.format("Biblioteca") + "Texto.\n")
    project.write("content/curso/index.md", HEADER.format("Curso de teste") + f"Edição {edition}.\n")
    project.write("content/curso/01-modulo/index.md", HEADER.format("Módulo") + "Texto.\n")
    unit = HEADER.format("Unidade") + f"Edição {edition}.\n\n![Um quadrado](../figura ção.png)\n\n{REFLECTION}"
    project.write("content/curso/01-modulo/01-unidade.md", unit + "[Outro curso](../../outro/index.md)\n")
    project.write(
        "content/curso/01-modulo/02-som.md", HEADER.format("Som") + '<audio controls src="../fala.wav"></audio>\n'
    )
    project.write("content/curso/figura ção.png", picture(20, 10))
    project.write("content/curso/fala.wav", AUDIO + bytes([128]) * 2048)
    project.write("content/curso/filme.mp4", b"\0\0\0\x18ftypmp42" + bytes(3000))
    project.write("content/outro/index.md", HEADER.format("Outro curso") + "Texto.\n")
    outcome = project.run("build")
    assert outcome.code == 0, outcome.out + outcome.err
    return project


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same site twice, the second one edited."""
    project = Project(tmp_path_factory.mktemp("oficina"))
    folders = []
    for number in (1, 2):
        folder = tmp_path_factory.mktemp(f"edicao-{number}")
        shutil.copytree(write_site(project, number).folder / "build" / SITE, folder / SITE)
        folders.append(folder)
    return folders[0], folders[1]


class Post:
    """A server on a weak line, always at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        """Paths in the site."""
        self.most = sys.maxsize
        """So many requests are answered; the next one dies in the middle, and all after it."""
        self.portal = False
        """Whoever asks gets the login page of the network."""
        self._server: http.server.ThreadingHTTPServer | None = None
        self._port = 0

    def start(self) -> None:
        handler = functools.partial(_Answer, self)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self._port), handler)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
        self._server = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}/{SITE}"

    @property
    def port(self) -> int:
        return self._port

    def only(self, requests: int) -> None:
        """From now on answer so many."""
        self.asked.clear()
        self.most = requests

    def all_again(self) -> None:
        self.asked.clear()
        self.most = sys.maxsize


class _Answer(http.server.SimpleHTTPRequestHandler):
    def __init__(self, post: Post, *arguments: object) -> None:
        self.post = post
        super().__init__(*arguments, directory=str(post.folder))  # type: ignore[arg-type]

    def log_message(self, *arguments: object) -> None:
        pass

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")  # what the browser keeps besides the copy would hide mistakes
        super().end_headers()

    def do_GET(self) -> None:
        self.post.asked.append(self.path.removeprefix(f"/{SITE}"))
        if len(self.post.asked) > self.post.most:
            self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 100000\r\n\r\nhalf a f")
            return
        if self.post.portal:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Login</title>Senha?")
            return
        super().do_GET()


@pytest.fixture
def post(editions: tuple[Path, Path]) -> Iterator[Post]:
    made = Post(editions[0])
    made.start()
    yield made
    made.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 360, "height": 740}, bypass_csp=True)
    yield made
    made.close()


@contextlib.contextmanager
def no_mistakes(page: Page) -> Iterator[None]:
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    yield
    assert found == []


def box(page: Page) -> Locator:
    return page.locator(".levar")


def press(page: Page, message: str) -> None:
    box(page).get_by_role("button", name=say(message), exact=True).click()


def told(page: Page, message: str) -> None:
    """Wait until the box says something; values in the message may be any."""
    pattern = ".*".join(re.escape(part) for part in re.split(r"\{\w+\}", say(message)))
    expect(box(page)).to_contain_text(re.compile(pattern))


FULL = "This browser has no more room. Make room on the device, or take the course without videos."
TOO_LITTLE = (
    "It does not fit in this browser: {size} are missing. Make room on the device, or take the course without videos."
)
FOREIGN = (
    "What came is not the course's file. Perhaps this network asks for a login first: open another site and see. "
    "Nothing wrong was kept."
)
NO_HTTPS = (
    "This address has no secure connection (https), and without it browsers keep no course. "
    "So the course comes as one zip file."
)
TAKEN = "✓ This course is in this browser and opens without internet."
OFFERED = "The course stays in this browser and opens without internet: {pages}, {size}."


def offered(context: BrowserContext, post: Post) -> Page:
    page = context.new_page()
    page.goto(post.address + COURSE)
    press(page, "Take this course with you")
    told(page, OFFERED)
    return page


def taken(context: BrowserContext, post: Post) -> Page:
    page = offered(context, post)
    press(page, "Take it")
    told(page, TAKEN)
    return page


def edition_shown(page: Page, path: str) -> set[str]:
    """What the page and its style sheet say of their edition."""
    page.goto(page.url.split(SITE)[0] + SITE + path)
    found = re.search(r"Edição (\d)", page.locator("main").inner_text())
    style = page.evaluate("getComputedStyle(document.body).getPropertyValue('--edicao').trim()")
    return {style, *(found.groups() if found else ())}


def rows(folder: Path) -> list[tuple[str, int, str]]:
    """What a course is, by its own list and the shared one."""
    found = []
    for path in ("canoa/levar.js", "curso/levar.js"):
        text = (folder / SITE / path).read_text("utf-8")
        found += json.loads(text[text.index("(") + 1 : text.rindex(")")])["files"]
    return found


def listed(folder: Path) -> list[str]:
    return [row[0] for row in rows(folder)]


def digests(folder: Path) -> set[str]:
    return {row[2] for row in rows(folder)}


# --- taking ----------------------------------------------------------------------------------------------


def test_a_course_is_taken_and_read_whole_without_a_server(context: BrowserContext, post: Post) -> None:
    page = taken(context, post)
    post.stop()
    with no_mistakes(page):
        for path in (path for path in listed(post.folder) if path.endswith(".html") and path != "canoa/guarda.html"):
            response = page.goto(post.address + path)
            assert response and response.status == 200 and response.from_service_worker, path
        page.goto(post.address + "curso/modulo/unidade.html")
        assert page.evaluate("document.querySelector('main article img').naturalWidth") == 20
        agree(page)
        page.locator("section[data-bloco=reflexao] textarea").fill("Escutamos todos.")
        page.keyboard.press("Tab")
        saved(page)
        page.reload()
        expect(page.locator("section[data-bloco=reflexao] textarea")).to_have_value("Escutamos todos.")

        page.goto(post.address + "curso/modulo/som.html")
        audio = "document.querySelector('audio')"
        page.evaluate(f"{audio}.load()")
        page.wait_for_function(f"{audio}.readyState > 0 && {audio}.seekable.length > 0")
        page.evaluate(f"{audio}.currentTime = 0.1")
        page.wait_for_function(f"!{audio}.seeking && {audio}.currentTime > 0")

        page.goto(post.address + "curso/")
        expect(page.locator("h1")).to_have_text("Curso de teste")
        page.goto(post.address + "outro/index.html")
        expect(page.locator("h1")).to_have_text(say("This page was not taken along"))
        page.get_by_role("link", name="Curso de teste").click()
        expect(page.locator("h1")).to_have_text("Curso de teste")
        page.goto(post.address + "meu-estudo.html")
        expect(box(page).get_by_role("link", name="Curso de teste")).to_be_visible()


def test_a_server_that_is_killed_in_the_middle_costs_nothing_that_was_checked(
    context: BrowserContext, editions: tuple[Path, Path], tmp_path: Path
) -> None:
    log, program = tmp_path / "log", tmp_path / "server.py"
    program.write_text(KILLED, encoding="utf-8")

    def serve(port: int, most: int) -> tuple[subprocess.Popen[str], int]:
        command = [sys.executable, str(program), str(editions[0]), str(port), str(most), str(log)]
        started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert started.stdout
        return started, int(started.stdout.readline())

    server, port = serve(0, sys.maxsize)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}/{SITE}{COURSE}")
    press(page, "Take this course with you")
    told(page, OFFERED)
    server.kill()
    server.wait()
    log.write_text("")
    server, _ = serve(port, 30)
    press(page, "Take it")
    told(page, "What came is checked and stays: {files}.")
    assert server.wait(30) == -signal.SIGKILL
    first = set(log.read_text().split())
    page.close()

    log.write_text("")
    server, _ = serve(port, sys.maxsize)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}/{SITE}{COURSE}")
    told(page, "It was interrupted before the end.")
    log.write_text("")
    press(page, "Go on")
    told(page, TAKEN)
    again = [path for path in log.read_text().split() if path in first]
    server.kill()
    server.wait()
    # The lists are asked for again, the worker is looked at by the browser; and up to four files were on their way.
    assert len([path for path in again if not re.search(r"levar|canoa-sw", path)]) <= 5
    response = page.goto(f"http://127.0.0.1:{port}/{SITE}curso/modulo/som.html")
    assert response and response.from_service_worker


KILLED = """
import functools, http.server, os, signal, sys
folder, port, most, log = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
count = 0
class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments): pass
    def end_headers(self):
        self.send_header("Cache-Control", "no-store")
        super().end_headers()
    def do_GET(self):
        global count
        count += 1
        with open(log, "a") as stream:
            stream.write(self.path + "\\n")
        if count > most:
            self.wfile.write(b"HTTP/1.0 200 OK\\r\\nContent-Length: 9999\\r\\n\\r\\nhalf")
            os.kill(os.getpid(), signal.SIGKILL)
        super().do_GET()
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(Handler, directory=folder))
print(server.server_address[1], flush=True)
server.serve_forever()
"""


def test_pausing_leaves_what_came_and_giving_up_leaves_nothing(context: BrowserContext, post: Post) -> None:
    page = offered(context, post)
    post.only(20)
    press(page, "Take it")
    told(page, "The connection was lost, or the server does not answer.")
    post.all_again()
    press(page, "Give up")
    told(page, OFFERED)
    assert page.evaluate("caches.keys()") == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0


def test_a_course_without_its_videos(context: BrowserContext, post: Post) -> None:
    page = offered(context, post)
    box(page).get_by_label(re.compile("vídeos")).uncheck()
    post.asked.clear()
    press(page, "Take it")
    told(page, TAKEN)
    assert "curso/filme.mp4" not in post.asked
    assert "curso/fala.wav" in post.asked
    post.asked.clear()
    box(page).get_by_role("button", name="Levar também os vídeos").click()
    expect(box(page).get_by_role("button", name="Levar também os vídeos")).to_have_count(0)
    told(page, TAKEN)
    assert {path for path in post.asked if "levar" not in path} <= {"curso/filme.mp4", "canoa-sw.js"}


# --- what is not taken -----------------------------------------------------------------------------------


def test_what_was_not_taken_comes_from_the_network_and_never_stale(
    context: BrowserContext, post: Post, editions: tuple[Path, Path]
) -> None:
    page = taken(context, post)
    post.folder = editions[1]
    page.goto(post.address + "outro/index.html")
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--edicao').trim()") == "2"
    response = page.goto(post.address + "index.html")
    assert response and response.status == 200
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--edicao').trim()") == "2"
    assert edition_shown(page, "curso/modulo/unidade.html") == {"1"}


def test_the_worker_goes_when_the_course_is_removed_or_when_it_is_sent_away(
    context: BrowserContext, post: Post
) -> None:
    page = taken(context, post)
    press(page, "Remove from this browser")
    press(page, "Keep it")
    told(page, TAKEN)
    press(page, "Remove from this browser")
    press(page, "Remove")
    expect(box(page).get_by_role("button", name=say("Take this course with you"))).to_be_focused()
    assert page.evaluate("caches.keys()") == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0

    press(page, "Take this course with you")
    told(page, OFFERED)
    press(page, "Take it")
    told(page, TAKEN)
    page.goto(post.address + COURSE + "?sem-copia")
    page.goto(post.address + COURSE)
    expect(box(page).get_by_role("button", name=say("Take this course with you"))).to_be_visible()
    assert page.evaluate("caches.keys()") == []


# --- updates ---------------------------------------------------------------------------------------------


def test_an_update_interrupted_at_every_file_leaves_exactly_one_edition(
    context: BrowserContext, post: Post, editions: tuple[Path, Path]
) -> None:
    page = offered(context, post)
    box(page).get_by_label(re.compile("busca")).uncheck()
    press(page, "Take it")
    told(page, TAKEN)
    post.folder = editions[1]
    changed = len(digests(editions[1]) - digests(editions[0]))
    assert changed >= 3
    for answered in range(changed + 1):
        page.goto(post.address + COURSE)
        told(page, "Update ({what}, {size})")
        post.only(answered)
        box(page).get_by_role("button", name="Atualizar").click()
        is_whole = answered == changed
        told(page, TAKEN if is_whole else "Until then everything here is as it was.")
        post.only(0)
        for path in (COURSE, "curso/modulo/unidade.html"):
            assert edition_shown(page, path) == ({"2"} if is_whole else {"1"}), answered
        post.all_again()
        if not is_whole:
            page.goto(post.address + COURSE)
            press(page, "Give up")
            told(page, TAKEN)
    page.goto(post.address + COURSE)
    told(page, TAKEN)
    expect(box(page).get_by_role("button", name="Atualizar")).to_have_count(0)


def test_an_update_asks_for_the_lists_and_for_what_has_changed(
    context: BrowserContext, post: Post, editions: tuple[Path, Path]
) -> None:
    page = taken(context, post)
    post.folder = editions[1]
    page.goto(post.address + COURSE)
    expect(box(page).get_by_role("button", name="Atualizar")).to_have_text(re.compile(r"Atualizar \(2 páginas, .*kB\)"))
    box(page).get_by_role("button", name="Atualizar").click()
    told(page, TAKEN)
    expect(box(page).get_by_role("button", name="Atualizar")).to_have_count(0)
    expected = {"canoa/levar.js", "curso/levar.js", "curso/index.html", "curso/modulo/unidade.html", "comum/nosso.css"}
    assert {path for path in post.asked if path.startswith("comum/") or "curso" in path or "levar" in path} >= expected
    post.stop()
    assert edition_shown(page, COURSE) == {"2"}


# --- when it does not go well ----------------------------------------------------------------------------


def test_a_captive_portal_never_enters_the_copy(context: BrowserContext, post: Post) -> None:
    page = offered(context, post)
    post.portal = True
    press(page, "Take it")
    told(page, FOREIGN)
    post.portal = False
    press(page, "Go on")
    told(page, TAKEN)
    post.portal = True
    page.goto(post.address + COURSE)
    told(page, TAKEN)
    post.stop()
    page.goto(post.address + "curso/modulo/unidade.html")
    expect(page.locator("h1")).to_have_text("Unidade")


def test_a_browser_without_room_says_so_before_anything_is_fetched(context: BrowserContext, post: Post) -> None:
    page = offered(context, post)
    page.evaluate("navigator.storage.estimate = async () => ({quota: 20000, usage: 0})")
    post.asked.clear()
    press(page, "Take it")
    told(page, TOO_LITTLE)
    assert set(post.asked) <= {"canoa/levar.js", "curso/levar.js", "canoa/levar-busca.js"}
    press(page, "Close")
    assert page.evaluate("caches.keys()") == []


def test_a_browser_that_runs_full_says_so_and_keeps_what_it_has(context: BrowserContext, post: Post) -> None:
    page = offered(context, post)
    # Chromium's estimate speaks of ten gigabytes whatever there is.
    origin = post.address.removesuffix(f"/{SITE}")
    session = context.new_cdp_session(page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 60_000})
    press(page, "Take it")
    told(page, FULL)
    session.send("Storage.overrideQuotaForOrigin", {"origin": origin})
    press(page, "Go on")
    told(page, TAKEN)


def test_two_tabs_do_not_take_at_once_and_both_know_in_the_end(context: BrowserContext, post: Post) -> None:
    one, other = offered(context, post), offered(context, post)
    # The other tab has the copy in its hands until it is told to let go.
    name = f"canoa:{post.address}"
    other.evaluate(
        "name => { navigator.locks.request(name, () => new Promise(done => { window.letGo = done })) }", name
    )
    other.wait_for_function("!!window.letGo")
    press(one, "Take it")
    told(one, "Another tab of this site is taking, updating or removing a course. Wait for it.")
    other.evaluate("window.letGo()")
    told(one, OFFERED)
    press(other, "Take it")
    told(other, TAKEN)
    press(one, "Take it")
    told(one, TAKEN)


# --- where browsers keep no course -----------------------------------------------------------------------


def test_without_https_the_course_comes_as_a_zip_that_opens_by_double_click(
    browser: Browser, post: Post, tmp_path: Path
) -> None:
    flags = [flag for flag in FLAGS if "resolver" not in flag] + ["--host-resolver-rules=MAP posto.lan 127.0.0.1"]
    lan = browser.browser_type.launch(executable_path=executable(), args=flags)
    page = lan.new_page()
    page.goto(f"http://posto.lan:{post.port}/{SITE}{COURSE}")
    assert page.evaluate("[isSecureContext, 'serviceWorker' in navigator, 'caches' in window]") == [False] * 3
    press(page, "Take this course with you")
    told(page, NO_HTTPS)
    with page.expect_download() as waiting:
        press(page, "Make the zip")
    told(page, "✓ The zip is ready. Unpack the whole of it before you open ABRIR.html.")
    assert waiting.value.suggested_filename == "canoa-curso.zip"
    with zipfile.ZipFile(waiting.value.path()) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    folder = tmp_path / "canoa-curso"
    lan.close()
    for path in listed(post.folder):
        if path != "index.html":
            assert (folder / path).read_bytes() == (post.folder / SITE / path).read_bytes(), path
    assert not (folder / "outro").exists()

    page = browser.new_page()
    with no_mistakes(page):
        page.goto((folder / "ABRIR.html").as_uri())
        expect(page.locator("main")).to_contain_text(
            say("Links to other courses lead nowhere here: those courses are not in this folder.")
        )
        page.get_by_role("link", name=say("Open the course")).click()
        expect(page.locator("h1")).to_have_text("Curso de teste")
        page.goto((folder / "curso/modulo/unidade.html").as_uri())
        assert page.evaluate("document.querySelector('main article img').naturalWidth") == 20
        agree(page)
    page.close()


def test_a_copy_on_this_computer_says_that_it_is_one_already(browser: Browser, editions: tuple[Path, Path]) -> None:
    page = browser.new_page()
    with no_mistakes(page):
        page.goto((editions[0] / SITE / COURSE).as_uri())
        press(page, "Take this course with you")
        told(page, "This copy already works without internet.")
        expect(box(page)).to_contain_text(f"“{SITE.rstrip('/')}”")
    page.close()


def test_without_javascript_plain_words_stand_in_the_place_of_the_button(browser: Browser, post: Post) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(post.address + COURSE)
    # Playwright's way of turning JavaScript off leaves `noscript` unseen.
    assert "o JavaScript precisa estar ligado" in (page.locator("main noscript").text_content() or "")
    expect(box(page)).to_have_count(0)
    context.close()


def test_the_site_can_be_installed(context: BrowserContext, post: Post) -> None:
    page = context.new_page()
    page.goto(post.address + COURSE)
    expect(page.locator("link[rel=manifest]")).to_have_count(1)
    found = context.new_cdp_session(page).send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [one["errorId"] for one in found if one["errorId"] != "in-incognito"] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_any_state(browser: Browser, post: Post, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme, bypass_csp=True)
    page = offered(context, post)
    assert violations(page) == []
    post.only(20)
    press(page, "Take it")
    told(page, "What came is checked and stays: {files}.")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    post.all_again()
    press(page, "Go on")
    told(page, TAKEN)
    assert violations(page) == []
    context.close()
