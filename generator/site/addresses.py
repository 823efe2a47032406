"""Addresses inside the site: always relative, always naming a file, so that they work from any folder and `file://`."""

from __future__ import annotations

import posixpath
from urllib.parse import quote


def relative_address(from_target: str, to_target: str) -> str:
    """The link from one file of the site to another: `a/b.html`, `a/c.png` → `c.png`."""
    path = posixpath.relpath(to_target, posixpath.dirname(from_target) or ".")
    return quote(path, safe="/-._~")
