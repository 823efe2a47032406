"""Servers on this machine: a port for them, and waiting until they answer."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time


class NoServerError(Exception):
    """A server is not there, or does not start."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_listening(process: subprocess.Popen[bytes], port: int, seconds: float) -> None:
    """Raises `NoServerError` when the process ends, or does not listen in that time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise NoServerError(f"Nobody listens on port {port} (exit code {process.poll()}).")
