"""What was saved while a preview runs, and the content folder as it is now, without looking at all of it again."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler

from generator.content.tree import Tree, TreeFile

QUIET_EVENTS = ("opened", "closed_no_write")
"""Reading a file is no change."""


class Changes(FileSystemEventHandler):
    """Notes which of the files that the site is made from were saved."""

    def __init__(self, read: Iterable[Path]) -> None:
        self.saved = threading.Event()
        self._read = tuple(read)
        self._lock = threading.Lock()
        self._paths: set[Path] = set()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by the observer's thread."""
        if event.event_type in QUIET_EVENTS or (event.is_directory and event.event_type == "modified"):
            return  # what changed inside a folder is told by an event of its own
        paths = {Path(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path}
        paths = {path for path in paths if any(path.is_relative_to(place) for place in self._read)}
        if paths:
            with self._lock:
                self._paths |= paths
            self.saved.set()

    def take(self) -> frozenset[Path]:
        """The files that were saved since the last time."""
        with self._lock:
            paths, self._paths = frozenset(self._paths), set()
            self.saved.clear()
        return paths


def updated_tree(tree: Tree, folder: Path, saved: Iterable[Path]) -> Tree | None:
    """The files of a content folder after some were saved.

    None when it has to be read as a whole: files or folders came or went, or are not plain files.
    """
    known = {found.source: place for place, found in enumerate(tree.files)}
    files = list(tree.files)
    for path, source in _sources(folder, saved):
        status = _status(path)
        if source in known and status and stat.S_ISREG(status.st_mode):
            old = files[known[source]]
            files[known[source]] = TreeFile(
                old.source, old.path, status.st_size, status.st_mtime_ns, status.st_ctime_ns
            )
        elif source in known or status:
            return None
    return replace(tree, files=tuple(files))


def _sources(folder: Path, saved: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """The saved files inside the content folder, but for those that are never content: editors leave hidden ones."""
    for path in saved:
        if path.is_relative_to(folder):
            source = path.relative_to(folder)
            if not any(name.startswith(".") for name in source.parts):
                yield path, source.as_posix()


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:
        return None
