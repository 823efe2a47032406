"""Media that could run code on a reader's computer: refused unless the owner trusts every author.

A page opened from a stick shares its origin with every other file there, so one script in one drawing could read what
learners write.  Pages are sanitised when they are rendered; this is the same rule for the files beside them.
"""

from __future__ import annotations

import re
from pathlib import Path

ACTIVE_SUFFIXES = frozenset(
    (".html", ".htm", ".xhtml", ".xht", ".mhtml", ".js", ".mjs", ".svgz", ".xml", ".xsl", ".xslt", ".swf")
)
LARGEST_DRAWING = 4 * 1024 * 1024
"""Bytes of an SVG that is read; a larger one is no drawing for a slow link."""

_ACTIVE_SVG = re.compile(
    rb"<\s*(?:\w+:)?(?:script|foreignobject|iframe|embed|object|handler|listener)\b"
    rb"|[\s/'\"]on\w+\s*=|javascript\s*:|<!ENTITY",
    re.IGNORECASE,
)
"""SVG 2, chapter 15 (scripting), and the HTML that may stand in a drawing; entities could spell any of it."""


def is_active(file: Path) -> bool:
    """True when opening the file could run code.  Raises `OSError` when it cannot be read."""
    suffix = file.suffix.lower()
    if suffix in ACTIVE_SUFFIXES:
        return True
    return suffix == ".svg" and _is_active_drawing(file)


def _is_active_drawing(file: Path) -> bool:
    if file.stat().st_size > LARGEST_DRAWING:
        return True
    content = file.read_bytes()
    if b"\0" in content:  # UTF-16 and UTF-32 would hide everything from the pattern
        return True
    declared = re.match(rb"\s*(?:\xef\xbb\xbf)?<\?xml[^>]*encoding=[\"']([\w-]+)", content)
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"iso-8859-1"):
        return True
    return _ACTIVE_SVG.search(_resolved(content)) is not None


def _resolved(content: bytes) -> bytes:
    """Numeric character references as the characters they stand for: `java&#115;cript:` is `javascript:`."""
    return re.sub(rb"&#(?:x([0-9a-f]{1,7})|([0-9]{1,7}));?", _character, content, flags=re.IGNORECASE)


def _character(match: re.Match[bytes]) -> bytes:
    number = int(match[1], 16) if match[1] else int(match[2])
    return bytes([number]) if number < 128 else b"?"
