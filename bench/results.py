"""What was measured, kept in one JSON file, and the numbers that are drawn from it."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.measure import Measurement

FORMAT = 1


class IncompatibleError(Exception):
    """The file holds results of another state of the software, or of another benchmark."""


@dataclass(frozen=True)
class Run:
    """One run of one tool, as one half of a pair."""

    pages: int
    beside: str
    """The peer of the pair."""
    tool: str
    scenario: str
    pair: int
    stale: tuple[str, ...]
    """Built pages that do not show what was changed before the run."""
    measured: Measurement

    @property
    def good(self) -> bool:
        """True when its numbers may be used."""
        return not (self.stale or self.measured.ended or self.measured.exit_code)

    @property
    def reason(self) -> str:
        """Why they may not."""
        if self.stale:
            return "stale"
        if self.measured.ended:
            return f"ended: {self.measured.ended}"
        return f"exit code {self.measured.exit_code}"


@dataclass(frozen=True)
class Reloads:
    """From saving a file to the rebuilt page over HTTP, under `canoa serve`."""

    pages: int
    milliseconds: tuple[float, ...]


@dataclass(frozen=True)
class StartUp:
    """What it costs to start a command that has nothing to do."""

    name: str
    milliseconds: tuple[float, ...]
    cpu_milliseconds: tuple[float, ...]


@dataclass
class Results:
    """Everything of one benchmark; `save` after every run, so that an interruption loses one run at most."""

    seed: int
    machine: dict[str, str]
    versions: dict[str, dict[str, str]]
    """Of `canoa` and what it works with, and of the `peers`."""
    corpora: dict[int, dict[str, int]] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    reloads: list[Reloads] = field(default_factory=list)
    start_ups: list[StartUp] = field(default_factory=list)

    def save(self, file: Path) -> None:
        """Write the file; it is whole at every moment."""
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(".new")
        new.write_text(json.dumps({"format": FORMAT, **asdict(self)}, indent=1, ensure_ascii=False) + "\n", "utf-8")
        new.replace(file)

    def has_pair(self, pages: int, peer: str, pair: int, scenarios: Iterable[str]) -> bool:
        """True when both tools were measured well in all these scenarios."""
        done = {(run.tool, run.scenario) for run in self._of(pages, peer) if run.pair == pair and run.good}
        return done >= {(tool, scenario) for tool in ("canoa", peer) for scenario in scenarios}

    def drop_pair(self, pages: int, peer: str, pair: int) -> None:
        """Forget a pair that was interrupted."""
        self.runs = [run for run in self.runs if (run.pages, run.beside, run.pair) != (pages, peer, pair)]

    def bad_runs(self) -> list[Run]:
        """Those that failed, were ended or wrote an old page."""
        return [run for run in self.runs if not run.good]

    def comparisons(self) -> list[Comparison]:
        """One for every number of pages, peer and scenario with at least one good pair; sizes rise for each peer."""
        keys = dict.fromkeys((run.pages, run.beside, run.scenario) for run in self.runs)
        peers = list(dict.fromkeys(run.beside for run in self.runs))
        ordered = sorted(keys, key=lambda key: (peers.index(key[1]), key[0]))
        found = [Comparison(*key, self._pairs(*key)) for key in ordered]
        return [comparison for comparison in found if comparison.pairs]

    def _of(self, pages: int, peer: str) -> list[Run]:
        return [run for run in self.runs if (run.pages, run.beside) == (pages, peer)]

    def _pairs(self, pages: int, peer: str, scenario: str) -> tuple[tuple[Measurement, Measurement], ...]:
        halves: dict[int, dict[str, Measurement]] = {}
        for run in self._of(pages, peer):
            if run.scenario == scenario and run.good:
                halves.setdefault(run.pair, {})[run.tool] = run.measured
        return tuple((half["canoa"], half[peer]) for half in halves.values() if len(half) == 2)


Number = Callable[[Measurement], float]


@dataclass(frozen=True)
class Comparison:
    """Canoa beside one peer, at one number of pages, in one scenario."""

    pages: int
    peer: str
    scenario: str
    pairs: tuple[tuple[Measurement, Measurement], ...]
    """Canoa's run and the peer's."""

    def ours(self, number: Number) -> float:
        """Canoa's median."""
        return statistics.median(number(ours) for ours, _ in self.pairs)

    def theirs(self, number: Number) -> float:
        """The peer's median."""
        return statistics.median(number(theirs) for _, theirs in self.pairs)

    def ratio(self, number: Number) -> Spread | None:
        """Canoa's over the peer's, pair by pair: what the machine did meanwhile falls out."""
        if any(not number(theirs) for _, theirs in self.pairs):
            return None
        return Spread.of(number(ours) / number(theirs) for ours, theirs in self.pairs)


@dataclass(frozen=True)
class Spread:
    """Least, median and most."""

    least: float
    median: float
    most: float

    @classmethod
    def of(cls, numbers: Iterable[float]) -> Spread:
        """Of at least one number."""
        known = sorted(numbers)
        return cls(known[0], statistics.median(known), known[-1])


def read_results(file: Path) -> Results:
    """Read a file that `Results.save` wrote."""
    values = json.loads(file.read_text(encoding="utf-8"))
    if values.get("format") != FORMAT:
        raise IncompatibleError(f"{file} is of another version of this benchmark.")
    return Results(
        seed=values["seed"],
        machine=values["machine"],
        versions=values["versions"],
        corpora={int(pages): facts for pages, facts in values["corpora"].items()},
        runs=[_run(entry) for entry in values["runs"]],
        reloads=[Reloads(entry["pages"], tuple(entry["milliseconds"])) for entry in values["reloads"]],
        start_ups=[
            StartUp(entry["name"], tuple(entry["milliseconds"]), tuple(entry["cpu_milliseconds"]))
            for entry in values["start_ups"]
        ],
    )


def _run(entry: dict[str, object]) -> Run:
    measured = Measurement(**entry.pop("measured"))  # type: ignore[arg-type]
    stale = tuple(entry.pop("stale"))  # type: ignore[arg-type, var-annotated]
    return Run(**entry, stale=stale, measured=measured)  # type: ignore[arg-type]
