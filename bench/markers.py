"""Puts what was measured into a document, between the markers `<!-- NAME: begin -->` and `<!-- NAME: end -->`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


class NoMarkersError(Exception):
    """The document has no place for the measured part."""


def markers(name: str) -> tuple[str, str]:
    """The lines before and after a part."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def with_parts(document: Path, parts: Mapping[str, str]) -> str:
    """The document's text with these parts, each of which ends its last line.

    Raises `NoMarkersError` where the markers of a name are not there once each.
    """
    text = document.read_text(encoding="utf-8")
    for name, part in parts.items():
        begin, end = markers(name)
        if text.count(begin) != 1 or text.count(end) != 1:
            raise NoMarkersError(f"{document} needs one line {begin} and one line {end}.")
        text = f"{text.partition(begin)[0]}{begin}\n\n{part}\n{end}{text.partition(end)[2]}"
    return text


def write_parts(document: Path, parts: Mapping[str, str]) -> None:
    """Put the parts into the document.  Raises `NoMarkersError`; then nothing is written."""
    document.write_text(with_parts(document, parts), encoding="utf-8")
