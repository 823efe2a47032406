"""A stick: two trees for readers of which one is always whole, a page that opens it by double click, and a bundle.

The order is what keeps readers safe.  A tree is written only while its pointer says that it is not whole; the pointer
says so again when every byte has reached the stick; the other tree opens meanwhile.  What a cut left in doubt, in any
of them, is removed before anything else is written: the disk may take its place for free.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generator.mirror.disk import Disk, Entry
from generator.mirror.opener import LARGEST, NOTE, OPENER, is_opener, note, opener_page
from generator.mirror.pointer import (
    BUNDLE,
    FOLDERS,
    LENGTH,
    SLOTS,
    TREES,
    Pointer,
    Progress,
    choose,
    read_pointer,
    write_pointer,
)
from generator.mirror.reader_tree import Listener, Plan, Written, bring, clean, is_whole, taken_by, taken_now
from generator.mirror.stick_refusals import StickError

Pointers = Mapping[str, Pointer | Progress | None]
OTHER: Final[Mapping[str, str]] = {"a": "b", "b": "a"}
DAMAGED = frozenset((errno.EIO, errno.EROFS))
"""What Linux says of a FAT that contradicts itself."""
SPARE_CLUSTERS = 16
"""For the few files at the top, and for what a folder grows."""


@dataclass(frozen=True)
class StickContents:
    """What is to be on a stick."""

    release: int
    date: str
    """Of the release: `2026-11-29`."""
    reader: Plan | None
    bundle: Plan | None = None


@dataclass(frozen=True)
class Exported:
    """What an export did."""

    tree: str
    """The one that opens now; nothing where none was asked for."""
    files: int
    """Written; none when the stick was what it should be."""
    size: int
    """Bytes written."""
    kept: tuple[str, ...] = ()
    """People's own files that were in the way, where they are now."""


def export_stick(
    disk: Disk,
    contents: StickContents,
    *,
    single: bool = False,
    listener: Listener = lambda stage, done, total: None,
) -> Exported:
    """Bring a release onto a stick.

    `single`: one tree only, written over in place; meanwhile nothing on the stick opens.  Raises `StickError`, and
    `OSError` when the stick or the source cannot be read or written.  Then what opened still does, but for `single`.
    """
    try:
        return _export(disk, contents, single, listener)
    except OSError as error:
        if error.errno in DAMAGED:
            raise StickError("stick-damaged", reason=error.strerror or str(error)) from error
        raise


def read_pointers(disk: Disk) -> dict[str, Pointer | Progress | None]:
    """What a stick says of its trees and of its bundle."""
    return {part: _read_pointer(disk, part) for part in FOLDERS}


def opening(pointers: Pointers) -> Pointer | None:
    """The pointer to the tree that opens."""
    return choose({tree: pointers[tree] for tree in TREES})


def _read_pointer(disk: Disk, part: str) -> Pointer | Progress | None:
    try:
        return read_pointer(_start_of(disk, SLOTS[part], 8 * LENGTH), part)
    except OSError:
        return None


def _export(disk: Disk, contents: StickContents, single: bool, listener: Listener) -> Exported:
    top = {entry.name.casefold(): entry for entry in disk.entries("")}
    _refuse_foreign(disk, top, contents)
    pointers = read_pointers(disk)
    current = opening(pointers)
    plans = _plans(disk, contents, pointers, single)
    opens = next((part for part in plans if part in TREES), current.tree if current and contents.reader else "")
    if not plans:
        return Exported(opens, 0, 0)
    _check_room(disk, plans, single)
    done = Written()
    for part in FOLDERS:
        if FOLDERS[part] in top and not isinstance(pointers[part], Pointer):
            _clean(disk, part, plans.get(part), pointers[part])
    if contents.reader:
        _prepare_reader(disk, top, pointers)
    if contents.bundle and not _is_proof(pointers[BUNDLE]):
        _start_anew(disk, top, (BUNDLE,))
    if single and opens in plans:
        _put(disk, Progress(OTHER[opens], 0, 0))
        clean(disk, OTHER[opens], None, 0)
    for part, plan in plans.items():
        _bring(disk, part, plan, pointers[part], listener, done)
        known = current if part in TREES else pointers[part]
        sequence = known.sequence + 1 if isinstance(known, Pointer) else 1
        _put(disk, Pointer(sequence, part, contents.release, contents.date))
    return Exported(opens, done.files, done.size, tuple(done.kept))


def _plans(disk: Disk, contents: StickContents, pointers: Pointers, single: bool) -> dict[str, Plan]:
    """What is to be written, and into which of the trees; nothing where all is as it should be."""
    plans = {}
    current = opening(pointers)
    if contents.reader:
        is_right = current and is_whole(disk, current.tree, contents.reader) and _is_opener_whole(disk)
        if not is_right:
            plans[_tree_to_write(current, single)] = contents.reader
    if contents.bundle:
        is_right = isinstance(pointers[BUNDLE], Pointer) and is_whole(disk, FOLDERS[BUNDLE], contents.bundle)
        if not is_right:
            plans[BUNDLE] = contents.bundle
    return plans


def _tree_to_write(current: Pointer | None, single: bool) -> str:
    if current is None:
        return TREES[0]
    return current.tree if single else OTHER[current.tree]


# --- before anything is written -------------------------------------------------------------------------------------


def _refuse_foreign(disk: Disk, top: Mapping[str, Entry], contents: StickContents) -> None:
    """A stick that has a pointer, even a torn one, is ours; what is on others is not to be touched."""
    groups = {TREES: contents.reader, (BUNDLE,): contents.bundle}
    for parts in (parts for parts, plan in groups.items() if plan):
        if any(SLOTS[part] in top for part in parts):
            continue
        for folder in (FOLDERS[part] for part in parts):
            if folder in top and (top[folder].kind != "folder" or disk.entries(top[folder].name)):
                raise StickError("not-ours", name=top[folder].name)
        if parts == TREES and OPENER.casefold() in top and not _is_opener_whole(disk):
            raise StickError("not-ours", name=OPENER)


def _check_room(disk: Disk, plans: Mapping[str, Plan], single: bool) -> None:
    """There must be room for a second tree too: the next release will need it."""
    room = disk.room()
    for plan in plans.values():
        for path, wanted in plan.files.items():
            if room.largest is not None and wanted.size > room.largest:
                raise StickError("file-too-large", path=path)
    sizes = {part: taken_by(room, plan) for part, plan in plans.items()}
    here = {part: taken_now(disk, room, FOLDERS[part]) for part in FOLDERS}
    once = sum(sizes.values()) + SPARE_CLUSTERS * room.cluster
    tree = next((part for part in plans if part in TREES), None)
    twice = once + (sizes[tree] if tree else 0)
    others = sum(here[part] for part in TREES) if tree else 0
    capacity = room.free + others + (here[BUNDLE] if BUNDLE in plans else 0)
    if once > capacity:
        raise StickError("too-small-for-one", needed=once, missing=once - capacity)
    missing = max(twice - capacity, once - (room.free + sum(here[part] for part in plans)))
    if tree and not single and missing > 0:
        raise StickError("too-small", needed=twice, missing=missing)


def _clean(disk: Disk, part: str, plan: Plan | None, known: Pointer | Progress | None) -> None:
    """Remove what a cut has left in doubt."""
    if isinstance(known, Progress) and plan and known.plan == plan.digest and known.done:
        clean(disk, FOLDERS[part], plan, known.done)
        return
    if isinstance(known, Progress) and known.done:
        _put(disk, Progress(part, 0, 0))
    clean(disk, FOLDERS[part], None, 0)


# --- the files at the top -------------------------------------------------------------------------------------------


def _is_proof(pointer: Pointer | Progress | None) -> bool:
    """Whether a pointer shows that all at the top was finished once."""
    return isinstance(pointer, Pointer) or (pointer is not None and pointer.done > 0)


def _prepare_reader(disk: Disk, top: Mapping[str, Entry], pointers: Pointers) -> None:
    """Put there what no release changes.

    Where that was not finished, all of it is made anew: what was cut off may look whole and not be.
    """
    if not any(_is_proof(pointers[tree]) for tree in TREES):
        for name in (OPENER, NOTE):
            _remove_from_top(disk, top, name)
        _start_anew(disk, top, TREES)
        disk.write(OPENER, [opener_page()])
        disk.write(NOTE, [note()])
        disk.settle("")
        return
    if not _is_opener_whole(disk):
        _remove_from_top(disk, top, OPENER)
        disk.write(OPENER, [opener_page()])
    for tree in TREES:
        if top.get(tree, Entry(tree, "")).kind != "folder":  # somebody has removed it
            _remove_from_top(disk, top, tree)
            disk.make_folder(tree)
            disk.settle(tree)
    disk.settle("")


def _start_anew(disk: Disk, top: Mapping[str, Entry], parts: tuple[str, ...]) -> None:
    """Pointers and empty folders."""
    of_people = [part for part in parts if FOLDERS[part] in top and disk.entries(FOLDERS[part])]
    for part in parts:
        _remove_from_top(disk, top, SLOTS[part])
        if part not in of_people:
            _remove_from_top(disk, top, FOLDERS[part])
    disk.settle("")
    for part in parts:
        disk.write(SLOTS[part], [write_pointer(Progress(part, 0, 0))])
    disk.settle("")
    for part in parts:
        if part not in of_people:
            disk.make_folder(FOLDERS[part])
            disk.settle(FOLDERS[part])
    disk.settle("")


def _remove_from_top(disk: Disk, top: Mapping[str, Entry], name: str) -> None:
    entry = top.get(name.casefold())
    if entry and entry.kind == "folder":
        disk.settle(entry.name)
        disk.remove_folder(entry.name)
    elif entry:
        disk.remove(entry.name)


def _is_opener_whole(disk: Disk) -> bool:
    try:
        return is_opener(_start_of(disk, OPENER, LARGEST))
    except OSError:
        return False


def _start_of(disk: Disk, path: str, most: int) -> bytes:
    content = b""
    for piece in disk.read(path):
        content += piece
        if len(content) >= most:
            break
    return content[:most]


# --- a tree ---------------------------------------------------------------------------------------------------------


def _bring(
    disk: Disk, part: str, plan: Plan, known: Pointer | Progress | None, listener: Listener, written: Written
) -> None:
    """Write a tree, from where it was cut off; one that does not keep what is written is begun anew once."""
    done: int | None = 0
    if isinstance(known, Pointer):
        done = None
    elif known and known.plan == plan.digest:
        done = known.done

    def note(steps: int) -> None:
        _put(disk, Progress(part, plan.digest, steps))

    if done is None or done == 0:
        note(0)
    try:
        bring(disk, FOLDERS[part], plan, done, note, listener, written)
    except StickError as error:
        if error.kind != "does-not-keep":
            raise
        note(0)
        bring(disk, FOLDERS[part], plan, 0, note, listener, written)


def _put(disk: Disk, what: Pointer | Progress) -> None:
    slot = SLOTS[what.tree]
    found = next((entry for entry in disk.entries("") if entry.name.casefold() == slot), None)
    if found and found.kind == "file" and found.size == LENGTH:
        disk.overwrite(slot, write_pointer(what))
        return
    if found:  # somebody has put something else there
        _remove_from_top(disk, {slot: found}, slot)
    disk.write(slot, [write_pointer(what)])
    disk.settle("")
