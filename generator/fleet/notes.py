"""What was seen of the mirrors, kept in a file: an interrupted look goes on, and the next one sees who went back.

Each line is one JSON value; each look begins with a line that says so and ends with one.  A line that was cut off
counts for nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from generator.fleet.asking import Asked
from generator.fleet.reading import LARGEST, NotAStatusError, read_report
from generator.release.durable_files import write_durably

FORMAT, VERSION = "canoa-fleet", 1
LARGEST_LINE = 4 * LARGEST


class NotesError(Exception):
    """The file holds something else."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.file = file


@dataclass
class Notes:
    """What is known from before."""

    earlier: dict[str, bytes] = field(default_factory=dict)
    """Address → its last status of looks that are over."""
    now: dict[str, bytes] = field(default_factory=dict)
    """The same of the look that was interrupted, or is on."""
    peaks: dict[str, bytes] = field(default_factory=dict)
    """The same with the newest edition, where an older one came later."""


class NotesFile:
    """Adds answers as they come.  Raises `NotesError`, and `OSError`."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.notes = _read(file)
        """What the file held."""
        self.is_resumed = bool(self.notes.now)
        file.parent.mkdir(parents=True, exist_ok=True)
        self._out: BinaryIO | None = file.open("ab")
        if not self.is_resumed:
            self._add({"format": FORMAT, "version": VERSION, "step": "begun"}, after=b"\n")

    def add(self, asked: Asked) -> None:
        """Keep an answer; troubles are not kept, so that who goes on asks those again."""
        if asked.trouble:
            return
        self.notes.now[asked.address] = asked.content
        self._add({"address": asked.address, "status": _text(asked.content)})

    def finish(self) -> None:
        """All have been asked: keep only the last status of each, in their order."""
        self.close()
        kept = {**self.notes.earlier, **self.notes.now}
        lines: list[dict[str, Any]] = [{"format": FORMAT, "version": VERSION, "step": "begun"}]
        for address in sorted(kept):
            lines.append({"address": address, "status": _text(kept[address])})
            peak = max((self.notes.peaks.get(address, b""), self.notes.earlier.get(address, b"")), key=_release)
            if _release(peak) > _release(kept[address]):
                lines.append({"address": address, "peak": _text(peak)})
        lines.append({"format": FORMAT, "version": VERSION, "step": "finished"})
        write_durably(self._file, b"".join(_line(one) for one in lines))

    def close(self) -> None:
        """Force to the disk what is there."""
        if self._out:
            self._out.flush()
            os.fsync(self._out.fileno())
            self._out.close()
            self._out = None

    def _add(self, value: dict[str, Any], after: bytes = b"") -> None:
        if self._out:
            self._out.write(after + _line(value))
            self._out.flush()  # what is with the system outlives this process


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _release(content: bytes) -> int:
    try:
        return read_report(content).release if content else -1
    except NotAStatusError:
        return -1


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _read(file: Path) -> Notes:
    notes = Notes()
    if not file.exists():
        return notes
    is_ours = False
    for value in _lines(file):
        if value.get("format") == FORMAT and value.get("version") == VERSION:
            is_ours = True
            notes.earlier |= notes.now
            notes.now = {}
        elif isinstance(value.get("address"), str) and isinstance(value.get("status"), str):
            notes.now[value["address"]] = value["status"].encode("utf-8", "replace")
        elif isinstance(value.get("address"), str) and isinstance(value.get("peak"), str):
            notes.peaks[value["address"]] = value["peak"].encode("utf-8", "replace")
    if not is_ours and file.stat().st_size:
        raise NotesError(file)
    return notes


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open("rb") as stream:
        for line in iter(lambda: stream.readline(LARGEST_LINE), b""):
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                value = None  # a line that was cut off
            if isinstance(value, dict):
                yield value
