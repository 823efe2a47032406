"""What else a request asks for: nothing new, a part, a compressed body (RFC 9110, sections 8.8.3, 12.5.3, 13, 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

TAG = re.compile(r'\s*(W/)?("[\x21\x23-\x7e\x80-\xff]*")\s*(?:,|$)')
ONE_RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.ASCII)
QUALITY = re.compile(r"[qQ]=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


class Part(NamedTuple):
    """Bytes of a file that are asked for."""

    first: int
    length: int


class Unsatisfiable(NamedTuple):
    """A part is asked for that the file does not have."""


def matches(written: str, tag: str, *, strong: bool = False) -> bool:
    """True when a list of entity tags names this one, or any (`*`)."""
    if written.strip() == "*":
        return True
    return any(found == tag and not (strong and weak) for weak, found in _tags(written))


def _tags(written: str) -> Iterator[tuple[bool, str]]:
    position = 0
    while found := TAG.match(written, position):
        yield bool(found[1]), found[2]
        position = found.end()
        if position >= len(written):
            return


def wanted_part(written: str, size: int) -> Part | Unsatisfiable | None:
    """The one range that is asked for; None, and so the whole file, for several ones and for what cannot be read."""
    found = ONE_RANGE.fullmatch(written)
    if found is None or found[1] == found[2] == "":
        return None
    if not found[1]:  # the last bytes
        length = min(int(found[2]), size)
        return Part(size - length, length) if length else Unsatisfiable()
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < first:
        return None
    return Part(first, last - first + 1) if first < size else Unsatisfiable()


def accepts_gzip(written: str) -> bool:
    """True when `Accept-Encoding` names gzip, or everything, and does not refuse it."""
    qualities: dict[str, float] = {}
    for one in written.lower().split(","):
        name, _, parameter = (part.strip() for part in one.partition(";"))
        found = QUALITY.fullmatch(parameter)
        qualities[name] = float(found[1]) if found else 1.0 if not parameter else 0.0
    return qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", 0.0))) > 0
