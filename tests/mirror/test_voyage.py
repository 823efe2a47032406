"""The whole way of a course: institution → origin → regional mirrors → a clinic's box → a stick → a browser.

Real servers (nginx, our own), real commands, three releases with a page edited, a course withdrawn, another one new,
two keys replaced; the same bytes at the end of every hop.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bench.static_server import serve_with_nginx
from generator.mirror.store import MirrorStore
from tests.conftest import find_program
from tests.mirror.serving.boxes import canoa, nginx, own_server
from tests.mirror.voyage import KEYS, Publisher, own_files, served, start_publisher

WIRE = ".canoa/"


@dataclass
class Fleet:
    """Two regional mirrors of an origin, and a box behind them."""

    publisher: Publisher
    origin: str
    folder: Path
    mirrors: dict[str, MirrorStore] = field(default_factory=dict)

    def start(self, name: str, *upstreams: str, options: tuple[str, ...] = ()) -> MirrorStore:
        """A mirror that trusts the root that the institution gave by hand."""
        store = MirrorStore(self.folder / name / "espelho")
        store.folder.mkdir(parents=True)
        root = str(self.publisher.root)
        done = canoa("mirror", "init", *upstreams, "--root", root, "--name", name, *options, cwd=store.folder)
        assert done.returncode == 0, done.stderr
        self.mirrors[name] = store
        return store

    def sync(self, name: str) -> None:
        done = canoa("mirror", "sync", cwd=self.mirrors[name].folder)
        assert done.returncode == 0, f"{name}: {done.stderr}"

    def check(self) -> None:
        """Every mirror serves exactly what was signed, and proves it."""
        wanted = self.publisher.signed_files()
        for name, store in self.mirrors.items():
            assert served(store.folder) == wanted, name
            proved = canoa("mirror", "verify", cwd=store.folder)
            assert proved.returncode == 0, f"{name}: {proved.stderr}"


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    find_program("nginx")
    publisher = start_publisher(tmp_path / "universidade")
    publisher.release()
    with serve_with_nginx(publisher.web, tmp_path / "origem") as address:
        yield Fleet(publisher, address, tmp_path)


@pytest.mark.slow
def test_three_releases_reach_a_stick_byte_for_byte(fleet: Fleet, browser: Browser) -> None:
    publisher = fleet.publisher
    north = fleet.start("norte", fleet.origin, options=("--relay", "--region", "AM"))
    south = fleet.start("sul", fleet.origin, options=("--relay", "--region", "RS"))
    fleet.sync("norte")
    fleet.sync("sul")
    with ExitStack() as servers:
        first = servers.enter_context(own_server(north))
        second = servers.enter_context(nginx(south))
        fleet.start("posto", *(f"http://127.0.0.1:{box.port}/{WIRE}" for box in (first, second)))
        fleet.sync("posto")
        fleet.check()

        publisher.write("um/1.html", "Página 1 de um", "Outro texto, revisto.")
        publisher.release()
        for name in ("norte", "sul", "posto"):
            fleet.sync(name)
        fleet.check()

        publisher.run("rotate", "timestamp", *KEYS)
        publisher.run("rotate", "ufy", *KEYS)
        _withdraw(publisher, "dois")
        publisher.course("tres")
        publisher.release()
        for name in ("norte", "sul"):
            fleet.sync(name)
        first_status = json.loads(first.get("/.canoa/espelho.json").body)
        assert (first_status["release"], first_status["state"], first_status["region"]) == (3, "atual", "AM")

    done = canoa("mirror", "sync", cwd=fleet.mirrors["posto"].folder)
    assert done.returncode == 3, "both regional mirrors are gone"
    assert served(fleet.mirrors["posto"].folder) != publisher.signed_files()
    with own_server(south) as alive:
        settings = fleet.mirrors["posto"].read_settings()
        dead, _ = settings.upstreams
        _choose(fleet.mirrors["posto"], (dead, f"http://127.0.0.1:{alive.port}/{WIRE}"))
        fleet.sync("posto")
    fleet.check()
    assert not (fleet.mirrors["posto"].link / "dois").exists()

    stick = fleet.folder / "pendrive"
    stick.mkdir()
    done = canoa("mirror", "export", "--stick", str(stick), cwd=fleet.mirrors["posto"].folder)
    assert done.returncode == 0, done.stderr
    [tree] = [one for one in (stick / "a", stick / "b") if (one / "index.html").is_file()]
    assert own_files(tree) == publisher.signed_files()
    context = browser.new_context()
    page = context.new_page()
    page.goto((stick / "ABRIR.html").as_uri())
    page.wait_for_url("**/index.html")
    assert page.inner_text("h1") == "Biblioteca"
    page.goto((tree / "um/1.html").as_uri())
    assert page.inner_text("article p") == "Outro texto, revisto."
    context.close()


def _withdraw(publisher: Publisher, course: str) -> None:
    """The institution signs the course no more, and the site has it no more."""
    shutil.rmtree(publisher.folder / "build/site" / course)
    file = publisher.folder / "build/releases/release.json"
    settings = json.loads(file.read_text(encoding="utf-8"))
    for one in settings["institutions"].values():
        one["courses"] = [name for name in one["courses"] if name != course]
    file.write_text(json.dumps(settings), encoding="utf-8")


def _choose(store: MirrorStore, upstreams: tuple[str, ...]) -> None:
    """An operator edits `mirror.json`."""
    file = store.folder / "mirror.json"
    settings = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**settings, "upstreams": list(upstreams)}), encoding="utf-8")
