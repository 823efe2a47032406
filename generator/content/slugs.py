"""File names become addresses that every file system and every browser agrees on."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath

from generator.naming import fold, slug

_ORDER = re.compile(r"^\d+[-_. ]+(?=.)")
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))]
)
LONGEST_NAME = 120
"""Characters of one name: FAT allows 255 UTF-16 units, and a mirror adds a digest and a suffix of its own."""


def slugify(text: str) -> str:
    """Lower-case ASCII words joined by hyphens; a name made of other scripts becomes a digest, never nothing."""
    return slug(text) or "pagina-" + hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()[:8]


def page_slug(name: str, *, numbered: bool) -> str:
    """Slug of a page or folder name; with `numbered`, the number that only orders is taken off."""
    return slugify(without_order(name) if numbered else name)


def without_order(name: str) -> str:
    """A name without the number that only orders: `02-escuta` gives `escuta`."""
    return _ORDER.sub("", name)


def is_index(path: PurePosixPath) -> bool:
    """True for the page of a folder itself: `index.md`, or `README.md` as MkDocs takes it."""
    return path.stem.lower() in ("index", "readme")


def media_name(name: str) -> str:
    """A media file's name in the site: kept when it is safe everywhere, folded otherwise."""
    if _SAFE.fullmatch(name):
        return name
    stem, dot, suffix = name.rpartition(".")
    return f"{slugify(stem)}.{slugify(suffix)}" if dot and stem else slugify(name)


def sort_key(name: str) -> tuple[int, str, str]:
    """Order of siblings: by their number, those without one last, then by folded name."""
    number = re.match(r"\d+", name)
    return (int(number.group()) if number else 10**9, fold(name), name)


def is_reserved(name: str) -> bool:
    """True for names that Windows or FAT will not keep.

    Source: Microsoft, "Naming Files, Paths, and Namespaces": device names are reserved with any suffix, and a trailing
    dot or space is dropped.
    """
    return name.split(".")[0].lower() in _WINDOWS_DEVICES or name.endswith((".", " ")) or len(name) > LONGEST_NAME
