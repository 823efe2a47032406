"""Which release is served is decided by who runs the mirror; a sync never turns back time, nor undoes that decision."""

from __future__ import annotations

import pytest

from generator.mirror.going_back import go_over, roll_back
from generator.mirror.refusals import MirrorError
from tests.mirror.hostile_server import HostileServer
from tests.mirror.published import Catalogue, Mirror


@pytest.fixture
def two(mirror: Mirror, server: HostileServer, catalogue: Catalogue) -> Mirror:
    """A mirror with two releases."""
    mirror.sync()
    server.folder = catalogue.wire(2)
    mirror.sync(day=2)
    return mirror


def test_the_release_before_is_served_until_a_newer_one_comes(
    two: Mirror, server: HostileServer, catalogue: Catalogue
) -> None:
    assert roll_back(two.store) == (2, 1)
    assert two.files() == catalogue.signed_files(1)
    assert two.sync(day=2).number == 1, "a sync does not undo it"
    server.folder = catalogue.wire(3)
    assert two.sync(day=3).number == 3
    assert two.files() == catalogue.signed_files(3)


def test_others_go_on_receiving_the_newest(two: Mirror, catalogue: Catalogue) -> None:
    roll_back(two.store)
    two.sync(day=2)
    assert (two.store.wire / "timestamp.json").read_bytes() == (catalogue.wire(2) / "timestamp.json").read_bytes()


def test_going_over_to_the_newest_ends_it(two: Mirror, catalogue: Catalogue) -> None:
    roll_back(two.store)
    assert go_over(two.store) == 2
    assert two.sync(day=2).number == 2
    assert go_over(two.store, 1) == 1
    assert two.sync(day=2).number == 1


def test_there_must_be_something_to_go_to(mirror: Mirror, two: Mirror) -> None:
    roll_back(two.store)
    with pytest.raises(MirrorError, match="nothing-before"):
        roll_back(two.store)
    with pytest.raises(MirrorError, match="no-such-held-release"):
        go_over(two.store, 7)


def test_a_new_mirror_has_nothing_to_go_to(mirror: Mirror) -> None:
    for step in (roll_back, go_over):
        with pytest.raises(MirrorError, match="no-release-here"):
            step(mirror.store)
