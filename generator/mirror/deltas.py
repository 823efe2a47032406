"""Which deltas lead from the images that are here to those of a release, fetched whole or only as far as needed.

On a slow link a pack takes longer to come than to apply, so its frames are used as they come, and others are not even
fetched.  The pack's beginning has a signed hash of its own and says those of the frames: nothing is decompressed that
was not proven.  Where something else came, the whole pack is waited for and compared, and only where that does not
lead there either, the whole image is fetched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Protocol

from generator.mirror.fetching import Arriving, Fetcher, Wanted
from generator.mirror.refusals import MirrorError
from generator.mirror.store import MirrorStore
from generator.release.catalogue import TargetInfo
from generator.release.compression import apply_delta_into
from generator.release.image_refusals import ImageRefusedError
from generator.release.packs import (
    HEADER,
    STEPS,
    Frame,
    Pack,
    PackEntry,
    checked_frame,
    index_end,
    read_pack,
)
from generator.release.signed_documents import TransportInfo
from generator.release.trust import VerifiedRelease
from generator.release.workplace import is_there, pack_path

SMALL = 32 << 10
"""Bytes of a pack up to which it is fetched whole in any case."""
HEAD = 8 << 10
"""Bytes that are fetched first of a pack of which only a part is needed."""
GAP = 4 << 10
"""Bytes between two frames that are cheaper to fetch than to ask around: what a slow link carries in a round trip."""


class OpenPack(Protocol):
    """A pack, or what is needed of it."""

    @property
    def entries(self) -> Mapping[str, PackEntry]:
        """By target path."""

    def frame(self, target: str) -> Frame:
        """Raises `PackError`."""


@dataclass(frozen=True)
class Route:
    """How an image is made from one that is here."""

    old: str
    """SHA-256 of the one that is here."""
    packs: tuple[OpenPack, ...]
    """One after the other, each with a frame for the target."""

    def settle(self) -> bool:
        """Wait for what was not verified yet; whether there was anything, and it is right.

        Raises `MirrorError` only when the time is over, and `OSError`.
        """
        try:
            waited = [pack.settle() for pack in self.packs if isinstance(pack, ArrivingPack)]
        except MirrorError as error:
            if error.kind == "deadline":
                raise
            return False
        except ImageRefusedError:
            return False
        return any(waited)


def find_packs(release: VerifiedRelease, held: Sequence[int]) -> tuple[int, tuple[str, ...]]:
    """The newest release here from which packs lead on, and those: one, or single steps; else nothing."""
    for base in sorted(held, reverse=True):
        direct = pack_path(base, release.number)
        if direct in release.transport:
            return base, (direct,)
        steps = tuple(pack_path(one, one + 1) for one in range(base, release.number))
        if 0 < len(steps) <= STEPS and all(step in release.transport for step in steps):
            return base, steps
    return 0, ()


def open_packs(
    store: MirrorStore,
    fetcher: Fetcher,
    release: VerifiedRelease,
    paths: Sequence[str],
    wanted: frozenset[str] | None,
    files: ExitStack,
) -> tuple[OpenPack, ...]:
    """The packs of these paths, whole or as far as the targets `wanted` need them; none when one is not to be had.

    They can be read as long as `files` is open.  Raises `MirrorError` only when the time is over, and `OSError`.
    """
    try:
        is_only = len(paths) == 1
        return tuple(_open_pack(store, fetcher, release, path, wanted, files, is_only=is_only) for path in paths)
    except MirrorError as error:
        if error.kind == "deadline":
            raise
        return ()
    except ImageRefusedError:
        return ()


def find_route(path: str, old: TargetInfo, new: TargetInfo, packs: Sequence[OpenPack]) -> Route | None:
    """The frames that lead from one image to the other, where the packs have them."""
    sha256, steps = old.sha256, []
    for pack in packs:
        entry = pack.entries.get(path)
        if entry is None:  # the image did not change in this step
            continue
        if entry.old != sha256:
            return None
        steps.append(pack)
        sha256 = entry.new
    return Route(old.sha256, tuple(steps)) if sha256 == new.sha256 and steps else None


def follow(route: Route, path: str, old: Path, work: Path) -> Path:
    """Apply the frames of a target to its old image; the last result, whose hash is still to be compared.

    `work` is the beginning of the names of what is written.  Raises `ImageRefusedError` and `OSError`.
    """
    for number, pack in enumerate(route.packs):
        frame = pack.frame(path)
        new = work.with_name(f"{work.name}-{number}.tar")
        with new.open("wb") as out:
            apply_delta_into(old, frame.data, out, length=frame.length)
        old.unlink()
        old = new
    return old


def _open_pack(
    store: MirrorStore,
    fetcher: Fetcher,
    release: VerifiedRelease,
    path: str,
    wanted: frozenset[str] | None,
    files: ExitStack,
    *,
    is_only: bool,
) -> OpenPack:
    info = release.transport[path]
    whole = Wanted(path, info.length, info.sha256)
    is_here = is_there(store.wire / path, info)
    if info.head and wanted is not None and info.length > SMALL and not is_here and not fetcher.have(whole):
        part = _open_part(fetcher, whole, info.head, wanted)
        if part is not None:
            return part
    if info.head and is_only and not is_here:
        return ArrivingPack(fetcher.begin(whole), info, files)
    file = store.wire / path if is_here else fetcher.file(whole)
    return read_pack(files.enter_context(file.open("rb")), length=info.length)


# --- packs that are on their way ----------------------------------------------------------------------------------


class ArrivingPack:
    """A pack whose frames are given as they come."""

    def __init__(self, arriving: Arriving, info: TransportInfo, files: ExitStack) -> None:
        """`info`: what is signed of it; what is opened is closed with `files`.

        Raises `MirrorError` when it is not to be had, `ImageRefusedError`, and `OSError`.
        """
        self._arriving, self._length, self._files = arriving, info.length, files
        self._whole: Pack | None = None
        self.entries: Mapping[str, PackEntry] = {}
        """By target path."""
        try:
            self.entries = read_pack(BytesIO(self._head()), length=info.length, head=info.head).entries
        except ImageRefusedError:
            self.settle()

    def frame(self, target: str) -> Frame:
        """Wait for the frame of a target.  Raises `PackError`, `MirrorError` and `OSError`."""
        if self._whole:
            return self._whole.frame(target)
        entry = self.entries[target]
        return checked_frame(entry, self._arriving.read(entry.offset, entry.size))

    def settle(self) -> bool:
        """Wait until all of it has the signed hash; False when that was known before.  Raises as the beginning does."""
        if self._whole:
            return False
        stream = self._files.enter_context(self._arriving.file().open("rb"))
        self._whole = read_pack(stream, length=self._length)
        self.entries = self._whole.entries
        return True

    def _head(self) -> bytes:
        """Its beginning with all of the index."""
        return self._arriving.read(0, index_end(self._arriving.read(0, min(HEADER, self._length)), self._length))


# --- parts of a pack ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PartialPack:
    """The frames of some targets."""

    entries: Mapping[str, PackEntry]
    _pieces: Mapping[int, Path]
    """First byte in the pack → the file with what was fetched from there."""

    def frame(self, target: str) -> Frame:
        """The frame of a target.  Raises `PackError` and `OSError`."""
        entry = self.entries[target]
        first = max(first for first in self._pieces if first <= entry.offset)
        with self._pieces[first].open("rb") as stream:
            stream.seek(entry.offset - first)
            return checked_frame(entry, stream.read(entry.size))


def _open_part(fetcher: Fetcher, whole: Wanted, head: str, wanted: frozenset[str]) -> PartialPack | None:
    """What these targets need of a pack; None when the whole is as good, or the source gives no parts."""
    try:
        entries = {
            path: entry
            for path, entry in read_pack(BytesIO(_head(fetcher, whole)), length=whole.length, head=head).entries.items()
            if path in wanted
        }
        runs = _runs(list(entries.values()))
        if sum(last - first + GAP for first, last in runs) > whole.length:
            return None
        files = fetcher.files([_part(whole, first, last) for first, last in runs])
    except MirrorError as error:
        if error.kind == "no-parts":
            return None
        raise
    except ImageRefusedError:
        return None
    return PartialPack(entries, {first: file for (first, _), file in zip(runs, files, strict=True)})


def _head(fetcher: Fetcher, whole: Wanted) -> bytes:
    """A pack's beginning with all of its index."""
    head = fetcher.file(_part(whole, 0, min(HEAD, whole.length))).read_bytes()
    end = index_end(head, whole.length)
    if end <= len(head):
        return head
    return head + fetcher.file(_part(whole, len(head), end)).read_bytes()


def _runs(entries: Sequence[PackEntry]) -> list[tuple[int, int]]:
    """First byte, and the one after the last, of what is fetched with one question."""
    runs: list[tuple[int, int]] = []
    for entry in sorted(entries, key=lambda entry: entry.offset):
        first, last = entry.offset, entry.offset + entry.size
        if runs and first - runs[-1][1] <= GAP:
            runs[-1] = (runs[-1][0], last)
        else:
            runs.append((first, last))
    return runs


def _part(whole: Wanted, first: int, last: int) -> Wanted:
    return Wanted(whole.path, last - first, whole.sha256, first, whole.length)
