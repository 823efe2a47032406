"""How far back deltas lead a mirror that was away."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from generator.mirror.deltas import find_packs
from generator.release.packs import STEPS
from generator.release.releasing import DELTAS
from generator.release.trust import VerifiedRelease


def release(number: int) -> VerifiedRelease:
    """What the wire has of deltas when this release is the newest."""
    direct = {f"delta/{number - back}-{number}.pack" for back in range(1, DELTAS + 1)}
    steps = {f"delta/{one - 1}-{one}.pack" for one in range(number - STEPS + 1, number + 1)}
    return cast(VerifiedRelease, SimpleNamespace(number=number, transport=dict.fromkeys(direct | steps)))


@pytest.mark.parametrize(("missed", "packs"), [(1, 1), (DELTAS, 1), (DELTAS + 1, DELTAS + 1), (STEPS, STEPS)])
def test_a_mirror_that_was_away_takes_one_pack_or_the_single_steps(missed: int, packs: int) -> None:
    base, found = find_packs(release(100), [100 - missed])
    assert base == 100 - missed and len(found) == packs
    assert found[0].startswith(f"delta/{base}-") and found[-1].endswith("-100.pack")


def test_a_mirror_that_was_away_for_longer_takes_whole_images() -> None:
    assert find_packs(release(100), [100 - STEPS - 1]) == (0, ())


def test_the_nearest_release_that_is_here_is_the_base() -> None:
    assert find_packs(release(100), [40, 97, 90])[0] == 97
