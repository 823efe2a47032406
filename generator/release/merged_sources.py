"""Other catalogues whose courses this one takes in, as they are kept in the folder of releases.

Each has a folder of its own in `sources/`: the trusted root and the high-water mark, as a mirror keeps them, and
what its institutions have signed, byte for byte: their signatures are what every mirror checks in the end.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from securesystemslib.signer import Key
from tuf.api.metadata import Targets

from generator.release.catalogue import TargetInfo, read_target
from generator.release.destinations import shown_address
from generator.release.durable_files import settle_folders, write_durably
from generator.release.metadata import RoleKeys
from generator.release.refusals import ReleaseError
from generator.release.signed_documents import institution_targets, read_metadata
from generator.release.workplace import WireFile, Workplace, blob_path, object_path

RECORD, ROOT, HIGH_WATER = "source.json", "root.json", "high-water.json"


@dataclass(frozen=True)
class MergedInstitution:
    """Somebody who signs courses in another catalogue."""

    name: str
    title: str
    keys: RoleKeys
    """As that catalogue's own `targets` names them."""
    document: bytes
    """What the institution has signed."""

    def targets(self) -> dict[str, TargetInfo]:
        """Its images.  Raises `MetadataError`."""
        return institution_targets(self.name, read_metadata(self.document, Targets, file=f"{self.name}.json").signed)

    def courses(self) -> dict[str, str]:
        """Course → title, by title."""
        read = [read_target(path, info) for path, info in self.targets().items()]
        return dict(sorted({one.unit: one.title for one in read}.items(), key=lambda one: (one[1].casefold(), one)))


@dataclass(frozen=True)
class MergedSource:
    """Another catalogue, as it was when it was last merged."""

    catalogue: str
    address: str
    fingerprint: str
    """SHA-256 of its first root."""
    number: int
    """Of its release."""
    institutions: Mapping[str, MergedInstitution]
    objects: Mapping[str, WireFile]
    """Compressed images and large files by path on the wire."""

    @property
    def shown_address(self) -> str:
        """Where it is, without passwords."""
        return shown_address(self.address) if "://" in self.address else self.address


@dataclass(frozen=True)
class Merged:
    """Everything that is merged."""

    sources: tuple[MergedSource, ...] = ()

    @property
    def institutions(self) -> dict[str, MergedInstitution]:
        """By name; a name is in one source only."""
        return {name: one for source in self.sources for name, one in source.institutions.items()}

    @property
    def targets(self) -> dict[str, TargetInfo]:
        """All merged images."""
        return {path: info for one in self.institutions.values() for path, info in one.targets().items()}

    @property
    def objects(self) -> dict[str, WireFile]:
        """Compressed images and large files that merged courses need."""
        return {path: one for source in self.sources for path, one in source.objects.items()}

    def course_owners(self) -> dict[str, str]:
        """Course → the institution that signs it."""
        return {course: name for name, one in self.institutions.items() for course in one.courses()}

    def without(self, catalogue: str) -> Merged:
        """All but one."""
        return Merged(tuple(source for source in self.sources if source.catalogue != catalogue))


def read_merged(work: Workplace) -> Merged:
    """What was merged so far.  Raises `ReleaseError` when it cannot be read."""
    return Merged(tuple(_read_source(folder) for folder in _folders(work)))


def source_folder(work: Workplace, catalogue: str) -> Path:
    """Where the state of a source is."""
    return work.folder / "sources" / catalogue


def write_source(work: Workplace, source: MergedSource, root: bytes, high_water: bytes) -> None:
    """Keep a source: its record is written last and names everything else by the release's number."""
    folder = source_folder(work, source.catalogue)
    for name, one in source.institutions.items():
        write_durably(folder / str(source.number) / f"{name}.json", one.document)
    write_durably(folder / ROOT, root)
    write_durably(folder / HIGH_WATER, high_water)
    settle_folders({folder / str(source.number)} if source.institutions else ())
    write_durably(folder / RECORD, json.dumps(_record(source), ensure_ascii=False, indent=1, sort_keys=True).encode())
    settle_folders({folder, folder.parent, work.folder})
    for old in folder.iterdir():
        if old.is_dir() and old.name != str(source.number):
            shutil.rmtree(old)


def forget_source(work: Workplace, catalogue: str) -> None:
    """Remove what was kept of a source."""
    folder = source_folder(work, catalogue)
    (folder / RECORD).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def needed_objects(targets: Mapping[str, TargetInfo]) -> Iterator[str]:
    """Paths on the wire of everything that images need."""
    for path, info in targets.items():
        yield object_path(info.sha256)
        yield from (blob_path(blob.sha256) for blob in read_target(path, info).blobs.values())


def _folders(work: Workplace) -> Iterable[Path]:
    return sorted(file.parent for file in (work.folder / "sources").glob(f"*/{RECORD}"))


def _record(source: MergedSource) -> dict[str, Any]:
    return {
        "catalogue": source.catalogue,
        "address": source.address,
        "fingerprint": source.fingerprint,
        "number": source.number,
        "objects": {path: [one.length, one.sha256] for path, one in source.objects.items()},
        "institutions": {
            name: {
                "title": one.title,
                "threshold": one.keys.threshold,
                "keys": {key.keyid: key.to_dict() for key in one.keys.keys},
            }
            for name, one in source.institutions.items()
        },
    }


def _read_source(folder: Path) -> MergedSource:
    try:
        kept = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return MergedSource(
            catalogue=kept["catalogue"],
            address=kept["address"],
            fingerprint=kept["fingerprint"],
            number=kept["number"],
            institutions={
                name: MergedInstitution(
                    name,
                    one["title"],
                    RoleKeys(tuple(Key.from_dict(keyid, key) for keyid, key in one["keys"].items()), one["threshold"]),
                    (folder / str(kept["number"]) / f"{name}.json").read_bytes(),
                )
                for name, one in kept["institutions"].items()
            },
            objects={path: WireFile(length, sha256) for path, (length, sha256) in kept["objects"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReleaseError("source-unreadable", folder=str(folder), reason=repr(error)) from None
