"""What only old releases need is removed from the wire, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from generator.release.pruning import Pruned, prune_releases
from generator.release.refusals import ReleaseError
from tests.release.press import DAY, Press, files_below, followed, images, verified

LATER = DAY.replace(month=12, day=28)


def with_releases(press: Press, count: int) -> Press:
    press.start()
    for day in range(count):
        press.page("um/3.html", "Página 3", f"Texto {day}.")
        press.release(day)
    return press


def pruned(press: Press, keep: int = 2, date: datetime = LATER, days: int = 0, at: Path | None = None) -> Pruned:
    return prune_releases(press.work, date, keep=keep, grace=timedelta(days=days), destination=at)


def test_the_newest_release_is_as_it_was_and_the_old_ones_are_gone(press: Press) -> None:
    with_releases(press, 4)
    whole = images(press.published, verified(press.published))
    before = files_below(press.published)
    done = pruned(press, at=press.published)
    after = files_below(press.published)
    assert done.releases == (3, 4) and done.files == len(before) - len(after) > 0
    assert done.bytes_removed == sum(map(len, before.values())) - sum(map(len, after.values()))
    assert images(press.published, verified(press.published)) == whole
    first = press.work.read_edition(1).targets["ufx/um/texto.tar"].sha256
    assert not [path for path in after if first in path] and [path for path in before if first in path]
    assert "meta/1.zst" not in after and "md/1.snapshot.json" not in after and "md/1.root.json" in after


def test_steps_from_releases_that_are_gone_stay(press: Press, tmp_path: Path) -> None:
    """A mirror that has an old release goes on along deltas: these belong to the newest release."""
    press.start()
    press.release()
    first = images(press.published, verified(press.published))
    for day in (1, 2):
        press.page("um/3.html", "Página 3", f"Texto {day}.")
        press.release(day)
    pruned(press, keep=1, at=press.published)
    release = verified(press.published)
    for steps in ([(1, 3)], [(1, 2), (2, 3)]):
        there = tmp_path / f"scratch-{len(steps)}"
        assert followed(press.published, release, first, steps, there) == images(press.published, release)


def test_a_release_that_was_the_newest_one_until_lately_stays(press: Press) -> None:
    with_releases(press, 4)
    assert pruned(press, keep=1, date=DAY.replace(month=12, day=5), days=14).releases == (1, 2, 3, 4)
    assert pruned(press, keep=1, date=DAY.replace(month=12, day=5), days=2).releases == (3, 4)


def test_what_is_no_part_of_releases_is_left_alone(press: Press) -> None:
    with_releases(press, 3)
    (press.published / "espelho.json").write_text("{}")
    (press.published / "obj/LEIA-ME.txt").write_text("nosso")
    pruned(press, keep=1, at=press.published)
    assert (press.published / "espelho.json").is_file() and (press.published / "obj/LEIA-ME.txt").is_file()


def test_releases_go_on_after_it(press: Press, tmp_path: Path) -> None:
    with_releases(press, 3)
    pruned(press, keep=1)
    before = images(press.published, verified(press.published))
    press.page("um/3.html", "Página 3", "E mais.")
    press.release(4)
    release = verified(press.published)
    scratch = tmp_path / "scratch"
    assert followed(press.published, release, before, [(3, 4)], scratch) == images(press.published, release)
    press.publish()


def test_a_draft_keeps_what_it_needs(press: Press) -> None:
    with_releases(press, 2)
    press.page("um/3.html", "Página 3", "Em preparo.")
    press.create(3)
    pruned(press, keep=1)
    assert press.sign(3).missing == ()
    press.publish()
    assert verified(press.published).number == 3


def test_a_folder_that_lacks_the_newest_release_is_left_alone(press: Press) -> None:
    with_releases(press, 2)
    press.page("um/3.html", "Página 3", "Não publicado.")
    press.create(3)
    press.sign(3)
    before = files_below(press.published)
    with pytest.raises(ReleaseError, match="destination-behind"):
        pruned(press, keep=1, at=press.published)
    with pytest.raises(ReleaseError, match="destination-behind"):
        pruned(press, keep=1, at=press.folder / "empty")
    assert files_below(press.published) == before


def test_before_the_first_release_there_is_nothing_to_remove(press: Press) -> None:
    press.start()
    with pytest.raises(ReleaseError, match="no-release"):
        pruned(press)
