"""Makes a release out of a built site: images, compressed objects, deltas from the releases before; not the signatures.

The same site, the same releases before and the same date give the same bytes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TypeVar

from generator.release.catalogue import Catalogue, TargetInfo, make_catalogue
from generator.release.changes import Contents, Course, read_page
from generator.release.compression import CompressionError, compress_image, decompress_bounded, make_delta
from generator.release.durable_files import copy_durably, remove_waiting, write_durably
from generator.release.packs import Frame, write_pack
from generator.release.partition import Unit, partition_site
from generator.release.refusals import ReleaseError
from generator.release.workplace import (
    DATE,
    Edition,
    Settings,
    WireFile,
    Workplace,
    blob_path,
    object_path,
    pack_path,
    wire_file,
)

Result = TypeVar("Result")
Listener = Callable[[str, int, int], None]
DELTAS = 5
"""From so many releases before there is a pack of deltas to the new one."""
STEPS = 8
"""A mirror walks at most so many packs before it takes full images; so many single steps stay on the wire."""


@dataclass(frozen=True)
class Created:
    """What became of `create_release`."""

    edition: Edition
    is_new: bool
    """False when the site is that of the release before; then there is no new one."""
    full_size: int
    """Bytes of all objects and blobs: what a new mirror fetches."""
    step_size: int
    """Bytes of the pack from the release before; 0 for the first."""


def create_release(
    work: Workplace,
    site: Path,
    date: datetime,
    *,
    before: int,
    deltas: int = DELTAS,
    anyway: bool = False,
    listener: Listener = lambda stage, done, total: None,
) -> Created:
    """Make the release that follows the signed release `before` (0: none); one that was made and never signed goes.

    Raises `ReleaseError` for wrong settings and dates that go back, what the images refuse (`NamesError`), and
    `OSError`.  The edition is written last: a run that was cut off leaves nothing but files to be used again.
    """
    settings = work.read_settings()
    previous = work.read_edition(before) if before else None
    _check_date(date, previous)
    units = partition_site(site)
    _check_courses(settings, units)
    remove_waiting(work.folder)
    listener("image", 0, 0)
    catalogue = make_catalogue(site, units, settings.owner_of, work.images)
    targets = catalogue.targets
    if previous and not anyway and targets == previous.targets:
        return Created(previous, is_new=False, full_size=_size(previous.wire, "obj/"), step_size=0)
    wire = {
        **_bring_blobs(work, site, catalogue, listener),
        **_make_objects(work, targets, previous, listener),
    }
    number = before + 1
    packs = _make_packs(work, number, targets, deltas, listener)
    edition = Edition(
        number=number,
        date=date.strftime(DATE),
        targets=targets,
        wire={**wire, **packs, **_earlier_steps(previous)},
        contents=_read_contents(site, units, targets, previous),
    )
    work.write_edition(edition)
    step = packs.get(pack_path(before, number))
    return Created(edition, is_new=True, full_size=_size(wire, "obj/"), step_size=step.length if step else 0)


def release_date(written: str | None, environment: Mapping[str, str] = os.environ) -> datetime:
    """`--date`, else SOURCE_DATE_EPOCH (reproducible-builds.org), else today at midnight, UTC.

    Raises `ReleaseError` for what is no date.
    """
    epoch = environment.get("SOURCE_DATE_EPOCH")
    try:
        if written is not None:
            found = datetime.fromisoformat(written.replace("Z", "+00:00"))
            found = found.replace(tzinfo=timezone.utc) if found.tzinfo is None else found.astimezone(timezone.utc)
            return found.replace(microsecond=0)
        if epoch:
            return datetime.fromtimestamp(int(epoch), timezone.utc)
    except (ValueError, OverflowError, OSError):
        raise ReleaseError("bad-date", date=written or epoch or "") from None
    return datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)


# --- checks -------------------------------------------------------------------------------------------------------


def _check_date(date: datetime, previous: Edition | None) -> None:
    if previous and date.strftime(DATE) < previous.date:
        raise ReleaseError("date-goes-back", date=date.strftime(DATE), number=previous.number, last=previous.date)


def _check_courses(settings: Settings, units: Sequence[Unit]) -> None:
    """A course that an institution should sign and that is not there is a slip of the pen, or was withdrawn."""
    known = {unit.name for unit in units}
    for name, institution in settings.institutions.items():
        for course in institution.courses:
            if course not in known:
                raise ReleaseError("course-unknown", institution=name, course=course)


# --- images and objects -------------------------------------------------------------------------------------------


def _bring_blobs(work: Workplace, site: Path, catalogue: Catalogue, listener: Listener) -> dict[str, WireFile]:
    """Large files go on the wire as they are."""
    blobs = list(catalogue.blobs())
    wire = {}
    for done, (path, blob) in enumerate(blobs):
        place = work.wire / blob_path(blob.sha256)
        known = WireFile(blob.length, blob.sha256)
        if not (place.is_file() and wire_file(place) == known):
            copy_durably(site / path, place)
            if wire_file(place) != known:
                place.unlink()
                raise ReleaseError("changed-meanwhile", path=path)
        wire[blob_path(blob.sha256)] = known
        listener("blob", done + 1, len(blobs))
    return wire


def _make_objects(
    work: Workplace, targets: Mapping[str, TargetInfo], previous: Edition | None, listener: Listener
) -> dict[str, WireFile]:
    """Each image compressed, in its place on the wire; what the release before had is taken from there."""
    known = previous.wire if previous else {}
    wanted = sorted({one.sha256 for one in targets.values()})
    objects = {object_path(sha): known[object_path(sha)] for sha in wanted if object_path(sha) in known}
    new = [sha for sha in wanted if object_path(sha) not in known]
    # Most mirrors get a delta of what the release before had too: the full object may be a tenth larger.
    again = {info.sha256 for path, info in targets.items() if previous and path in previous.targets}
    tasks = [partial(_compress, work, sha, quick=sha in again) for sha in new]
    for sha, made in zip(new, _together(tasks, "object", listener), strict=True):
        objects[object_path(sha)] = made
    return objects


def _compress(work: Workplace, sha256: str, *, quick: bool) -> WireFile:
    content = compress_image(work.image(sha256), quick=quick)
    write_durably(work.wire / object_path(sha256), content)
    return WireFile(len(content), hashlib.sha256(content).hexdigest())


# --- deltas -------------------------------------------------------------------------------------------------------


def _make_packs(
    work: Workplace, number: int, targets: Mapping[str, TargetInfo], deltas: int, listener: Listener
) -> dict[str, WireFile]:
    """A pack from each of the last releases; images that several of them share are compared once."""
    older = [work.read_edition(one) for one in work.numbers() if number - deltas <= one < number]
    pairs = {
        (edition.number, path): (edition.targets[path], target)
        for edition in older
        for path, target in sorted(targets.items())
        if path in edition.targets and edition.targets[path].sha256 != target.sha256
    }
    wanted = sorted({(old.sha256, old.length, new.sha256) for old, new in pairs.values()})
    tasks = [partial(_delta, work, *one) for one in wanted]
    made = zip(wanted, _together(tasks, "delta", listener), strict=True)
    deltas_made: dict[tuple[str, str], bytes] = {(old, new): data for (old, _, new), data in made if data}
    packs = {}
    for edition in older:
        frames = {
            path: Frame(old.sha256, new.sha256, new.length, deltas_made[old.sha256, new.sha256])
            for (release, path), (old, new) in pairs.items()
            if release == edition.number and (old.sha256, new.sha256) in deltas_made
        }
        place = work.wire / pack_path(edition.number, number)
        write_durably(place, write_pack(frames))
        packs[pack_path(edition.number, number)] = wire_file(place)
    return packs


def _delta(work: Workplace, old: str, length: int, new: str) -> bytes:
    """Nothing where there can be no delta: mirrors take the full object then."""
    if not _have_image(work, old, length):
        return b""
    try:
        return make_delta(work.image(old), work.image(new))
    except CompressionError:  # too large to be in memory twice
        return b""


def _have_image(work: Workplace, sha256: str, length: int) -> bool:
    """True when an image of an earlier release is at hand; made again from its object when it was cleared away."""
    image = work.image(sha256)
    if image.is_file() and wire_file(image) == WireFile(length, sha256):
        return True
    try:
        with (work.wire / object_path(sha256)).open("rb") as stream:
            content = decompress_bounded(stream, length=length)
    except (OSError, CompressionError):
        return False
    if hashlib.sha256(content).hexdigest() != sha256:
        return False
    write_durably(image, content)
    return True


def _earlier_steps(previous: Edition | None) -> dict[str, WireFile]:
    """Packs from one release to the next that stay, for mirrors that are further behind."""
    if previous is None:
        return {}
    steps = [pack_path(one - 1, one) for one in range(previous.number - STEPS + 2, previous.number + 1)]
    return {path: previous.wire[path] for path in steps if path in previous.wire}


def forget_images(work: Workplace, number: int, deltas: int = DELTAS) -> None:
    """Remove images that neither the signed release `number` nor deltas to the next one need."""
    kept = {
        target.sha256
        for one in work.numbers()
        if one > number - deltas
        for target in work.read_edition(one).targets.values()
    }
    for file in work.images.glob("*.tar"):
        if file.stem not in kept:
            file.unlink()


# --- what all of it needs -----------------------------------------------------------------------------------------


def _read_contents(
    site: Path, units: Sequence[Unit], targets: Mapping[str, TargetInfo], previous: Edition | None
) -> Contents:
    """What is remembered of the pages; of courses whose images are the same, what was remembered before."""
    before = _images_of(previous.targets) if previous else {}
    now = _images_of(targets)
    return {
        unit.name: previous.contents[unit.name]
        if previous and unit.name in previous.contents and before.get(unit.name) == now.get(unit.name)
        else _read_course(site, unit)
        for unit in units
    }


def _images_of(targets: Mapping[str, TargetInfo]) -> dict[str, list[TargetInfo]]:
    """The targets of each unit, whoever signs them."""
    found: dict[str, list[TargetInfo]] = {}
    for _path, one in sorted(targets.items()):
        found.setdefault(one.custom["unit"], []).append(one)
    return found


def _read_course(site: Path, unit: Unit) -> Course:
    texts = unit.layers.get("texto", ())
    pages = sorted(file.path for file in texts if file.path.endswith(".html"))
    return Course(unit.title, {path: read_page(site, path) for path in pages})


def _together(tasks: Sequence[Callable[[], Result]], stage: str, listener: Listener) -> Iterator[Result]:
    """Results in the order of the tasks; compression leaves Python's lock, so threads do."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        try:
            for done, result in enumerate(pool.map(lambda task: task(), tasks)):
                listener(stage, done + 1, len(tasks))
                yield result
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _size(wire: Mapping[str, WireFile], beginning: str) -> int:
    return sum(one.length for path, one in wire.items() if path.startswith(beginning))
