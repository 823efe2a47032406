"""Where the content is and what it inherits from the site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.content.model import Person


@dataclass(frozen=True)
class LibraryOptions:
    """Where the content is and what it inherits from the site's configuration."""

    folder: Path
    shown: str = "content"
    """The folder's name in problems."""
    exclude: tuple[str, ...] = ()
    """gitignore patterns."""
    nav: Sequence[Any] | None = None
    """MkDocs's `nav`, as YAML gives it."""
    licence: str = ""
    authors: tuple[Person, ...] = ()
    directory_urls: bool = False
    """Pages become `name/index.html` instead of `name.html`."""
    allow_active: bool = False
    """Copy media that could run code."""
    trusted: tuple[str, ...] = ()
    """Source paths of scripts that the site's owner asks for by name."""
