"""What was measured, for people: lines for the terminal, and a part of docs/performance.md."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from pathlib import Path

from bench.markers import markers, write_parts
from bench.plot import Panel, Series, draw
from bench.results import Comparison, Number, Results, Run, Spread
from bench.scenarios import SCENARIOS

PART = "measured"
BEGIN, END = markers(PART)
NAMES = {"canoa": "Canoa", "hugo": "Hugo", "zensical": "Zensical", "material": "Material"}
PANELS = {"cold": "Cold: whole site, from nothing", "edited": "One page edited"}
WALL: Number = attrgetter("wall")
CPU: Number = attrgetter("cpu")
RSS: Number = attrgetter("tree_rss")
PSS: Number = attrgetter("tree_pss")
LARGEST: Number = attrgetter("largest")
MEGABYTE = 1024**2


# --- the terminal -------------------------------------------------------------------------------------------------


def summary(results: Results) -> str:
    """Medians and ratios, a line for each comparison."""
    lines = ["", " pages beside    scenario       canoa      peer   canoa/peer: wall (least-most)  cpu"]
    lines += map(_comparison_line, results.comparisons())
    for reload in results.reloads:
        median, most = _milliseconds(reload.milliseconds)
        lines.append(f"{reload.pages:6} canoa serve, save to reload: median {median}, slowest {most}")
    lines += [f"       {start.name}: {_milliseconds(start.milliseconds)[0]}" for start in results.start_ups]
    lines += map(_bad_line, results.bad_runs())
    return "\n".join(lines)


def _comparison_line(found: Comparison) -> str:
    return (
        f"{found.pages:6} {found.peer:9} {found.scenario:10} {found.ours(WALL):8.2f} s{found.theirs(WALL):8.2f} s"
        f"   {_spread(found.ratio(WALL)):>24}  {_spread(found.ratio(CPU))}"
    )


def _bad_line(run: Run) -> str:
    return f"BAD    {run.pages} pages, {run.tool} beside {run.beside}, {run.scenario}, pair {run.pair}: {run.reason}"


# --- the document -------------------------------------------------------------------------------------------------


def write_report(results: Results, document: Path) -> None:
    """Put the numbers between the document's markers, and the picture beside it."""
    picture = document.with_suffix(".svg")
    write_parts(document, {PART: section(results, picture.name)})
    picture.write_text(draw(panels(results)), encoding="utf-8")


def section(results: Results, picture: str) -> str:
    """The measured part, as Markdown."""
    comparisons = results.comparisons()
    parts = [
        f"![Build time against number of pages: the numbers are in the tables below]({picture})",
        *_time_tables(comparisons),
        *_memory(comparisons),
        *_waiting(results),
        *_conditions(results, comparisons),
    ]
    return "\n\n".join(parts) + "\n"


def _time_tables(comparisons: Sequence[Comparison]) -> Iterator[str]:
    for scenario, meaning in SCENARIOS.items():
        rows = [_time_row(found) for found in comparisons if found.scenario == scenario]
        if rows:
            yield f"### {scenario.capitalize()}: {meaning}"
            head = ("Pages", "Beside", "Canoa", "ms a page", "Peer", "Canoa ÷ peer, time", "Canoa ÷ peer, processor")
            yield _table(head, rows)


def _time_row(found: Comparison) -> tuple[str, ...]:
    ours = found.ours(WALL)
    return (
        f"{found.pages:,}",
        NAMES[found.peer],
        f"{ours:.2f} s",
        f"{ours / found.pages * 1000:.2f}",
        f"{found.theirs(WALL):.2f} s",
        _spread(found.ratio(WALL)),
        _spread(found.ratio(CPU)),
    )


def _memory(comparisons: Sequence[Comparison]) -> Iterator[str]:
    rows = [
        (f"{found.pages:,}", NAMES[found.peer], *_megabytes(found.ours), *_megabytes(found.theirs))
        for found in comparisons
        if found.scenario == "cold" and found.ours(RSS)
    ]
    if rows:
        yield "### Memory of a cold build"
        head = ("Pages", "Beside", "Canoa PSS", "RSS", "largest", "Peer PSS", "RSS", "largest")
        yield _table(head, rows)


def _megabytes(median: Callable[[Number], float]) -> tuple[str, ...]:
    return tuple(f"{median(number) / MEGABYTE:.0f} MB" for number in (PSS, RSS, LARGEST))


def _waiting(results: Results) -> Iterator[str]:
    rows = [
        (f"`canoa serve`, {reload.pages:,} pages: save to reloaded page", *_milliseconds(reload.milliseconds), "")
        for reload in results.reloads
    ]
    rows += [
        (f"`{start.name}`", *_milliseconds(start.milliseconds), f"{statistics.median(start.cpu_milliseconds):.0f} ms")
        for start in results.start_ups
    ]
    if rows:
        yield "### What an author waits for"
        yield _table(("What", "Median", "Slowest", "Processor"), rows)


def _milliseconds(times: Sequence[float]) -> tuple[str, str]:
    return f"{statistics.median(times):.0f} ms", f"{max(times):.0f} ms"


def _conditions(results: Results, comparisons: Sequence[Comparison]) -> Iterator[str]:
    yield "### Conditions"
    facts = {**results.machine}
    if comparisons:
        runs = [run for found in comparisons for pair in found.pairs for run in pair]
        waits, speeds = Spread.of(run.machine_wait for run in runs), Spread.of(run.machine_speed for run in runs)
        loads = Spread.of(run.load for run in runs)
        facts["pairs in each row"] = ", ".join(sorted({str(len(found.pairs)) for found in comparisons}))
        facts["speed"] = (
            f"a fixed piece of work took {speeds.least * 1000:.0f} to {speeds.most * 1000:.0f} ms of processor around "
            f"the runs (median {speeds.median * 1000:.0f})"
        )
        facts["others on the machine"] = (
            f"it took {waits.least:.2f} to {waits.most:.2f} times that in wall time (median {waits.median:.2f}); "
            f"load average {loads.least:.1f} to {loads.most:.1f}"
        )
    facts["seed"] = str(results.seed)
    for pages, corpus in sorted(results.corpora.items()):
        facts[f"{pages:,} pages"] = f"{corpus['words']:,} words, {corpus['bytes'] / 1e6:.1f} MB of Markdown"
    for side, versions in results.versions.items():
        facts[f"versions, {side}"] = ", ".join(f"{name} {version}" for name, version in versions.items()) or "none"
    yield _table(("Condition", "Value"), facts.items())


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    numbers = ["---" if number == 0 or name in ("Beside", "Value") else "---:" for number, name in enumerate(head)]
    lines = [head, numbers, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _spread(spread: Spread | None) -> str:
    return f"{spread.median:.2f} ({spread.least:.2f}–{spread.most:.2f})" if spread else "—"


# --- the picture --------------------------------------------------------------------------------------------------


def panels(results: Results) -> list[Panel]:
    """Canoa's line is of all its runs; a peer's of its own."""
    found = []
    for scenario, title in PANELS.items():
        series = [
            Series(tool, name, points) for tool, name in NAMES.items() if (points := _points(results, tool, scenario))
        ]
        if series:
            found.append(Panel(title, tuple(series)))
    return found


def _points(results: Results, tool: str, scenario: str) -> tuple[tuple[int, float], ...]:
    walls: dict[int, list[float]] = {}
    for run in results.runs:
        if run.good and (run.tool, run.scenario) == (tool, scenario):
            walls.setdefault(run.pages, []).append(run.measured.wall)
    return tuple((pages, statistics.median(walls[pages])) for pages in sorted(walls))
