"""Small cells: what would show few people is not shown, nor can it be worked out from what is.

`k` is the smallest number of people that may be shown; from 0 to k - 1 are "few", so that "nobody" tells no more than
"somebody".  With k = 1 nothing is withheld.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Range(NamedTuple):
    """What may be said of a number of people: between these two, which are the same when all may be said."""

    low: int
    high: int

    @property
    def exact(self) -> bool:
        """True when the number itself may be shown."""
        return self.low == self.high


def is_few(count: int, k: int) -> bool:
    """True for a number of people that may not be shown."""
    return k > 1 and count < k


def of_whole(part: int, whole: int, k: int) -> Range | None:
    """A part of a whole that is shown too; None when the whole is small.

    Both the part and the rest are numbers of people: a share of 98 in 100 would tell of the two others.
    """
    if is_few(whole, k):
        return None
    if is_few(part, k):
        return Range(0, min(k - 1, whole))
    if is_few(whole - part, k):
        return Range(max(whole - k + 1, 0), whole)
    return Range(part, part)


def partition(counts: Sequence[int], k: int) -> list[int | None]:
    """Counts of which each person is in exactly one, beside their total: None for those that are not shown.

    Where one small cell would follow from the total and the other cells, the next smallest is withheld too, until at
    least two are, with at least k people between them.
    """
    hidden = {place for place, count in enumerate(counts) if is_few(count, k)}
    if hidden:
        smallest_first = sorted(range(len(counts)), key=lambda place: (counts[place], place))
        for place in smallest_first:
            if len(hidden) >= 2 and not is_few(sum(counts[one] for one in hidden), k):
                break
            hidden.add(place)
    return [None if place in hidden else count for place, count in enumerate(counts)]


def may_show_mean(values: Mapping[float, int], k: int) -> bool:
    """Whether the mean of values (value → people) may be shown: not when fewer than k people differ from the rest."""
    people = sum(values.values())
    return bool(people) and not is_few(people, k) and not is_few(people - max(values.values()), k)


def groups_with_mean(groups: Sequence[Mapping[float, int]], k: int) -> list[bool]:
    """For groups beside the mean of all of them: whether the mean of each may be shown.

    What is withheld together must bear being worked out as one group.
    """
    hidden = {place for place, values in enumerate(groups) if not may_show_mean(values, k)}
    if hidden and k > 1:
        smallest_first = sorted(range(len(groups)), key=lambda place: (sum(groups[place].values()), place))
        for place in smallest_first:
            if len(hidden) >= 2 and may_show_mean(_together([groups[one] for one in hidden]), k):
                break
            hidden.add(place)
    return [place not in hidden for place in range(len(groups))]


def bands(values: Mapping[float, int], steps: Sequence[float], k: int) -> list[tuple[float, float, int]]:
    """A distribution over the steps of a scale: first step, last step, people; steps with few join their neighbours."""
    found: list[tuple[float, float, int]] = []
    first, people = steps[0], 0
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        people += values.get(step, 0)
        if not is_few(people, k):
            found.append((first, step, people))
            people = 0
            first = step if following is None else following
    if people or not found or found[-1][1] != steps[-1]:
        start, _, before = found.pop() if found else (steps[0], 0, 0)
        found.append((start, steps[-1], before + people))
    return found


def may_show_bands(values: Mapping[float, int], steps: Sequence[float], k: int) -> bool:
    """Whether bands may be shown beside the mean.

    An exact mean would tell how many are in which half of a joined band.  So joined bands go with a mean of one
    decimal, and only where that decimal covers so many people that it says nothing of a few.
    """
    found, people = bands(values, steps, k), sum(values.values())
    if len(found) < 2 or any(is_few(count, k) for *_, count in found):
        return False
    return len(found) == len(steps) or people >= 20 * k


def audiences_to_show(counts: Mapping[str, int], k: int) -> frozenset[str]:
    """Audiences that rows about single people may name; the others count as not given (the name is empty).

    Those without a name must be at least k, or none: else the empty field would itself be a name.
    """
    shown = {name for name, count in counts.items() if name and not is_few(count, k)}
    if k > 1:
        for name in sorted(shown, key=lambda one: (counts[one], one)):
            unnamed = sum(count for other, count in counts.items() if other not in shown)
            if not 0 < unnamed < k:
                break
            shown.discard(name)
    return frozenset(shown)


def _together(groups: Sequence[Mapping[float, int]]) -> dict[float, int]:
    values: dict[float, int] = {}
    for group in groups:
        for value, people in group.items():
            values[value] = values.get(value, 0) + people
    return values
