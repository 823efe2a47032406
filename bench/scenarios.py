"""What an author does between two builds, and the pairs of runs: canoa, peer, canoa, peer."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.corpus import Corpus
from bench.measure import Limits, measure
from bench.peers import Tool, put_aside
from bench.results import Results, Run

SCENARIOS = {
    "cold": "no site, no cache",
    "unchanged": "nothing was changed since the last build",
    "edited": "one page has a new sentence",
    "retitled": "one page has a new title",
}


@dataclass(frozen=True)
class Change:
    """What was done to the sources, and which built pages have to show it."""

    shown: str
    pages: tuple[str, ...]


@dataclass
class Project:
    """A tool in its folder, with the pages that it is to build."""

    tool: Tool
    folder: Path
    corpus: Corpus
    log: Path
    aside: Path
    """Where folders wait until all is measured."""
    changes: int = 0

    def prepare(self, pages: Path) -> None:
        """Make the folder anew."""
        self.tool.prepare(self.folder, pages)

    def set_up(self, scenario: str) -> Change | None:
        """Bring the folder into the state in which the run begins."""
        if scenario == "cold":
            self.tool.forget(self.folder, self.aside)
        if scenario not in ("edited", "retitled"):
            return None
        self.changes += 1
        file = self.tool.source(self.folder, self.corpus.edited)
        text = file.read_text(encoding="utf-8")
        change = add_sentence if scenario == "edited" else change_title
        text, shown = change(text, self.changes)
        file.write_text(text, encoding="utf-8")
        # The page before it has the title in its menus.
        also = (self.corpus.neighbour,) if scenario == "retitled" else ()
        return Change(shown, (self.corpus.edited, *also))

    def stale(self, change: Change | None) -> tuple[str, ...]:
        """Built pages that are not there, or do not show the change."""
        wanted = change or Change("", self.corpus.paths)
        return tuple(page for page in wanted.pages if not self._shows(page, wanted.shown))

    def _shows(self, page: str, text: str) -> bool:
        target = self.tool.target(self.folder, page)
        return target.is_file() and (not text or text in target.read_text(encoding="utf-8"))


def add_sentence(text: str, number: int) -> tuple[str, str]:
    """A text with one sentence more, and the sentence."""
    sentence = f"A equipe acrescentou a frase de número {number} depois da visita."
    return f"{text.rstrip()}\n\n{sentence}\n", sentence


def change_title(text: str, number: int) -> tuple[str, str]:
    """A text with another title in its header, and the title."""
    title = f"Escuta e vínculo na edição {number}"
    return re.sub(r'^title: ".*"$', f'title: "{title}"', text, count=1, flags=re.MULTILINE), title


@dataclass(frozen=True)
class Bench:
    """Where to work and when to stop."""

    work: Path
    limits: Limits
    pairs: int
    scenarios: tuple[str, ...]
    keep: bool
    save: Callable[[], None]
    say: Callable[[str], None]

    def compare(self, ours: Tool, peer: Tool, corpus: Corpus, pages: Path, results: Results) -> bool:
        """Run the pairs that are missing; False when one of the tools could not do it."""
        missing = [
            pair
            for pair in range(1, self.pairs + 1)
            if not results.has_pair(corpus.pages, peer.name, pair, self.scenarios)
        ]
        if not missing:
            return True
        projects = [
            Project(
                tool,
                self.work / f"{peer.name}-{corpus.pages}" / tool.name,
                corpus,
                self.work / f"{tool.name}.log",
                self.aside,
            )
            for tool in (ours, peer)
        ]
        try:
            for project in projects:
                project.prepare(pages)
                if "cold" not in self.scenarios:
                    measure(project.tool.command, project.folder, project.log, self.limits)
            return all(self._pair(pair, projects, results) for pair in missing)
        finally:
            self.discard(projects[0].folder.parent)

    def discard(self, folder: Path) -> None:
        """Put a folder aside that has served, unless it is to be looked at."""
        if not self.keep:
            put_aside(folder, self.aside)

    @property
    def aside(self) -> Path:
        """Where folders that have served wait until all is measured."""
        return self.work / "aside"

    def sweep(self) -> None:
        """Remove what was put aside."""
        shutil.rmtree(self.aside, ignore_errors=True)

    def _pair(self, pair: int, projects: Iterable[Project], results: Results) -> bool:
        [ours, theirs] = projects
        peer, pages = theirs.tool.name, ours.corpus.pages
        results.drop_pair(pages, peer, pair)
        for scenario in self.scenarios:
            for project in (ours, theirs):
                run = self._run(project, peer, scenario, pair)
                results.runs.append(run)
                self.save()
                self.say(_line(run))
                if run.measured.ended or run.measured.exit_code:
                    self.say(f"  ended; what it printed is in {project.log}")
                    return False
        return True

    def _run(self, project: Project, peer: str, scenario: str, pair: int) -> Run:
        change = project.set_up(scenario)
        measured = measure(project.tool.command, project.folder, project.log, self.limits)
        stale = () if measured.ended or measured.exit_code else project.stale(change)
        return Run(project.corpus.pages, peer, project.tool.name, scenario, pair, stale, measured)


def _line(run: Run) -> str:
    measured = run.measured
    state = "" if run.good else f"  {run.reason}"
    state += f", {len(run.stale)} pages such as {run.stale[0]}" if run.stale else ""
    return (
        f"{run.pages:6} {run.tool:9} {run.scenario:10} {run.pair}: wall {measured.wall:8.2f} s,"
        f" cpu {measured.cpu:8.2f} s, memory {measured.tree_pss / 2**20:6.0f} MB{state}"
    )
