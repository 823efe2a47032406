"""File names become addresses that every file system and every browser agrees on."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

from generator.naming import fold, slug

_ORDER = re.compile(r"^\d+[-_. ]+(?=.)")
_NUMBER = re.compile(r"\d+")
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))]
)
LONGEST_NAME = 120
"""Characters of one name: FAT allows 255 UTF-16 units, and a mirror adds a digest and a suffix of its own."""


def slugify(text: str) -> str:
    """Lower-case ASCII words joined by hyphens; a name made of other scripts becomes a digest, never nothing."""
    if _SLUG.fullmatch(text):
        return text
    return slug(text) or "pagina-" + hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()[:8]


def page_slug(name: str, *, numbered: bool) -> str:
    """Slug of a page or folder name; with `numbered`, the number that only orders is taken off."""
    return slugify(without_order(name) if numbered else name)


@lru_cache(maxsize=1024)
def folder_target(folder: str, *, numbered: bool) -> str:
    """Where the pages of a folder go: `c/01-modulo/` → `c/modulo/`."""
    return "".join(f"{page_slug(name, numbered=numbered)}/" for name in folder.split("/")[:-1])


def without_order(name: str) -> str:
    """A name without the number that only orders: `02-escuta` gives `escuta`."""
    return _ORDER.sub("", name)


def stem(name: str) -> str:
    """A file's name without its last suffix: `a.b.md` gives `a.b`."""
    dot = name.rfind(".")
    return name[:dot] if 0 < dot < len(name) - 1 else name


def is_index(name: str) -> bool:
    """True for the name of a folder's own page: `index.md`, or `README.md` as MkDocs takes it."""
    return stem(name).lower() in ("index", "readme")


def media_name(name: str) -> str:
    """A media file's name in the site: kept when it is safe everywhere, folded otherwise."""
    if _SAFE.fullmatch(name):
        return name
    front, dot, suffix = name.rpartition(".")
    return f"{slugify(front)}.{slugify(suffix)}" if dot and front else slugify(name)


def sort_key(name: str) -> tuple[int, str, str]:
    """Order of siblings: by their number, those without one last, then by folded name."""
    number = _NUMBER.match(name)
    return (int(number.group()) if number else 10**9, fold(name), name)


def is_reserved(name: str) -> bool:
    """True for names that Windows or FAT will not keep.

    Source: Microsoft, "Naming Files, Paths, and Namespaces": device names are reserved with any suffix, and a trailing
    dot or space is dropped.
    """
    return name.split(".")[0].lower() in _WINDOWS_DEVICES or name.endswith((".", " ")) or len(name) > LONGEST_NAME
