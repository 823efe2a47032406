"""The SQLite file: rows go in as they are made, and the other files and all numbers come out of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from generator.collect.extracting import Choices, Extract, Row
from generator.collect.tables import CODEBOOK, TABLES, Table

PREPARATION = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -16000;
PRAGMA secure_delete = ON;
CREATE TEMP TABLE seen_blocks (
    bloco TEXT, tipo TEXT, titulo TEXT, curso TEXT, pagina TEXT, ferramenta TEXT, people INTEGER,
    PRIMARY KEY (bloco, tipo, titulo, curso, pagina, ferramenta)
) WITHOUT ROWID;
CREATE TEMP TABLE seen_items (
    instrumento TEXT, codigo TEXT, momento TEXT, bloco TEXT, tema TEXT, tipo TEXT, texto TEXT, valores TEXT,
    PRIMARY KEY (instrumento, codigo, momento, bloco, tema, tipo, texto, valores)
) WITHOUT ROWID;
"""
"""The file waits elsewhere until it is whole: it needs no journal.  What is only counted stays out of it, and what is
taken out of it again must not stay behind in its free space."""

MOST_FREQUENT_BLOCKS = """
INSERT INTO blocos SELECT bloco, tipo, titulo, curso, pagina, ferramenta FROM (
    SELECT *, row_number() OVER (
        PARTITION BY bloco ORDER BY people DESC, titulo, pagina, curso, tipo, ferramenta
    ) AS place FROM seen_blocks
) WHERE place = 1 ORDER BY bloco
"""
UNFINISHED_SURVEYS = """
CREATE TEMP TABLE surveys AS SELECT bloco, min(instrumento) AS instrumento, min(momento) AS momento
    FROM seen_items WHERE instrumento <> bloco OR momento <> '' GROUP BY bloco;
UPDATE questionarios SET
    momento = (SELECT momento FROM surveys WHERE surveys.bloco = questionarios.bloco),
    instrumento = (SELECT instrumento FROM surveys WHERE surveys.bloco = questionarios.bloco)
    WHERE instrumento = bloco AND momento = '' AND bloco IN (SELECT bloco FROM surveys);
CREATE TEMP TABLE item_kinds AS SELECT bloco, codigo, min(tipo) AS tipo FROM seen_items GROUP BY bloco, codigo;
CREATE INDEX temp.item_kinds_by_block ON item_kinds (bloco, codigo);
UPDATE questionarios SET tipo = coalesce((
    SELECT tipo FROM item_kinds AS known WHERE known.bloco = questionarios.bloco AND known.codigo = questionarios.codigo
        AND tipo IN ('escolha', 'texto')
), 'texto') WHERE tipo = '';
"""
"""Who did not end a survey has no codebook: that of the others says what was asked."""

WITHOUT_OWN_WORDS = """
UPDATE questionarios SET resposta = '' WHERE tipo = 'texto';
CREATE TEMP TABLE rare AS SELECT bloco, resposta FROM respostas WHERE resposta <> ''
    GROUP BY bloco, resposta HAVING count(DISTINCT pessoa) < :k;
CREATE INDEX temp.rare_by_block ON rare (bloco, resposta);
UPDATE respostas SET resposta = '' WHERE resposta <> '' AND (bloco, resposta) IN (SELECT bloco, resposta FROM rare);
CREATE TEMP TABLE rare_choices AS SELECT bloco, codigo, resposta FROM questionarios WHERE resposta <> ''
    GROUP BY bloco, codigo, resposta HAVING count(DISTINCT pessoa) < :k;
CREATE INDEX temp.rare_choices_by_item ON rare_choices (bloco, codigo, resposta);
UPDATE questionarios SET resposta = ''
    WHERE resposta <> '' AND (bloco, codigo, resposta) IN (SELECT bloco, codigo, resposta FROM rare_choices);
"""
"""What few people have said in the same words may tell who they are."""

EDITIONS = """
SELECT instrumento, codigo, group_concat(momento, ' | '), group_concat(bloco, ' | '), tema, tipo, texto, valores FROM (
    SELECT instrumento, codigo, momento, bloco, tema, tipo, texto, valores FROM seen_items
    ORDER BY instrumento, codigo, momento, bloco
) GROUP BY instrumento, codigo, tema, tipo, texto, valores ORDER BY instrumento, codigo, texto, tipo, valores, tema
"""
PARTS_OF_ITEMS = ("tema", "tipo", "texto", "valores")


class Database:
    """The tables while they are made and read; a context manager."""

    def __init__(self, file: Path, choices: Choices) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self.tables = tuple(table for table in TABLES if not table.only or getattr(choices, table.only))
        self._choices = choices
        self._connection.executescript(PREPARATION)
        self._connection.execute("BEGIN")
        self._inserts: dict[str, str] = {}
        for table in (*self.tables, CODEBOOK):
            columns = table.columns_for(names=choices.names)
            self._connection.execute(
                f'CREATE TABLE "{table.name}" ({", ".join(f"{column.name} {column.type}" for column in columns)})'
            )
            marks = ", ".join("?" * len(columns))
            self._inserts[table.name] = f'INSERT INTO "{table.name}" VALUES ({marks})'  # noqa: S608  # our own names

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def add(self, extract: Extract) -> None:
        """The rows of one or more people."""
        for name, rows in extract.rows.items():
            if name in self._inserts:
                self._connection.executemany(self._inserts[name], rows)
        self._connection.executemany(
            "INSERT INTO seen_blocks VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET people = people + excluded.people",
            ((*block, records) for block, records in extract.blocks.items()),
        )
        self._connection.executemany(
            "INSERT OR IGNORE INTO seen_items VALUES (?, ?, ?, ?, ?, ?, ?, ?)", extract.codebook
        )

    def complete(self) -> None:
        """Fill in what only all records together tell."""
        self._connection.execute(MOST_FREQUENT_BLOCKS)
        self._run_all(UNFINISHED_SURVEYS)
        self._connection.executemany(self._inserts[CODEBOOK.name], list(self._codebook()))

    def finish(self, k: int) -> None:
        """Take out what would tell of few people in rows about single ones, and close the books.

        The numbers of the report are drawn before: they count what is taken out here.
        """
        if not self._choices.texts:
            self._run_all(WITHOUT_OWN_WORDS.replace(":k", str(int(k))))
        self._connection.execute("COMMIT")

    def _run_all(self, statements: str) -> None:
        """`executescript` would end the transaction."""
        for statement in statements.split(";\n"):
            self._connection.execute(statement)

    def _codebook(self) -> Iterator[Row]:
        """Editions of items, numbered within their code, with what differs between them."""
        wordings: dict[tuple[str, str], list[Row]] = {}
        for instrument, code, moments, blocks, *parts in self._connection.execute(EDITIONS):
            row = (_distinct(moments), _distinct(blocks), *parts)
            wordings.setdefault((instrument, code), []).append(row)
        for (instrument, code), rows in wordings.items():
            differing = [name for place, name in enumerate(PARTS_OF_ITEMS, 2) if len({row[place] for row in rows}) > 1]
            for edition, row in enumerate(rows, 1):
                yield (instrument, code, edition, *row, ", ".join(differing))

    def rows(self, query: str, *values: Any) -> Iterator[Row]:
        """What a query gives."""
        yield from self._connection.execute(query, values)

    def number(self, query: str, *values: Any) -> int:
        """What a query for one number gives."""
        [found] = self._connection.execute(query, values).fetchone()
        return int(found or 0)

    def prepare(self, statements: Iterable[str]) -> None:
        """Temporary tables for queries to come."""
        for statement in statements:
            self._connection.execute(statement)

    def table_rows(self, table: Table) -> Iterator[Row]:
        """A table as it was filled."""
        return self.rows(f'SELECT * FROM "{table.name}" ORDER BY rowid')  # noqa: S608  # our own names


def _distinct(joined: str) -> str:
    return " | ".join(dict.fromkeys(joined.split(" | ")))
