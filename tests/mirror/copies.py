"""A small release whose files are on the disk, and the facts of a copy of it."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

from generator.mirror.copy_facts import CopyFacts, FrontPage, copy_files
from generator.mirror.file_lists import FileEntry
from generator.release.catalogue import TargetInfo, make_catalogue
from generator.release.image import extract_image, image_entries
from generator.release.partition import SITE, partition_site

DAY = datetime(2026, 11, 22, tzinfo=timezone.utc)
TITLES = {"ufa": "Universidade A", "ufb": "Universidade B", "site": "Rede", "catalogo": "Rede"}


def signed_part(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a tree, without what the copy says of itself."""
    return {
        path: content
        for path, content in files.items()
        if path != "canoa/copia.js" and not path.startswith("canoa/copia/")
    }


def _files(image: bytes) -> tuple[FileEntry, ...]:
    return tuple(
        FileEntry(one.path, one.size, sha256(image[one.offset : one.offset + one.size]).hexdigest())
        for one in image_entries(io.BytesIO(image), most_bytes=len(image))
    )


@dataclass(frozen=True)
class Made:
    """A release of a site, its images in memory."""

    targets: Mapping[str, TargetInfo]
    images: Mapping[str, bytes]
    """SHA-256 → image."""
    site: Path

    def files(self) -> dict[str, tuple[FileEntry, ...]]:
        """The files of every image."""
        return {one: _files(data) for one, data in self.images.items()}

    def facts(self, present: Collection[str] | None = None, **changes: object) -> CopyFacts:
        """The facts of a copy that has everything, or some targets."""
        values = {
            "catalogue": "rede",
            "release": 12,
            "released_at": DAY,
            "confirmed_at": DAY,
            "timestamp_expires": DAY + timedelta(days=14),
            "snapshot_expires": DAY + timedelta(days=90),
            "not_before": DAY,
            "institutions": TITLES,
            "targets": self.targets,
            "present": frozenset(self.targets if present is None else present),
            "root_sha256": sha256(b"root").hexdigest(),
            "files": self.files(),
            "front_page": FrontPage("pt-BR", "rede", ""),
            **changes,
        }
        return CopyFacts(**values)  # type: ignore[arg-type]

    def extract(self, folder: Path, facts: CopyFacts) -> Path:
        """The tree of a copy."""
        for path in sorted(facts.present):
            data = self.images[facts.targets[path].sha256]
            extract_image(io.BytesIO(data), folder, most_bytes=len(data))
            for blob in facts.targets[path].custom["blobs"]:
                place = folder / blob
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes((self.site / blob).read_bytes())
        for path, content in copy_files(facts).items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        return folder


def make_release(site: Path, owners: Mapping[str, str], work: Path) -> Made:
    """Images of a built site; `owners`: course → institution."""
    units = partition_site(site)
    catalogue = make_catalogue(site, units, lambda unit: owners.get(unit, SITE if unit == SITE else "catalogo"), work)
    images = {file.stem: file.read_bytes() for file in work.glob("*.tar")}
    return Made(catalogue.targets, images, site)
