"""The files of a content folder, in an order that no file system decides."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from generator.problems import Problem, problem

ALWAYS_EXCLUDED = (".*", "/templates/")
"""What MkDocs leaves out by default; its documentation, "exclude_docs"."""

DATA_FILES = frozenset({"problemas.yml"})
"""Read by the library, never copied into the site."""


@dataclass(frozen=True)
class TreeFile:
    """One file of the content folder."""

    source: str
    """Relative to the content folder, forward slashes, as the file system spells it."""
    file: Path
    size: int


@dataclass(frozen=True)
class Tree:
    """All files, sorted by path, and the places that could not be taken."""

    files: tuple[TreeFile, ...]
    problems: tuple[Problem, ...]

    def markdown(self) -> tuple[TreeFile, ...]:
        """The pages."""
        return tuple(found for found in self.files if found.source.lower().endswith((".md", ".markdown")))

    def media(self) -> tuple[TreeFile, ...]:
        """Everything that is copied as it is."""
        return tuple(
            found
            for found in self.files
            if not found.source.lower().endswith((".md", ".markdown")) and found.source not in DATA_FILES
        )


def read_tree(folder: Path, shown: str, exclude: tuple[str, ...] = ()) -> Tree:
    """List the files under `folder`.

    `shown` is the folder's name in problems; `exclude` are gitignore patterns, as in MkDocs's `exclude_docs`.
    """
    spec = GitIgnoreSpec.from_lines([*ALWAYS_EXCLUDED, *exclude])
    problems: list[Problem] = []
    files = sorted(_walk(folder, folder.resolve(), "", spec, shown, problems), key=lambda found: found.source)
    return Tree(tuple(files), tuple(problems))


def _walk(
    folder: Path, root: Path, prefix: str, spec: GitIgnoreSpec, shown: str, problems: list[Problem]
) -> Iterator[TreeFile]:
    with os.scandir(folder) as entries:
        for entry in entries:
            source = prefix + entry.name
            is_folder = entry.is_dir()
            if spec.match_file(source + "/" if is_folder else source):
                continue
            if entry.is_symlink() and not _is_inside(Path(entry.path), root, is_folder=is_folder):
                problems.append(problem(f"{shown}/{source}", 0, "path-symlink-outside"))
            elif is_folder:
                yield from _walk(Path(entry.path), root, source + "/", spec, shown, problems)
            elif entry.is_file():
                yield TreeFile(source, Path(entry.path), entry.stat().st_size)


def _is_inside(link: Path, root: Path, *, is_folder: bool) -> bool:
    """A link may stay inside the content folder, but may not lead to a folder above itself: that never ends."""
    target = link.resolve()
    return target.is_relative_to(root) and not (is_folder and link.parent.resolve().is_relative_to(target))
