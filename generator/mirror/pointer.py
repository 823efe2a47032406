"""The two pointers of a stick: which of its trees is whole, said so that a pulled-out stick never says anything wrong.

FAT knows no atomic rename.  What survives is a sector written over in place: `atual0.js` speaks of the tree `a/` and
`atual1.js` of `b/`; each has a sequence number and a CRC, and the higher valid one counts.  `ABRIR.html` has the same
rule in JavaScript.  While a tree is written, its pointer says how far that has got, and points nowhere.  A bundle for
other mirrors has such a pointer too.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

TREES: Final = ("a", "b")
BUNDLE: Final = "p"
FOLDERS: Final[Mapping[str, str]] = {"a": "a", "b": "b", BUNDLE: "canoa-pacote"}
"""What is on a stick → its folder."""
SLOTS: Final[Mapping[str, str]] = {"a": "atual0.js", "b": "atual1.js", BUNDLE: "canoa-pacote.js"}
"""The same → the file that speaks of it."""
LENGTH = 512
"""Bytes of a pointer: one sector, in a cluster that it never leaves."""
HEAD = 'typeof canoaAtual=="function"&&canoaAtual('
"""So that nothing happens when somebody opens the pointer by itself."""
WRITTEN = re.compile(re.escape(HEAD.encode()) + rb'"([0-9a-fp -]{34})","([0-9a-f]{8})"\);?\s*')
TEXT = re.compile(r"1 (\d{9}) ([abp]) (\d{9}) (\d{4}-\d\d-\d\d)")
PROGRESS = re.compile(r"1 0{9} ([abp]) (\d{9}) ([0-9a-f]{4})-([0-9a-f]{2})-([0-9a-f]{2})")
"""No sequence number, so that nobody takes it for a pointer; the same places, so that no mixture of two is a third."""


@dataclass(frozen=True)
class Pointer:
    """A tree is whole."""

    sequence: int
    tree: str
    release: int
    date: str
    """Of the release: `2026-11-29`."""


@dataclass(frozen=True)
class Progress:
    """A tree is being written."""

    tree: str
    plan: int
    """Digest of what is being written, 32 bits."""
    done: int
    """Steps of the plan that have reached the medium for certain."""


def write_pointer(what: Pointer | Progress) -> bytes:
    """The content of a pointer's file; every one has the same length, and its parts the same places."""
    if isinstance(what, Pointer):
        text = f"1 {what.sequence:09} {what.tree} {what.release:09} {what.date}"
    else:
        plan = f"{what.plan:08x}"
        text = f"1 {0:09} {what.tree} {what.done:09} {plan[:4]}-{plan[4:6]}-{plan[6:]}"
    return f'{HEAD}"{text}","{zlib.crc32(text.encode()):08x}");'.encode().ljust(LENGTH - 1) + b"\n"


def read_pointer(content: bytes, tree: str) -> Pointer | Progress | None:
    """What the file of a tree says; nothing when it is torn or something else."""
    written = WRITTEN.fullmatch(content)
    if written is None or int(written[2], 16) != zlib.crc32(written[1]):
        return None
    text = written[1].decode()
    found: Pointer | Progress | None = None
    if whole := TEXT.fullmatch(text):
        found = Pointer(int(whole[1]), whole[2], int(whole[3]), whole[4])
    if begun := PROGRESS.fullmatch(text):
        found = Progress(begun[1], int("".join(begun.groups()[2:]), 16), int(begun[2]))
    return found if found and found.tree == tree else None


def choose(pointers: Mapping[str, Pointer | Progress | None]) -> Pointer | None:
    """The pointer that counts, of those by tree; nothing when no tree is whole."""
    whole = [pointer for _, pointer in sorted(pointers.items()) if isinstance(pointer, Pointer)]
    return max(whole, key=lambda pointer: pointer.sequence, default=None)
