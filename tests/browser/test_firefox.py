"""Firefox gives every local file a store of its own: the hub page keeps the record for all of them."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.learner import say
from tests.browser.test_offline_course import COURSE, TAKEN, Post, write_site
from tests.conftest import Project, find_program

marionette_driver = pytest.importorskip("marionette_driver", reason="marionette_driver is not installed")
Keys = marionette_driver.keys.Keys

pytestmark = pytest.mark.browser

NAMES = ("firefox-esr", "firefox")
UNIT, CASE = "guia/todos-os-elementos/blocos.html", "processo-de-trabalho/casos/dona-rita.html"
PATIENCE = 30.0


class Firefox:
    """A Firefox without a screen that keeps what it keeps in a folder."""

    def __init__(self, executable: str, profile: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        profile.mkdir(exist_ok=True)
        # Marionette's own preferences would let all local files share one store, which is not what learners have.
        preferences = {"marionette.port": port, "remote.prefs.recommended": "false"}
        lines = (f'user_pref("{name}", {value});\n' for name, value in preferences.items())
        (profile / "user.js").write_text("".join(lines))
        command = [executable, "--headless", "--marionette", "--no-remote", "--profile", str(profile)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._driver = marionette_driver.marionette.Marionette("127.0.0.1", port=port)
        self._until(self._connected)

    def go(self, address: str) -> None:
        self._driver.navigate(address)

    def open(self, address: str) -> None:
        self.go(address)
        self.wait("document.querySelector('.guarda').dataset.pronto === 'sim'")

    def evaluate(self, script: str) -> Any:
        return self._driver.execute_script(script, sandbox=None)

    def wait(self, condition: str) -> None:
        self._until(lambda: self.evaluate(f"try {{ return !!({condition}) }} catch {{ return false }}"))

    def press(self, selector: str, keys: str) -> None:
        """Real keys, in an element."""
        self._driver.find_element("css selector", selector).send_keys(keys)

    def close(self) -> None:
        try:
            self._driver.delete_session()
        finally:
            self._process.terminate()
            self._process.wait(timeout=PATIENCE)

    def _connected(self) -> bool:
        try:
            self._driver.start_session()
        except OSError:
            return False
        return True

    def _until(self, is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < end, "Firefox did not get there"
            time.sleep(0.1)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Firefox]]:
    """Starts Firefox; one that runs is closed before."""
    executable = find_program(*NAMES)
    running: list[Firefox] = []

    def open_browser() -> Firefox:
        while running:
            running.pop().close()
        running.append(Firefox(executable, tmp_path / "perfil"))
        return running[0]

    yield open_browser
    while running:
        running.pop().close()


def join(firefox: Firefox, name: str) -> None:
    """Make a profile, and wait until the page has been loaded again for it."""
    firefox.evaluate("window.before = true")
    firefox.evaluate("document.querySelector('.guarda button').click()")
    firefox.wait("document.querySelector('.pessoas [type=checkbox]')")
    firefox.evaluate(
        "const [agreed, name] = document.querySelectorAll('.pessoas input');"
        f"agreed.checked = true; name.value = '{name}';"
        "document.querySelector('.pessoas .acoes button').click();"
    )
    is_kept = "document.querySelector('.guarda').dataset.estado === 'saved'"
    firefox.wait(f"!window.before && canoa.profile.name === '{name}' && {is_kept}")


def test_all_pages_of_a_stick_share_one_record_that_survives_a_relaunch(
    start: Callable[[], Firefox], address: str
) -> None:
    firefox = start()
    firefox.open(address + UNIT)
    join(firefox, "Maria")
    firefox.evaluate("canoa.set('text/a', 'escrito na primeira')")
    firefox.wait("document.querySelector('.guarda').dataset.estado === 'saved'")
    firefox.open(address + CASE)
    assert firefox.evaluate("return canoa.get('text/a')") == "escrito na primeira"
    firefox.evaluate("canoa.set('text/b', 'escrito na segunda')")
    firefox.wait("document.querySelector('.guarda').dataset.estado === 'saved'")

    firefox = start()
    firefox.open(address + UNIT)
    assert firefox.evaluate("return [canoa.profile.name, canoa.get('text/a'), canoa.get('text/b')]") == [
        "Maria",
        "escrito na primeira",
        "escrito na segunda",
    ]


def test_a_course_is_taken_and_read_without_its_server(start: Callable[[], Firefox], tmp_path: Path) -> None:
    post = Post(write_site(Project(tmp_path / "projeto"), 1).folder / "build")
    post.start()
    firefox = start()
    firefox.open(post.address + COURSE)
    button = "document.querySelector('.levar button')"
    firefox.wait(button)
    firefox.evaluate(f"{button}.click()")
    firefox.wait(f"{button}.textContent === '{say('Take it')}'")
    firefox.evaluate(f"{button}.click()")
    firefox.wait(f"document.querySelector('.levar').textContent.includes('{say(TAKEN)}')")
    post.stop()

    firefox = start()
    firefox.open(post.address + "curso/modulo/unidade.html")
    firefox.wait("document.querySelector('main article img').naturalWidth === 20")
    join(firefox, "Ana")
    firefox.open(post.address + COURSE)
    firefox.wait(f"document.querySelector('.levar').textContent.includes('{say(TAKEN)}')")


def test_a_page_is_found_from_a_stick_and_from_a_server(start: Callable[[], Firefox], address: str) -> None:
    firefox = start()
    firefox.open(address + UNIT)
    firefox.evaluate("document.querySelector('a.busca').click()")
    firefox.wait("document.activeElement.id === 'canoa-procura'")
    firefox.press("#canoa-procura", "acolhimetno")
    firefox.wait("document.querySelector('[role=option] b').textContent === 'Acolhimento'")
    assert "acolhimento" in firefox.evaluate("return document.querySelector('.procura [role=status]').textContent")
    firefox.press("#canoa-procura", Keys.ESCAPE)
    assert firefox.evaluate(
        "return document.querySelector('.procura').open && !document.querySelector('[role=option]').offsetWidth"
    )
    firefox.press("#canoa-procura", Keys.ARROW_DOWN + Keys.ENTER)
    firefox.wait("location.pathname.endsWith('/acolhimento/index.html')")
    firefox.go(address + "busca.html?q=classificacao+de+risco&tipo=unit")
    firefox.wait("document.querySelector('.resultados li')")
    firefox.evaluate("document.querySelector('.resultados li').scrollIntoView()")
    firefox.wait("document.querySelector('.resultados li mark')")
    firefox.wait("document.querySelector('select[name=tipo] option:checked').textContent.match(/[(][0-9]+[)]$/)")
