"""The simulation of 48,000 units: it can be repeated, it reacts as it must, and the document shows its tables."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bench.markers import NoMarkersError, with_parts
from bench.scale import (
    COURSE,
    DOCUMENT,
    EDIT,
    FULL_REQUESTS,
    FULL_TEXT,
    LOOK,
    MINUTE,
    NOTHING,
    REVIEW,
    ROOT,
    World,
    as_part,
    cost_of,
    night_table,
    origin_table,
    served_seconds,
    simulate,
    swarm_seconds,
    swarm_table,
)

SMALL = World(units=400, regions=4, days=60)


def test_the_same_assumptions_give_the_same_year() -> None:
    assert simulate(SMALL) == simulate(SMALL)
    assert simulate(SMALL) != simulate(SMALL, seed=1)


def test_units_that_all_ask_at_once_make_a_peak() -> None:
    spread, together = simulate(SMALL), simulate(replace(SMALL, spread=False))
    assert together.peak_requests > 10 * spread.peak_requests
    assert together.peak_rate > spread.peak_rate


def test_what_is_sent_does_not_depend_on_the_number_of_regions() -> None:
    one = simulate(replace(SMALL, regions=1))
    assert simulate(SMALL).bytes_down == one.bytes_down
    assert one.peak_rate >= simulate(SMALL).peak_rate


def test_links_that_work_always_are_always_current() -> None:
    [perfect] = (replace(SMALL.links[0], share=1.0, up=1.0),)
    year = simulate(replace(SMALL, links=(perfect,)))
    assert set(year.current[perfect.name]) == {400} and year.full_fetches == 0 and set(year.ages) == {0}


def test_longer_chains_spare_full_images() -> None:
    short, long = simulate(replace(SMALL, chain=8)), simulate(SMALL)
    assert short.full_fetches > 0 and long.full_fetches < short.full_fetches / 2
    assert long.bytes_down < short.bytes_down


def test_what_a_mirror_fetches_depends_on_what_it_missed() -> None:
    assert cost_of((), 8) == (NOTHING.size, 1, False)
    assert cost_of((EDIT,) * 5, 8) == (5 * EDIT.size, 3, False)
    assert cost_of((EDIT, COURSE) * 4, 8) == (4 * (EDIT.size + COURSE.size), 10, False)
    assert cost_of((EDIT,) * 9, 8) == (FULL_TEXT, FULL_REQUESTS, True)


def test_a_swarm_is_never_slower_than_its_server_alone_and_its_server_sends_at_least_one_copy() -> None:
    for peers in (1, 10, 1_000):
        swarm = swarm_seconds(10**9, 10**6, peers, 10**5, 10**6)
        assert 10**9 / 10**6 <= swarm <= served_seconds(10**9, 10**6, peers, 10**6)


def test_the_document_shows_the_tables_that_the_program_makes() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    made = {"night": night_table(), "origin": origin_table(World()), "swarm": swarm_table()}
    assert with_parts(DOCUMENT, {name: as_part(lines) for name, lines in made.items()}) == text
    assert "27 regions, asked at random" in text
    with pytest.raises(NoMarkersError, match="weather"):
        with_parts(DOCUMENT, {"weather": ""})


def test_the_steps_cost_what_was_measured() -> None:
    rows = (line.split(" | ") for line in (ROOT / "docs/mirrors.md").read_text(encoding="utf-8").splitlines())
    measured = {
        cells[0].removeprefix("| "): [number(cells[at]) for at in (1, 3, 4)] for cells in rows if len(cells) == 12
    }
    for step in (NOTHING, EDIT, REVIEW, LOOK, COURSE):
        assert [step.size, step.requests, step.rsync] == measured[step.name]
    assert measured["first copy of the text"][:2] == [FULL_TEXT, FULL_REQUESTS]


def number(cell: str) -> int:
    """The first number of a cell."""
    found = re.search(r"\d[\d,]*", cell)
    return int(found[0].replace(",", "")) if found else -1


def test_minutes_share_the_bytes_of_an_update() -> None:
    year = simulate(replace(SMALL, units=1, regions=1, links=(replace(SMALL.links[0], share=1.0, up=1.0),), days=31))
    assert 0 < year.peak_rate <= COURSE.size / (COURSE.size / 8_000 // MINUTE) / MINUTE * 1.2
