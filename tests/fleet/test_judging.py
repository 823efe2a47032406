"""What the fleet is judged by years after this software was made."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from generator.fleet.judging import Fleet, Seen, judge
from generator.mirror.clock import BUILT
from generator.mirror.store import written_date
from tests.fleet.statuses import status

LATER = BUILT + timedelta(days=3 * 365)


def confirmed(days_ago: float, number: int) -> Seen:
    """A mirror whose release was signed so many days before `LATER`."""
    signed = LATER - timedelta(days=days_ago)
    dates = {"signed_at": signed, "checked_at": signed, "synced_at": signed}
    lives = {"timestamp_expires": signed + timedelta(days=14), "snapshot_expires": signed + timedelta(days=90)}
    written = {key: written_date(date) for key, date in (*dates.items(), *lives.items())}
    return Seen(f"m{number}.json", status(id=f"{number:032x}", name=f"UBS {number}", last_error=None, **written))


def looked(clock: datetime, *seen: Seen) -> Fleet:
    return judge(seen, clock)


def test_old_software_still_tells_fresh_mirrors_from_late_ones() -> None:
    fleet = looked(LATER, *(confirmed(1, number) for number in range(8)), confirmed(40, 9), confirmed(200, 10))
    assert not fleet.now.is_suspect
    assert {state: count for state, count in fleet.states.items() if count} == {"atual": 8, "atrasado": 1, "vencido": 1}


@pytest.mark.parametrize("clock", [LATER + timedelta(days=5 * 365), LATER - timedelta(days=100)])
def test_a_wrong_clock_gives_way_to_what_many_have_seen(clock: datetime) -> None:
    fleet = looked(clock, *(confirmed(1, number) for number in range(8)), confirmed(40, 9))
    assert fleet.now.is_suspect
    assert {state: count for state, count in fleet.states.items() if count} == {"atual": 8, "atrasado": 1}


def test_one_mirror_ahead_of_all_moves_no_time() -> None:
    fleet = looked(LATER, *(confirmed(1, number) for number in range(8)), confirmed(-3000, 9))
    assert {state: count for state, count in fleet.states.items() if count} == {"atual": 8, "relogio-suspeito": 1}
