"""A stick in a folder: what is written, what is left alone, what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.mirror.disk import FolderDisk, Room
from generator.mirror.opener import OPENER
from generator.mirror.pointer import SLOTS
from generator.mirror.reader_tree import WantedFile, make_plan
from generator.mirror.stick import StickContents, export_stick, read_pointers
from generator.mirror.stick_refusals import StickError
from tests.mirror.fat_model import FatDisk
from tests.mirror.sticks import export, files_of, opened, plan_of
from tests.release.press import files_below

ONE = {"index.html": b"one", "um/index.html": b"um", "canoa/copia.js": b"canoaCopia=1"}
TWO = {"index.html": b"two", "um/index.html": b"um", "dois/index.html": b"dois", "canoa/copia.js": b"canoaCopia=2"}


@pytest.fixture
def stick(tmp_path: Path) -> FolderDisk:
    """An empty one, whose name has blanks and accents."""
    place = tmp_path / "Pendrive da Saúde"
    place.mkdir()
    return FolderDisk(place)


def test_releases_take_turns_in_two_trees_and_the_newest_opens(stick: FolderDisk) -> None:
    assert export(stick, ONE, 1).tree == "a"
    assert export(stick, TWO, 2).tree == "b"
    assert opened(stick) == TWO and files_of(stick, "a") == ONE
    assert export(stick, ONE, 3).tree == "a"
    assert opened(stick) == ONE and files_of(stick, "b") == TWO


def test_people_see_few_and_clear_names(stick: FolderDisk) -> None:
    export(stick, ONE, 1)
    names = [entry.name for entry in stick.entries("")]
    assert names == ["ABRIR.html", "COMO-ABRIR.txt", "a", "atual0.js", "atual1.js", "b"]


def test_the_same_again_writes_nothing(stick: FolderDisk) -> None:
    export(stick, ONE, 1)
    before = {file: file.stat().st_mtime_ns for file in stick.top.rglob("*")}
    assert export(stick, ONE, 1).files == 0
    assert {file: file.stat().st_mtime_ns for file in stick.top.rglob("*")} == before


def test_only_what_differs_is_written(stick: FolderDisk) -> None:
    for number, files in enumerate((ONE, ONE | {"index.html": b"other"}, TWO), 1):
        export(stick, files, number)
    assert export(stick, ONE | {"index.html": b"a third"}, 4).files == 1


def test_a_tree_that_somebody_has_damaged_is_written_again(stick: FolderDisk) -> None:
    export(stick, ONE, 1)
    (stick.top / "a/um/index.html").write_bytes(b"altered")
    done = export(stick, ONE, 1)
    assert (done.tree, opened(stick)) == ("b", ONE)


def test_what_somebody_has_removed_or_broken_comes_back(stick: FolderDisk) -> None:
    export(stick, ONE, 1)
    export(stick, TWO, 2)
    (stick.top / OPENER).write_bytes(b"<script src='https://virus'></script>")
    (stick.top / SLOTS["a"]).unlink()
    for file in sorted((stick.top / "a").rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    (stick.top / "a").rmdir()
    assert export(stick, TWO, 2).files == len(TWO)
    assert opened(stick) == TWO


def test_two_broken_pointers_mean_a_new_beginning(stick: FolderDisk) -> None:
    export(stick, ONE, 1)
    for slot in SLOTS.values():
        (stick.top / slot).write_bytes(bytes(512))
    export(stick, TWO, 2)
    assert opened(stick) == TWO


@pytest.mark.parametrize("name", ["a/foto.jpg", "B/foto.jpg", "a", "ABRIR.html", "abrir.HTML"])
def test_what_others_have_there_is_not_touched(stick: FolderDisk, name: str) -> None:
    file = stick.top / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"mine")
    with pytest.raises(StickError) as refused:
        export(stick, ONE, 1)
    assert refused.value.kind == "not-ours" and refused.value.is_wrong_use
    assert [one.name for one in stick.top.rglob("*") if one.is_file()] == [file.name]


def test_folders_of_others_stay_whatever_else_is_exported(stick: FolderDisk) -> None:
    """A bundle asks for no tree, and a tree for no bundle."""
    for folder in ("a", "b"):
        (stick.top / folder).mkdir()
        (stick.top / folder / "foto.jpg").write_bytes(b"mine")
    export(stick, None, 1, bundle={"timestamp.json": b"1"})
    assert files_of(stick, "a") == files_of(stick, "b") == {"foto.jpg": b"mine"}
    export(stick, None, 2, bundle={"timestamp.json": b"2"})
    assert files_of(stick, "a") == files_of(stick, "b") == {"foto.jpg": b"mine"}


def test_a_folder_that_is_called_like_a_bundle_stays(stick: FolderDisk) -> None:
    (stick.top / "canoa-pacote").mkdir()
    (stick.top / "canoa-pacote/foto.jpg").write_bytes(b"mine")
    for number, files in enumerate((ONE, TWO, ONE), 1):
        export(stick, files, number)
    assert files_of(stick, "canoa-pacote") == {"foto.jpg": b"mine"}


def test_other_files_of_the_stick_stay(stick: FolderDisk) -> None:
    (stick.top / "fotos").mkdir()
    (stick.top / "fotos/equipe.jpg").write_bytes(b"jpg")
    for number, files in enumerate((ONE, TWO, ONE), 1):
        export(stick, files, number)
    assert (stick.top / "fotos/equipe.jpg").read_bytes() == b"jpg"


def test_what_people_saved_inside_a_tree_is_kept_elsewhere(stick: FolderDisk) -> None:
    export(stick, ONE, 1)
    (stick.top / "a/meu-estudo.json").write_bytes(b'{"format": "canoa-record"}')
    (stick.top / "a/um/relato.docx").write_bytes(b"docx")
    export(stick, TWO, 2)
    done = export(stick, TWO | {"index.html": b"3"}, 3)
    assert export(stick, TWO | {"index.html": b"3"}, 3).kept == ()
    assert sorted(done.kept) == ["encontrados/meu-estudo.json", "encontrados/relato.docx"]
    (stick.top / "b/meu-estudo.json").write_bytes(b"of somebody else")
    done = export(stick, ONE, 4)
    assert done.kept == ("encontrados/meu-estudo (1).json",)
    assert (stick.top / "encontrados/meu-estudo.json").read_bytes() == b'{"format": "canoa-record"}'
    assert files_of(stick, "b") == ONE


def test_links_in_a_tree_are_removed_and_never_followed(stick: FolderDisk, tmp_path: Path) -> None:
    outside = tmp_path / "casa"
    outside.mkdir()
    (outside / "index.html").write_bytes(b"mine")
    export(stick, ONE, 1)
    export(stick, TWO, 2)
    (stick.top / "a/um/index.html").unlink()
    (stick.top / "a/um").rmdir()
    (stick.top / "a/um").symlink_to(outside, target_is_directory=True)
    (stick.top / "a/index.html").unlink()
    (stick.top / "a/index.html").symlink_to(outside / "index.html")
    export(
        stick,
        TWO,
        3,
    )  # nothing to do: b is whole
    export(stick, ONE, 4)
    assert opened(stick) == ONE
    assert (outside / "index.html").read_bytes() == b"mine" and len(list(outside.iterdir())) == 1


@pytest.mark.parametrize("name", ["a", "b", "canoa-pacote", "encontrados", *SLOTS.values(), OPENER])
def test_links_at_the_top_lead_nowhere(stick: FolderDisk, tmp_path: Path, name: str) -> None:
    """A stick of a thief, formatted for Linux, must not make an export write or delete elsewhere."""
    home = tmp_path / "casa"
    home.mkdir()
    for file in ("index.html", "relato.json", "timestamp.json"):
        (home / file).write_bytes(b"mine" * 128)
    for number in (1, 2):
        export(stick, ONE | {"index.html": str(number).encode()}, number, bundle={"timestamp.json": b"1"})
    for tree in ("a", "b"):
        (stick.top / tree / "relato.json").write_bytes(b"found")
    place = stick.top / name
    if place.is_dir():
        place.rename(tmp_path / "away")
    else:
        place.unlink(missing_ok=True)
    place.symlink_to(home / "index.html" if place.suffix else home)
    for number in (3, 4):
        export(stick, TWO | {"index.html": str(number).encode()}, number, bundle={"timestamp.json": b"2"})
    assert files_below(home) == dict.fromkeys(("index.html", "relato.json", "timestamp.json"), b"mine" * 128)
    assert opened(stick) == TWO | {"index.html": b"4"}
    assert not any(one.is_symlink() for one in stick.top.rglob("*"))


def test_a_name_that_changes_only_in_case_is_changed(stick: FolderDisk) -> None:
    disk = FatDisk()
    for place in (stick, disk):
        export(place, {"index.html": b"1", "Um.html": b"same"}, 1)
        export(place, ONE, 2)
        export(place, {"index.html": b"1", "um.html": b"same"}, 3)
        assert opened(place) == {"index.html": b"1", "um.html": b"same"}


def test_files_become_folders_and_folders_files(stick: FolderDisk) -> None:
    for number, files in enumerate(
        ({"um": b"file"}, {"x": b""}, {"um/x": b"in a folder"}, {"x": b""}, {"um": b"file"}), 1
    ):
        export(stick, files, number)
        assert opened(stick) == files


# --- room -----------------------------------------------------------------------------------------------------------


class SmallDisk(FolderDisk):
    """One that has little left."""

    free = 200_000
    cluster = 32 << 10
    largest: int | None = None

    def room(self) -> Room:
        used = sum(-(-file.stat().st_size // self.cluster) * self.cluster for file in self.top.rglob("*"))
        return Room(self.free - used, self.cluster, self.largest)


def test_clusters_count_not_bytes(stick: FolderDisk) -> None:
    small = SmallDisk(stick.top)
    with pytest.raises(StickError) as refused:
        export(small, {f"{number}.html": b"x" for number in range(10)}, 1)
    assert refused.value.kind == "too-small-for-one"
    assert int(refused.value.values["missing"]) > 10 * small.cluster - small.free
    assert list(small.top.iterdir()) == []


def test_a_stick_for_one_copy_only_takes_one_on_request(stick: FolderDisk) -> None:
    small = SmallDisk(stick.top)
    small.free = 9_000_000
    files = {f"{number}.html": b"x" for number in range(30)}
    export(small, files, 1)
    small.free = 2_500_000
    with pytest.raises(StickError) as refused:
        export(small, files | {"0.html": b"y"}, 2)
    assert refused.value.kind == "too-small" and "--single" in refused.value.cure(str)
    assert opened(small) == files
    done = export(small, files | {"0.html": b"y"}, 2, single=True)
    assert (done.tree, done.files) == ("a", 1)
    assert opened(small) == files | {"0.html": b"y"}


def test_one_copy_is_not_said_to_be_whole_while_it_is_written(stick: FolderDisk) -> None:
    export(stick, ONE, 1)
    export(stick, TWO, 2)
    seen = []

    def listen(stage: str, done: int, total: int) -> None:
        seen.append((opened(stick), len(files_of(stick, "a"))))

    plan = make_plan({"index.html": WantedFile(3, "00" * 32, b"bad")})
    with pytest.raises(StickError):
        export_stick(stick, StickContents(3, "2026-11-29", plan), single=True, listener=listen)
    assert set(map(str, seen)) == {"(None, 0)"}
    export(stick, ONE, 3, single=True)
    assert opened(stick) == ONE


def test_fat32_takes_no_file_of_four_gigabytes(stick: FolderDisk) -> None:
    small = SmallDisk(stick.top)
    small.free, small.largest = 1 << 40, (1 << 32) - 1
    plan = make_plan({"filme.mp4": WantedFile(1 << 32, "00" * 32, stick.top / "filme")})
    with pytest.raises(StickError) as refused:
        export_stick(small, StickContents(1, "2026-11-29", plan))
    assert refused.value.kind == "file-too-large" and "exFAT" in refused.value.cure(str)


def test_the_system_says_what_kind_of_disk_it_is(stick: FolderDisk) -> None:
    room = stick.room()
    assert room.free > 0 and room.cluster >= 512 and room.largest is None
    assert room.taken(1) == room.cluster and room.taken(0) == 0


class Forgetful(FolderDisk):
    """A counterfeit: it takes everything and keeps the beginning."""

    def write(self, path: str, pieces: object) -> None:
        super().write(path, pieces)  # type: ignore[arg-type]
        os.truncate(self.top / path, min(1000, (self.top / path).stat().st_size))


def test_a_counterfeit_stick_is_found_out(stick: FolderDisk) -> None:
    export(stick, ONE, 1)
    with pytest.raises(StickError) as refused:
        export(Forgetful(stick.top), TWO | {"um/longa.html": b"x" * 5000}, 2)
    assert refused.value.kind == "does-not-keep"
    assert opened(stick) == ONE


def test_a_source_that_changes_meanwhile_is_noticed(stick: FolderDisk, tmp_path: Path) -> None:
    source = tmp_path / "x.html"
    source.write_bytes(b"other")
    export(stick, ONE, 1)
    plan = make_plan({"x.html": WantedFile(5, "00" * 32, source)})
    with pytest.raises(StickError) as refused:
        export_stick(stick, StickContents(2, "2026-11-29", plan))
    assert refused.value.kind == "changed-in-mirror"
    assert opened(stick) == ONE and read_pointers(stick)["a"] is not None


def test_documents_of_a_course_are_not_taken_for_peoples_files(stick: FolderDisk) -> None:
    """The lists in a tree say what is its own, also when an export was cut off."""
    lists = {
        "canoa/copia/de-um.json": b'{"images": {"00": [["um/dados.csv", 3, "00"]]}}',
        "canoa/copia/imagens.json": b'{"images": [{"blobs": [["um/livro.pdf", 3, "00"]]}]}',
    }
    course = ONE | {"um/dados.csv": b"1;2", "um/livro.pdf": b"pdf", "a/b/c.json": b"{}"}
    plan = make_plan(plan_of(course | lists).files, first=lists)
    assert plan.order[:2] == tuple(sorted(lists))
    export_stick(stick, StickContents(1, "2026-11-29", plan))
    (stick.top / SLOTS["a"]).write_bytes(b"torn")
    done = export(stick, TWO, 2)
    assert done.kept == ("encontrados/c.json",)  # of which no list says anything
    assert opened(stick) == TWO
