"""The benchmark's own parts: its pages, its pairs, its table and its picture.  Nothing here is timed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.corpus import course_title, write_corpus
from bench.markers import NoMarkersError
from bench.measure import Limits, Measurement, measure
from bench.peers import Tool, canoa, peers
from bench.plot import Panel, Series, draw
from bench.report import BEGIN, END, panels, summary, write_report
from bench.results import Reloads, Results, Run, StartUp, read_results
from bench.scenarios import Bench, Project, add_sentence, change_title
from bench.serving import measure_reloads
from tests.conftest import ROOT
from tests.conftest import Project as CanoaProject

SEED = 7
RUN = Measurement(
    wall=2.0,
    cpu=3.0,
    exit_code=0,
    ended="",
    tree_rss=200 * 2**20,
    tree_pss=150 * 2**20,
    largest=100 * 2**20,
    machine_speed=0.03,
    machine_wait=1.0,
    load=0.5,
)


def files(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def sample() -> Results:
    """Two pairs at two sizes; canoa is twice, then three times as slow as the peer."""
    results = Results(SEED, {"processor": "Any", "cores": "2"}, {"canoa": {"canoa": "1"}, "peers": {"hugo": "2"}})
    for pages in (100, 1000):
        results.corpora[pages] = {"words": pages * 900, "bytes": pages * 6000}
        for scenario in ("cold", "edited"):
            for pair, factor in ((1, 2), (2, 3)):
                for tool, wall in (("canoa", factor * pages / 100), ("hugo", pages / 100)):
                    results.runs.append(Run(pages, "hugo", tool, scenario, pair, (), replace(RUN, wall=wall)))
    results.reloads.append(Reloads(100, (80.0, 90.0, 200.0)))
    results.start_ups.append(StartUp("canoa --help", (50.0, 60.0, 70.0), (40.0, 50.0, 60.0)))
    return results


def without_runs(results: Results) -> Results:
    """The same results without a run."""
    return replace(results, runs=[])


# --- the pages ----------------------------------------------------------------------------------------------------


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", SEED), ("b", SEED), ("c", SEED + 1)):
        write_corpus(tmp_path / name, 20, seed)
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert files(tmp_path / "a") != files(tmp_path / "c")


def test_a_larger_corpus_is_the_smaller_one_gone_on(tmp_path: Path) -> None:
    write_corpus(tmp_path / "small", 12, SEED)
    write_corpus(tmp_path / "large", 90, SEED)
    small, large = files(tmp_path / "small"), files(tmp_path / "large")
    assert {name: large.get(name) for name in small} == small
    assert len(large) > len(small)


def test_no_two_courses_have_the_same_title() -> None:
    titles = [course_title(number) for number in range(1000)]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("pages", [12, 75])
def test_canoa_has_nothing_to_say_about_the_pages(empty_project: CanoaProject, pages: int) -> None:
    """75 pages are a whole course, with its cases, and the beginning of the next."""
    tool = canoa()
    write_corpus(empty_project.folder / "corpus", pages, SEED)
    project = CanoaProject(empty_project.folder / "project")
    tool.prepare(project.folder, empty_project.folder / "corpus")
    outcome = project.check("--strict")
    assert outcome.out.strip() == "[]"
    assert outcome.code == 0


def test_every_element_is_somewhere_in_a_course(tmp_path: Path) -> None:
    write_corpus(tmp_path, 75, SEED)
    texts = "".join(content.decode() for name, content in files(tmp_path / "markdown").items() if name.endswith(".md"))
    for mark in (
        "| ---",
        "!!! ",
        "??? ",
        '=== "',
        "[^1]:",
        "*[",
        "```python",
        "](../",
        ".png)",
        "    - ",
        "1. ",
        "### ",
    ):
        assert mark in texts


# --- a build ------------------------------------------------------------------------------------------------------


def test_a_build_without_the_change_is_stale(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", 12, SEED)
    project = Project(canoa(), tmp_path / "project", corpus, tmp_path / "log", tmp_path / "aside")
    project.prepare(tmp_path / "corpus")
    assert measure(project.tool.command, project.folder, project.log, Limits()).exit_code == 0
    assert project.stale(None) == ()
    assert project.stale(project.set_up("edited")) == (corpus.edited,)
    assert project.stale(project.set_up("retitled")) == (corpus.edited, corpus.neighbour)
    project.set_up("cold")
    assert project.stale(None) == corpus.paths


def test_the_edited_page_is_a_unit_that_every_tool_finds(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", 12, SEED)
    for tool in (canoa(), *peers(tmp_path).values()):
        tool.prepare(tmp_path / tool.name, tmp_path / "corpus")
        for page in corpus.paths:
            assert tool.source(tmp_path / tool.name, page).is_file()


def test_a_new_sentence_is_a_paragraph_of_its_own_and_a_new_title_stands_in_the_header() -> None:
    page = '---\ntitle: "Antes"\n---\n\nTexto.\n\n[^1]: title: "Nota"\n'
    text, sentence = add_sentence(page, 3)
    assert text == f"{page}\n{sentence}\n"
    text, title = change_title(page, 3)
    assert text == page.replace("Antes", title)


def test_a_measured_run_counts_the_children_and_keeps_what_was_printed(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', 'print(6 * 7); raise SystemExit(3)']))"
    )
    measured = measure((sys.executable, "-c", script), tmp_path, tmp_path / "log", Limits())
    assert (measured.exit_code, measured.ended) == (3, "")
    assert measured.wall > 0
    assert measured.cpu > 0
    assert (tmp_path / "log").read_text(encoding="utf-8") == "42\n"


@pytest.mark.parametrize(
    ("limits", "reason"), [(Limits(seconds=0.05), "time"), (Limits(free_bytes=10**18), "disk")], ids=["time", "disk"]
)
def test_a_run_at_a_limit_is_ended(tmp_path: Path, limits: Limits, reason: str) -> None:
    command = (sys.executable, "-c", "import time; time.sleep(60)")
    measured = measure(command, tmp_path, tmp_path / "log", limits)
    assert measured.ended == reason
    assert measured.exit_code != 0


COPY = """
import pathlib, sys
for page in pathlib.Path("courses").rglob("*.md"):
    target = pathlib.Path("site", page.relative_to("courses")).with_suffix(".html")
    target.parent.mkdir(parents=True, exist_ok=True)
    if sys.argv[1] == "fresh" or not target.exists():
        target.write_bytes(page.read_bytes())
"""


def copier(name: str, kind: str) -> Tool:
    """A generator that only copies: `fresh` does it every time, `lazy` overlooks what was edited."""
    return Tool(name, "markdown", (sys.executable, "-c", COPY, kind), configuration="site_name: Any\n")


def bench_in(folder: Path, pairs: int) -> Bench:
    folder.mkdir(exist_ok=True)
    return Bench(folder, Limits(), pairs, ("cold", "edited"), keep=False, save=lambda: None, say=lambda text: None)


def test_the_tools_run_by_turns_and_only_missing_pairs_are_run(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", 5, SEED)
    ours, peer, results = copier("canoa", "fresh"), copier("hugo", "fresh"), without_runs(sample())
    for pairs in (1, 2):
        assert bench_in(tmp_path / "work", pairs).compare(ours, peer, corpus, tmp_path / "corpus", results)
    done = [(run.pair, run.scenario, run.tool) for run in results.runs]
    assert done == [
        (pair, scenario, tool) for pair in (1, 2) for scenario in ("cold", "edited") for tool in ("canoa", "hugo")
    ]
    assert results.bad_runs() == []


def test_a_tool_that_overlooks_an_edit_is_stale(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", 5, SEED)
    results = without_runs(sample())
    tools = copier("canoa", "fresh"), copier("hugo", "lazy")
    bench_in(tmp_path / "work", 1).compare(*tools, corpus, tmp_path / "corpus", results)
    assert [(run.tool, run.scenario, run.stale) for run in results.bad_runs()] == [("hugo", "edited", (corpus.edited,))]


def test_a_save_is_seen_through_the_preview(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.serving.SAVES", 1)
    corpus = write_corpus(tmp_path / "corpus", 5, SEED)
    reloads = measure_reloads(bench_in(tmp_path / "work", 1), canoa(), corpus, tmp_path / "corpus")
    assert reloads.pages == 5
    assert len(reloads.milliseconds) == 1


# --- the results --------------------------------------------------------------------------------------------------


def test_results_are_read_as_they_were_saved(tmp_path: Path) -> None:
    results = sample()
    results.save(tmp_path / "new" / "results.json")
    assert read_results(tmp_path / "new" / "results.json") == results


def test_ratios_are_taken_pair_by_pair() -> None:
    found = sample().comparisons()[0]
    assert (found.pages, found.peer, found.scenario) == (100, "hugo", "cold")
    spread = found.ratio(lambda run: run.wall)
    assert spread is not None
    assert (spread.least, spread.median, spread.most) == (2.0, 2.5, 3.0)


def test_a_stale_run_spoils_its_pair_and_is_named() -> None:
    results = sample()
    results.runs[0] = replace(results.runs[0], stale=("a.md",))
    assert len(results.comparisons()[0].pairs) == 1
    assert not results.has_pair(100, "hugo", 1, ("cold", "edited"))
    assert results.has_pair(100, "hugo", 2, ("cold", "edited"))
    assert "canoa beside hugo, cold, pair 1: stale" in summary(results)


# --- the report ---------------------------------------------------------------------------------------------------


def test_the_report_stands_between_the_markers_and_can_be_made_again(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"Before.\n\n{BEGIN}\nOutdated.\n{END}\n\nAfter.\n", encoding="utf-8")
    write_report(sample(), document)
    first = document.read_text(encoding="utf-8")
    write_report(sample(), document)
    assert document.read_text(encoding="utf-8") == first
    assert first.startswith(f"Before.\n\n{BEGIN}\n")
    assert first.endswith(f"\n{END}\n\nAfter.\n")
    assert "Outdated" not in first
    assert "| 1,000 | Hugo | 25.00 s | 25.00 | 10.00 s | 2.50 (2.00–3.00) | 1.00 (1.00–1.00) |" in first
    assert "| 100 | Hugo | 150 MB | 200 MB | 100 MB |" in first
    ElementTree.fromstring(document.with_suffix(".svg").read_text(encoding="utf-8"))


def test_a_report_without_memory_leaves_its_table_out(tmp_path: Path) -> None:
    results = sample()
    nothing = replace(RUN, tree_rss=0, tree_pss=0, largest=0)
    results.runs = [replace(run, measured=nothing) for run in results.runs]
    document = tmp_path / "performance.md"
    document.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    write_report(results, document)
    assert "Memory" not in document.read_text(encoding="utf-8")


def test_a_document_without_markers_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("Text.\n", encoding="utf-8")
    with pytest.raises(NoMarkersError):
        write_report(sample(), document)
    assert document.read_text(encoding="utf-8") == "Text.\n"


def test_the_performance_document_has_a_measured_part_and_its_picture() -> None:
    text = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    assert text.index(BEGIN) < text.index("](performance.svg)") < text.index(END)
    ElementTree.parse(ROOT / "docs/performance.svg")


# --- the picture --------------------------------------------------------------------------------------------------


def test_the_picture_is_well_formed_and_says_its_numbers_in_words() -> None:
    root = ElementTree.fromstring(draw(panels(sample())))
    description = root.findtext("{http://www.w3.org/2000/svg}desc")
    assert description is not None
    assert "Hugo 1.0 s for 100 pages, 10 s for 1,000 pages" in description


def test_ten_times_the_pages_in_ten_times_the_time_is_parallel_to_the_dotted_line() -> None:
    series = Series("canoa", "Canoa", ((100, 0.2), (1000, 2.0)))
    root = ElementTree.fromstring(draw([Panel("Cold", (series,))]))
    [guide] = root.findall(".//{*}line[@class='guide']")
    [path] = root.findall(".//{*}path[@class='series canoa']")
    x1, y1, x2, y2 = (float(guide.attrib[name]) for name in ("x1", "y1", "x2", "y2"))
    start, end = (tuple(map(float, point.split(","))) for point in path.attrib["d"].removeprefix("M").split(" L"))
    assert (end[1] - start[1]) / (end[0] - start[0]) == pytest.approx((y2 - y1) / (x2 - x1), rel=0.01)


def test_the_picture_has_colours_for_light_and_for_dark() -> None:
    text = draw(panels(sample()))
    assert "prefers-color-scheme: dark" in text
    assert "<script" not in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


# --- the command --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), ("run",), ("corpus",), ("report",)])
def test_the_command_explains_itself(arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "bench/build.py", *arguments, "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("usage: ")
