"""Asks many mirrors at once how they are: so many at a time, each for so long, and no more than a status from each.

On asyncio, since a deadline there is one for everything: name, connection, headers that come drop by drop, body.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import zip_longest
from urllib.parse import urlsplit

import h11

from generator import __version__
from generator.fleet.reading import LARGEST

READ_SIZE = 8 << 10
LARGEST_HEADERS = 16 << 10
PER_HOST = 4
"""Connections to one host at a time: a regional server may stand for hundreds of mirrors."""
RESOLVERS = 32
"""Threads that wait for names to be found."""


@dataclass(frozen=True)
class Asked:
    """What came of one address."""

    address: str
    content: bytes = b""
    trouble: str = ""
    """Why nothing came, one of `words.TROUBLES`."""


class NoStatusError(Exception):
    """A server answered, but not with a status."""

    def __init__(self, trouble: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble


def ask_all(addresses: Iterable[str], told: Callable[[Asked], None], *, at_once: int, seconds: float) -> None:
    """Ask every address; `told` is called with each answer as it comes.  `seconds`: for all of one address."""
    asyncio.run(_Asking(told, at_once, seconds).run(tuple(_by_turns(addresses))))


def _by_turns(addresses: Iterable[str]) -> Iterator[str]:
    """First one address of each host, then the second of each: a slow host keeps nobody waiting."""
    by_host: dict[str, list[str]] = {}
    for address in addresses:
        by_host.setdefault(urlsplit(address).netloc, []).append(address)
    for turn in zip_longest(*by_host.values()):
        yield from (address for address in turn if address is not None)


@dataclass
class _Asking:
    told: Callable[[Asked], None]
    at_once: int
    seconds: float
    hosts: dict[str, asyncio.Semaphore] = field(default_factory=dict)

    async def run(self, addresses: tuple[str, ...]) -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(RESOLVERS, "names"))
        left = iter(addresses)
        certificates = ssl.create_default_context()
        await asyncio.gather(*(self._work(left, certificates) for _ in range(min(self.at_once, len(addresses)))))

    async def _work(self, left: Iterator[str], certificates: ssl.SSLContext) -> None:
        for address in left:
            host = self.hosts.setdefault(urlsplit(address).netloc, asyncio.Semaphore(PER_HOST))
            async with host:
                self.told(await self._ask(address, certificates))

    async def _ask(self, address: str, certificates: ssl.SSLContext) -> Asked:
        try:
            return Asked(address, await asyncio.wait_for(_fetch(address, certificates), self.seconds))
        except NoStatusError as error:
            return Asked(address, trouble=error.trouble)
        except asyncio.TimeoutError:
            return Asked(address, trouble="too-slow")
        except ssl.SSLError:
            return Asked(address, trouble="no-certificate")
        except (OSError, ValueError, h11.ProtocolError):  # ValueError: a name that cannot be looked up
            return Asked(address, trouble="no-answer")


async def _fetch(address: str, certificates: ssl.SSLContext) -> bytes:
    """Raises `NoStatusError`, and what connections raise."""
    parts = urlsplit(address)
    secure = certificates if parts.scheme == "https" else None
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure, limit=READ_SIZE)
    try:
        http = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEADERS)
        request = h11.Request(method="GET", target=parts.path, headers=_headers(parts.netloc))
        writer.write((http.send(request) or b"") + (http.send(h11.EndOfMessage()) or b""))
        return await _read(reader, http)
    finally:
        writer.transport.abort()


def _headers(host: str) -> list[tuple[str, str]]:
    return [
        ("Host", host),
        ("Accept", "application/json"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
        ("User-Agent", f"canoa/{__version__}"),
    ]


async def _read(reader: asyncio.StreamReader, http: h11.Connection) -> bytes:
    content = b""
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            http.receive_data(await reader.read(READ_SIZE))
        elif isinstance(event, h11.Response):
            if event.status_code != 200:
                raise NoStatusError("sent-elsewhere" if event.status_code in range(300, 400) else "no-status-there")
        elif isinstance(event, h11.Data):
            content += event.data
            if len(content) > LARGEST:
                raise NoStatusError("too-large")
        elif not isinstance(event, h11.InformationalResponse):
            return content


def host_of(address: str) -> str:
    """What people know an address by."""
    return urlsplit(address).netloc
