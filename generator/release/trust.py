"""What a mirror believes: a state that takes metadata as bytes, and verifies a release or refuses and stays as it was.

It touches neither disk nor network.  The order is that of the TUF specification (5.3 to 5.6): roots one by one, then
timestamp, snapshot, targets, and all delegated roles.  Beyond python-tuf's client it keeps its own high-water mark of
versions, so that a cache that was torn or lost lets nothing older in.  Times come from who signs: clocks of clinics are
often wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any, Literal, NamedTuple, Protocol

from tuf.api.exceptions import LengthOrHashMismatchError
from tuf.api.metadata import Metadata, MetaFile, Root, Signed, Snapshot, Targets, Timestamp

from generator.release.catalogue import TargetInfo
from generator.release.signed_documents import (
    CATALOGUE_FIELD,
    DATE_FORMAT,
    LONGEST,
    SHA256,
    TRANSPORT,
    AnySigned,
    Institution,
    MetadataError,
    TransportInfo,
    announced_packs,
    delegated_roles,
    institution_targets,
    institutions_of,
    read_json,
    read_metadata,
    signed_date,
    transport_targets,
    verify,
)
from generator.release.trust_refusals import TrustError

SANE_BEHIND, SANE_AHEAD = timedelta(days=2), timedelta(days=366)
"""How far a clock may be from the latest time that is proven before it is not believed."""
HIGH_WATER_FORMAT = "canoa-high-water"
OBJECT_OVERHEAD = 1024
"""Bytes by which compression may make an image longer, besides one part in 128."""
PACK_OVERHEAD = 16 * 1024 * 1024
"""Bytes by which any other file on the wire may exceed all images together."""

Freshness = Literal["atual", "atrasado", "vencido", "relogio-suspeito"]


@dataclass(frozen=True)
class ReferenceTime:
    """What time it is, as far as it can be known (all in UTC)."""

    clock: datetime
    """Of this computer."""
    built: datetime
    """Date of the software: it cannot be earlier."""
    seen: datetime | None = None
    """The latest signed time that was verified."""

    @property
    def floor(self) -> datetime:
        """It is certainly not earlier than this."""
        return max(self.built, self.seen) if self.seen else self.built

    @property
    def is_suspect(self) -> bool:
        """Whether the clock is before what is proven, or so far behind it that it is more likely wrong."""
        return not self.floor - SANE_BEHIND <= self.clock <= self.floor + SANE_AHEAD

    @property
    def moment(self) -> datetime:
        """The time to judge by."""
        return self.floor if self.is_suspect else max(self.clock, self.floor)


class Mark(NamedTuple):
    """The newest version of a role that was verified."""

    version: int
    keys: str
    """Digest of the keys that counted; with others the versions begin anew (recovery from a fast-forward attack)."""
    content: str
    """Digest of what was signed."""


@dataclass(frozen=True)
class HighWater:
    """What is never gone below; to be kept on the disk, forced to it, after every update."""

    marks: Mapping[str, Mark] = field(default_factory=dict)
    """By role."""
    seen: datetime | None = None
    """The latest signed time."""

    @property
    def versions(self) -> Mapping[str, int]:
        """Role → version."""
        return {role: mark.version for role, mark in self.marks.items()}

    def to_json(self) -> bytes:
        """The form in which it is kept; it ends with a digest, since disks tear."""
        values = {
            "format": HIGH_WATER_FORMAT,
            "roles": {role: list(mark) for role, mark in sorted(self.marks.items())},
            "seen": self.seen.strftime(DATE_FORMAT) if self.seen else "",
        }
        return json.dumps({**values, "digest": _digest(values)}, indent=1).encode()

    @classmethod
    def from_json(cls, content: bytes) -> HighWater:
        """Raises `TrustError` torn-state for anything that `to_json` did not write; never to be taken for nothing."""
        try:
            values = read_json(content, file="high water")
            if values.pop("digest") != _digest(values) or values["format"] != HIGH_WATER_FORMAT:
                raise ValueError("digest")
            marks = {role: _mark(*mark) for role, mark in values["roles"].items()}
            seen = values["seen"]
            return cls(marks, datetime.strptime(seen, DATE_FORMAT).replace(tzinfo=timezone.utc) if seen else None)
        except (TrustError, KeyError, TypeError, ValueError, AttributeError):
            raise TrustError("torn-state", part="high water") from None


@dataclass(frozen=True)
class VerifiedRelease:
    """A release of which every byte of metadata was proven."""

    number: int
    catalogue: str
    signed_at: datetime
    """When the newest snapshot was last confirmed."""
    timestamp_expires: datetime
    snapshot_expires: datetime
    institutions: Mapping[str, Institution]
    targets: Mapping[str, TargetInfo]
    """Images by target path."""
    transport: Mapping[str, TransportInfo]
    """Compressed files by path on the wire; they say how to get an image, never what it is."""
    released_at: datetime
    """When the snapshot was signed: the date of the edition."""
    withheld: tuple[str, ...] = ()
    """Institutions whose signature had expired before this mirror ever saw it; their targets are left out."""
    as_bundle: bool = False
    """True when it was judged at the time at which it was signed."""


@dataclass(frozen=True)
class Announcement:
    """What a timestamp says, before anything else is fetched."""

    number: int
    version: int
    """Of the timestamp."""
    signed_at: datetime
    packs: Mapping[str, TransportInfo]
    """Packs of metadata by path on the wire (`meta/7.zst`, `meta/6-7.zst`)."""


class Dated(Protocol):
    """What says until when it is to be believed: a verified release, or what a mirror noted of one."""

    @property
    def timestamp_expires(self) -> datetime:
        """Until when it counts as confirmed."""

    @property
    def snapshot_expires(self) -> datetime:
        """Until when it is to be taken for the newest."""


def freshness(release: Dated, now: ReferenceTime) -> Freshness:
    """How much the age of a release is to be worried about.  It is served in any case.

    `atual`: confirmed within the timestamp's life; `atrasado`: not confirmed since; `vencido`: its snapshot has
    expired too; `relogio-suspeito`: this computer's clock cannot be right, so nothing can be said.
    """
    if now.is_suspect:
        return "relogio-suspeito"
    if now.moment < release.timestamp_expires:
        return "atual"
    return "atrasado" if now.moment < release.snapshot_expires else "vencido"


class TrustedState:
    """The trust of one mirror.  `root_bytes` and `high_water` are to be kept; `release` is the last verified one."""

    def __init__(self, root: Metadata[Root], root_bytes: bytes, high_water: HighWater, now: ReferenceTime) -> None:
        self._root = root
        self.root_bytes = root_bytes
        self.high_water = high_water
        self.now = now
        self.release: VerifiedRelease | None = None

    @classmethod
    def start(cls, root_bytes: bytes, high_water: HighWater, now: ReferenceTime) -> TrustedState:
        """Begin with a root that is trusted: the one that came with the mirror's setup, or that was kept since.

        An expired one is good enough to go on to newer ones.  Raises `TrustError` torn-state.
        """
        try:
            root = read_metadata(root_bytes, Root, file="root.json")
            verify(root.signed, "root", root)
        except TrustError:
            raise TrustError("torn-state", part="root") from None
        return cls(root, root_bytes, high_water, now)

    @property
    def root_version(self) -> int:
        """Of the root that is trusted now."""
        return int(self._root.signed.version)

    def update_roots(self, files: Mapping[str, bytes]) -> int:
        """Take the roots that follow (`2.root.json`, …), each signed by enough keys of the one before and of its own.

        Those that are right stay, whatever comes after them.  Returns the version.  Raises `TrustError`.
        """
        for version in count(self._root.signed.version + 1):
            name = f"{version}.root.json"
            if name not in files:
                break
            root = read_metadata(files[name], Root, file=name)
            if root.signed.version != version:
                raise TrustError("wrong-version", role="root", found=root.signed.version, wanted=version)
            verify(self._root.signed, "root", root)
            verify(root.signed, "root", root)
            self._root, self.root_bytes = root, files[name]
        self._note_root()
        reached: int = self._root.signed.version
        if any(_root_version(name) > reached for name in files):
            raise TrustError("missing-metadata", file=f"{reached + 1}.root.json")
        return reached

    def read_timestamp(self, content: bytes) -> Announcement:
        """What a timestamp announces, verified with the present root; the state stays as it is.

        Raises `TrustError`; after unknown-key or bad-signature there may be a newer root to fetch.
        """
        timestamp, _ = self._timestamp({"timestamp.json": content})
        return Announcement(
            number=timestamp.snapshot_meta.version,
            version=timestamp.version,
            signed_at=signed_date(timestamp, file="timestamp.json"),
            packs=announced_packs(timestamp),
        )

    def update(self, files: Mapping[str, bytes], *, as_bundle: bool = False) -> VerifiedRelease:
        """Verify all metadata of a release (names as in `md/`, and `timestamp.json`) and go over to it.

        With `as_bundle` it is judged at the time of its signing, since a stick may be long in the post; versions count
        as always.  Raises `TrustError`; then release and high-water mark are what they were (newer roots stay).
        """
        self.update_roots(files)
        timestamp, timestamp_mark = self._timestamp(files)
        signed_at = signed_date(timestamp, file="timestamp.json")
        now = self._now()
        moment = signed_at if as_bundle else max(now.moment, signed_at)
        _check_expiry("root", self._root.signed, moment)
        _check_expiry("timestamp", timestamp, moment)
        step = _Step(files, self.high_water, moment)
        snapshot, snapshot_mark = step.load("snapshot", Snapshot, self._root.signed, timestamp.snapshot_meta)
        _check_expiry("snapshot", snapshot, moment)
        targets, targets_mark = step.load("targets", Targets, self._root.signed, _listed(snapshot, "targets"))
        _check_expiry("targets", targets, moment)
        delegated = step.load_delegated(targets, snapshot)
        release = VerifiedRelease(
            number=snapshot.version,
            catalogue=str(targets.unrecognized_fields.get(CATALOGUE_FIELD, "")),
            signed_at=signed_at,
            timestamp_expires=timestamp.expires,
            snapshot_expires=snapshot.expires,
            institutions=institutions_of(targets),
            targets=delegated.targets,
            transport=delegated.transport,
            released_at=signed_date(snapshot, file="snapshot.json"),
            withheld=delegated.withheld,
            as_bundle=as_bundle,
        )
        _check_lengths(release)
        marks = {"timestamp": timestamp_mark, "snapshot": snapshot_mark, "targets": targets_mark, **delegated.marks}
        seen = max(now.seen, signed_at) if now.seen else signed_at
        self.high_water = HighWater({**self.high_water.marks, **marks}, seen)
        self.release = release
        return release

    def _timestamp(self, files: Mapping[str, bytes]) -> tuple[Timestamp, Mark]:
        known = self.high_water.marks.get("root")
        if known and self._root.signed.version < known.version:
            raise TrustError("rollback", role="root", found=self._root.signed.version, known=known.version)
        return _Step(files, self.high_water, self._now().moment).load("timestamp", Timestamp, self._root.signed, None)

    def _now(self) -> ReferenceTime:
        """With the latest signed time; but not one that was signed with a key that counts no longer."""
        mark = self.high_water.marks.get("timestamp")
        if mark is None or mark.keys != _keys_digest(self._root.signed, "timestamp"):
            return replace(self.now, seen=None)
        return replace(self.now, seen=self.high_water.seen)

    def _note_root(self) -> None:
        version = self._root.signed.version
        known = self.high_water.marks.get("root")
        if known is None or known.version < version:
            mark = Mark(version, "", _signed_digest(self._root))
            self.high_water = replace(self.high_water, marks={**self.high_water.marks, "root": mark})


# --- one update ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Delegated:
    """What the delegated roles say together."""

    targets: Mapping[str, TargetInfo]
    transport: Mapping[str, TransportInfo]
    withheld: tuple[str, ...]
    marks: Mapping[str, Mark]


@dataclass(frozen=True)
class _Step:
    """The files of one update, and what they are judged by."""

    files: Mapping[str, bytes]
    high_water: HighWater
    moment: datetime

    def load(
        self, role: str, kind: type[AnySigned], delegator: Root | Targets, listed: MetaFile | None
    ) -> tuple[AnySigned, Mark]:
        """A role's metadata: what was listed, signed by who may, not older than known."""
        name = f"{listed.version}.{role}.json" if listed else f"{role}.json"
        if name not in self.files:
            raise TrustError("missing-metadata", file=name)
        _check_listed(self.files[name], name, role, kind, delegator, listed)
        metadata = read_metadata(self.files[name], kind, file=name)
        verify(delegator, role, metadata)
        if listed and metadata.signed.version != listed.version:
            raise TrustError("mixed", file=name)
        mark = Mark(metadata.signed.version, _keys_digest(delegator, role), _signed_digest(metadata))
        self._check_high_water(role, mark)
        return metadata.signed, mark

    def load_delegated(self, targets: Targets, snapshot: Snapshot) -> _Delegated:
        """All roles to which `targets` delegates and that the snapshot lists."""
        images: dict[str, TargetInfo] = {}
        transport: dict[str, TransportInfo] = {}
        withheld: list[str] = []
        marks: dict[str, Mark] = {}
        for role in delegated_roles(targets):
            listed = snapshot.meta.get(f"{role}.json")
            if listed is None:
                self._check_not_vanished(role, targets)
                continue
            signed, mark = self.load(role, Targets, targets, listed)
            if role == TRANSPORT:
                _check_expiry(role, signed, self.moment)
                transport = transport_targets(signed)
            elif self._may_count(role, signed, mark):
                images |= institution_targets(role, signed)
            else:
                withheld.append(role)
                continue
            marks[role] = mark
        return _Delegated(images, transport, tuple(withheld), marks)

    def _may_count(self, role: str, signed: Targets, mark: Mark) -> bool:
        """One institution's expiry does not hold up the others.

        What was verified before it expired goes on being served; what has never been seen is left out.  Raises
        `TrustError` expired when the institution's metadata are other than what is known of it.
        """
        if self.moment < signed.expires or self.high_water.marks.get(role) == mark:
            return True
        if role in self.high_water.marks:
            _check_expiry(role, signed, self.moment)
        return False

    def _check_high_water(self, role: str, mark: Mark) -> None:
        known = self.high_water.marks.get(role)
        if known is None or known.keys != mark.keys:
            return
        if mark.version < known.version:
            raise TrustError("rollback", role=role, found=mark.version, known=known.version)
        if mark.version == known.version and mark.content != known.content:
            raise TrustError("two-contents", role=role, found=mark.version)

    def _check_not_vanished(self, role: str, targets: Targets) -> None:
        known = self.high_water.marks.get(role)
        if role == TRANSPORT or (known and known.keys == _keys_digest(targets, role)):
            raise TrustError("role-vanished", role=role)


def _check_listed(
    data: bytes, name: str, role: str, kind: type[AnySigned], delegator: Root | Targets, listed: MetaFile | None
) -> None:
    """Raises `TrustError` when a file is not the one that was listed: mixed when it is genuine, else altered."""
    if listed is None:
        return
    if not listed.hashes or listed.length is None:  # ours always have both
        raise MetadataError("metadata-malformed", file=name)
    try:
        listed.verify_length_and_hashes(data)
    except LengthOrHashMismatchError:
        verify(delegator, role, read_metadata(data, kind, file=name))
        raise TrustError("mixed", file=name) from None


def _listed(snapshot: Snapshot, role: str) -> MetaFile:
    found = snapshot.meta.get(f"{role}.json")
    if found is None:
        raise TrustError("role-vanished", role=role)
    return found


def _check_expiry(role: str, signed: Signed, moment: datetime) -> None:
    if signed.is_expired(moment):
        raise TrustError("expired", role=role, expiry=signed.expires.strftime("%Y-%m-%d"))


def _check_lengths(release: VerifiedRelease) -> None:
    """Nothing on the wire is longer than the images can make it: who has the transport key cannot fill disks."""
    most = _most_lengths(release.targets)
    total = sum(info.length for info in release.targets.values()) + PACK_OVERHEAD
    for path, info in release.transport.items():
        if info.length > most.get(path.rpartition("/")[2], total):
            raise TrustError("too-long-on-the-wire", path=path)


def _most_lengths(targets: Mapping[str, TargetInfo]) -> dict[str, int]:
    """File name on the wire → bytes that it can have; the largest, when one institution says less than another."""
    most: dict[str, int] = {}
    for info in targets.values():
        name = f"{info.sha256}.tar.zst"
        most[name] = max(most.get(name, 0), info.length + info.length // 128 + OBJECT_OVERHEAD)
        for blob in info.custom["blobs"].values():
            most[blob["sha256"]] = max(most.get(blob["sha256"], 0), blob["length"])
    return most


def _root_version(name: str) -> int:
    version, _, rest = name.partition(".")
    return int(version) if rest == "root.json" and version.isdecimal() and len(version) < 10 else 0


def _keys_digest(delegator: Root | Targets, role: str) -> str:
    """Which keys count for a role, and how many signatures it takes."""
    granted = delegator.get_delegated_role(role)
    keys = {keyid: delegator.get_key(keyid).to_dict() for keyid in granted.keyids}
    return _digest({"keys": keys, "threshold": granted.threshold})


def _signed_digest(metadata: Metadata[AnySigned]) -> str:
    return hashlib.sha256(metadata.signed_bytes).hexdigest()


def _digest(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _mark(version: Any, keys: Any, content: Any) -> Mark:
    if type(version) is not int or not 0 < version < LONGEST or not isinstance(keys, str):
        raise ValueError(version)
    if not isinstance(content, str) or not SHA256.fullmatch(content):
        raise ValueError(content)
    return Mark(version, keys, content)
