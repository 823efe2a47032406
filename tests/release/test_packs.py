"""Packs of deltas give back the frames that were put in; what is wrong with one is found in its index."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.release.compression import compress_bytes
from generator.release.image_refusals import ImageRefusedError
from generator.release.packs import (
    HEADER,
    LARGEST_INDEX,
    MAGIC,
    Frame,
    Pack,
    PackError,
    read_head,
    read_pack,
    write_pack,
)
from tests.release.site_files import FILES, image_of
from tests.release.test_compression import delta_between, patched

OLD, NEW = "0" * 64, "1" * 64
DATA = bytes.fromhex("5e2a4d1820000000") + bytes(32) + b"delta"
TARGETS = st.lists(st.sampled_from(["site", "ufmg", "guia", "saúde"]), min_size=3, max_size=3).map("/".join)


def frame(data: bytes = DATA) -> Frame:
    return Frame(OLD, NEW, 1024, data)


def opened(pack: bytes) -> Pack:
    return read_pack(io.BytesIO(pack), length=len(pack))


def raw_pack(index: bytes, frames: bytes = DATA) -> bytes:
    """A pack with any index."""
    packed = compress_bytes(index)
    return MAGIC + len(packed).to_bytes(4, "big") + len(index).to_bytes(4, "big") + packed + frames


def written(index: Mapping[str, Any]) -> bytes:
    return json.dumps(index, separators=(",", ":"), sort_keys=True).encode()


def refusal(pack: bytes, length: int | None = None) -> str:
    with pytest.raises(ImageRefusedError) as refused:
        read_pack(io.BytesIO(pack), length=len(pack) if length is None else length)
    assert refused.value.message(str).isprintable()
    assert refused.value.cure(str)
    return refused.value.kind


@settings(deadline=None, max_examples=20)
@given(st.dictionaries(TARGETS, st.tuples(FILES, FILES), max_size=4))
def test_all_that_changed_comes_out_of_one_pack(changes: dict[str, tuple[dict[str, bytes], dict[str, bytes]]]) -> None:
    images = {target: (image_of(old), image_of(new)) for target, (old, new) in changes.items()}
    frames = {}
    for target, (old, new) in images.items():
        data = delta_between(old, new)
        frames[target] = Frame(data[8:40].hex(), NEW, len(new), data)
    pack = write_pack(frames)
    assert write_pack(dict(reversed(frames.items()))) == pack
    found = opened(pack)
    assert found.entries.keys() == images.keys()
    for target, (old, new) in images.items():
        assert found.frame(target) == frames[target]
        assert patched(old, found.frame(target).data, found.entries[target].length) == new


def test_a_pack_may_be_in_the_middle_of_a_stream() -> None:
    pack = write_pack({"a/b/c": frame()})
    stream = io.BytesIO(b"before" + pack)
    stream.seek(6)
    assert read_pack(stream, length=len(pack)).frame("a/b/c") == frame()


def test_an_entry_says_where_its_frame_is() -> None:
    pack = write_pack({"b": frame(DATA + b"2"), "a": frame()})
    for target, data in (("a", DATA), ("b", DATA + b"2")):
        entry = opened(pack).entries[target]
        assert pack[entry.offset : entry.offset + entry.size] == data


def test_a_pack_of_nothing_is_a_pack() -> None:
    assert opened(write_pack({})).entries == {}


def test_a_target_that_did_not_change_is_not_in_it() -> None:
    with pytest.raises(PackError, match="not-in-pack"):
        opened(write_pack({})).frame("a/b/c")


def test_what_is_no_pack_is_refused() -> None:
    assert refusal(b"") == "not-a-pack"
    assert refusal(b"<!doctype html><title>Entre na rede</title>") == "not-a-pack"
    assert refusal(write_pack({"a": frame()})[: HEADER - 1]) == "not-a-pack"


def test_a_pack_cut_off_anywhere_is_refused() -> None:
    pack = write_pack({"a": frame(), "b": frame()})
    for cut in range(len(pack)):
        assert refusal(pack[:cut]) in ("not-a-pack", "truncated", "damaged", "not-compressed", "wrong-length")
        try:
            found = read_pack(io.BytesIO(pack[:cut]), length=len(pack))
            assert found.frame("a") == frame()
            with pytest.raises(PackError, match="truncated"):
                found.frame("b")
        except ImageRefusedError:
            pass


def test_something_after_the_last_frame_is_refused() -> None:
    assert refusal(write_pack({"a": frame()}) + b"x") == "wrong-length"


def test_sizes_that_cannot_be_are_refused_before_anything_is_set_aside() -> None:
    assert refusal(MAGIC + b"\xff\xff\xff\xff" + b"\0\0\0\x02" + b"x") == "truncated"
    huge = (LARGEST_INDEX + 1).to_bytes(4, "big")
    assert refusal(MAGIC + b"\0\0\0\x01" + huge + b"x") == "too-large"
    bomb = compress_bytes(bytes(64 << 20))
    assert refusal(MAGIC + len(bomb).to_bytes(4, "big") + b"\0\0\0\x02" + bomb) == "wrong-length"


GOOD = {
    **{"from": OLD, "to": NEW, "length": 1024},
    **{"offset": 0, "size": len(DATA), "sha256": hashlib.sha256(DATA).hexdigest()},
}


@pytest.mark.parametrize(
    "index",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b"{ }",
        written({"a": GOOD})[:-1] + b"," + written({"a": GOOD})[1:],
        written({"a": []}),
        written({"a": {**GOOD, "more": 1}}),
        written({"a": {key: GOOD[key] for key in GOOD if key != "to"}}),
        written({"a": {**GOOD, "size": -5}}),
        written({"a": {**GOOD, "size": True}}),
        written({"a": {**GOOD, "size": 45.0}}),
        written({"a": {**GOOD, "length": "1"}}),
        written({"a": {**GOOD, "offset": 1}}),
        written({"a": {**GOOD, "offset": -1}}),
        written({"a": {**GOOD, "to": "../../etc"}}),
        written({"a": {**GOOD, "sha256": "0"}}),
        written({"a": {**GOOD, "from": OLD.replace("0", "Z")}}),
        written({"a": GOOD, "b": GOOD}),
        written({"a\x1b[2J": {**GOOD, "size": None}}),
    ],
    ids=range(21),
)
def test_an_index_that_is_wrong_is_refused(index: bytes) -> None:
    assert refusal(raw_pack(index)) == "bad-index"


def test_frames_beyond_the_end_are_refused() -> None:
    assert refusal(raw_pack(written({"a": {**GOOD, "size": 1 << 40}}))) == "wrong-length"
    pack = raw_pack(written({"a": {**GOOD, "size": 1 << 40}}))
    length = len(pack) - len(DATA) + (1 << 40)
    with pytest.raises(PackError, match="truncated"):
        read_pack(io.BytesIO(pack), length=length).frame("a")


def test_a_frame_for_another_image_than_the_index_says_is_refused() -> None:
    with pytest.raises(PackError, match="other-reference"):
        opened(write_pack({"a": Frame("2" * 64, NEW, 1024, DATA)})).frame("a")
    with pytest.raises(PackError, match="damaged"):
        opened(write_pack({"a": frame(b"x" * 50)})).frame("a")


@settings(deadline=None)
@given(st.data())
def test_one_changed_byte_is_found_before_anything_is_decompressed(data: st.DataObject) -> None:
    """Where the hash of what stands before the frames is known, as it is of packs that are still on their way."""
    right = write_pack({"a": frame(), "b": frame()})
    head = hashlib.sha256(read_head(io.BytesIO(right), length=len(right))).hexdigest()
    pack = bytearray(right)
    place = data.draw(st.integers(0, len(pack) - 1))
    pack[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(PackError) as refused:
        found = read_pack(io.BytesIO(pack), length=len(pack), head=head)
        assert [found.frame(target) for target in found.entries]
    assert refused.value.kind in ("damaged", "not-a-pack", "truncated")


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_an_error_and_nothing_worse(noise: bytes) -> None:
    for pack in (noise, MAGIC + noise, raw_pack(noise, noise)):
        with suppress(ImageRefusedError):
            opened(pack)
