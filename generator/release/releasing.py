"""Makes a release out of a built site: images, compressed objects, deltas from the releases before; not the signatures.

The same site, the same releases before and the same date give the same bytes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from threading import Condition
from typing import Generic, TypeVar

from generator.release.catalogue import Catalogue, TargetInfo, make_catalogue
from generator.release.changes import Contents, Course, PageReader, SiteFiles
from generator.release.compression import (
    CompressionError,
    compress_image_into,
    decompress_bounded,
    make_delta,
    read_for_delta,
    reference_of,
)
from generator.release.durable_files import copy_durably, put_durably, remove_waiting, write_durably
from generator.release.image_files import open_images
from generator.release.merged_page import COURSE_LIST, merged_pages
from generator.release.merged_sources import Merged, read_merged
from generator.release.packs import STEPS, Frame, write_pack
from generator.release.partition import SiteFile, Unit, partition_site
from generator.release.refusals import ReleaseError
from generator.release.workplace import (
    DATE,
    Edition,
    Settings,
    WireFile,
    Workplace,
    blob_path,
    is_there,
    object_path,
    pack_path,
    wire_file,
)

Result = TypeVar("Result")
Listener = Callable[[str, int, int], None]
DELTAS = 5
"""From so many releases before there is a pack of deltas to the new one."""
ROOM, NEEDED = 128 << 20, 16
"""Bytes of memory for compression, and bytes that it needs for each byte of an image, up to `ROOM`."""
SMALL_DELTA = 64 << 10
"""Bytes."""
MOST_DELTAS = 48 << 20
"""Bytes of all deltas of a release: they are in memory until they are packed."""


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
    merged = read_merged(work)
    _check_date(date, previous)
    units = partition_site(site)
    _check_courses(settings, units)
    _check_merged(merged, units)
    remove_waiting(work.folder)
    listener("image", 0, 0)
    pages = merged_pages(site, merged.institutions.values(), _course_lists(work, merged.targets))
    catalogue = make_catalogue(site, units, settings.owner_of, work.images, pages)
    targets = dict(sorted({**catalogue.targets, **merged.targets}.items()))
    if previous and not anyway and targets == previous.targets and _is_signed_already(work, merged):
        return Created(previous, is_new=False, full_size=_size(previous.wire, "obj/"), step_size=0)
    wire = {
        **_bring_blobs(work, site, catalogue, listener),
        **merged.objects,
        **_make_objects(work, targets, {**merged.objects, **(previous.wire if previous else {})}, previous, listener),
    }
    number = before + 1
    packs = _make_packs(work, number, targets, wire, deltas, listener)
    edition = Edition(
        number=number,
        date=date.strftime(DATE),
        targets=targets,
        wire={**wire, **packs, **_earlier_steps(previous)},
        contents={
            **_read_contents(site, units, targets, previous),
            **_read_merged_contents(work, merged.targets, previous),
        },
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


def _check_merged(merged: Merged, units: Sequence[Unit]) -> None:
    """A course of this site and a merged one would stand in the same folder."""
    for course, institution in sorted(merged.course_owners().items()):
        if any(unit.name == course for unit in units):
            raise ReleaseError("merged-course", course=course, id=institution)


def _is_signed_already(work: Workplace, merged: Merged) -> bool:
    """False when a merged institution has signed the same again, for a later expiry or with another key."""
    return all(
        any(file.read_bytes() == one.document for file in work.metadata.glob(f"*.{name}.json"))
        for name, one in merged.institutions.items()
    )


# --- images and objects -------------------------------------------------------------------------------------------


def _bring_blobs(work: Workplace, site: Path, catalogue: Catalogue, listener: Listener) -> dict[str, WireFile]:
    """Large files go on the wire as they are."""
    blobs = list(catalogue.blobs())
    wire = {}
    for done, (path, blob) in enumerate(blobs):
        place = work.wire / blob_path(blob.sha256)
        known = WireFile(blob.length, blob.sha256)
        if not is_there(place, known):
            copy_durably(site / path, place)
            if not is_there(place, known):
                place.unlink()
                raise ReleaseError("changed-meanwhile", path=path)
        wire[blob_path(blob.sha256)] = known
        listener("blob", done + 1, len(blobs))
    return wire


def _make_objects(
    work: Workplace,
    targets: Mapping[str, TargetInfo],
    known: Mapping[str, WireFile],
    previous: Edition | None,
    listener: Listener,
) -> dict[str, WireFile]:
    """Each image compressed, in its place on the wire; what is known from before is taken as it is."""
    wanted = dict(sorted((one.sha256, one.length) for one in targets.values()))
    before = {path: _published_before(work, path, previous) for path in map(object_path, wanted) if path not in known}
    known = {**known, **{path: found for path, found in before.items() if found}}
    objects = {object_path(sha): known[object_path(sha)] for sha in wanted if object_path(sha) in known}
    new = [sha for sha in wanted if object_path(sha) not in known]
    # Most mirrors get a delta of what the release before had too: the full object may be a tenth larger.
    again = {info.sha256 for path, info in targets.items() if previous and path in previous.targets}
    tasks = [_Task(partial(_compress, work, sha, quick=sha in again), wanted[sha]) for sha in new]
    for sha, made in zip(new, _together(tasks, "object", listener), strict=True):
        objects[object_path(sha)] = made
    return objects


def _published_before(work: Workplace, path: str, previous: Edition | None) -> WireFile | None:
    """An image may be again as it was some releases ago: what was published of it then is never replaced."""
    if previous is None or not (work.wire / path).is_file():
        return None
    editions = (work.read_edition(one) for one in reversed(work.numbers()) if one < previous.number)
    known = next((edition.wire[path] for edition in editions if path in edition.wire), None)
    return known if known and is_there(work.wire / path, known) else None


def _compress(work: Workplace, sha256: str, *, quick: bool) -> WireFile:
    place = work.wire / object_path(sha256)
    put_durably(place, lambda out: compress_image_into(work.image(sha256), out, quick=quick))
    return wire_file(place)


# --- deltas -------------------------------------------------------------------------------------------------------


def _make_packs(
    work: Workplace,
    number: int,
    targets: Mapping[str, TargetInfo],
    wire: Mapping[str, WireFile],
    deltas: int,
    listener: Listener,
) -> dict[str, WireFile]:
    """A pack from each of the last releases; images that several of them share are compared once."""
    older = [work.read_edition(one) for one in work.numbers() if number - deltas <= one < number]
    pairs = {
        (edition.number, path): (edition.targets[path], target)
        for edition in older
        for path, target in sorted(targets.items())
        if path in edition.targets and edition.targets[path].sha256 != target.sha256
    }
    # Most mirrors are one release behind: for them it is worth the trouble.
    step = {(old.sha256, new.sha256) for (release, _), (old, new) in pairs.items() if release == number - 1}
    groups: dict[tuple[bool, str], dict[str, TargetInfo]] = {}
    for old, new in pairs.values():
        groups.setdefault(((old.sha256, new.sha256) not in step, new.sha256), {})[old.sha256] = old
    order = sorted(groups.items())
    news = {new.sha256: new for _, new in pairs.values()}
    tasks = [
        _Task(
            partial(_deltas, work, tuple(olds.values()), news[sha256], most=_most(wire, sha256), quick=is_quick),
            max(image.length for image in (news[sha256], *olds.values())),
        )
        for (is_quick, sha256), olds in order
    ]
    made = _kept(
        ((old, sha256), delta)
        for ((_, sha256), olds), found in zip(order, _together(tasks, "delta", listener), strict=True)
        for old, delta in zip(olds, found, strict=True)
    )
    packs = {}
    for edition in older:
        frames = {
            path: Frame(old.sha256, new.sha256, new.length, made[old.sha256, new.sha256])
            for (release, path), (old, new) in pairs.items()
            if release == edition.number and (old.sha256, new.sha256) in made
        }
        place = work.wire / pack_path(edition.number, number)
        write_durably(place, write_pack(frames))
        packs[pack_path(edition.number, number)] = wire_file(place)
    return packs


def _most(wire: Mapping[str, WireFile], sha256: str) -> int:
    """Bytes of a delta that is worth while; a small one saves a request."""
    return max(SMALL_DELTA, wire[object_path(sha256)].length // 2)


def _kept(deltas: Iterable[tuple[tuple[str, str], bytes]]) -> dict[tuple[str, str], bytes]:
    """Those that are worth while, as many as there is memory for; for the others mirrors take the full object."""
    kept, left = {}, MOST_DELTAS
    for pair, delta in deltas:
        if 0 < len(delta) <= left:
            kept[pair] = delta
            left -= len(delta)
    return kept


def _deltas(work: Workplace, olds: Sequence[TargetInfo], new: TargetInfo, *, most: int, quick: bool) -> list[bytes]:
    """To one image from each of the others."""
    try:
        content = read_for_delta(work.image(new.sha256))
    except (CompressionError, FileNotFoundError):  # too large to be in memory twice, or merged and cleared away
        return [b""] * len(olds)
    return [_delta(work, old, content, most=most, quick=quick) for old in olds]


def _delta(work: Workplace, old: TargetInfo, new: bytes, *, most: int, quick: bool) -> bytes:
    """Nothing where there can be no delta, or none of at most so many bytes."""
    try:
        delta = _delta_from_image(work, old, new, quick=quick)
        if not delta and _make_image_again(work, old):
            delta = _delta_from_image(work, old, new, quick=quick)
    except CompressionError:
        return b""
    return delta if len(delta) <= most else b""


def _delta_from_image(work: Workplace, old: TargetInfo, new: bytes, *, quick: bool) -> bytes:
    """Nothing where the image of the earlier release is missing or was altered."""
    try:
        delta = make_delta(work.image(old.sha256), new, quick=quick)
    except FileNotFoundError:
        return b""
    return delta if reference_of(delta) == old.sha256 else b""


def _make_image_again(work: Workplace, old: TargetInfo) -> bool:
    """True when an image that was cleared away could be made from its object."""
    try:
        with (work.wire / object_path(old.sha256)).open("rb") as stream:
            content = decompress_bounded(stream, length=old.length)
    except (OSError, CompressionError):
        return False
    if hashlib.sha256(content).hexdigest() != old.sha256:
        return False
    write_durably(work.image(old.sha256), content)
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
    kept |= {target.sha256 for target in read_merged(work).targets.values()}
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
        else _read_course(site, unit, previous)
        for unit in units
    }


def _read_merged_contents(
    work: Workplace, targets: Mapping[str, TargetInfo], previous: Edition | None
) -> dict[str, Course]:
    """The same of merged courses, which are there as images only."""
    before = _images_of(previous.targets) if previous else {}
    found = {}
    for unit, images in _images_of(targets).items():
        known = previous.contents.get(unit) if previous else None
        if known and before.get(unit) == images:
            found[unit] = known
            continue
        with open_images(work, images) as files:
            reader = PageReader(files, known.pages if known else {})
            pages = {path: reader.read(path) for path in files.pages()}
        found[unit] = Course(images[0].custom["title"], pages)
    return found


def _course_lists(work: Workplace, targets: Mapping[str, TargetInfo]) -> dict[str, bytes]:
    """The lists of files that merged courses bring along, by path."""
    found = {}
    for unit, images in _images_of(targets).items():
        with open_images(work, images) as files:
            path = f"{unit}/{COURSE_LIST}"
            if path in files:
                found[path] = files.read(path)
    return found


def _images_of(targets: Mapping[str, TargetInfo]) -> dict[str, list[TargetInfo]]:
    """The targets of each unit, whoever signs them."""
    found: dict[str, list[TargetInfo]] = {}
    for _path, one in sorted(targets.items()):
        found.setdefault(one.custom["unit"], []).append(one)
    return found


def _read_course(site: Path, unit: Unit, previous: Edition | None) -> Course:
    known = previous.contents.get(unit.name) if previous else None
    reader = PageReader(SiteFiles(site), known.pages if known else {})
    texts = unit.layers.get("texto", ())
    return Course(unit.title, {path: reader.read(path) for path in sorted(_pages(texts))})


def _pages(files: Iterable[SiteFile]) -> Iterator[str]:
    return (file.path for file in files if file.path.endswith(".html"))


@dataclass(frozen=True)
class _Task(Generic[Result]):
    """Something to do that leaves Python's lock."""

    run: Callable[[], Result]
    length: int
    """Bytes of the images that it has to do with."""


class _Room:
    """Lets as many work at a time as there is memory for; who needs more than all of it works alone."""

    def __init__(self, size: int) -> None:
        self._size = self._left = size
        self._changed = Condition()

    @contextmanager
    def taken(self, size: int) -> Iterator[None]:
        size = min(size, self._size)
        with self._changed:
            self._changed.wait_for(lambda: self._left >= size)
            self._left -= size
        try:
            yield
        finally:
            with self._changed:
                self._left += size
                self._changed.notify_all()


def _together(tasks: Sequence[_Task[Result]], stage: str, listener: Listener) -> Iterator[Result]:
    """Results in the order of the tasks, as many at a time as there are cores and memory."""
    room = _Room(ROOM)

    def run(task: _Task[Result]) -> Result:
        with room.taken(task.length * NEEDED):
            return task.run()

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        try:
            for done, result in enumerate(pool.map(run, tasks)):
                listener(stage, done + 1, len(tasks))
                yield result
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _size(wire: Mapping[str, WireFile], beginning: str) -> int:
    return sum(one.length for path, one in wire.items() if path.startswith(beginning))
