"""Looks after connections: those that are too slow are cut, and all of them when the time is over.

A timeout of the socket is not enough: a server that sends one byte a minute never runs into it.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from generator.mirror.refusals import MirrorError


@dataclass(frozen=True)
class Patience:
    """How long a mirror waits; in seconds."""

    connect: float = 30
    """For a connection."""
    window: float = 60
    """Over which a connection is measured; an answer must have begun within it."""
    least: int = 256
    """Bytes per second that must come over one window: four connections share a link of 64 kbit/s."""
    pause: float = 2
    """Before the same source is asked again."""
    deadline: float = 24 * 3600
    """For all of it."""


class Watch:
    """Each thread has one connection at a time."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self._end = time.monotonic() + patience.deadline
        self._lock = threading.Lock()
        self._lines: dict[int, _Line] = {}
        self._closed = threading.Event()
        self._held = False
        self._thread: threading.Thread | None = None

    def begin(self, connection: socket.socket) -> None:
        """This thread waits for an answer on a connection from now on."""
        with self._lock:
            self._lines[threading.get_ident()] = _Line(connection, time.monotonic())
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="canoa-watch", daemon=True)
                self._thread.start()

    def moved(self, size: int) -> None:
        """So many bytes came."""
        line = self._lines.get(threading.get_ident())
        if line:
            line.bytes += size

    def has_cut(self) -> bool:
        """Whether the connection of this thread was cut."""
        line = self._lines.get(threading.get_ident())
        return bool(line and line.cut)

    def end(self) -> str:
        """This thread has done with its connection; why it was cut, if it was."""
        with self._lock:
            line = self._lines.pop(threading.get_ident(), None)
        return line.cut if line else ""

    def check(self) -> None:
        """Raises `MirrorError` deadline when the time is over, or when all was called off."""
        if self._held or self._closed.is_set() or time.monotonic() > self._end:
            raise MirrorError("deadline")

    def pause(self) -> None:
        """Wait a moment before asking the same source again.  Raises `MirrorError` deadline."""
        self._closed.wait(min(self.patience.pause, max(0.0, self._end - time.monotonic())))
        self.check()

    def wait(self, seconds: float) -> None:
        """Wait, unless all is called off meanwhile."""
        self._closed.wait(seconds)

    def close(self) -> None:
        """Call everything off."""
        self._closed.set()
        self._cut_all()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Call off what is going on, until nothing is any more."""
        self._held = True
        self._cut_all()
        yield
        self._held = False

    def _cut_all(self) -> None:
        with self._lock:
            for line in self._lines.values():
                line.end("deadline")

    def _look(self) -> None:
        while not self._closed.wait(self.patience.window / 10):
            now = time.monotonic()
            with self._lock:
                for line in self._lines.values():
                    line.judge(now, self.patience, is_over=now > self._end)


@dataclass
class _Line:
    """A connection that something is expected from."""

    connection: socket.socket
    since: float
    bytes: int = 0
    cut: str = ""

    def judge(self, now: float, patience: Patience, *, is_over: bool) -> None:
        if is_over:
            self.end("deadline")
        elif now - self.since >= patience.window:
            if self.bytes < patience.least * patience.window:
                self.end("too-slow")
            self.since, self.bytes = now, 0

    def end(self, why: str) -> None:
        self.cut = self.cut or why
        with suppress(OSError):  # it is closed already
            # Not the method of a TLS socket, which takes the encryption away from under the thread that reads.
            socket.socket.shutdown(self.connection, socket.SHUT_RDWR)


class Tap:
    """Lets so many bytes per second through, of all threads together."""

    def __init__(self, rate: int, watch: Watch) -> None:
        self._rate, self._watch = rate, watch
        self._lock = threading.Lock()
        self._free = 0.0
        """When everything that was let through is paid for."""

    def let_through(self, size: int) -> None:
        """Wait until it is time for more after these bytes."""
        if not self._rate:
            return
        now = time.monotonic()
        with self._lock:
            self._free = max(now, self._free) + size / self._rate
            wait = self._free - now
        self._watch.wait(wait)
