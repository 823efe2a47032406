"""How a mirror stands: which release, how fresh, from where, and what went wrong last; nothing about learners."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from generator import __version__
from generator.mirror.clock import reference_time
from generator.mirror.journal import Confirmation, Failure, read_journal
from generator.mirror.refusals import MirrorError
from generator.mirror.store import MirrorSettings, MirrorStore, ReleaseRecord, written_date
from generator.mirror.trust_files import HIGH_WATER
from generator.release.catalogue import TARGET
from generator.release.durable_files import write_durably
from generator.release.partition import SITE
from generator.release.trust import Freshness, HighWater, ReferenceTime, freshness
from generator.release.trust_refusals import TrustError

STATUS = "espelho.json"
FORMAT, VERSION = "canoa-mirror", 1
State = Freshness | Literal["vazio"]


@dataclass(frozen=True)
class MirrorStatus:
    """What `espelho.json` says; unsigned."""

    id: str
    name: str
    region: str
    catalogue: str
    release: int
    """0 before the first."""
    signed_at: str
    """When the release was last confirmed by who publishes it.  Dates are ISO, UTC; empty where there is none."""
    state: State
    checked_at: str
    synced_at: str
    timestamp_expires: str
    snapshot_expires: str
    layers: tuple[str, ...]
    courses: tuple[str, ...]
    units: int
    """Courses that are here, the site's own pages not counted."""
    bytes: int
    """Of the site that is served."""
    software: str
    upstream: str
    """Host from which it came last."""
    last_error: Failure | None

    def as_values(self) -> dict[str, Any]:
        """What `espelho.json` holds, by name."""
        failure = self.last_error
        return {
            "format": FORMAT,
            "version": VERSION,
            **{key: getattr(self, key) for key in self.__dataclass_fields__},
            "last_error": {"kind": failure.kind, "at": written_date(failure.at)} if failure else None,
        }

    def as_json(self) -> str:
        """The content of `espelho.json`."""
        return json.dumps(self.as_values(), ensure_ascii=False, indent=1) + "\n"


def status_of(store: MirrorStore, now: ReferenceTime) -> MirrorStatus:
    """How it stands; `now` with the latest signed time that is known.

    Raises `MirrorError` for what is no mirror; damage beyond that is for `verify` to find.
    """
    settings, journal, record = store.read_settings(), read_journal(store), served_record(store)
    dates = confirmation_of(record, journal.confirmed) if record else None
    unknown: State = "atrasado" if store.current() else "vazio"
    return MirrorStatus(
        id=settings.id,
        name=settings.name,
        region=settings.region,
        catalogue=record.catalogue if record else "",
        release=store.current() or 0,
        signed_at=written_date(dates.signed_at if dates else None),
        state=freshness(dates, now) if dates else unknown,
        checked_at=written_date(journal.checked_at),
        synced_at=written_date(journal.synced_at),
        timestamp_expires=written_date(dates.timestamp_expires if dates else None),
        snapshot_expires=written_date(dates.snapshot_expires if dates else None),
        layers=(record or settings).layers,
        courses=(record or settings).courses,
        units=_courses(record) if record else 0,
        bytes=record.bytes if record else 0,
        software=__version__,
        upstream=journal.upstream or _first_host(settings),
        last_error=journal.last_error,
    )


def status_now(store: MirrorStore) -> MirrorStatus:
    """The same by this computer's clock and the latest signed time that was verified; that may be damaged."""
    return status_of(store, reference_time(seen=_seen(store)))


def write_status(store: MirrorStore, now: ReferenceTime) -> MirrorStatus:
    """Put `espelho.json` where others can fetch it.  Raises `MirrorError` and `OSError`."""
    status = status_of(store, now)
    write_durably(store.wire / STATUS, status.as_json().encode())
    return status


def served_record(store: MirrorStore) -> ReleaseRecord | None:
    """What is noted about the release that is served; None before the first, or when the note is damaged."""
    number = store.current()
    try:
        return store.record(number) if number else None
    except MirrorError:
        return None


def confirmation_of(record: ReleaseRecord, newest: Confirmation | None) -> Confirmation:
    """The newest word about a release: it may have been confirmed since it came."""
    if newest and newest.number == record.number:
        return newest
    return Confirmation(record.number, record.signed_at, record.timestamp_expires, record.snapshot_expires)


def host_of(address: str) -> str:
    """What is said of a source to others: its host, or nothing but that it is a folder."""
    parts = urlsplit(address)
    return parts.hostname or "" if parts.scheme in ("http", "https") else "pasta"


def _seen(store: MirrorStore) -> datetime | None:
    try:
        return HighWater.from_json((store.state / HIGH_WATER).read_bytes()).seen
    except (FileNotFoundError, TrustError):
        return None


def _first_host(settings: MirrorSettings) -> str:
    return host_of(settings.upstreams[0]) if settings.upstreams else ""


def _courses(record: ReleaseRecord) -> int:
    return len({TARGET.sub(r"\2", path) for path in record.targets} - {SITE})
