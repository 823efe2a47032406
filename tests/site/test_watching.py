"""After a save the preview looks at the saved files, and at the whole folder only when it has to."""

from __future__ import annotations

from pathlib import Path

import pytest
from watchdog.events import DirModifiedEvent, FileClosedNoWriteEvent, FileModifiedEvent, FileMovedEvent, FileOpenedEvent

from generator.content.tree import Tree, read_tree
from generator.site.watching import Changes, updated_tree


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("index.md", "curso/index.md", "curso/figura.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("um", "utf-8")
    return tmp_path


def looked_at(folder: Path) -> Tree:
    return read_tree(folder, "content")


def test_a_saved_page_is_looked_at_again_and_the_result_is_that_of_a_full_look(folder: Path) -> None:
    before = looked_at(folder)
    (folder / "curso/index.md").write_text("outro texto", "utf-8")
    after = updated_tree(before, folder, [folder / "curso/index.md"])
    assert after == looked_at(folder)
    assert after != before


@pytest.mark.parametrize("change", ["new", "gone", "a folder", "a link"])
def test_files_that_come_or_go_ask_for_a_full_look(folder: Path, change: str) -> None:
    before = looked_at(folder)
    place = folder / ("novo.md" if change in ("new", "a folder") else "index.md")
    if change == "new":
        place.write_text("novo", "utf-8")
    elif change == "a folder":
        place.mkdir()
    else:
        place.unlink()
    if change == "a link":
        place.symlink_to(folder / "curso/index.md")
    assert updated_tree(before, folder, [place]) is None


@pytest.mark.parametrize("name", [".index.md.swp", "curso/.escondido/x.md", "4913"])
def test_what_editors_leave_behind_for_a_moment_is_ignored(folder: Path, name: str) -> None:
    before = looked_at(folder)
    assert updated_tree(before, folder, [folder / name, folder.parent / "elsewhere.md"]) == before


def test_reading_is_no_change_and_saving_is(folder: Path) -> None:
    changes = Changes([folder])
    page = str(folder / "index.md")
    for event in (FileOpenedEvent(page), FileClosedNoWriteEvent(page), DirModifiedEvent(str(folder))):
        changes.on_any_event(event)
    assert not changes.saved.is_set()
    changes.on_any_event(FileModifiedEvent("/elsewhere/index.md"))
    assert not changes.saved.is_set()
    changes.on_any_event(FileMovedEvent(str(folder / "tmp"), page))
    assert changes.saved.is_set()
    assert changes.take() == {folder / "tmp", folder / "index.md"}
    assert not changes.saved.is_set()
    assert changes.take() == frozenset()
