"""Files of a tree reach the disk together where the system can do that, and else one by one."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from generator.release import durable_files
from generator.release.durable_files import MOST_WAITING, Together


def written(folder: Path, together: Together, sizes: dict[str, int]) -> None:
    for path, size in sizes.items():
        together.write(folder / path, bytes(size))


def test_all_files_are_forced_to_the_disk_with_one_call(tmp_path: Path) -> None:
    forced: list[int] = []
    with Together(tmp_path, forced.append) as together:
        written(tmp_path, together, {f"curso/{number}.html": 1_000 for number in range(50)})
        assert forced == []
        together.settle()
    assert len(forced) == 1


def test_what_waits_for_the_disk_has_a_bound(tmp_path: Path) -> None:
    forced: list[int] = []
    with Together(tmp_path, forced.append) as together:
        written(tmp_path, together, dict.fromkeys("abcdef", MOST_WAITING // 2))
        assert len(forced) == 2
        together.settle()
    assert len(forced) == 3


def test_a_disk_that_fails_is_told(tmp_path: Path) -> None:
    def fail(handle: int) -> None:
        raise OSError(errno.EIO, f"{handle}")

    with Together(tmp_path, fail) as together:
        written(tmp_path, together, {"a": 1})
        with pytest.raises(OSError, match=str(errno.EIO)):
            together.settle()


def test_without_such_a_call_every_file_and_every_folder_is_forced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forced: set[int] = set()
    monkeypatch.setattr(durable_files, "_forcing", lambda handle: None)
    monkeypatch.setattr(os, "fsync", lambda handle: forced.add(os.fstat(handle).st_ino))
    with Together(tmp_path) as together:
        written(tmp_path, together, {"a": 1, "curso/b": 2, "curso/x/c": 3})
        together.settle()
    assert forced == {place.stat().st_ino for place in (tmp_path, *tmp_path.rglob("*"))}


def forced_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often fsync is called for a folder with one file."""
    forced: list[int] = []
    monkeypatch.setattr(os, "fsync", forced.append)
    with Together(tmp_path) as together:
        written(tmp_path, together, {"a": 1})
        together.settle()
    return len(forced)


@pytest.mark.parametrize(
    ("system", "release"), [("Darwin", "23.1.0"), ("Linux", "5.7.19"), ("Linux", "4.19.0-27-amd64"), ("Linux", "?")]
)
def test_systems_that_do_not_say_when_the_disk_failed_are_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, release: str
) -> None:
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.release", lambda: release)
    assert forced_one_by_one(tmp_path, monkeypatch) == 2


def test_other_file_systems_are_forced_file_by_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable_files, "AT_ONCE", frozenset())
    assert forced_one_by_one(tmp_path, monkeypatch) == 2
