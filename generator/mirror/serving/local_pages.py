"""Writes the pages that a mirror makes itself, for servers that only know files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from generator.mirror.clock import reference_time
from generator.mirror.journal import read_journal
from generator.mirror.serving.in_use import TreeInUse, TreeLookup
from generator.mirror.serving.pages import CHECK_PLACE, not_here_page, status_page
from generator.mirror.state_words import Telling
from generator.mirror.status import MirrorStatus, served_record
from generator.mirror.store import MirrorStore
from generator.release.durable_files import write_durably
from generator.release.trust import ReferenceTime

PAGES = "served"
"""Folder of a mirror for what is made for serving; it may be removed at any time."""
STATUS_FILE, MISSING_FILE = "estado.html", "nao-esta-aqui.html"


def write_local_pages(store: MirrorStore, status: MirrorStatus, telling: Telling) -> None:
    """Bring both pages up to date; to be called when the status or the release in use has changed.

    Raises `OSError`.
    """
    tree = TreeLookup(store).current()
    courses = tree.courses if tree else ()
    pages = {
        STATUS_FILE: status_page(as_values(status), courses, telling, has_check=has_check(tree)),
        MISSING_FILE: not_here_page(telling, courses),
    }
    for name, page in pages.items():
        file = store.folder / PAGES / name
        if not file.is_file() or file.read_bytes() != page:
            write_durably(file, page)


def as_values(status: MirrorStatus) -> Mapping[str, Any]:
    """The status as others read it."""
    values: dict[str, Any] = json.loads(status.as_json())
    return values


def serving_time(store: MirrorStore) -> ReferenceTime:
    """What time it is, by all that this mirror has seen."""
    record, confirmed = served_record(store), read_journal(store).confirmed
    seen = [one.signed_at for one in (record, confirmed) if one]
    return reference_time(seen=max(seen, default=None))


def has_check(tree: TreeInUse | None) -> bool:
    """Whether this copy has the page by which learners check it."""
    return tree is not None and (tree.folder / CHECK_PLACE[1:]).is_file()
