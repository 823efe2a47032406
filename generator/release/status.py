"""Where things stand in the folder of releases: for people and for programs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from generator.release.fingerprints import in_groups, release_digest
from generator.release.merged_sources import Merged, read_merged
from generator.release.metadata import Repository
from generator.release.signing import missing_signatures, waiting_edition
from generator.release.telling import INDENT, Translate, shown_date
from generator.release.workplace import Workplace


@dataclass(frozen=True)
class Status:
    """What is there."""

    catalogue: str
    number: int
    """Of the newest signed release; 0 before the first."""
    date: str
    """Of that release, ISO; empty before the first."""
    digest: str
    """Code of that release, by which copies are compared; empty before the first."""
    root: str
    """SHA-256 of the catalogue's newest root: what mirrors are set up with."""
    waiting: int | None
    """Number of the release that is made and waits for signatures."""
    missing: tuple[str, ...]
    """Institutions that have still to sign it."""
    expiries: Mapping[str, datetime]
    """Until when what each role has signed is believed, by role."""
    institutions: Mapping[str, tuple[str, ...]]
    """Identifier → its courses."""
    merged: Mapping[str, tuple[int, str, tuple[str, ...]]]
    """Other catalogue → its release, its address, its courses."""

    def as_json(self) -> str:
        """One JSON object."""
        values = {
            "catalogue": self.catalogue,
            "release": self.number,
            "date": self.date,
            "digest": self.digest,
            "root": self.root,
            "waiting": self.waiting,
            "missing": list(self.missing),
            "expires": {role: until.strftime("%Y-%m-%dT%H:%M:%SZ") for role, until in sorted(self.expiries.items())},
            "institutions": {name: list(courses) for name, courses in sorted(self.institutions.items())},
            "merged": {
                name: {"release": number, "address": address, "courses": list(courses)}
                for name, (number, address, courses) in sorted(self.merged.items())
            },
        }
        return json.dumps(values, ensure_ascii=False, indent=1)


def status_of(work: Workplace) -> Status:
    """Raises `ReleaseError` when the folder is not prepared or damaged."""
    settings = work.read_settings()
    repository = Repository.from_folder(work.wire)
    waiting = waiting_edition(work)
    edition = work.read_edition(repository.number) if repository.number else None
    return Status(
        catalogue=settings.catalogue,
        number=repository.number,
        date=edition.date if edition else "",
        digest=release_digest(edition.targets) if edition else "",
        root=hashlib.sha256(repository.roots[-1]).hexdigest(),
        waiting=waiting.number if waiting else None,
        missing=missing_signatures(work, waiting) if waiting else (),
        expiries=repository.expiries(),
        institutions={name: one.courses for name, one in settings.institutions.items()},
        merged={
            one.catalogue: (one.number, one.shown_address, tuple(Merged((one,)).course_owners()))
            for one in read_merged(work).sources
        },
    )


def tell_status(status: Status, translate: Translate) -> Iterator[str]:
    """The same in lines for people."""
    _ = translate
    yield _("Catalogue: {id}").format(id=status.catalogue)
    if status.number:
        yield _("Newest release: {number}, {date}").format(
            number=status.number, date=shown_date(status.date, translate)
        )
        yield _("Code of the edition: {code}").format(code=in_groups(status.digest))
    else:
        yield _("There is no signed release yet.")
    yield _("Code of the catalogue: {code}").format(code=in_groups(status.root))
    if status.waiting is not None:
        roles = ", ".join(status.missing) or _("the aggregator")
        yield _("Release {number} waits for: {roles}").format(number=status.waiting, roles=roles)
    for name, courses in sorted(status.institutions.items()):
        yield _("“{id}” signs: {courses}").format(id=name, courses=", ".join(courses) or "—")
    for name, (number, address, courses) in sorted(status.merged.items()):
        sentence = _("Merged from “{id}” ({address}), release {number}: {courses}")
        yield sentence.format(id=name, address=address, number=number, courses=", ".join(courses) or "—")
    yield _("Believed until:")
    for role, until in sorted(status.expiries.items(), key=lambda one: (one[1], one[0])):
        yield f"{INDENT}{shown_date(until.date().isoformat(), translate)}  {role}"
