"""Files that tell what one copy of a site is: each copy has its own, no release has any.

`canoa build` writes them for the working edition, whoever makes a mirror's or a stick's tree for what it holds
(`generator/mirror/copy_facts.py`).
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

COPY_SCRIPT = "canoa/copia.js"
"""What every copy says of itself, as a script: nothing else can be loaded from `file://`."""
COPY_FOLDER = "canoa/copia"
"""Folder of what only few pages need of it."""
OWN_BEGINNING = b"<!doctype html><!-- canoa: this page belongs to a copy, not to a release -->\n"
"""Beginning of the pages that stand where a copy lacks a course."""


def fold_name(name: str) -> str:
    """What names have in common that some file system takes for the same (Unicode, D145)."""
    if name.isascii():  # nearly all are
        return name.lower()
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())


def is_own(path: str) -> bool:
    """Whether a path from the site's folder, however some computer may write it, is kept for copies."""
    folded = fold_name(path)
    return folded in (COPY_SCRIPT, COPY_FOLDER) or folded.startswith(f"{COPY_FOLDER}/")


def is_own_page(file: Path) -> bool:
    """Whether a file is a page that a copy made where a course is missing.  Raises `OSError`."""
    with file.open("rb") as stream:
        return stream.read(len(OWN_BEGINNING)) == OWN_BEGINNING
