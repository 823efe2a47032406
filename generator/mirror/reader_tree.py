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
from generator.mirror.pointer import TREES
from generator.mirror.stick_refusals import StickError
from generator.release.own_files import COPY_FOLDER

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
class FilePart:
    """A part of a file."""

    file: Path
    first: int
    size: int
    """Bytes."""


@dataclass(frozen=True)
class WantedFile:
    """A file that a tree is to have."""

    size: int
    """Bytes."""
    sha256: str
    source: Path | bytes | FilePart


@dataclass(frozen=True)
class Plan:
    """What a tree is to be."""

    files: Mapping[str, WantedFile]
    """By path from the tree's top."""
    order: tuple[str, ...]
    """In which files are written."""
    ahead: int
    """So many of them have reached the medium before the others are begun."""
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
    """Files of the present tree that are still to be read again."""


def make_plan(files: Mapping[str, WantedFile], first: Iterable[str] = ()) -> Plan:
    """`first`: the lists of what is in the tree, by which its files are told from people's."""
    ahead = frozenset(first)
    order = tuple(sorted(files, key=lambda path: (path not in ahead, path)))
    folders = {parent for path in files for parent in _folders_of(path)}
    listed = "".join(f"{path}\0{files[path].sha256}\n" for path in order)
    return Plan(files, order, len(ahead), tuple(sorted(folders)), zlib.crc32(listed.encode()))


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


def certain_files(plan: Plan | None, done: int) -> frozenset[str]:
    """The files that had reached the medium for certain when so many steps of a plan were noted."""
    return frozenset(plan.order[: max(done - 1, 0)] if plan else ())


def clean(disk: Disk, tree: str, plan: Plan | None, done: int) -> None:
    """Remove everything of a tree that is not certain; to be done before anything is written anywhere on the disk."""
    people = {path for path, _ in _of_people(disk, tree, _walk(disk, tree))}
    folders = {*(plan.folders if plan and done else ()), *(parent for path in people for parent in _folders_of(path))}
    _remove(disk, tree, {*certain_files(plan, done), *people}, folders)


def bring(
    disk: Disk, tree: str, plan: Plan, done: int | None, note: Note, listener: Listener, written: Written
) -> None:
    """Make a tree what it should be.

    `done`: steps of this plan that are certain; `None` for a tree that was whole, whatever it holds.  Raises
    `StickError` does-not-keep, and `OSError`.
    """
    keeps = set(plan.order if done is None else certain_files(plan, done))
    found = _walk(disk, tree)
    for path, entry in _of_people(disk, tree, found):
        if path not in plan.files:
            _keep(disk, f"{tree}/{path}", entry, written)
    _remove(disk, tree, keeps, set(plan.folders if done != 0 else ()))
    _make_folders(disk, tree, plan)
    if not done:
        note(1)
    _write_files(disk, tree, plan, keeps, note, listener, written)
    _verify(disk, tree, plan, written.paths, listener)
    written.paths.clear()


def read_part(part: FilePart) -> Iterator[bytes]:
    """The bytes of a part, fewer where the file is shorter.  Raises `OSError`."""
    left = part.size
    with part.file.open("rb") as stream:
        stream.seek(part.first)
        while piece := stream.read(min(PIECE, left)):
            left -= len(piece)
            yield piece


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


def _remove(disk: Disk, tree: str, keeps: set[str], folders: set[str]) -> None:
    """Remove files but those to keep, and folders but these."""
    found = _walk(disk, tree)
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
            disk.remove(place)
        touched.add(place.rpartition("/")[0])
    _settle(disk, touched)


# --- people's own files ---------------------------------------------------------------------------------------------


def _of_people(disk: Disk, tree: str, found: Mapping[str, Entry]) -> Iterator[tuple[str, Entry]]:
    """Documents that somebody has put into a tree."""
    if tree not in TREES:
        return
    listed = _listed(disk, tree, found)
    for path, entry in found.items():
        is_document = PurePosixPath(path).suffix.lower() in DOCUMENTS and entry.kind == "file" and entry.size > 0
        if is_document and path not in listed and not path.startswith(f"{COPY_FOLDER.partition('/')[0]}/"):
            yield path, entry


def _listed(disk: Disk, tree: str, found: Mapping[str, Entry]) -> frozenset[str]:
    """What the tree says of itself that it holds (`copy_facts.py`, `file_lists.py`); damage is passed over."""
    names: set[str] = set()
    for path in found:
        if path.startswith(f"{COPY_FOLDER}/") and path.endswith(".json"):
            names.update(_names_in(disk, f"{tree}/{path}"))
    return frozenset(names)


def _names_in(disk: Disk, path: str) -> Iterable[str]:
    """Files of a list, and large files of the list of images."""
    try:
        images = json.loads(b"".join(disk.read(path)))["images"]
        groups = images.values() if isinstance(images, dict) else [image["blobs"] for image in images]
        return [str(file[0]) for group in groups for file in group]
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return []


def _keep(disk: Disk, path: str, entry: Entry, written: Written) -> None:
    """Copy somebody's file out of a tree, and remove it there."""
    there = next((one for one in disk.entries("") if _folded(one.name) == FOUND), None)
    if there is None or there.kind != "folder":
        if there:
            disk.remove(there.name)
        disk.make_folder(FOUND)
        disk.settle(FOUND)
        disk.settle("")
    taken = {_folded(one.name) for one in disk.entries(FOUND)}
    name = PurePosixPath(entry.name)
    places = (f"{name.stem}{f' ({number})' if number else ''}{name.suffix}" for number in range(len(taken) + 1))
    place = f"{FOUND}/{next(one for one in places if _folded(one) not in taken)}"
    disk.write(place, disk.read(path))
    disk.settle(FOUND)
    disk.remove(path)
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
        is_due = written.files - noted[0] >= BETWEEN_NOTES or written.size - noted[1] >= BYTES_BETWEEN_NOTES
        if is_due or number + 1 == plan.ahead:
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
    part = wanted.source if isinstance(wanted.source, FilePart) else FilePart(wanted.source, 0, wanted.size)
    digest = hashlib.sha256()
    for piece in read_part(part):
        digest.update(piece)
        yield piece
    if digest.hexdigest() != wanted.sha256:
        raise StickError("changed-in-mirror", path=path)


def _verify(disk: Disk, tree: str, plan: Plan, paths: list[str], listener: Listener) -> None:
    for number, path in enumerate(paths):
        if not _is_same(disk, f"{tree}/{path}", plan.files[path]):
            raise StickError("does-not-keep", path=path)
        listener("check", number + 1, len(paths))
