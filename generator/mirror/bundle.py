"""A bundle: what another mirror needs to go over to the served release, as the files of the wire in a folder.

Importing it is a sync.  What is missing here of the published files is made again, and fetched only where other bytes
come out; everything has its signed hash before the first byte is written.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator import __version__
from generator.mirror.clock import reference_time
from generator.mirror.deltas import find_route
from generator.mirror.fetching import Wanted, fetching
from generator.mirror.held_images import HeldImages, make_again
from generator.mirror.reader_tree import FilePart, Listener, Plan, WantedFile, make_plan, read_part
from generator.mirror.refusals import MirrorError
from generator.mirror.split_files import part_path
from generator.mirror.stick_choice import StickChoice
from generator.mirror.stick_refusals import StickError
from generator.mirror.store import MirrorStore
from generator.mirror.trust_files import TIMESTAMP, TrustFiles
from generator.mirror.watch import Patience
from generator.release.catalogue import TargetInfo, read_target
from generator.release.compression import compress_image
from generator.release.durable_files import write_durably
from generator.release.image_refusals import ImageRefusedError
from generator.release.meta_packs import pack_metadata
from generator.release.packs import Pack, read_pack
from generator.release.signed_documents import TransportInfo
from generator.release.trust import VerifiedRelease
from generator.release.trust_refusals import TrustError
from generator.release.workplace import blob_path, is_there, object_path, pack_path, wire_file

LABEL = "pacote.json"
FORMAT, VERSION = "canoa-pacote", 1
SPLIT = 2 << 30
"""Bytes after which a file is cut; FAT32 takes twice as much, some programs do not."""


@dataclass
class BundleMaker:
    """Finds the files of a bundle.  `with` it: what it has made again is removed at its end."""

    choice: StickChoice
    split: int = SPLIT
    patience: Patience = field(default_factory=Patience)
    listener: Listener = lambda stage, done, total: None

    def __post_init__(self) -> None:
        self.store: MirrorStore = self.choice.store
        self._work = self.store.folder / "exportando"
        self._held = HeldImages(self.store)
        self._trust = TrustFiles(self.store)
        self._timestamp = self._trust.timestamp()
        self._release, self._packs = self._verified()
        self._metadata = self._trust.metadata(self._release.number)

    def __enter__(self) -> BundleMaker:
        shutil.rmtree(self._work, ignore_errors=True)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._work, ignore_errors=True)

    def plan(self, since: int | None = None) -> Plan:
        """All files of a bundle: of everything, or of what is new since a release.

        Raises `StickError`: since-unknown, piece-missing, changed-in-mirror; `MirrorError`, `OSError`.
        """
        files: dict[str, Path | bytes] = {}
        for path, wanted in self._wanted(since).items():
            files[path] = self._provide(path, wanted)
            self.listener("verify", len(files), len(files))
        files |= dict(self._signed())
        files[LABEL] = self._label(since)
        files[TIMESTAMP] = self._timestamp
        listed: dict[str, WantedFile] = {}
        for path, source in files.items():
            listed |= self._cut(path, source)
        return make_plan(listed)

    # --- what belongs to it

    def _verified(self) -> tuple[VerifiedRelease, Mapping[str, TransportInfo]]:
        """The newest release, verified again; it must be the one that is served."""
        state = self._trust.load(reference_time())
        try:
            announced = state.read_timestamp(self._timestamp)
            files = {**self._trust.metadata(announced.number), TIMESTAMP: self._timestamp}
            release = state.update(files, as_bundle=True)
        except TrustError as error:
            raise StickError("metadata-not-here", reason=error.kind) from None
        if release.number != self.choice.record.number:
            raise StickError("not-the-newest", served=str(self.choice.record.number), newest=str(release.number))
        return release, announced.packs

    def _wanted(self, since: int | None) -> dict[str, TransportInfo]:
        """Path on the wire → what is signed about it, of objects, large files and deltas."""
        before: Mapping[str, TargetInfo] = {} if since is None else self._targets_of(since)
        packs = {} if since is None else self._deltas(since)
        known = {blob.sha256 for path, info in before.items() for blob in read_target(path, info).blobs.values()}
        wanted = {path: self._release.transport[path] for path in packs}
        for path, info in self.choice.targets.items():
            if not self._is_reached(path, info, before, packs):
                place = object_path(info.sha256)
                if place not in self._release.transport:
                    raise StickError("piece-missing", path=place)
                wanted[place] = self._release.transport[place]
            for blob in read_target(path, info).blobs.values():
                if blob.sha256 not in known:
                    wanted[blob_path(blob.sha256)] = TransportInfo(blob.length, blob.sha256)
        return wanted

    def _targets_of(self, number: int) -> Mapping[str, TargetInfo]:
        try:
            record = self.store.record(number)
        except MirrorError:
            held = ", ".join(str(one) for one in self.store.numbers() if one != self._release.number)
            raise StickError("since-unknown", number=str(number), held=held or "–") from None
        return {**record.targets, **record.left_out}

    def _deltas(self, since: int) -> dict[str, Pack]:
        """The packs that lead from there, and from each release after it, straight to the newest, as far as they are
        to be had."""
        packs = {}
        for number in range(since, self._release.number):
            path = pack_path(number, self._release.number)
            info = self._release.transport.get(path)
            pack = self._pack(path, info) if info else None
            if pack and info and info.length < self._whole(pack):
                packs[path] = pack
        return packs

    def _pack(self, path: str, info: TransportInfo) -> Pack | None:
        """A pack of which the index can be asked; nothing where it is not to be had: whole images do as well."""
        try:
            with self._provide(path, info).open("rb") as stream:
                return read_pack(stream, length=info.length)
        except (MirrorError, ImageRefusedError):
            return None

    def _whole(self, pack: Pack) -> int:
        """Bytes of the whole images that a pack saves; where it saves none, a sync does not ask for it."""
        objects = (self._release.transport.get(object_path(entry.new)) for entry in pack.entries.values())
        return sum(one.length for one in objects if one)

    def _is_reached(
        self, path: str, info: TargetInfo, before: Mapping[str, TargetInfo], packs: Mapping[str, Pack]
    ) -> bool:
        """Whether whoever has the release before needs no whole image."""
        old = before.get(path)
        if old is None:
            return False
        return old.sha256 == info.sha256 or any(find_route(path, old, info, [pack]) for pack in packs.values())

    def _signed(self) -> Iterator[tuple[str, bytes]]:
        """Metadata: in one pack, as differences, and the roots by themselves."""
        for name, content in self._metadata.items():
            if name.endswith(".root.json"):
                yield f"md/{name}", content
        for path, info in self._packs.items():
            kept = self.store.wire / path
            if is_there(kept, info):
                yield path, kept.read_bytes()
            elif path == f"meta/{self._release.number}.zst":
                yield path, self._whole_metadata(path, info)

    def _whole_metadata(self, path: str, info: TransportInfo) -> bytes:
        content = pack_metadata(self._metadata)
        if TransportInfo(len(content), hashlib.sha256(content).hexdigest()) == info:
            return content
        return self._fetch(path, info).read_bytes()

    def _label(self, since: int | None) -> bytes:
        """What people and programs may know of a bundle; nothing in it is believed."""
        values: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "catalogue": self._release.catalogue,
            "release": self._release.number,
            "since": since or 0,
            "date": self.choice.date,
            "courses": list(self.choice.courses),
            "layers": list(self.choice.layers),
            "software": __version__,
        }
        return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode()

    # --- where it comes from

    def _provide(self, path: str, info: TransportInfo) -> Path:
        """A file with the bytes that are signed.  Raises `StickError` piece-missing and `OSError`."""
        found = self._here(path, info)
        return found if found and is_there(found, info) else self._fetch(path, info)

    def _here(self, path: str, info: TransportInfo) -> Path | None:
        if is_there(self.store.wire / path, info):
            return self.store.wire / path
        if path.endswith(".tar.zst"):
            return self._compressed(path.rpartition("/")[2].partition(".")[0], info)
        return self._large_file(info)

    def _large_file(self, info: TransportInfo) -> Path | None:
        for path, target in self.choice.targets.items():
            for place, blob in read_target(path, target).blobs.items():
                if blob.sha256 == info.sha256:
                    return self.choice.tree / place
        return None

    def _compressed(self, sha256: str, info: TransportInfo) -> Path | None:
        """The published bytes, compressed again; with another libzstd others may come out."""
        image = self._held.image(sha256)
        self._work.mkdir(exist_ok=True)
        file, made = self._work / f"{sha256}.tar", self._work / f"{sha256}.tar.zst"
        if image is None or not make_again(image, file, sha256):
            return None
        for is_quick in (True, False):
            content = compress_image(file, quick=is_quick)
            if TransportInfo(len(content), hashlib.sha256(content).hexdigest()) == info:
                file.unlink()
                write_durably(made, content)
                return made
        file.unlink()
        return None

    def _fetch(self, path: str, info: TransportInfo) -> Path:
        settings = self.store.read_settings()
        if not settings.upstreams:
            raise StickError("piece-missing", path=path)
        with fetching(
            settings.upstreams, self.store.incoming, self.patience, rate=settings.rate, listener=self.listener
        ) as fetcher:
            try:
                return fetcher.file(Wanted(path, info.length, info.sha256))
            except MirrorError as error:
                raise StickError("piece-missing", path=path) from error

    def _cut(self, path: str, source: Path | bytes) -> dict[str, WantedFile]:
        """A file, or its parts."""
        if isinstance(source, bytes):
            return {path: WantedFile(len(source), hashlib.sha256(source).hexdigest(), source)}
        size = source.stat().st_size
        if size <= self.split:
            return {path: WantedFile(size, wire_file(source).sha256, source)}
        starts: Sequence[int] = range(0, size, self.split)
        parts = [FilePart(source, first, min(self.split, size - first)) for first in starts]
        return {
            part_path(path, number): WantedFile(part.size, _digest(part), part) for number, part in enumerate(parts, 1)
        }


def _digest(part: FilePart) -> str:
    digest = hashlib.sha256()
    for piece in read_part(part):
        digest.update(piece)
    return digest.hexdigest()
