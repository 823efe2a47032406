"""The folder in which releases are made: settings, editions, images kept for deltas, and the files for the wire."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from generator.release.catalogue import TargetInfo
from generator.release.changes import Contents, contents_as_json, contents_from_json
from generator.release.durable_files import WAITING, copy_durably, settle_folders, write_durably
from generator.release.folder_lock import alone_in
from generator.release.refusals import ReleaseError

SETTINGS = "release.json"
DATE = "%Y-%m-%dT%H:%M:%SZ"
"""How dates are written: UTC."""
SITE_OWNER = "site"
"""The aggregator, as owner of the site's own unit."""
REST_OWNER = "catalogo"
"""The aggregator, as owner of the courses that no institution has claimed."""
RESERVED = frozenset({SITE_OWNER, REST_OWNER, "transport", "root", "targets", "snapshot", "timestamp"})
IDENTIFIER = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
"""What a catalogue or an institution may be called: it becomes a role, a file name and a part of addresses."""


@dataclass(frozen=True)
class Institution:
    """Who signs courses."""

    name: str
    courses: tuple[str, ...] = ()
    """Names of folders of the site."""


@dataclass(frozen=True)
class Settings:
    """What `release.json` says; people may edit it."""

    catalogue: str
    institutions: Mapping[str, Institution]

    def owner_of(self, unit: str) -> str:
        """The id of the institution that signs a unit."""
        if unit == SITE_OWNER:
            return SITE_OWNER
        return next((name for name, one in self.institutions.items() if unit in one.courses), REST_OWNER)

    @property
    def signers(self) -> tuple[str, ...]:
        """Everybody who signs targets, the aggregator first."""
        return (SITE_OWNER, REST_OWNER, *sorted(self.institutions))


class Proof(Protocol):
    """By what a file is known."""

    @property
    def length(self) -> int:
        """Bytes."""

    @property
    def sha256(self) -> str:
        """As hexadecimal digits."""


@dataclass(frozen=True)
class WireFile:
    """A file that a release needs on the wire."""

    length: int
    sha256: str


@dataclass(frozen=True)
class Edition:
    """One release, signed or still to be signed."""

    number: int
    date: str
    """ISO date and time, UTC."""
    targets: Mapping[str, TargetInfo]
    """By target path: what the metadata will say."""
    wire: Mapping[str, WireFile]
    """Address on the wire → objects, blobs and delta packs; the metadata are not among them."""
    contents: Contents


class Workplace:
    """Where things are, and reading and writing the small ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.images = folder / "images"
        self.wire = folder / "wire"
        self.editions = folder / "editions"
        self.metadata = self.wire / "md"
        self.timestamp = self.wire / "timestamp.json"
        self.draft = folder / "draft"
        """What some have signed of the next release while others have not."""
        self.pending = folder / "pending"
        """Metadata that are decided on and on their way to the wire."""

    def read_settings(self) -> Settings:
        """Raises `ReleaseError` when the folder was not prepared or `release.json` is wrong."""
        file = self.folder / SETTINGS
        try:
            written = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ReleaseError("not-prepared", folder=str(self.folder)) from None
        except ValueError as error:
            raise ReleaseError("settings-unreadable", file=str(file), reason=str(error)) from None
        try:
            found = Settings(
                catalogue=written["catalogue"],
                institutions={
                    name: Institution(one["name"], tuple(one["courses"]))
                    for name, one in sorted(written["institutions"].items())
                },
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ReleaseError("settings-unreadable", file=str(file), reason=repr(error)) from None
        check_settings(found)
        return found

    def write_settings(self, settings: Settings) -> None:
        """Checked, then written whole.  Raises `ReleaseError`."""
        check_settings(settings)
        institutions = {
            name: {"name": one.name, "courses": list(one.courses)} for name, one in settings.institutions.items()
        }
        written = {"catalogue": settings.catalogue, "institutions": institutions}
        write_durably(self.folder / SETTINGS, _json(written))

    def numbers(self) -> tuple[int, ...]:
        """Numbers of the editions, drafts too, in order."""
        return tuple(sorted(int(file.stem) for file in self.editions.glob("*.json") if file.stem.isdecimal()))

    def read_edition(self, number: int) -> Edition:
        """Raises `ReleaseError` when there is none or it cannot be read."""
        file = self.editions / f"{number}.json"
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            return Edition(
                number=kept["number"],
                date=kept["date"],
                targets={
                    path: TargetInfo(one["length"], one["sha256"], one["custom"])
                    for path, one in kept["targets"].items()
                },
                wire={path: WireFile(length, sha256) for path, (length, sha256) in kept["wire"].items()},
                contents=contents_from_json(kept["contents"]),
            )
        except FileNotFoundError:
            raise ReleaseError("no-such-release", number=number) from None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ReleaseError("edition-unreadable", file=str(file), reason=repr(error)) from None

    def write_edition(self, edition: Edition) -> None:
        """From here on the edition exists: everything it names is in its place already."""
        kept = {
            "number": edition.number,
            "date": edition.date,
            "targets": {
                path: {"length": one.length, "sha256": one.sha256, "custom": one.custom}
                for path, one in sorted(edition.targets.items())
            },
            "wire": {path: [one.length, one.sha256] for path, one in sorted(edition.wire.items())},
            "contents": contents_as_json(edition.contents),
        }
        write_durably(self.editions / f"{edition.number}.json", _json(kept))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep others from working in the folder meanwhile.  Raises `ReleaseError` when somebody is at work."""
        with alone_in(self.folder):
            yield

    def commit(self, files: Mapping[str, bytes]) -> None:
        """Put metadata on the wire, by path: all of them or, when this is cut off early, none; the timestamp last."""
        waiting = self.folder / f"{WAITING}{self.pending.name}"
        shutil.rmtree(waiting, ignore_errors=True)
        for path, content in files.items():
            write_durably(waiting / path, content)
        settle_folders({waiting, *(file for file in waiting.rglob("*") if file.is_dir())})
        waiting.replace(self.pending)
        settle_folders({self.folder})
        self.finish_commit()

    def finish_commit(self) -> None:
        """Do what is left of a commit that was cut off."""
        shutil.rmtree(self.folder / f"{WAITING}{self.pending.name}", ignore_errors=True)
        if not self.pending.is_dir():
            return
        found = [file.relative_to(self.pending).as_posix() for file in self.pending.rglob("*") if file.is_file()]
        for path in sorted(found, key=lambda path: (path == self.timestamp.name, path)):
            copy_durably(self.pending / path, self.wire / path)
        settle_folders({self.wire, *(file for file in self.wire.glob("m*") if file.is_dir())})
        shutil.rmtree(self.pending)

    def image(self, sha256: str) -> Path:
        """Where an uncompressed image is kept."""
        return self.images / f"{sha256}.tar"


def wire_file(file: Path) -> WireFile:
    """Length and hash of a file of any size.  Raises `OSError`."""
    digest, length = hashlib.sha256(), 0
    with file.open("rb") as stream:
        for piece in iter(lambda: stream.read(1 << 20), b""):
            digest.update(piece)
            length += len(piece)
    return WireFile(length, digest.hexdigest())


def is_there(place: Path, wanted: Proof) -> bool:
    """Whether a file is what is said of it; one of another length is not read.  Raises `OSError`."""
    return place.is_file() and place.stat().st_size == wanted.length and wire_file(place).sha256 == wanted.sha256


def object_path(sha256: str) -> str:
    """Address of a compressed image on the wire; the hash is that of the uncompressed image."""
    return f"obj/{sha256[:2]}/{sha256}.tar.zst"


def blob_path(sha256: str) -> str:
    """Address of a large file on the wire."""
    return f"obj/{sha256[:2]}/{sha256}"


def pack_path(old: int, new: int) -> str:
    """Address of the deltas between two releases."""
    return f"delta/{old}-{new}.pack"


def check_settings(settings: Settings) -> None:
    """Raises `ReleaseError` for ids that cannot be roles, and for courses that two institutions claim."""
    for name in (settings.catalogue, *settings.institutions):
        if not isinstance(name, str) or not IDENTIFIER.fullmatch(name):
            raise ReleaseError("bad-id", id=str(name))
    for name in settings.institutions.keys() & RESERVED:
        raise ReleaseError("reserved-id", id=name)
    claimed: dict[str, str] = {}
    for name, one in settings.institutions.items():
        _check_courses(name, one.courses, claimed)


def _check_courses(institution: str, courses: Iterable[str], claimed: dict[str, str]) -> None:
    for course in courses:
        if course == SITE_OWNER:
            raise ReleaseError("reserved-id", id=course)
        if claimed.setdefault(course, institution) != institution:
            raise ReleaseError("claimed-twice", course=course, one=claimed[course], other=institution)


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
