"""The files of a content folder: each is looked at once, and what is left out is what MkDocs leaves out."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from generator.content.tree import excluded_by, is_excluded_by_default, read_tree

NAMES = st.text(st.sampled_from("a.\n ~$[\\"), min_size=1, max_size=3).filter(lambda name: name not in (".", ".."))
ODD_NAMES = st.sampled_from(["templates", "Templates", "a.b", "a\nb", "..a", " .a", "#a", "!a", "*", "é"])
PATHS = st.lists(NAMES | ODD_NAMES, min_size=1, max_size=3)


@given(PATHS, st.booleans())
def test_the_short_cut_leaves_out_what_the_patterns_leave_out(parts: list[str], is_folder: bool) -> None:
    patterns = excluded_by(())
    for depth in range(1, len(parts)):
        if patterns("/".join(parts[:depth]) + "/"):
            return  # what is inside is never looked at
    path = "/".join(parts) + ("/" if is_folder else "")
    assert is_excluded_by_default(path) == patterns(path)


def test_patterns_of_the_project_come_after_those_that_always_hold(tmp_path: Path) -> None:
    for name in (".oculto.md", ".mostrado.md", "rascunho.md", "a.md", "templates/x.md", "a/templates/x.md"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    found = read_tree(tmp_path, "content", ("rascunho.md", "!.mostrado.md"))
    assert [file.source for file in found.files] == [".mostrado.md", "a.md", "a/templates/x.md"]


def test_a_file_is_listed_with_its_size_and_its_times(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("texto", encoding="utf-8")
    [found] = read_tree(tmp_path, "content").files
    stat = file.stat()
    assert (found.size, found.mtime_ns, found.ctime_ns) == (5, stat.st_mtime_ns, stat.st_ctime_ns)


def test_a_folder_that_does_not_exist_is_a_tree_that_says_so(tmp_path: Path) -> None:
    tree = read_tree(tmp_path / "nada", "content")
    assert not tree.exists
    assert [found.kind for found in tree.problems] == ["configuration-no-content"]
