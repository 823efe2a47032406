"""What is shown never tells of fewer than k people, nor lets it be worked out."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from generator.collect.suppression import (
    audiences_to_show,
    bands,
    groups_with_mean,
    may_show_bands,
    may_show_mean,
    of_whole,
    partition,
)

counts = st.lists(st.integers(0, 30), min_size=1, max_size=8)
ks = st.integers(1, 10)
values = st.dictionaries(st.integers(1, 5).map(float), st.integers(1, 20), max_size=5)


@given(counts, ks)
def test_no_cell_of_a_partition_is_small(found: list[int], k: int) -> None:
    shown = partition(found, k)
    assert all(cell is None or k == 1 or cell >= k for cell in shown)
    assert all(cell is None or cell == count for cell, count in zip(shown, found, strict=True))


@given(counts, ks)
def test_no_withheld_cell_follows_from_the_total(found: list[int], k: int) -> None:
    shown = partition(found, k)
    hidden = [count for cell, count in zip(shown, found, strict=True) if cell is None]
    if hidden and len(hidden) < len(found):
        assert len(hidden) >= 2
        assert sum(hidden) >= k


@given(counts.filter(lambda found: all(count >= 10 for count in found)))
def test_large_cells_are_all_shown(found: list[int]) -> None:
    assert partition(found, 10) == found


def test_with_one_nothing_is_withheld() -> None:
    assert partition([0, 1, 2], 1) == [0, 1, 2]
    assert of_whole(0, 1, 1) == (0, 0)
    assert may_show_mean({3.0: 1}, 1)


def test_a_small_cell_takes_the_next_smallest_with_it() -> None:
    assert partition([2, 40, 9, 30], 5) == [None, 40, None, 30]
    assert partition([1, 0, 0, 30, 20], 5) == [None, None, None, 30, None]


@given(st.integers(0, 50), st.integers(0, 50), ks)
def test_neither_a_part_nor_the_rest_is_small(part: int, rest: int, k: int) -> None:
    shown = of_whole(part, part + rest, k)
    if shown is None:
        assert part + rest < k
        return
    assert shown.low <= part <= shown.high
    if shown.exact and k > 1 and part + rest:
        assert part >= k and rest >= k


def test_nearly_all_is_a_bound() -> None:
    assert of_whole(98, 100, 5) == (96, 100)
    assert of_whole(2, 100, 5) == (0, 4)
    assert of_whole(60, 100, 5) == (60, 60)


@given(values, ks)
def test_a_mean_is_shown_only_if_k_people_are_not_like_the_rest(found: dict[float, int], k: int) -> None:
    if may_show_mean(found, k) and k > 1:
        assert sum(found.values()) - max(found.values()) >= k


@given(st.lists(values, min_size=1, max_size=5), ks)
def test_the_groups_without_a_mean_bear_being_taken_together(groups: list[dict[float, int]], k: int) -> None:
    shown = groups_with_mean(groups, k)
    hidden = [group for group, is_shown in zip(groups, shown, strict=True) if not is_shown]
    if hidden and any(shown) and k > 1:
        assert len(hidden) >= 2
        together: dict[float, int] = {}
        for group in hidden:
            for value, people in group.items():
                together[value] = together.get(value, 0) + people
        assert may_show_mean(together, k)


@given(st.dictionaries(st.sampled_from(["", "a", "b", "c"]), st.integers(1, 12)), ks)
def test_an_empty_audience_is_no_name_either(found: dict[str, int], k: int) -> None:
    shown = audiences_to_show(found, k)
    assert all(found[name] >= k for name in shown)
    unnamed = sum(count for name, count in found.items() if name not in shown)
    assert unnamed == 0 or unnamed >= k or not shown or k == 1


@given(values.filter(bool), ks)
def test_bands_hold_everybody_once_and_never_few(found: dict[float, int], k: int) -> None:
    steps = [1.0, 2.0, 3.0, 4.0, 5.0]
    made = bands(found, steps, k)
    assert made[0][0] == 1 and made[-1][1] == 5
    assert all(before[1] + 1 == after[0] for before, after in pairwise(made))
    assert sum(count for *_, count in made) == sum(found.values())
    if may_show_bands(found, steps, k) and k > 1:
        assert all(count >= k for *_, count in made)
        assert len(made) == len(steps) or sum(found.values()) >= 20 * k


def test_steps_with_few_people_join_their_neighbours() -> None:
    assert bands({1: 2, 2: 1, 3: 9, 4: 30, 5: 1}, [1, 2, 3, 4, 5], 5) == [(1, 3, 12), (4, 5, 31)]
    assert bands({3: 9}, [1, 2, 3], 5) == [(1, 3, 9)]
    assert bands({1: 9, 2: 8}, [1, 2], 5) == [(1, 1, 9), (2, 2, 8)]
