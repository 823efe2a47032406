"""What is wrong with the input, where, and how to mend it: collected first, shown together.

A problem carries a *kind* and the values that fill its sentences, never the sentences: so it can be cached, sent
between processes, sorted, and shown in the reader's language.  The sentences are in `problem_kinds.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from generator.problem_kinds import KINDS

Translate = Callable[[str], str]

_TRANSLATED_VALUES = frozenset({"expected", "reason"})
"""Values that may be message ids themselves; text that no catalogue knows stays as it is."""


@dataclass(frozen=True, order=True)
class Problem:
    """One finding about one place of the input.

    Raises `KeyError` for a kind that `problem_kinds.KINDS` does not know.
    """

    path: str
    """File, relative to the project's folder, with forward slashes."""
    line: int
    """Line, counted from 1; 0 when the problem is about the whole file."""
    kind: str
    """Key of `problem_kinds.KINDS`; stable, so that tools may filter on it."""
    values: tuple[tuple[str, str], ...] = ()
    """What fills the placeholders of the message and of the cure."""

    def __post_init__(self) -> None:
        KINDS[self.kind]

    @property
    def is_error(self) -> bool:
        """True when the page would mislead or not be readable; a warning otherwise."""
        return KINDS[self.kind].severity == "error"

    def message(self, translate: Translate = str) -> str:
        """What is wrong, one sentence."""
        return translate(KINDS[self.kind].message).format_map(self._shown_values(translate))

    def cure(self, translate: Translate = str) -> str:
        """What the author can do about it, one or two sentences."""
        return translate(KINDS[self.kind].cure).format_map(self._shown_values(translate))

    def _shown_values(self, translate: Translate) -> dict[str, str]:
        return {
            name: translate(value) if value and name in _TRANSLATED_VALUES else value for name, value in self.values
        }


def problem(path: str, line: int, kind: str, **values: object) -> Problem:
    """Make a `Problem`; values become text, in the order of their names."""
    return Problem(path, line, kind, tuple((name, str(value)) for name, value in sorted(values.items())))


@dataclass(frozen=True)
class Count:
    """How many errors and warnings there are."""

    errors: int
    warnings: int

    def fails(self, *, strict: bool) -> bool:
        """True when the command must exit with 1: on any error, and when strict on any warning."""
        return self.errors > 0 or (strict and self.warnings > 0)


def count(problems: Iterable[Problem]) -> Count:
    """Count errors and warnings."""
    flags = [found.is_error for found in problems]
    return Count(errors=sum(flags), warnings=len(flags) - sum(flags))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort by file, line and kind, each problem once."""
    return tuple(sorted(set(problems)))


def as_json(problems: Sequence[Problem], translate: Translate) -> str:
    """A JSON array of objects: path, line, severity, kind, message, cure."""
    return json.dumps(
        [
            {
                "path": found.path,
                "line": found.line,
                "severity": "error" if found.is_error else "warning",
                "kind": found.kind,
                "message": found.message(translate),
                "cure": found.cure(translate),
            }
            for found in problems
        ],
        ensure_ascii=False,
        indent=2,
    )


def as_github(problems: Sequence[Problem], translate: Translate) -> str:
    """Workflow commands that a GitHub job shows beside the lines.

    Source: GitHub Docs, "Workflow commands for GitHub Actions", section "Setting an error message"; values are
    escaped as its toolkit does (percent, line ends; in properties also colon and comma).
    """

    def escape_data(text: str) -> str:
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

    def escape_property(text: str) -> str:
        return escape_data(text).replace(":", "%3A").replace(",", "%2C")

    return "\n".join(
        f"::{'error' if found.is_error else 'warning'} file={escape_property(found.path)},line={max(found.line, 1)},"
        f"title={escape_property(found.kind)}::{escape_data(found.message(translate) + ' ' + found.cure(translate))}"
        for found in problems
    )
