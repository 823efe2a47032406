"""What an author waits for: the reload after a save under `canoa serve`, and the start of a command."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.corpus import Corpus
from bench.listening import NoServerError, free_port, wait_until_listening
from bench.measure import killed_on_error, measure
from bench.peers import Tool
from bench.results import Reloads, StartUp
from bench.scenarios import Bench, add_sentence

EVENTS = "/__canoa/eventos"
SAVES = 7
STARTS = 10
PATIENCE = 600.0
"""Seconds that a first build may take, and a rebuild."""


class ServeError(Exception):
    """`canoa serve` did not answer as it should."""


def measure_reloads(bench: Bench, tool: Tool, corpus: Corpus, pages: Path) -> Reloads:
    """Save a page seven times; each time is from the save to the new page."""
    folder = bench.work / f"serve-{corpus.pages}"
    tool.prepare(folder, pages)
    source = tool.source(folder, corpus.edited)
    address = "/" + tool.target_of(corpus.edited)
    times = []
    with serving(folder, bench.work / "serve.log") as port, event_stream(port) as events:
        next(events)  # the build that is there already
        for number in range(1, SAVES + 1):
            text, sentence = add_sentence(source.read_text(encoding="utf-8"), number)
            source.write_text(text, encoding="utf-8")
            saved = time.perf_counter()
            _wait_for(sentence, address, port, events)
            times.append(round((time.perf_counter() - saved) * 1000, 1))
            time.sleep(4)  # an author does not save again at once; meanwhile the search index follows
    bench.discard(folder)
    return Reloads(corpus.pages, tuple(times))


def _wait_for(sentence: str, address: str, port: int, events: Iterator[int]) -> None:
    """Until an event after which the page shows the sentence; an event may belong to an earlier rebuild."""
    for _ in events:
        if sentence in _get(port, address):
            return
    raise ServeError(f"The event stream ended before the page {address} was rebuilt.")


def _get(port: int, address: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request("GET", address)
        return connection.getresponse().read().decode()


@contextlib.contextmanager
def serving(folder: Path, log: Path) -> Iterator[int]:
    """A running `canoa serve`; gives the port that it listens on."""
    port = free_port()
    command = (sys.executable, "-m", "generator", "serve", "--no-open", "--port", str(port))
    with log.open("ab") as printed:
        process = subprocess.Popen(command, cwd=folder, stdout=printed, stderr=printed, start_new_session=True)
        with killed_on_error(process.pid):
            try:
                wait_until_listening(process, port, PATIENCE)
            except NoServerError:
                raise ServeError(f"canoa serve does not listen; what it printed is in {log}.") from None
            yield port
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


@contextlib.contextmanager
def event_stream(port: int) -> Iterator[Iterator[int]]:
    """The numbers of the builds, as `canoa serve` announces them."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request("GET", EVENTS)
        answer = connection.getresponse()
        yield (int(json.loads(line[5:])["build"]) for line in iter(answer.readline, b"") if line.startswith(b"data:"))


def measure_start_ups(bench: Bench, tool: Tool, corpus: Corpus, pages: Path, hugo: Path | None) -> list[StartUp]:
    """Starts, by turns, of commands with nothing to do."""
    folder = bench.work / f"start-{corpus.pages}"
    log = bench.work / "start.log"
    tool.prepare(folder, pages)
    measure(tool.command, folder, log, bench.limits)
    commands: dict[str, Sequence[str]] = {
        "python -c pass": (sys.executable, "-c", "pass"),
        "canoa --help": (sys.executable, "-m", "generator", "--help"),
        f"canoa build, {corpus.pages} unchanged pages": tool.command,
    }
    if hugo:
        commands["hugo version"] = (str(hugo), "version")
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(1 + STARTS):  # the first of each warms the disk's cache
        for name, command in commands.items():
            runs[name].append(_start(command, folder))
    bench.discard(folder)
    return [
        StartUp(name, tuple(wall for wall, _ in times[1:]), tuple(cpu for _, cpu in times[1:]))
        for name, times in runs.items()
    ]


def _start(command: Sequence[str], folder: Path) -> tuple[float, float]:
    """Milliseconds of wall and processor time, without the thread that watches longer runs."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    return round(wall * 1000, 1), round((usage.ru_utime + usage.ru_stime) * 1000, 1)
