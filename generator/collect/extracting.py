"""One person's merged record becomes rows of the tables."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

from generator.content.vocabulary import TOOLS
from generator.records.merging import Entries

Row = tuple[Any, ...]
LONGEST_LABEL = 300
DAY = 24 * 3600 * 1000
LARGEST_NUMBER, LARGEST_STEP = 1e12, 1000
"""Of a number that somebody typed, and of a step of a scale; beyond it is a slip, and would drown every mean."""
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
ENTRY_FIELDS = ("changed", "since", "tool", "before", "evidence", "helps", "hinders", "next")
JOURNAL_TEXTS = ("changed", "evidence", "helps", "hinders", "next")
FOLLOW_UPS = ("follow30", "follow60", "follow90")


class CodebookRow(NamedTuple):
    """One item of an instrument, as one edition of a site had it."""

    instrument: str
    code: str
    moment: str
    block: str
    theme: str
    type: str
    text: str
    choices: str


class BlockRow(NamedTuple):
    """What one record says of an activity."""

    block: str
    kind: str
    title: str
    course: str
    page: str
    tool: str


@dataclass(frozen=True)
class Choices:
    """What is wanted of a record."""

    names: bool = False
    texts: bool = False


@dataclass(frozen=True)
class Person:
    """Somebody of whom there are one or more files."""

    number: int
    audience: str
    name: str
    id: str
    copies: int

    def without_audience(self) -> Person:
        """The same person, of whom the profession is not said."""
        return replace(self, audience="")


@dataclass
class Extract:
    """The rows of one or more people."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    blocks: dict[BlockRow, int] = field(default_factory=dict)
    """With the number of records that say so."""
    codebook: dict[CodebookRow, None] = field(default_factory=dict)
    """In the order found, each once."""

    def add(self, table: str, *row: Any) -> None:
        """One more row."""
        self.rows.setdefault(table, []).append(row)

    def join(self, other: Extract) -> None:
        """Take over the rows of somebody else."""
        for table, rows in other.rows.items():
            self.rows.setdefault(table, []).extend(rows)
        for block, records in other.blocks.items():
            self.blocks[block] = self.blocks.get(block, 0) + records
        self.codebook.update(other.codebook)


def extract(person: Person, entries: Entries, choices: Choices) -> Extract:
    """The rows of one person, those of each table in an order that follows from the record alone."""
    return _Extraction(person, entries, choices).run()


class _Extraction:
    """The work of `extract`: the record sorted by kind, and what has been made of it."""

    def __init__(self, person: Person, entries: Entries, choices: Choices) -> None:
        self.person, self.choices = person, choices
        self.found = Extract()
        self.who = (person.number, person.audience)
        self.show_time: Callable[[int | float], str] = shown_day if choices.names else shown_week
        self.show_date: Callable[[Any], str] = _day_of_date if choices.names else _week_of_date
        self.kinds: dict[str, list[tuple[list[str], Any, int | float]]] = {}
        self.times: list[int | float] = []
        for key in sorted(entries):
            entry = entries[key]
            if entry["v"] is not None:
                kind, *parts = key.split("/")
                self.kinds.setdefault(kind, []).append((parts, entry["v"], entry["t"]))
                self.times.append(entry["t"])
        self.about = {parts[0]: value for parts, value, _ in self.kinds.get("about", ())}
        self.done: dict[str, tuple[bool, int | float, str]] = {}

    def run(self) -> Extract:
        self._blocks()
        self._answers()
        self._cases()
        self._reflections()
        self._tasks()
        self._checklists()
        self._worksheets()
        self._surveys()
        changes = self._journal()
        self._electives()
        self._territory()
        finished = self._activities()
        first, last = (min(self.times), max(self.times)) if self.times else (None, None)
        row: tuple[Any, ...] = (
            *self.who,
            self.person.copies,
            finished,
            changes,
            "" if first is None else self.show_time(first),
            "" if last is None else self.show_time(last),
        )
        if self.choices.names:
            row += (clean(self.person.name), self.person.id)
        self.found.add("pessoas", *row)
        return self.found

    # --- what is shared -----------------------------------------------------------------------------------------

    def _by_block(self, kind: str) -> Iterator[tuple[str, list[tuple[list[str], Any, int | float]]]]:
        """Block and the rest of its keys: parts after the block, value, time."""
        grouped: dict[str, list[tuple[list[str], Any, int | float]]] = {}
        for (block, *parts), value, time in self.kinds.get(kind, ()):
            grouped.setdefault(block, []).append((parts, value, time))
        yield from grouped.items()

    def _course(self, block: str) -> str:
        return label(self.about.get(block, {}).get("course"))

    def _tool(self, block: str) -> str:
        return known_tool(self.about.get(block, {}).get("tool"))

    def _begun(self, block: str, kind: str, time: int | float, *, done: bool) -> None:
        """Note an activity; the kind that the record itself gives is preferred."""
        was_done, was_time, _ = self.done.get(block, (False, 0, ""))
        named = label(self.about.get(block, {}).get("kind")) or kind
        self.done[block] = (was_done or done, max(was_time, time), named)

    def _text(self, origin: str, block: str, place: str, text: Any, time: int | float) -> None:
        if self.choices.texts and isinstance(text, str) and text.strip():
            self.found.add("textos", *self.who, origin, block, place, clean(text), self.show_time(time))

    # --- one kind after the other -------------------------------------------------------------------------------

    def _blocks(self) -> None:
        for block, about in self.about.items():
            row = BlockRow(
                block=block,
                kind=label(about.get("kind")),
                title=label(about.get("title")),
                course=label(about.get("course")),
                page=label(about.get("page")),
                tool=known_tool(about.get("tool")),
            )
            self.found.blocks[row] = 1

    def _answers(self) -> None:
        for block, attempts in self._by_block("answer"):
            attempts.sort(key=lambda attempt: (attempt[2], attempt[0]))
            for number, (_, value, time) in enumerate(attempts, 1):
                answer = clean(" | ".join(value["answer"]))
                hint = int(value.get("hint") is True)
                place = (*self.who, self._course(block), block)
                score = float(value["score"])
                self.found.add("respostas", *place, number, len(attempts), score, hint, answer, self.show_time(time))
            self._begun(block, "questao", attempts[-1][2], done=True)

    def _cases(self) -> None:
        for block, runs in self._by_block("case"):
            runs.sort(key=lambda run: (run[2], run[0]))
            for number, (_, value, time) in enumerate(runs, 1):
                path, ended = clean(" > ".join(value["path"])), value.get("end") is True
                place = (*self.who, self._course(block), block)
                self.found.add("casos", *place, number, path, int(ended), self.show_time(time))
                self._begun(block, "caso", time, done=ended)

    def _reflections(self) -> None:
        for (block,), text, time in self.kinds.get("text", ()):
            self._begun(block, "reflexao", time, done=bool(text.strip()))
            self._text("reflexao", block, "", text, time)

    def _tasks(self) -> None:
        for block, fields in self._by_block("task"):
            for (name,), value, time in fields:
                self._begun(block, "na-sua-unidade", time, done=name == "done" and value is True)
                if name == "text":
                    self._text("tarefa", block, "", value, time)

    def _checklists(self) -> None:
        for block, ticks in self._by_block("check"):
            ticked = sum(value is True for _, value, _ in ticks)
            items = self.about.get(block, {}).get("items")
            done = ticked >= (items if isinstance(items, int | float) and items > 0 else len(ticks))
            self._begun(block, "checklist", max(time for _, _, time in ticks), done=done)

    def _worksheets(self) -> None:
        for block, fields in self._by_block("sheet"):
            used, filled = "", 0
            for parts, value, time in fields:
                if parts == ["used"]:
                    used = value
                elif parts[0] == "cell" and len(parts) == 3 and value.strip():
                    filled += 1
                    self._text("ficha", block, " / ".join(parts[1:]), value, time)
            latest = max(time for _, _, time in fields)
            place = (*self.who, self._course(block), block)
            self.found.add("fichas", *place, self._tool(block), used, filled, self.show_time(latest))
            self._begun(block, "ficha", latest, done=filled > 0)

    def _surveys(self) -> None:
        for block, fields in self._by_block("survey"):
            ended: Mapping[str, Any] = next((value for parts, value, _ in fields if not parts), {})
            instrument = label(ended.get("instrument")) or block
            moment, items = str(ended.get("moment", "")), ended.get("items", {})
            for code, item in items.items():
                self.found.codebook[codebook_row(instrument, code, moment, block, item)] = None
            for parts, value, time in fields:
                if parts:
                    kind = _item_kind(items.get(parts[0], {}), value)
                    place = (*self.who, instrument, moment, block, label(parts[0]), kind)
                    for answer, number in self._item_answers(kind, value):
                        self.found.add("questionarios", *place, answer, number, self.show_time(time))
            self._begun(block, "avaliacao", max(time for _, _, time in fields), done=bool(ended))

    def _item_answers(self, kind: str, value: Any) -> Iterator[tuple[str, float | None]]:
        """Text and number of the rows that an answer takes; texts in one's own words only where they are wanted."""
        if isinstance(value, list):
            yield from ((label(choice), None) for choice in value)
        elif isinstance(value, str):
            text = label(value) if kind == "escolha" else clean(value)
            yield text if kind != "texto" or self.choices.texts else "", None
        elif abs(value) <= (LARGEST_STEP if kind == "escala" else LARGEST_NUMBER):
            yield "", float(value)

    def _journal(self) -> int:
        number = 0
        for entry, fields in self._by_block("journal"):
            values = {name: value for (name,), value, _ in fields}
            if not any(values.get(name) for name in ENTRY_FIELDS):
                continue
            number += 1
            tool, before = known_tool(values.get("tool")), values.get("before") or ""
            states = ((values.get(name) or {}).get("state", "") for name in FOLLOW_UPS)
            since = self.show_date(values.get("since") or values.get("created"))
            self.found.add("diario", *self.who, number, tool, before, since, *states)
            for (name,), value, time in fields:
                if name in JOURNAL_TEXTS:
                    self._text("diario", entry, name, value, time)
                elif name in FOLLOW_UPS:
                    self._text("diario", entry, name, value.get("text"), time)
        return number

    def _electives(self) -> None:
        for (elective,), value, time in self.kinds.get("elective", ()):
            problem, chosen = label(value.get("problem")), int(value["chosen"])
            self.found.add("eletivas", *self.who, label(elective), chosen, problem, self.show_time(time))
            self._text("eletiva", elective, "why", value.get("why"), time)

    def _territory(self) -> None:
        for (name,), value, time in self.kinds.get("territory", ()):
            self._text("territorio", "", name, ", ".join(value) if name == "problems" else value, time)

    def _activities(self) -> int:
        for block in sorted(self.done):
            done, time, kind = self.done[block]
            place = (*self.who, self._course(block), block)
            self.found.add("atividades", *place, kind, int(done), self.show_time(time))
        return sum(done for done, _, _ in self.done.values())


def codebook_row(instrument: str, code: str, moment: str, block: str, item: Mapping[str, Any]) -> CodebookRow:
    """An item as the codebook names it."""
    choices = " | ".join(map(label, item.get("choices") or ()))
    theme, kind, text = (label(item.get(name)) for name in ("theme", "type", "text"))
    return CodebookRow(instrument, label(code), moment, block, theme, kind, text, choices)


def _item_kind(item: Mapping[str, Any], value: Any) -> str:
    """The kind that the codebook says, where the answer is of that kind; else what can be told from the answer."""
    said = item.get("type", "")
    if not item and isinstance(value, str):
        return ""  # what those who ended the survey have as its codebook will tell
    fitting: dict[type, tuple[str, ...]] = {list: ("varias",), str: ("escolha", "texto"), int: ("escala", "numero")}
    kinds = fitting[int if isinstance(value, int | float) else type(value)]
    return said if said in kinds else kinds[-1]


# --- values -------------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """A text without the character that ends texts in some programs."""
    return text.replace("\0", "\ufffd")


def label(value: Any) -> str:
    """A short text on one line; empty for anything else."""
    return clean(" ".join(value[: LONGEST_LABEL * 4].split())[:LONGEST_LABEL]) if isinstance(value, str) else ""


def known_tool(value: Any) -> str:
    """The id of one of the ten tools, or nothing."""
    return value if isinstance(value, str) and value in TOOLS else ""


def shown_day(time: int | float) -> str:
    """The date of a time, in UTC."""
    return _date(int(time // DAY)).isoformat()


def shown_week(time: int | float) -> str:
    """The ISO 8601 week of a time, in UTC."""
    return _week_of_day(int(time // DAY))


@lru_cache(4096)
def _week_of_day(day: int) -> str:
    return _week(_date(day))


def _date(day: int) -> datetime.date:
    return datetime.date(1970, 1, 1) + datetime.timedelta(day)


def _week(date: datetime.date) -> str:
    year, week, _ = date.isocalendar()
    return f"{year:04}-W{week:02}"


def _week_of_date(written: Any) -> str:
    day = _day_of_date(written)
    return _week(datetime.date.fromisoformat(day)) if day else ""


def _day_of_date(written: Any) -> str:
    """A date that exists; nothing for others."""
    if not isinstance(written, str) or not DATE.fullmatch(written):
        return ""
    try:
        return datetime.date.fromisoformat(written).isoformat()
    except ValueError:
        return ""
