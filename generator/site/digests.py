"""Digests that say whether something is the same as last time; they never leave the cache."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

SIZE = 16
"""Bytes: two inputs of the same cache meet by chance once in 2^64 tries."""

LIBRARIES = (
    *("imagesize", "Jinja2", "jsonschema", "latex2mathml", "Markdown", "MarkupSafe", "nh3", "pathspec", "Pygments"),
    *("pymdown-extensions", "PyYAML"),
)
"""Distributions whose version may change a page."""

SOURCES = frozenset((".py", ".html", ".css", ".js", ".svg", ".json", ".mo"))
"""Suffixes of our own files that make pages."""


def digest(*parts: bytes | str) -> bytes:
    """Digest of a sequence of texts; their lengths count, so that `ab, c` is not `a, bc`."""
    data = [part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part for part in parts]
    # One call for all: this runs forty thousand times in a build of ten thousand pages.
    return hashlib.blake2b(repr(list(map(len, data))).encode() + b"".join(data), digest_size=SIZE).digest()


def digest_of_values(values: Any) -> bytes:
    """Digest of plain values, whatever the order of their mappings; paths and dates count as their text."""
    return digest(json.dumps(values, sort_keys=True, ensure_ascii=False, default=str))


@cache
def engine_digest() -> bytes:
    """Digest of the program: its own files, the versions of the libraries that make pages, and Python's.

    Of our own files the content counts, not the version number: whoever changes a template sees it at once.
    """
    package = Path(__file__).parent.parent
    theme = Path(_theme_folder())
    parts: list[bytes | str] = [sys.version, *_versions()]
    for folder in (package, theme):
        for file in _sources(folder):
            parts += [file.relative_to(folder).as_posix(), file.read_bytes()]
    return digest(*parts)


def _theme_folder() -> str:
    from importlib.util import find_spec

    found = find_spec("generator.theme")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("generator.theme")
    return str(Path(found.origin).parent)


def _sources(folder: Path) -> Iterable[Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix in SOURCES and file.is_file())


def _versions() -> list[str]:
    """Names of the folders in which installers note what is installed: `markdown-3.9.dist-info`.

    As `importlib.metadata` finds them, without the tenth of a start-up that it takes to import.
    """
    wanted = {name.lower().replace("-", "_") for name in LIBRARIES}
    found: dict[str, str] = {}
    for folder in sys.path:
        for entry in _names_in(folder):
            name = entry.partition("-")[0].lower()
            if name in wanted and entry.endswith(".dist-info"):
                found.setdefault(name, entry)
    return sorted(found.values())


def _names_in(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder or "."))
    except OSError:
        return []
