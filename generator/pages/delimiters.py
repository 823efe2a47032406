"""Reads `*`, `_`, `~`, `^` and `=` as pymdownx does, without looking at every character; for `swift.py`."""

from __future__ import annotations

import re
from typing import Any

from pymdownx.delimiterprocessor import DelimiterProcessor


class QuickDelimiters(DelimiterProcessor):  # type: ignore[misc]  # pymdownx ships no types
    """Finds delimiters with a regular expression, and forgets a page only when it has read something of it."""

    _has_read = True

    def search(self, data: str, start: int) -> re.Match[str] | None:
        """The next delimiter that may begin something, or end what is open."""
        for token in self.compiled_re.finditer(data, start):
            position = token.start()
            self.positions.append(position)
            delimiter = self.delimiters[token[0]]
            match: re.Match[str] | None = delimiter.boundary.match(data, position)
            if match is not None and (delimiter.stack or str(match.lastgroup)[0] != "e"):
                return match
        return None

    def handleMatch(self, m: re.Match[str], data: str) -> Any:  # noqa: N802 - Python-Markdown's name
        """What a delimiter and those after it become."""
        self._has_read = True
        read = super().handleMatch(m, data)
        self._has_read = True  # a reset in between does not know what comes after it
        return read

    def reset(self) -> None:
        """Forget what was read; each of the extensions that share the processor calls it."""
        if self._has_read:
            super().reset()
            self._has_read = False


def works_as_known() -> bool:
    """True when the installed version keeps what `QuickDelimiters` relies on, and delimiters are single characters."""
    search, known = getattr(DelimiterProcessor, "search", None), ("positions", "delimiters", "boundary", "stack")
    return search is not None and set(known) <= set(search.__code__.co_names)
