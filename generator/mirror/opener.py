"""What people see first on a stick: the page to open and a note, which no release changes.

A page that is whole is never written again, since that cannot be done safely on FAT; its last line says whether it is.
"""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

OPENER, NOTE = "ABRIR.html", "COMO-ABRIR.txt"
FOLDER = Path(__file__).parent / "stick_files"
LARGEST = 1 << 20
"""Bytes of a page that is looked at."""
SEAL = re.compile(rb"<!-- canoa-abrir 1 ([0-9a-f]{64}) -->\n")
LINE_END = b"\r\n"
"""Of old Windows editors, which know no other."""
BYTE_ORDER = b"\xef\xbb\xbf"
"""By which they see that a text is UTF-8."""


def opener_page() -> bytes:
    """The page that opens the tree that is whole."""
    page = (FOLDER / OPENER).read_bytes()
    return page + f"<!-- canoa-abrir 1 {sha256(page).hexdigest()} -->\n".encode()


def note() -> bytes:
    """The note for whoever looks into the stick."""
    return BYTE_ORDER + (FOLDER / NOTE).read_bytes().replace(b"\n", LINE_END)


def is_opener(page: bytes) -> bool:
    """Whether a page is one of ours, of whatever version, and whole."""
    begin = page.rfind(b"<!-- canoa-abrir ")
    seal = SEAL.fullmatch(page, max(begin, 0))
    return seal is not None and sha256(page[:begin]).hexdigest().encode() == seal[1]
