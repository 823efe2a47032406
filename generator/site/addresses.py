"""Addresses inside the site: always relative, always naming a file, so that they work from any folder and `file://`."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from urllib.parse import quote

_NAME = r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*"
_PLAIN = re.compile(rf"{_NAME}(?:/{_NAME})*")
"""A path in which `posixpath` would fold nothing away and `quote` would change nothing."""


def relative_address(from_target: str, to_target: str) -> str:
    """The link from one file of the site to another: `a/b.html`, `a/c.png` → `c.png`."""
    return address_from(from_target.rpartition("/")[0], to_target)


@lru_cache(maxsize=4096)
def address_from(folder: str, to_target: str) -> str:
    """The link from any file of a folder to a file of the site."""
    if _PLAIN.fullmatch(to_target) and _is_plain_folder(folder) and not f"{folder}/".startswith(f"{to_target}/"):
        return _climb(folder, to_target)
    return quote(posixpath.relpath(to_target, folder or "."), safe="/-._~")


@lru_cache(maxsize=256)
def _is_plain_folder(folder: str) -> bool:
    return not folder or _PLAIN.fullmatch(folder) is not None


def _climb(folder: str, to_target: str) -> str:
    """Up to the folder that holds both, and down: what `posixpath.relpath` gives, without asking where we are."""
    up = ""
    while folder:
        if to_target.startswith(f"{folder}/"):
            return up + to_target[len(folder) + 1 :]
        folder, up = folder.rpartition("/")[0], f"{up}../"
    return up + to_target
