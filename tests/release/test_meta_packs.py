from __future__ import annotations

import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.signer import CryptoSigner

from generator.release.catalogue import TargetInfo
from generator.release.meta_packs import (
    FIRST_LINE,
    LARGEST_PACK,
    MetaPackError,
    _compress,
    _join,
    apply_meta_delta,
    make_meta_delta,
    pack_metadata,
    unpack_metadata,
)
from generator.release.metadata import Repository
from generator.release.partition import LAYERS
from tests.release.signing import DAY, Publisher, image, keys_of, new_signers, objects

NAMES = st.from_regex(r"[1-9][0-9]?\.[a-z]{1,8}\.json", fullmatch=True)
FILES = st.dictionaries(NAMES, st.binary(max_size=300), max_size=8)


@given(FILES, FILES)
def test_packs_and_differences_give_exactly_what_was_put_in(old: dict[str, bytes], new: dict[str, bytes]) -> None:
    assert unpack_metadata(pack_metadata(new)) == new
    assert apply_meta_delta(old, make_meta_delta(old, new)) == new


@given(FILES)
def test_the_order_in_which_files_come_does_not_matter(files: dict[str, bytes]) -> None:
    assert pack_metadata(files) == pack_metadata(dict(reversed(list(files.items()))))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_without_anything_else_happening(content: bytes) -> None:
    for read in (unpack_metadata, lambda data: apply_meta_delta({}, data)):
        with pytest.raises(MetaPackError):
            read(content)


def test_a_release_s_wire_files_are_the_same_metadata_in_three_forms() -> None:
    publisher = Publisher()
    first = dict(publisher.publish({"ufa/a": "1", "ufb/b": "1"}))
    publisher.publish({"ufa/a": "2", "ufb/b": "1"})
    wire = publisher.wire
    files = publisher.repository.files()
    assert {path.removeprefix("md/"): data for path, data in wire.items() if path.startswith("md/")} == files
    assert unpack_metadata(wire["meta/2.zst"]) == files
    del first["timestamp.json"]
    assert apply_meta_delta(first, wire["meta/1-2.zst"]) == files
    assert list(wire)[-1] == "timestamp.json"


def test_stock_zstd_applies_a_difference(tmp_path: Path) -> None:
    old, new = {"1.a.json": b"a" * 5000}, {"2.a.json": b"a" * 5000 + b"b"}
    (tmp_path / "old").write_bytes(_join(old))
    (tmp_path / "delta").write_bytes(make_meta_delta(old, new))
    command = ["zstd", "-q", "-d", "-c", "--patch-from", str(tmp_path / "old"), str(tmp_path / "delta")]
    try:
        result = subprocess.run(command, capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("needs zstd")
    assert result.stdout == _join(new)


def test_every_flipped_bit_is_noticed_or_gives_other_metadata_that_signatures_refuse() -> None:
    files = {"1.root.json": b'{"signed":1}' * 20}
    pack = pack_metadata(files)
    for place in range(len(pack)):
        with suppress(MetaPackError):
            assert len(_join(unpack_metadata(flip(pack, place)))) <= LARGEST_PACK


def test_a_pack_that_is_cut_off_or_goes_on_is_refused() -> None:
    pack = pack_metadata({"1.root.json": b"x" * 500})
    for length in range(len(pack)):
        assert refused(pack[:length]) == "meta-pack-damaged"
    assert refused(pack + b"\0") == "meta-pack-damaged"
    assert refused(pack + pack) == "meta-pack-damaged"


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    bomb = _compress(bytes(LARGEST_PACK + 1), None)
    assert len(bomb) < 10_000
    assert refused(bomb) == "meta-pack-too-large"
    nested = _compress(_join({"1.root.json": bytes(2_000_000)}), None)
    with pytest.raises(MetaPackError) as caught:
        unpack_metadata(nested, limit=1_000_000)
    assert caught.value.kind == "meta-pack-too-large"


def test_a_difference_is_not_applied_to_other_metadata() -> None:
    old, new = {"1.a.json": b"one"}, {"2.a.json": b"two"}
    with pytest.raises(MetaPackError) as caught:
        apply_meta_delta({"1.a.json": b"eno"}, make_meta_delta(old, new))
    assert caught.value.kind == "meta-pack-other-base"
    with pytest.raises(MetaPackError) as caught:
        apply_meta_delta(old, pack_metadata(new))
    assert caught.value.kind == "not-a-meta-pack"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"something else\n",
        FIRST_LINE + b"1.a.json 5\nabc",
        FIRST_LINE + b"1.a.json 3\nabc1.a.json 3\nabc",
        FIRST_LINE + b"1.a.json -3\nabc",
        FIRST_LINE + b"1.a.json 03\nabc",
        FIRST_LINE + b"1.a.json 999999999999\n",
        FIRST_LINE + b"../etc/passwd 1\nx",
        FIRST_LINE + b"/a 1\nx",
        FIRST_LINE + b"a" * 10_000,
        FIRST_LINE + b"".join(b"%d.a.json 0\n" % number for number in range(5_001)),
    ],
)
def test_what_only_looks_like_a_pack_is_refused(content: bytes) -> None:
    assert refused(_compress(content, None)) == "not-a-meta-pack"


def flip(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]


def refused(pack: bytes) -> str:
    with pytest.raises(MetaPackError) as caught:
        unpack_metadata(pack)
    assert "{" not in caught.value.message(str) + caught.value.cure(str)
    return caught.value.kind


def test_of_eight_hundred_courses_a_change_costs_little_metadata() -> None:
    names = [f"u{number:02d}" for number in range(35)]
    signers = new_signers() | {name: [CryptoSigner.generate_ed25519()] for name in names}
    publisher = Publisher(signers)
    repository = publisher.repository
    for name in names:
        repository = repository.with_institution(name, f"Universidade {name}", keys_of(signers[name]), signers, DAY)

    def filled(repository: Repository, edit: str) -> Repository:
        """800 courses of three layers; the text of one of them is `edit`."""
        everything: dict[str, TargetInfo] = {}
        for place, name in enumerate(names):
            own: dict[str, TargetInfo] = {}
            for course in range(place, 800, len(names)):
                for layer in LAYERS:
                    text = edit if (course, layer) == (17, "texto") else f"{course} {layer}"
                    own |= image(name, f"curso-{course:03d}", text, layer)
            repository = repository.with_targets(name, own, signers, DAY)
            everything |= own
        return repository.with_transport(objects(everything), signers, DAY)

    first, wire = filled(repository, "um").next_release(signers, DAY)
    _, changed = filled(first, "dois").next_release(signers, DAY, {1: wire["meta/1.zst"]})
    assert len(changed["meta/1-2.zst"]) + len(changed["timestamp.json"]) < 1_500
    assert len(changed["meta/2.zst"]) < 200_000
