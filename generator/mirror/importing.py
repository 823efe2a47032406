"""Takes what a stick brings: a sync from a folder, judged by the day on which it was signed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from generator.mirror.bundle import LABEL
from generator.mirror.fetching import Listener
from generator.mirror.pointer import BUNDLE, FOLDERS
from generator.mirror.refusals import MirrorError
from generator.mirror.split_files import open_joined
from generator.mirror.stick_refusals import StickError
from generator.mirror.store import MirrorStore
from generator.mirror.sync import Synced, sync_mirror
from generator.mirror.trust_files import TIMESTAMP
from generator.mirror.watch import Patience

LARGEST_LABEL = 1 << 20


@dataclass(frozen=True)
class Label:
    """What a bundle says of itself; nothing in it is believed, it only serves to explain."""

    release: int = 0
    since: int = 0
    """0: everything is in it."""
    courses: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()


def find_bundle(place: Path) -> Path:
    """The folder with the files of the wire: this one, or that of a stick.  Raises `StickError` no-bundle."""
    for folder in (place, place / FOLDERS[BUNDLE]):
        if (folder / TIMESTAMP).is_file():
            return folder
    raise StickError("no-bundle", place=str(place))


def read_label(folder: Path) -> Label:
    """An empty one for what has none, as a copy of what was published."""
    try:
        stream, length = open_joined(folder / LABEL)
        with stream:
            values: Mapping[str, Any] = json.loads(stream.read(min(length, LARGEST_LABEL)))
        return Label(int(values["release"]), int(values["since"]), _names(values["courses"]), _names(values["layers"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Label()


def import_bundle(
    store: MirrorStore,
    folder: Path,
    *,
    clock: datetime | None = None,
    patience: Patience = Patience(),  # noqa: B008  # a frozen value
    listener: Listener = lambda stage, done, total: None,
) -> Synced:
    """Go over to the release of a bundle.

    Raises as `sync_mirror` does, and `StickError` bundle-lacks when something is not in it that this mirror needs.
    """
    try:
        return sync_mirror(
            store, clock=clock, upstreams=(str(folder),), rate=0, as_bundle=True, patience=patience, listener=listener
        )
    except MirrorError as error:
        if error.kind != "not-found" or error.values["path"] == TIMESTAMP:
            raise
        raise StickError("bundle-lacks", path=str(error.values["path"])) from error


def _names(values: Any) -> tuple[str, ...]:
    return tuple(str(one)[:100] for one in values)
