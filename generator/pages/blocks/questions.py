"""Questions of seven kinds, their hints and comments, and their part of the answer key."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar
from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString

from generator.pages.blocks import options as values
from generator.pages.blocks.block import InnerBlock, PedagogyBlock, add
from generator.pages.blocks.content import (
    Item,
    is_empty,
    last_list,
    put_text,
    read_item,
    shuffled,
    table_rows,
    take,
)
from generator.pages.plain_text import text_of_tree
from generator.problem_kinds import N_

GAP = re.compile(r"(`+).*?\1|\[\[([^\[\]]+)\]\]", re.DOTALL)


class Question(PedagogyBlock):
    """A numbered question: what is asked, a control to answer with, hints, and its entry in the answer key."""

    LABEL = N_("Question {number}")
    NEEDS_PROMPT: ClassVar[bool] = True
    """False where the title and the controls say enough: put in order, match."""

    def build(self, section: Element) -> None:
        """Add what stands before the content."""
        self.desk.questions += 1
        self.number = self.desk.questions
        self.label = self.say(self.LABEL).format(number=self.number)
        self.fieldset = SubElement(section, "fieldset")
        self.add_title(self.fieldset, "legend", self.label)
        self.prompt = SubElement(self.fieldset, "div", {"class": "enunciado"})
        self.named_after: list[tuple[Element, str, Element]] = []

    def on_add(self, block: Element) -> Element:
        """Content goes to the prompt until the block ends."""
        return self.prompt

    def on_end(self, block: Element) -> None:
        """Take answers, hints and comments out of the content and put each in its place."""
        hints = take(self.prompt, "details", "dica")
        comments = take(self.prompt, "div", "comentario")
        key = self.start_key()
        self.add_answers(key)
        if is_empty(self.prompt):
            self.fieldset.remove(self.prompt)
            if self.NEEDS_PROMPT:
                self.report("question-no-prompt", title=self.shown_title)
        key.extend(comments)
        back = add(key, "p", class_="voltar")
        add(back, "a", self.say("Back to the question"), href=f"#{self.id}")
        block.extend(hints)
        link = add(block, "p", class_="ver-resposta")
        add(link, "a", self.say("See the answer"), href=f"#{self.id}-resposta")
        self.desk.answers.append((self.number, key))

    def start_key(self) -> Element:
        """The question's entry in the answer key, with its summary."""
        key = Element("details", {"class": "resposta", "id": f"{self.id}-resposta", "data-questao": self.id})
        add(key, "summary", f"{self.label}: {self.title}" if self.title else self.label)
        return key

    def add_answers(self, key: Element) -> None:
        """Move the answers from the prompt to controls in the fieldset and to the key."""
        raise NotImplementedError

    def take_list(self, *tags: str) -> list[Item]:
        """The items of the last list of the prompt, which is taken out of it."""
        found = last_list(self.prompt, *tags)
        if found is None:
            return []
        self.prompt.remove(found)
        return [read_item(li) for li in found]

    def name_after(self, control: Element, message: str, element: Element) -> None:
        """Give a control the accessible name `message`, filled with the element's text when that is rendered."""
        self.named_after.append((control, self.say(message), element))

    def on_inline_end(self, block: Element) -> None:
        """Name the controls: only now is the text of their neighbours plain."""
        for control, message, element in self.named_after:
            control.set("aria-label", message.format(text=text_of_tree(element, self.md)))


class Choice(Question):
    """Options of which one or several are right."""

    NAME = "questao"
    KIND = "questao"
    ALIASES = ("questão",)

    def add_answers(self, key: Element) -> None:
        """Move the answers to controls and to the key."""
        items = self.take_list("ul")
        right = sum(bool(item.checked) for item in items)
        self.check(items, right)
        self.write_options(items, "checkbox" if self.type_of(right) == "multipla" else "radio")
        self.write_key(key, items)

    def type_of(self, right: int) -> str:
        """`data-tipo`: one right answer or several."""
        return "multipla" if right > 1 else "unica"

    def check(self, items: Sequence[Item], right: int) -> None:
        """Report what makes the question impossible to answer."""
        if len(items) < 2:
            self.report("question-few-options", title=self.shown_title)
        elif right == 0:
            self.report("question-no-right-answer", title=self.shown_title)
        elif right == len(items):
            self.report("question-all-right", title=self.shown_title)

    def write_options(self, items: Sequence[Item], control: str) -> None:
        """The options as native controls."""
        options = SubElement(self.fieldset, "ul", {"class": "opcoes"})
        for number, item in enumerate(items, 1):
            li = SubElement(options, "li")
            label = SubElement(li, "label")
            add(label, "input", type=control, name=self.id, value=str(number)).tail = " "
            add(label, "span", item.text)
            li.extend(item.rest)

    def write_key(self, key: Element, items: Sequence[Item]) -> None:
        """Each option with its mark and its feedback."""
        marks = {True: self.say("✓ Right"), False: self.say("✗ Wrong")}
        commented = SubElement(key, "ul", {"class": "opcoes-comentadas"})
        for number, item in enumerate(items, 1):
            li = add(commented, "li", data_opcao=str(number))
            if item.checked:
                li.set("data-certa", "")
            add(li, "span", marks[bool(item.checked)], class_="marca").tail = f" {item.text}"
            write_feedback(li, item)

    def on_end(self, block: Element) -> None:
        """As every question; the type is known only once the options are."""
        items = last_list(self.prompt, "ul")
        right = sum(bool(read_item(li).checked) for li in items) if items is not None else 0
        block.set("data-tipo", self.type_of(right))
        super().on_end(block)


class TrueOrFalse(Choice):
    """Two options of which exactly one is right."""

    NAME = "verdadeiro-falso"
    ALIASES = ("verdadeiro-ou-falso",)

    def type_of(self, right: int) -> str:
        """What `data-tipo` says."""
        return "verdadeiro-falso"

    def check(self, items: Sequence[Item], right: int) -> None:
        """Report what makes the question impossible to answer."""
        if len(items) < 2:
            self.report("question-few-options", title=self.shown_title)
        elif right != 1:
            self.report("question-one-right-answer", title=self.shown_title)


class ShortAnswer(Question):
    """A word or two; any of the accepted answers is right."""

    NAME = "resposta-curta"
    KIND = "resposta-curta"
    ALIASES = ()

    def add_answers(self, key: Element) -> None:
        """Move the answers to controls and to the key."""
        answers = [item.text for item in self.take_list("ul", "ol") if item.text]
        if not answers:
            self.report("short-answer-empty", title=self.shown_title)
        add_field(self.fieldset, self.say("Your answer"))
        accepted = SubElement(key, "ul", {"class": "aceitas"})
        for answer in answers:
            add(accepted, "li", AtomicString(answer), data_aceita=answer)


class Numeric(Question):
    """A number, right within a tolerance."""

    NAME = "numerica"
    KIND = "numerica"
    ALIASES = ("numérica",)
    OPTIONS: ClassVar[dict[str, Any]] = {
        **PedagogyBlock.OPTIONS,
        "tolerancia": (Decimal(0), values.number),
        "unidade": ("", values.text),
    }

    def add_answers(self, key: Element) -> None:
        """Move the answers to controls and to the key."""
        items = self.take_list("ul", "ol")
        right = values.parse_number(items[0].text) if len(items) == 1 else None
        if right is None:
            self.report("numeric-answer", title=self.shown_title)
        unit: str = self.options["unidade"]
        field = add_field(self.fieldset, self.say("Your answer"), inputmode="decimal")
        if unit:
            field[-1].tail = " "
            add(field, "span", AtomicString(unit), class_="unidade")
        if right is not None:
            self.write_key(key, items[0].text, right, unit)

    def write_key(self, key: Element, written: str, right: Decimal, unit: str) -> None:
        """The number as the author wrote it, and once more as scripts read it."""
        tolerance: Decimal = self.options["tolerancia"]
        margin = f" ± {self.in_language(tolerance)}" if tolerance else ""
        text = f"{written}{margin} {unit}".strip()
        attributes = {"data_aceita": str(right), "data_tolerancia": str(tolerance)}
        add(key, "p", AtomicString(text), class_="valor", **attributes)

    def in_language(self, number: Decimal) -> str:
        """The number with the decimal sign of the page's language."""
        return str(number) if self.desk.options.language.startswith("en") else str(number).replace(".", ",")


class Ordering(Question):
    """Steps to be put in order by choosing the position of each."""

    NAME = "ordenar"
    KIND = "ordenar"
    ALIASES = ()
    NEEDS_PROMPT = False

    def add_answers(self, key: Element) -> None:
        """Move the answers to controls and to the key."""
        items = self.take_list("ol")
        if len(items) < 2:
            self.report("ordering-items", title=self.shown_title)
        order = shuffled(self.id, [item.text for item in items])
        steps = SubElement(self.fieldset, "ol", {"class": "ordenar"})
        for field, position in enumerate(order, 1):
            self.write_step(steps, field, items[position], len(items))
        answer = SubElement(key, "ol", {"class": "ordem"})
        for position, item in enumerate(items):
            li = add(answer, "li", data_campo=str(order.index(position) + 1), data_certa=str(position + 1))
            put_text(li, item)

    def write_step(self, steps: Element, field: int, item: Item, count: int) -> None:
        """One step with the list of positions."""
        li = SubElement(steps, "li")
        select = add_select(li, field, [str(number) for number in range(1, count + 1)])
        text = add(li, "span", item.text)
        self.name_after(select, N_("Position of: {text}"), text)
        li.extend(item.rest)


class Matching(Question):
    """Pairs: for each entry of the first column, the one of the second."""

    NAME = "associar"
    KIND = "associar"
    ALIASES = ()
    NEEDS_PROMPT = False

    def add_answers(self, key: Element) -> None:
        """Move the answers to controls and to the key."""
        self.choices: list[tuple[Element, Element]] = []
        table = last_list(self.prompt, "table")
        head, rows = table_rows(table) if table is not None else ([], [])
        pairs = [row for row in rows if len(row) == 2 and not any(is_empty(cell) for cell in row)]
        if len(pairs) < 2 or len(pairs) != len(rows) or len(head) != 2:
            self.report("matching-table", title=self.shown_title)
        if table is None:
            return
        self.prompt.remove(table)
        rights = list(dict.fromkeys(row[1].text or "" for row in pairs))
        order = shuffled(self.id, rights)
        numbers = {rights[position]: str(number) for number, position in enumerate(order, 1)}
        self.write_exercise(pairs, order, rights)
        self.write_key(key, head, pairs, numbers)

    def write_exercise(self, pairs: Sequence[Sequence[Element]], order: Sequence[int], rights: Sequence[str]) -> None:
        """Each left entry with the list of right ones, whose text is filled in once it is rendered."""
        listed = SubElement(self.fieldset, "ul", {"class": "associar"})
        cells = {row[1].text or "": row[1] for row in reversed(pairs)}
        for field, row in enumerate(pairs, 1):
            li = SubElement(listed, "li")
            text = add(li, "span", row[0].text)
            text.tail = " "
            select = add_select(li, field, ["" for _ in order])
            self.name_after(select, N_("Pair of: {text}"), text)
            self.choices += [
                (option, cells[rights[position]]) for option, position in zip(select[1:], order, strict=True)
            ]
            for number, option in enumerate(select[1:], 1):
                option.set("value", str(number))
        self.write_paper_list([cells[rights[position]] for position in order])

    def write_paper_list(self, rights: Sequence[Element]) -> None:
        """On paper a list to choose from shows nothing: the reader writes the number of an entry of this one."""
        listed = SubElement(self.fieldset, "ol", {"class": "so-papel"})
        for right in rights:
            SubElement(listed, "li").text = right.text

    def write_key(
        self, key: Element, head: Sequence[Element], pairs: Sequence[Sequence[Element]], numbers: dict[str, str]
    ) -> None:
        """The pairs as the author's table."""
        table = SubElement(key, "table", {"class": "pares"})
        SubElement(SubElement(table, "thead"), "tr").extend(head)
        body = SubElement(table, "tbody")
        for field, row in enumerate(pairs, 1):
            certain = numbers[row[1].text or ""]
            SubElement(body, "tr", {"data-campo": str(field), "data-certa": certain}).extend(row)

    def on_inline_end(self, block: Element) -> None:
        """Fill in what needs the text as the reader sees it."""
        super().on_inline_end(block)
        for option, cell in self.choices:
            option.text = AtomicString(text_of_tree(cell, self.md))


class Gaps(Question):
    """Words left out of a text."""

    NAME = "lacunas"
    KIND = "lacunas"
    ALIASES = ()

    def add_answers(self, key: Element) -> None:
        """Move the answers to controls and to the key."""
        self.answers: list[list[str]] = []
        for element in self.prompt.iter():
            element.text = self.open_gaps(element.text)
            element.tail = self.open_gaps(element.tail)
        if not self.answers:
            self.report("gaps-missing", title=self.shown_title)
        answer = SubElement(key, "ol", {"class": "lacunas"})
        between = self.say(" or ")
        for number, accepted in enumerate(self.answers, 1):
            text = AtomicString(between.join(accepted))
            add(answer, "li", text, data_campo=str(number), data_aceita="|".join(accepted))

    def open_gaps(self, text: str | None) -> str | None:
        """Put a field in the place of each `[[answer|another]]` outside of code."""
        if not text or "[[" not in text:
            return text
        opened = GAP.sub(self.open_gap, text)
        return AtomicString(opened) if isinstance(text, AtomicString) else opened

    def open_gap(self, match: re.Match[str]) -> str:
        """The placeholder of a field: inline patterns leave it alone."""
        accepted = [answer.strip() for answer in (match[2] or "").split("|") if answer.strip()]
        if not accepted:
            return match[0]
        self.answers.append(accepted)
        number = len(self.answers)
        name = html.escape(self.say("Gap {number}").format(number=number))
        size = min(max(len(answer) for answer in accepted) + 2, 30)
        return str(
            self.md.htmlStash.store(
                f'<input type="text" class="lacuna" aria-label="{name}" size="{size}" autocomplete="off"'
                f' data-campo="{number}">'
            )
        )


class Hint(InnerBlock):
    """A hint that the learner may open before answering."""

    NAME = "dica"
    PARENTS = ("questao", "resposta-curta", "numerica", "ordenar", "associar", "lacunas")
    PARENT_NAME = "questao"

    def on_create(self, parent: Element) -> Element:
        """Make the element that its content goes into."""
        details = add(parent, "details", class_="dica")
        add(details, "summary", self.argument or self.desk.translate("Hint"))
        return details


class Comment(InnerBlock):
    """A comment on the whole question, shown with its answer."""

    NAME = "comentario"
    ALIASES = ("comentário",)
    PARENTS = Hint.PARENTS
    PARENT_NAME = "questao"

    def on_create(self, parent: Element) -> Element:
        """Make the element that its content goes into."""
        comment = add(parent, "div", class_="comentario")
        if self.argument:
            add(add(comment, "p"), "strong", self.argument)
        return comment


def add_field(parent: Element, label: str, **attributes: str) -> Element:
    """A labelled line to write on."""
    field = add(parent, "label", class_="campo")
    add(field, "span", label).tail = " "
    add(field, "input", type="text", autocomplete="off", data_campo="1", **attributes)
    return field


def add_select(parent: Element, field: int, choices: Sequence[str]) -> Element:
    """A list to choose from, with nothing chosen at first."""
    select = add(parent, "select", data_campo=str(field))
    add(select, "option", AtomicString("–"), value="")
    for choice in choices:
        add(select, "option", AtomicString(choice))
    select.tail = " "
    return select


def write_feedback(parent: Element, item: Item) -> None:
    """What the author answers to this choice."""
    if not item.feedback and not item.quotes:
        return
    feedback = add(parent, "div", item.feedback or None, class_="devolutiva")
    paragraphs = [child for quote in item.quotes for child in quote]
    if len(paragraphs) == 1 and paragraphs[0].tag == "p" and not item.feedback and not len(paragraphs[0]):
        feedback.text = paragraphs[0].text
    else:
        feedback.extend(paragraphs)


BLOCKS = (Choice, TrueOrFalse, ShortAnswer, Numeric, Ordering, Matching, Gaps, Hint, Comment)
