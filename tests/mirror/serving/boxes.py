"""A mirror's folder made by hand, and the three servers that can serve it, each on a free port."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

from bench.static_server import free_port
from generator.mirror.clock import BUILT, reference_time
from generator.mirror.status import write_status
from generator.mirror.store import MirrorSettings, MirrorStore, ReleaseRecord
from generator.release.catalogue import TargetInfo
from tests.conftest import ROOT, find_program

TEXT = ("Acolher é escutar. " * 200).encode()
VIDEO = bytes(range(256)) * 2000
WIRE_OBJECT = os.urandom(150_000)
OBJECT_NAME = sha256(WIRE_OBJECT).hexdigest()
SITE = {
    "index.html": b"<!doctype html><title>Cursos</title>" + TEXT,
    "canoa/canoa.css": b"body{color:#123}" * 40,
    "canoa/canoa.js": b"'use strict';" * 40,
    "canoa/icone.svg": b'<svg xmlns="http://www.w3.org/2000/svg"></svg>',
    "um/index.html": b"<h1>Um</h1>" + TEXT,
    "um/lição 1.html": b"<h1>Licao</h1>" + TEXT,
    "um/atividades.js": b'canoa.course({"title":"Curso um"});',
    "um/aula.webm": VIDEO,
    "um/foto.webp": b"RIFF" + bytes(400),
    "um/fala.vtt": b"WEBVTT\n" * 60,
    "um/dados.json": b'{"a": 1}' * 60,
    "um/LEIAME": b"sem tipo" * 60,
    "fora/index.html": b"<h1>Este curso</h1> n\xc3\xa3o veio",
}
TYPES = {
    "/": "text/html; charset=utf-8",
    "/um/index.html": "text/html; charset=utf-8",
    "/canoa/canoa.css": "text/css; charset=utf-8",
    "/canoa/canoa.js": "text/javascript; charset=utf-8",
    "/canoa/icone.svg": "image/svg+xml",
    "/um/aula.webm": "video/webm",
    "/um/foto.webp": "image/webp",
    "/um/fala.vtt": "text/vtt; charset=utf-8",
    "/um/dados.json": "application/json",
    "/um/LEIAME": "application/octet-stream",
    f"/.canoa/obj/{OBJECT_NAME[:2]}/{OBJECT_NAME}": "application/octet-stream",
    "/.canoa/meta/7.zst": "application/zstd",
    "/.canoa/timestamp.json": "application/json",
    "/.canoa/espelho.json": "application/json",
    "/.canoa/estado.html": "text/html; charset=utf-8",
}
HASTY = """
import generator.mirror.serving.conversation as conversation
conversation.SECONDS_FOR_A_REQUEST = conversation.SECONDS_FOR_A_PIECE = {seconds}
from generator.cli import main
raise SystemExit(main())
"""
SECRET = b"nobody may read this"


def make_mirror(folder: Path) -> MirrorStore:
    """A mirror with release 7 in use: one course is here, another one is not."""
    store = MirrorStore(folder / "espelho")
    store.folder.mkdir()
    store.write_settings(MirrorSettings(("https://origem.example/canoa",), name="UBS São José", region="Juruá"))
    add_release(store, 7, SITE)
    (folder / "segredo.txt").write_bytes(SECRET)
    tree = store.tree(7)
    (tree / "um/saida.txt").symlink_to(folder / "segredo.txt")
    (tree / "um/pasta").symlink_to(folder)
    (tree / "um/vazia").mkdir()
    (tree / ".oculto").write_bytes(SECRET)
    wire = {
        "timestamp.json": b'{"signed": {}}' * 30,
        "md/1.root.json": b"{}",
        "meta/7.zst": b"\x28\xb5\x2f\xfd" + bytes(300),
        f"obj/{OBJECT_NAME[:2]}/{OBJECT_NAME}": WIRE_OBJECT,
        "obj/.novo-1": SECRET,
        "nota.json": SECRET,
        "notas/nota.json": SECRET,
    }
    for path, content in wire.items():
        _write(store.wire / path, content)
    write_status(store, reference_time(seen=BUILT))
    return store


def add_release(store: MirrorStore, number: int, files: Mapping[str, bytes]) -> None:
    """Another release, in use from now on."""
    for path, content in files.items():
        _write(store.releases / str(number) / path, content)
    date = datetime(2026, 11, 22, tzinfo=timezone.utc)
    blobs = {"um/aula.webm": {"sha256": sha256(files["um/aula.webm"]).hexdigest(), "length": len(VIDEO)}}
    store.write_record(
        ReleaseRecord(
            number=number,
            tree=str(number),
            catalogue="rede",
            released_at=date,
            signed_at=date,
            timestamp_expires=date + timedelta(days=14),
            snapshot_expires=date + timedelta(days=90),
            institutions={"ufa": "Universidade A"},
            targets={
                "site/site/texto.tar": _target("site", "", "texto"),
                "ufa/um/texto.tar": _target("um", "Curso um", "texto"),
                "ufa/um/midia.tar": _target("um", "Curso um", "midia", blobs),
            },
            left_out={"ufa/fora/texto.tar": _target("fora", "Curso que não veio", "texto")},
            courses=("um",),
            layers=("texto", "imagens", "midia"),
            files=len(files),
            bytes=sum(map(len, files.values())),
        )
    )
    store.activate(number)


def _target(unit: str, title: str, layer: str, blobs: Mapping[str, object] | None = None) -> TargetInfo:
    return TargetInfo(1, "0" * 64, {"unit": unit, "title": title, "layer": layer, "files": 1, "blobs": blobs or {}})


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


# --- servers --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def __getitem__(self, name: str) -> str:
        return self.headers.get(name, "")


@dataclass(frozen=True)
class Box:
    """A running server and the mirror that it serves."""

    kind: str
    port: int
    store: MirrorStore
    process: int = 0
    """Its number, where a test looks at it."""

    def get(self, path: str, method: str = "GET", **headers: str) -> Reply:
        """One request on a connection of its own; `_` in names of headers stands for `-`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            sent = {"Accept-Encoding": "identity", **{name.replace("_", "-"): value for name, value in headers.items()}}
            connection.request(method, path, headers=sent)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def raw(self, request: bytes, *, finish: bool = True) -> bytes:
        """Everything that comes back for bytes as they are; empty when the connection is cut."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            try:
                connection.sendall(request)
                if finish:
                    connection.shutdown(socket.SHUT_WR)
                return b"".join(iter(lambda: connection.recv(65536), b""))
            except ConnectionError:
                return b""


def canoa(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command, run to its end."""
    return subprocess.run(
        [sys.executable, "-m", "generator", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )


@contextmanager
def own_server(store: MirrorStore, seconds: float = 0) -> Iterator[Box]:
    """`canoa mirror serve`, ended by Ctrl-C; with `seconds` it waits only so long for anybody."""
    program = ["-c", HASTY.format(seconds=seconds)] if seconds else ["-m", "generator"]
    command = [sys.executable, *program, "mirror", "serve", str(store.folder), "--host", "127.0.0.1"]
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([*command, "--port", "0"], env=environment, stderr=subprocess.PIPE) as server:
        try:
            assert server.stderr is not None
            lines = iter(server.stderr.readline, b"")
            found = next((one for line in lines if (one := re.search(rb"127\.0\.0\.1:(\d+)", line))), None)
            assert found, "the server did not say where it is"
            yield Box("canoa", int(found[1]), store, server.pid)
        finally:
            server.send_signal(2)
            server.wait(30)


@contextmanager
def nginx(store: MirrorStore) -> Iterator[Box]:
    """The configuration that `canoa mirror config nginx` writes, in a real nginx."""
    program, port, work = find_program("nginx"), free_port(), store.folder.parent
    written = canoa("mirror", "config", "nginx", store.folder, "--port", str(port), "-o", work / "nginx", cwd=work)
    assert written.returncode == 0, written.stderr
    temporary = "".join(f"{name}_temp_path {work}/nginx/{name};" for name in ("client_body", "proxy", "fastcgi"))
    user = "user root;" if os.geteuid() == 0 else ""
    main = f"{user} pid {work}/nginx/pid; daemon off; error_log {work}/nginx/errors; events {{}} http {{ {temporary} "
    (work / "nginx/nginx.conf").write_text(f"{main} include {work}/nginx/canoa.conf; }}\n")
    command = [program, "-c", str(work / "nginx/nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    with running(command, Box("nginx", port, store)) as box:
        yield box


@contextmanager
def caddy(store: MirrorStore) -> Iterator[Box]:
    """The same for Caddy."""
    program, port, work = find_program("caddy"), free_port(), store.folder.parent
    written = canoa("mirror", "config", "caddy", store.folder, "--port", str(port), "-o", work / "caddy", cwd=work)
    assert written.returncode == 0, written.stderr
    file = str(work / "caddy/Caddyfile")
    checked = subprocess.run([program, "validate", "--config", file], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    with running([program, "run", "--config", file], Box("caddy", port, store)) as box:
        yield box


SERVERS = {"canoa": own_server, "nginx": nginx, "caddy": caddy}


@contextmanager
def running(command: list[str], box: Box) -> Iterator[Box]:
    """Another program, once it listens."""
    home = {**os.environ, "HOME": str(box.store.folder.parent), "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""}
    with subprocess.Popen(command, env=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            deadline = time.monotonic() + 30
            while not listens(box.port):
                assert server.poll() is None and time.monotonic() < deadline, f"{command[0]} does not listen"
            yield box
        finally:
            server.terminate()
            server.wait(30)


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
    except OSError:
        time.sleep(0.02)  # between two looks at another program's start
        return False
    return True
