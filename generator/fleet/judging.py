"""Many reports become one list: each mirror once, judged by the time that is known, who needs a call first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from generator.fleet.asking import host_of
from generator.fleet.reading import NotAStatusError, Report, read_report
from generator.fleet.words import STATE_WORDS
from generator.mirror.clock import reference_time
from generator.naming import fold
from generator.release.trust import SANE_AHEAD, SANE_BEHIND, ReferenceTime

SMALLEST_AGREEMENT, SHARE_OF_AGREEMENT = 2, 50
"""A signed time counts when so many mirrors, and one in so many, have seen one as late: nobody signs what mirrors say,
and one of them must not make all the others late."""
NO_CONTACT = "sem-contato"
NOT_OURS = ("no-status", "no-json")
"""Files of a folder that are something else are no troubled mirrors."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=timezone.utc)
SEVERITY = ("vencido", "relogio-suspeito", NO_CONTACT, "vazio", "atrasado", "atual")
"""Who needs a call first."""


@dataclass(frozen=True)
class Seen:
    """One status, or why there is none."""

    source: str
    """Address or file, for people."""
    content: bytes = b""
    trouble: str = ""

    @property
    def is_live(self) -> bool:
        """True for what came from an address just now, not from a file."""
        return "://" in self.source


@dataclass(frozen=True)
class Mirror:
    """One mirror of the fleet, judged."""

    source: str
    state: str
    """One of `STATE_WORDS`."""
    report: Report | None
    """The newest that is known; None when nothing ever was."""
    trouble: str = ""
    """Why nothing came now, one of `TROUBLES`."""
    days: int | None = None
    """Since its release was last confirmed."""
    warnings: Mapping[str, Mapping[str, str | int]] = field(default_factory=dict)
    """Of `WARNINGS`: what fills in the sentence."""

    @property
    def needs_call(self) -> bool:
        """Whether somebody should look after it."""
        return self.state not in ("atual", "atrasado") or bool(self.warnings)


@dataclass(frozen=True)
class Region:
    """Mirrors of one region, counted by state."""

    name: str
    """Empty for mirrors that name none."""
    states: Mapping[str, int]
    """In the order of `STATE_WORDS`, zeros too."""

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.states.values())


@dataclass(frozen=True)
class Fleet:
    """Everything that is shown."""

    now: ReferenceTime
    mirrors: tuple[Mirror, ...]
    """Those that need a call first."""
    set_aside: int = 0
    """Files that are no statuses."""
    repeated: int = 0
    """Statuses of mirrors of which there is a newer one."""

    @property
    def states(self) -> dict[str, int]:
        """All mirrors by state, in the order of `STATE_WORDS`."""
        counts = Counter(one.state for one in self.mirrors)
        return {state: counts[state] for state in STATE_WORDS}

    @property
    def regions(self) -> tuple[Region, ...]:
        """By name; spellings that differ in case or accents are one region."""
        groups: dict[str, list[Mirror]] = {}
        for one in self.mirrors:
            groups.setdefault(fold(one.report.region) if one.report else "", []).append(one)
        return tuple(_region(groups[key]) for key in sorted(groups, key=lambda key: (key == "", key)))

    @property
    def releases(self) -> tuple[tuple[str, int, int], ...]:
        """Catalogue, release, how many mirrors have it: the newest first."""
        counts = Counter((one.report.catalogue, one.report.release) for one in self.mirrors if one.report)
        return tuple((name, number, counts[name, number]) for name, number in sorted(counts, key=_newest_first))

    @property
    def calls(self) -> tuple[Mirror, ...]:
        """Those that somebody should look after and that were heard of, the most urgent first."""
        return tuple(one for one in self.mirrors if not one.trouble and one.needs_call)

    @property
    def silent(self) -> tuple[Mirror, ...]:
        """Those that did not answer, or with something else."""
        return tuple(one for one in self.mirrors if one.trouble)


def judge(
    seen: Iterable[Seen], clock: datetime, earlier: Mapping[str, bytes] | None = None, peaks: Iterable[bytes] = ()
) -> Fleet:
    """The fleet, out of what was seen now; `earlier`: address → last status of other times; `peaks`: more of those."""
    reports: list[_Found] = []
    silent: list[Seen] = []
    set_aside = 0
    for one in seen:
        found = one.trouble or _read(one.content)
        if isinstance(found, Report):
            reports.append(_Found(one.source, found))
        elif one.is_live or found not in NOT_OURS:
            silent.append(Seen(one.source, trouble=found))
        else:
            set_aside += 1
    known = dict(_reports((earlier or {}).items()))
    now = _reference(clock, [one.report for one in reports])
    groups = _by_identity(reports, now)
    higher = (report for _, report in _reports(("", content) for content in peaks))
    before, names = _highest((*known.values(), *higher)), _names_by_id(groups)
    here = {(group[0].report.id, group[0].report.name) for group in groups}
    mirrors = [
        *(_judged(group, now, before, names) for group in groups),
        *_without_contact(silent, known, here, now),
    ]
    mirrors.sort(key=_urgency)
    return Fleet(now, tuple(mirrors), set_aside, len(reports) - len(groups))


class _Found(NamedTuple):
    source: str
    report: Report

    @property
    def is_live(self) -> bool:
        return "://" in self.source


def _without_contact(
    silent: Iterable[Seen], known: Mapping[str, Report], here: Collection[tuple[str, str]], now: ReferenceTime
) -> Iterator[Mirror]:
    """Who did not answer, with what was known before; not those of which somebody brought a file."""
    for one in silent:
        last = known.get(one.source)
        if last is None or (last.id, last.name) not in here:
            days = _days(last.signed_at, now) if last else None
            yield Mirror(one.source, NO_CONTACT, last, one.trouble, days)


def _reports(contents: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, Report]]:
    for address, content in contents:
        found = _read(content)
        if isinstance(found, Report):
            yield address, found


def _read(content: bytes) -> Report | str:
    try:
        return read_report(content)
    except NotAStatusError as error:
        return error.kind


def _by_identity(reports: Iterable[_Found], now: ReferenceTime) -> list[list[_Found]]:
    """Reports of the same mirror together, the newest first; another name makes it another one, and is told.

    What came just now is newer than any file; among files their mirror's clock decides, unless it is ahead of time.
    """

    def age(one: _Found) -> tuple[bool, datetime, datetime, int]:
        checked = one.report.checked_at or LONG_AGO
        is_possible = checked <= now.moment + SANE_BEHIND
        return one.is_live, checked if is_possible else LONG_AGO, one.report.signed_at or LONG_AGO, one.report.release

    groups: dict[tuple[str, str], list[_Found]] = {}
    for one in reports:
        groups.setdefault((one.report.id, one.report.name), []).append(one)
    return [sorted(group, key=age, reverse=True) for group in groups.values()]


def _names_by_id(groups: Iterable[Sequence[_Found]]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for group in groups:
        names.setdefault(group[0].report.id, []).append(group[0].report.name)
    return names


def _reference(clock: datetime, reports: Sequence[Report]) -> ReferenceTime:
    """What time it is by this computer and by the signed times that enough mirrors have seen.

    Years after this software was made the clock is not believed alone, but it may bear out what they have seen.
    """
    plain = reference_time(clock)
    latest = sorted((one.signed_at for one in reports if one.signed_at), reverse=True)
    agreed = min(len(latest), max(SMALLEST_AGREEMENT, len(latest) // SHARE_OF_AGREEMENT))
    if not agreed or latest[agreed - 1] > max(plain.moment, clock) + SANE_AHEAD:
        return plain
    return reference_time(clock, latest[agreed - 1])


def _highest(reports: Iterable[Report]) -> dict[tuple[str, str], int]:
    """Identity and catalogue → the newest release that was ever seen there."""
    found: dict[tuple[str, str], int] = {}
    for one in reports:
        key = (one.id, one.catalogue)
        found[key] = max(found.get(key, 0), one.release)
    return found


def _judged(
    group: Sequence[_Found],
    now: ReferenceTime,
    before: Mapping[tuple[str, str], int],
    names: Mapping[str, Sequence[str]],
) -> Mirror:
    report = group[0].report
    warnings: dict[str, dict[str, str | int]] = {}
    highest = max(
        before.get((report.id, report.catalogue), 0),
        *(one.report.release for one in group if one.report.catalogue == report.catalogue),
    )
    if highest > report.release:
        warnings["went-back"] = {"before": highest, "release": report.release}
    dates = (report.signed_at, report.checked_at, report.synced_at)
    ahead = max((one for one in dates if one), default=now.moment) - now.moment
    if ahead > SANE_BEHIND:
        warnings["from-the-future"] = {"days": ahead.days}
    others = [name or "?" for name in names[report.id] if name != report.name]
    others += [host_of(one.source) for one in group[1:] if one.is_live and one.report != report]
    if others:
        warnings["shared-id"] = {"others": ", ".join(others[:3])}
    return Mirror(group[0].source, _state(report, now, ahead), report, "", _days(report.signed_at, now), warnings)


def _days(signed_at: datetime | None, now: ReferenceTime) -> int | None:
    return max(0, (now.moment - signed_at).days) if signed_at else None


def _state(report: Report, now: ReferenceTime, ahead: timedelta) -> str:
    """By our time, since a status may have been long on its way; a mirror that doubts its own clock is believed."""
    if not report.release:
        return "vazio"
    if report.state == "relogio-suspeito" or ahead > SANE_BEHIND:
        return "relogio-suspeito"
    if report.timestamp_expires and now.moment < report.timestamp_expires:
        return "atual"
    return "atrasado" if report.snapshot_expires and now.moment < report.snapshot_expires else "vencido"


def _urgency(mirror: Mirror) -> tuple[int, int, str, str]:
    name = fold(mirror.report.name) if mirror.report else ""
    rank = SEVERITY.index(mirror.state)
    if mirror.warnings:
        rank = min(rank, SEVERITY.index("relogio-suspeito"))
    return rank, -(mirror.days or 0), name, mirror.source


def _region(mirrors: Sequence[Mirror]) -> Region:
    spellings = Counter(one.report.region for one in mirrors if one.report)
    name = min(spellings, key=lambda one: (-spellings[one], one)) if spellings else ""
    counts = Counter(one.state for one in mirrors)
    return Region(name, {state: counts[state] for state in STATE_WORDS})


def _newest_first(one: tuple[str, int]) -> tuple[str, int]:
    return one[0], -one[1]
