"""The folder of a mirror: where things are, its settings, what is noted about each release, and which one is served.

Nothing here touches the network.  A release's tree is whole as soon as its record is there, and what is signed in it
never changes after that; going over to it is the replacement of one symbolic link.
"""

from __future__ import annotations

import errno
import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from generator.mirror.refusals import MirrorError
from generator.release.catalogue import TargetInfo
from generator.release.durable_files import settle_folders, write_durably
from generator.release.folder_lock import alone_in
from generator.release.partition import LAYERS
from generator.release.signed_documents import DATE_FORMAT

SETTINGS = "mirror.json"
LINK = "atual"
EVERYTHING = "*"
"""In the list of courses: all of them, also those to come."""
TREE = re.compile(r"([1-9][0-9]{0,14})(?:-[1-9][0-9]{0,5})?")
"""Name of a tree: the release's number, then, when it was made again with another choice, which time."""
NO_LINKS = (errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)
"""What disks say that know no symbolic links."""
IDENTIFIER = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class MirrorSettings:
    """What `mirror.json` says; people may edit it."""

    upstreams: tuple[str, ...]
    """Addresses (http, https, file) or folders from which releases come; the first one that works counts.  None at all:
    they come on sticks."""
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    """Of this mirror; says nothing about who runs it."""
    name: str = ""
    region: str = ""
    courses: tuple[str, ...] = (EVERYTHING,)
    layers: tuple[str, ...] = LAYERS
    relay: bool = False
    """Whether full objects are kept for other mirrors too."""
    rate: int = 0
    """Bytes per second that are received at most; 0: as many as come."""
    keep: int = 2
    """Releases that stay here, with the one that is served."""

    def wants(self, unit: str, layer: str, *, always: str) -> bool:
        """Whether a unit's layer belongs here; the unit `always` does in any case, as far as its layers go."""
        return layer in self.layers and (unit == always or EVERYTHING in self.courses or unit in self.courses)


@dataclass(frozen=True)
class ReleaseRecord:
    """A release that is here, as a whole tree."""

    number: int
    tree: str
    """Name of its folder in `releases/`."""
    catalogue: str
    released_at: datetime
    signed_at: datetime
    """When it was last confirmed, when it came."""
    timestamp_expires: datetime
    snapshot_expires: datetime
    institutions: Mapping[str, str]
    """Identifier → name for people."""
    targets: Mapping[str, TargetInfo]
    """Images that the tree was made of, by target path."""
    left_out: Mapping[str, TargetInfo]
    """Those of the release that this mirror did not want."""
    courses: tuple[str, ...]
    """As they were chosen."""
    layers: tuple[str, ...]
    files: int
    """In the tree, without what the copy says about itself."""
    bytes: int


class MirrorStore:
    """Where things are in a mirror's folder, and reading and writing the small ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings_file = folder / SETTINGS
        self.state = folder / "state"
        """Trust: never on a stick, never served."""
        self.wire = folder / "wire"
        """What is passed on, as it was published, as far as it is here; and `espelho.json`."""
        self.incoming = folder / "incoming"
        """Downloads, kept across cuts."""
        self.releases = folder / "releases"
        self.link = folder / LINK
        """What is served."""

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other commands out of the folder meanwhile.  Raises `ReleaseError` when one is at work."""
        with alone_in(self.folder):
            yield

    # --- settings

    def read_settings(self) -> MirrorSettings:
        """Raises `MirrorError`: no-mirror, mirror-settings."""
        try:
            written = json.loads(self.settings_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise MirrorError("no-mirror", folder=str(self.folder)) from None
        except ValueError as error:
            raise MirrorError("mirror-settings", file=str(self.settings_file), reason=str(error)) from None
        try:
            return _settings(written)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise MirrorError("mirror-settings", file=str(self.settings_file), reason=str(error)) from None

    def write_settings(self, settings: MirrorSettings) -> None:
        """Whole, and forced to the disk."""
        written = {
            "id": settings.id,
            "name": settings.name,
            "region": settings.region,
            "upstreams": list(settings.upstreams),
            "courses": list(settings.courses),
            "layers": list(settings.layers),
            "relay": settings.relay,
            "rate": settings.rate,
            "keep": settings.keep,
        }
        write_durably(self.settings_file, _json(written))
        settle_folders({self.folder})

    # --- releases

    def current(self) -> int | None:
        """Number of the release that is served; None before the first."""
        try:
            found = TREE.fullmatch(self.link.readlink().name)
        except OSError:
            return None
        return int(found[1]) if found and self.link.is_dir() else None

    def numbers(self) -> tuple[int, ...]:
        """Releases that are here as whole trees, in order."""
        return tuple(sorted(int(file.stem) for file in self.releases.glob("*.json") if file.stem.isdecimal()))

    def record(self, number: int) -> ReleaseRecord:
        """What is noted of a release.  Raises `MirrorError`: no-such-held-release, record-damaged."""
        try:
            values = json.loads((self.releases / f"{number}.json").read_text(encoding="utf-8"))
            digest = values.pop("digest")
            if digest != _digest(values):
                raise ValueError("digest")
            return _record(values)
        except FileNotFoundError:
            raise MirrorError("no-such-held-release", number=number) from None
        except (KeyError, TypeError, ValueError, AttributeError):
            raise MirrorError("record-damaged", number=number) from None

    def write_record(self, record: ReleaseRecord) -> None:
        """From here on the release is here: its tree is whole and on the disk already."""
        values = {
            "number": record.number,
            "tree": record.tree,
            "catalogue": record.catalogue,
            "released_at": written_date(record.released_at),
            "signed_at": written_date(record.signed_at),
            "timestamp_expires": written_date(record.timestamp_expires),
            "snapshot_expires": written_date(record.snapshot_expires),
            "institutions": dict(record.institutions),
            "targets": _targets_as_json(record.targets),
            "left_out": _targets_as_json(record.left_out),
            "courses": list(record.courses),
            "layers": list(record.layers),
            "files": record.files,
            "bytes": record.bytes,
        }
        write_durably(self.releases / f"{record.number}.json", _json({**values, "digest": _digest(values)}))
        settle_folders({self.releases})

    def tree(self, number: int) -> Path:
        """The folder with the files of a release.  Raises `MirrorError` as `record` does."""
        return self.releases / self.record(number).tree

    def activate(self, number: int) -> None:
        """Serve this release from now on.

        Raises `MirrorError`: no-such-held-release, record-damaged, no-links; `OSError`: then all is as it was.
        """
        tree = self.tree(number)
        if not tree.is_dir():
            raise MirrorError("no-such-held-release", number=number)
        waiting = self.folder / f"{LINK}.novo"
        waiting.unlink(missing_ok=True)
        try:
            waiting.symlink_to(tree.relative_to(self.folder), target_is_directory=True)
        except OSError as error:
            if error.errno in NO_LINKS:
                raise MirrorError("no-links", folder=str(self.folder), reason=str(error.strerror)) from None
            raise
        waiting.replace(self.link)
        settle_folders({self.folder})


def written_date(date: datetime | None) -> str:
    """A date as it is kept and passed on: ISO, UTC; nothing where there is none."""
    return date.astimezone(timezone.utc).strftime(DATE_FORMAT) if date else ""


def read_date(written: str) -> datetime:
    """The same back.  Raises `ValueError`."""
    return datetime.strptime(written, DATE_FORMAT).replace(tzinfo=timezone.utc)


def changed_settings(settings: MirrorSettings, **values: Any) -> MirrorSettings:
    """Settings with other values, checked as if they had been read.  Raises `ValueError`."""
    changed = replace(settings, **values)
    _check(changed)
    return changed


def _settings(written: Mapping[str, Any]) -> MirrorSettings:
    """Raises `KeyError`, `TypeError`, `ValueError` or `AttributeError`."""
    known = set(MirrorSettings.__dataclass_fields__)
    for key in written.keys() - known:
        raise ValueError(f"“{key}”")
    found = MirrorSettings(
        upstreams=_texts(written["upstreams"], "upstreams"),
        id=written["id"],
        name=written.get("name", ""),
        region=written.get("region", ""),
        courses=_texts(written.get("courses", [EVERYTHING]), "courses"),
        layers=_texts(written.get("layers", list(LAYERS)), "layers"),
        relay=written.get("relay", False),
        rate=written.get("rate", 0),
        keep=written.get("keep", 2),
    )
    _check(found)
    return found


def _check(settings: MirrorSettings) -> None:
    for key, is_right in (
        ("id", isinstance(settings.id, str) and IDENTIFIER.fullmatch(settings.id)),
        ("name", isinstance(settings.name, str) and len(settings.name) <= 200),
        ("region", isinstance(settings.region, str) and len(settings.region) <= 200),
        ("courses", settings.courses),
        ("layers", settings.layers and set(settings.layers) <= set(LAYERS)),
        ("relay", isinstance(settings.relay, bool)),
        ("rate", type(settings.rate) is int and settings.rate >= 0),
        ("keep", type(settings.keep) is int and 1 <= settings.keep <= 1000),
    ):
        if not is_right:
            raise ValueError(f"“{key}”")


def _texts(value: Any, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise ValueError(f"“{key}”")
    return tuple(value)


def _record(values: Mapping[str, Any]) -> ReleaseRecord:
    if not TREE.fullmatch(values["tree"]):
        raise ValueError(values["tree"])
    return ReleaseRecord(
        number=values["number"],
        tree=values["tree"],
        catalogue=values["catalogue"],
        released_at=read_date(values["released_at"]),
        signed_at=read_date(values["signed_at"]),
        timestamp_expires=read_date(values["timestamp_expires"]),
        snapshot_expires=read_date(values["snapshot_expires"]),
        institutions=values["institutions"],
        targets=_targets(values["targets"]),
        left_out=_targets(values["left_out"]),
        courses=tuple(values["courses"]),
        layers=tuple(values["layers"]),
        files=values["files"],
        bytes=values["bytes"],
    )


def _targets(values: Mapping[str, Any]) -> dict[str, TargetInfo]:
    return {path: TargetInfo(one["length"], one["sha256"], one["custom"]) for path, one in values.items()}


def _targets_as_json(targets: Mapping[str, TargetInfo]) -> dict[str, Any]:
    return {
        path: {"length": one.length, "sha256": one.sha256, "custom": one.custom}
        for path, one in sorted(targets.items())
    }


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _digest(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
