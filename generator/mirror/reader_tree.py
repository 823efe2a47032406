"""One tree of a stick becomes what it should be, so that what was cut off is gone on with and never trusted too far.

When the power goes, a file that was being written may look whole while the disk takes its place for free: what is
written next would destroy it.  So only what had reached the medium before the last note of progress is believed; the
rest is removed and written again.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from generator.mirror.disk import PIECE, Disk, Entry, Room
from generator.mirror.stick_refusals import StickError

FOUND = "encontrados"
"""Folder of the stick for people's own files that were in a tree."""
DOCUMENTS = frozenset(
    (".csv", ".doc", ".docx", ".json", ".odp", ".ods", ".odt", ".pdf", ".ppt", ".pptx", ".rtf", ".txt", ".xls", ".xlsx")
)
"""What people save; a tree's own files of these kinds are known by its lists."""
BETWEEN_NOTES, BYTES_BETWEEN_NOTES = 500, 64 << 20
"""Files and bytes after which progress is noted."""
ENTRY = 32
"""Bytes of an entry in a FAT folder, which takes one for its short name and one for each 13 letters of its long one."""
LONGEST_NAME = 100
Note = Callable[[int], None]
"""Called with the number of steps that are on the medium."""
Listener = Callable[[str, int, int], None]


@dataclass(frozen=True)
class WantedFile:
    """A file that a tree is to have."""

    size: int
    """Bytes."""
    sha256: str
    source: Path | bytes


@dataclass(frozen=True)
class Plan:
    """What a tree is to be."""

    files: Mapping[str, WantedFile]
    """By path from the tree's top."""
    order: tuple[str, ...]
    """In which files are written."""
    folders: tuple[str, ...]
    """Those above come first."""
    digest: int
    """32 bits of all of it."""


@dataclass
class Written:
    """What was done to a tree."""

    files: int = 0
    size: int = 0
    """Bytes."""
    kept: list[str] = field(default_factory=list)
    """People's own files, by their new places."""
    paths: list[str] = field(default_factory=list)


def make_plan(files: Mapping[str, WantedFile], last: Iterable[str] = ()) -> Plan:
    """`last`: files to write after all others, as the lists of what is in the tree."""
    late = frozenset(last)
    order = tuple(sorted(files, key=lambda path: (path in late, path)))
    folders = {parent for path in files for parent in _folders_of(path)}
    listed = "".join(f"{path}\0{files[path].sha256}\n" for path in order)
    return Plan(files, order, tuple(sorted(folders)), zlib.crc32(listed.encode()))


def is_whole(disk: Disk, tree: str, plan: Plan) -> bool:
    """Whether a tree has all files of a plan; what people or systems left there besides does no harm."""
    return all(_is_same(disk, f"{tree}/{path}", plan.files[path]) for path in plan.order)


def taken_by(room: Room, plan: Plan) -> int:
    """Bytes that a tree takes on a stick, those of its folders among them."""
    names: dict[str, int] = {"": 0}
    for path in (*plan.files, *plan.folders):
        folder, _, name = path.rpartition("/")
        names[folder] = names.get(folder, 2 * ENTRY) + ENTRY * (1 + -(-len(name) // 13))
    return sum(room.taken(one.size) for one in plan.files.values()) + sum(room.taken(size) for size in names.values())


def taken_now(disk: Disk, room: Room, tree: str) -> int:
    """Bytes that come free when a tree is removed."""
    return sum(room.taken(entry.size) or room.cluster for entry in _walk(disk, tree).values())


def bring(disk: Disk, tree: str, plan: Plan, done: int | None, note: Note, listener: Listener) -> Written:
    """Make a tree what it should be.

    `done`: steps of this plan that are certain; `None` for a tree that was whole, whatever it holds.  Raises
    `StickError` does-not-keep, and `OSError`.
    """
    written = Written()
    certain = None if done is None else frozenset(plan.order[: max(done - 1, 0)])
    keeps = {path for path in plan.order if certain is None or path in certain}
    _remove(disk, tree, keeps, frozenset(plan.folders if done != 0 else ()), written)
    _make_folders(disk, tree, plan)
    if not done:
        note(1)
    _write_files(disk, tree, plan, keeps, note, listener, written)
    _verify(disk, tree, plan, written.paths, listener)
    return written


def remove_tree(disk: Disk, tree: str, written: Written) -> None:
    """Remove all that is in a tree; people's own files are kept elsewhere."""
    _remove(disk, tree, set(), frozenset(), written)


# --- what is there --------------------------------------------------------------------------------------------------


def _walk(disk: Disk, tree: str) -> dict[str, Entry]:
    """All that is below a tree, folders before what they hold, by path from the tree's top."""
    found: dict[str, Entry] = {}
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for entry in disk.entries(f"{tree}/{folder}".rstrip("/")):
            path = f"{folder}/{entry.name}".lstrip("/")
            found[path] = entry
            if entry.kind == "folder":
                waiting.append(path)
    return found


def _is_same(disk: Disk, path: str, wanted: WantedFile) -> bool:
    """Whether a file has the right content; one that cannot be read has not."""
    digest, size = hashlib.sha256(), 0
    try:
        for piece in disk.read(path):
            digest.update(piece)
            size += len(piece)
            if size > wanted.size:
                return False
    except OSError:
        return False
    return size == wanted.size and digest.hexdigest() == wanted.sha256


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _folders_of(path: str) -> Iterator[str]:
    cut = path.find("/")
    while cut > 0:
        yield path[:cut]
        cut = path.find("/", cut + 1)


# --- removing -------------------------------------------------------------------------------------------------------


def _remove(disk: Disk, tree: str, keeps: set[str], folders: frozenset[str], written: Written) -> None:
    """Remove files but those to keep, and folders but these."""
    found = _walk(disk, tree)
    listed = _listed(disk, tree, found)
    touched = set()
    for path in sorted(found, key=lambda path: (-path.count("/"), path)):
        entry, place = found[path], f"{tree}/{path}"
        if path in (folders if entry.kind == "folder" else keeps) and entry.kind != "other":
            continue
        if entry.kind == "folder":
            disk.settle(place)  # or its old names may come back with another folder that gets its place
            disk.remove_folder(place)
            touched.discard(place)
        else:
            if _is_of_people(path, entry, listed):
                _keep(disk, place, written)
            disk.remove(place)
        touched.add(place.rpartition("/")[0])
    _settle(disk, touched)


def _listed(disk: Disk, tree: str, found: Mapping[str, Entry]) -> frozenset[str]:
    """What the tree says of itself that it holds (`file_lists.py`); damaged lists are passed over."""
    names: set[str] = set()
    for path in found:
        if path.startswith("canoa/"):
            names.add(path)
        if path.startswith("canoa/copia/de-"):
            try:
                images = json.loads(b"".join(disk.read(f"{tree}/{path}")))["images"]
                names.update(str(file[0]) for files in images.values() for file in files)
            except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
                continue
    return frozenset(names)


def _is_of_people(path: str, entry: Entry, listed: frozenset[str]) -> bool:
    suffix = PurePosixPath(path).suffix.lower()
    return entry.kind == "file" and suffix in DOCUMENTS and entry.size > 0 and path not in listed


def _keep(disk: Disk, path: str, written: Written) -> None:
    """Copy somebody's file out of a tree; one that cannot be read is lost already."""
    taken = {_folded(entry.name) for entry in disk.entries(FOUND)}
    if not any(_folded(entry.name) == FOUND for entry in disk.entries("")):
        disk.make_folder(FOUND)
        disk.settle("")
    name = PurePosixPath(path)
    places = (f"{name.stem}{f' ({number})' if number else ''}{name.suffix}" for number in range(len(taken) + 1))
    place = f"{FOUND}/{next(one for one in places if _folded(one) not in taken)}"
    disk.write(place, disk.read(path))
    disk.settle(FOUND)
    written.kept.append(place)


# --- writing --------------------------------------------------------------------------------------------------------


def _make_folders(disk: Disk, tree: str, plan: Plan) -> None:
    touched = set()
    known = {path for path, entry in _walk(disk, tree).items() if entry.kind == "folder"}
    for folder in plan.folders:
        if folder not in known:
            disk.make_folder(f"{tree}/{folder}")
            touched |= {folder, folder.rpartition("/")[0]}
    for folder in sorted(touched, key=lambda folder: (-folder.count("/"), folder)):  # what is below comes first
        disk.settle(f"{tree}/{folder}".rstrip("/"))


def _write_files(
    disk: Disk, tree: str, plan: Plan, keeps: set[str], note: Note, listener: Listener, written: Written
) -> None:
    touched: set[str] = set()
    noted = (0, 0)
    for number, path in enumerate(plan.order):
        wanted, place = plan.files[path], f"{tree}/{path}"
        if path not in keeps or not _is_same(disk, place, wanted):
            disk.write(place, _pieces(wanted, path))
            touched.add(place.rpartition("/")[0])
            written.files, written.size = written.files + 1, written.size + wanted.size
            written.paths.append(path)
        if written.files - noted[0] >= BETWEEN_NOTES or written.size - noted[1] >= BYTES_BETWEEN_NOTES:
            _settle(disk, touched)
            note(number + 2)
            noted = (written.files, written.size)
        listener("write", number + 1, len(plan.order))
    _settle(disk, touched)


def _settle(disk: Disk, touched: set[str]) -> None:
    for folder in sorted(touched):
        disk.settle(folder)
    touched.clear()


def _pieces(wanted: WantedFile, path: str) -> Iterator[bytes]:
    """The content, which must be what was said of it.  Raises `StickError`."""
    if isinstance(wanted.source, bytes):
        yield wanted.source
        return
    digest = hashlib.sha256()
    with wanted.source.open("rb") as stream:
        for piece in iter(lambda: stream.read(PIECE), b""):
            digest.update(piece)
            yield piece
    if digest.hexdigest() != wanted.sha256:
        raise StickError("changed-in-mirror", path=path)


def _verify(disk: Disk, tree: str, plan: Plan, paths: list[str], listener: Listener) -> None:
    for number, path in enumerate(paths):
        if not _is_same(disk, f"{tree}/{path}", plan.files[path]):
            raise StickError("does-not-keep", path=path)
        listener("check", number + 1, len(paths))
