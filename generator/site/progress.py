"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Listener = Callable[[str, int, int], None]
"""Told of progress: name of the stage (`read`, `render`, `write`), pages done, pages in all."""


def silent(stage: str, done: int, total: int) -> None:
    """A `Listener` for those who want no progress."""
