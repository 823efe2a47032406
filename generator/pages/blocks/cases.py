"""Cases: stages that lead to one another by decisions, as plain links between headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar
from xml.etree.ElementTree import Element, SubElement

from markdown.extensions.attr_list import get_attrs_and_remainder
from markdown.util import AtomicString

from generator.naming import slug, unique_name
from generator.pages.blocks import options as values
from generator.pages.blocks.block import PedagogyBlock, add
from generator.problem_kinds import N_

HEADING = re.compile(r"h[1-6]")
HEADING_ATTRIBUTES = re.compile(r"[ ]*\{:?[ ]*([^}\n ][^\n]*)\}[ ]*$")
INNER_LINK = re.compile(r"\]\(<?#([^)>\s]+)>?(?:\s+\"[^\"]*\")?\)")
PATH_SIGN = re.compile(r"\s*(?:,|;|→|->|>)\s*|\s+")
CASE_END = re.compile(r"\b(?:fim\s+d[oe]|fin\s+del|end\s+of\s+the)\s+cas[eo]\b", re.IGNORECASE)


AFTER_QUESTIONS = 1_000_000
"""Where the entries of cases stand in the answer key: no page has so many questions."""


def stage_path(value: object) -> list[str]:
    """Names of stages, as a list or as text with commas or arrows between them."""
    written = value if isinstance(value, list) else [value]
    names = [name for part in written for name in PATH_SIGN.split(values.text(part)) if name]
    return [name.lstrip("#") for name in names]


@dataclass
class Stage:
    """One heading of the case and what follows it."""

    heading: Element
    id: str
    title: str
    number: int
    content: list[Element] = field(default_factory=list)
    decisions: list[Element] = field(default_factory=list)
    """Lists whose items are all links within the page."""
    targets: list[str] = field(default_factory=list)
    """Where its decisions lead, in order."""
    mentions: list[str] = field(default_factory=list)
    """Anchors of its other links within the page."""
    ends: bool = False


class Case(PedagogyBlock):
    """A case told in stages; which stage comes next is the learner's decision."""

    NAME = "caso"
    KIND = "caso"
    LABEL = N_("Case")
    OPTIONS: ClassVar[dict[str, Any]] = {
        **PedagogyBlock.OPTIONS,
        "inicio": ("", values.text),
        "equipe": ([], stage_path),
        "caminho-da-equipe": ([], stage_path),
    }

    def on_end(self, block: Element) -> None:
        """Turn headings into stages and check that every stage is reached and leads somewhere."""
        stages = self.read_stages(list(block)[1:])
        if not stages:
            self.report("case-no-stages", title=self.shown_title)
            return
        by_id = {stage.id: stage for stage in stages}
        start = self.check_start(by_id)
        self.check_links(stages, by_id)
        self.check_reachable(stages, by_id, start)
        block.set("data-inicio", start)
        team = self.check_team(by_id, start)
        for stage in stages:
            self.write_stage(block, stage, by_id)
        if team:
            self.write_team(team)

    def read_stages(self, children: Sequence[Element]) -> list[Stage]:
        """Group the content under its headings of the first heading's level."""
        first = next((child.tag for child in children if HEADING.fullmatch(child.tag)), "")
        stages: list[Stage] = []
        taken: set[str] = set()
        for child in children:
            if first and child.tag == first:
                stages.append(self.read_heading(child, len(stages) + 1, taken))
            elif stages:
                self.read_content(stages[-1], child)
        return stages

    def read_heading(self, heading: Element, number: int, taken: set[str]) -> Stage:
        """A stage from its heading, whose `{#id}` is still text at this point."""
        text = heading.text or ""
        match = HEADING_ATTRIBUTES.search(text)
        attributes = dict(get_attrs_and_remainder(match[1])[0]) if match else {}
        title = text[: match.start()].strip() if match and attributes else text.strip()
        written = attributes.pop("id", "")
        if not written:
            suggestion = slug(title) or f"etapa-{number}"
            line = self.desk.line_of_heading(title, self.header.line)
            self.report("case-stage-without-id", line, stage=title, suggestion=suggestion)
        name = unique_name(written or slug(title) or f"etapa-{number}", taken)
        return Stage(heading, name, title, number)

    def read_content(self, stage: Stage, child: Element) -> None:
        """Note where an element of a stage leads."""
        stage.content.append(child)
        stage.ends = stage.ends or any(CASE_END.search(text) for text in texts(child))
        links = [target for text in texts(child) for target in INNER_LINK.findall(text)]
        if child.tag in ("ul", "ol") and len(child) and all(leads(li) for li in child):
            stage.decisions.append(child)
            stage.targets += links
        else:
            stage.mentions += links

    def check_start(self, stages: Mapping[str, Stage]) -> str:
        """The id of the first stage."""
        first = next(iter(stages))
        start: str = str(self.options["inicio"]).lstrip("#") or first
        if start not in stages:
            line = self.header.option_lines.get("inicio", 0)
            self.report("case-start-unknown", line, title=self.shown_title, stage=start, known=", ".join(stages))
            return first
        return start

    def check_links(self, stages: Sequence[Stage], by_id: Mapping[str, Stage]) -> None:
        """Every decision leads to a stage, and a stage without decisions is an ending."""
        for stage in stages:
            line = self.line_of(stage)
            for target in stage.targets:
                if target not in by_id:
                    known = ", ".join(by_id)
                    self.desk.explained_links.add(f"#{target}")
                    self.report("case-link-unknown", line, stage=stage.title, target=target, known=known)
            leads_on = any(target in by_id for target in stage.targets + stage.mentions)
            if not stage.ends and not leads_on and not stage.targets:
                self.report("case-stage-dead-end", line, stage=stage.title)

    def check_reachable(self, stages: Sequence[Stage], by_id: Mapping[str, Stage], start: str) -> None:
        """Follow every decision from the start."""
        reached, ahead = {start}, [start]
        while ahead:
            stage = by_id[ahead.pop()]
            new = {target for target in stage.targets + stage.mentions if target in by_id} - reached
            reached |= new
            ahead.extend(new)
        for stage in stages:
            if stage.id not in reached:
                self.report("case-stage-unreachable", self.line_of(stage), title=self.shown_title, stage=stage.title)

    def check_team(self, stages: Mapping[str, Stage], start: str) -> list[Stage]:
        """The path of the reference team, from the start by decisions to an ending; empty when there is none."""
        option = "equipe" if self.options["equipe"] else "caminho-da-equipe"
        written: list[str] = self.options[option]
        line = self.header.option_lines.get(option, 0)
        unknown = [name for name in written if name not in stages]
        for name in unknown:
            self.report("case-team-unknown", line, title=self.shown_title, stage=name, known=", ".join(stages))
        if unknown or not written:
            return []
        path = [stages[name] for name in written]
        if path[0].id != start:
            self.report("case-team-start", line, title=self.shown_title, stage=path[0].id, start=start)
        for one, following in pairwise(path):
            if following.id not in one.targets + one.mentions:
                self.report("case-team-step", line, title=self.shown_title, stage=one.title, target=following.title)
        if not path[-1].ends:
            self.report("case-team-end", line, title=self.shown_title, stage=path[-1].title)
        return path

    def write_team(self, path: Sequence[Stage]) -> None:
        """The team's path as an entry of the answer key: links on the screen, numbers of stages on paper."""
        caminho = " ".join(stage.id for stage in path)
        key = Element("details", {"class": "resposta", "id": f"{self.id}-equipe", "data-caminho": caminho})
        title = self.say("The reference team's path")
        add(key, "summary", f"{title}: {self.title}" if self.title else title)
        steps = SubElement(key, "ol", {"class": "caminho"})
        for stage in path:
            li = SubElement(steps, "li")
            add(li, "a", stage.title, href=f"#{stage.id}").tail = " "
            add(li, "span", self.say("(go to {number})").format(number=stage.number), class_="so-papel")
        back = add(key, "p", class_="voltar")
        add(back, "a", self.say("Back to the case"), href=f"#{self.id}")
        self.desk.answers.append((AFTER_QUESTIONS, key))

    def write_stage(self, block: Element, stage: Stage, by_id: Mapping[str, Stage]) -> None:
        """The stage as a section of its own."""
        class_ = "etapa fim" if stage.ends else "etapa"
        section = add(block, "section", class_=class_, id=stage.id)
        heading = SubElement(section, stage.heading.tag, {"id": f"{stage.id}-titulo"})
        add(heading, "span", AtomicString(str(stage.number)), class_="etapa-numero").tail = f" {stage.title}"
        self.desk.hidden_headings.add(f"{stage.id}-titulo")
        for child in stage.content:
            block.remove(child)
            section.append(child)
        for decisions in stage.decisions:
            decisions.set("class", "decisoes")
            for li in decisions:
                self.write_paper_note(li, by_id)
        block.remove(stage.heading)

    def write_paper_note(self, li: Element, by_id: Mapping[str, Stage]) -> None:
        """Say where a decision leads for readers who turn pages instead of following links."""
        target = next((by_id[name] for text in texts(li) for name in INNER_LINK.findall(text) if name in by_id), None)
        if target is None:
            return
        home = li[0] if len(li) and li[0].tag == "p" and not (li.text or "").strip() else li
        home.text = f"{home.text} "
        note = self.say("(go to {number})").format(number=target.number)
        span = Element("span", {"class": "so-papel"})
        span.text = note
        home.insert(0, span)

    def line_of(self, stage: Stage) -> int:
        """The line of the stage's heading."""
        return self.desk.line_of_heading(stage.title, self.header.line)


def texts(element: Element) -> Iterator[str]:
    """The Markdown of an element and of those inside it."""
    for inner in element.iter():
        if inner.text:
            yield inner.text
        if inner is not element and inner.tail:
            yield inner.tail


def leads(li: Element) -> bool:
    """True when a list item is a link within the page."""
    own = (li.text or "").strip() or ((li[0].text or "").strip() if len(li) and li[0].tag == "p" else "")
    return own.startswith("[") and INNER_LINK.search(own) is not None


BLOCKS = (Case,)
