"""What a copy of a site says of itself: edition, dates, who signs, what is in it and what is not.

Whoever makes a tree (a mirror, a stick) writes these files into it; no release has any (`release/own_files.py`).  They
are not signed, and say so: what they list can be checked against what the institutions publish.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from hashlib import sha256
from html import unescape
from typing import TYPE_CHECKING, Any, NamedTuple

from generator.language import DEFAULT_LANGUAGE
from generator.mirror.absent_course import absent_course_page
from generator.mirror.copy_script import GLOBAL, fact_file, fact_script
from generator.mirror.file_lists import FileEntry, file_list, list_path
from generator.release.catalogue import Target, TargetInfo, read_target
from generator.release.fingerprints import release_digest
from generator.release.own_files import COPY_FOLDER, COPY_SCRIPT
from generator.release.partition import SITE, TEXT

if TYPE_CHECKING:  # python-tuf is not needed to build a site
    from generator.release.trust import VerifiedRelease

ABSENT_GLOBAL = "canoaAusentes"
"""What the script `ABSENT` sets."""
IMAGES = f"{COPY_FOLDER}/imagens.json"
"""All images of the release with their signed hashes, those that are not here too."""
ABSENT = f"{COPY_FOLDER}/ausentes.js"
"""Bytes of the large files that are not here, by path."""
DATE_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
HEAD = 4096
"""Bytes of a front page in which its `<html>` and its canonical link are."""
ATTRIBUTES = re.compile(r'<html lang="([^"<>]{1,40})" data-site="([^"<>]{1,200})"')
CANONICAL = re.compile(r'<link rel="canonical" href="(https?://[^"<>\s]{1,500})"')


@dataclass(frozen=True)
class FrontPage:
    """What the site's own front page says about the site."""

    language: str = DEFAULT_LANGUAGE
    site_id: str = ""
    """By what browsers keep apart what they store for this site."""
    address: str = ""
    """Where the site is on the web, with a `/` at its end; empty when it does not say."""


@dataclass(frozen=True)
class CopyFacts:
    """All that a copy says of itself."""

    catalogue: str
    release: int
    released_at: datetime
    confirmed_at: datetime
    """When the aggregator last said that there is nothing newer (`VerifiedRelease.signed_at`)."""
    timestamp_expires: datetime
    snapshot_expires: datetime
    not_before: datetime
    """It is certainly not earlier: the latest signed time, or the date of the software (`ReferenceTime.floor`)."""
    institutions: Mapping[str, str]
    """Id → title, of those who sign."""
    targets: Mapping[str, TargetInfo]
    """All images of the release by target path."""
    present: frozenset[str]
    """Paths of the targets of which all files are in this copy."""
    root_sha256: str
    """Of the file `root.json` that is trusted now."""
    files: Mapping[str, tuple[FileEntry, ...]] = field(default_factory=dict)
    """SHA-256 of an image that is present → its files (`file_lists.py`).  Where one is missing, the page that checks a
    copy says that it cannot check this part."""
    front_page: FrontPage = field(default_factory=FrontPage)


def facts_of(
    release: VerifiedRelease,
    present: Collection[str],
    files: Mapping[str, tuple[FileEntry, ...]],
    *,
    root: bytes,
    not_before: datetime,
    front_page: bytes,
) -> CopyFacts:
    """The facts of a copy that has some targets (`present`) of a verified release.

    `root`: the trusted `root.json`; `front_page`: the site's `index.html`.
    """
    return CopyFacts(
        catalogue=release.catalogue,
        release=release.number,
        released_at=release.released_at,
        confirmed_at=release.signed_at,
        timestamp_expires=release.timestamp_expires,
        snapshot_expires=release.snapshot_expires,
        not_before=max(not_before, release.signed_at),
        institutions={name: one.title for name, one in release.institutions.items()},
        targets=release.targets,
        present=frozenset(present),
        root_sha256=sha256(root).hexdigest(),
        files=files,
        front_page=read_front_page(front_page),
    )


def copy_files(facts: CopyFacts) -> dict[str, bytes]:
    """Path in the site → content, of all that a copy says of itself."""
    targets = {path: read_target(path, info) for path, info in sorted(facts.targets.items())}
    files = {
        COPY_SCRIPT: fact_script(GLOBAL, _summary(facts, targets)),
        IMAGES: fact_file(_images(facts)),
        ABSENT: fact_script(ABSENT_GLOBAL, {"files": _absent_files(facts, targets)}),
    }
    for unit, images in _present_images(facts, targets).items():
        files[list_path(unit)] = file_list(unit, {one: facts.files[one] for one in images if one in facts.files})
    for course in _courses(facts, targets):
        if course.unit != SITE and TEXT not in course.here:
            signer = facts.institutions.get(course.institution, course.institution)
            page = absent_course_page(course.unit, course.title, signer, course.away, facts.front_page)
            files[f"{course.unit}/index.html"] = page
    return files


def read_front_page(page: bytes) -> FrontPage:
    """What a front page that Canoa made says; of any other page nothing."""
    head = page[:HEAD].decode("utf-8", "replace")
    html, link = ATTRIBUTES.search(head), CANONICAL.search(head)
    address = unescape(link[1]).removesuffix("index.html") if link else ""
    return FrontPage(
        language=unescape(html[1]) if html else DEFAULT_LANGUAGE,
        site_id=unescape(html[2]) if html else "",
        address=address if address.isprintable() and address.endswith("/") else "",
    )


class _Course(NamedTuple):
    """A unit of the release, as far as it is here."""

    unit: str
    title: str
    institution: str
    here: dict[str, int]
    """Layer → bytes of its files."""
    away: dict[str, int]


def _courses(facts: CopyFacts, targets: Mapping[str, Target]) -> Iterator[_Course]:
    found: dict[str, _Course] = {}
    for path, target in targets.items():
        course = found.setdefault(target.unit, _Course(target.unit, target.title, target.institution, {}, {}))
        size = facts.targets[path].length + sum(blob.length for blob in target.blobs.values())
        (course.here if path in facts.present else course.away)[target.layer] = size
    yield from (found[unit] for unit in sorted(found))


def _summary(facts: CopyFacts, targets: Mapping[str, Target]) -> dict[str, Any]:
    return {
        "release": facts.release,
        "catalogue": facts.catalogue,
        "released": _written(facts.released_at),
        "confirmed": _written(facts.confirmed_at),
        "timestampExpires": _written(facts.timestamp_expires),
        "snapshotExpires": _written(facts.snapshot_expires),
        "notBefore": _written(facts.not_before),
        "root": facts.root_sha256,
        "digest": release_digest(facts.targets),
        "institutions": dict(sorted(facts.institutions.items())),
        "courses": [
            {"unit": one.unit, "title": one.title, "by": one.institution, "here": one.here, "away": one.away}
            for one in _courses(facts, targets)
        ],
    }


def _images(facts: CopyFacts) -> dict[str, Any]:
    """Lists, since the order counts: the page that checks a copy makes the digest of the release from them."""
    images = [
        {
            "path": path,
            "length": info.length,
            "sha256": info.sha256,
            "here": path in facts.present,
            "blobs": [[blob, one["length"], one["sha256"]] for blob, one in sorted(info.custom["blobs"].items())],
        }
        for path, info in sorted(facts.targets.items())
    ]
    return {"release": facts.release, "images": images}


def _absent_files(facts: CopyFacts, targets: Mapping[str, Target]) -> dict[str, int]:
    away = (target for path, target in targets.items() if path not in facts.present)
    return dict(sorted((path, blob.length) for target in away for path, blob in target.blobs.items()))


def _present_images(facts: CopyFacts, targets: Mapping[str, Target]) -> dict[str, list[str]]:
    """Unit → hashes of its images that are here."""
    found: dict[str, list[str]] = {}
    for path, target in targets.items():
        if path in facts.present:
            found.setdefault(target.unit, []).append(facts.targets[path].sha256)
    return found


def _written(date: datetime) -> str:
    return date.astimezone(timezone.utc).strftime(DATE_FORMAT)
