"""A stick is pulled out at any moment: what opened still opens, whole, and the next export needs no help."""

from __future__ import annotations

import os
from random import Random

import pytest

from generator.mirror import reader_tree
from generator.mirror.pointer import BUNDLE, FOLDERS, Pointer
from generator.mirror.stick import read_pointers
from generator.mirror.stick_refusals import StickError
from tests.mirror.fat_model import FatDisk, PowerCut
from tests.mirror.sticks import Files, export, files_of, opened

EXAMPLES = int(os.environ.get("CANOA_EXAMPLES", "0"))
WALKS = EXAMPLES or 24
EVERY = 1 if EXAMPLES else 4


def release(number: int) -> Files:
    """Pages change, come and go, become folders; some stay as they are."""
    chance = Random(number)
    files = {
        "index.html": f"release {number}".encode() * 30,
        "canoa/canoa.js": b"// the same in all\n" * 90,
        "canoa/copia.js": f"canoaCopia={number}".encode(),
    }
    for course in chance.sample(("um", "dois", "três"), 2):
        files |= {
            f"{course}/{name}.html": f"{course} {name} {number % 2}".encode() * chance.randrange(1, 300)
            for name in chance.sample("abcdefgh", 5)
        }
    files[("um/x" if number % 2 else "um/x/y") + ".html"] = b"x"
    return files


RELEASES = {number: release(number) for number in range(1, 7)}


def bundle(number: int) -> Files:
    chance = Random(-number)
    return {f"obj/{chance.randrange(9)}": chance.randbytes(chance.randrange(3000)) for _ in range(6)} | {
        "timestamp.json": str(number).encode()
    }


def cut(
    disk: FatDisk,
    after: int,
    number: int,
    chance: Random,
    *,
    of: tuple[bool, bool] = (True, False),
    single: bool = False,
) -> tuple[FatDisk, bool]:
    """The stick after an export that was cut off, if it was not done before; `of`: for readers, for mirrors."""
    disk.left = after
    files = [
        content if is_wanted else None
        for content, is_wanted in zip((RELEASES[number], bundle(number)), of, strict=True)
    ]
    try:
        export(disk, files[0], number, bundle=files[1], single=single)
    except PowerCut:
        return disk.after_cut(chance), True
    return disk.after_cut(chance), False


def changes_of(disk: FatDisk, number: int) -> int:
    """How many sectors an export changes."""
    copy = disk.after_cut(Random(0))
    export(copy, RELEASES[number], number)
    return copy.changes


def check_pointers(disk: FatDisk) -> None:
    """Also the tree that does not open is whole, as long as its pointer says so."""
    for tree, pointer in read_pointers(disk).items():
        if isinstance(pointer, Pointer):
            wanted = bundle(pointer.release) if tree == BUNDLE else RELEASES[pointer.release]
            assert files_of(disk, FOLDERS[tree]) == wanted


@pytest.fixture(autouse=True)
def progress_is_noted_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_tree, "BETWEEN_NOTES", 4)


@pytest.fixture(scope="module")
def stick() -> FatDisk:
    """With releases 1 and 2."""
    disk = FatDisk()
    for number in (1, 2):
        export(disk, RELEASES[number], number)
    return disk.after_cut(Random(0))


def test_at_every_moment_of_an_update_one_whole_release_opens_and_the_next_export_mends(stick: FatDisk) -> None:
    total = changes_of(stick, 3)
    assert total > 150
    for moment in range(Random(EVERY).randrange(EVERY), total + 2, EVERY):
        chance = Random(moment)
        after, was_cut = cut(stick.after_cut(Random(0)), moment, 3, chance)
        found = opened(after)
        assert found == RELEASES[3] or (was_cut and found == RELEASES[2]), moment
        check_pointers(after)
        again, _ = cut(after, 10**9, 4, chance)
        assert opened(again) == RELEASES[4], moment


def test_at_every_moment_of_the_first_export_nothing_half_done_opens() -> None:
    total = changes_of(FatDisk(), 1)
    for moment in range(0, total + 2, EVERY):
        chance = Random(moment)
        after, was_cut = cut(FatDisk(), moment, 1, chance)
        found = opened(after)
        assert found == RELEASES[1] or (was_cut and found is None), moment
        for number in (1, 2, 3):
            after, _ = cut(after, 10**9, number, chance)
            assert opened(after) == RELEASES[number], moment


@pytest.mark.parametrize("seed", range(WALKS))
def test_cuts_upon_cuts_never_open_a_mixture(seed: int) -> None:
    """Releases, bundles and both come and go; nothing is mended in between but by the next export."""
    chance = Random(seed)
    disk, before = FatDisk(), None
    for _ in range(8):
        number = chance.choice(tuple(RELEASES))
        of = chance.choice(((True, False), (True, True), (False, True)))
        disk, was_cut = cut(disk, chance.choice((chance.randrange(300), chance.randrange(1500))), number, chance, of=of)
        found = opened(disk)
        check_pointers(disk)
        if of[0] and not was_cut:
            assert found == RELEASES[number]
        assert found in (before, RELEASES[number] if of[0] else before)
        before = found
    export(disk, RELEASES[1], 1, bundle=bundle(1))
    assert opened(disk) == RELEASES[1] and files_of(disk, FOLDERS[BUNDLE]) == bundle(1)


@pytest.mark.parametrize("seed", range(0, WALKS, 2))
def test_with_one_tree_only_a_cut_leaves_nothing_that_opens_or_a_whole_one(seed: int) -> None:
    chance = Random(seed)
    disk, before = FatDisk(), None
    for _ in range(5):
        number = chance.choice(tuple(RELEASES))
        disk, _ = cut(disk, chance.randrange(600), number, chance, single=chance.random() < 0.7)
        found = opened(disk)
        check_pointers(disk)
        assert found in (None, before, RELEASES[number])
        before = found
    export(disk, RELEASES[1], 1, single=True)
    assert opened(disk) == RELEASES[1]


@pytest.mark.parametrize("seed", range(0, WALKS, 3))
def test_a_driver_that_refuses_a_damaged_disk_is_named_and_the_old_release_opens(seed: int) -> None:
    """Linux stops writing when it meets a chain that the cut has broken; the system's check mends that."""
    chance = Random(seed)
    disk = FatDisk(refuses=True)
    export(disk, RELEASES[1], 1)
    disk, _ = cut(disk, chance.randrange(700), 2, chance)
    found = opened(disk)
    assert found in (RELEASES[1], RELEASES[2])
    try:
        export(disk, RELEASES[3], 3)
    except StickError as error:
        assert error.kind == "stick-damaged"
        assert opened(disk) == found
        disk.mend()
        assert opened(disk) == found
        export(disk, RELEASES[3], 3)
    assert opened(disk) == RELEASES[3]


def test_a_full_disk_leaves_the_old_release() -> None:
    disk = FatDisk(clusters=120)
    export(disk, RELEASES[1], 1)
    disk.write("filme.mp4", [bytes(1024 * (disk.room().free // 1024 - 3))])
    with pytest.raises(StickError, match="too-small"):
        export(disk, RELEASES[2], 2)
    assert opened(disk) == RELEASES[1]


def test_what_was_written_before_the_cut_is_not_written_again() -> None:
    many = {f"um/{number:04}.html": b"x" * 700 for number in range(90)}
    disk = FatDisk()
    disk.left = 750
    with pytest.raises(PowerCut):
        export(disk, many, 1)
    after = disk.after_cut(Random(1))
    assert export(after, many, 1).files < 45
    assert opened(after) == many
