"""`canoa release` as people call it: exit codes, sentences, and what it does not need."""

from __future__ import annotations

import ast
import hashlib
import importlib
import json
import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.release.fingerprints import in_groups
from generator.release.refusals import ReleaseError
from tests.conftest import ROOT, Outcome, Project

FOREIGN = {"mkdocs", "markdown", "jinja2", "yaml", "nh3", "pygments"}
KEYS = ("--keys", "keys", "--passphrase-file", "frase")
PAGE = "<title>{0}</title><body><main><article><h1>{0}</h1><p>{1}</p></article></main>"


@dataclass(frozen=True)
class Shop:
    """A built site of one course, and the command."""

    project: Project

    def run(self, *arguments: str, language: str = "en") -> Outcome:
        return self.project.run("release", *arguments, "--lang", language)

    def page(self, path: str, title: str, text: str = "Texto.") -> None:
        self.project.write(f"build/site/{path}", PAGE.format(title, text))

    def started(self) -> Shop:
        done = self.run("init", *KEYS, "--id", "rede", "--institution", "ufx=Universidade X:um", "--date", "2026-11-20")
        assert done.code == 0, done.err
        return self

    def created(self, date: str = "2026-11-20") -> Outcome:
        done = self.run("create", *KEYS, "--date", date)
        assert done.code == 0, done.err
        return done


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(Project(tmp_path))
    shop.page("index.html", "Biblioteca")
    shop.project.write("build/site/um/atividades.js", 'canoa.course({"id":"um","title":"Curso um"});')
    shop.page("um/index.html", "Curso um")
    shop.page("um/a.html", "Acolhimento")
    shop.project.write("frase", "uma frase bem longa\n")
    return shop


def test_a_release_is_made_published_and_told(shop: Shop) -> None:
    made = shop.started().created()
    assert "Release 1: 2 images" in made.err and "Release 1 is ready" in made.err
    assert "Signed: site, ufx, snapshot, timestamp, transport" in made.err
    published = shop.run("publish", "web")
    assert published.code == 0 and "Release 1 is in web" in published.err
    assert (shop.project.folder / "web/timestamp.json").is_file()
    shop.page("um/a.html", "Acolhimento", "Outro texto.")
    shop.page("um/b.html", "Visita")
    shop.created("2026-11-21")
    told = shop.run("log")
    assert told.code == 0
    assert told.out.splitlines() == [
        "Release 2, 2026-11-21",
        "  Curso um",
        "    New page: Visita",
        "    Changed page: Acolhimento",
        "Release 1, 2026-11-20",
        "  New course: Curso um",
    ]
    assert shop.run("log", "1").out.count("Release") == 1


def test_where_things_stand_is_said_to_people_and_to_programs(shop: Shop) -> None:
    shop.started()
    assert "no signed release yet" in shop.run("status").out
    shop.run("create", "--date", "2026-11-20")
    assert "Release 1 waits for: site, ufx" in shop.run("status").out
    shop.run("sign", *KEYS, "--date", "2026-11-20")
    found = json.loads(shop.run("status", "--json").out)
    assert found["release"] == 1 and found["waiting"] is None
    assert found["institutions"] == {"ufx": ["um"]}
    assert found["expires"]["timestamp"] == "2026-12-04T00:00:00Z"
    root = (shop.project.folder / "build/releases/wire/md/1.root.json").read_bytes()
    assert found["root"] == hashlib.sha256(root).hexdigest()
    code = f"Code of the edition: {in_groups(found['digest'])}"
    assert code in shop.run("status").out and len(found["digest"]) == 64


def test_the_same_site_again_is_no_release_unless_asked_for(shop: Shop) -> None:
    shop.started().created()
    again = shop.created("2026-11-21")
    assert "Nothing has changed since release 1" in again.err
    confirmed = shop.run("sign", *KEYS, "--date", "2026-11-21")
    assert confirmed.code == 0 and "2026-12-05" in confirmed.err
    assert "Release 2 is ready" in shop.run("create", *KEYS, "--anyway", "--date", "2026-11-22").err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "usage: canoa release"),
        (("status",), "Run “canoa release init” first."),
        (("log",), "There is no release here yet."),
        (("publish", "web"), "canoa release init"),
        (("create",), "canoa release init"),
        (("create", "--date", "ontem"), "is no date"),
        (("sign", "--keys", "keys"), "canoa release init"),
        (("init", "--keys", "keys"), "--id"),
        (("init", *KEYS, "--id", "Rede Norte"), "lower-case letters"),
        (("init", *KEYS, "--id", "rede", "--threshold", "4"), "4 of 3 root keys"),
        (("init", *KEYS, "--id", "rede", "--institution", "ufx"), "ID=NAME"),
        (("init", *KEYS, "--id", "rede", "--institution", "site=Um"), "taken by the system"),
        (("init", "--keys", "keys", "--id", "rede"), "--passphrase-file"),
        (("init", *KEYS, "--id", "rede", "--date", "ontem"), "is no date"),
    ],
)
def test_wrong_use_is_told(shop: Shop, arguments: tuple[str, ...], words: str) -> None:
    done = shop.run(*arguments)
    assert done.code == 2, done.err
    assert words in done.err + done.out
    assert "Traceback" not in done.err


def test_a_second_beginning_changes_nothing(shop: Shop) -> None:
    shop.started()
    before = (shop.project.folder / "build/releases/release.json").read_bytes()
    done = shop.run("init", *KEYS, "--id", "outra")
    assert done.code == 2 and "prepared for releases already" in done.err
    assert (shop.project.folder / "build/releases/release.json").read_bytes() == before


@pytest.mark.parametrize(
    ("passphrase", "code", "words"), [("outra frase qualquer", 2, "does not open"), ("curta", 2, "does not open")]
)
def test_a_wrong_passphrase_is_told(shop: Shop, passphrase: str, code: int, words: str) -> None:
    shop.started()
    shop.project.write("frase", passphrase)
    done = shop.run("create", *KEYS, "--date", "2026-11-20")
    assert done.code == code and words in done.err


def test_a_passphrase_that_is_too_short_protects_nothing(shop: Shop) -> None:
    shop.project.write("frase", "curta")
    done = shop.run("init", *KEYS, "--id", "rede")
    assert done.code == 2 and "letters" in done.err


def test_a_site_that_cannot_be_released_is_an_error_of_the_content(shop: Shop) -> None:
    shop.started()
    shop.page("um/con.html", "Con")
    done = shop.run("create", *KEYS, "--date", "2026-11-20")
    assert done.code == 1 and "um/con.html" in done.err and "→" in done.err


def test_a_folder_that_cannot_be_written_is_the_computers_fault(shop: Shop) -> None:
    shop.started().created()
    shop.project.write("web", "a file")
    done = shop.run("publish", "web")
    assert done.code == 3 and "Traceback" not in done.err


def test_damaged_settings_are_named(shop: Shop) -> None:
    shop.started()
    for content in ("{", "[]", '{"catalogue": "rede"}', '{"catalogue": 5, "institutions": {}}'):
        shop.project.write("build/releases/release.json", content)
        done = shop.run("status")
        assert done.code in (1, 2), content
        assert "Traceback" not in done.err


def test_an_institution_is_let_in_gets_a_new_key_and_leaves(shop: Shop) -> None:
    shop.started().created()
    assert "signs its courses" in shop.run("add-institution", "ufz", "--name", "Universidade Z", *KEYS).err
    assert shop.run("add-institution", "ufz", "--name", "Universidade Z", *KEYS).code == 2
    assert "New key: ufx-" in shop.run("rotate", "ufx", *KEYS).err
    assert shop.run("rotate", "nada", *KEYS).code == 2
    assert "count no more" in shop.run("revoke", "ufz", *KEYS).err
    assert "Release 2 is ready" in shop.run("create", "--anyway", *KEYS).err
    assert shop.run("publish", "web").code == 0


def test_messages_speak_portuguese_by_default(shop: Shop) -> None:
    done = shop.project.run("release", "--help")
    assert "mostra esta mensagem" in done.out


def test_the_passphrase_is_asked_for_on_a_terminal(shop: Shop) -> None:
    """Typed twice where keys are made; never shown."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "generator", "release", "init", "--keys", "keys", "--id", "rede", "--lang", "en"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=shop.project.folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    ) as running:  # fmt: skip
        os.close(theirs)
        shown = answer(ours, b"uma frase bem longa\n", times=2)
        assert running.wait(60) == 0, shown
    assert b"frase" not in shown and b"The same again" in shown
    assert (shop.project.folder / "keys/root-3.pem").read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")


def answer(terminal: int, words: bytes, *, times: int) -> bytes:
    """Types the words at each question; gives everything that was shown."""
    shown = b""
    typed = 0
    while True:
        try:
            piece = os.read(terminal, 1024)
        except OSError:  # the other side has closed
            return shown
        if not piece:
            return shown
        shown += piece
        if typed < times and shown.count(b": ") > typed:
            os.write(terminal, words)
            typed += 1


def test_every_error_of_a_release_has_sentences_for_its_values() -> None:
    raised = [
        (module, call)
        for file in sorted((ROOT / "generator/release").glob("*.py"))
        for module in [importlib.import_module(f"generator.release.{file.stem}")]
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.args
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
        if issubclass(getattr(module, call.func.id, int) if call.func.id.endswith("Error") else int, ReleaseError)
    ]
    assert len(raised) > 50
    for module, call in raised:
        values = {str(keyword.arg): "x" for keyword in call.keywords}
        error = getattr(module, ast.unparse(call.func))(ast.literal_eval(call.args[0]), **values)
        assert error.message(str) and error.cure(str), ast.unparse(call)


def test_releases_need_nothing_that_builds_sites(shop: Shop) -> None:
    shop.started()
    script = f"""
import os, sys
os.chdir({str(shop.project.folder)!r})
from generator.cli import main
code = main(["release", "create", "--keys", "keys", "--passphrase-file", "frase", "--date", "2026-11-20"])
print("MODULES", code, *sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    code, *modules = done.stdout.rpartition("MODULES")[2].split()
    assert code == "0"
    assert set(modules) & {*FOREIGN, "jsonschema", "rich"} == set()


def test_without_its_libraries_the_command_says_what_to_install(shop: Shop) -> None:
    script = """
import sys
sys.modules["tuf"] = None
from generator.cli import main
sys.exit(main(["release", "status", "--lang", "en"]))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 3
    assert "pip install 'canoa[mirror]'" in done.stderr
