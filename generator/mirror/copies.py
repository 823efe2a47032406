"""Lays into a tree what the copy says of itself, and brings it up to date when the release was confirmed again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from generator.mirror.copy_facts import copy_files, facts_of
from generator.mirror.file_lists import FileEntry, read_lists
from generator.mirror.held_images import date_files
from generator.release.catalogue import TargetInfo
from generator.release.durable_files import Together, settle_folders, write_durably
from generator.release.trust import VerifiedRelease


@dataclass(frozen=True)
class CopyMaker:
    """What is the same for all trees of a mirror."""

    root: bytes
    """The root that is trusted."""
    not_before: datetime
    """Date of the software."""

    def files(
        self,
        tree: Path,
        release: VerifiedRelease,
        wanted: Mapping[str, TargetInfo],
        lists: Mapping[str, tuple[FileEntry, ...]],
    ) -> dict[str, bytes]:
        """The copy's own files by path; `lists`: SHA-256 of an image → its files."""
        page = tree / "index.html"
        facts = facts_of(
            release,
            wanted.keys(),
            lists,
            root=self.root,
            not_before=self.not_before,
            front_page=page.read_bytes() if page.is_file() else b"",
        )
        return copy_files(facts)

    def refresh(self, tree: Path, release: VerifiedRelease, wanted: Mapping[str, TargetInfo]) -> None:
        """Say in a finished tree what is known now.  Raises `OSError`."""
        images = {info.sha256 for info in wanted.values()}
        lists = {image: files for image, files in read_lists(tree).items() if image in images}
        write_copy(tree, self.files(tree, release, wanted, lists))


def lay_copy(tree: Path, files: Mapping[str, bytes], together: Together) -> None:
    """Write all of them into a tree that is being made.  Raises `OSError`."""
    for path, content in files.items():
        (tree / path).unlink(missing_ok=True)  # it may be another tree's too
        together.write(tree / path, content)
        date_files(tree, (FileEntry(path, len(content), sha256(content).hexdigest()),))


def write_copy(tree: Path, files: Mapping[str, bytes]) -> None:
    """Write those that are other than they are there.  Raises `OSError`."""
    folders = set()
    for path, content in files.items():
        place = tree / path
        if place.is_file() and not place.is_symlink() and place.read_bytes() == content:
            continue
        write_durably(place, content)
        date_files(tree, (FileEntry(path, len(content), sha256(content).hexdigest()),))
        folders.add(place.parent)
    settle_folders(folders)
