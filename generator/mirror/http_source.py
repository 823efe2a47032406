"""A web server as a source, asked over a few connections that stay open; by urllib3.

Only what static files need: no cookies, no credentials, no decoding; redirections are few and never to less safety.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.response import BaseHTTPResponse

from generator import __version__
from generator.mirror.refusals import MirrorError
from generator.mirror.sources import PIECE, WHOLE, Answer, Part
from generator.mirror.watch import Watch
from generator.release.portable_names import shown

CONNECTIONS = 4
MOST_REDIRECTIONS = 5
REDIRECTIONS = frozenset((301, 302, 303, 307, 308))
PART = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")
THIS_COMPUTER = frozenset(("localhost", "127.0.0.1", "::1"))
"""Never asked through a proxy."""
LONGEST_MARK = 200
"""Characters of an ETag that is remembered."""


class HttpSource:
    """The files of the wire below an address."""

    def __init__(self, address: str, watch: Watch) -> None:
        self.address = address
        self._base = address if address.endswith("/") else f"{address}/"
        self.name = urlsplit(address).netloc.rpartition("@")[2]
        self._watch = watch
        self._pools = _pools(self._base, watch)

    @contextmanager
    def ask(self, path: str, part: Part = WHOLE, *, most: int, unless: str = "") -> Iterator[Answer | None]:
        """See `Source`."""
        headers = _headers(part, unless)
        try:
            response = self._follow(path, headers)
            try:
                self._check_status(response, path)
                if response.status == 304:
                    yield None
                else:
                    yield self._answer(response, path, part, most)
            finally:
                _give_back(response)
        finally:
            self._watch.end()

    def close(self) -> None:
        """Close the connections."""
        self._pools.clear()

    def _follow(self, path: str, headers: dict[str, str]) -> BaseHTTPResponse:
        """The first answer that does not send elsewhere."""
        url = urljoin(self._base, quote(path))
        for _ in range(MOST_REDIRECTIONS + 1):
            self._watch.check()
            response = self._request(url, headers)
            if response.status not in REDIRECTIONS:
                return response
            _give_back(response)
            wanted = urljoin(url, response.headers.get("Location", ""))
            if is_less_safe(urlsplit(url), urlsplit(wanted)):
                raise MirrorError("redirected", source=self.name, address=shown(wanted[:200]))
            url = wanted
        raise MirrorError("redirected", source=self.name, address=shown(url[:200]))

    def _request(self, url: str, headers: dict[str, str]) -> BaseHTTPResponse:
        try:
            response = self._pools.request(
                "GET", url, headers=headers, preload_content=False, decode_content=False, redirect=False, retries=False
            )
        except (HTTPError, OSError, ValueError) as error:  # ValueError: an address that cannot be one
            raise self._failure(error) from None
        if self._watch.has_cut():  # http.client takes the end of the connection for that of the headers
            response.close()
            raise self._failure(EOFError())
        return response

    def _failure(self, error: Exception) -> MirrorError:
        cut = self._watch.end()
        if cut == "deadline":
            return MirrorError("deadline")
        if cut or isinstance(error, ReadTimeoutError):
            return MirrorError("too-slow", source=self.name)
        return MirrorError("unreachable", source=self.name, reason=_reason(error))

    def _check_status(self, response: BaseHTTPResponse, path: str) -> None:
        if response.status in (404, 410):
            raise MirrorError("not-found", source=self.name, path=path)
        if response.status == 416:
            raise MirrorError("wrong-range", source=self.name, path=path)
        if response.status not in (200, 206, 304):
            raise MirrorError("bad-status", source=self.name, path=path, status=response.status)

    def _answer(self, response: BaseHTTPResponse, path: str, part: Part, most: int) -> Answer:
        """Raises `MirrorError`: wrong-object, wrong-range."""
        written = response.headers.get("Content-Length", "")
        # Without a length nobody knows whether all has come, and a chunked body needs no end.
        if not (written.isdecimal() and len(written) <= 15) or response.headers.get("Transfer-Encoding"):
            raise MirrorError("wrong-object", source=self.name, path=path)
        length, first = int(written), 0
        if response.status == 206:
            first = part.first
            if not _is_what_was_asked(response.headers.get("Content-Range", ""), part, length, most):
                raise MirrorError("wrong-range", source=self.name, path=path)
        elif length > most:
            raise MirrorError("wrong-object", source=self.name, path=path)
        etag = response.headers.get("ETag", "")
        return Answer(first, length, etag if _is_mark(etag) else "", self._pieces(response, path, length))

    def _pieces(self, response: BaseHTTPResponse, path: str, length: int) -> Iterator[bytes]:
        while length:
            self._watch.check()
            try:
                piece = response.read1(min(length, PIECE))
            except (HTTPError, OSError) as error:
                failure = self._failure(error)
                raise failure if failure.kind != "unreachable" else self._cut(path) from None
            if not piece:  # http.client does not say that something is missing
                failure = self._failure(EOFError())
                raise failure if failure.kind != "unreachable" else self._cut(path)
            length -= len(piece)
            self._watch.moved(len(piece))
            yield piece

    def _cut(self, path: str) -> MirrorError:
        return MirrorError("cut", source=self.name, path=path)


def is_less_safe(address: SplitResult, wanted: SplitResult) -> bool:
    """Whether to go on to another address would be to something else than a web server, or without encryption."""
    if wanted.scheme not in ("http", "https") or not wanted.hostname:
        return True
    return address.scheme == "https" and wanted.scheme != "https"


def _headers(part: Part, unless: str) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity", "User-Agent": f"canoa/{__version__}"}
    if part.first or part.size is not None:
        last = "" if part.size is None else str(part.first + part.size - 1)
        headers["Range"] = f"bytes={part.first}-{last}"
        if part.etag and not part.etag.startswith("W/"):  # weak marks say nothing about bytes (RFC 9110, 13.1.5)
            headers["If-Range"] = part.etag
    if unless:
        headers["If-None-Match"] = unless
    return headers


def _is_mark(etag: str) -> bool:
    """It is sent back one day: nothing that could be anything but an ETag."""
    return len(etag) <= LONGEST_MARK and etag.isascii() and etag.isprintable() and etag.endswith('"')


def _is_what_was_asked(written: str, part: Part, length: int, most: int) -> bool:
    """Whether a part is the one that was asked for, of a file that is not too long (RFC 9110, 14.4)."""
    found = PART.fullmatch(written)
    if found is None:
        return False
    first, last, total = map(int, found.groups())
    wanted = total if part.size is None else min(total, part.first + part.size)
    return first == part.first and last + 1 == wanted and length == last + 1 - first and total <= most


def _give_back(response: BaseHTTPResponse) -> None:
    """A connection on which something is still to come is closed: the next answer must not begin with it."""
    if getattr(response, "length_remaining", None) == 0 and not response.headers.get("Transfer-Encoding"):
        response.drain_conn()
    else:
        response.close()
    response.release_conn()


def _reason(error: Exception) -> str:
    """The system's own word, without the names of urllib3's classes and objects."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror
        inner = inner.__cause__ or inner.__context__
    return type(error).__name__


def _pools(base: str, watch: Watch) -> urllib3.PoolManager:
    """Connections that the watch looks after; through a proxy where the system names one."""
    timeout = urllib3.Timeout(connect=watch.patience.connect, read=watch.patience.window)
    settings: dict[str, Any] = {"maxsize": CONNECTIONS, "block": True, "timeout": timeout, "retries": False}
    parts = urlsplit(base)
    proxy = getproxies().get(parts.scheme)
    pools: urllib3.PoolManager
    host = parts.hostname or ""
    if proxy and host not in THIS_COMPUTER and not proxy_bypass(host):
        pools = urllib3.ProxyManager(proxy if "://" in proxy else f"http://{proxy}", **settings)
    else:
        pools = urllib3.PoolManager(**settings)
    plain, safe = _watched(watch)
    pools.pool_classes_by_scheme = {"http": plain, "https": safe}
    return pools


def _watched(watch: Watch) -> tuple[type[HTTPConnectionPool], type[HTTPSConnectionPool]]:
    """Pools whose connections are under watch from the moment an answer is due."""

    class Plain(HTTPConnection):
        def getresponse(self) -> Any:
            _begin(watch, self.sock)
            return super().getresponse()

    class Safe(HTTPSConnection):
        def getresponse(self) -> Any:
            _begin(watch, self.sock)
            return super().getresponse()

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SafePool(HTTPSConnectionPool):
        ConnectionCls = Safe

    return PlainPool, SafePool


def _begin(watch: Watch, connection: socket.socket | None) -> None:
    if connection is not None:
        watch.begin(connection)
