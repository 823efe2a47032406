"""All metadata of a release in one compressed file, and as a difference from an earlier release.

`meta/<v>.zst` is one zstd frame; `meta/<u>-<v>.zst` is a frame made with the older pack as a prefix, in the `dcz`
framing of RFC 9842, which names by hash what it is to be applied to.  Uncompressed, a pack is a line that says what it
is, then for each file a line with its name and length, and its bytes.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Mapping

from generator.release.trust_refusals import TrustError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

META_PACK = re.compile(r"meta/[1-9][0-9]{0,14}(-[1-9][0-9]{0,14})?\.zst")
"""Path on the wire."""
FIRST_LINE = b"canoa metadata 1\n"
ENTRY = re.compile(rb"([0-9a-z][0-9a-z.-]{0,99}) (0|[1-9][0-9]{0,8})\n")
LONGEST_ENTRY = 112
LARGEST_PACK = 48 * 1024 * 1024
"""Bytes when uncompressed; 800 courses × 3 layers make 2 MiB."""
MOST_FILES = 5_000
LEVEL = 19
WIDEST_WINDOW = 27
"""Base-2 logarithm of the bytes that decompression may look back: 128 MiB, enough for two packs."""
DCZ = b"\x5e\x2a\x4d\x18\x20\x00\x00\x00"
"""RFC 9842: a skippable frame that holds the SHA-256 of the dictionary."""


class MetaPackError(TrustError):
    """A pack that cannot be read."""


def pack_metadata(files: Mapping[str, bytes]) -> bytes:
    """The compressed pack of metadata files; the same files give the same bytes."""
    return _compress(_join(files), None)


def unpack_metadata(pack: bytes, *, limit: int = LARGEST_PACK) -> dict[str, bytes]:
    """The files of a pack, of which no byte is believed.

    Raises `MetaPackError`: meta-pack-too-large (before more than `limit` bytes are made), meta-pack-damaged,
    not-a-meta-pack.
    """
    return _split(_decompress(pack, None, limit))


def make_meta_delta(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> bytes:
    """The difference between the files of two releases."""
    prefix = _join(old)
    return DCZ + hashlib.sha256(prefix).digest() + _compress(_join(new), prefix)


def apply_meta_delta(old: Mapping[str, bytes], delta: bytes, *, limit: int = LARGEST_PACK) -> dict[str, bytes]:
    """The files of the later release.

    Raises `MetaPackError`: meta-pack-other-base, and those of `unpack_metadata`.
    """
    prefix = _join(old)
    start = len(DCZ) + 32
    if len(delta) < start or not delta.startswith(DCZ):
        raise MetaPackError("not-a-meta-pack")
    if delta[len(DCZ) : start] != hashlib.sha256(prefix).digest():
        raise MetaPackError("meta-pack-other-base")
    return _split(_decompress(delta[start:], prefix, limit))


def _order(name: str) -> tuple[str, int, str]:
    """By role, then by version, so that a role stays where it was when its version changes."""
    version, _, role = name.partition(".")
    return role, int(version) if version.isdigit() else 0, name


def _join(files: Mapping[str, bytes]) -> bytes:
    parts = [FIRST_LINE]
    for name in sorted(files, key=_order):
        parts += [f"{name} {len(files[name])}\n".encode(), files[name]]
    return b"".join(parts)


def _split(content: bytes) -> dict[str, bytes]:
    if not content.startswith(FIRST_LINE):
        raise MetaPackError("not-a-meta-pack")
    files: dict[str, bytes] = {}
    place = len(FIRST_LINE)
    while place < len(content):
        found = ENTRY.match(content, place, place + LONGEST_ENTRY)
        if found is None or len(files) >= MOST_FILES:
            raise MetaPackError("not-a-meta-pack")
        name, end = found[1].decode(), found.end() + int(found[2])
        if end > len(content) or name in files:
            raise MetaPackError("not-a-meta-pack")
        files[name] = content[found.end() : end]
        place = end
    return files


def _compress(content: bytes, prefix: bytes | None) -> bytes:
    both = len(content) + len(prefix or b"")
    options: dict[int, int] = {
        zstd.CompressionParameter.compression_level: LEVEL,
        zstd.CompressionParameter.content_size_flag: 1,
        zstd.CompressionParameter.checksum_flag: 0,  # the hash of the pack is signed
        zstd.CompressionParameter.nb_workers: 0,  # other numbers of threads give other bytes
        zstd.CompressionParameter.window_log: min(max(both.bit_length(), 10), WIDEST_WINDOW),
    }
    dictionary = zstd.ZstdDict(prefix, is_raw=True).as_prefix if prefix else None
    compressor = zstd.ZstdCompressor(options=options, zstd_dict=dictionary)
    compressor.set_pledged_input_size(len(content))
    frame: bytes = compressor.compress(content, zstd.ZstdCompressor.FLUSH_FRAME)
    return frame


def _decompress(frame: bytes, prefix: bytes | None, limit: int) -> bytes:
    """The content of exactly one frame, of at most `limit` bytes."""
    dictionary = zstd.ZstdDict(prefix, is_raw=True).as_prefix if prefix else None
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: WIDEST_WINDOW}
    try:
        decompressor = zstd.ZstdDecompressor(zstd_dict=dictionary, options=options)
        content: bytes = decompressor.decompress(frame, limit + 1)
    except zstd.ZstdError:
        raise MetaPackError("meta-pack-damaged") from None
    if len(content) > limit:
        raise MetaPackError("meta-pack-too-large", limit=limit // 1_000_000)
    if not decompressor.eof or decompressor.unused_data:
        raise MetaPackError("meta-pack-damaged")
    return content
