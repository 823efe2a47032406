"""Listens on the local network and keeps the conversations: how many at once, who must go, how all of it ends."""

from __future__ import annotations

import asyncio
import errno
import resource
import signal
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from generator.mirror.serving.answers import Answer, Answerer, Request
from generator.mirror.serving.conversation import READ_SIZE, Conversation, read_piece

Result = TypeVar("Result")

MOST_CONVERSATIONS = 400
"""At once; with a file open for each, still fewer than the 1,024 files that most systems allow."""
THREADS = 6
"""That wait for the disk."""
BACKLOG = 128
"""Connections that the system holds for us; asyncio takes all of them at once."""
SPARE_FILES = 64 + BACKLOG
"""For everything else that a process has open, and for connections that are not counted yet."""
FEWEST_CONVERSATIONS = 16
SECONDS_TO_FINISH = 5.0
"""For answers that are on their way when the server is told to stop."""


class AddressTakenError(Exception):
    """Another program listens on the port, or only the administrator may."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.port = port


def listen(host: str, port: int) -> list[socket.socket]:
    """Sockets for an address; an empty one means all of this computer, of both kinds.  Port 0: any that is free.

    Raises `AddressTakenError`, or `OSError` for an address that is not this computer's.
    """
    try:
        if host:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            family, _, _, _, place = found[0]
            return [socket.create_server(place, family=family, backlog=BACKLOG)]
        if socket.has_dualstack_ipv6():
            return [socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=BACKLOG)]
        return [socket.create_server(("", port), backlog=BACKLOG)]
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise AddressTakenError(port) from error
        raise


def serve(sockets: Sequence[socket.socket], answerer: Answerer, ready: Callable[[], None]) -> None:
    """Answer on these sockets until the process is told to stop (Ctrl-C, SIGTERM); `ready` is called when it begins."""
    asyncio.run(_Server(answerer).run(sockets, ready))


class _Server:
    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self._threads = ThreadPoolExecutor(THREADS, "disk")
        self._open: dict[Conversation, asyncio.Task[None]] = {}
        self._most = _most_conversations()

    async def run(self, sockets: Sequence[socket.socket], ready: Callable[[], None]) -> None:
        """Until a signal comes."""
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        servers = [
            await asyncio.start_server(self._welcome, sock=one, limit=READ_SIZE, backlog=BACKLOG) for one in sockets
        ]
        try:
            ready()
            await stop.wait()
        finally:
            for server in servers:
                server.close()
            await self._finish()
            self._threads.shutdown()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = Conversation(reader, writer, self._ask, self._read_file)
        if len(self._open) >= self._most and not self._make_room():
            await conversation.refuse(503)
            return
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # streams call this in a task
        self._open[conversation] = task
        try:
            await conversation.run()
        finally:
            self._open.pop(conversation, None)

    def _make_room(self) -> bool:
        """Send away who has kept silent longest; so whoever holds connections to block others loses own ones."""
        waiting = [one for one in self._open if one.waiting_since is not None]
        if not waiting:
            return False
        longest = min(waiting, key=lambda one: one.waiting_since or 0.0)
        longest.drop()
        self._open.pop(longest)
        return True

    async def _ask(self, request: Request) -> Answer:
        return await self._in_thread(partial(self._answerer.answer, request))

    async def _read_file(self, handle: int, size: int, position: int) -> bytes:
        return await self._in_thread(partial(read_piece, handle, size, position))

    async def _in_thread(self, call: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def _finish(self) -> None:
        """Let answers go out that have begun; then end everything."""
        for conversation in list(self._open):
            conversation.is_last = True
            if conversation.waiting_since is not None:
                conversation.drop()
        if self._open:
            await asyncio.wait(self._open.values(), timeout=SECONDS_TO_FINISH)
        for conversation, task in list(self._open.items()):
            conversation.drop()
            task.cancel()


def _most_conversations() -> int:
    """So many that connections and files together stay within what this process may open."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return MOST_CONVERSATIONS
    return max(FEWEST_CONVERSATIONS, min(MOST_CONVERSATIONS, (allowed - SPARE_FILES) // 2))
