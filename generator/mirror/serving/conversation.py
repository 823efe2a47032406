"""One connection: requests come in, answers go out, and nobody may take for ever over either.

h11 reads and writes HTTP/1.1; what is here are the limits that a parser cannot have: time and size.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from email.utils import formatdate

import h11

from generator.mirror.serving.answers import Answer, Request

SECONDS_FOR_A_REQUEST = 20.0
"""From the end of the last answer, or from the beginning, to the end of the headers; a browser that is idle for longer
connects again, and headers that come drop by drop come to an end."""
SECONDS_FOR_A_PIECE = 60.0
"""For what waits to be sent: about 1 kB/s, less than any link that loads a page."""
SECONDS_TO_LEAVE = 2.0
LARGEST_HEADERS = 16 << 10
"""Bytes of request line and headers."""
READ_SIZE = 8 << 10
PIECE = 64 << 10
"""Bytes of a file in memory at a time, for each connection."""
MOST_DISCARDED = 256 << 10
"""Bytes that are read and thrown away so that a refusal reaches who is still sending."""

WITHOUT_WAITING = struct.pack("ii", 1, 0)
"""`struct linger`, socket(7): a connection that is closed is reset."""
ENDINGS = (OSError, asyncio.TimeoutError, h11.ProtocolError)
"""How a conversation ends when the other end does not behave, or is gone."""

Ask = Callable[[Request], Awaitable[Answer]]
InThread = Callable[[int, int, int], Awaitable[bytes]]
"""Reads bytes of an open file (handle, number, position), without keeping others waiting."""


class Conversation:
    """What is said on one connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ask: Ask, read_file: InThread
    ) -> None:
        self._reader, self._writer, self._ask, self._read_file = reader, writer, ask, read_file
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=LARGEST_HEADERS)
        self.waiting_since: float | None = time.monotonic()
        """When it began to wait for a request; None while one is being answered."""
        self.is_last = False
        """Set when no more requests are taken."""
        self._is_head = False

    async def run(self) -> None:
        """Answer until the other end has enough, says something wrong, or is too slow."""
        try:
            while await self._exchange() and not self.is_last:
                self.waiting_since = time.monotonic()
                self._http.start_next_cycle()
        except ENDINGS:
            self.drop()
        finally:
            self._writer.close()

    def drop(self) -> None:
        """End it at once, and let the system forget what the other end does not take."""
        connection = self._writer.get_extra_info("socket")
        if connection is not None:
            with suppress(OSError):  # it is gone already
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, WITHOUT_WAITING)
        self._writer.transport.abort()

    async def refuse(self, status: int) -> None:
        """Say no before anything is read."""
        self.waiting_since = None
        try:
            await self._send(_refusal(status))
        except ENDINGS:
            self.drop()
        finally:
            self._writer.close()

    async def _exchange(self) -> bool:
        """One request and its answer; True when another may follow."""
        try:
            request = await asyncio.wait_for(self._next_request(), SECONDS_FOR_A_REQUEST)
            if request is None:
                return False
            self.waiting_since = None
            wrong = self._what_is_wrong(request)
        except h11.RemoteProtocolError as error:
            self.waiting_since = None
            wrong = error.error_status_hint
        if wrong:
            await self._send(_refusal(wrong))
            await self._leave()
            return False
        assert request is not None  # noqa: S101  # else something is wrong
        answer = await self._ask(_as_request(request))
        try:
            await self._send(answer)
        finally:
            answer.close()
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    def _what_is_wrong(self, request: h11.Request) -> int:
        """Status for a request that is none of a reader's; 0 for all others.  Raises `h11.RemoteProtocolError`."""
        self._is_head = request.method == b"HEAD"
        if request.http_version not in (b"1.0", b"1.1"):
            return 505
        if isinstance(self._http.next_event(), h11.EndOfMessage):
            return 0
        return 405 if request.method not in (b"GET", b"HEAD") else 413  # it has a body

    async def _next_request(self) -> h11.Request | None:
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Request):
                return event
            if event is not h11.NEED_DATA:
                return None  # the other end has closed
            self._http.receive_data(await self._reader.read(READ_SIZE))

    async def _send(self, answer: Answer) -> None:
        headers = [("Date", formatdate(usegmt=True)), *answer.headers.items()]
        self._write(h11.Response(status_code=answer.status, headers=headers))
        if not self._is_head:
            await self._send_body(answer)
        self._write(h11.EndOfMessage())
        await self._drain()

    async def _send_body(self, answer: Answer) -> None:
        if answer.body:
            self._write(h11.Data(data=answer.body))
        position, end = answer.first, answer.first + answer.length
        while answer.handle is not None and position < end:
            piece = await self._read_file(answer.handle, min(PIECE, end - position), position)
            if not piece:
                raise OSError("the file became shorter")
            self._write(h11.Data(data=piece))
            position += len(piece)
            await self._drain()

    def _write(self, event: h11.Event) -> None:
        self._writer.write(self._http.send(event) or b"")

    async def _drain(self) -> None:
        await asyncio.wait_for(self._writer.drain(), SECONDS_FOR_A_PIECE)

    async def _leave(self) -> None:
        """Stop sending, and listen for a while: a connection that is closed on unread bytes loses the answer."""
        if self._writer.can_write_eof():
            self._writer.write_eof()
        await asyncio.wait_for(self._discard(), SECONDS_TO_LEAVE)

    async def _discard(self) -> None:
        left = MOST_DISCARDED
        while left > 0:
            piece = await self._reader.read(READ_SIZE)
            if not piece:
                return
            left -= len(piece)


def _as_request(request: h11.Request) -> Request:
    headers: dict[str, str] = {}
    for name, value in request.headers:
        key, text = name.decode("ascii"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return Request(request.method, request.target, headers)


def _refusal(status: int) -> Answer:
    headers = {"Content-Length": "0", "Connection": "close"}
    if status == 405:
        headers["Allow"] = "GET, HEAD"
    return Answer(status, headers)


def read_piece(handle: int, size: int, position: int) -> bytes:
    """Bytes of an open file, wherever it was read last."""
    return os.pread(handle, size, position)
