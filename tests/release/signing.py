"""A small signed catalogue for the tests, with the keys of everybody, also of thieves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from securesystemslib.formats import encode_canonical
from securesystemslib.signer import CryptoSigner

from generator.release.catalogue import TargetInfo
from generator.release.metadata import Repository, RoleKeys, draft_root
from generator.release.signed_documents import TransportInfo, add_signatures
from generator.release.trust import HighWater, ReferenceTime, TrustedState

DAY = datetime(2026, 11, 22, tzinfo=timezone.utc)
ONLINE = ("snapshot", "timestamp", "transport")
Signers = dict[str, list[CryptoSigner]]


def days(number: float) -> datetime:
    return DAY + timedelta(days=number)


def new_signers() -> Signers:
    """Three root keys and one for each other role; institutions `ufa` and `ufb`."""
    signers = {role: [CryptoSigner.generate_ed25519()] for role in ("targets", *ONLINE, "ufa", "ufb")}
    return {"root": [CryptoSigner.generate_ed25519() for _ in range(3)], **signers}


def keys_of(signers: Sequence[CryptoSigner], threshold: int = 1) -> RoleKeys:
    return RoleKeys(tuple(signer.public_key for signer in signers), threshold)


def top_keys(signers: Signers) -> dict[str, RoleKeys]:
    roles = ("targets", "snapshot", "timestamp", "transport")
    return {"root": keys_of(signers["root"], 2)} | {role: keys_of(signers[role]) for role in roles}


def image(institution: str, unit: str, text: str, layer: str = "texto", length: int = 4096) -> dict[str, TargetInfo]:
    """One target whose content is `text`."""
    custom = {"unit": unit, "title": unit.title(), "layer": layer, "files": 3, "blobs": {}}
    return {f"{institution}/{unit}/{layer}.tar": TargetInfo(length, digest(text), custom)}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def objects(targets: Mapping[str, TargetInfo]) -> dict[str, TransportInfo]:
    return {
        f"obj/{one.sha256[:2]}/{one.sha256}.tar.zst": TransportInfo(one.length // 2, digest("z" + one.sha256))
        for one in targets.values()
    }


@dataclass
class Publisher:
    """The aggregator with all keys; each release is kept as the files that a mirror is given."""

    signers: Signers = field(default_factory=new_signers)
    repository: Repository = field(init=False)
    releases: dict[int, dict[str, bytes]] = field(default_factory=dict)
    packs: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        repository = Repository.create("acervo", top_keys(self.signers), self.signers, DAY)
        for name in ("ufa", "ufb"):
            repository = repository.with_institution(name, name.upper(), keys_of(self.signers[name]), self.signers, DAY)
        self.repository = repository

    def publish(self, texts: Mapping[str, str], date: datetime = DAY) -> dict[str, bytes]:
        """Release with these texts: `ufa/curso` → text."""
        everything: dict[str, TargetInfo] = {}
        for institution in sorted(self.repository.institutions()):
            targets: dict[str, TargetInfo] = {}
            for place, text in texts.items():
                owner, unit = place.split("/")
                if owner == institution:
                    targets |= image(owner, unit, text)
            self.repository = self.repository.with_targets(institution, targets, self.signers, date)
            everything |= targets
        self.repository = self.repository.with_transport(objects(everything), self.signers, date)
        return self.release(date)

    def release(self, date: datetime = DAY) -> dict[str, bytes]:
        """The next release of what is there."""
        self.repository, self.wire = self.repository.next_release(self.signers, date, self.packs)
        number = self.repository.number
        self.packs[number] = self.wire[f"meta/{number}.zst"]
        self.releases[number] = self.given()
        return self.releases[number]

    def given(self) -> dict[str, bytes]:
        return {**self.repository.files(), "timestamp.json": self.repository.timestamp}

    def rotate(self, date: datetime = DAY, **changed: list[CryptoSigner]) -> None:
        """A new root with other keys for some roles, signed by old and new ones."""
        old = self.signers["root"]
        self.signers |= changed
        document = draft_root(self.repository.root, top_keys_of(self.signers), date)
        self.repository = self.repository.with_root(add_signatures(document, [*old[:2], *self.signers["root"][:2]]))


def top_keys_of(signers: Signers) -> dict[str, RoleKeys]:
    keys = top_keys(signers)
    del keys["transport"]  # delegated by targets, not by root
    return keys


def reference(clock: datetime = DAY, built: datetime = DAY - timedelta(days=60)) -> ReferenceTime:
    return ReferenceTime(clock, built)


def mirror(publisher: Publisher, clock: datetime = DAY, high_water: HighWater | None = None) -> TrustedState:
    """A mirror that knows the first root."""
    return TrustedState.start(publisher.repository.roots[0], high_water or HighWater(), reference(clock))


def changed(document: bytes, change: Callable[[dict[str, Any]], None], signers: Sequence[CryptoSigner] = ()) -> bytes:
    """Metadata with something changed in what is signed, and signed again by those named; else the old signatures."""
    values = json.loads(document)
    change(values["signed"])
    if signers:
        payload = (encode_canonical(values["signed"]) or "").encode()
        values["signatures"] = [signer.sign(payload).to_dict() for signer in signers]
    return json.dumps(values).encode()
