"""Images are written in one way only; whatever was not written so is refused before anything is unpacked."""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from generator.release.image import (
    LARGEST_FILE,
    ImageEntry,
    ImageError,
    _full_header,
    _header,
    extract_image,
    image_entries,
    write_image,
)
from generator.release.portable_names import NamesError
from generator.release.refusals import ReleaseError
from tests.release.site_files import END, FILES, PATHS, image_of, member

MANY = 1 << 20


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal(image: bytes, most_bytes: int = MANY) -> str:
    """By what kind of error an image is refused; nothing may be written, nor outside of the folder."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "deep", "folder")
        folder.mkdir(parents=True)
        with pytest.raises((ImageError, NamesError)) as refused:
            extract_image(io.BytesIO(image), folder, most_bytes=most_bytes)
        assert sorted(Path(place).rglob("*")) == [folder.parent, folder]
        assert refused.value.message(str).isprintable()
        assert refused.value.cure(str)
        return refused.value.kind


@settings(deadline=None, max_examples=60)
@given(FILES)
def test_what_is_unpacked_is_what_was_packed(files: dict[str, bytes]) -> None:
    image = image_of(files)
    with tempfile.TemporaryDirectory() as folder:
        paths = extract_image(io.BytesIO(image), Path(folder), most_bytes=len(image))
        assert tree(Path(folder)) == files
    assert sorted(paths) == sorted(files)


@settings(deadline=None)
@given(FILES, st.randoms())
def test_the_same_files_give_the_same_bytes_in_any_order(files: dict[str, bytes], chance: random.Random) -> None:
    shuffled = list(files.items())
    chance.shuffle(shuffled)
    assert image_of(dict(shuffled)) == image_of(files)


@settings(deadline=None)
@given(FILES)
def test_entries_say_where_the_bytes_are(files: dict[str, bytes]) -> None:
    image = image_of(files)
    entries = list(image_entries(io.BytesIO(image), most_bytes=len(image)))
    assert {one.path: image[one.offset : one.offset + one.size] for one in entries} == files


def test_a_summary_says_what_is_signed(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"a" * 700)
    out = io.BytesIO()
    summary = write_image([("b.html", b"b"), ("a.html", tmp_path / "a.html")], out)
    assert summary.length == len(out.getvalue()) == 512 + 1024 + 512 + 512 + 1024
    assert summary.sha256 == hashlib.sha256(out.getvalue()).hexdigest()
    assert summary.files == 2


def test_the_bytes_of_an_image_never_change() -> None:
    """What was signed in one year must be made again in another: no version of Python may change this."""
    image = image_of({"index.html": b"<h1>Canoa</h1>", "saúde/índice.html": b"x" * 600, "f" * 90 + "/" + "g" * 60: b""})
    assert hashlib.sha256(image).hexdigest() == "eef21d16bddc2241d71dbc6fced59f72f2bc1aada8e9239f966d91bf61ee35fc"


@pytest.mark.skipif(shutil.which("tar") is None, reason="needs the command tar")
def test_any_tar_unpacks_an_image(tmp_path: Path) -> None:
    files = {"index.html": b"a" * 1000, "saúde/índice.html": b"", "c" * 90 + "/" + "d" * 60: b"b"}
    (tmp_path / "x.tar").write_bytes(image_of(files))
    (tmp_path / "out").mkdir()
    subprocess.run(["tar", "-xf", tmp_path / "x.tar", "-C", tmp_path / "out"], check=True)
    assert tree(tmp_path / "out") == files


def test_files_are_those_of_a_site_or_refused(tmp_path: Path) -> None:
    (tmp_path / "real.html").write_bytes(b"x")
    (tmp_path / "link.html").symlink_to(tmp_path / "real.html")
    os.mkfifo(tmp_path / "pipe.html")
    (tmp_path / "folder.html").mkdir()
    for name in ("link.html", "pipe.html", "folder.html"):
        with pytest.raises(ImageError, match="not-plain"):
            write_image([(name, tmp_path / name)], io.BytesIO())


def test_bad_names_are_refused_before_anything_is_written() -> None:
    out = io.BytesIO()
    with pytest.raises(NamesError):
        write_image([("a.html", b""), ("../b.html", b"")], out)
    assert out.getvalue() == b""


# --- hostile images -------------------------------------------------------------------------------------------------

HOSTILE = {
    "not an image at all": (b"<!doctype html><title>Entre na rede</title>" * 100, "not-an-image"),
    "nothing": (b"", "truncated"),
    "path out of the folder": (member("../fora.html", b"x") + END, "not-relative"),
    "path out of the folder, later": (member("a", b"x") + member("b/../../c", b"x") + END, "not-relative"),
    "absolute path": (member("/tmp/fora.html", b"x") + END, "not-relative"),
    "path of another system": (member("..\\fora.html", b"x") + END, "forbidden-character"),
    "drive": (member("C:fora.html", b"x") + END, "forbidden-character"),
    "reserved name": (member("aux.html", b"x") + END, "reserved-name"),
    "name of a mirror's own": (member(".canoa/estado", b"x") + END, "own-folder"),
    "name that is no text": (member("\udcff.html", b"x") + END, "not-an-image"),
    "symbolic link": (member("a", type=tarfile.SYMTYPE, linkname="/etc/passwd") + END, "not-a-file"),
    "hard link": (member("a", b"") + member("b", type=tarfile.LNKTYPE, linkname="a") + END, "not-a-file"),
    "device": (member("a", type=tarfile.CHRTYPE, devmajor=1, devminor=5) + END, "not-a-file"),
    "block device": (member("a", type=tarfile.BLKTYPE) + END, "not-a-file"),
    "pipe": (member("a", type=tarfile.FIFOTYPE) + END, "not-a-file"),
    "folder": (member("a", type=tarfile.DIRTYPE) + END, "not-a-file"),
    "sparse file": (member("a", type=tarfile.GNUTYPE_SPARSE) + END, "not-a-file"),
    "long name of GNU": (member("././@LongLink", b"../x\0", type=tarfile.GNUTYPE_LONGNAME) + END, "not-a-file"),
    "extended header": (member("a", b"18 path=../fora.x\n", type=tarfile.XHDTYPE) + END, "not-a-file"),
    "old kind of file": (member("a", type=tarfile.AREGTYPE) + END, "not-a-file"),
    "link with the kind of a file": (member("a", linkname="/etc/passwd") + END, "not-canonical"),
    "programs": (member("a", mode=0o4755) + END, "not-canonical"),
    "owner": (member("a", uid=1000) + END, "not-canonical"),
    "owner's name": (member("a", uname="root") + END, "not-canonical"),
    "date": (member("a", mtime=0) + END, "not-canonical"),
    "huge file": (member("a", size=8**11 - 1) + END, "too-large"),
    "file of less than nothing": (
        tarfile.TarInfo("a").tobuf(tarfile.GNU_FORMAT)[:124] + b"\xff" * 12 + bytes(376) + END,
        "not-an-image",
    ),
    "the same name twice": (member("a", b"1") + member("a", b"2") + END, "repeated"),
    "wrong order": (member("b", b"1") + member("a", b"2") + END, "unsorted"),
    "names that differ in capitals": (member("A", b"1") + member("a", b"2") + END, "collision"),
    "names that differ in Unicode's form": (member("sau\u0301de", b"") + member("saúde", b"") + END, "collision"),
    "file where a folder is": (member("a", b"1") + member("a/b", b"2") + END, "file-and-folder"),
    "no end": (member("a", b"1"), "truncated"),
    "half an end": (member("a", b"1") + END[:512], "truncated"),
    "an end with something in it": (member("a", b"1") + END[:512] + b"x" * 512, "not-an-image"),
    "something after the end": (member("a", b"1") + END + b"x", "something-follows"),
    "zeros after the end": (member("a", b"1") + END + bytes(8192), "something-follows"),
    "something after a file": (member("a", b"1")[:-1] + b"x" + END, "not-canonical"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_image_is_refused_and_nothing_is_written(name: str) -> None:
    image, kind = HOSTILE[name]
    assert refusal(image) == kind


@pytest.mark.parametrize("cut", [1, 511, 512, 700, 1024, 1535, 2000, 2559])
def test_an_image_that_was_cut_off_is_refused(cut: int) -> None:
    image = image_of({"a.html": b"a" * 600, "b.html": b""})
    assert len(image) == 3072
    assert refusal(image[:cut]) == "truncated"


def test_an_image_longer_than_was_signed_is_refused_before_it_is_read() -> None:
    image = image_of({"a.html": b"a" * 5000})

    class Counting(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1) -> bytes:
            piece = super().read(size)
            self.taken += len(piece)
            return piece

    stream = Counting(image)
    with pytest.raises(ImageError, match="too-large"):
        list(image_entries(stream, most_bytes=4096))
    assert stream.taken <= 512
    assert refusal(image, len(image) - 1) == "too-large"


@settings(deadline=None)
@given(FILES, st.data())
def test_one_changed_byte_is_refused_or_is_in_a_file(files: dict[str, bytes], data: st.DataObject) -> None:
    image = bytearray(image_of(files))
    place = data.draw(st.integers(0, len(image) - 1))
    image[place] ^= data.draw(st.integers(1, 255))
    try:
        entries = list(image_entries(io.BytesIO(image), most_bytes=len(image)))
    except ReleaseError:
        return
    assert any(one.offset <= place < one.offset + one.size for one in entries)


@settings(deadline=None)
@given(st.binary(max_size=3000))
def test_any_bytes_are_refused_or_are_the_one_image_of_their_files(noise: bytes) -> None:
    image = member("a", noise[:100]) + noise
    try:
        entries: list[ImageEntry] = list(image_entries(io.BytesIO(image), most_bytes=len(image)))
    except ReleaseError:
        return
    assert image_of({one.path: image[one.offset : one.offset + one.size] for one in entries}) == image


# --- what is there already ------------------------------------------------------------------------------------------


def test_nothing_that_is_there_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"mine")
    with pytest.raises(ImageError, match="occupied"):
        extract_image(io.BytesIO(image_of({"a.html": b"yours"})), tmp_path, most_bytes=MANY)
    assert tree(tmp_path) == {"a.html": b"mine"}


def test_links_that_are_there_are_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    folder.mkdir()
    (folder / "curso").symlink_to(outside)
    (folder / "a.html").symlink_to(outside / "a.html")
    for files in ({"curso/x.html": b"x"}, {"a.html": b"x"}):
        with pytest.raises(ImageError, match="occupied"):
            extract_image(io.BytesIO(image_of(files)), folder, most_bytes=MANY)
    assert list(outside.iterdir()) == []


def test_layers_of_one_course_are_unpacked_side_by_side(tmp_path: Path) -> None:
    for files in ({"curso/a.html": b"a"}, {"curso/a.webp": b"b", "curso/x/b.webp": b"c"}):
        extract_image(io.BytesIO(image_of(files)), tmp_path, most_bytes=MANY, inside="curso")
    assert tree(tmp_path) == {"curso/a.html": b"a", "curso/a.webp": b"b", "curso/x/b.webp": b"c"}


@pytest.mark.parametrize("path", ["index.html", "outro/index.html", "curso2/index.html", "curso"])
def test_an_image_of_one_course_holds_nothing_of_another(tmp_path: Path, path: str) -> None:
    with pytest.raises(ImageError, match="outside-unit"):
        extract_image(io.BytesIO(image_of({path: b"x"})), tmp_path, most_bytes=MANY, inside="curso")
    assert list(tmp_path.iterdir()) == []


def test_bytes_that_come_in_small_pieces_are_read_whole(tmp_path: Path) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 100) if size and size > 0 else size)

    extract_image(Slow(image_of({"a.html": b"a" * 1000})), tmp_path, most_bytes=MANY)
    assert tree(tmp_path) == {"a.html": b"a" * 1000}


@given(PATHS, st.integers(0, LARGEST_FILE))
def test_every_header_is_the_one_that_tar_writes(path: str, size: int) -> None:
    assume(len(path.encode()) <= 100)
    assert _header(path, size) == _full_header(path, size)
