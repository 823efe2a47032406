"""When a file's times are old enough to prove that it was not saved again."""

from __future__ import annotations

from generator.site.settled import COARSE_TICK, FINE_TICK, SECOND, is_settled

WHOLE, FRACTION = 1_000 * SECOND, 1_000 * SECOND + 5_000_000


def test_a_time_with_a_fraction_of_a_second_proves_soon() -> None:
    assert not is_settled(FRACTION, FRACTION, FRACTION + FINE_TICK)
    assert is_settled(FRACTION, FRACTION, FRACTION + FINE_TICK + 1)


def test_a_time_in_whole_seconds_may_be_of_a_clock_that_counts_in_two() -> None:
    assert not is_settled(WHOLE, WHOLE, WHOLE + FINE_TICK + 1)
    assert is_settled(WHOLE, WHOLE, WHOLE + COARSE_TICK + 1)


def test_a_change_that_leaves_the_one_time_shows_in_the_other() -> None:
    """A tool that sets the time of a save back cannot set back the time of its own doing."""
    assert not is_settled(FRACTION, FRACTION + 10 * SECOND, FRACTION + 10 * SECOND)


def test_a_time_of_the_future_proves_nothing() -> None:
    assert not is_settled(FRACTION + 9 * SECOND, FRACTION, FRACTION + 5 * SECOND)
