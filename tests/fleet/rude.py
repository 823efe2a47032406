"""Servers of bad manners."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ANSWERS = {
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
    "endless": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
    "drip": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000,
}


@contextmanager
def rude_server(kind: str) -> Iterator[int]:
    """One of `ANSWERS` for one visitor, `drip` and `endless` for as long as anybody listens; gives the port."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with contextlib.suppress(OSError):
                visitor, _ = listening.accept()
                with visitor:
                    visitor.recv(4096)
                    send(visitor)

        def send(visitor: socket.socket) -> None:
            if kind == "drip":
                for letter in ANSWERS[kind]:
                    visitor.sendall(bytes([letter]))
                    if stop.wait(0.05):
                        return
            visitor.sendall(ANSWERS[kind])
            while kind == "endless" and not stop.is_set():
                visitor.sendall(bytes(1 << 16))

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            stop.set()
            listening.close()
            thread.join(30)
