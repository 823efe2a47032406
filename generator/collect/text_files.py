"""The files beside the database: CSV tables, and the description of every column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from generator.collect.cells import Section, Translate
from generator.collect.tables import CODEBOOK, REFUSED, SUMMARY, Column, Table

BYTE_ORDER_MARK = "\ufeff"
"""Spreadsheets take a file without it for one in the encoding of the computer."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What spreadsheets take for the beginning of a formula, also in full width."""

NUMBER = re.compile(r"[+-][0-9]+(?:[.,][0-9]+)*")
"""What begins like a formula and is none."""


class Layout:
    """How tables are written for the reader's language: `;` and decimal comma, or `,` and decimal point."""

    def __init__(self, translate: Translate) -> None:
        self.decimal = translate(",.")[1]
        self.delimiter = ";" if self.decimal == "," else ","

    def write(self, file: Path, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
        """A table as a CSV file (RFC 4180), read by spreadsheets without questions."""
        kinds: list[Callable[[Any], Any]] = [self._real if column.type == "REAL" else guarded for column in columns]
        for place, column in enumerate(columns):
            if column.type == "INTEGER":
                kinds[place] = _same
        with file.open("w", encoding="utf-8", errors="replace", newline="") as stream:
            stream.write(BYTE_ORDER_MARK)
            writer = csv.writer(stream, delimiter=self.delimiter, lineterminator="\r\n")
            writer.writerow([column.name for column in columns])
            writer.writerows([kind(value) for kind, value in zip(kinds, row, strict=True)] for row in rows)

    def _real(self, value: float | None) -> str:
        return "" if value is None else f"{value:.15g}".replace(".", self.decimal)


def guarded(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula: with an apostrophe before it, where it would be one."""
    if isinstance(value, str) and value.startswith(FORMULA) and not NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def _same(value: Any) -> Any:
    return value


def summary_rows(sections: Iterable[Section]) -> Iterator[tuple[str, str, str, str]]:
    """The numbers of the report, one row each."""
    for section in sections:
        for chart in section.charts:
            names = chart.lead
            for row in chart.rows:
                line = " · ".join(cell.text for cell in row[:names] if cell.text)
                for head, cell in zip(chart.head[names:], row[names:], strict=True):
                    yield chart.title, line, head, cell.text


def describe(tables: Sequence[Table], translate: Translate, *, names: bool, texts: bool, k: int) -> str:
    """The text of LEIA-ME.txt."""
    _ = translate
    out = io.StringIO()
    out.write(_("RECORDS OF LEARNERS, BROUGHT TOGETHER BY CANOA") + "\n\n")
    for paragraph in _introduction(translate, names=names, texts=texts, k=k):
        out.write(paragraph + "\n\n")
    for table in (*tables, CODEBOOK, SUMMARY, REFUSED):
        out.write(f"{table.name}.csv\n    {_(table.meaning)}\n")
        for column in table.columns_for(names=names):
            out.write(f"    {column.name}: {_(column.meaning)}\n")
        out.write("\n")
    return out.getvalue()


def _introduction(translate: Translate, *, names: bool, texts: bool, k: int) -> Iterator[str]:
    _ = translate
    yield _("relatorio.html: the report. Open it by double click; it needs no network and prints well.")
    yield _(
        "canoa.sqlite3: the tables below, for those who query with SQL. The .csv files hold the same, for spreadsheets "
        "(UTF-8). A text that a spreadsheet would take for a formula has an apostrophe before it."
    )
    if names:
        yield _(
            "THESE FILES HOLD NAMES. Keep them only where those may read them whom the learners allowed to, and delete "
            "them when they are no longer needed."
        )
    else:
        yield _(
            "Without names: people have numbers that say nothing of who they are, times are weeks, and professions of "
            "fewer than {k} people are left out."
        ).format(k=k)
    if texts:
        yield _("They hold texts in people's own words, which may tell who somebody is.")
    else:
        yield _(
            "Texts in people's own words are left out. An answer to a question is shown when at least {k} people gave "
            "the same."
        ).format(k=k)
    yield _(
        "The files with one row per answer are for those who analyse: whoever knows a person well may recognise them "
        "in rows. What is meant for publishing are relatorio.html and resumo.csv, where numbers of fewer than {k} "
        "people are left out, also those that would follow from others."
    ).format(k=k)
    yield _("The folder recusados holds whole files, with all that is in them: delete it when it is no longer needed.")
    yield _("Numbers of people change when files are added: they do not join the results of two collections.")
