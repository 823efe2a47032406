"""Makes the tree of a release: what did not change is linked, the rest unpacked, everything proven before it counts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.mirror.copies import CopyMaker, lay_copy
from generator.mirror.deltas import Route, follow
from generator.mirror.fetching import Fetcher, Listener, Wanted
from generator.mirror.file_lists import FileEntry
from generator.mirror.held_images import HeldImage, HeldImages, content_date, date_files, is_proven, make_again
from generator.mirror.refusals import MirrorError
from generator.mirror.store import MirrorSettings, MirrorStore, ReleaseRecord
from generator.release.catalogue import BlobInfo, Target, TargetInfo, read_target
from generator.release.compression import decompress_into
from generator.release.durable_files import Together, copy_durably, settle_folders
from generator.release.image import check_inside, image_entries, write_files
from generator.release.image_refusals import ImageRefusedError
from generator.release.own_files import fold_name
from generator.release.partition import SITE
from generator.release.portable_names import check_portable, shown
from generator.release.trust import VerifiedRelease
from generator.release.workplace import blob_path, is_there, object_path

UNFINISHED = ".part"
"""End of the name of a tree that is being made."""


@dataclass(frozen=True)
class TreeMaker:
    """A release, what of it belongs here, and where it can be had from."""

    store: MirrorStore
    release: VerifiedRelease
    settings: MirrorSettings
    wanted: Mapping[str, TargetInfo]
    held: HeldImages
    routes: Mapping[str, Route]
    fetcher: Fetcher
    copy: CopyMaker
    listener: Listener = lambda stage, done, total: None

    def missing(self) -> list[Wanted]:
        """What must be fetched for sure: images that are neither here nor have a way from here, and large files."""
        found = {}
        for path, info in self.wanted.items():
            if not self.held.image(info.sha256) and path not in self.routes:
                found[info.sha256] = self._object(path, info)
            for blob in read_target(path, info).blobs.values():
                if not self.held.blob(blob):
                    found[blob.sha256] = Wanted(blob_path(blob.sha256), blob.length, blob.sha256)
        return [one for one in found.values() if not is_there(self.store.wire / one.path, one)]

    def make(self) -> ReleaseRecord:
        """The tree and, last, its record.  Raises `ReleaseError` and `OSError`; then the release is not here."""
        name = _free_name(self.store, self.release.number)
        part = self.store.releases / f"{name}{UNFINISHED}"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        self.store.incoming.mkdir(exist_ok=True)
        with Together(part) as together:
            lists = self._place_images(part, together)
            blobs = dict(self._place_blobs(part))
            files = [one for listed in lists.values() for one in listed]
            check_portable([*(one.path for one in files), *blobs])
            by_image = {self.wanted[path].sha256: listed for path, listed in lists.items()}
            lay_copy(part, self.copy.files(part, self.release, self.wanted, by_image), together)
            together.settle()
        part.replace(self.store.releases / name)
        settle_folders({self.store.releases})
        size = sum(one.size for one in files) + sum(blob.length for blob in blobs.values())
        record = self._record(name, len(files) + len(blobs), size)
        self.store.write_record(record)
        return record

    # --- images

    def _place_images(self, part: Path, together: Together) -> dict[str, tuple[FileEntry, ...]]:
        """Target path → files that are in the tree now.

        First what asks for nothing, then what frames are on their way for, last what needs whole objects.
        """
        lists: dict[str, tuple[FileEntry, ...]] = {}
        for way in (self._link_old, self._patch_old):
            for path, info in self._not_in(lists).items():
                self._note(lists, path, way(path, info, part, together))
        left = self._not_in(lists)
        self._fetch_objects(left)
        for path, info in left.items():
            self._note(lists, path, self._unpack(path, info, self._from_object(path, info), part, together))
        return lists

    def _not_in(self, lists: Mapping[str, object]) -> dict[str, TargetInfo]:
        return {path: info for path, info in self.wanted.items() if path not in lists}

    def _note(self, lists: dict[str, tuple[FileEntry, ...]], path: str, files: tuple[FileEntry, ...] | None) -> None:
        if files is not None:
            lists[path] = files
            self.listener("tree", len(lists), len(self.wanted))

    def _link_old(self, path: str, info: TargetInfo, part: Path, _: Together) -> tuple[FileEntry, ...] | None:
        """An image that did not change; None when it did, or something in it was altered."""
        image = self.held.image(info.sha256)
        if image is None:
            return None
        self._check_own(path, read_target(path, info), (one.path for one in image.files))
        if _link_all(image.tree, part, image.files) and is_proven(part, image.files, info.sha256):
            return image.files
        _remove_all(part, image.files)
        return None

    def _patch_old(self, path: str, info: TargetInfo, part: Path, together: Together) -> tuple[FileEntry, ...] | None:
        """By deltas; None when there is no way, or it does not lead there: something was altered."""
        route = self.routes.get(path)
        image = self.held.image(route.old) if route else None
        if route is None or image is None:
            return None
        made = self._follow(path, info, route, image)
        if made is None and route.settle():
            made = self._follow(path, info, route, image)
        return self._unpack(path, info, made, part, together) if made else None

    def _unpack(self, path: str, info: TargetInfo, file: Path, part: Path, together: Together) -> tuple[FileEntry, ...]:
        """Put the files of a proven image into the tree; the image is removed."""
        target = read_target(path, info)
        with file.open("rb") as stream:
            entries = tuple(image_entries(stream, most_bytes=info.length))
            self._check_own(path, target, (one.path for one in entries))
            check_inside(entries, target.inside)
            digests = write_files(stream, 0, entries, part, together)
            files = tuple(FileEntry(one.path, one.size, digest) for one, digest in zip(entries, digests, strict=True))
        date_files(part, files)
        file.unlink()
        return files

    def _check_own(self, path: str, target: Target, places: Iterable[str]) -> None:
        """The site's own images lay no files into courses; that courses lay none elsewhere, `extract_image` sees to."""
        if target.unit != SITE:
            return
        units = {fold_name(one.split("/")[1]) for one in self.release.targets}
        for place in places:
            if fold_name(place.partition("/")[0]) in units:
                raise MirrorError("not-its-own", path=shown(place), target=shown(path))

    def _follow(self, path: str, info: TargetInfo, route: Route, image: HeldImage) -> Path | None:
        """A file with the image, proven; None when the old one was altered, or the frames are not to be had."""
        work = self._work(info)
        old = work.with_name(f"{work.name}-old.tar")
        if not make_again(image, old, route.old):
            old.unlink(missing_ok=True)
            return None
        try:
            made = follow(route, path, old, work)
        except ImageRefusedError:
            return None
        except MirrorError as error:
            if error.kind == "deadline":
                raise
            return None
        return made if is_there(made, info) else None

    def _fetch_objects(self, targets: Mapping[str, TargetInfo]) -> None:
        """Those that were not ahead, since there was a way that did not lead there; several at a time."""
        objects = [self._object(path, info) for path, info in targets.items()]
        lacking = [one for one in objects if not (self.fetcher.have(one) or is_there(self.store.wire / one.path, one))]
        self.fetcher.files(lacking)

    def _from_object(self, path: str, info: TargetInfo) -> Path:
        """A file with the image, proven."""
        wanted = self._object(path, info)
        kept = self.store.wire / wanted.path
        file = kept if is_there(kept, wanted) else self.fetcher.file(wanted)
        work = self._work(info)
        made = work.with_name(f"{work.name}.tar")
        with file.open("rb") as stream, made.open("wb") as out:
            decompress_into(stream, out, length=info.length)
        if not is_there(made, info):
            made.unlink()
            raise MirrorError("wrong-image", path=shown(path))
        return made

    def _work(self, info: TargetInfo) -> Path:
        """Beginning of the names of images that are made; they are removed when they were used."""
        return self.store.incoming / f"{info.sha256}.image"

    def _object(self, path: str, info: TargetInfo) -> Wanted:
        place = object_path(info.sha256)
        found = self.release.transport.get(place)
        if found is None:
            raise MirrorError("no-object", path=shown(path))
        return Wanted(place, found.length, found.sha256)

    # --- large files

    def _place_blobs(self, part: Path) -> Iterator[tuple[str, BlobInfo]]:
        for path, info in self.wanted.items():
            target = read_target(path, info)
            self._check_own(path, target, target.blobs)
            for place, blob in target.blobs.items():
                self._place_blob(part / place, blob)
                yield place, blob

    def _place_blob(self, place: Path, blob: BlobInfo) -> None:
        wanted = Wanted(blob_path(blob.sha256), blob.length, blob.sha256)
        kept = self.store.wire / wanted.path
        source = self.held.blob(blob) or (kept if is_there(kept, wanted) else self.fetcher.file(wanted))
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():  # an image has a file of the same name
            raise MirrorError("not-its-own", path=shown(place.name), target=shown(place.name))
        _link(source, place)
        date = content_date(blob.sha256)
        os.utime(place, (date, date))

    def _record(self, name: str, files: int, size: int) -> ReleaseRecord:
        release = self.release
        return ReleaseRecord(
            number=release.number,
            tree=name,
            catalogue=release.catalogue,
            released_at=release.released_at,
            signed_at=release.signed_at,
            timestamp_expires=release.timestamp_expires,
            snapshot_expires=release.snapshot_expires,
            institutions={one: found.title for one, found in release.institutions.items()},
            targets=self.wanted,
            left_out={path: info for path, info in release.targets.items() if path not in self.wanted},
            courses=self.settings.courses,
            layers=self.settings.layers,
            files=files,
            bytes=size,
        )


def choose(release: VerifiedRelease, settings: MirrorSettings) -> dict[str, TargetInfo]:
    """The images of a release that belong here.

    Raises `MirrorError` unit-of-two when two institutions sign the same course: one of them would lay pages into it.
    """
    chosen = {}
    owners: dict[str, str] = {}
    for path, info in release.targets.items():
        target = read_target(path, info)
        if not settings.wants(target.unit, target.layer, always=SITE):
            continue
        owner = owners.setdefault(fold_name(target.unit), target.institution)
        if owner != target.institution:
            raise MirrorError("unit-of-two", one=owner, other=target.institution, unit=shown(target.unit))
        chosen[path] = info
    return chosen


def _free_name(store: MirrorStore, number: int) -> str:
    """A name for a tree of this release; what a killed run left under it is removed."""
    taken = {store.link.readlink().name} if store.link.is_symlink() else set()
    if number in store.numbers():
        try:
            taken.add(store.record(number).tree)
        except MirrorError:  # damaged: its tree may still be of use
            taken |= {file.name for file in store.releases.glob(f"{number}*")}
    times = 1
    name = str(number)
    while name in taken:
        times += 1
        name = f"{number}-{times}"
    shutil.rmtree(store.releases / name, ignore_errors=True)
    return name


def _link_all(tree: Path, part: Path, files: Iterable[FileEntry]) -> bool:
    """Link files from one tree into another; False when one of them is gone, or something is there already."""
    folders: set[Path] = set()
    try:
        for one in files:
            place = part / one.path
            if place.parent not in folders:
                place.parent.mkdir(parents=True, exist_ok=True)
                folders.add(place.parent)
            _link(tree / one.path, place)
    except (FileNotFoundError, FileExistsError, NotADirectoryError):
        return False
    return True


def _link(source: Path, place: Path) -> None:
    """The same file under another name; a copy of it where the disk gives no second name."""
    try:
        os.link(source, place, follow_symlinks=False)
    except (FileNotFoundError, FileExistsError, NotADirectoryError):
        raise
    except (OSError, NotImplementedError):
        copy_durably(source, place)


def _remove_all(part: Path, files: Iterable[FileEntry]) -> None:
    for one in files:
        (part / one.path).unlink(missing_ok=True)
