"""A relay between a client and a server on this machine: it counts bytes, and can be as slow as a link."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PIECE = 1460
"""Bytes that are let through at a time: what one packet carries."""


@dataclass
class Relay:
    """What went through, and how it is let through."""

    port: int
    rate: float = 0
    """Bytes per second in each direction; 0: as they come."""
    delay: float = 0
    """Seconds that an answer takes longer, and a connection to be opened."""
    up: int = 0
    down: int = 0
    connections: int = 0
    _free_at: dict[str, float] = field(default_factory=dict)
    """Direction → when the link is free again: all connections share it."""

    @property
    def address(self) -> str:
        """Where clients go."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def total(self) -> int:
        """Bytes in both directions, without those of TCP and IP."""
        return self.up + self.down

    def reset(self) -> None:
        """Count from nothing."""
        self.up = self.down = self.connections = 0

    async def pause(self, direction: str, size: int) -> None:
        """Wait as long as these bytes occupy the link."""
        if not self.rate:
            return
        now = asyncio.get_running_loop().time()
        self._free_at[direction] = max(now, self._free_at.get(direction, 0)) + size / self.rate
        await asyncio.sleep(self._free_at[direction] - now)


@contextmanager
def relay_to(server: str) -> Iterator[Relay]:
    """A relay to an address, while the context lasts."""
    target = urlsplit(server)
    loop = asyncio.new_event_loop()
    ready: list[Relay] = []
    begun = threading.Event()

    async def start() -> None:
        relay = Relay(0)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            relay.connections += 1
            await asyncio.sleep(relay.delay)
            there, back = await asyncio.open_connection(target.hostname, target.port)
            await asyncio.gather(_carry(relay, "up", reader, back), _carry(relay, "down", there, writer))

        listening = await asyncio.start_server(serve, "127.0.0.1", 0)
        relay.port = listening.sockets[0].getsockname()[1]
        ready.append(relay)
        begun.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(start())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    begun.wait()
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


async def _carry(relay: Relay, direction: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One direction of one connection.  A request is one piece; its way and the answer's are the delay."""
    with suppress(ConnectionError):
        while piece := await reader.read(PIECE if relay.rate else 1 << 16):
            setattr(relay, direction, getattr(relay, direction) + len(piece))
            if direction == "up":
                await asyncio.sleep(relay.delay)
            await relay.pause(direction, len(piece))
            writer.write(piece)
            await writer.drain()
    with suppress(ConnectionError):
        writer.close()
