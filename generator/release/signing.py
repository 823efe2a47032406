"""Who may sign a catalogue, and the signatures of a release: a release is there when all of them are.

Institutions may sign one after the other, on computers of their own: what is signed waits in the folder `draft`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from securesystemslib.signer import Key, Signer

from generator.release.catalogue import TargetInfo
from generator.release.durable_files import write_durably
from generator.release.keys import (
    KeysError,
    Passphrase,
    create_key,
    load_public_key,
    open_signer,
    save_key,
    save_public_key,
)
from generator.release.merged_sources import MergedInstitution, read_merged
from generator.release.metadata import LIFE, LIFE_OF_INSTITUTION, Repository, RoleKeys, draft_root
from generator.release.packs import read_head
from generator.release.refusals import ReleaseError
from generator.release.signed_documents import (
    TOP_ROLES,
    TRANSPORT,
    MetadataError,
    TransportInfo,
    add_signatures,
    delegated_roles,
)
from generator.release.workplace import (
    REST_OWNER,
    SITE_OWNER,
    Edition,
    Institution,
    Settings,
    Workplace,
    check_settings,
)

AGGREGATOR = "agregador"
"""Name of the key that signs what belongs to no institution."""
ONLINE = ("snapshot", "timestamp", TRANSPORT)
"""Roles that sign every release."""
SIGNERS = "assinadores.json"
"""In a folder of keys: key id → address of a token or a service (`hsm:…`), where the secret is not in a file."""


@dataclass(frozen=True)
class Signed:
    """What became of a round of signing."""

    number: int
    roles: tuple[str, ...]
    """Who signed in this round."""
    missing: tuple[str, ...]
    """Who has still to sign; the release is there when nobody is missing."""


class Keyring:
    """A folder with keys: `<name>.pem`, encrypted, and `<name>.json`, the public half."""

    def __init__(self, folder: Path | None, passphrase: Passphrase) -> None:
        self._folder, self._passphrase = folder, passphrase
        self._opened: dict[str, Signer] = {}

    def create(self, name: str) -> Key:
        """A new key.  Raises `KeysError` when there is one of this name already."""
        folder = self._there()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        signer = create_key()
        save_key(signer, folder / f"{name}.pem", self._passphrase)
        save_public_key(signer.public_key, folder / f"{name}.json")
        self._opened[signer.public_key.keyid] = signer
        return signer.public_key

    def signers(self, keyids: Sequence[str]) -> list[Signer]:
        """Those of the keys that are here.  Raises `KeysError` when one of them cannot be opened."""
        places = self._places()
        return [self._open(keyid, *places[keyid]) for keyid in keyids if keyid in places]

    def _open(self, keyid: str, key: Key, where: str) -> Signer:
        if keyid not in self._opened:
            self._opened[keyid] = open_signer(where, key, self._passphrase)
        return self._opened[keyid]

    def _places(self) -> dict[str, tuple[Key, str]]:
        """Key id → public key, and where the secret is."""
        if self._folder is None:
            return {}
        addresses = self._addresses(self._folder / SIGNERS)
        found: dict[str, tuple[Key, str]] = {}
        for file in sorted(self._folder.glob("*.json")):
            if file.name == SIGNERS:
                continue
            key = load_public_key(file)
            where = addresses.get(key.keyid, str(file.with_suffix(".pem")))
            if key.keyid in addresses or file.with_suffix(".pem").is_file():
                found[key.keyid] = (key, where)
        return found

    def _addresses(self, file: Path) -> Mapping[str, str]:
        if not file.is_file():
            return {}
        try:
            return {str(keyid): str(where) for keyid, where in json.loads(file.read_text(encoding="utf-8")).items()}
        except (ValueError, AttributeError):
            raise KeysError("not-a-key", file=str(file)) from None

    def _there(self) -> Path:
        if self._folder is None:
            raise ReleaseError("keys-missing", roles="root")
        return self._folder


def start_catalogue(
    work: Workplace, settings: Settings, ring: Keyring, date: datetime, *, root_keys: int, threshold: int
) -> None:
    """Keys for everybody, the first root, and the folder's settings.

    Raises `ReleaseError` when the folder is prepared already or `threshold` of `root_keys` cannot be; `KeysError`.
    """
    if (work.folder / "release.json").exists():
        raise ReleaseError("prepared-already", folder=str(work.folder))
    if not 1 <= threshold <= root_keys:
        raise ReleaseError("key-count", threshold=threshold, count=root_keys)
    check_settings(settings)
    root = tuple(ring.create(f"root-{number}") for number in range(1, root_keys + 1))
    keys = {"root": RoleKeys(root, threshold)}
    keys.update((role, RoleKeys((ring.create(role),))) for role in (*TOP_ROLES[1:], TRANSPORT))
    signers = {role: ring.signers([key.keyid for key in one.keys]) for role, one in keys.items()}
    repository = Repository.create(settings.catalogue, keys, signers, date)
    aggregator = RoleKeys((ring.create(AGGREGATOR),))
    owners = {SITE_OWNER: aggregator, REST_OWNER: aggregator}
    owners.update((name, RoleKeys((ring.create(name),))) for name in settings.institutions)
    for name, granted in owners.items():
        title = settings.institutions[name].name if name in settings.institutions else settings.catalogue
        repository = repository.with_institution(name, title, granted, signers, date)
    work.commit(_on_wire(repository))
    work.write_settings(settings)


def add_institution(
    work: Workplace, name: str, institution: Institution, ring: Keyring, date: datetime, *, public: Path | None = None
) -> None:
    """Somebody more who signs courses, with the public key that they sent, or with a new key in the folder of keys.

    Raises `ReleaseError`, `KeysError` and `MetadataError`; then nothing is changed but a key that was made.
    """
    settings = work.read_settings()
    if name in settings.institutions:
        raise ReleaseError("institution-there", id=name)
    extended = Settings(settings.catalogue, {**settings.institutions, name: institution})
    check_settings(extended)
    repository = Repository.from_folder(work.wire)
    signers = {"targets": signers_of(repository, "targets", ring)}
    _require(signers)
    key = load_public_key(public) if public else ring.create(name)
    work.commit(_on_wire(repository.with_institution(name, institution.name, RoleKeys((key,)), signers, date)))
    work.write_settings(extended)


def revoke_institution(work: Workplace, name: str, ring: Keyring, date: datetime) -> None:
    """Somebody signs no more; from the next release on the courses belong to the aggregator.

    Raises `ReleaseError`, `KeysError` and `MetadataError`; then nothing is changed.
    """
    settings = work.read_settings()
    if name not in settings.institutions:
        raise ReleaseError("no-such-institution", id=name)
    repository = Repository.from_folder(work.wire)
    signers = {"targets": signers_of(repository, "targets", ring)}
    _require(signers)
    left = {other: one for other, one in settings.institutions.items() if other != name}
    work.commit(_on_wire(repository.without_institution(name, signers, date)))
    work.write_settings(Settings(settings.catalogue, left))


def rotate_key(work: Workplace, role: str, ring: Keyring, date: datetime, *, root_keys: int = 3) -> str:
    """A new key for a role or an institution in the place of its old one; gives the name of its file.

    Of `root` all keys are replaced, and the old ones must be there to sign.  Raises `ReleaseError`, `KeysError` and
    `MetadataError`; then nothing is changed but a key that was made.
    """
    repository = Repository.from_folder(work.wire)
    if role in TOP_ROLES:
        made, file = _with_new_top_key(repository, role, ring, date, root_keys)
    else:
        institutions = repository.institutions()
        if role not in institutions and role != TRANSPORT:
            raise ReleaseError("no-such-institution", id=role)
        file = f"{role}-{repository.next_version('targets')}"
        signers = {"targets": signers_of(repository, "targets", ring)}
        _require(signers)
        key = RoleKeys((ring.create(file),))
        if role == TRANSPORT:
            made = repository.with_transport_keys(key, signers, date)
        else:
            made = repository.with_institution(role, institutions[role].title, key, signers, date)
    work.commit(_on_wire(made))
    return file


def sign_release(work: Workplace, ring: Keyring, date: datetime, *, deltas: int) -> Signed:
    """Sign what the keys at hand allow; with the last signature the release is there.

    Raises `KeysError`, `MetadataError`, and `ReleaseError` when no release waits or not one of the signatures that are
    missing can be given.
    """
    repository = Repository.from_folder(work.wire)
    edition = waiting_edition(work)
    if edition is None:
        raise ReleaseError("no-release")
    repository, signed, missing = _sign_targets(work, repository, edition, ring, date)
    if not missing:
        missing = tuple(role for role in ONLINE if not signers_of(repository, role, ring))
    if missing:
        if not signed:
            raise ReleaseError("keys-missing", roles=", ".join(missing))
        return Signed(edition.number, signed, missing)
    signers = {role: signers_of(repository, role, ring) for role in ONLINE}
    repository = repository.with_transport(_transport(work, edition), signers, date)
    repository = _renewed(repository, ring, date, read_merged(work).institutions)
    _made, files = repository.next_release(signers, date, _earlier_packs(work, edition.number, deltas))
    work.commit(files)
    for file in work.draft.glob("*.json"):
        file.unlink()
    return Signed(edition.number, (*signed, *ONLINE), ())


def _transport(work: Workplace, edition: Edition) -> dict[str, TransportInfo]:
    """What lies on the wire; of packs also what their beginnings are proven by."""
    found = {}
    for path, one in edition.wire.items():
        head = ""
        if path.startswith("delta/"):
            with (work.wire / path).open("rb") as stream:
                head = hashlib.sha256(read_head(stream, length=one.length)).hexdigest()
        found[path] = TransportInfo(one.length, one.sha256, head)
    return found


def signed_number(work: Workplace) -> int:
    """Number of the newest release with all its signatures; 0 before the first.  Raises `MetadataError`."""
    return Repository.from_folder(work.wire).number


def waiting_edition(work: Workplace) -> Edition | None:
    """The release that was made and is not signed yet."""
    number = signed_number(work) + 1
    return work.read_edition(number) if number in work.numbers() else None


def refresh_timestamp(work: Workplace, ring: Keyring, date: datetime) -> datetime:
    """Say that the newest release is still the newest; gives until when that is good.

    Raises `ReleaseError`, `KeysError` and `MetadataError`.
    """
    repository = Repository.from_folder(work.wire)
    if not repository.number:
        raise ReleaseError("no-release")
    if repository.expiries()["snapshot"] <= date:
        raise ReleaseError("not-believed", number=repository.number, reason="expired")
    signers = {"timestamp": signers_of(repository, "timestamp", ring)}
    _require(signers)
    made = repository.refreshed(signers, date)
    work.commit({"timestamp.json": made.timestamp})
    return made.expiries()["timestamp"]


def missing_signatures(work: Workplace, edition: Edition) -> tuple[str, ...]:
    """Institutions that have still to sign an edition; after them the aggregator signs."""
    repository = Repository.from_folder(work.wire)
    return _sign_targets(work, repository, edition, Keyring(None, _no_passphrase), None)[2]


# --- steps --------------------------------------------------------------------------------------------------------


def _sign_targets(
    work: Workplace, repository: Repository, edition: Edition, ring: Keyring, date: datetime | None
) -> tuple[Repository, tuple[str, ...], tuple[str, ...]]:
    """The repository with what institutions have signed of an edition; who signed now, and who has still to."""
    signed, missing = [], []
    known = repository.institutions()
    merged = read_merged(work).institutions
    for owner in sorted({path.partition("/")[0] for path in edition.targets} - known.keys()):
        raise ReleaseError("not-granted", id=owner)
    for name in known:
        wanted = {path: info for path, info in edition.targets.items() if path.startswith(f"{name}/")}
        if name in merged:
            repository = _with_merged(repository, merged[name], wanted)
            continue
        if repository.targets_of(name) == wanted and (not wanted or _counts(repository, name)):
            continue
        waiting = work.draft / f"{name}.json"
        kept = _with_kept(repository, name, waiting)
        if kept is not None and kept.targets_of(name) == wanted:
            repository = kept
            continue
        signers = signers_of(repository, name, ring) if date else []
        if not signers or date is None:
            missing.append(name)
            continue
        repository = repository.with_targets(name, wanted, {name: signers}, date)
        write_durably(waiting, repository.roles[name])
        signed.append(name)
    return repository, tuple(signed), tuple(missing)


def _with_merged(
    repository: Repository, institution: MergedInstitution, wanted: Mapping[str, TargetInfo]
) -> Repository:
    """With what an institution signed in its own catalogue, byte for byte."""
    if institution.targets() != wanted:
        raise ReleaseError("merged-since", id=institution.name)
    return repository.with_merged(institution.name, institution.document)


def _with_kept(repository: Repository, name: str, waiting: Path) -> Repository | None:
    """With what was signed before and waits; None where it is for another state or nothing waits."""
    if not waiting.is_file():
        return None
    try:
        return repository.with_signed(name, waiting.read_bytes())
    except MetadataError:
        return None


def _counts(repository: Repository, name: str) -> bool:
    """Whether the signature is still one of the institution's keys, which may have been replaced."""
    try:
        return repository.with_targets(name, repository.targets_of(name), {}, datetime.min) is repository
    except MetadataError:
        return False


def _renewed(repository: Repository, ring: Keyring, date: datetime, merged: Collection[str]) -> Repository:
    """With new signatures of all that has passed half of its life, where the keys are at hand."""
    for role, expires in sorted(repository.expiries().items()):
        if role in ("root", "snapshot", "timestamp") or role in merged:
            continue  # the last two are signed anew with each release, root only on purpose, merged ones at home
        half = timedelta(days=LIFE.get(role, LIFE_OF_INSTITUTION) / 2)
        signers = signers_of(repository, role, ring) if expires - date < half else []
        if signers:
            repository = repository.renewed(role, {role: signers}, date)
    return repository


def _with_new_top_key(
    repository: Repository, role: str, ring: Keyring, date: datetime, root_keys: int
) -> tuple[Repository, str]:
    root = repository.root
    old = ring.signers(root.roles["root"].keyids)
    if len(old) < root.roles["root"].threshold:
        raise ReleaseError("keys-missing", roles="root")
    number = root.version + 1
    names = [f"root-{number}-{one}" for one in range(1, root_keys + 1)] if role == "root" else [f"{role}-{number}"]
    threshold = root.roles[role].threshold
    keys = RoleKeys(tuple(ring.create(name) for name in names), threshold)
    new = ring.signers([key.keyid for key in keys.keys]) if role == "root" else []
    made = repository.with_root(add_signatures(draft_root(root, {role: keys}, date), [*old, *new]))
    if role == "targets":
        made = made.renewed("targets", {"targets": signers_of(made, "targets", ring)}, date)
    return made, ", ".join(names)


def signers_of(repository: Repository, role: str, ring: Keyring) -> list[Signer]:
    """The signers of a role that are at hand; nothing when they are too few."""
    delegator = repository.root.roles if role in TOP_ROLES else delegated_roles(repository.targets)
    found = ring.signers(delegator[role].keyids)
    return found[: delegator[role].threshold] if len(found) >= delegator[role].threshold else []


def _require(signers: Mapping[str, Sequence[Signer]]) -> None:
    missing = [role for role, found in signers.items() if not found]
    if missing:
        raise ReleaseError("keys-missing", roles=", ".join(missing))


def commit_repository(work: Workplace, repository: Repository) -> None:
    """Put changed metadata on the wire; they count from the next release on."""
    work.commit(_on_wire(repository))


def _on_wire(repository: Repository) -> dict[str, bytes]:
    return {f"md/{name}": data for name, data in repository.files().items()}


def _earlier_packs(work: Workplace, number: int, deltas: int) -> dict[int, bytes]:
    packs = {one: work.wire / f"meta/{one}.zst" for one in range(max(1, number - deltas), number)}
    return {one: file.read_bytes() for one, file in packs.items() if file.is_file()}


def _no_passphrase(name: str) -> str:
    raise ReleaseError("passphrase-missing")
