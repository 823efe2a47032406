"""Another release is served because somebody at this mirror says so; the network never turns back time."""

from __future__ import annotations

from generator.mirror.refusals import MirrorError
from generator.mirror.store import MirrorStore
from generator.release.durable_files import settle_folders, write_durably

NOTE = "rolled-back-from"


def roll_back(store: MirrorStore) -> tuple[int, int]:
    """Serve the release before the one that is served, until a newer one than that comes; gives both numbers.

    Raises `MirrorError`: no-release-here, nothing-before.
    """
    current = store.current()
    if current is None:
        raise MirrorError("no-release-here")
    earlier = [number for number in store.numbers() if number < current]
    if not earlier:
        raise MirrorError("nothing-before", number=current)
    write_durably(store.state / NOTE, str(max(current, rolled_back_from(store))).encode())
    settle_folders({store.state})
    store.activate(earlier[-1])
    return current, earlier[-1]


def go_over(store: MirrorStore, number: int | None = None) -> int:
    """Serve a release that is here, the newest if none is named; a going back is forgotten.

    Raises `MirrorError`: no-release-here, no-such-held-release, record-damaged, no-links.
    """
    numbers = store.numbers()
    if not numbers:
        raise MirrorError("no-release-here")
    chosen = numbers[-1] if number is None else number
    if chosen not in numbers:
        raise MirrorError("no-such-held-release", number=chosen)
    if chosen == numbers[-1]:
        (store.state / NOTE).unlink(missing_ok=True)
    else:
        write_durably(store.state / NOTE, str(numbers[-1]).encode())
    settle_folders({store.state})
    store.activate(chosen)
    return chosen


def rolled_back_from(store: MirrorStore) -> int:
    """Up to and with this release none is gone over to by a sync; 0 when nobody went back."""
    try:
        written = (store.state / NOTE).read_text(encoding="ascii")
        return int(written)
    except (FileNotFoundError, ValueError):
        return 0
