"""Each fixture file holds cases that anyone can edit: a title, a line `.`, the text, `.`, the expected HTML, `.`.

`pytest --golden` writes the HTML that comes out into the files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pages.rendering import render_with_tools

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.md"))


@dataclass(frozen=True)
class Case:
    title: str
    text: str
    expected: str


def read_cases(file: Path) -> Iterator[Case]:
    parts = iter(f"\n{file.read_text(encoding='utf-8')}".split("\n.\n"))
    for title in parts:
        text = next(parts, None)
        if text is not None:
            yield Case(title.strip(), text, next(parts))


def write_cases(file: Path, cases: list[Case]) -> None:
    written = (f"{case.title}\n.\n{case.text}\n.\n{case.expected}\n.\n" for case in cases)
    file.write_text("\n".join(written), encoding="utf-8")


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.stem)
def test_the_text_gives_the_expected_html(file: Path, golden: bool) -> None:
    cases = list(read_cases(file))
    rendered = [Case(case.title, case.text, render_with_tools(case.text).html) for case in cases]
    if golden:
        write_cases(file, rendered)
    assert cases, f"{file} holds no case"
    for case, now in zip(cases, rendered, strict=True):
        assert golden or now.expected == case.expected, f"{file.name}: {case.title}"


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.stem)
def test_the_fixtures_show_no_mistakes(file: Path) -> None:
    problems = {case.title: render_with_tools(case.text).problems for case in read_cases(file)}
    assert {title: found for title, found in problems.items() if found} == {}
