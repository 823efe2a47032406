"""Pages keep their numbers, and numbers stay small."""

from __future__ import annotations

import pytest

from generator.search.numbering import FULLNESS, number_pages, place


@pytest.mark.parametrize("count", [0, 1, 5, 6, 22, 23, 34, 45, 46, 126, 179, 1000])
def test_a_table_has_room_and_whole_blocks_of_records(count: int) -> None:
    places, size = place([f"página {number}" for number in range(count)], FULLNESS)
    assert len(set(places.values())) == count <= FULLNESS * size
    assert all(0 <= where < size for where in places.values())
    assert size == 8 or size % 16 == 0
    assert size == 8 or count > FULLNESS * size / 2, "twice as large as need be"


def test_the_course_is_the_upper_part_of_a_number() -> None:
    pages = [(f"curso-{course}", f"{page}.html") for course in range(40) for page in range(1 + 3 * course)]
    numbering = number_pages(pages)
    assert len(set(numbering.pages.values())) == len(pages)
    assert all(
        number // numbering.slots == numbering.courses[folder] for (folder, _), number in numbering.pages.items()
    )
    assert max(numbering.pages.values()) < numbering.numbers


def test_a_page_that_comes_moves_few_others() -> None:
    pages = [(f"curso-{course}", f"{page}.html") for course in range(5) for page in range(100)]
    before, after = number_pages(pages).pages, number_pages([*pages, ("curso-2", "nova.html")]).pages
    assert sum(after[page] != number for page, number in before.items()) <= 10
