"""What a mirror notes of its last syncs, for its status; nothing that trust depends on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from generator.mirror.store import MirrorStore, read_date, written_date
from generator.release.durable_files import write_durably

JOURNAL = "journal.json"


@dataclass(frozen=True)
class Failure:
    """Why the last sync did not succeed."""

    kind: str
    """As in the refusals."""
    at: datetime


@dataclass(frozen=True)
class Confirmation:
    """The newest word about a release: that it still is the newest one."""

    number: int
    signed_at: datetime
    timestamp_expires: datetime
    snapshot_expires: datetime


@dataclass(frozen=True)
class Journal:
    """What was noted; all of it is nothing on a new mirror."""

    confirmed: Confirmation | None = None
    checked_at: datetime | None = None
    """When a source last answered with something that could be believed."""
    synced_at: datetime | None = None
    """When a release was last gone over to."""
    upstream: str = ""
    """Host or folder that answered."""
    etags: tuple[tuple[str, str], ...] = ()
    """Address → mark of the timestamp that it last gave, to ask whether there is another one."""
    last_error: Failure | None = None


def read_journal(store: MirrorStore) -> Journal:
    """What was noted; an empty one when there is none or it is damaged, since everything in it will be noted again."""
    try:
        values = json.loads((store.state / JOURNAL).read_text(encoding="utf-8"))
        confirmed, failure = values["confirmed"], values["last_error"]
        return Journal(
            confirmed=Confirmation(confirmed[0], *map(read_date, confirmed[1:])) if confirmed else None,
            checked_at=_date(values["checked_at"]),
            synced_at=_date(values["synced_at"]),
            upstream=values["upstream"],
            etags=tuple((str(address), str(mark)) for address, mark in values["etags"]),
            last_error=Failure(failure["kind"], read_date(failure["at"])) if failure else None,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Journal()


def write_journal(store: MirrorStore, journal: Journal) -> None:
    """Raises `OSError`."""
    one, failure = journal.confirmed, journal.last_error
    dates = (one.signed_at, one.timestamp_expires, one.snapshot_expires) if one else ()
    values = {
        "confirmed": [one.number, *map(written_date, dates)] if one else None,
        "checked_at": written_date(journal.checked_at),
        "synced_at": written_date(journal.synced_at),
        "upstream": journal.upstream,
        "etags": journal.etags,
        "last_error": {"kind": failure.kind, "at": written_date(failure.at)} if failure else None,
    }
    write_durably(store.state / JOURNAL, json.dumps(values, indent=1).encode())


def _date(written: str) -> datetime | None:
    return read_date(written) if written else None
