"""Bytes of an author's file become text: UTF-8, no byte-order mark, line ends of one kind, of bounded length."""

from __future__ import annotations

import os
from pathlib import Path

from generator.problems import Problem, problem

LARGEST_PAGE = 2 * 1024 * 1024
"""Bytes of one Markdown file: about 350,000 words, more than any course; rendering time grows with it."""


def read_text(file: Path, shown: str) -> tuple[str | None, list[Problem]]:
    """Read a page's text, or say why it cannot be read."""
    content, problems = read_content(file, shown)
    return (None, problems) if content is None else decode_text(content, shown)


def read_content(file: Path | str, shown: str) -> tuple[bytes | None, list[Problem]]:
    """Read a page's bytes, or say why it cannot be read."""
    try:
        with open(file, "rb", buffering=0) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > LARGEST_PAGE:
                return None, [problem(shown, 0, "file-too-large", size=megabytes(size), limit=megabytes(LARGEST_PAGE))]
            return stream.readall(), []
    except OSError as error:
        return None, [problem(shown, 0, "file-unreadable", reason=error.strerror or str(error))]


def decode_text(content: bytes, shown: str) -> tuple[str | None, list[Problem]]:
    """Decode UTF-8 with or without a byte-order mark; `\\r\\n` and `\\r` become `\\n`; NUL becomes U+FFFD."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return None, [problem(shown, line, "file-not-utf8", position=error.start)]
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd"), []


def megabytes(size: int) -> str:
    """A size for people: `20,0 MB`."""
    return f"{size / 1024 / 1024:.1f} MB".replace(".", ",")
