"""Writes the pages that a mirror makes itself, for servers that only know files."""

from __future__ import annotations

from contextlib import suppress

from generator.mirror.refusals import MirrorError
from generator.mirror.serving.in_use import TreeInUse, TreeLookup
from generator.mirror.serving.pages import CHECK_PLACE, not_here_page, status_page
from generator.mirror.state_words import Telling
from generator.mirror.status import status_now
from generator.mirror.store import MirrorStore
from generator.release.durable_files import write_durably

PAGES = "served"
"""Folder of a mirror for what is made for serving; it may be removed at any time."""
STATUS_FILE, MISSING_FILE = "estado.html", "nao-esta-aqui.html"


def write_local_pages(store: MirrorStore, telling: Telling) -> None:
    """Write both pages as they are to be now.  Raises `MirrorError` and `OSError`."""
    tree = TreeLookup(store).current()
    courses = tree.courses if tree else ()
    pages = {
        STATUS_FILE: status_page(status_now(store).as_values(), courses, telling, has_check=has_check(tree)),
        MISSING_FILE: not_here_page(telling, courses),
    }
    for name, page in pages.items():
        file = store.folder / PAGES / name
        if not file.is_file() or file.read_bytes() != page:
            write_durably(file, page)


def renew_local_pages(store: MirrorStore, telling: Telling) -> None:
    """The same where there are such pages, since some server shows them; to be called when anything has changed.

    They are a comfort: what cannot be written now is written the next time.
    """
    if (store.folder / PAGES / STATUS_FILE).exists():
        with suppress(OSError, MirrorError):
            write_local_pages(store, telling)


def has_check(tree: TreeInUse | None) -> bool:
    """Whether this copy has the page by which learners check it."""
    return tree is not None and (tree.folder / CHECK_PLACE[1:]).is_file()
