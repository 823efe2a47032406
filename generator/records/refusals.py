"""Every reason for which a file is not taken as a record: what is wrong with it, and what helps.

As in `problem_kinds.py` the texts are message ids; they are translated and filled in when they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from generator.problem_kinds import N_


class RefusalKind(NamedTuple):
    """The sentences about one kind of bad file; `{…}` are filled from the refusal's values."""

    message: str
    cure: str


_EXPORT_AGAIN = N_("Ask for a new export, and carry it without opening and saving it in another program.")
_NOT_BY_CANOA = N_("No Canoa site writes such a file. Ask the learner for an export from “My study”.")

REFUSALS: dict[str, RefusalKind] = {
    "unreadable": RefusalKind(
        N_("The computer does not let it be read: {reason}."),
        N_("Check the permissions of the file, or copy it again from where it came."),
    ),
    "not-a-file": RefusalKind(N_("It is not a file but something else with that name."), N_("Remove it.")),
    "too-large": RefusalKind(N_("It has {size} MB; records have at most {limit} MB. It was not read."), _NOT_BY_CANOA),
    "empty": RefusalKind(N_("The file is empty."), _EXPORT_AGAIN),
    "not-text": RefusalKind(N_("It is not UTF-8 text (byte {position} cannot be read)."), _EXPORT_AGAIN),
    "cut-off": RefusalKind(
        N_("The file ends in the middle: it was cut off."),
        N_("Copy it again; if it is cut off at its source too, ask for a new export."),
    ),
    "not-json": RefusalKind(N_("It is not JSON: line {line}, column {column} cannot be read."), _EXPORT_AGAIN),
    "too-deep": RefusalKind(N_("It is nested too deeply to be read."), _NOT_BY_CANOA),
    "too-many-parts": RefusalKind(N_("It has more parts than a record can have."), _NOT_BY_CANOA),
    "repeated-name": RefusalKind(N_("The name “{name}” is there twice in the same place."), _NOT_BY_CANOA),
    "no-number": RefusalKind(N_("It holds a number that cannot be: {number}."), _NOT_BY_CANOA),
    "statements": RefusalKind(
        N_("These are xAPI statements, for other systems; the record is in another file."),
        N_("Nothing is missing if the record (canoa-….json) is there too; otherwise ask for it."),
    ),
    "not-a-record": RefusalKind(N_("It is not a record of Canoa."), N_("Check whether the file is the right one.")),
    "other-version": RefusalKind(
        N_("It is a record of version {version}; this program reads version {known}."),
        N_("Update Canoa and run the command again."),
    ),
    "forbidden-name": RefusalKind(N_("It uses the name “{name}”, which no record has ({place})."), _NOT_BY_CANOA),
    "bad-name": RefusalKind(N_("The key “{name}” is not written as keys of records are ({place})."), _NOT_BY_CANOA),
    "missing": RefusalKind(N_("Something is missing in {place}: {name}."), _EXPORT_AGAIN),
    "too-long": RefusalKind(N_("{place} is longer than records allow."), _NOT_BY_CANOA),
    "bad-value": RefusalKind(N_("{place} does not hold what it should."), _EXPORT_AGAIN),
}


class Refusal(NamedTuple):
    """Why one file was set aside."""

    kind: str
    values: Mapping[str, str | int] = {}

    def message(self, translate: Callable[[str], str]) -> str:
        """What is wrong, in the reader's language."""
        return translate(REFUSALS[self.kind].message).format(**self.values)

    def cure(self, translate: Callable[[str], str]) -> str:
        """What helps, in the reader's language."""
        return translate(REFUSALS[self.kind].cure).format(**self.values)


class RefusedError(Exception):
    """The file is no record that can be used."""

    def __init__(self, kind: str, **values: str | int) -> None:
        super().__init__(kind)
        self.refusal = Refusal(kind, values)
