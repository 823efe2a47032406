"""The tables that are written, with every column: one place for the database, the CSV files and their description.

Names of files and columns are Portuguese and without accents in every language, so that what reads them need not care.
"""

from __future__ import annotations

from typing import NamedTuple

from generator.problem_kinds import N_


class Column(NamedTuple):
    """One column."""

    name: str
    type: str
    meaning: str
    """A message id."""


class Table(NamedTuple):
    """A table of rows about single answers."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    only: str = ""
    """The option without which it is not written: `texts`."""

    def columns_for(self, *, names: bool) -> tuple[Column, ...]:
        """The columns; those that tell who somebody is only where they are wanted."""
        return tuple(column for column in self.columns if names or column.name not in NAMING)


NAMING = frozenset(("nome", "identificador"))
"""Columns that tell who somebody is."""

_PERSON = Column("pessoa", "INTEGER", N_("Number of the person. It says nothing of who it is, and joins the files."))
_AUDIENCE = Column(
    "publico", "TEXT", N_("Profession, as given by the person; empty when not given or when too few have it.")
)
_BLOCK = Column("bloco", "TEXT", N_("Id of the activity; its title is in blocos.csv."))
_COURSE = Column("curso", "TEXT", N_("Id of the course."))
_TOOL = Column("ferramenta", "TEXT", N_("Id of the tool, one of the ten."))
_USED = Column("ja_usava", "TEXT", N_("Was the tool used before? sim, em-parte, nao."))
_WHEN = Column("quando", "TEXT", N_("When: the week (2026-W47), or the date in files with names."))

TABLES: tuple[Table, ...] = (
    Table(
        "pessoas",
        N_("One row per person."),
        (
            _PERSON,
            _AUDIENCE,
            Column("copias", "INTEGER", N_("Files of this person that were merged.")),
            Column("atividades_feitas", "INTEGER", N_("Activities done.")),
            Column("mudancas", "INTEGER", N_("Changes recorded in the practice journal.")),
            Column("primeira", "TEXT", N_("Week (or date) of the first thing kept.")),
            Column("ultima", "TEXT", N_("Week (or date) of the last thing kept.")),
            Column("nome", "TEXT", N_("Name, when the person chose to give it.")),
            Column("identificador", "TEXT", N_("Id of the person in the exported files.")),
        ),
    ),
    Table(
        "blocos",
        N_("One row per activity that somebody began: what the ids stand for."),
        (
            _BLOCK,
            Column("tipo", "TEXT", N_("Kind of activity: questao, caso, reflexao, ficha, avaliacao …")),
            Column("titulo", "TEXT", N_("Title of the activity.")),
            _COURSE,
            Column("pagina", "TEXT", N_("Page of the site on which it stands.")),
            _TOOL,
        ),
    ),
    Table(
        "atividades",
        N_("One row per person and activity begun."),
        (
            _PERSON,
            _AUDIENCE,
            _COURSE,
            _BLOCK,
            Column("tipo", "TEXT", N_("Kind of activity: questao, caso, reflexao, ficha, avaliacao …")),
            Column("feita", "INTEGER", N_("1 when it was done, 0 when it was only begun.")),
            _WHEN,
        ),
    ),
    Table(
        "respostas",
        N_("One row per attempt at a question."),
        (
            _PERSON,
            _AUDIENCE,
            _COURSE,
            _BLOCK,
            Column("tentativa", "INTEGER", N_("Number of the attempt, from 1.")),
            Column("tentativas", "INTEGER", N_("Attempts of this person at this question.")),
            Column("pontos", "REAL", N_("From 0 (wrong) to 1 (right).")),
            Column("dica", "INTEGER", N_("1 when the hint was opened before.")),
            Column("resposta", "TEXT", N_("The answer; without --with-texts only if as many people gave the same.")),
            _WHEN,
        ),
    ),
    Table(
        "casos",
        N_("One row per way through a case."),
        (
            _PERSON,
            _AUDIENCE,
            _COURSE,
            _BLOCK,
            Column("vez", "INTEGER", N_("Number of the way, from 1.")),
            Column("percurso", "TEXT", N_("Ids of the stages, in the order taken, with > between them.")),
            Column("terminou", "INTEGER", N_("1 when an end was reached.")),
            _WHEN,
        ),
    ),
    Table(
        "fichas",
        N_("One row per person and worksheet."),
        (
            _PERSON,
            _AUDIENCE,
            _COURSE,
            _BLOCK,
            _TOOL,
            _USED,
            Column("celulas", "INTEGER", N_("Cells that were filled in.")),
            _WHEN,
        ),
    ),
    Table(
        "diario",
        N_("One row per change recorded in the practice journal."),
        (
            _PERSON,
            _AUDIENCE,
            Column("registro", "INTEGER", N_("Number of the entry of this person, from 1.")),
            _TOOL,
            _USED,
            Column("desde", "TEXT", N_("Since when: the week, or the date in files with names.")),
            Column("dias30", "TEXT", N_("After 30 days: mantida, adaptada, abandonada.")),
            Column("dias60", "TEXT", N_("After 60 days: mantida, adaptada, abandonada.")),
            Column("dias90", "TEXT", N_("After 90 days: mantida, adaptada, abandonada.")),
        ),
    ),
    Table(
        "questionarios",
        N_("One row per answer to an item of an evaluation; items of several choices have one row for each."),
        (
            _PERSON,
            _AUDIENCE,
            Column("instrumento", "TEXT", N_("Name that the versions before and after share.")),
            Column("momento", "TEXT", N_("antes, depois, or empty.")),
            _BLOCK,
            Column("codigo", "TEXT", N_("Code of the item; see livro-de-codigos.csv.")),
            Column("tipo", "TEXT", N_("Kind of item: escala, escolha, varias, numero, texto.")),
            Column("resposta", "TEXT", N_("The answer; without --with-texts only if as many people gave the same.")),
            Column("numero", "REAL", N_("The answer to scales and numbers.")),
            _WHEN,
        ),
    ),
    Table(
        "eletivas",
        N_("One row per elective chosen or given up."),
        (
            _PERSON,
            _AUDIENCE,
            Column("eletiva", "TEXT", N_("Id of the module or course.")),
            Column("escolhida", "INTEGER", N_("1 when it is chosen.")),
            Column("problema", "TEXT", N_("Id of the priority problem that it was chosen for.")),
            _WHEN,
        ),
    ),
    Table(
        "textos",
        N_("One row per text in the person's own words. It may tell who somebody is: keep it safe."),
        (
            _PERSON,
            _AUDIENCE,
            Column("origem", "TEXT", N_("Where from: reflexao, tarefa, ficha, diario, eletiva, territorio.")),
            _BLOCK,
            Column("campo", "TEXT", N_("Field, item, or row and column.")),
            Column("texto", "TEXT", N_("What was written.")),
            _WHEN,
        ),
        only="texts",
    ),
)

CODEBOOK = Table(
    "livro-de-codigos",
    N_("The codebook: one row per item of an instrument and edition of it."),
    (
        Column("instrumento", "TEXT", N_("Name that the versions before and after share.")),
        Column("codigo", "TEXT", N_("Code of the item.")),
        Column("edicao", "INTEGER", N_("Number of the wording, from 1: more than one when editions differ.")),
        Column("momentos", "TEXT", N_("When this wording was asked: antes, depois, or empty.")),
        Column("blocos", "TEXT", N_("Ids of the activities with this wording.")),
        Column("tema", "TEXT", N_("Theme of the item.")),
        Column("tipo", "TEXT", N_("Kind of item: escala, escolha, varias, numero, texto.")),
        Column("texto", "TEXT", N_("The question.")),
        Column("valores", "TEXT", N_("What could be chosen, with | between the values.")),
        Column("conflito", "TEXT", N_("What differs between wordings under the same code; empty when nothing does.")),
    ),
)

SUMMARY = Table(
    "resumo",
    N_("The numbers of the report, one row each; what would show few people is left out of both."),
    (
        Column("tabela", "TEXT", N_("Table of the report.")),
        Column("linha", "TEXT", N_("Row of that table.")),
        Column("coluna", "TEXT", N_("Column of that table.")),
        Column("valor", "TEXT", N_("The number; an asterisk where it is withheld.")),
    ),
)

REFUSED = Table(
    "recusados",
    N_("One row per file that was set aside."),
    (
        Column("arquivo", "TEXT", N_("The file, where it was found. It was not touched.")),
        Column("copia", "TEXT", N_("Its copy in the folder recusados; empty when it could not be read.")),
        Column("motivo", "TEXT", N_("What is wrong with it.")),
        Column("remedio", "TEXT", N_("What helps.")),
        Column("tipo", "TEXT", N_("The reason in one word, for programs.")),
    ),
)
