"""`canoa mirror` as people call it: exit codes, sentences, and what it does not need."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import pytest

from tests.conftest import ROOT, Outcome, Project
from tests.mirror.hostile_server import HostileServer, dripping, flipped, serve, silent
from tests.mirror.published import Catalogue, date
from tests.mirror.thieves import renew
from tests.release.press import files_below

FOREIGN = ("mkdocs", "markdown", "jinja2", "yaml", "nh3", "pygments")


@dataclass(frozen=True)
class Box:
    """A folder in which somebody types commands, and a server with a release that was confirmed today."""

    project: Project
    origin: HostileServer

    def run(self, *arguments: str, language: str = "en") -> Outcome:
        return self.project.run("mirror", *arguments, "--lang", language)

    def begun(self) -> Box:
        root = self.origin.folder / "md/1.root.json"
        assert self.run("init", self.origin.address, "--root", str(root), "--folder", "box").code == 0
        return self

    @property
    def tree(self) -> Path:
        return self.project.folder / "box/atual"


@pytest.fixture
def box(catalogue: Catalogue, tmp_path: Path) -> Iterator[Box]:
    today = (datetime.now(timezone.utc) - date(1)).days + 1
    roles = ("site", "catalogo", "ufx", "ufy")
    with serve(renew(catalogue, 1, tmp_path / "web", roles, today)) as origin:
        yield Box(Project(tmp_path), origin)


def test_a_mirror_is_begun_synced_looked_at_and_proven(box: Box, catalogue: Catalogue) -> None:
    asked = box.run("init", box.origin.address, "--folder", "box")
    assert asked.code == 2 and "--fingerprint" in asked.err
    assert not (box.project.folder / "box").exists()
    begun = box.run(
        *("init", box.origin.address, "--trust-first-use", "--folder", "box", "--name", "Posto 7", "--keep", "3"),
        *("--courses", "um,dois", "--layers", "texto,imagens", "--rate", "64kbit"),
    )
    assert begun.code == 0 and "Nobody has vouched for it yet" in begun.err
    settings = json.loads((box.project.folder / "box/mirror.json").read_text(encoding="utf-8"))
    assert (settings["rate"], settings["keep"], settings["courses"]) == (8000, 3, ["um", "dois"])
    assert box.run("status", "box").out.startswith("Nothing here yet.")
    first = box.run("sync", "box", "--rate", "0", "--courses", "*", "--layers", "texto,imagens,midia")
    assert first.code == 0 and "Release 2 is served now." in first.err
    assert "Nothing new: release 2" in box.run("sync", "box").err
    said = json.loads(box.run("status", "box", "--json").out)
    assert (said["release"], said["name"], said["units"], said["courses"]) == (2, "Posto 7", 3, ["*"])
    assert "Posto 7" in box.run("status", "--folder", "box").out
    proven = json.loads(box.run("verify", "box", "--json").out)
    assert proven["right"] and proven["files"] == len(catalogue.signed_files(1))


def test_what_is_wrong_is_named_and_mended(box: Box, catalogue: Catalogue) -> None:
    box.begun().run("sync", "box")
    (box.tree / "um/1.html").write_text("x", encoding="utf-8")
    found = box.run("verify", "box", language="pt-BR")
    assert found.code == 1 and "Alterado: um/1.html" in found.err and "--repair" in found.err
    assert box.run("verify", "box", "--repair").code == 0
    assert (box.tree / "um/1.html").read_bytes() == catalogue.signed_files(1)["um/1.html"]


def test_going_back_and_over_and_clearing_away(box: Box, catalogue: Catalogue) -> None:
    box.begun().run("sync", "box", "--courses", "um")
    assert box.run("rollback", "box").code == 2
    assert "Release 2 is served now." in box.run("activate", "box").err
    assert box.run("sync", "box", "--courses", "*", "--json").code == 0
    assert "Removed: 1 " in box.run("gc", "box", "--grace", "0").err
    assert sorted(tree.name for tree in (box.project.folder / "box/releases").iterdir()) == ["2-2", "2.json"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("sync", "."), 2, "is no mirror yet"),
        (("status", "elsewhere"), 2, "is no mirror yet"),
        (("status", "here", "--folder", "there"), 2, "not allowed with"),
        (("init", "gopher://x/", "--trust-first-use"), 2, "no address to fetch from"),
        (("init", "http://127.0.0.1:9/", "--trust-first-use"), 3, "cannot be reached"),
        (("init", "http://127.0.0.1:9/", "--root", "nada.json"), 2, "no root of a catalogue"),
        (("init", "http://x/", "--layers", "video", "--trust-first-use"), 2, "“layers”"),
        (("sync", ".", "--rate", "fast"), 2, "64kbit"),
        (("sync", ".", "--deadline", "soon"), 2, "4h"),
    ],
)
def test_wrong_use_is_a_sentence_and_leaves_nothing_behind(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = Project(tmp_path).run("mirror", *arguments, "--lang", "en")
    assert (done.code, words in done.err) == (code, True), done.err
    assert "Traceback" not in done.err
    assert {file.name for file in tmp_path.iterdir()} <= {"em-uso", "incoming"}


def test_what_is_not_to_be_believed_has_another_exit_code_than_the_link(box: Box) -> None:
    box.begun()
    box.origin.when("obj/*", flipped(9))
    assert box.run("sync", "box").code == 1
    box.origin.when("*", silent)
    slow = box.run("sync", "box", "--deadline", "1s")
    assert slow.code == 3 and "time for this run" in slow.err
    said = json.loads(box.run("status", "box", "--json").out)
    assert (said["state"], said["last_error"]["kind"]) == ("vazio", "deadline")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_ends_at_once_and_the_next_run_goes_on(box: Box, catalogue: Catalogue) -> None:
    box.begun()
    box.origin.when("obj/*", dripping(0.05))
    running = subprocess.Popen(
        [sys.executable, "-m", "generator", "mirror", "sync", "box", "--lang", "en"],
        cwd=box.project.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
    )
    while not any(path.startswith("obj/") for path in box.origin.paths):
        assert running.poll() is None
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130 and b"Nothing is lost" in said
    box.origin.behave()
    assert box.run("sync", "box").code == 0
    served = files_below(box.tree)
    assert all(served[path] == content for path, content in catalogue.signed_files(1).items())


def test_a_mirror_needs_nothing_that_builds_sites(box: Box) -> None:
    box.begun()
    script = (
        "import sys\n"
        "class Blocked:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] in {FOREIGN!r}: raise ImportError(name)\n"
        "sys.meta_path.insert(0, Blocked())\n"
        "from generator.cli import main\n"
        "sys.exit(main(['mirror', *sys.argv[1:]]))\n"
    )
    for arguments in (("sync", "box"), ("verify", "box"), ("status", "box"), ("gc", "box")):
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            cwd=box.project.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr


def test_a_folder_that_was_named_from_here_is_found_from_anywhere(catalogue: Catalogue, tmp_path: Path) -> None:
    mirror = tmp_path / "espelho"
    near = os.path.relpath(catalogue.wire(1), tmp_path)
    root = str(catalogue.wire(1) / "md/1.root.json")
    assert Project(tmp_path).run("mirror", "init", near, "--root", root, "--folder", str(mirror)).code == 0
    settings = json.loads((mirror / "mirror.json").read_text(encoding="utf-8"))
    assert settings["upstreams"] == [str(catalogue.wire(1))]
