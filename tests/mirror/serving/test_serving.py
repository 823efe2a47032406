"""`canoa mirror serve`: releases change under it, pages are compressed once, and it ends as it should."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.mirror.store import MirrorSettings, MirrorStore
from tests.conftest import ROOT
from tests.mirror.serving.boxes import SITE, Box, add_release, canoa, make_mirror, own_server

NEWER = {**SITE, **{path: content.replace(b"Um", b"Dois") for path, content in SITE.items() if path != "um/aula.webm"}}
NEWER["index.html"] = SITE["index.html"].replace(b"Acolher", b"Ouvir a ")

LONG = os.urandom(24 << 20)
"""More than the system takes off a server's hands."""


@pytest.fixture
def store(tmp_path: Path) -> MirrorStore:
    return make_mirror(tmp_path)


@pytest.fixture
def box(store: MirrorStore) -> Iterator[Box]:
    with own_server(store) as running:
        yield running


def stored(store: MirrorStore) -> dict[str, bytes]:
    """Compressed texts on the disk."""
    return {file.name: file.read_bytes() for file in (store.folder / "served").rglob("*.gz")}


def test_a_switch_of_releases_never_gives_half_a_page(box: Box) -> None:
    add_release(box.store, 8, NEWER)
    stop = threading.Event()

    def switch() -> None:
        while not stop.is_set():
            box.store.activate(7)
            box.store.activate(8)

    switching = threading.Thread(target=switch)
    switching.start()
    try:
        for encoding in ("identity", "gzip") * 40:
            reply = box.get("/index.html", Accept_Encoding=encoding)
            body = gzip.decompress(reply.body) if encoding == "gzip" else reply.body
            assert body in (SITE["index.html"], NEWER["index.html"])
            again = box.get("/index.html", Accept_Encoding=encoding, If_None_Match=reply["ETag"])
            assert again.status in (200, 304)
    finally:
        stop.set()
        switching.join()


def test_marks_stay_the_same_where_a_release_changes_nothing(box: Box) -> None:
    before = {path: box.get(f"/{path}")["ETag"] for path in ("index.html", "um/aula.webm", "um/foto.webp")}
    add_release(box.store, 8, NEWER)
    after = {path: box.get(f"/{path}")["ETag"] for path in before}
    assert {path for path in before if before[path] != after[path]} == {"index.html"}
    assert box.get("/index.html", If_None_Match=before["index.html"]).body == NEWER["index.html"]


def test_marks_differ_where_only_the_content_does(box: Box) -> None:
    """Same length, same date: boxes without a battery have no other dates."""
    page = box.store.tree(7) / "um/LEIAME"
    first = box.get("/um/LEIAME")["ETag"]
    dates = page.stat()
    page.write_bytes(SITE["um/LEIAME"].replace(b"sem", b"SEM"))
    os.utime(page, ns=(dates.st_atime_ns, dates.st_mtime_ns))
    assert box.get("/um/LEIAME")["ETag"] != first


def test_a_download_ends_well_although_its_release_is_removed(box: Box) -> None:
    (box.store.tree(7) / "um/longa.webm").write_bytes(LONG)
    with socket.create_connection(("127.0.0.1", box.port), timeout=30) as connection:
        connection.sendall(b"GET /um/longa.webm HTTP/1.1\r\nHost: caixa\r\nConnection: close\r\n\r\n")
        begun = connection.recv(1000)
        add_release(box.store, 8, NEWER)
        shutil.rmtree(box.store.releases / "7")
        rest = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    assert (begun + rest).endswith(LONG)


def test_a_text_is_compressed_once(box: Box) -> None:
    for _ in range(3):
        box.get("/um/index.html", Accept_Encoding="gzip")
    [(name, body)] = stored(box.store).items()
    assert gzip.decompress(body) == SITE["um/index.html"]
    with own_server(box.store) as another:
        (box.store.folder / "served/gzip" / name[:2] / name).touch()
        mark = (box.store.folder / "served/gzip" / name[:2] / name).stat().st_mtime_ns
        assert another.get("/um/index.html", Accept_Encoding="gzip").body == body
        assert (box.store.folder / "served/gzip" / name[:2] / name).stat().st_mtime_ns == mark


@pytest.mark.parametrize("damage", [b"", b"not gzip at all", gzip.compress(b"another page", mtime=0)])
def test_what_a_bad_disk_made_of_a_compressed_text_is_never_sent(store: MirrorStore, damage: bytes) -> None:
    with own_server(store) as box:
        box.get("/um/index.html", Accept_Encoding="gzip")
    [file] = (store.folder / "served").rglob("*.gz")
    file.write_bytes(damage)
    with own_server(store) as box:
        assert gzip.decompress(box.get("/um/index.html", Accept_Encoding="gzip").body) == SITE["um/index.html"]
    assert gzip.decompress(file.read_bytes()) == SITE["um/index.html"]


def test_a_disk_that_takes_nothing_costs_only_time(store: MirrorStore) -> None:
    (store.folder / "served").write_bytes(b"in the way")
    with own_server(store) as box:
        assert gzip.decompress(box.get("/", Accept_Encoding="gzip").body) == SITE["index.html"]


def test_a_box_without_courses_says_so(tmp_path: Path) -> None:
    store = MirrorStore(tmp_path)
    store.write_settings(MirrorSettings(("https://origem.example",), name="Posto novo"))
    with own_server(store) as box:
        reply = box.get("/")
        assert (reply.status, "ainda não chegaram" in reply.body.decode()) == (503, True)
        assert "Ainda vazia" in box.get("/.canoa/estado.html").body.decode()
        assert json.loads(box.get("/.canoa/espelho.json").body)["state"] == "vazio"
    add_release(store, 7, SITE)


def test_lost_readers_are_led_to_the_course_that_they_are_in(box: Box) -> None:
    here, away = box.get("/um/apagada.html").body.decode(), box.get("/fora/01/unidade.html").body.decode()
    assert "O curso está aqui" in here and "/um/apagada.html" in here
    assert "não foi incluído" in away and 'href="/fora/index.html"' in away


def test_an_address_that_is_shown_is_never_markup(box: Box) -> None:
    page = box.get("/um/%22%3E%3Cscript%3Ealert(1)%3C/script%3E").body
    assert b"<script" not in page


def test_ctrl_c_lets_answers_out_and_ends_well(store: MirrorStore) -> None:
    (store.tree(7) / "um/longa.webm").write_bytes(LONG)
    command = [sys.executable, "-m", "generator", "mirror", "serve", str(store.folder), "--host", "127.0.0.1"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    with subprocess.Popen([*command, "--port", "0"], env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        assert "Ctrl+C" in server.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", server.stderr.readline())
        assert found
        assert server.stderr.readline().endswith(f":{found[1]}/.canoa/estado.html\n")
        with socket.create_connection(("127.0.0.1", int(found[1])), timeout=30) as connection:
            connection.sendall(b"GET /um/longa.webm HTTP/1.1\r\nHost: caixa\r\n\r\n")
            begun = connection.recv(1000)
            server.send_signal(2)
            rest = b"".join(iter(lambda: connection.recv(1 << 16), b""))
        assert (begun + rest).endswith(LONG)
        assert server.wait(30) == 0
        assert server.stderr.read() == "Encerrado.\n"


def test_a_port_that_is_taken_is_said(store: MirrorStore) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = canoa("mirror", "serve", store.folder, "--host", "127.0.0.1", "--port", port, cwd=store.folder)
    assert (done.returncode, "--port" in done.stderr) == (3, True)


def test_a_folder_that_is_no_mirror_is_said(tmp_path: Path) -> None:
    done = canoa("mirror", "serve", tmp_path, cwd=tmp_path)
    assert (done.returncode, "canoa mirror init" in done.stderr) == (2, True)
