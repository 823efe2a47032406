"""Takes the courses of another catalogue into this one, without rendering or signing them again.

The other catalogue is read and verified as a mirror reads it: from a first root whose fingerprint somebody compared,
along its chain of roots, never back.  Of it come the institutions' signed lists, byte for byte, and the objects that
they name; this catalogue delegates each institution's own paths to the keys that its home names.  So a mirror of the
merged catalogue checks the institution's own signature.  What belongs to that catalogue alone (its site, and courses
that no institution signs) stays there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import NamedTuple

from tuf.api.metadata import Targets

from generator.release.catalogue import ASSETS, TargetInfo, read_target
from generator.release.compression import decompress_into
from generator.release.durable_files import put_durably
from generator.release.image import image_entries
from generator.release.merged_sources import (
    HIGH_WATER,
    ROOT,
    Merged,
    MergedInstitution,
    MergedSource,
    forget_source,
    needed_objects,
    read_merged,
    source_folder,
    write_source,
)
from generator.release.meta_packs import LARGEST_PACK, unpack_metadata
from generator.release.metadata import Repository, RoleKeys
from generator.release.origins import Origin
from generator.release.partition import SITE
from generator.release.refusals import ReleaseError
from generator.release.signed_documents import (
    LARGEST_FILE,
    TransportInfo,
    delegated_roles,
    read_metadata,
)
from generator.release.signing import Keyring, commit_repository, signers_of
from generator.release.trust import HighWater, ReferenceTime, TrustedState, VerifiedRelease
from generator.release.workplace import IDENTIFIER, RESERVED, WireFile, Workplace, is_there, object_path

Listener = Callable[[str, int, int], None]
FIRST_ROOT = "1.root.json"


@dataclass(frozen=True)
class MergeResult:
    """What became of it."""

    source: MergedSource
    is_new: bool
    """False when the release had been merged before."""
    left_out: tuple[str, ...]
    """Courses that no institution of the other catalogue signs, by name."""


class _Seen(NamedTuple):
    """Another catalogue, verified."""

    release: VerifiedRelease
    files: Mapping[str, bytes]
    state: TrustedState
    fingerprint: str


def merge_catalogue(
    work: Workplace,
    origin: Origin,
    address: str,
    ring: Keyring,
    date: datetime,
    *,
    fingerprint: str = "",
    listener: Listener = lambda stage, done, total: None,
) -> MergeResult:
    """Take in the newest release of another catalogue; the next release of this one has it.

    `fingerprint`: SHA-256 of its first root, needed the first time.  The key of `targets` is needed only when an
    institution comes, goes, or has other keys.  Raises `ReleaseError` (source-…, claimed-twice, keys-missing),
    `TrustError` for what a mirror would refuse, and `OSError`; then everything is as it was, but for objects.
    """
    settings = work.read_settings()
    merged = read_merged(work)
    seen = _verify(work, merged, origin, address, fingerprint, date)
    known = next((one for one in merged.sources if one.catalogue == seen.release.catalogue), None)
    institutions = _institutions(seen)
    _check_assets(seen.release, origin.name)
    rest = merged.without(seen.release.catalogue)
    _check_claims(settings.institutions.keys(), _claimed(work, rest), rest, institutions)
    targets = {path: info for one in institutions.values() for path, info in one.targets().items()}
    if not targets and known is None:
        raise ReleaseError("source-empty", id=seen.release.catalogue)
    objects = _bring_objects(work, origin, targets, seen.release, listener)
    source = MergedSource(seen.release.catalogue, address, seen.fingerprint, seen.release.number, institutions, objects)
    _delegate(work, source, known, ring, date)
    write_source(work, source, seen.state.root_bytes, seen.state.high_water.to_json())
    return MergeResult(source, known is None or known.number != source.number, _left_out(seen.release))


def leave_catalogue(work: Workplace, catalogue: str, ring: Keyring, date: datetime) -> MergedSource:
    """Let another catalogue's courses go: they are not in the next release.

    Raises `ReleaseError` source-missing and keys-missing.
    """
    known = next((one for one in read_merged(work).sources if one.catalogue == catalogue), None)
    if known is None:
        raise ReleaseError("source-missing", id=catalogue)
    _delegate(work, None, known, ring, date)
    forget_source(work, catalogue)
    return known


# --- verifying ----------------------------------------------------------------------------------------------------


def _verify(work: Workplace, merged: Merged, origin: Origin, address: str, fingerprint: str, date: datetime) -> _Seen:
    first = _needed(origin, f"md/{FIRST_ROOT}")
    found = hashlib.sha256(first).hexdigest()
    known = next((one for one in merged.sources if one.fingerprint == found), None)
    pinned = fingerprint.lower() or (known.fingerprint if known else "")
    if not pinned:
        earlier = next((one for one in merged.sources if one.address == address), None)
        if earlier is not None:
            raise ReleaseError("source-other-root", source=origin.name, found=found, wanted=earlier.fingerprint)
        raise ReleaseError("source-unknown", source=origin.name, fingerprint=found)
    if pinned != found:
        raise ReleaseError("source-other-root", source=origin.name, found=found, wanted=pinned)
    root, high_water = first, HighWater()
    if known is not None:
        folder = source_folder(work, known.catalogue)
        root = (folder / ROOT).read_bytes()
        high_water = HighWater.from_json((folder / HIGH_WATER).read_bytes())
    state = TrustedState.start(root, high_water, ReferenceTime(clock=date, built=date))
    files = _roots(origin)
    state.update_roots(files)
    timestamp = _needed(origin, "timestamp.json")
    announced = state.read_timestamp(timestamp)
    path = f"meta/{announced.number}.zst"
    if path not in announced.packs:
        raise ReleaseError("source-object", path=path, source=origin.name)
    pack = _needed(origin, path, most=announced.packs[path].length)
    if TransportInfo(len(pack), hashlib.sha256(pack).hexdigest()) != announced.packs[path]:
        raise ReleaseError("source-object", path=path, source=origin.name)
    files |= {**unpack_metadata(pack), "timestamp.json": timestamp}
    release = state.update(files, as_bundle=origin.is_folder)
    if not IDENTIFIER.fullmatch(release.catalogue):
        raise ReleaseError("bad-id", id=release.catalogue)
    if known is not None and known.catalogue != release.catalogue:
        raise ReleaseError("source-other-root", source=origin.name, found=release.catalogue, wanted=known.catalogue)
    return _Seen(release, files, state, found)


def _roots(origin: Origin) -> dict[str, bytes]:
    roots: dict[str, bytes] = {}
    for version in count(1):
        content = origin.read(f"md/{version}.root.json", LARGEST_FILE)
        if content is None:
            break
        roots[f"{version}.root.json"] = content
    return roots


def _needed(origin: Origin, path: str, most: int = min(LARGEST_FILE, LARGEST_PACK)) -> bytes:
    content = origin.read(path, most)
    if content is None:
        raise ReleaseError("source-object", path=path, source=origin.name)
    return content


# --- what it holds ------------------------------------------------------------------------------------------------


def _institutions(seen: _Seen) -> dict[str, MergedInstitution]:
    """Those that sign courses there; the verified `targets` says with which keys."""
    versions = seen.state.high_water.versions
    document = seen.files[f"{versions['targets']}.targets.json"]
    delegations = read_metadata(document, Targets, file="targets.json").signed
    roles = delegated_roles(delegations)
    found = {}
    for name, one in seen.release.institutions.items():
        signed = seen.files.get(f"{versions.get(name)}.{name}.json")
        if name in RESERVED or name in seen.release.withheld or signed is None:
            continue
        keys = tuple(delegations.get_key(keyid) for keyid in sorted(roles[name].keyids))
        found[name] = MergedInstitution(name, one.title, RoleKeys(keys, one.threshold), signed)
    return found


def _left_out(release: VerifiedRelease) -> tuple[str, ...]:
    owned = {(path.partition("/")[0], info.custom["unit"]) for path, info in release.targets.items()}
    return tuple(sorted(unit for owner, unit in owned if owner in RESERVED and unit != SITE))


def _check_assets(release: VerifiedRelease, source: str) -> None:
    """Its pages use styles and scripts of this catalogue's site, which must know all that they ask for."""
    info = release.targets.get(f"{SITE}/{SITE}/texto.tar")
    theirs = info.custom.get("assets", 0) if info else 0
    if not isinstance(theirs, int) or theirs > ASSETS:
        raise ReleaseError("source-too-new", source=source, theirs=str(theirs), ours=ASSETS)


def _claimed(work: Workplace, rest: Merged) -> dict[str, str]:
    """Course → who has it here, as far as is known before the next site is read."""
    claimed = dict(rest.course_owners())
    settings = work.read_settings()
    claimed |= {course: name for name, one in settings.institutions.items() for course in one.courses}
    return claimed


def _check_claims(
    own: Iterable[str], claimed: Mapping[str, str], rest: Merged, institutions: Mapping[str, MergedInstitution]
) -> None:
    for name, one in institutions.items():
        if name in own or name in rest.institutions:
            raise ReleaseError("source-claims-name", id=name)
        for course in one.courses():
            if claimed.get(course, name) != name or course in rest.course_owners():
                raise ReleaseError("claimed-twice", course=course, one=claimed[course], other=name)


# --- bringing it here ---------------------------------------------------------------------------------------------


def _bring_objects(
    work: Workplace, origin: Origin, targets: Mapping[str, TargetInfo], release: VerifiedRelease, listener: Listener
) -> dict[str, WireFile]:
    """Compressed images and large files, proven before they are kept; the images are taken out, for deltas."""
    wanted = sorted(set(needed_objects(targets)))
    objects = {}
    for done, path in enumerate(wanted):
        if path not in release.transport:
            raise ReleaseError("source-object", path=path, source=origin.name)
        info = release.transport[path]
        place = work.wire / path
        if not is_there(place, info):
            origin.fetch(path, info, place)
        objects[path] = WireFile(info.length, info.sha256)
        listener("write", done + 1, len(wanted))
    for path, target in targets.items():
        read = read_target(path, target)
        _unpack(work, target, origin)
        _check_inside(work, target, read.inside, origin)
        for blob in read.blobs.values():
            known = objects[f"obj/{blob.sha256[:2]}/{blob.sha256}"]
            if known != WireFile(blob.length, blob.sha256):
                raise ReleaseError("source-object", path=path, source=origin.name)
    return objects


def _unpack(work: Workplace, target: TargetInfo, origin: Origin) -> None:
    """The image of an object, which must be the one that was signed."""
    image = work.image(target.sha256)
    if is_there(image, target):
        return
    path = object_path(target.sha256)
    with (work.wire / path).open("rb") as stream:
        put_durably(image, lambda out: decompress_into(stream, out, length=target.length))
    if not is_there(image, target):
        image.unlink()
        raise ReleaseError("source-object", path=path, source=origin.name)


def _check_inside(work: Workplace, target: TargetInfo, course: str, origin: Origin) -> None:
    """Raises `ReleaseError` for an image that is none, or that has files of other courses."""
    with work.image(target.sha256).open("rb") as stream:
        entries = tuple(image_entries(stream, most_bytes=target.length))
    if not all(entry.path.startswith(f"{course}/") for entry in entries):
        raise ReleaseError("source-object", path=object_path(target.sha256), source=origin.name)


def _delegate(
    work: Workplace, source: MergedSource | None, known: MergedSource | None, ring: Keyring, date: datetime
) -> None:
    """Let the source's institutions sign here with the keys that they have at home, and no others."""
    repository = Repository.from_folder(work.wire)
    wanted = dict(source.institutions) if source else {}
    gone = [name for name in (known.institutions if known else {}) if name not in wanted]
    new = [one for one in wanted.values() if not _is_delegated(repository, one)]
    if not gone and not new:
        return
    signers = {"targets": signers_of(repository, "targets", ring)}
    if not signers["targets"]:
        raise ReleaseError("keys-missing", roles="targets")
    for name in gone:
        if name in repository.institutions():
            repository = repository.without_institution(name, signers, date)
    for one in new:
        repository = repository.with_institution(one.name, one.title, one.keys, signers, date)
    commit_repository(work, repository)


def _is_delegated(repository: Repository, one: MergedInstitution) -> bool:
    known = repository.institutions().get(one.name)
    keys = {key.keyid for key in one.keys.keys}
    return known is not None and (set(known.keyids), known.threshold, known.title) == (
        keys,
        one.keys.threshold,
        one.title,
    )
