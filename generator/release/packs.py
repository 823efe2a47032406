"""A pack of deltas: all that changed from one release to another, in one file.

    16 bytes          `canoa-pack-2` and the length in bytes of the compressed index (4 bytes, most significant first)
    4 bytes           length in bytes of the index
    index             compressed: JSON, target path → `from`, `to` (SHA-256), `length` (bytes of the new image),
                      `offset` (from the end of the index), `size` and `sha256` (of the frame)
    frames            one after the other, in the order of the target paths, as `compression.make_delta` makes them

The hash of all before the first frame is signed beside that of the pack, so that nothing is decompressed that was not
proven, neither by mirrors that use frames while the others come, nor by those that fetch only some of them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

from generator.release.compression import CompressionError, compress_bytes, decompress_bounded, reference_of
from generator.release.image_refusals import ImageRefusedError
from generator.release.portable_names import shown

MAGIC = b"canoa-pack-2"
HEADER = len(MAGIC) + 8
STEPS = 30
"""A mirror walks at most so many packs before it takes full images; so many single steps stay on the wire.  With eight,
a usual night of daily releases would take twelve times as many bytes, for links that were down (docs/scale.md)."""
LARGEST_INDEX = 32 << 20
"""Bytes of an index, not compressed: more than a hundred thousand images."""
SHA256 = re.compile(r"[0-9a-f]{64}")
KEYS = {"from", "to", "length", "offset", "size", "sha256"}


class PackError(ImageRefusedError):
    """A pack is not one, or has not what is asked for."""


@dataclass(frozen=True)
class Frame:
    """What makes a new image out of an old one."""

    old: str
    """SHA-256 of the image that it needs."""
    new: str
    """SHA-256 of the image that it makes."""
    length: int
    """Bytes of the image that it makes."""
    data: bytes
    """As `make_delta` gives it."""


@dataclass(frozen=True)
class PackEntry:
    """What the index says of one frame."""

    old: str
    new: str
    length: int
    offset: int
    """Bytes from the beginning of the pack."""
    size: int
    """Bytes of the frame."""
    sha256: str
    """Of the frame."""


@dataclass(frozen=True)
class Pack:
    """An opened pack."""

    entries: Mapping[str, PackEntry]
    """By target path."""
    _stream: BinaryIO
    _start: int

    def frame(self, target: str) -> Frame:
        """The frame of a target.  Raises `PackError`."""
        entry = self.entries.get(target)
        if entry is None:
            raise PackError("not-in-pack", path=shown(target))
        self._stream.seek(self._start + entry.offset)
        return checked_frame(entry, _read_exactly(self._stream, entry.size))


def checked_frame(entry: PackEntry, data: bytes) -> Frame:
    """The frame that the index says something of.  Raises `PackError` for other bytes, and for another reference."""
    if hashlib.sha256(data).hexdigest() != entry.sha256:
        raise PackError("damaged")
    try:
        reference = reference_of(data)
    except CompressionError:
        raise PackError("damaged") from None
    if reference != entry.old:
        raise PackError("other-reference")
    return Frame(entry.old, entry.new, entry.length, data)


def write_pack(frames: Mapping[str, Frame]) -> bytes:
    """A pack of frames by target path; the same frames give the same bytes."""
    index: dict[str, dict[str, str | int]] = {}
    offset = 0
    for target, frame in sorted(frames.items()):
        size, sha256 = len(frame.data), hashlib.sha256(frame.data).hexdigest()
        images: dict[str, str | int] = {"from": frame.old, "to": frame.new, "length": frame.length}
        index[target] = {**images, "offset": offset, "size": size, "sha256": sha256}
        offset += size
    written = json.dumps(index, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()
    packed = compress_bytes(written)
    head = MAGIC + len(packed).to_bytes(4, "big") + len(written).to_bytes(4, "big")
    return b"".join((head, packed, *(frame.data for _, frame in sorted(frames.items()))))


def index_end(head: bytes, length: int) -> int:
    """Where the frames begin in a pack of `length` bytes, by its first `HEADER` bytes.  Raises `PackError`."""
    if len(head) < HEADER or not head.startswith(MAGIC):
        raise PackError("not-a-pack")
    end = HEADER + int.from_bytes(head[len(MAGIC) : len(MAGIC) + 4], "big")
    if end > length:
        raise PackError("truncated")
    return end


def read_head(stream: BinaryIO, *, length: int) -> bytes:
    """All before the first frame of a pack of `length` bytes.  Raises `PackError`."""
    begun = stream.read(HEADER)
    return begun + _read_exactly(stream, index_end(begun, length) - HEADER)


def read_pack(stream: BinaryIO, *, length: int, head: str = "") -> Pack:
    """Read the index of a pack of `length` bytes; `stream` can be sought in, and stays open.

    Length and content must have been proven, or `head`, the signed hash of what stands before the first frame, is
    compared here.  Raises `PackError` for anything but frames one after the other that fill the rest exactly, and
    `CompressionError`.
    """
    start = stream.tell()
    read = read_head(stream, length=length)
    if head and hashlib.sha256(read).hexdigest() != head:
        raise PackError("damaged")
    size = int.from_bytes(read[HEADER - 4 : HEADER], "big")
    if size > LARGEST_INDEX:
        raise PackError("too-large", most=LARGEST_INDEX)
    index = decompress_bounded(BytesIO(read[HEADER:]), length=size)
    entries = _entries(_parse(index), len(read))
    end = max((entry.offset + entry.size for entry in entries.values()), default=len(read))
    if end != length:
        raise PackError("wrong-length", expected=length, found=end)
    return Pack(entries, stream, start)


def _parse(index: bytes) -> dict[str, Any]:
    try:
        found = json.loads(index)
        # Written again it must be the same: so no name is there twice, and there is one way to say anything.
        same = json.dumps(found, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode() == index
    except (ValueError, RecursionError):
        raise PackError("bad-index", place="JSON") from None
    if not isinstance(found, dict) or not same:
        raise PackError("bad-index", place="JSON")
    return found


def _entries(index: Mapping[str, Any], start: int) -> dict[str, PackEntry]:
    entries = {}
    offset = 0
    for target, one in sorted(index.items()):
        if not isinstance(one, dict) or one.keys() != KEYS or not _is_plausible(one) or one["offset"] != offset:
            raise PackError("bad-index", place=shown(target))
        entries[target] = PackEntry(one["from"], one["to"], one["length"], start + offset, one["size"], one["sha256"])
        offset += one["size"]
    return entries


def _is_plausible(one: Mapping[str, Any]) -> bool:
    sizes = (one["length"], one["offset"], one["size"])
    hashes = (one["from"], one["to"], one["sha256"])
    return all(type(size) is int and size >= 0 for size in sizes) and all(
        isinstance(digest, str) and SHA256.fullmatch(digest) for digest in hashes
    )


def _read_exactly(stream: BinaryIO, size: int) -> bytes:
    """`size` bytes, of which no more are set aside than come.  Raises `PackError`."""
    parts = []
    while size:
        piece = stream.read(min(size, 1 << 20))
        if not piece:
            raise PackError("truncated")
        parts.append(piece)
        size -= len(piece)
    return b"".join(parts)
