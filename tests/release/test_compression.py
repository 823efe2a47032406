"""Whole images and deltas come back byte for byte; nothing that was damaged or blown up gets through."""

from __future__ import annotations

import hashlib
import io
import itertools
import random
import shutil
import subprocess
import tempfile
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.release import compression
from generator.release.compression import (
    DCZ_LENGTH,
    CompressionError,
    apply_delta,
    apply_delta_into,
    compress_bytes,
    compress_image,
    decompress_bounded,
    decompress_into,
    make_delta,
    reference_of,
    zstd,
)
from generator.release.image import extract_image
from tests.release.site_files import FILES, image_of

MIB = 1 << 20


def pages(count: int, *, footer: str = "", changed: tuple[int, ...] = (), words: int = 800) -> dict[str, bytes]:
    """Lessons as a course has them: the same frame, other words."""
    chance = random.Random(1)
    vocabulary = ["".join(chance.choices("abcdeimorstu", k=chance.randint(2, 11))) for _ in range(3000)]
    files = {}
    for number in range(count):
        text = " ".join(chance.choices(vocabulary, k=words))
        edited = "Combine com a equipe e anote no prontuário." if number in changed else ""
        frame = f"<!doctype html><title>Aula {number}</title><main>{text} {edited}</main>{footer}</html>\n"
        files[f"curso/aula-{number:04}.html"] = frame.encode()
    return files


def delta_between(old: bytes, new: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder, "old"), Path(folder, "new")
        before.write_bytes(old)
        after.write_bytes(new)
        return make_delta(before, after)


def patched(old: bytes, frame: bytes, length: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        before = Path(folder, "old")
        before.write_bytes(old)
        return apply_delta(before, frame, length=length)


# --- there and back -------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(FILES, FILES)
def test_any_two_sets_of_files_go_through_a_delta_byte_for_byte(old: dict[str, bytes], new: dict[str, bytes]) -> None:
    before, after = image_of(old), image_of(new)
    made = patched(before, delta_between(before, after), len(after))
    assert made == after
    with tempfile.TemporaryDirectory() as folder:
        extract_image(io.BytesIO(made), Path(folder), most_bytes=len(after))
        found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in Path(folder).rglob("*") if p.is_file()}
    assert found == new


@settings(deadline=None, max_examples=30)
@given(st.lists(FILES, min_size=2, max_size=6))
def test_any_chain_of_deltas_ends_with_the_last_image(states: list[dict[str, bytes]]) -> None:
    images = [image_of(state) for state in states]
    image = images[0]
    for before, after in itertools.pairwise(images):
        image = patched(image, delta_between(before, after), len(after))
    assert image == images[-1]


@settings(deadline=None)
@given(st.binary(max_size=5000), st.binary(max_size=5000))
def test_any_bytes_go_through_a_delta(old: bytes, new: bytes) -> None:
    assert patched(old, delta_between(old, new), len(new)) == new


@settings(deadline=None)
@given(st.binary(max_size=5000))
def test_any_bytes_are_compressed_and_come_back(content: bytes) -> None:
    assert decompress_bounded(io.BytesIO(compress_bytes(content)), length=len(content)) == content


def test_images_larger_than_the_usual_window_come_back(tmp_path: Path) -> None:
    """Level 19 alone remembers 8 MiB: what is further away in the old image must be found too."""
    chance = random.Random(2)
    noise = chance.randbytes(9 * MIB)
    (tmp_path / "old").write_bytes(noise)
    (tmp_path / "new").write_bytes(b"new beginning" + noise + b"new end")
    frame = make_delta(tmp_path / "old", tmp_path / "new")
    assert len(frame) < 3000
    with (tmp_path / "made").open("wb") as out:
        apply_delta_into(tmp_path / "old", frame, out, length=len(noise) + 20)
    assert (tmp_path / "made").read_bytes() == (tmp_path / "new").read_bytes()


def test_parts_that_changed_places_are_found_in_images_above_thirty_megabytes(tmp_path: Path) -> None:
    noise = random.Random(3).randbytes(20 * MIB)
    (tmp_path / "old").write_bytes(noise)
    (tmp_path / "new").write_bytes(noise[10 * MIB :] + noise[: 10 * MIB])
    frame = make_delta(tmp_path / "old", tmp_path / "new")
    assert len(frame) < 5_000
    assert apply_delta(tmp_path / "old", frame, length=20 * MIB) == (tmp_path / "new").read_bytes()


def test_the_same_image_gives_the_same_bytes_and_says_its_length(tmp_path: Path) -> None:
    image = image_of(pages(20))
    (tmp_path / "a.tar").write_bytes(image)
    frame = compress_image(tmp_path / "a.tar")
    assert frame == compress_image(tmp_path / "a.tar") == compress_bytes(image)
    assert zstd.get_frame_info(frame).decompressed_size == len(image)
    out = io.BytesIO()
    decompress_into(io.BytesIO(frame), out, length=len(image))
    assert out.getvalue() == image


@pytest.mark.skipif(shutil.which("zstd") is None, reason="needs the command zstd")
def test_the_usual_command_reads_both(tmp_path: Path) -> None:
    old, new = tmp_path / "old.tar", tmp_path / "new.tar"
    old.write_bytes(image_of(pages(20)))
    new.write_bytes(image_of(pages(20, changed=(3,))))
    (tmp_path / "whole.zst").write_bytes(compress_image(new))
    (tmp_path / "delta.zst").write_bytes(make_delta(old, new))
    for name, more in (("whole", []), ("delta", [f"--patch-from={old}"])):
        subprocess.run(
            ["zstd", "-q", "-d", *more, tmp_path / f"{name}.zst", "-o", tmp_path / name], check=True, cwd=tmp_path
        )
        assert (tmp_path / name).read_bytes() == new.read_bytes()


def test_a_delta_begins_with_the_hash_of_what_it_needs() -> None:
    old, new = image_of(pages(2)), image_of(pages(3))
    frame = delta_between(old, new)
    assert frame[:8] == bytes.fromhex("5e2a4d1820000000"), "RFC 9842, section 5"
    assert frame[8:40] == hashlib.sha256(old).digest()
    assert reference_of(frame) == hashlib.sha256(old).hexdigest()


# --- sizes ----------------------------------------------------------------------------------------------------------


def test_deltas_are_as_small_as_what_was_changed() -> None:
    """Low levels without long matches need ten times as much: who changes the parameters finds out here."""
    old = image_of(pages(60))
    one = delta_between(old, image_of(pages(60, changed=(30,))))
    few = delta_between(old, image_of(pages(60, changed=(5, 25, 45))))
    template = delta_between(old, image_of(pages(60, footer="<footer>Material livre: copie e adapte.</footer>")))
    assert len(one) < 250
    assert len(few) < 450
    assert len(template) < 1500
    assert len(compress_bytes(old)) < len(old) / 3


def test_what_is_new_is_compressed_as_well_in_a_delta_as_in_an_image() -> None:
    old = image_of(pages(20))
    new = image_of(pages(40))
    assert len(delta_between(old, new)) < 0.6 * len(compress_bytes(new))


def test_a_quick_image_is_a_little_larger_and_comes_back(tmp_path: Path) -> None:
    image = image_of(pages(60))
    (tmp_path / "a.tar").write_bytes(image)
    quick, thorough = compress_image(tmp_path / "a.tar", quick=True), compress_image(tmp_path / "a.tar")
    assert decompress_bounded(io.BytesIO(quick), length=len(image)) == image
    assert len(thorough) < len(quick) < 1.3 * len(thorough)


# --- refusals -------------------------------------------------------------------------------------------------------

CONTENT = b"<p>Acolhimento</p>\n" * 300
FRAME = compress_bytes(CONTENT)


def refusal(frame: bytes, length: int = len(CONTENT)) -> str:
    with pytest.raises(CompressionError) as refused:
        decompress_bounded(io.BytesIO(frame), length=length)
    assert refused.value.message(str)
    assert refused.value.cure(str)
    return refused.value.kind


def test_what_is_not_compressed_is_refused() -> None:
    assert refusal(b"<!doctype html><title>Entre na rede</title>") == "not-compressed"
    assert refusal(b"") == "not-compressed"
    assert refusal(bytes.fromhex("502a4d18 04000000") + b"abcd" + FRAME) == "not-compressed", "a skippable frame"


@pytest.mark.parametrize("cut", range(4, len(FRAME)))
def test_what_was_cut_off_is_refused(cut: int) -> None:
    assert refusal(FRAME[:cut]) in ("truncated", "damaged")


def test_another_length_than_the_signed_one_is_refused() -> None:
    assert refusal(FRAME, len(CONTENT) - 1) == "wrong-length"
    assert refusal(FRAME, len(CONTENT) + 1) == "wrong-length"
    assert refusal(FRAME, 0) == "wrong-length"


def test_what_follows_the_frame_is_refused() -> None:
    assert refusal(FRAME + b"x") == "something-follows"
    assert refusal(FRAME + FRAME) == "something-follows"
    assert refusal(compress_bytes(b"") + FRAME, 0) == "something-follows"


def test_a_frame_that_does_not_say_its_length_is_refused() -> None:
    """Nothing of ours is so; and what does not say it must be decompressed to be known."""
    compressor = zstd.ZstdCompressor(level=1)
    frame = compressor.compress(CONTENT) + compressor.flush()
    assert zstd.get_frame_info(frame).decompressed_size is None
    assert refusal(frame) == "not-compressed"


def test_a_bomb_is_refused_without_being_blown_up() -> None:
    bomb = zstd.compress(bytes(1 << 30), 19)
    assert len(bomb) < 100_000
    tracemalloc.start()
    assert refusal(bomb) == "wrong-length"
    assert tracemalloc.get_traced_memory()[1] < MIB
    tracemalloc.stop()


def lying(frame: bytes, length: int) -> bytes:
    """A frame whose header says another length (RFC 8878, 3.1.1.1: in four bytes, after the window if there is one)."""
    assert frame[4] in (0x80, 0xA0)
    start = 5 if frame[4] == 0xA0 else 6
    return frame[:start] + length.to_bytes(4, "little") + frame[start + 4 :]


@pytest.mark.parametrize("said", [100_000, 100 * MIB])
def test_a_bomb_that_lies_about_its_length_is_stopped_at_that_length(said: int) -> None:
    bomb = lying(zstd.compress(bytes(200 * MIB), 3), said)
    tracemalloc.start()
    out = Counting()
    with pytest.raises(CompressionError):
        decompress_into(io.BytesIO(bomb), out, length=said)
    assert out.taken <= said
    assert tracemalloc.get_traced_memory()[1] < 2 * MIB
    tracemalloc.stop()


class Counting(io.BytesIO):
    """Counts what is written, and keeps nothing."""

    taken = 0

    def write(self, piece: object) -> int:
        assert isinstance(piece, bytes)
        self.taken += len(piece)
        return len(piece)


def test_a_window_larger_than_allowed_is_refused() -> None:
    """A frame may ask whoever reads it to remember gigabytes."""
    options = {zstd.CompressionParameter.window_log: 30, zstd.CompressionParameter.compression_level: 1}
    compressor = zstd.ZstdCompressor(options=options)
    compressor.set_pledged_input_size(1 << 30)
    head = compressor.compress(bytes(MIB)) + compressor.flush(zstd.ZstdCompressor.FLUSH_BLOCK)
    assert refusal(head, 1 << 30) in ("damaged", "truncated")


@settings(deadline=None)
@given(st.integers(0, len(FRAME) - 1), st.integers(1, 255))
def test_one_changed_byte_gives_the_signed_length_or_an_error(place: int, change: int) -> None:
    frame = bytearray(FRAME)
    frame[place] ^= change
    try:
        assert len(decompress_bounded(io.BytesIO(frame), length=len(CONTENT))) == len(CONTENT)
    except CompressionError as refused:
        assert refused.message(str)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_an_error_and_nothing_worse(noise: bytes) -> None:
    for frame in (noise, FRAME[:4] + noise, FRAME[:20] + noise):
        with suppress(CompressionError):
            decompress_bounded(io.BytesIO(frame), length=len(CONTENT))


def test_a_delta_for_another_image_is_refused() -> None:
    old, new = image_of(pages(2)), image_of(pages(3))
    frame = delta_between(old, new)
    with pytest.raises(CompressionError, match="other-reference"):
        patched(old[:-1] + b"x", frame, len(new))


@pytest.mark.parametrize("cut", [0, 7, 39, 40, 50, -1])
def test_a_delta_that_was_cut_off_is_refused(cut: int) -> None:
    old, new = image_of(pages(2)), image_of(pages(3))
    with pytest.raises(CompressionError):
        patched(old, delta_between(old, new)[:cut], len(new))


def test_a_delta_blows_nothing_up() -> None:
    old = image_of(pages(2))
    bomb = delta_between(old, bytes(64 * MIB))
    assert len(bomb) < 10_000
    with pytest.raises(CompressionError, match="wrong-length"):
        patched(old, bomb, 10_000)
    with pytest.raises(CompressionError):
        patched(old, bomb[:DCZ_LENGTH] + lying(bomb[DCZ_LENGTH:], 100_000), 100_000)


def test_images_too_large_for_memory_get_no_delta(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "MOST_FOR_DELTA", 10_000)
    (tmp_path / "small").write_bytes(bytes(9_000))
    (tmp_path / "large").write_bytes(bytes(11_000))
    frame = make_delta(tmp_path / "small", tmp_path / "small")
    for old, new in (("small", "large"), ("large", "small")):
        with pytest.raises(CompressionError, match="too-large-for-delta"):
            make_delta(tmp_path / old, tmp_path / new)
    with pytest.raises(CompressionError, match="too-large-for-delta"):
        apply_delta(tmp_path / "large", frame, length=9_000)
    with pytest.raises(CompressionError, match="too-large-for-delta"):
        apply_delta(tmp_path / "small", frame, length=1 << 40)


def test_an_image_that_grows_while_it_is_read_is_refused() -> None:
    class Growing(io.BytesIO):
        name = "image.tar"

    compressor = zstd.ZstdCompressor(level=1)
    with pytest.raises(CompressionError, match="changed-meanwhile"):
        b"".join(compression._compressed(Growing(CONTENT), len(CONTENT) - 1, compressor))
