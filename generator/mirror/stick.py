"""A stick: two trees for readers of which one is always whole, a page that opens it by double click, and a bundle.

The order is what keeps readers safe.  A tree is written only while its pointer says that it is not whole; the pointer
says so again when every byte has reached the stick; the other tree opens meanwhile.  What a cut left in doubt, in any
of them, is removed before anything else is written: the disk may take its place for free.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
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


@dataclass(frozen=True)
class Group:
    """What belongs together at the top of a stick."""

    parts: tuple[str, ...]
    pages: Mapping[str, Callable[[], bytes]]
    """Files that no release changes, by name."""

    def plan_of(self, contents: StickContents) -> Plan | None:
        """What is to be in it."""
        return contents.bundle if BUNDLE in self.parts else contents.reader

    def is_ours(self, top: Mapping[str, Entry]) -> bool:
        """Whether Canoa has begun it: then there is a pointer, even a torn one.  Else its folders are somebody's."""
        return any(SLOTS[part] in top for part in self.parts)


READER = Group(TREES, {OPENER: opener_page, NOTE: note})
GROUPS: Final = (READER, Group((BUNDLE,), {}))


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
    _clear_doubt(disk, top, pointers, plans, contents)
    _mend_top(disk, contents)
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
    """What others have on a stick is not to be touched."""
    for group in (group for group in GROUPS if group.plan_of(contents) and not group.is_ours(top)):
        for folder in (FOLDERS[part] for part in group.parts):
            if folder in top and (top[folder].kind != "folder" or disk.entries(top[folder].name)):
                raise StickError("not-ours", name=top[folder].name)
        for name in group.pages:
            if name.casefold() in top and not (name == OPENER and _is_opener_whole(disk)):
                raise StickError("not-ours", name=name)


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


def _clear_doubt(
    disk: Disk, top: Mapping[str, Entry], pointers: Pointers, plans: Mapping[str, Plan], contents: StickContents
) -> None:
    """Remove what a cut has left in doubt, everywhere, before anything is written anywhere; then begin what is new."""
    for part in (part for group in GROUPS if group.is_ours(top) for part in group.parts):
        if FOLDERS[part] in top and not isinstance(pointers[part], Pointer):
            _clean(disk, part, plans.get(part), pointers[part])
    begun = [group for group in GROUPS if not any(_is_proof(pointers[part]) for part in group.parts)]
    for group in begun:
        if group.is_ours(top):
            _remove_begun(disk, top, group)
    for group in begun:
        if group.plan_of(contents):
            _begin(disk, group)


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


def _remove_begun(disk: Disk, top: Mapping[str, Entry], group: Group) -> None:
    """Remove what was not finished: it may look whole and not be.  The pointers, which say that it is ours, go last."""
    for name in group.pages:
        _remove_from_top(disk, top, name)
    for folder in (FOLDERS[part] for part in group.parts):
        if not disk.entries(folder):  # else somebody has files there
            _remove_from_top(disk, top, folder)
    disk.settle("")
    for part in group.parts:
        _remove_from_top(disk, top, SLOTS[part])
    disk.settle("")


def _begin(disk: Disk, group: Group) -> None:
    """Pointers, then pages and empty folders."""
    for part in group.parts:
        disk.write(SLOTS[part], [write_pointer(Progress(part, 0, 0))])
    disk.settle("")
    for name, content in group.pages.items():
        disk.write(name, [content()])
    there = {entry.name.casefold() for entry in disk.entries("")}
    for folder in (FOLDERS[part] for part in group.parts):
        if folder not in there:
            disk.make_folder(folder)
            disk.settle(folder)
    disk.settle("")


def _mend_top(disk: Disk, contents: StickContents) -> None:
    """Put there what somebody has removed or altered; a link in the place of a folder is one of these."""
    top = {entry.name.casefold(): entry for entry in disk.entries("")}
    if contents.reader and not _is_opener_whole(disk):
        _remove_from_top(disk, top, OPENER)
        disk.write(OPENER, [opener_page()])
    for folder in (FOLDERS[part] for group in GROUPS if group.plan_of(contents) for part in group.parts):
        if top.get(folder, Entry(folder, "")).kind != "folder":
            _remove_from_top(disk, top, folder)
            disk.make_folder(folder)
            disk.settle(folder)
    disk.settle("")


def _remove_from_top(disk: Disk, top: Mapping[str, Entry], name: str) -> None:
    """Remove a file or an empty folder, if there is one."""
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
