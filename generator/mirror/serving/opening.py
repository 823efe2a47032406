"""A mirror's folder becomes something that answers requests."""

from __future__ import annotations

from generator.mirror.serving.answers import Answerer, OwnPages
from generator.mirror.serving.compressed import CompressedTexts
from generator.mirror.serving.in_use import TreeLookup
from generator.mirror.serving.local_pages import PAGES, has_check
from generator.mirror.serving.pages import no_release_page, not_here_page, status_page
from generator.mirror.state_words import Telling
from generator.mirror.status import status_now
from generator.mirror.store import MirrorStore

COMPRESSED = "gzip"
"""Below the folder for what is served: compressed texts."""


def open_answerer(store: MirrorStore, telling: Telling) -> Answerer:
    """What answers for this mirror.  Raises `MirrorError` when the folder is no mirror."""
    store.read_settings()

    pages = OwnPages(
        status_page=lambda tree: status_page(
            status_now(store).as_values(), tree.courses if tree else (), telling, has_check=has_check(tree)
        ),
        status_json=lambda: status_now(store).as_json().encode(),
        not_here=lambda tree, address, course: not_here_page(
            telling, tree.courses if tree else (), address=address, course=course
        ),
        no_release=lambda: no_release_page(telling),
    )
    return Answerer(TreeLookup(store), store.wire, pages, CompressedTexts(store.folder / PAGES / COMPRESSED))
