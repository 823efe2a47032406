"""The files of a content folder, in an order that no file system decides."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from generator.problems import Problem, problem

ALWAYS_EXCLUDED = (".*", "/templates/")
"""What MkDocs leaves out by default; its documentation, "exclude_docs"."""

DATA_FILES = frozenset({"problemas.yml"})
"""Read by the library, never copied into the site."""

MARKDOWN_SUFFIXES = (".md", ".markdown")

Excludes = Callable[[str], bool]
"""Whether a path is left out; the paths of folders end in `/`."""


class TreeFile(NamedTuple):
    """One file of the content folder, as the one look at it found it: a tuple, since there are tens of thousands."""

    source: str
    """Relative to the content folder, forward slashes, as the file system spells it."""
    path: str
    """Where to open it."""
    size: int
    mtime_ns: int = 0
    ctime_ns: int = 0
    """Changes with the content even when a tool sets the other time back."""

    @property
    def is_page(self) -> bool:
        """True for Markdown."""
        return self.source.lower().endswith(MARKDOWN_SUFFIXES)


@dataclass(frozen=True)
class Tree:
    """All files, sorted by path, and the places that could not be taken."""

    files: tuple[TreeFile, ...] = ()
    problems: tuple[Problem, ...] = ()
    exists: bool = True
    """False when there is no such folder."""

    def markdown(self) -> tuple[TreeFile, ...]:
        """The pages."""
        return tuple(found for found in self.files if found.is_page)

    def media(self) -> tuple[TreeFile, ...]:
        """Everything that is copied as it is."""
        return tuple(found for found in self.files if not found.is_page and found.source not in DATA_FILES)


def read_tree(folder: Path, shown: str, exclude: tuple[str, ...] = ()) -> Tree:
    """List the files under `folder`.

    `shown` is the folder's name in problems; `exclude` are gitignore patterns, as in MkDocs's `exclude_docs`.
    """
    if not folder.is_dir():
        return Tree((), (problem("mkdocs.yml", 0, "configuration-no-content", folder=shown),), exists=False)
    problems: list[Problem] = []
    excludes = excluded_by(exclude) if exclude else is_excluded_by_default
    files = sorted(_walk(str(folder), folder.resolve(), "", excludes, shown, problems), key=lambda found: found.source)
    return Tree(tuple(files), tuple(problems))


def is_excluded_by_default(path: str) -> bool:
    """What `ALWAYS_EXCLUDED` says of a path whose folders are not left out: a fifth of the time of the patterns."""
    if "\n" in path:  # the patterns do not look across a line end
        return excluded_by(())(path)
    name = path.rstrip("/").rpartition("/")[2]
    return name.startswith(".") or path == "templates/"


def excluded_by(patterns: tuple[str, ...]) -> Excludes:
    """What gitignore patterns leave out, besides what is always left out."""
    from pathspec import GitIgnoreSpec  # imported late: few projects have patterns

    return GitIgnoreSpec.from_lines([*ALWAYS_EXCLUDED, *patterns]).match_file


def _walk(
    folder: str, root: Path, prefix: str, excludes: Excludes, shown: str, problems: list[Problem]
) -> Iterator[TreeFile]:
    with os.scandir(folder) as entries:
        for entry in entries:
            source = prefix + entry.name
            is_folder = entry.is_dir()
            if excludes(source + "/" if is_folder else source):
                continue
            if entry.is_symlink() and not _is_inside(Path(entry.path), root, is_folder=is_folder):
                problems.append(problem(f"{shown}/{source}", 0, "path-symlink-outside"))
            elif is_folder:
                yield from _walk(entry.path, root, source + "/", excludes, shown, problems)
            elif entry.is_file():
                found = entry.stat()
                yield TreeFile(source, entry.path, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _is_inside(link: Path, root: Path, *, is_folder: bool) -> bool:
    """A link may stay inside the content folder, but may not lead to a folder above itself: that never ends."""
    target = link.resolve()
    return target.is_relative_to(root) and not (is_folder and link.parent.resolve().is_relative_to(target))
