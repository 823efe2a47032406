"""Folders of exported files, and what `canoa collect` makes of them."""

from __future__ import annotations

import csv
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.collect.collecting import Collected, Request, collect
from generator.collect.extracting import Choices
from tests.records.making import ITEMS, as_bytes, entry, record


def english(text: str) -> str:
    """Message ids are English; with `;` and `,` as in Portuguese."""
    return ".," if text == ",." else text


@dataclass
class Office:
    """An institution that was sent files."""

    folder: Path
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def exports(self) -> Path:
        return self.folder / "in"

    def put(self, name: str, content: bytes | dict[str, Any]) -> Path:
        file = self.exports / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else as_bytes(content))
        return file

    def collect(self, **changes: Any) -> Collected:
        choices = Choices(names=changes.pop("names", False), texts=changes.pop("texts", False))
        options = {"k": 5, "workers": 1, **self.options, **changes}
        self.exports.mkdir(exist_ok=True)
        return collect(
            Request((self.exports,), self.out, english, options.pop("language", "pt-BR"), choices=choices, **options)
        )

    def query(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.out / "canoa.sqlite3") as database:
            return database.execute(query).fetchall()

    def table(self, name: str) -> list[dict[str, str]]:
        with (self.out / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, delimiter=";"))

    def summary(self, table: str) -> dict[tuple[str, str], str]:
        """Row and column of a table of the report → what it shows."""
        return {(row["linha"], row["coluna"]): row["valor"] for row in self.table("resumo") if row["tabela"] == table}

    def report(self) -> str:
        return (self.out / "relatorio.html").read_text(encoding="utf-8")

    def everything(self) -> dict[str, bytes]:
        return {
            file.relative_to(self.out).as_posix(): file.read_bytes()
            for file in sorted(self.out.rglob("*"))
            if file.is_file()
        }


def person(number: int, entries: dict[str, Any] | None = None, audience: str = "", **changes: Any) -> dict[str, Any]:
    """The record of the person of this number."""
    said = {"person/audience": audience} if audience else {}
    return record({**said, **(entries or {})}, person=f"{number:032x}", **changes)


def survey(block: str, moment: str, answers: dict[str, Any], items: dict[str, Any] | None = None) -> dict[str, Any]:
    """The entries of somebody who ended a survey."""
    ended = {"instrument": "curso", "moment": moment, "done": "2026-11-01", "items": items or ITEMS}
    return {
        f"about/{block}": {"kind": "avaliacao", "title": "Avaliação", "course": "curso"},
        f"survey/{block}": ended,
        **{f"survey/{block}/{code}": value for code, value in answers.items()},
    }


def question(block: str, *scores: float, answer: str = "Acolher") -> dict[str, Any]:
    """The entries of somebody who tried a question so often."""
    return {
        f"about/{block}": {"kind": "questao", "title": f"Questão {block}", "course": "curso"},
        **{
            f"answer/{block}/{number:04}": entry({"answer": [answer], "score": score}, 1_790_000_000_000 + number)
            for number, score in enumerate(scores)
        },
    }
