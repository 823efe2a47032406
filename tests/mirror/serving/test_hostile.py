"""Whoever connects may send anything, or nothing at all: the server goes on serving everybody else."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.mirror.serving.conditions import Part, wanted_part
from generator.mirror.serving.places import BadAddressError, read_address
from tests.mirror.serving.boxes import SITE, VIDEO, Box, make_mirror, own_server

EXAMPLES = int(os.environ.get("CANOA_EXAMPLES", "200"))
HEAD = b"GET / HTTP/1.1\r\nHost: caixa\r\n"


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    with own_server(make_mirror(tmp_path_factory.mktemp("hostil"))) as running:
        yield running


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """A server that waits for nobody longer than a moment."""
    with own_server(make_mirror(tmp_path_factory.mktemp("apressado")), seconds=0.3) as running:
        yield running


def goes_on(box: Box) -> bool:
    return box.get("/").body == SITE["index.html"]


@pytest.mark.parametrize(
    "request_",
    [
        HEAD + b"X: " + b"a" * 40_000 + b"\r\n\r\n",
        HEAD + b"A: b\r\n" * 5_000 + b"\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: caixa\r\n\r\n",
        HEAD + b"no colon\r\n\r\n",
        HEAD + b"Nul: a\0b\r\n\r\n",
        HEAD + b"Space : b\r\n\r\n",
        HEAD + b"Content-Length: -5\r\n\r\n",
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
        HEAD + b"Content-Length: 99999999999999999999\r\n\r\nabc",
        b"GET / HTTP/9.9\r\nHost: caixa\r\n\r\n",
        b"GET  /  HTTP/1.1\r\nHost: caixa\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET http:///../x HTTP/1.1\r\nHost: caixa\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: caixa\r\n\r\n",
        b"CONNECT caixa:443 HTTP/1.1\r\nHost: caixa\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"\r\n" * 3_000,
        b"\0" * 30_000,
        b"POST / HTTP/1.1\r\nHost: caixa\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 300_000,
        b"GET / HTTP/1.1\r\nHost: caixa\r\nContent-Length: 28\r\n\r\nGET /segredo.txt HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(box: Box, request_: bytes) -> None:
    answer = box.raw(request_)
    assert answer == b"" or answer[9] in b"45", answer[:200]
    assert answer.count(b"HTTP/1.1 ") <= 1, "what follows a wrong request is not another one"
    assert goes_on(box)


def test_headers_that_come_drop_by_drop_come_to_an_end(hasty: Box) -> None:
    with socket.create_connection(("127.0.0.1", hasty.port), timeout=0.05) as slow:
        assert any(is_left_after(slow, letter) for letter in HEAD * 10), "the server listens for ever"
    assert goes_on(hasty)


def is_left_after(connection: socket.socket, letter: int) -> bool:
    """Send one byte; True when the other end has gone."""
    try:
        connection.sendall(bytes([letter]))
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_who_takes_nothing_is_left(hasty: Box) -> None:
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        slow.settimeout(30)
        slow.connect(("127.0.0.1", hasty.port))
        many = b"GET /um/aula.webm HTTP/1.1\r\nHost: caixa\r\n\r\n" * 20
        slow.sendall(many)
        wait_until_left(slow)
    assert goes_on(hasty)


def wait_until_left(connection: socket.socket) -> None:
    """Until the other end has cut the connection, without reading what it sent."""
    poll = select.poll()
    poll.register(connection, select.POLLERR | select.POLLHUP)
    assert poll.poll(30_000), "the server waits for ever"


def test_silent_connections_do_not_keep_others_out(box: Box) -> None:
    with contextlib.ExitStack() as open_ones:
        for _ in range(450):
            open_ones.enter_context(socket.create_connection(("127.0.0.1", box.port), timeout=30))
        assert goes_on(box)
        assert box.get("/um/aula.webm").body == VIDEO


def test_two_hundred_readers_at_once_all_get_their_pages(box: Box) -> None:
    paths = ["/index.html", "/um/index.html", "/um/aula.webm", "/canoa/canoa.css"]
    with contextlib.ExitStack() as open_ones:
        connections = [
            open_ones.enter_context(socket.create_connection(("127.0.0.1", box.port), timeout=60)) for _ in range(200)
        ]
        for number, connection in enumerate(connections):
            request = f"GET {paths[number % 4]} HTTP/1.1\r\nHost: caixa\r\nConnection: close\r\n\r\n"
            connection.sendall(request.encode())
        for number, connection in enumerate(connections):
            answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))  # noqa: B023  # read at once
            assert answer.endswith(SITE[paths[number % 4][1:]])


def test_no_answer_leaves_a_file_open(box: Box, server_files: Path) -> None:
    tag = box.get("/um/aula.webm")["ETag"]
    before = len(list(server_files.iterdir()))
    for _ in range(10):
        for headers in (
            {"Range": "bytes=9999999-"},
            {"If_None_Match": tag},
            {"If_Match": '"x"'},
            {"Range": "bytes=0-1"},
        ):
            box.get("/um/aula.webm", **headers)
        box.get("/um/index.html", Accept_Encoding="gzip")
        box.get("/um/aula.webm", "HEAD")
        box.get("/um")
    assert eventually_open(box, server_files, before) <= before


def test_readers_that_hang_up_leave_nothing_open(box: Box, server_files: Path) -> None:
    before = len(list(server_files.iterdir()))

    def hang_up(_number: int) -> None:
        with socket.create_connection(("127.0.0.1", box.port), timeout=30) as connection:
            connection.sendall(b"GET /um/aula.webm HTTP/1.1\r\nHost: caixa\r\n\r\n")
            connection.recv(1000)

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(hang_up, range(100)))
    assert eventually_open(box, server_files, before) <= before


def eventually_open(box: Box, files: Path, enough: int) -> int:
    """The fewest files that are open in a while; each look is a request, which gives the server time to notice."""
    fewest = len(list(files.iterdir()))
    end = time.monotonic() + 30
    while fewest > enough and time.monotonic() < end:
        assert goes_on(box)
        fewest = min(fewest, len(list(files.iterdir())))
    return fewest


@pytest.fixture
def server_files(box: Box) -> Path:
    """What the server has open, as Linux shows it."""
    place = Path(f"/proc/{box.process}/fd")
    if not place.is_dir():
        pytest.skip("no /proc here")
    return place


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.one_of(st.binary(max_size=80), st.text("/.%25eEfFcC0\\aé:*", max_size=40).map(lambda text: text.encode())))
def test_an_address_never_becomes_a_way_out(tail: bytes) -> None:
    try:
        address = read_address(b"/" + tail)
    except BadAddressError:
        return
    for part in address.parts:
        assert part not in ("", ".", "..") and not set(part) & set("/\\\0")


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text("bytes=0123456789-, ٣", max_size=20), st.integers(0, 10**6))
def test_a_part_is_always_inside_of_its_file(written: str, size: int) -> None:
    for text in (written, f"bytes={written}"):
        part = wanted_part(text, size)
        if isinstance(part, Part):
            assert part.first >= 0 and part.length > 0 and part.first + part.length <= size
