"""One `espelho.json`, hostile until it is checked, becomes a value that may be shown.

Nobody signs these files and anybody can send one: sizes, depth, types and dates are looked at before anything is
believed, and what is not text that people read is taken out of names.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from generator.mirror.state_words import STATES
from generator.mirror.status import FORMAT, VERSION
from generator.release.partition import LAYERS

LARGEST = 64 << 10
"""Bytes of a status; a real one has about 700."""
LONGEST_TEXT = 120
"""Characters of a name that are kept."""
MOST_COURSES = 2_000
IDENTIFIER = re.compile(r"[0-9a-f]{32}")
KIND = re.compile(r"[a-z][a-z0-9-]{0,39}")
DATE = re.compile(r"(20[2-9]\d)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z")
LARGEST_NUMBER = 10**15
LONGEST_LIFE = timedelta(days=800)
"""From the signature of a release to the end of its life: whoever claims more wants to look fresh for ever."""
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that are not seen, or turn the direction of what follows."""


class NotAStatusError(Exception):
    """This is not what a mirror says of itself; `kind` as in `words.TROUBLES`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True)
class Report:
    """What one mirror said of itself, checked for form; none of it is proven."""

    id: str
    name: str
    region: str
    catalogue: str
    release: int
    """0 before the first."""
    signed_at: datetime | None
    """When its release was last confirmed by who publishes it."""
    timestamp_expires: datetime | None
    snapshot_expires: datetime | None
    checked_at: datetime | None
    """By the mirror's clock, as `synced_at`."""
    synced_at: datetime | None
    state: str
    """As it judged itself, one of `STATES`."""
    layers: tuple[str, ...]
    courses: tuple[str, ...]
    units: int
    bytes: int
    software: str
    upstream: str
    error: str
    """Kind of the last trouble; empty where there is none."""


def read_report(content: bytes) -> Report:
    """Raises `NotAStatusError`: too-large, no-json, no-status, newer-version, bad-value."""
    if len(content) > LARGEST:
        raise NotAStatusError("too-large")
    try:
        values = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise NotAStatusError("no-json") from None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise NotAStatusError("no-status")
    version = values.get("version")
    if type(version) is not int or version < VERSION:
        raise NotAStatusError("no-status")
    if version > VERSION:
        raise NotAStatusError("newer-version")
    try:
        return _report(values)
    except (TypeError, ValueError, OverflowError):
        raise NotAStatusError("bad-value") from None


def _report(values: Mapping[str, Any]) -> Report:
    """Raises `TypeError` and `ValueError`."""
    signed_at = _date(values.get("signed_at", ""))
    failure = values.get("last_error")
    found = Report(
        id=_matching(IDENTIFIER, values.get("id")),
        name=shown_text(values.get("name", "")),
        region=shown_text(values.get("region", "")),
        catalogue=shown_text(values.get("catalogue", "")),
        release=_number(values.get("release", 0)),
        signed_at=signed_at,
        timestamp_expires=_date(values.get("timestamp_expires", "")),
        snapshot_expires=_date(values.get("snapshot_expires", "")),
        checked_at=_date(values.get("checked_at", "")),
        synced_at=_date(values.get("synced_at", "")),
        state=_one_of(tuple(STATES), values.get("state")),
        layers=tuple(_one_of(LAYERS, one) for one in _list(values.get("layers", []), len(LAYERS))),
        courses=tuple(shown_text(one) for one in _list(values.get("courses", []), MOST_COURSES)),
        units=_number(values.get("units", 0)),
        bytes=_number(values.get("bytes", 0)),
        software=shown_text(values.get("software", "")),
        upstream=shown_text(values.get("upstream", "")),
        error=_matching(KIND, failure.get("kind")) if isinstance(failure, dict) else "",
    )
    for until in (found.timestamp_expires, found.snapshot_expires):
        if until and (signed_at is None or not timedelta() <= until - signed_at <= LONGEST_LIFE):
            raise ValueError("life")
    if found.release and signed_at is None:
        raise ValueError("signed_at")
    return found


def shown_text(value: object) -> str:
    """Text as it may be shown: one line of visible characters, not too many.  Raises `TypeError` for anything else."""
    if not isinstance(value, str):
        raise TypeError(value)
    visible = (" " if unicodedata.category(letter) in UNSEEN else letter for letter in value[: 4 * LONGEST_TEXT])
    return unicodedata.normalize("NFC", " ".join("".join(visible).split()))[:LONGEST_TEXT]


def _date(value: object) -> datetime | None:
    """Raises `ValueError` for days that there are not, and `TypeError`."""
    if not isinstance(value, str):
        raise TypeError(value)
    if not value:
        return None
    found = DATE.fullmatch(value)
    if found is None or not value.isascii():
        raise ValueError(value)
    return datetime(*(int(one) for one in found.groups()), tzinfo=timezone.utc)  # type: ignore[misc,arg-type]


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST_NUMBER:
        raise ValueError(value)
    return value


def _matching(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(value)
    return value


def _one_of(known: tuple[str, ...], value: object) -> str:
    if not isinstance(value, str) or value not in known:
        raise ValueError(value)
    return value


def _list(value: object, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError(value)
    return value


def _refuse(name: str) -> None:
    raise ValueError(name)
