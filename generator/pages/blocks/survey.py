"""The evaluation of a course: items to answer on scales, by choosing, in numbers or in words, and their codebook."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString
from pymdownx.blocks.block import type_boolean, type_string_in

from generator.naming import closest, slug, unique_name
from generator.pages.blocks import options as values
from generator.pages.blocks.block import PedagogyBlock, add
from generator.problem_kinds import N_

HEADING = re.compile(r"h[1-6]")
CODE = re.compile(r"\s*\{:?\s*#([^{}]*?)\s*\}\s*$")
TYPE = re.compile(r"(.*?)\s*(?<![\\\]])\[([^\[\]]*)\]\s*$", re.DOTALL)
SCALE = re.compile(r"(?:escala|scale)\s*(?:(\d{1,3})\s*[-–]\s*(\d{1,3}))?", re.IGNORECASE)
ENDS = re.compile(r"\s*(?:…|\.\.\.)\s*")
KINDS = {
    **dict.fromkeys(("escala", "scale"), "escala"),
    **dict.fromkeys(("varias", "varios", "several"), "varias"),
    **dict.fromkeys(("numero", "number"), "numero"),
    **dict.fromkeys(("texto", "text"), "texto"),
}
SHOWN_KINDS = ("escala", "escala: nunca … sempre", "sim, não", "várias: a, b", "número", "texto")
FORBIDDEN_CODES = {"constructor", "prototype"}
"""Names that no record of a learner accepts: JavaScript objects have them."""
MOST_STEPS = 11
SHORT_SCALE = 7
"""A scale of so many steps fits beside its question."""


@dataclass(frozen=True)
class Answer:
    """What kind of answer an item asks for."""

    kind: str
    choices: tuple[str, ...] = ()
    steps: tuple[int, ...] = ()
    ends: tuple[str, str] = ("", "")
    """What the first and the last step of the scale mean."""
    rows: int = 2


@dataclass
class Item:
    """One question of the evaluation."""

    number: int
    code: str
    theme: str
    text: str
    answer: Answer
    rest: list[Element] = field(default_factory=list)


class Survey(PedagogyBlock):
    """An evaluation; the same instrument may be answered before and after the course and is paired by its codes."""

    NAME = "avaliacao"
    KIND = "avaliacao"
    ALIASES = ("avaliação", "questionario", "questionário")
    LABEL = N_("Evaluation")
    LABELS: ClassVar[dict[str, str]] = {
        "": LABEL,
        "antes": N_("Evaluation before the course"),
        "depois": N_("Evaluation after the course"),
    }
    OPTIONS: ClassVar[dict[str, Any]] = {
        **PedagogyBlock.OPTIONS,
        "instrumento": ("", values.identifier),
        "momento": ("", type_string_in(["antes", "depois"])),
        "anonima": (False, type_boolean),
    }
    KIND_NAMES: ClassVar[dict[str, str]] = {
        "escala": N_("scale"),
        "escolha": N_("one choice"),
        "varias": N_("several choices"),
        "numero": N_("number"),
        "texto": N_("text"),
    }

    def build(self, section: Element) -> None:
        """Add what stands before the content."""
        moment: str = self.options["momento"]
        self.add_title(section, "p", self.say(self.LABELS[moment]))
        section.set("data-instrumento", self.options["instrumento"] or self.id)
        if moment:
            section.set("data-momento", moment)
        if self.options["anonima"]:
            promise = N_(
                "This evaluation does not ask who you are. Your answers stay on this device; they are counted, together"
                " with those of others, only if you hand in your file."
            )
            add(section, "p", AtomicString(self.say(promise)), class_="anonima")

    def on_end(self, block: Element) -> None:
        """Turn every list into items; the headings before them are their themes."""
        self.items: list[Item] = []
        self.codes: set[str] = set()
        self.last_line = self.header.line
        theme = ""
        for child in list(block)[1:]:
            if HEADING.fullmatch(child.tag):
                theme = theme_of(child)
            elif child.tag in ("ol", "ul"):
                position = list(block).index(child)
                block.remove(child)
                for li in child:
                    self.items.append(self.read_item(li, theme))
                    block.insert(position, self.write_item(self.items[-1]))
                    position += 1
        if not self.items:
            self.report("survey-no-items", title=self.shown_title)
            return
        self.write_codebook(block)

    def read_item(self, li: Element, theme: str) -> Item:
        """Text, kind and code of a list item: `How often? [escala: nunca … sempre] {#how-often}`."""
        children = list(li)
        text = (li.text or "").strip()
        if not text and children and children[0].tag == "p":
            text = (children.pop(0).text or "").strip()
        line = self.line_of(text)
        text, code = split_code(text)
        match = TYPE.match(text)
        if match and match[1]:
            text = match[1]
            if not code:
                text, code = split_code(text)
        number = len(self.items) + 1
        name = self.check_code(text, code, number, line)
        answer = self.read_type(" ".join(match[2].split()), text, line) if match and match[1] else Answer("texto")
        return Item(number, name, theme, text, answer, children)

    def check_code(self, text: str, code: str, number: int, line: int) -> str:
        """The item's code; one that is missing, wrong or taken is reported and replaced."""
        if code and (not values.IDENTIFIER.fullmatch(code) or code in FORBIDDEN_CODES):
            self.report("survey-code-wrong", line, code=code, item=shortened(text))
            code = ""
        elif code in self.codes:
            self.report("survey-code-duplicate", line, code=code)
        elif not code and self.placed.has_written_id:
            suggestion = "-".join(slug(text).split("-")[:3]) or f"i{number}"
            self.report("survey-item-without-code", line, item=shortened(text), suggestion=suggestion)
        return unique_name(code or f"i{number}", self.codes)

    def read_type(self, written: str, text: str, line: int) -> Answer:
        """The kind of answer that the brackets ask for; one to write in when they say nothing that is known."""
        head, colon, tail = (part.strip() for part in written.partition(":"))
        scale = SCALE.fullmatch(head)
        if scale:
            return self.read_scale(scale, tail, text, line)
        kind = KINDS.get(slug(head), "")
        if kind == "varias" or (not colon and not kind and re.search("[,;]", written)):
            choices = split_choices(tail if kind else written)
            if len(choices) < 2:
                self.report("survey-few-choices", line, item=shortened(text))
            return Answer(kind or "escolha", choices)
        rows = values.parse_number(tail)
        if kind and not colon:
            return Answer(kind)
        if kind == "texto" and rows is not None and 1 <= rows <= 60 and rows == int(rows):
            return Answer("texto", rows=int(rows))
        suggestion = closest(written, SHOWN_KINDS)
        self.report("survey-item-type", line, item=shortened(text), value=written, suggestion=suggestion)
        return Answer("texto")

    def read_scale(self, scale: re.Match[str], written: str, text: str, line: int) -> Answer:
        """A scale's steps and what its ends mean."""
        low, high = (int(scale[1]), int(scale[2])) if scale[1] else (1, 5)
        if not 2 <= high - low + 1 <= MOST_STEPS:
            self.report("survey-scale-steps", line, item=shortened(text), written=f"{low}–{high}")
            low, high = 1, 5
        ends = [end for end in ENDS.split(written) if end]
        if not written and not scale[1]:
            ends = [self.say(N_("Strongly disagree")), self.say(N_("Strongly agree"))]
        if len(ends) != 2:
            self.report("survey-scale-ends", line, item=shortened(text))
            ends = [*ends, "", ""][:2]
        return Answer("escala", steps=tuple(range(low, high + 1)), ends=(ends[0], ends[1]))

    def write_item(self, item: Item) -> Element:
        """The item as a group of native controls, or as one labelled field."""
        grouped = bool(item.answer.steps or item.answer.choices)
        home = Element("fieldset" if grouped else "div", {"data-item": item.code, "data-tipo": item.answer.kind})
        if 0 < len(item.answer.steps) <= SHORT_SCALE:
            home.set("class", "curta")
        if item.theme:
            home.set("data-tema", item.theme)
        name = f"{self.id}-{item.code}"
        label = SubElement(home, "legend") if grouped else SubElement(home, "label", {"for": name})
        add(label, "b", AtomicString(f"{item.number}.")).tail = f" {item.text}"
        home.extend(item.rest)
        if item.answer.steps:
            write_scale(home, item.answer, name)
        elif item.answer.choices:
            write_choices(home, item.answer, name)
        elif item.answer.kind == "numero":
            add(home, "input", type="number", step="any", id=name)
        else:
            add(home, "textarea", rows=str(item.answer.rows), id=name)
        return home

    def write_codebook(self, block: Element) -> None:
        """What each code means, for those who read the collected answers."""
        details = add(block, "details", class_="codigos")
        add(details, "summary", self.say("Codebook"))
        table = SubElement(details, "table")
        heads = (N_("Code"), N_("Item"), N_("Kind"), N_("Values"))
        row = SubElement(SubElement(table, "thead"), "tr")
        for head in heads:
            add(row, "th", AtomicString(self.say(head)), scope="col")
        body = SubElement(table, "tbody")
        for item in self.items:
            row = SubElement(body, "tr")
            add(add(row, "td"), "code", AtomicString(item.code))
            cell = add(row, "td", item.text)
            cell.extend(copy.deepcopy(child) for child in item.rest)
            add(row, "td", AtomicString(self.say(self.KIND_NAMES[item.answer.kind])))
            add(row, "td", AtomicString(shown_values(item.answer)))

    def line_of(self, text: str) -> int:
        """The line of the file on which an item begins: the first one after the item before that holds its words."""
        first = text.split("\n")[0].strip()
        lines = self.desk.source.text.split("\n")
        start = max(self.last_line + 1 - self.desk.source.first_line, 0)
        for number, row in enumerate(lines[start:], start + self.desk.source.first_line):
            if first and first in row:
                self.last_line = number
                return number
        return self.header.line


def theme_of(heading: Element) -> str:
    """The name of the theme that a heading opens: its `{#name}`, which is still text at this point, or its slug."""
    text, code = split_code(heading.text or "")
    return slug(code or text)


def split_code(text: str) -> tuple[str, str]:
    """A text without the `{#code}` at its end, and that code."""
    match = CODE.search(text)
    return (text[: match.start()].rstrip(), match[1]) if match else (text, "")


def split_choices(written: str) -> tuple[str, ...]:
    """The choices of a list; semicolons separate where choices hold commas."""
    parts = written.split(";" if ";" in written else ",")
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def shortened(text: str) -> str:
    """As much of an item's text as a problem needs to name it."""
    return text.split("\n")[0][:60]


def write_scale(parent: Element, answer: Answer, name: str) -> None:
    """The steps in a row; the first and the last say what they mean."""
    row = add(parent, "div", class_="escala")
    ends = {answer.steps[0]: answer.ends[0], answer.steps[-1]: answer.ends[1]}
    for step in answer.steps:
        label = add(row, "label")
        label.tail = " "
        add(label, "input", type="radio", name=name, value=str(step)).tail = f" {step}"
        if ends.get(step):
            label[-1].tail = f" {step} "
            add(label, "small", AtomicString(ends[step]))


def write_choices(parent: Element, answer: Answer, name: str) -> None:
    """The choices as native controls, with their texts as values: a record is read by people too."""
    listed = add(parent, "ul", class_="opcoes")
    kind = "checkbox" if answer.kind == "varias" else "radio"
    for choice in answer.choices:
        label = add(add(listed, "li"), "label")
        add(label, "input", type=kind, name=name, value=choice).tail = " "
        add(label, "span", AtomicString(choice))


def shown_values(answer: Answer) -> str:
    """The values that an item can have, in words."""
    if answer.steps:
        return f"{answer.steps[0]} = {answer.ends[0]} … {answer.steps[-1]} = {answer.ends[1]}"
    return " · ".join(answer.choices) or "–"


BLOCKS: Sequence[type[PedagogyBlock]] = (Survey,)
