"""A reader stick: two trees of which one is always whole, and a page that opens it by double click.

The order is what keeps readers safe.  A tree is written only while its pointer says that it is not whole; the pointer
says so again when every byte has reached the stick; the other tree opens meanwhile.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generator.mirror.disk import Disk, Entry
from generator.mirror.opener import LARGEST, NOTE, OPENER, is_opener, note, opener_page
from generator.mirror.pointer import LENGTH, SLOTS, TREES, Pointer, Progress, choose, read_pointer, write_pointer
from generator.mirror.reader_tree import (
    Listener,
    Plan,
    Written,
    bring,
    is_whole,
    remove_tree,
    taken_by,
    taken_now,
)
from generator.mirror.stick_refusals import StickError

OTHER: Final[Mapping[str, str]] = {"a": "b", "b": "a"}
DAMAGED = frozenset((errno.EIO, errno.EROFS))
"""What Linux says of a FAT that contradicts itself."""
SPARE_CLUSTERS = 16
"""For the few files at the top, and for what a folder grows."""


@dataclass(frozen=True)
class Exported:
    """What an export did."""

    tree: str
    """The one that opens now."""
    files: int
    """Written; none when the stick was what it should be."""
    size: int
    """Bytes written."""
    kept: tuple[str, ...] = ()
    """People's own files that were in the way, where they are now."""


def export_reader(
    disk: Disk,
    plan: Plan,
    *,
    release: int,
    date: str,
    single: bool = False,
    listener: Listener = lambda stage, done, total: None,
) -> Exported:
    """Bring a release onto a stick.  `date`: of the release, `2026-11-29`.

    `single`: one tree only, written over in place; meanwhile nothing on the stick opens.  Raises `StickError`, and
    `OSError` when the stick or the source cannot be read or written.  Then what opened still does, but for `single`.
    """
    try:
        return _export(disk, plan, release, date, single, listener)
    except OSError as error:
        if error.errno in DAMAGED:
            raise StickError("stick-damaged", reason=error.strerror or str(error)) from error
        raise


def read_pointers(disk: Disk) -> dict[str, Pointer | Progress | None]:
    """What a stick says of its trees."""
    return {tree: _read_pointer(disk, tree) for tree in TREES}


def _read_pointer(disk: Disk, tree: str) -> Pointer | Progress | None:
    try:
        return read_pointer(_start_of(disk, SLOTS[tree], 8 * LENGTH), tree)
    except OSError:
        return None


def _export(disk: Disk, plan: Plan, release: int, date: str, single: bool, listener: Listener) -> Exported:
    top = {entry.name.casefold(): entry for entry in disk.entries("")}
    _refuse_foreign(disk, top)
    pointers = read_pointers(disk)
    current = choose(pointers)
    if current and is_whole(disk, current.tree, plan) and _is_opener_whole(disk):
        return Exported(current.tree, 0, 0)
    tree = _tree_to_write(current, single)
    _check_room(disk, plan, tree, single)
    _prepare(disk, top, is_new=not any(_is_proof(pointer) for pointer in pointers.values()))
    kept = Written()
    if single:
        _put(disk, Progress(OTHER[tree], 0, 0))
        remove_tree(disk, OTHER[tree], kept)
    written = _bring(disk, tree, plan, pointers[tree], listener)
    sequence = current.sequence + 1 if current else 1
    _put(disk, Pointer(sequence, tree, release, date))
    return Exported(tree, written.files, written.size, (*kept.kept, *written.kept))


def _tree_to_write(current: Pointer | None, single: bool) -> str:
    if current is None:
        return TREES[0]
    return current.tree if single else OTHER[current.tree]


# --- before anything is written -------------------------------------------------------------------------------------


def _refuse_foreign(disk: Disk, top: Mapping[str, Entry]) -> None:
    """A stick that has a pointer, even a torn one, is ours; what is on others is not to be touched."""
    if any(slot in top for slot in SLOTS.values()):
        return
    for tree in TREES:
        if tree in top and (top[tree].kind != "folder" or disk.entries(top[tree].name)):
            raise StickError("not-ours", name=top[tree].name)
    if OPENER.casefold() in top and not _is_opener_whole(disk):
        raise StickError("not-ours", name=OPENER)


def _check_room(disk: Disk, plan: Plan, tree: str, single: bool) -> None:
    room = disk.room()
    for path, wanted in plan.files.items():
        if room.largest is not None and wanted.size > room.largest:
            raise StickError("file-too-large", path=path)
    needed = taken_by(room, plan) + SPARE_CLUSTERS * room.cluster
    here, there = taken_now(disk, room, tree), taken_now(disk, room, OTHER[tree])
    both = room.free + here + there
    if single and needed > both:
        raise StickError("too-small-for-one", needed=needed, missing=needed - both)
    if not single and needed > room.free + here:
        kind = "too-small" if needed <= both else "too-small-for-one"
        most = room.free + here if kind == "too-small" else both
        raise StickError(kind, needed=2 * needed if kind == "too-small" else needed, missing=needed - most)


# --- the files at the top -------------------------------------------------------------------------------------------


def _is_proof(pointer: Pointer | Progress | None) -> bool:
    """Whether a pointer shows that all at the top was finished once."""
    return isinstance(pointer, Pointer) or (pointer is not None and pointer.done > 0)


def _prepare(disk: Disk, top: Mapping[str, Entry], *, is_new: bool) -> None:
    """Put there what no release changes.

    Where that was not finished, all of it is made anew: what was cut off may look whole and not be.
    """
    if is_new:
        _start_anew(disk, top)
    elif not _is_opener_whole(disk):
        _remove_from_top(disk, top, OPENER)
        disk.write(OPENER, [opener_page()])
    for tree in TREES:
        if top.get(tree, Entry(tree, "")).kind != "folder" and not is_new:  # somebody has removed it
            _remove_from_top(disk, top, tree)
            disk.make_folder(tree)
            disk.settle(tree)
    disk.settle("")


def _start_anew(disk: Disk, top: Mapping[str, Entry]) -> None:
    for tree in TREES:
        if tree in top:
            remove_tree(disk, tree, Written())
    for name in (*SLOTS.values(), OPENER, NOTE, *TREES):
        _remove_from_top(disk, top, name)
    disk.settle("")
    for tree, slot in SLOTS.items():
        disk.write(slot, [write_pointer(Progress(tree, 0, 0))])
    disk.settle("")
    disk.write(OPENER, [opener_page()])
    disk.write(NOTE, [note()])
    for tree in TREES:
        disk.make_folder(tree)
        disk.settle(tree)


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


def _bring(disk: Disk, tree: str, plan: Plan, known: Pointer | Progress | None, listener: Listener) -> Written:
    """Write a tree, from where it was cut off; one that does not keep what is written is begun anew once."""
    done: int | None = 0
    if isinstance(known, Pointer):
        done = None
    elif known and known.plan == plan.digest:
        done = known.done

    def note(steps: int) -> None:
        _put(disk, Progress(tree, plan.digest, steps))

    if done is None or done == 0:
        note(0)
    try:
        return bring(disk, tree, plan, done, note, listener)
    except StickError as error:
        if error.kind != "does-not-keep":
            raise
    note(0)
    return bring(disk, tree, plan, 0, note, listener)


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
