"""What a release consists of: for each unit and layer the image that is signed, and the large files beside it."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from generator.release.durable_files import WAITING, write_durably
from generator.release.image import ImageSummary, write_image
from generator.release.image_refusals import ImageRefusedError
from generator.release.partition import LAYERS, SITE, TEXT, SiteFile, Unit
from generator.release.portable_names import NamesError, check_portable, shown

TARGET = re.compile(r"([^/]+)/([^/]+)/([^/]+)\.tar")
SHA256 = re.compile(r"[0-9a-f]{64}")
ASSETS = 1
"""Raised when pages of courses begin to need something of `canoa/` that sites did not have before; signed with the
site's own unit.  Pages that were built for fewer go on working."""
IN_MEMORY = 8 << 20
"""Bytes of an image that is put together in memory, and written only when it is another one than before."""


class CatalogueError(ImageRefusedError):
    """What is said about an image cannot be so."""


@dataclass(frozen=True)
class BlobInfo:
    """A file outside of the images."""

    length: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True)
class TargetInfo:
    """What is signed about one target file."""

    length: int
    """Bytes of the image, not compressed."""
    sha256: str
    custom: Mapping[str, Any] = field(default_factory=dict)
    """As JSON: `unit`, `title`, `layer`, `files` (how many), `blobs` (path → `sha256` and `length`);
    of the site's own texts also `assets`."""


@dataclass(frozen=True)
class Target:
    """What a target's path and its `custom` say, checked."""

    institution: str
    unit: str
    title: str
    layer: str
    files: int
    """In the image; those outside are not counted."""
    blobs: Mapping[str, BlobInfo]
    """Path in the site → file outside of the image."""

    @property
    def inside(self) -> str:
        """The folder in which all files of the unit must be; nothing for the site's own."""
        return "" if self.unit == SITE else self.unit


@dataclass(frozen=True)
class Catalogue:
    """All images of one release."""

    targets: Mapping[str, TargetInfo]
    """By target path, sorted."""

    def blobs(self) -> Iterator[tuple[str, BlobInfo]]:
        """Every file outside of the images, with its path in the site."""
        for path, info in self.targets.items():
            yield from read_target(path, info).blobs.items()


def target_path(institution: str, unit: str, layer: str) -> str:
    """The name under which an image is signed."""
    return f"{institution}/{unit}/{layer}.tar"


def make_catalogue(
    site: Path,
    units: Iterable[Unit],
    owner_of: Callable[[str], str],
    images: Path,
    added: Mapping[str, bytes] | None = None,
) -> Catalogue:
    """Write each image as `<sha256>.tar` into the folder `images`, where it is not there yet, and say what was made.

    `owner_of` gives the institution that signs a unit; `added` are texts of the site's own unit, by path, that stand in
    the place of what the site has there.  Raises `ImageError` when a file of the site changes meanwhile,
    and `OSError`.
    """
    images.mkdir(parents=True, exist_ok=True)
    targets = {}
    for unit in units:
        for layer, files in unit.layers.items():
            sources: dict[str, Path | bytes] = {file.path: site / file.path for file in files}
            if (unit.name, layer) == (SITE, TEXT):
                sources |= added or {}
            image = _store_image(sources, sum(file.size for file in files), images)
            blobs = {file.path: _blob(site, file) for file in unit.blobs.get(layer, ())}
            targets[target_path(owner_of(unit.name), unit.name, layer)] = _target_info(unit, layer, image, blobs)
    return Catalogue(dict(sorted(targets.items())))


def read_target(path: str, info: TargetInfo) -> Target:
    """Check what is signed about an image before it is used: its signer may be hostile to the others.

    Raises `CatalogueError` when path and contents do not agree, or when a file would lie outside of its course.
    """
    named = TARGET.fullmatch(path)
    custom = info.custom
    title, files, listed = custom.get("title"), custom.get("files"), custom.get("blobs")
    if named is None or named[3] not in LAYERS or (named[1] == SITE) != (named[2] == SITE):
        raise CatalogueError("bad-target", path=shown(path), place="path")
    for key, is_right in (
        ("length", _is_size(info.length)),
        ("sha256", _is_sha256(info.sha256)),
        ("unit", custom.get("unit") == named[2]),
        ("layer", custom.get("layer") == named[3]),
        ("title", isinstance(title, str) and title.isprintable()),
        ("files", _is_size(files)),
        ("blobs", isinstance(listed, Mapping)),
    ):
        if not is_right:
            raise CatalogueError("bad-target", path=shown(path), place=key)
    target = Target(named[1], named[2], str(title), named[3], int(files or 0), _read_blobs(path, listed or {}))
    _check_places(path, target)
    return target


def _target_info(unit: Unit, layer: str, image: ImageSummary, blobs: Mapping[str, BlobInfo]) -> TargetInfo:
    custom: dict[str, Any] = {
        "unit": unit.name,
        "title": unit.title,
        "layer": layer,
        "files": image.files,
        "blobs": {path: {"sha256": one.sha256, "length": one.length} for path, one in sorted(blobs.items())},
    }
    if (unit.name, layer) == (SITE, TEXT):
        custom["assets"] = ASSETS
    return TargetInfo(image.length, image.sha256, custom)


def _store_image(sources: Mapping[str, Path | bytes], size: int, images: Path) -> ImageSummary:
    if size > IN_MEMORY:
        return _store_large_image(sources.items(), images)
    out = BytesIO()
    summary = write_image(sources.items(), out)
    place = images / f"{summary.sha256}.tar"
    if not _is_there(place, summary):
        write_durably(place, out.getbuffer())
    return summary


def _store_large_image(sources: Iterable[tuple[str, Path | bytes]], images: Path) -> ImageSummary:
    handle, waiting = tempfile.mkstemp(dir=images, prefix=WAITING)
    try:
        with os.fdopen(handle, "wb") as out:
            summary = write_image(sources, out)
            place = images / f"{summary.sha256}.tar"
            is_new = not _is_there(place, summary)
            if is_new:
                out.flush()
                os.fsync(out.fileno())
        if is_new:
            Path(waiting).chmod(0o644)  # mkstemp makes files for their owner alone
            Path(waiting).replace(place)
        return summary
    finally:
        Path(waiting).unlink(missing_ok=True)


def _is_there(place: Path, summary: ImageSummary) -> bool:
    return place.is_file() and place.stat().st_size == summary.length


def _blob(site: Path, file: SiteFile) -> BlobInfo:
    digest = hashlib.sha256()
    length = 0
    with (site / file.path).open("rb") as stream:
        for piece in iter(lambda: stream.read(1 << 20), b""):
            digest.update(piece)
            length += len(piece)
    return BlobInfo(length, digest.hexdigest())


def _read_blobs(path: str, listed: Mapping[Any, Any]) -> dict[str, BlobInfo]:
    blobs = {}
    for place, one in listed.items():
        length = one.get("length") if isinstance(one, Mapping) else None
        sha256 = one.get("sha256") if isinstance(one, Mapping) else None
        if not (isinstance(place, str) and _is_size(length) and _is_sha256(sha256)):
            raise CatalogueError("bad-target", path=shown(path), place="blobs")
        blobs[place] = BlobInfo(int(length or 0), str(sha256))
    return blobs


def _check_places(path: str, target: Target) -> None:
    """Names of files and of the course become files and folders of a mirror."""
    try:
        check_portable([target.unit])
        check_portable(target.blobs)
    except NamesError as error:
        raise CatalogueError("bad-target", path=shown(path), place=error.found[0].kind) from None
    if any(not place.startswith(f"{target.inside}/") for place in target.blobs if target.inside):
        raise CatalogueError("bad-target", path=shown(path), place="blobs")


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_sha256(value: object) -> bool:
    return isinstance(value, str) and SHA256.fullmatch(value) is not None
