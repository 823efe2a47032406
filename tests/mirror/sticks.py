"""Small releases for sticks, and what a reader finds there."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from generator.mirror.disk import Disk
from generator.mirror.opener import OPENER, is_opener
from generator.mirror.reader_tree import Plan, WantedFile, make_plan
from generator.mirror.stick import Exported, StickContents, export_stick, opening, read_pointers

Files = Mapping[str, bytes]


def plan_of(files: Files) -> Plan:
    return make_plan({path: WantedFile(len(one), sha256(one).hexdigest(), one) for path, one in files.items()})


def export(
    disk: Disk, files: Files | None, number: int, *, bundle: Files | None = None, single: bool = False
) -> Exported:
    plans = [None if one is None else plan_of(one) for one in (files, bundle)]
    return export_stick(disk, StickContents(number, "2026-11-29", *plans), single=single)


def files_of(disk: Disk, folder: str) -> dict[str, bytes]:
    """Everything below a folder; what cannot be read is nothing."""
    found = {}
    for entry in disk.entries(folder):
        path = f"{folder}/{entry.name}".lstrip("/")
        if entry.kind == "folder":
            found |= {f"{entry.name}/{below}": content for below, content in files_of(disk, path).items()}
        else:
            try:
                found[entry.name] = b"".join(disk.read(path))
            except OSError:
                found[entry.name] = b""
    return found


def opened(disk: Disk) -> dict[str, bytes] | None:
    """What somebody finds who opens the stick: one tree; nothing where the page says that there is none."""
    chosen = opening(read_pointers(disk))
    if chosen is None:
        return None
    assert is_opener(b"".join(disk.read(OPENER))), "there is a tree, and no page that opens it"
    return files_of(disk, chosen.tree)
