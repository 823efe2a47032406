"""Lays out for other mirrors what this one has: the same files as were published, the timestamp last."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.mirror.fetching import Fetcher, Wanted
from generator.mirror.held_images import HeldImages, make_again
from generator.mirror.store import MirrorStore, ReleaseRecord
from generator.release.catalogue import TargetInfo, read_target
from generator.release.compression import compress_image
from generator.release.durable_files import copy_durably, settle_folders, write_durably
from generator.release.meta_packs import pack_metadata
from generator.release.signed_documents import TransportInfo
from generator.release.trust import VerifiedRelease
from generator.release.workplace import blob_path, is_there, object_path

TIMESTAMP = "timestamp.json"


@dataclass(frozen=True)
class Relay:
    """A release that is here, and what it was verified by."""

    store: MirrorStore
    release: VerifiedRelease
    record: ReleaseRecord
    files: Mapping[str, bytes]
    """Metadata."""
    packs: Mapping[str, TransportInfo]
    """Packs of metadata."""
    timestamp: bytes
    fetcher: Fetcher

    def pass_on(self, *, with_objects: bool) -> None:
        """Everything that others need is there before the timestamp says so.  Raises `MirrorError` and `OSError`."""
        if with_objects:
            self._pass_on_objects()
        for path, info in self.release.transport.items():
            if path.startswith("delta/"):
                self._keep_download(path, info)
        for name, content in sorted(self.files.items()):
            place = self.store.wire / "md" / name
            if not (place.is_file() and place.read_bytes() == content):
                write_durably(place, content)
        for path, info in self.packs.items():
            self._keep_download(path, info)
        self._pass_on_metadata_pack(with_objects=with_objects)
        wire = self.store.wire
        settle_folders({wire, *(Path(folder) for folder, _, _ in os.walk(wire))})
        place = wire / TIMESTAMP
        if not (place.is_file() and place.read_bytes() == self.timestamp):
            write_durably(place, self.timestamp)
            settle_folders({wire})

    def _keep_download(self, path: str, info: TransportInfo) -> None:
        """Move what was downloaded to where others find it."""
        waiting = self.store.incoming / info.sha256
        if waiting.is_file():
            place = self.store.wire / path
            place.parent.mkdir(parents=True, exist_ok=True)
            waiting.replace(place)

    def _pass_on_metadata_pack(self, *, with_objects: bool) -> None:
        """The whole pack, which new mirrors need: the same metadata give the same bytes, with the same libzstd."""
        path = f"meta/{self.release.number}.zst"
        info = self.packs.get(path)
        if info is None or is_there(self.store.wire / path, info):
            return
        content = pack_metadata(self.files)
        if TransportInfo(len(content), hashlib.sha256(content).hexdigest()) == info:
            write_durably(self.store.wire / path, content)
        elif with_objects:
            self.fetcher.file(Wanted(path, info.length, info.sha256))
            self._keep_download(path, info)

    # --- objects

    def _pass_on_objects(self) -> None:
        held = HeldImages(self.store)
        for path, target in self.record.targets.items():
            info = self.release.transport.get(object_path(target.sha256))
            if info and not _has_size(self.store.wire / object_path(target.sha256), info):
                self._pass_on_object(target, info, held)
            for place, blob in read_target(path, target).blobs.items():
                on_wire = self.store.wire / blob_path(blob.sha256)
                if not on_wire.is_file():
                    _second_name(self.store.releases / self.record.tree / place, on_wire)

    def _pass_on_object(self, target: TargetInfo, info: TransportInfo, held: HeldImages) -> None:
        path = object_path(target.sha256)
        wanted = Wanted(path, info.length, info.sha256)
        content = b"" if self.fetcher.have(wanted) else self._compressed(target, info, held)
        if content:
            write_durably(self.store.wire / path, content)
        else:
            self.fetcher.file(wanted)
            self._keep_download(path, info)

    def _compressed(self, target: TargetInfo, info: TransportInfo, held: HeldImages) -> bytes:
        """The published bytes, compressed again: no link is as quick.  Nothing when other bytes come out."""
        image = held.image(target.sha256)
        file = self.store.incoming / f"{target.sha256}.tar"
        if image is None or not make_again(image, file, target.sha256):
            return b""
        for is_quick in (True, False):
            content = compress_image(file, quick=is_quick)
            if TransportInfo(len(content), hashlib.sha256(content).hexdigest()) == info:
                return content
        return b""


def clear_incoming(store: MirrorStore) -> None:
    """A release is here: nothing that waits is needed any more."""
    shutil.rmtree(store.incoming, ignore_errors=True)
    store.incoming.mkdir(exist_ok=True)


def _has_size(place: Path, info: TransportInfo) -> bool:
    return place.is_file() and place.stat().st_size == info.length


def _second_name(source: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, place)
    except OSError:
        copy_durably(source, place)
