"""Zstandard for images: whole ones, and what changed from one to the next (RFC 8878; `dcz` of RFC 9842).

A delta is a frame compressed with the old image as its dictionary, after forty bytes that name that image; the usual
command `zstd -d --patch-from=OLD` reads it too.  The same bytes come out as long as libzstd is the same; what
institutions sign does not depend on that, since it is the image before compression.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from generator.release.image_refusals import ImageRefusedError

if sys.version_info >= (3, 14):  # the same module in the standard library
    from compression import zstd
else:
    from backports import zstd

THOROUGH, QUICK = 19, 5
"""Levels of whole images.  Measured on 40 courses of 2 MB: 18.4 MB in 54 s, or 20.6 MB in 0.6 s of processor time."""
LEAST_QUICK = 6
"""Bytes of a match at the quick level: with less it finds more, and makes it no smaller, in half as much time again."""
DELTA, QUICK_DELTA = 6, 1
"""Levels of deltas.  Where every page of those courses has changed by the same words: 171 kB in 0.8 s, or 208 kB in
0.2 s.  Level 4 gives 188 kB in the same time, and level 3 without long matches many times that."""
FRESH = 20
"""A delta of more than this part of its image has much that is new in it: then the thorough level is tried too."""
PIECE = 1 << 17
"""Bytes that come out at a time: the largest block of a frame."""
SAMPLE = 1 << 16
"""Bytes that are looked at in three places of an image."""
SMALLEST_WINDOW = 10
LARGEST_WINDOW = 27
"""Power of two of the bytes that whoever decompresses must remember at most: 128 MiB."""
LONG_MATCHES, QUICK_MATCHES = (32, 2), (32, 5)
"""Bytes that a match far away must have at least, and the power of two of bytes at whose distance one is noted.  Pages
stay what they were in long pieces; to find those separately makes low levels as good as high ones, and quick."""
NEAR = 16
"""Power of two of the places that deltas of texts remember for what is not found far away; more would be cleared for
nothing."""
SMALL_TABLES, LARGE_TABLES = 19, 23
"""Powers of two between which the thorough level remembers places: of a course of 2 MB in 24 MB of memory, not 53."""
MOST_NOTES = 21
"""Power of two of the notes, of 8 bytes each: of images above 8 MB, which are pictures, fewer pieces are noted."""
MOST_FOR_DELTA = 1 << LARGEST_WINDOW
"""Bytes of an old or a new image: both are in memory while a delta is made or applied."""
DCZ = bytes.fromhex("5e2a4d18 20000000")
"""A skippable frame of 32 bytes, in which is the SHA-256 of the dictionary (RFC 9842, 5)."""
DCZ_LENGTH = len(DCZ) + 32
FRAME = bytes.fromhex("28b52ffd")
LONGEST_HEADER = 18
"""Bytes at the beginning of a frame in which its length is said."""
NO_DICTIONARY = 0
SMALLEST_DICTIONARY = 8
"""Bytes."""


class CompressionError(ImageRefusedError):
    """Something compressed is not what it should be."""


# --- whole images ---------------------------------------------------------------------------------------------------


def compress_image(image: Path, *, quick: bool = False) -> bytes:
    """One frame that says its length; needs up to 60 MB besides the result.  Raises `OSError`.

    `quick` takes a hundredth of the time for a tenth more bytes: for images that most mirrors will get as a delta.
    Pictures are compressed already: they are never worth more time than that.
    """
    out = BytesIO()
    compress_image_into(image, out, quick=quick)
    return out.getvalue()


def compress_image_into(image: Path, out: BinaryIO, *, quick: bool = False) -> None:
    """The same, written."""
    with image.open("rb") as stream:
        length = image.stat().st_size
        level = QUICK if quick or _is_dense(_sample(stream, length)) else THOROUGH
        options = {**_options(level), **_tables(level, length)}
        for piece in _compressed(stream, length, zstd.ZstdCompressor(options=options)):
            out.write(piece)


def _sample(stream: BinaryIO, length: int) -> bytes:
    """Pieces from three places; the stream is at its beginning again."""
    parts = []
    for place in range(1, 4):
        stream.seek(length * place // 4)
        parts.append(stream.read(SAMPLE))
    stream.seek(0)
    return b"".join(parts)


def _is_dense(sample: bytes) -> bool:
    """True for pictures and recordings, which nothing makes smaller."""
    return len(zstd.compress(sample, QUICK_DELTA)) * 10 > len(sample) * 9


def compress_bytes(content: bytes) -> bytes:
    """The same of something small: metadata, indexes."""
    compressor = zstd.ZstdCompressor(options=_options(THOROUGH))
    return b"".join(_compressed(BytesIO(content), len(content), compressor))


def decompress_bounded(stream: BinaryIO, *, length: int) -> bytes:
    """What a frame holds, which must be `length` bytes; never more than those are in memory, or are made.

    Raises `CompressionError` for anything but one whole frame of that length.
    """
    return b"".join(_decompressed(stream, length, NOTHING))


def decompress_into(stream: BinaryIO, out: BinaryIO, *, length: int) -> None:
    """The same, written; what was written before an error must be thrown away."""
    for piece in _decompressed(stream, length, NOTHING):
        out.write(piece)


# --- deltas ---------------------------------------------------------------------------------------------------------


def make_delta(old: Path, new: Path | bytes, *, quick: bool = False) -> bytes:
    """What makes `new` (an image, or where it is) out of `old`.

    `quick` takes half of the time for a few more bytes: for mirrors that are more than one release behind.  Needs both
    in memory, and up to 50 MB more.  Raises `CompressionError` when one is larger than `MOST_FOR_DELTA`, and `OSError`.
    """
    content = new if isinstance(new, bytes) else read_for_delta(new)
    reference = _read_reference(old)
    matches = QUICK_MATCHES if quick else LONG_MATCHES
    # At the level for texts each block of 128 kB that cannot be compressed would cost 200 bytes.
    is_light = quick or _is_dense(_sample(BytesIO(content), len(content)))
    frame = _referring(reference, content, QUICK_DELTA if is_light else DELTA, matches)
    if len(frame) * FRESH > len(content) and not _is_dense(_sample(BytesIO(content), len(content))):
        frame = min(frame, _referring(reference, content, THOROUGH, matches), key=len)
    return DCZ + bytes.fromhex(reference.sha256) + frame


def read_for_delta(image: Path) -> bytes:
    """An image that several deltas have to do with.  Raises `CompressionError` when it is too large, and `OSError`."""
    _check_size(image.stat().st_size)
    return image.read_bytes()


def apply_delta(old: Path, frame: bytes, *, length: int) -> bytes:
    """The new image, which must have `length` bytes; whether they are the right ones, its signed hash must say.

    Raises `CompressionError`, with kind `other-reference` when `old` is not what the delta was made for, and `OSError`.
    """
    return b"".join(_patched(old, frame, length))


def apply_delta_into(old: Path, frame: bytes, out: BinaryIO, *, length: int) -> None:
    """The same, written; what was written before an error must be thrown away."""
    for piece in _patched(old, frame, length):
        out.write(piece)


def reference_of(frame: bytes) -> str:
    """SHA-256 of the image that a delta was made for.  Raises `CompressionError`."""
    if len(frame) < DCZ_LENGTH or not frame.startswith(DCZ):
        raise CompressionError("not-compressed")
    return frame[len(DCZ) : DCZ_LENGTH].hex()


class _Reference(NamedTuple):
    """An old image, as what a new one refers to."""

    length: int
    sha256: str
    dictionary: tuple[zstd.ZstdDict, int] | None
    """Nothing below eight bytes, which no image has: zstd takes no such dictionary."""


NOTHING = _Reference(0, hashlib.sha256().hexdigest(), None)


def _read_reference(image: Path) -> _Reference:
    content = read_for_delta(image)
    dictionary = zstd.ZstdDict(content, is_raw=True).as_prefix if len(content) >= SMALLEST_DICTIONARY else None
    return _Reference(len(content), hashlib.sha256(content).hexdigest(), dictionary)  # which has a copy of its own


def _check_size(length: int) -> None:
    if length > MOST_FOR_DELTA:
        raise CompressionError("too-large-for-delta", most=MOST_FOR_DELTA)


def _patched(old: Path, frame: bytes, length: int) -> Iterator[bytes]:
    wanted = reference_of(frame)
    _check_size(length)
    reference = _read_reference(old)
    if reference.sha256 != wanted:
        raise CompressionError("other-reference")
    return _decompressed(BytesIO(frame[DCZ_LENGTH:]), length, reference)


# --- frames ---------------------------------------------------------------------------------------------------------


def _options(level: int) -> dict[int, int]:
    parameter = zstd.CompressionParameter
    return {
        parameter.compression_level: level,
        parameter.content_size_flag: 1,
        parameter.checksum_flag: 0,  # SHA-256 says more
        parameter.dict_id_flag: 0,
        parameter.nb_workers: 0,  # other numbers of threads give other bytes
    }


def _tables(level: int, length: int) -> dict[int, int]:
    """What is other than a level has it, for so many bytes, old and new ones; little is lost by that."""
    parameter = zstd.CompressionParameter
    if level == THOROUGH:
        size = min(max((length * 3 // 2).bit_length(), SMALL_TABLES), LARGE_TABLES)
        return {parameter.chain_log: size, parameter.hash_log: size - 2}
    if level == QUICK:
        return {parameter.min_match: LEAST_QUICK}
    return {parameter.chain_log: NEAR, parameter.hash_log: NEAR} if level == DELTA else {}


def _referring(reference: _Reference, new: bytes, level: int, matches: tuple[int, int]) -> bytes:
    """A frame that refers to an old image."""
    parameter = zstd.CompressionParameter
    length = len(new)
    # The old image can be referred to only as long as the new one, as far as it is decompressed, fits into the window.
    window = max(reference.length, length, 1 << SMALLEST_WINDOW).bit_length()
    window = min(window, LARGEST_WINDOW)
    least, distance = matches
    options = {
        **_options(level),
        **_tables(level, reference.length + length),
        parameter.window_log: window,
        parameter.enable_long_distance_matching: 1,
        parameter.ldm_min_match: least,
        parameter.ldm_hash_rate_log: max(distance, window - MOST_NOTES),
    }
    compressor = zstd.ZstdCompressor(options=options, zstd_dict=reference.dictionary)
    compressor.set_pledged_input_size(length)
    frame: bytes = compressor.compress(new, zstd.ZstdCompressor.FLUSH_FRAME)
    return frame


def _compressed(stream: BinaryIO, length: int, compressor: zstd.ZstdCompressor) -> Iterator[bytes]:
    compressor.set_pledged_input_size(length)
    try:
        for piece in iter(lambda: stream.read(1 << 20), b""):
            yield compressor.compress(piece)
        yield compressor.flush()
    except zstd.ZstdError:  # the length is another one than was said
        raise CompressionError("changed-meanwhile", path=str(getattr(stream, "name", ""))) from None


def _decompressed(stream: BinaryIO, length: int, reference: _Reference) -> Iterator[bytes]:
    head = stream.read(LONGEST_HEADER)
    _check_header(head, length)
    decompressor = zstd.ZstdDecompressor(
        zstd_dict=reference.dictionary, options={zstd.DecompressionParameter.window_log_max: LARGEST_WINDOW}
    )
    made = 0
    for piece in _pieces(head, stream, decompressor):
        made += len(piece)
        if made > length:
            raise CompressionError("wrong-length", expected=length, found=made)
        yield piece
    if made != length:
        raise CompressionError("wrong-length", expected=length, found=made)
    if decompressor.unused_data or stream.read(1):
        raise CompressionError("something-follows")


def _check_header(head: bytes, length: int) -> None:
    """Refuse early what says of itself that it is something else."""
    if not head.startswith(FRAME):
        raise CompressionError("not-compressed")
    try:
        info = zstd.get_frame_info(head)
    except zstd.ZstdError:
        raise CompressionError("damaged") from None
    if info.dictionary_id != NO_DICTIONARY or info.decompressed_size is None:
        raise CompressionError("not-compressed")
    if info.decompressed_size != length:
        raise CompressionError("wrong-length", expected=length, found=info.decompressed_size)


def _pieces(head: bytes, stream: BinaryIO, decompressor: zstd.ZstdDecompressor) -> Iterator[bytes]:
    """What comes out of one frame, at most `PIECE` bytes at a time."""
    data = head
    while not decompressor.eof:
        try:
            piece = decompressor.decompress(data, PIECE)
        except (zstd.ZstdError, MemoryError):
            raise CompressionError("damaged") from None
        data = b""
        if piece:
            yield piece
        elif decompressor.needs_input:
            data = stream.read(PIECE)
            if not data:
                raise CompressionError("truncated")
