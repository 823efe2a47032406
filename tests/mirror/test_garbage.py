"""What no release needs goes, after a while; what somebody may still be fetching does not go at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from generator.mirror.checking import check_served
from generator.mirror.garbage import GRACE, collect_garbage
from generator.mirror.going_back import roll_back
from tests.mirror.hostile_server import HostileServer
from tests.mirror.published import Catalogue, Mirror, date, new_mirror
from tests.release.press import files_below


@pytest.fixture
def four(mirror: Mirror, server: HostileServer, catalogue: Catalogue) -> Mirror:
    """A relay with four releases."""
    mirror.choose(relay=True)
    for number in (1, 2, 3, 4):
        server.folder = catalogue.wire(number)
        mirror.sync(day=number)
    return mirror


def test_old_releases_stay_for_a_day_and_go_then(four: Mirror, catalogue: Catalogue) -> None:
    marked = collect_garbage(four.store, date(4))
    assert marked.removed == () and marked.waiting > 0
    assert four.store.numbers() == (1, 2, 3, 4)
    swept = collect_garbage(four.store, date(4) + GRACE)
    assert four.store.numbers() == (3, 4)
    assert sorted(folder.name for folder in four.store.releases.iterdir() if folder.is_dir()) == ["3", "4"]
    assert "releases/1" in swept.removed and "releases/2.json" in swept.removed
    assert swept.bytes > 0
    assert collect_garbage(four.store, date(4) + 2 * GRACE).removed == ()
    assert four.files() == catalogue.signed_files(4)
    assert check_served(four.store).is_right


def test_what_others_need_of_the_newest_stays(four: Mirror, catalogue: Catalogue) -> None:
    for grace in (0, 0):
        collect_garbage(four.store, date(4), timedelta(grace))
    kept = set(files_below(four.store.wire))
    edition = catalogue.press.work.read_edition(4)
    assert {path for path in edition.wire if path.startswith("obj/")} <= kept
    assert {"timestamp.json", "espelho.json", "meta/4.zst", "md/1.root.json"} <= kept
    assert "meta/2.zst" not in kept
    newcomer = new_mirror(
        four.store.folder.parent / "new", str(four.store.wire), root=four.store.wire / "md/1.root.json"
    )
    newcomer.sync(day=4)
    assert newcomer.files() == catalogue.signed_files(4)


def test_the_release_that_is_served_stays_however_old(four: Mirror, catalogue: Catalogue) -> None:
    four.choose(keep=1)
    roll_back(four.store)
    collect_garbage(four.store, date(4), timedelta(0))
    assert four.store.numbers() == (3, 4)
    assert four.files() == catalogue.signed_files(3)


def test_a_sync_goes_on_after_it(four: Mirror, server: HostileServer, catalogue: Catalogue) -> None:
    four.choose(keep=1)
    collect_garbage(four.store, date(4), timedelta(0))
    server.behave()
    assert not four.sync(day=4).is_new_tree
    assert server.paths == ["timestamp.json"]


def test_a_tree_that_was_not_finished_goes_at_once(four: Mirror) -> None:
    (four.store.releases / "5.part/um").mkdir(parents=True)
    (four.store.releases / "5.part/um/x.html").write_text("x", encoding="utf-8")
    assert "releases/5.part" in collect_garbage(four.store, date(4)).removed
    assert not (four.store.releases / "5.part").exists()


def test_a_clock_that_went_back_removes_nothing_early(four: Mirror) -> None:
    collect_garbage(four.store, date(400))
    assert collect_garbage(four.store, date(4)).removed == ()
    assert collect_garbage(four.store, date(4) + GRACE).removed != ()
