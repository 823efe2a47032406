"""Blocks to write in or tick: objectives, reflection, task at the unit, worksheet, checklist."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString

from generator.naming import closest, fold, slug
from generator.pages.blocks import options as values
from generator.pages.blocks.block import PedagogyBlock, add
from generator.pages.blocks.content import is_empty, last_list, read_item, table_rows
from generator.pages.plain_text import text_of_tree
from generator.problem_kinds import N_

COLUMN = re.compile(r"(.*?)\s*(?<!\\)\[([^\[\]]*)\]\s*$", re.DOTALL)
TYPES = {
    **dict.fromkeys(("texto", "text"), "texto"),
    **dict.fromkeys(("data", "date", "fecha"), "data"),
    **dict.fromkeys(("numero", "number"), "numero"),
}
INPUTS = {"data": "date", "numero": "number"}
TERRITORY = {
    "unidade": N_("Health unit"),
    "municipio": N_("City"),
    "populacao": N_("Population"),
    "equipes": N_("Teams"),
    "problemas": N_("Priority problems"),
}
"""What may be known of the place where the learner works; written once, shown in every block that asks for it."""
DEADLINE = re.compile(r"(\d{1,3}|[a-z]+) (dia|day|semana|week|mes|month)(?:e?s)?")
UNITS = {"dia": "D", "day": "D", "semana": "W", "week": "W", "mes": "M", "month": "M"}
NUMBER_WORDS = {
    word: number
    for number, words in enumerate(
        (
            "um uma un una one a",
            "dois duas dos two",
            "tres three",
            "quatro cuatro four",
            "cinco five",
            "seis six",
            "sete siete seven",
            "oito ocho eight",
            "nove nueve nine",
            "dez diez ten",
        ),
        1,
    )
    for word in words.split()
}


def as_written(value: object) -> object:
    """Take the value as it is: the block itself says what is wrong with it."""
    return value


def read_deadline(written: str) -> str:
    """A deadline that can be counted: a date, or an ISO 8601 duration in days, weeks or months; else empty."""
    words = " ".join(fold(written).split())
    match = DEADLINE.fullmatch(words)
    if match:
        number = NUMBER_WORDS.get(match[1], match[1])
        return f"P{int(number)}{UNITS[match[2]]}" if str(number).isdigit() else ""
    try:
        return datetime.date.fromisoformat(words).isoformat()
    except ValueError:
        return ""


class ToolBlock(PedagogyBlock):
    """A block that may name the tool it belongs to."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        **PedagogyBlock.OPTIONS,
        "ferramenta": ("", values.text),
        "territorio": ("", as_written),
    }

    def add_territory(self, section: Element) -> None:
        """Lines for the facts about the learner's place that the author asks for."""
        written = self.options["territorio"]
        listed = written if isinstance(written, list) else str(written).split(",")
        asked = dict.fromkeys(slug(str(one)) for one in listed if str(one).strip())
        for unknown in [one for one in asked if one not in TERRITORY]:
            del asked[unknown]
            self.report_value("territorio", unknown, TERRITORY)
        if not asked:
            return
        place = add(section, "fieldset", class_="territorio")
        add(place, "legend", self.say(N_("My territory")))
        for name in asked:
            field = add(place, "label", class_="campo")
            add(field, "span", self.say(TERRITORY[name])).tail = " "
            add(field, "input", data_campo=name, type="text")

    def tool_name(self) -> str:
        """The tool's name in the reader's language; an unknown tool is reported and left out."""
        tool: str = self.options["ferramenta"]
        tools = self.desk.options.tools
        if not tool or not tools or tool in tools:
            return tools.get(tool, tool)
        self.report_value("ferramenta", tool, tools)
        return ""

    def name_tool(self, section: Element) -> str:
        """Note the tool's id for the scripts, and give its name."""
        name = self.tool_name()
        if name:
            section.set("data-ferramenta", self.options["ferramenta"])
        return name

    def report_value(self, option: str, value: str, known: Collection[str]) -> None:
        """Say that an option has a value that does not exist, and which one comes closest."""
        line = self.header.option_lines.get(option, 0)
        expected = self.say("one of: {choices}; the closest is “{suggestion}”").format(
            choices=", ".join(known), suggestion=closest(value, known)
        )
        shown = values.shown(value)
        self.report("block-option-value", line, name=self.header.name, option=option, value=shown, expected=expected)


class Objectives(PedagogyBlock):
    """What the learner will be able to do."""

    NAME = "objetivos"
    KIND = "objetivos"
    LABEL = N_("Objectives")


class Reflection(PedagogyBlock):
    """A question without a right answer, and room to write."""

    NAME = "reflexao"
    KIND = "reflexao"
    ALIASES = ("reflexão",)
    LABEL = N_("Reflection")
    OPTIONS: ClassVar[dict[str, Any]] = {**PedagogyBlock.OPTIONS, "linhas": (6, values.rows)}

    def on_end(self, block: Element) -> None:
        """Finish the block when its content is read."""
        attributes = {"rows": str(self.options["linhas"]), "aria_label": self.say("Your answer")}
        add(block, "textarea", data_campo="texto", **attributes)


class Task(ToolBlock):
    """Something to do at the health unit: with which tool, how long, where, with whom, until when."""

    NAME = "na-sua-unidade"
    KIND = "na-sua-unidade"
    LABEL = N_("At your unit")
    OPTIONS: ClassVar[dict[str, Any]] = {
        **ToolBlock.OPTIONS,
        "tempo": ("", values.text),
        "lugar": ("", values.text),
        "pessoas": ("", values.text),
        "prazo": ("", values.text),
    }
    TERMS = (("tempo", N_("Time")), ("lugar", N_("Place")), ("pessoas", N_("People")), ("prazo", N_("Deadline")))

    def build(self, section: Element) -> None:
        """Add what stands before the content."""
        super().build(section)
        facts = [(N_("Tool"), self.name_tool(section)), *((term, self.options[option]) for option, term in self.TERMS)]
        if any(fact for _, fact in facts):
            listed = add(section, "dl", class_="tarefa")
            for term, fact in facts:
                if fact:
                    add(listed, "dt", AtomicString(self.say(term)))
                    add(listed, "dd", AtomicString(fact))
        if self.options["prazo"]:
            section.set("data-prazo", read_deadline(self.options["prazo"]))
        self.add_territory(section)

    def on_end(self, block: Element) -> None:
        """Finish the block when its content is read."""
        done = add(block, "label", class_="feito")
        add(done, "input", type="checkbox", data_campo="feito").tail = " "
        add(done, "span", self.say("Done"))
        field = add(block, "label", class_="campo")
        add(field, "span", self.say("What happened")).tail = " "
        add(field, "textarea", rows="4", data_campo="texto")


@dataclass(frozen=True)
class Column:
    """One column of a worksheet."""

    heading: Element
    kind: str
    choices: tuple[str, ...] = ()


class Worksheet(ToolBlock):
    """A table to fill in with the team; its first rows are examples."""

    NAME = "ficha"
    KIND = "ficha"
    LABEL = N_("Worksheet")
    OPTIONS: ClassVar[dict[str, Any]] = {**ToolBlock.OPTIONS, "linhas": (5, values.rows)}

    def build(self, section: Element) -> None:
        """Add what stands before the content."""
        super().build(section)
        self.name_tool(section)
        self.fields: list[tuple[Element, Element, Column, int]] = []
        used = add(section, "fieldset", class_="ja-usava")
        add(used, "legend", self.say("Did the team already use this tool?"))
        for value, answer in (("sim", N_("Yes")), ("em-parte", N_("In part")), ("nao", N_("No"))):
            label = add(used, "label")
            attributes = {"type": "radio", "name": f"{self.id}-ja-usava", "value": value}
            add(label, "input", data_campo="ja-usava", **attributes).tail = f" {self.say(answer)}"
        self.add_territory(section)

    def on_end(self, block: Element) -> None:
        """Give the table its column kinds, its examples and its empty rows."""
        table = last_list(block, "table")
        if table is None:
            self.report("worksheet-table", title=self.shown_title)
            return
        head, rows = table_rows(table)
        columns = [self.read_column(cell) for cell in head]
        table.set("class", "ficha")
        body = table.find("tbody")
        if body is None:
            body = SubElement(table, "tbody")
        for row in list(body):
            body.remove(row)
        for cells in rows:
            self.write_example(body, cells, columns)
        for number in range(1, self.options["linhas"] + 1):
            self.write_row(body, number, columns)

    def read_column(self, cell: Element) -> Column:
        """The column's kind, from the brackets after its name: `Prazo [data]`."""
        match = COLUMN.match(cell.text or "")
        kind, choices = "texto", list[str]()
        if match and match[1]:
            cell.text = match[1]
            kind, choices = self.read_type(match[1], match[2].strip())
        cell.set("data-tipo", kind)
        return Column(cell, kind, tuple(choices))

    def read_type(self, column: str, written: str) -> tuple[str, list[str]]:
        """The kind of a column, and the choices of a list."""
        if "," in written:
            return "escolha", [choice.strip() for choice in written.split(",") if choice.strip()]
        kind = TYPES.get(slug(written))
        if kind is None:
            self.report("worksheet-column-type", column=column, value=written)
        return kind or "texto", []

    def write_example(self, body: Element, cells: Sequence[Element], columns: Sequence[Column]) -> None:
        """A row that the author has filled in."""
        if all(is_empty(cell) for cell in cells):
            return
        row = add(body, "tr", class_="exemplo")
        for cell, column in zip(cells, columns, strict=False):
            row.append(cell)
            self.fields.append((cell, cell, column, 0))
        first = cells[0]
        text, first.text = first.text, None
        mark = Element("span", {"class": "marca"})
        mark.text, mark.tail = self.say("Example"), f" {text or ''}"
        first.insert(0, mark)

    def write_row(self, body: Element, number: int, columns: Sequence[Column]) -> None:
        """An empty row with a field for each column."""
        row = SubElement(body, "tr")
        for position, column in enumerate(columns, 1):
            cell = SubElement(row, "td")
            control = write_control(cell, column)
            control.set("data-campo", f"{number}.{position}")
            self.fields.append((cell, control, column, number))

    def on_inline_end(self, block: Element) -> None:
        """Name cells and fields after their columns, whose text is plain only now."""
        message = self.say("{column}, row {number}")
        for cell, control, column, number in self.fields:
            name = text_of_tree(column.heading, self.md)
            cell.set("data-rotulo", name)
            if number:
                control.set("aria-label", message.format(column=name, number=number))


def write_control(cell: Element, column: Column) -> Element:
    """The control that suits the column's kind."""
    if column.kind == "escolha":
        select = add(cell, "select")
        add(select, "option", AtomicString("–"), value="")
        for choice in column.choices:
            add(select, "option", AtomicString(choice))
        return select
    if column.kind in INPUTS:
        return add(cell, "input", type=INPUTS[column.kind])
    return add(cell, "textarea", rows="1")


class Checklist(PedagogyBlock):
    """Things to tick off."""

    NAME = "checklist"
    KIND = "checklist"
    ALIASES = ("lista-de-verificacao", "lista-de-verificação")
    LABEL = N_("Checklist")

    def on_end(self, block: Element) -> None:
        """Finish the block when its content is read."""
        number = 0
        for listed in [child for child in block if child.tag in ("ul", "ol")]:
            listed.tag = "ul"
            listed.set("class", "opcoes")
            for li in listed:
                number += 1
                self.write_item(li, number)
        if not number:
            self.report("checklist-empty", title=self.shown_title)

    def write_item(self, li: Element, number: int) -> None:
        """One item as a native checkbox."""
        item = read_item(li)
        tail = li.tail
        li.clear()
        li.tail = tail
        label = SubElement(li, "label")
        add(label, "input", type="checkbox", data_campo=str(number)).tail = " "
        add(label, "span", item.text)
        li.extend([*item.rest, *item.quotes])


BLOCKS = (Objectives, Reflection, Task, Worksheet, Checklist)
