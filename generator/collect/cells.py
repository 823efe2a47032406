"""What a report is made of: cells, tables of them, sections; and how numbers are written or withheld."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from generator.collect.database import Database
from generator.collect.suppression import Range, groups_with_mean, is_few, of_whole
from generator.content.vocabulary import AUDIENCES

Translate = Callable[[str], str]
WITHHELD = "*"


class Cell(NamedTuple):
    """One cell: what people read, and the length of the bar beside it (0 to 1) where it has one."""

    text: str
    bar: float | None = None


@dataclass(frozen=True)
class Pair:
    """Means before and after of one item, for the picture."""

    number: int
    """Of its row in the table, from 1."""
    before: float
    after: float
    low: float
    """First step of the scale."""
    high: float
    """Last step of the scale."""


@dataclass(frozen=True)
class Chart:
    """A table of the report, with what is said about it."""

    id: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()
    lead: int = 1
    """Columns at the beginning that say what a row is about."""


@dataclass(frozen=True)
class Section:
    """A part of the report."""

    id: str
    title: str
    intro: str
    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class Titles:
    """What ids stand for, where that is known."""

    courses: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    modules: Mapping[str, str] = field(default_factory=dict)


class Writer:
    """Writes numbers in the reader's language, withheld ones as such."""

    def __init__(self, translate: Translate, k: int) -> None:
        self.translate, self.k = translate, k
        self._signs = translate(",.")

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with the language's signs."""
        text = f"{value:,.{decimals}f}"
        return text.translate({ord(","): self._signs[0], ord("."): self._signs[1]})

    def count(self, people: int | None) -> Cell:
        """A number of people that stands for itself."""
        return Cell(WITHHELD if people is None or is_few(people, self.k) else self.number(people))

    def part(self, part: int, whole: int) -> tuple[Cell, Cell]:
        """Number and share of people, with a bar."""
        found = of_whole(part, whole, self.k)
        if found is None:
            return Cell(WITHHELD), Cell(WITHHELD)
        if found.exact:
            share = part / whole
            return Cell(self.number(part)), Cell(f"{self.number(share * 100, 1)} %", share)
        return self._bounds(found, whole)

    def share(self, part: int, whole: int) -> Cell:
        """A share of people alone."""
        return self.part(part, whole)[1]

    def _bounds(self, found: Range, whole: int) -> tuple[Cell, Cell]:
        if found.low == 0:
            above = (found.high + 1) / whole
            return Cell(f"< {found.high + 1}"), Cell(f"< {self.number(min(above, 1) * 100, 1)} %")
        below = (found.low - 1) / whole
        return Cell(f"> {self.number(found.low - 1)}"), Cell(f"> {self.number(below * 100, 1)} %")

    def mean(self, values: Mapping[float, int], *, shown: bool, decimals: int) -> Cell:
        """The mean of values (value → people)."""
        return Cell(self.number(mean(values), decimals) if shown else WITHHELD)


def mean(values: Mapping[float, int]) -> float:
    """The mean of values (value → people), of at least one."""
    return sum(value * people for value, people in values.items()) / sum(values.values())


@dataclass(frozen=True)
class Material:
    """What numbers are drawn from, and for whom."""

    database: Database
    titles: Titles
    k: int
    translate: Translate

    @property
    def write(self) -> Writer:
        """How numbers are written."""
        return Writer(self.translate, self.k)

    @property
    def everybody(self) -> int:
        """People of whom there is a record."""
        return self.database.number("SELECT count(*) FROM pessoas")

    def audiences(self, found: Iterable[str]) -> list[str]:
        """Audiences in the order of the vocabulary, those without one last."""
        known = set(found)
        return [name for name in (*AUDIENCES, "") if name in known]

    def audience(self, name: str) -> str:
        """An audience as people call it."""
        return self.translate(AUDIENCES[name]) if name in AUDIENCES else self.translate("Not given, or few people")

    def audience_means(self, groups: Mapping[str, Mapping[float, int]], decimals: int) -> dict[str, Cell]:
        """The means of audiences, beside the mean of all."""
        names = self.audiences(groups)
        allowed = groups_with_mean([groups[name] for name in names], self.k)
        return {
            name: self.write.mean(groups[name], shown=shown, decimals=decimals)
            for name, shown in zip(names, allowed, strict=True)
        }

    def few_rows(self, count: int) -> tuple[str, ...]:
        """The note of a table whose rows about few people are left out."""
        if not count:
            return ()
        text = self.translate("Rows left out because they are about fewer than {k} people: {count}.")
        return (text.format(k=self.k, count=count),)
