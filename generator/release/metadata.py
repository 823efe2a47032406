"""TUF metadata of a catalogue: who may sign what, what a release holds, and the signatures.

The roles are those of the TUF specification (https://theupdateframework.github.io/specification/latest/): `root` says
which keys count, `targets` delegates to one role per institution (only paths that begin with its name, terminating) and
to `transport`, which names the compressed files by hash so that they are checked before they are decompressed;
`snapshot` ties the versions together and `timestamp` names the newest snapshot.  A release's number is its snapshot's
version.  Signing and checking signatures is python-tuf's work alone.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, cast

from securesystemslib.signer import Key, Signer
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Role,
    Root,
    Signed,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

from generator.release.catalogue import TargetInfo
from generator.release.meta_packs import META_PACK, make_meta_delta, pack_metadata, unpack_metadata
from generator.release.signed_documents import (
    CATALOGUE_FIELD,
    DATE_FIELD,
    DATE_FORMAT,
    PACKS_FIELD,
    TITLE_FIELD,
    TOP_ROLES,
    TRANSPORT,
    Institution,
    MetadataError,
    TransportInfo,
    add_signatures,
    announced_packs,
    delegated_roles,
    institution_targets,
    institutions_of,
    read_metadata,
    transport_targets,
    verify,
)

LIFE = {"timestamp": 14, "snapshot": 90, TRANSPORT: 90, "targets": 730, "root": 1460}
"""Days until the metadata of a role expires."""
LIFE_OF_INSTITUTION = 730
INSTITUTION = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
FILE_NAME = re.compile(r"(?:md/)?(?:([1-9][0-9]{0,14})\.)?([a-z0-9-]{1,63})\.json")
TRANSPORT_PATHS = [f"{TRANSPORT}/*/*", f"{TRANSPORT}/*/*/*"]
SignersByRole = Mapping[str, Sequence[Signer]]


@dataclass(frozen=True)
class RoleKeys:
    """Who may sign for a role, and how many of them it takes."""

    keys: tuple[Key, ...]
    threshold: int = 1


def sign_targets(
    institution: str, version: int, targets: Mapping[str, TargetInfo], signers: Sequence[Signer], date: datetime
) -> bytes:
    """An institution's signed list of its images; it needs nothing but its own key.

    Raises `MetadataError`: foreign-target, no-signer.
    """
    made = Targets(
        version=version,
        expires=_expiry(institution, date),
        targets={path: _target_file(path, info.length, info.sha256, info.custom) for path, info in targets.items()},
        unrecognized_fields={DATE_FIELD: _written(date)},
    )
    institution_targets(institution, made)
    return _signed(made, institution, {institution: signers})


def _target_file(path: str, length: int, sha256: str, custom: Mapping[str, Any] | None) -> TargetFile:
    return TargetFile(length, {"sha256": sha256}, path, {"custom": dict(custom)} if custom else None)


def _signed(signed: Signed, role: str, signers: SignersByRole) -> bytes:
    if not signers.get(role):
        raise MetadataError("no-signer", role=role)
    unsigned: Metadata[Any] = Metadata(signed)
    return add_signatures(unsigned.to_bytes(), signers[role])


def _expiry(role: str, date: datetime) -> datetime:
    return date + timedelta(days=LIFE.get(role, LIFE_OF_INSTITUTION))


def _written(date: datetime) -> str:
    return date.astimezone(timezone.utc).strftime(DATE_FORMAT)


def _dated(date: datetime) -> dict[str, Any]:
    return {DATE_FIELD: _written(date)}


@dataclass(frozen=True)
class Repository:
    """All metadata of a catalogue in memory.  Every change gives another repository; nothing here touches a disk."""

    roots: tuple[bytes, ...]
    """Every version from the first."""
    roles: Mapping[str, bytes] = field(default_factory=dict)
    """The newest signed metadata of `targets`, the institutions, `transport` and `snapshot`."""
    timestamp: bytes = b""

    @classmethod
    def create(cls, catalogue: str, keys: Mapping[str, RoleKeys], signers: SignersByRole, date: datetime) -> Repository:
        """A catalogue without institutions.  `keys` names those of the four top roles and of `transport`.

        Raises `MetadataError`: no-signer, threshold and the like when the signers do not suffice.
        """
        root = draft_root(None, {role: keys[role] for role in TOP_ROLES}, date)
        targets = Targets(
            version=1,
            expires=_expiry("targets", date),
            unrecognized_fields={**_dated(date), CATALOGUE_FIELD: catalogue},
            delegations=Delegations({}, {}),
        )
        _delegate(targets, TRANSPORT, keys[TRANSPORT], TRANSPORT_PATHS)
        empty = Targets(version=1, expires=_expiry(TRANSPORT, date), unrecognized_fields=_dated(date))
        return (
            cls(())
            .with_root(add_signatures(root, _needed("root", signers)))
            .with_signed("targets", _signed(targets, "targets", signers))
            .with_signed(TRANSPORT, _signed(empty, TRANSPORT, signers))
        )

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Repository:
        """The newest state among metadata files (`7.snapshot.json`, with or without `md/`; `timestamp.json`)."""
        newest: dict[str, tuple[int, bytes]] = {}
        roots: dict[int, bytes] = {}
        for name, data in files.items():
            found = FILE_NAME.fullmatch(name)
            if found is None:
                continue
            version, role = int(found[1] or 0), found[2]
            if role == "root":
                roots[version] = data
            elif version >= newest.get(role, (-1, b""))[0]:
                newest[role] = (version, data)
        if not roots or "targets" not in newest:
            raise MetadataError("no-metadata", folder="metadata")
        roles = {role: data for role, (_, data) in sorted(newest.items()) if role != "timestamp"}
        made = cls(tuple(roots[version] for version in sorted(roots)), roles, newest.get("timestamp", (0, b""))[1])
        delegated = {"targets", "snapshot", *made._delegated()}
        return replace(made, roles={role: data for role, data in roles.items() if role in delegated})

    @classmethod
    def from_folder(cls, folder: Path) -> Repository:
        """The newest state of a release folder (with `md/` and `timestamp.json`) or of such an `md/` itself.

        Raises `MetadataError` no-metadata, and `OSError`.
        """
        inner = folder / "md" if (folder / "md").is_dir() else folder
        names = _newest_names(file.name for file in inner.glob("*.json"))
        files = {name: (inner / name).read_bytes() for name in names}
        for outer in (folder / "timestamp.json", folder.parent / "timestamp.json" if inner == folder else None):
            if outer is not None and outer.is_file():
                files["timestamp.json"] = outer.read_bytes()
        try:
            return cls.from_files(files)
        except MetadataError as error:
            if error.kind == "no-metadata":
                raise MetadataError("no-metadata", folder=str(folder)) from None
            raise

    # --- what it says

    @property
    def root(self) -> Root:
        """The newest root."""
        return read_metadata(self.roots[-1], Root, file="root.json").signed

    @property
    def targets(self) -> Targets:
        """The role that delegates."""
        return read_metadata(self.roles["targets"], Targets, file="targets.json").signed

    @property
    def number(self) -> int:
        """Number of the newest release; 0 before the first."""
        return self._snapshot().version if "snapshot" in self.roles else 0

    def institutions(self) -> dict[str, Institution]:
        """Those that may sign, by name."""
        return institutions_of(self.targets)

    def targets_of(self, institution: str) -> dict[str, TargetInfo]:
        """What an institution has signed; empty before it has signed anything."""
        data = self.roles.get(institution)
        if data is None:
            return {}
        return institution_targets(institution, read_metadata(data, Targets, file=f"{institution}.json").signed)

    def transport(self) -> dict[str, TransportInfo]:
        """The compressed files on the wire."""
        return transport_targets(read_metadata(self.roles[TRANSPORT], Targets, file="transport.json").signed)

    def expiries(self) -> dict[str, datetime]:
        """When the metadata of each role expires."""
        found = {"root": self.root.expires}
        for role, data in self.roles.items():
            kind: Any = Snapshot if role == "snapshot" else Targets
            found[role] = read_metadata(data, kind, file=f"{role}.json").signed.expires
        if self.timestamp:
            found["timestamp"] = read_metadata(self.timestamp, Timestamp, file="timestamp.json").signed.expires
        return found

    def next_version(self, role: str) -> int:
        """The version that a role's next metadata must have; never one that was there before, also after a return."""
        if role == "root":
            return self.root.version + 1
        listed = self._snapshot().meta.get(f"{role}.json") if "snapshot" in self.roles else None
        data = self.roles.get(role)
        current = read_metadata(data, Targets, file=f"{role}.json").signed.version if data else 0
        return max(current, listed.version if listed else 0) + 1

    def files(self) -> dict[str, bytes]:
        """All metadata but the timestamp under the names it has in `md/`: every root, the newest of the rest."""
        roots = {f"{version}.root.json": data for version, data in enumerate(self.roots, 1)}
        return roots | {f"{_version(data, role)}.{role}.json": data for role, data in self.roles.items()}

    # --- changes

    def with_root(self, document: bytes) -> Repository:
        """With a further root, signed by enough of the old and of the new keys.  Raises `MetadataError`."""
        metadata = read_metadata(document, Root, file="root.json")
        root = metadata.signed
        if root.version != len(self.roots) + 1:
            raise MetadataError("wrong-version", role="root", found=root.version, wanted=len(self.roots) + 1)
        if self.roots:
            verify(self.root, "root", metadata)
        verify(root, "root", metadata)
        return replace(self, roots=(*self.roots, document))

    def with_signed(self, role: str, document: bytes) -> Repository:
        """With metadata that somebody signed elsewhere for `targets`, an institution or `transport`.

        Raises `MetadataError` unless it is the next version, signed by who may, and about nothing else.
        """
        metadata = read_metadata(document, Targets, file=f"{role}.json")
        verify(self.root if role == "targets" else self.targets, role, metadata)
        if role == TRANSPORT:
            transport_targets(metadata.signed)
        elif role != "targets":
            institution_targets(role, metadata.signed)
        wanted = self.next_version(role)
        if metadata.signed.version != wanted:
            raise MetadataError("wrong-version", role=role, found=metadata.signed.version, wanted=wanted)
        return replace(self, roles={**self.roles, role: document})

    def with_targets(
        self, institution: str, targets: Mapping[str, TargetInfo], signers: SignersByRole, date: datetime
    ) -> Repository:
        """With an institution's images; the same repository when it has signed exactly these already."""
        if institution not in self.institutions():
            raise MetadataError("unknown-role", role=institution, known=", ".join(self.institutions()))
        if institution in self.roles and self.targets_of(institution) == dict(targets) and self._verifies(institution):
            return self
        version = self.next_version(institution)
        made = sign_targets(institution, version, targets, _needed(institution, signers), date)
        return self.with_signed(institution, made)

    def with_merged(self, institution: str, document: bytes) -> Repository:
        """With what an institution signed for its own catalogue; versions may have been left out, never go back.

        Raises `MetadataError`.
        """
        if self.roles.get(institution) == document:
            return self
        metadata = read_metadata(document, Targets, file=f"{institution}.json")
        verify(self.targets, institution, metadata)
        institution_targets(institution, metadata.signed)
        wanted = self.next_version(institution)
        if metadata.signed.version < wanted:
            raise MetadataError("wrong-version", role=institution, found=metadata.signed.version, wanted=wanted)
        return replace(self, roles={**self.roles, institution: document})

    def with_transport(self, files: Mapping[str, TransportInfo], signers: SignersByRole, date: datetime) -> Repository:
        """With the compressed files on the wire (`obj/…`, `delta/…`); all of them, not only new ones."""
        if self.transport() == dict(files) and self._verifies(TRANSPORT):
            return self
        targets = {}
        for path, info in files.items():
            custom = {"head": info.head} if info.head else None
            targets[f"{TRANSPORT}/{path}"] = _target_file(f"{TRANSPORT}/{path}", info.length, info.sha256, custom)
        made = Targets(
            version=self.next_version(TRANSPORT),
            expires=_expiry(TRANSPORT, date),
            targets=targets,
            unrecognized_fields=_dated(date),
        )
        return self.with_signed(TRANSPORT, _signed(made, TRANSPORT, signers))

    def with_institution(
        self, name: str, title: str, keys: RoleKeys, signers: SignersByRole, date: datetime
    ) -> Repository:
        """With an institution that may sign `<name>/<unit>/<layer>.tar`; other keys if it was there already.

        What it signed with keys that no longer count must be signed again before the next release.
        """
        check_institution(name)
        targets = self._next_targets(date)
        if name in self.institutions():
            _withdraw(targets, name)
        _delegate(targets, name, keys, [f"{name}/*/*"], title=title)
        return self.with_signed("targets", _signed(targets, "targets", signers))

    def with_transport_keys(self, keys: RoleKeys, signers: SignersByRole, date: datetime) -> Repository:
        """With other keys for `transport`; its files must be signed again before the next release."""
        targets = self._next_targets(date)
        _withdraw(targets, TRANSPORT)
        _delegate(targets, TRANSPORT, keys, TRANSPORT_PATHS)
        return self.with_signed("targets", _signed(targets, "targets", signers))

    def without_institution(self, name: str, signers: SignersByRole, date: datetime) -> Repository:
        """Without an institution: its key counts no longer, its courses are gone from the next release."""
        if name not in self.institutions():
            raise MetadataError("unknown-role", role=name, known=", ".join(self.institutions()))
        targets = self._next_targets(date)
        _withdraw(targets, name)
        made = self.with_signed("targets", _signed(targets, "targets", signers))
        return replace(made, roles={role: data for role, data in made.roles.items() if role != name})

    def renewed(self, role: str, signers: SignersByRole, date: datetime) -> Repository:
        """The same content signed again, for a later expiry or after its keys changed.  Raises `MetadataError`."""
        signed = read_metadata(self.roles[role], Targets, file=f"{role}.json").signed
        signed.version, signed.expires = self.next_version(role), _expiry(role, date)
        signed.unrecognized_fields[DATE_FIELD] = _written(date)
        return self.with_signed(role, _signed(signed, role, signers))

    def next_release(
        self, signers: SignersByRole, date: datetime, earlier: Mapping[int, bytes] | None = None
    ) -> tuple[Repository, dict[str, bytes]]:
        """The next numbered release and its files by path on the wire, `timestamp.json` last.

        `earlier` are the metadata packs (`meta/<u>.zst`) of releases that mirrors may still have.  Only `snapshot`
        and `timestamp` sign.  Raises `MetadataError`, also when a role is not signed as it must be.
        """
        self._check_all()
        released = replace(self, roles={**self.roles, "snapshot": self._next_snapshot(signers, date)})
        files = released.files()
        wire = {f"md/{name}": data for name, data in sorted(files.items())}
        full = pack_metadata(files)
        wire[f"meta/{released.number}.zst"] = full
        wire |= _meta_deltas(earlier or {}, released.number, files)
        packs = {path: data for path, data in wire.items() if META_PACK.fullmatch(path)}
        announced = released.with_timestamp({path: transport_info(data) for path, data in packs.items()}, signers, date)
        return announced, wire | {"timestamp.json": announced.timestamp}

    def with_timestamp(self, packs: Mapping[str, TransportInfo], signers: SignersByRole, date: datetime) -> Repository:
        """With a timestamp that names the newest snapshot and the packs to fetch it with."""
        meta = _meta_file(self.number, self.roles["snapshot"])
        made = Timestamp(
            version=self._timestamp_version() + 1,
            expires=_expiry("timestamp", date),
            snapshot_meta=meta,
            unrecognized_fields=_dated(date)
            | {
                PACKS_FIELD: {
                    path.removeprefix("meta/").removesuffix(".zst"): [info.length, info.sha256]
                    for path, info in packs.items()
                }
            },
        )
        metadata = read_metadata(_signed(made, "timestamp", signers), Timestamp, file="timestamp.json")
        verify(self.root, "timestamp", metadata)
        return replace(self, timestamp=metadata.to_bytes())

    def refreshed(self, signers: SignersByRole, date: datetime) -> Repository:
        """The same release with a new timestamp: nothing changed, and it is still so."""
        old = read_metadata(self.timestamp, Timestamp, file="timestamp.json").signed
        return self.with_timestamp(announced_packs(old), signers, date)

    # --- steps

    def _snapshot(self) -> Snapshot:
        return read_metadata(self.roles["snapshot"], Snapshot, file="snapshot.json").signed

    def _timestamp_version(self) -> int:
        if not self.timestamp:
            return 0
        return read_metadata(self.timestamp, Timestamp, file="timestamp.json").signed.version

    def _delegated(self) -> tuple[str, ...]:
        return tuple(delegated_roles(self.targets))

    def _verifies(self, role: str) -> bool:
        try:
            verify(self.targets, role, read_metadata(self.roles[role], Targets, file=f"{role}.json"))
        except MetadataError:
            return False
        return True

    def _check_all(self) -> None:
        """Raise `MetadataError` unless every role is signed by the keys that count now."""
        targets = read_metadata(self.roles["targets"], Targets, file="targets.json")
        verify(self.root, "targets", targets)
        for role in delegated_roles(targets.signed):
            if role in self.roles:
                verify(targets.signed, role, read_metadata(self.roles[role], Targets, file=f"{role}.json"))

    def _next_targets(self, date: datetime) -> Targets:
        targets = self.targets
        targets.version, targets.expires = self.next_version("targets"), _expiry("targets", date)
        targets.unrecognized_fields[DATE_FIELD] = _written(date)
        return targets

    def _next_snapshot(self, signers: SignersByRole, date: datetime) -> bytes:
        old = self._snapshot() if "snapshot" in self.roles else None
        delegated = self._delegated()
        for role in delegated:
            if old and f"{role}.json" in old.meta and role not in self.roles:
                raise MetadataError("missing-metadata", file=f"{role}.json")  # mirrors would miss it too
        # roles that are gone stay listed, as the specification asks (5.5.5); nobody fetches them any more
        meta = {name: kept for name, kept in (old.meta if old else {}).items() if name[:-5] not in delegated}
        for role, data in self.roles.items():
            if role != "snapshot":
                meta[f"{role}.json"] = _meta_file(_version(data, role), data)
        made = Snapshot(
            version=self.number + 1, expires=_expiry("snapshot", date), meta=meta, unrecognized_fields=_dated(date)
        )
        document = _signed(made, "snapshot", signers)
        verify(self.root, "snapshot", read_metadata(document, Snapshot, file="snapshot.json"))
        return document


def _meta_deltas(earlier: Mapping[int, bytes], number: int, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Differences from earlier packs, by path on the wire; each takes a second, most of it in threads."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        deltas = pool.map(lambda old: make_meta_delta(unpack_metadata(earlier[old]), files), sorted(earlier))
        return {f"meta/{old}-{number}.zst": delta for old, delta in zip(sorted(earlier), deltas, strict=True)}


def _newest_names(names: Iterable[str]) -> list[str]:
    """Of the names of metadata files all roots, and the newest of each other role; a folder holds years of them."""
    newest: dict[str, tuple[int, str]] = {}
    for name in names:
        found = FILE_NAME.fullmatch(name)
        if found:
            role = name if found[2] == "root" else found[2]
            newest[role] = max(newest.get(role, (-1, "")), (int(found[1] or 0), name))
    return sorted(name for _, name in newest.values())


def draft_root(old: Root | None, keys: Mapping[str, RoleKeys], date: datetime) -> bytes:
    """The next root without signatures: these keys for these roles, the others as they were.

    It needs signatures of enough old and enough new root keys (`add_signatures`), then `Repository.with_root`.
    """
    known = {key.keyid: key for role in keys.values() for key in role.keys}
    roles = {role: Role([key.keyid for key in granted.keys], granted.threshold) for role, granted in keys.items()}
    if old is not None:
        known = {**old.keys, **known}
        roles = {**old.roles, **roles}
    used = {keyid for role in roles.values() for keyid in role.keyids}
    root = Root(
        version=old.version + 1 if old else 1,
        expires=_expiry("root", date),
        keys={keyid: key for keyid, key in known.items() if keyid in used},
        roles=roles,
        consistent_snapshot=True,
        unrecognized_fields=_dated(date),
    )
    return Metadata(root).to_bytes()


def check_institution(name: str) -> None:
    """Raises `MetadataError` bad-institution for a name that would be mistaken for something else."""
    if not INSTITUTION.fullmatch(name) or name in (*TOP_ROLES, TRANSPORT):
        raise MetadataError("bad-institution", institution=name[:80])


def transport_info(data: bytes) -> TransportInfo:
    """Length and hash of bytes as they lie on the wire."""
    return TransportInfo(len(data), hashlib.sha256(data).hexdigest())


def _needed(role: str, signers: SignersByRole) -> Sequence[Signer]:
    if not signers.get(role):
        raise MetadataError("no-signer", role=role)
    return signers[role]


def _delegate(targets: Targets, role: str, keys: RoleKeys, paths: list[str], title: str = "") -> None:
    delegations = cast(Delegations, targets.delegations)
    roles = cast("dict[str, DelegatedRole]", delegations.roles)
    roles[role] = DelegatedRole(
        role,
        [key.keyid for key in keys.keys],
        keys.threshold,
        terminating=True,
        paths=paths,
        unrecognized_fields={TITLE_FIELD: title} if title else None,
    )
    delegations.keys.update({key.keyid: key for key in keys.keys})
    delegations.roles = dict(sorted(roles.items()))


def _withdraw(targets: Targets, role: str) -> None:
    delegations = cast(Delegations, targets.delegations)
    roles = cast("dict[str, DelegatedRole]", delegations.roles)
    del roles[role]
    used = {keyid for other in roles.values() for keyid in other.keyids}
    delegations.keys = {keyid: key for keyid, key in delegations.keys.items() if keyid in used}


def _meta_file(version: int, data: bytes) -> MetaFile:
    return MetaFile.from_data(version, data, ["sha256"])


def _version(data: bytes, role: str) -> int:
    kind: Any = Snapshot if role == "snapshot" else Targets
    found: int = read_metadata(data, kind, file=f"{role}.json").signed.version
    return found
