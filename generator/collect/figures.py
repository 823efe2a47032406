"""The numbers of the report, section by section; what would show few people is withheld here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from generator.collect.cells import WITHHELD, Cell, Chart, Material, Section
from generator.collect.instruments import instrument_charts
from generator.collect.suppression import is_few, of_whole, partition
from generator.content.vocabulary import TOOLS
from generator.problem_kinds import N_

KINDS = {
    "questao": N_("Questions"),
    "resposta-curta": N_("Questions"),
    "numerica": N_("Questions"),
    "ordenar": N_("Questions"),
    "associar": N_("Questions"),
    "lacunas": N_("Questions"),
    "caso": N_("Cases"),
    "reflexao": N_("Reflections"),
    "na-sua-unidade": N_("Tasks for the unit"),
    "ficha": N_("Worksheets"),
    "checklist": N_("Checklists"),
    "avaliacao": N_("Evaluations"),
}
STATES = {"mantida": N_("Kept"), "adaptada": N_("Adapted"), "abandonada": N_("Given up")}

NEW_TOOLS = """
CREATE TEMP TABLE new_tools AS
    SELECT pessoa, ferramenta FROM diario WHERE ja_usava = 'nao' AND ferramenta <> ''
    UNION SELECT pessoa, ferramenta FROM fichas WHERE ja_usava = 'nao' AND ferramenta <> ''
"""
NUMBERS = """
CREATE TEMP TABLE numbers AS
    SELECT pessoa, publico, instrumento, momento, codigo, numero, min(rowid) AS place FROM questionarios
    WHERE numero IS NOT NULL GROUP BY pessoa, instrumento, momento, codigo
"""
NUMBERS_INDEX = "CREATE INDEX temp.numbers_by_item ON numbers (instrumento, codigo, momento, pessoa)"
QUESTIONS = """
CREATE TEMP TABLE questions AS
    SELECT pessoa, publico, curso, bloco, max(tentativas) AS attempts,
        max(CASE WHEN tentativa = 1 THEN pontos END) >= 1 AS first,
        max(CASE WHEN tentativa = tentativas THEN pontos END) >= 1 AS last
    FROM respostas GROUP BY pessoa, bloco
"""


class Figures(Material):
    """Makes the sections out of the database."""

    def sections(self) -> tuple[Section, ...]:
        """All parts of the report that have something to show."""
        self.database.prepare((NEW_TOOLS, NUMBERS, NUMBERS_INDEX, QUESTIONS))
        made = (
            self._people(),
            self._tools(),
            self._journal(),
            self._activities(),
            self._questions(),
            *self._instruments(),
            self._electives(),
        )
        return tuple(section for section in made if section.charts)

    # --- who -----------------------------------------------------------------------------------------------------

    def _people(self) -> Section:
        _ = self.translate
        counts: dict[str, int] = dict(self.database.rows("SELECT publico, count(*) FROM pessoas GROUP BY publico"))
        chart = Chart(
            "publico",
            _("People by audience"),
            (_("Audience"), _("People"), _("Share of people")),
            tuple(self._group_rows(counts)) if self.everybody >= self.k else (),
        )
        return Section(
            "pessoas",
            _("Who took part"),
            _("Each person counts once, however many files they sent."),
            (chart,) if chart.rows else (),
        )

    def _group_rows(self, counts: Mapping[str, int]) -> Iterator[tuple[Cell, ...]]:
        names = self.audiences(counts)
        shown = partition([counts.get(name, 0) for name in names], self.k)
        total = sum(counts.values())
        for name, people in zip(names, shown, strict=True):
            share = Cell(WITHHELD)
            if people is not None and total:
                share = Cell(f"{self.write.number(people / total * 100, 1)} %", people / total)
            yield Cell(self.audience(name)), self.write.count(people), share

    # --- tools ---------------------------------------------------------------------------------------------------

    def _tools(self) -> Section:
        _ = self.translate
        whole = self.everybody
        counts: dict[str, int] = dict(
            self.database.rows("SELECT ferramenta, count(*) FROM new_tools GROUP BY ferramenta")
        )
        anyone = self.database.number("SELECT count(DISTINCT pessoa) FROM new_tools")
        rows = [(Cell(_("At least one tool")), *self.write.part(anyone, whole))]
        rows += [(Cell(_(name)), *self.write.part(counts.get(tool, 0), whole)) for tool, name in TOOLS.items()]
        chart = Chart(
            "ferramentas-novas",
            _("Tools newly introduced, by category"),
            (_("Tool"), _("People"), _("Share of all people")),
            tuple(rows),
        )
        return Section(
            "ferramentas",
            _("Tools newly introduced"),
            _(
                "People who say, in the journal or in a worksheet, that they work with a tool that they had not used "
                "before. Somebody may have introduced several."
            ),
            (chart,) if counts else (),
        )

    # --- journal -------------------------------------------------------------------------------------------------

    def _journal(self) -> Section:
        _ = self.translate
        return Section(
            "diario",
            _("Changes recorded in the practice journal"),
            _("A change counts where it was written down, and its follow-up where the person came back to it."),
            (self._changes(), self._follow_up()) if self.database.number("SELECT count(*) FROM diario") else (),
        )

    def _changes(self) -> Chart:
        _ = self.translate
        whole = self.everybody
        found = {
            tool: (people, changes)
            for tool, people, changes in self.database.rows(
                "SELECT ferramenta, count(DISTINCT pessoa), count(*) FROM diario GROUP BY ferramenta"
            )
        }
        total = self.database.number("SELECT count(*) FROM diario")
        recorders = self.database.number("SELECT count(DISTINCT pessoa) FROM diario")
        rows = [(Cell(_("All changes")), *self.write.part(recorders, whole), self._events(recorders, total))]
        for tool, name in (*TOOLS.items(), ("", N_("Without a tool"))):
            people, changes = found.get(tool, (0, 0))
            rows.append((Cell(_(name)), *self.write.part(people, whole), self._events(people, changes)))
        return Chart(
            "mudancas",
            _("Changes by tool"),
            (_("Tool"), _("People"), _("Share of all people"), _("Changes")),
            self._safe_events(rows),
        )

    def _events(self, people: int, events: int) -> Cell:
        """Things that people did: shown where the number of people is."""
        found = of_whole(people, self.everybody, self.k)
        return Cell(self.write.number(events) if found and found.exact else WITHHELD)

    def _safe_events(self, rows: Sequence[tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
        """Things add up to their total in the first row: one that is withheld must not follow from the others."""
        parts = rows[1:]
        withheld = [row for row in parts if row[-1].text == WITHHELD]
        if len(withheld) != 1:
            return tuple(rows)
        return (((*rows[0][:-1], Cell(WITHHELD))), *parts)

    def _follow_up(self) -> Chart:
        _ = self.translate
        rows = []
        for days in (30, 60, 90):
            column = f"dias{days}"
            query = f"SELECT {column}, count(DISTINCT pessoa) FROM diario WHERE {column} <> '' GROUP BY {column}"  # noqa: S608
            counts: dict[str, int] = dict(self.database.rows(query))
            cells = (self.write.count(counts.get(state, 0)) for state in STATES)
            rows.append((Cell(_("After {days} days").format(days=days)), *cells))
        return Chart(
            "seguimento",
            _("What became of the changes"),
            (_("Follow-up"), *map(_, STATES.values())),
            tuple(rows),
            (_("People with at least one change in this state."),),
        )

    # --- activities ----------------------------------------------------------------------------------------------

    def _activities(self) -> Section:
        _ = self.translate
        whole = self.everybody
        found: dict[tuple[str, str], tuple[int, int]] = {}
        done = """
            SELECT curso, CASE WHEN tipo IN ('resposta-curta', 'numerica', 'ordenar', 'associar', 'lacunas')
                THEN 'questao' ELSE tipo END AS kind, count(DISTINCT pessoa), count(*)
            FROM atividades WHERE feita = 1 GROUP BY curso, kind
        """
        for course, kind, people, count in self.database.rows(done):
            found[course, kind] = (people, count)
        few = sum(is_few(people, self.k) for people, _ in found.values())
        rows = [
            (
                Cell(self.titles.courses.get(course, course) or _("Outside of courses")),
                Cell(_(KINDS[kind]) if kind in KINDS else kind),
                *self.write.part(people, whole),
                self._events(people, count),
            )
            for (course, kind), (people, count) in sorted(found.items(), key=lambda item: _course_order(*item[0]))
            if not is_few(people, self.k)
        ]
        chart = Chart(
            "atividades-feitas",
            _("Activities done, by course and kind"),
            (_("Course"), _("Kind"), _("People"), _("Share of all people"), _("Activities done")),
            tuple(rows),
            self.few_rows(few),
            lead=2,
        )
        return Section(
            "atividades",
            _("Activities done"),
            _(
                "Done means: a question answered at least once, a case followed to an end, a reflection written, a "
                "task marked as done, a worksheet begun, a checklist complete, an evaluation ended."
            ),
            (chart,) if found else (),
        )

    # --- questions -----------------------------------------------------------------------------------------------

    def _questions(self) -> Section:
        _ = self.translate
        charts = (self._questions_by_audience(), self._each_question())
        return Section(
            "questoes",
            _("Questions"),
            _("Right means wholly right. The first attempt shows what was known, the last one what was reached."),
            charts if self.database.number("SELECT count(*) FROM questions") else (),
        )

    def _each_question(self) -> Chart:
        _ = self.translate
        query = """
            SELECT curso, bloco, titulo, count(*), sum(first), sum(last), sum(attempts)
            FROM questions LEFT JOIN (SELECT bloco, titulo FROM blocos) USING (bloco)
            GROUP BY bloco ORDER BY curso, bloco
        """
        rows, few = [], 0
        for course, block, title, people, first, last, attempts in self.database.rows(query):
            if is_few(people, self.k):
                few += 1
                continue
            rows.append(
                (
                    Cell(self.titles.courses.get(course, course)),
                    Cell(title or block),
                    self.write.count(people),
                    self.write.share(first, people),
                    self.write.share(last, people),
                    Cell(self.write.number(attempts / people, 1)),
                )
            )
        head = (_("Course"), _("Question"), _("People"), _("Right at first"), _("Right at last"), _("Attempts, mean"))
        return Chart("questoes", _("Each question"), head, tuple(rows), self.few_rows(few), lead=2)

    def _questions_by_audience(self) -> Chart:
        _ = self.translate
        query = """
            SELECT publico, count(*), avg(first), avg(last) FROM (
                SELECT pessoa, publico, avg(first) AS first, avg(last) AS last FROM questions GROUP BY pessoa
            ) GROUP BY publico
        """
        found = {audience: (people, first, last) for audience, people, first, last in self.database.rows(query)}
        names = self.audiences(found)
        shown = partition([found[name][0] for name in names], self.k)
        rows = []
        for name, people in zip(names, shown, strict=True):
            shares = [Cell(WITHHELD)] * 2
            if people is not None:
                shares = [Cell(f"{self.write.number(share * 100, 1)} %", share) for share in found[name][1:]]
            rows.append((Cell(self.audience(name)), self.write.count(people), *shares))
        return Chart(
            "questoes-por-publico",
            _("Answers to questions, by audience"),
            (_("Audience"), _("People"), _("Right at first, mean of people"), _("Right at last, mean of people")),
            tuple(rows),
        )

    # --- evaluations ---------------------------------------------------------------------------------------------

    def _instruments(self) -> Iterator[Section]:
        _ = self.translate
        names = [name for (name,) in self.database.rows("SELECT DISTINCT instrumento FROM questionarios ORDER BY 1")]
        few = 0
        for number, name in enumerate(names, 1):
            people = self.database.number(
                "SELECT count(DISTINCT pessoa) FROM questionarios WHERE instrumento = ?", name
            )
            if is_few(people, self.k):
                few += 1
                continue
            charts = tuple(instrument_charts(self, name, f"instrumento-{number}"))
            title = _("Evaluation: {name}").format(name=name)
            intro = _("Asked before and after, an item counts for those who answered it both times.")
            yield Section(f"avaliacao-{number}", title, intro, charts)

    # --- electives -----------------------------------------------------------------------------------------------

    def _electives(self) -> Section:
        _ = self.translate
        whole = self.everybody
        charts = []
        for identifier, column, title, heading, names in (
            (
                "eletivas-por-problema",
                "problema",
                _("Electives by priority problem"),
                _("Problem"),
                self.titles.problems,
            ),
            ("eletivas", "eletiva", _("Electives chosen"), _("Elective"), self.titles.modules),
        ):
            found = list(
                self.database.rows(
                    f"SELECT {column}, count(DISTINCT pessoa) AS people FROM eletivas "  # noqa: S608  # our own names
                    f"WHERE escolhida = 1 GROUP BY {column} ORDER BY people DESC, {column}"
                )
            )
            rows = [
                (Cell(names.get(name, name) or _("None given")), *self.write.part(people, whole))
                for name, people in found
                if not is_few(people, self.k)
            ]
            few = self.few_rows(len(found) - len(rows))
            if found:
                charts.append(
                    Chart(identifier, title, (heading, _("People"), _("Share of all people")), tuple(rows), few)
                )
        intro = _("What people chose to study, and the problem of their area that they chose it for.")
        return Section("eletivas", _("Electives"), intro, tuple(charts))


def _course_order(course: str, kind: str) -> tuple[str, int, str]:
    known = list(KINDS)
    return course, known.index(kind) if kind in KINDS else len(known), kind
