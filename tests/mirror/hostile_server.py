"""A web server in this process that serves a folder as nginx would, and misbehaves where it is told to.

    with serve(folder) as server:
        server.when("delta/*", flipped(100))
        sync(server.address)
        assert server.requests[-1].path == "delta/1-2.pack"

A misbehaviour is a function that is given the exchange and answers it in its own way, or returns what the honest server
is to give instead.  Everything is counted on the socket: request and answer, with their headers.
"""

from __future__ import annotations

import fnmatch
import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO

RANGE = re.compile(r"bytes=([0-9]+)-([0-9]*)")
PORTAL = b"<!doctype html><title>Wi-Fi</title><form action=/login><input name=user></form>" + b" " * 900


@dataclass
class Request:
    """What a client asked, and what went over the wire for it."""

    path: str
    range: str
    if_range: str
    unless: str
    headers: dict[str, str]
    status: int = 0
    received: int = 0
    """Bytes of the request."""
    sent: int = 0
    """Bytes of the answer."""

    @property
    def bytes(self) -> int:
        """Both ways."""
        return self.received + self.sent


@dataclass
class Exchange:
    """One request that is to be answered."""

    handler: Handler
    path: str
    content: bytes
    """What an honest server has; empty for what it has not."""

    @property
    def range(self) -> tuple[int, int] | None:
        """First byte, and the one after the last, of what was asked for."""
        found = RANGE.fullmatch(self.handler.headers.get("Range", ""))
        if not found:
            return None
        return int(found[1]), min(int(found[2]) + 1 if found[2] else len(self.content), len(self.content))

    def answer(self, status: int, body: bytes, length: int | None = None, **headers: str) -> None:
        """Send an answer; `length`: what is said, whatever is sent."""
        self.begin(status, len(body) if length is None else length, **headers)
        self.send(body)
        if length is not None and length != len(body):
            self.hang_up()

    def begin(self, status: int, length: int | None, **headers: str) -> None:
        self.handler.send_response_only(status)
        if length is not None:
            self.handler.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()
        self.handler.request_seen.status = status

    def send(self, body: bytes) -> None:
        self.handler.wfile.write(body)
        self.handler.wfile.flush()

    def hang_up(self) -> None:
        self.handler.close_connection = True

    @property
    def is_over(self) -> threading.Event:
        """Set when the server is being closed: whoever drips or hangs waits for it."""
        return self.handler.hostile.closing


Misbehaviour = Callable[[Exchange], bytes | None]


@dataclass
class Rule:
    """Which requests are answered in which way, and how often."""

    pattern: str
    misbehaviour: Misbehaviour
    times: int
    """-1: always."""


@dataclass
class HostileServer:
    """The server while it runs."""

    folder: Path
    address: str = ""
    requests: list[Request] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    connections: int = 0
    """That were opened."""

    def when(self, pattern: str, misbehaviour: Misbehaviour, *, times: int = -1) -> None:
        """Misbehave for paths like this (`delta/*`); the newest rule counts."""
        self.rules.insert(0, Rule(pattern, misbehaviour, times))

    def behave(self) -> None:
        """Be honest again, and forget what was asked."""
        self.rules.clear()
        self.requests.clear()

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [request.path for request in self.requests]

    @property
    def bytes(self) -> int:
        """What all requests and answers took."""
        return sum(request.bytes for request in self.requests)

    def rule_for(self, path: str) -> Misbehaviour | None:
        with self.lock:
            for rule in self.rules:
                if fnmatch.fnmatch(path, rule.pattern) and rule.times:
                    rule.times -= 1
                    return rule.misbehaviour
        return None


class _Counting:
    """A stream that counts what goes through it."""

    def __init__(self, stream: BinaryIO, note: Callable[[int], None]) -> None:
        self._stream, self._note = stream, note

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def readline(self, limit: int = -1) -> bytes:
        line = self._stream.readline(limit)
        self._note(len(line))
        return line

    def write(self, content: bytes) -> int:
        written = self._stream.write(content)
        self._note(len(content))
        return written


class Handler(BaseHTTPRequestHandler):
    """Answers what is asked on one connection."""

    protocol_version = "HTTP/1.1"
    hostile: HostileServer
    request_seen: Request

    def setup(self) -> None:
        super().setup()
        self._in = self._out = 0
        self.rfile = _Counting(self.rfile, self._note_in)  # type: ignore[assignment]
        self.wfile = _Counting(self.wfile, self._note_out)  # type: ignore[assignment]
        with self.hostile.lock:
            self.hostile.connections += 1

    def _note_in(self, size: int) -> None:
        self._in += size

    def _note_out(self, size: int) -> None:
        self._out += size

    def do_GET(self) -> None:
        path = self.path.lstrip("/")
        get = self.headers.get
        self.request_seen = Request(
            path, get("Range", ""), get("If-Range", ""), get("If-None-Match", ""), dict(self.headers.items())
        )
        with self.hostile.lock:
            self.hostile.requests.append(self.request_seen)
        file = self.hostile.folder / path
        content = file.read_bytes() if file.is_file() else b""
        exchange = Exchange(self, path, content)
        misbehaviour = self.hostile.rule_for(path)
        try:
            if misbehaviour is not None:
                changed = misbehaviour(exchange)
                if changed is None:
                    return
                exchange.content = changed
            elif not file.is_file():
                exchange.answer(404, b"")
                return
            _answer_honestly(exchange)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            self.request_seen.received, self.request_seen.sent = self._in, self._out
            self._in = self._out = 0

    def log_message(self, *arguments: object) -> None:
        """Silence."""


def _answer_honestly(exchange: Exchange) -> None:
    etag = f'"{hashlib.sha256(exchange.content).hexdigest()[:16]}"'
    headers = exchange.handler.headers
    if headers.get("If-None-Match") == etag:
        exchange.answer(304, b"", None, ETag=etag)
        return
    asked = exchange.range
    if asked is None or headers.get("If-Range", etag) != etag:
        exchange.answer(200, exchange.content, ETag=etag)
        return
    first, end = asked
    if first >= end:
        exchange.answer(416, b"", Content_Range=f"bytes */{len(exchange.content)}")
        return
    where = f"bytes {first}-{end - 1}/{len(exchange.content)}"
    exchange.answer(206, exchange.content[first:end], ETag=etag, Content_Range=where)


@contextmanager
def serve(folder: Path) -> Iterator[HostileServer]:
    """Serve a folder on a free port of this computer."""
    hostile = HostileServer(folder)
    handler = type("BoundHandler", (Handler,), {"hostile": hostile})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    hostile.address = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hostile
    finally:
        hostile.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


# --- misbehaviours ------------------------------------------------------------------------------------------------


def flipped(place: int = 0) -> Misbehaviour:
    """One bit is another one."""

    def change(exchange: Exchange) -> bytes:
        content = bytearray(exchange.content)
        content[place % len(content)] ^= 1
        return bytes(content)

    return change


def shortened(size: int) -> Misbehaviour:
    """The file ends earlier, and the server believes that it is so."""
    return lambda exchange: exchange.content[:size]


def replaced(content: bytes) -> Misbehaviour:
    """Another file."""
    return lambda exchange: content


def cut_after(size: int) -> Misbehaviour:
    """The link is cut after so many bytes of what was to come."""

    def answer(exchange: Exchange) -> None:
        first, end = exchange.range or (0, len(exchange.content))
        headers = {"ETag": '"same"'}
        if exchange.range:
            headers["Content_Range"] = f"bytes {first}-{end - 1}/{len(exchange.content)}"
        body = exchange.content[first:end]
        if len(body) <= size:
            exchange.answer(206 if exchange.range else 200, body, **headers)
            return
        exchange.answer(206 if exchange.range else 200, body[:size], len(body), **headers)

    return answer


def portal(exchange: Exchange) -> None:
    """The page of a network that wants a login first, as if it were what was asked for."""
    exchange.answer(200, PORTAL, Content_Type="text/html")


def status(code: int) -> Misbehaviour:
    """Something went wrong over there."""
    return lambda exchange: exchange.answer(code, b"")


def redirected(address: str, code: int = 302) -> Misbehaviour:
    """Look elsewhere."""
    return lambda exchange: exchange.answer(code, b"", Location=address)


def wrong_range(exchange: Exchange) -> bytes | None:
    """Another part of the file than was asked for, as if it were the right one; a whole file is given honestly."""
    asked = exchange.range
    if asked is None or asked[0] == 0:
        return exchange.content
    first, end = asked
    body = exchange.content[: end - first]
    exchange.answer(206, body, ETag='"same"', Content_Range=f"bytes 0-{len(body) - 1}/{len(exchange.content)}")
    return None


def lying_range(exchange: Exchange) -> bytes | None:
    """Another part, said to be the one that was asked for: only the hash can tell."""
    asked = exchange.range
    if asked is None or asked[0] == 0:
        return exchange.content
    first, end = asked
    where = f"bytes {first}-{end - 1}/{len(exchange.content)}"
    exchange.answer(206, exchange.content[: end - first], ETag='"same"', Content_Range=where)
    return None


def without_ranges(exchange: Exchange) -> None:
    """A server that gives whole files only."""
    exchange.answer(200, exchange.content)


def spoiled(first: int) -> Misbehaviour:
    """Other bytes from there to the end."""
    return lambda exchange: exchange.content[:first] + bytes(byte ^ 0x55 for byte in exchange.content[first:])


def only_parts(misbehaviour: Misbehaviour) -> Misbehaviour:
    """Misbehave where a part is asked for; whole files are right."""
    return lambda exchange: misbehaviour(exchange) if exchange.range else exchange.content


def endless(exchange: Exchange) -> None:
    """A body without a length that never ends."""
    exchange.begin(200, None)
    exchange.hang_up()
    while not exchange.is_over.is_set():
        exchange.send(b"x" * 65536)


def endless_chunks(exchange: Exchange) -> None:
    """The same in chunks."""
    exchange.begin(200, None, Transfer_Encoding="chunked")
    exchange.hang_up()
    while not exchange.is_over.is_set():
        exchange.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def dripping(seconds: float) -> Misbehaviour:
    """A body that comes byte by byte, each in time for any timeout of a socket."""

    def answer(exchange: Exchange) -> None:
        exchange.begin(200, len(exchange.content), ETag='"same"')
        for place in range(len(exchange.content)):
            exchange.send(exchange.content[place : place + 1])
            if exchange.is_over.wait(seconds):
                break
        exchange.hang_up()

    return answer


def dripping_headers(seconds: float) -> Misbehaviour:
    """Headers that never come to an end."""

    def answer(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\n")
        while not exchange.is_over.wait(seconds):
            exchange.send(b"X-A: b\r\n")
        exchange.hang_up()

    return answer


def silent(exchange: Exchange) -> None:
    """No answer at all."""
    exchange.is_over.wait()
    exchange.hang_up()
