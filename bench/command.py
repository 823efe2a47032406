"""Measures `canoa build` beside Hugo, Zensical and Material for MkDocs, on the same pages, in alternating pairs."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

from bench.corpus import SEED, SMALLEST, Corpus, write_corpus
from bench.markers import NoMarkersError
from bench.measure import Limits, machine
from bench.peers import ROOT, Tool, canoa, hugo_program, install_peers, peers, versions
from bench.plot import draw
from bench.report import panels, summary, write_report
from bench.results import IncompatibleError, Results, read_results
from bench.scenarios import SCENARIOS, Bench
from bench.serving import ServeError, measure_reloads, measure_start_ups

OUTPUT = ROOT / "build" / "bench"
DOCUMENT = ROOT / "docs" / "performance.md"
PEERS_VARIABLE = "CANOA_BENCH_PEERS"
PLAN = {"hugo": (100, 300, 1000), "zensical": (1000,), "material": (300,)}
"""What is run when no sizes are named: about ten minutes on two cores."""
START_UP_PAGES = 100
GIGABYTE = 10**9


def main() -> int:
    """Run a command; returns its exit code."""
    options = _parser().parse_args()
    try:
        code: int = options.run(options)
    except (IncompatibleError, NoMarkersError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. What was measured is kept: the option --resume goes on from there.", file=sys.stderr)
        return 130
    return code


# --- commands -----------------------------------------------------------------------------------------------------


def run(options: argparse.Namespace) -> int:
    """Measure; the results are saved after every run."""
    environment = _environment(options)
    ours, others = canoa(), peers(environment) if environment else {}
    plan = _plan(options)
    results = _results(options, environment if plan else None)
    file = _results_file(options)
    bench = Bench(
        work=options.output / "work",
        limits=Limits(options.cap, int(options.min_free * GIGABYTE)),
        pairs=options.pairs,
        scenarios=tuple(name for name in SCENARIOS if name in options.scenarios),
        keep=options.keep,
        save=lambda: results.save(file),
        say=lambda text: print(text, flush=True),
    )
    bench.work.mkdir(parents=True, exist_ok=True)
    try:
        for name, sizes in plan.items():
            _measure_peer(bench, ours, others[name], sizes, results, options)
        answered = _measure_waiting(bench, ours, environment, results, options)
    finally:
        bench.sweep()
    print(summary(results))
    drawn = panels(results)
    if drawn:
        (options.output / "plot.svg").write_text(draw(drawn), encoding="utf-8")
    print(f"\nIn {options.output}: {file.name}{', plot.svg' if drawn else ''}")
    steady = results.versions["canoa"] == versions(None)["canoa"]
    if not steady:
        print("The source was changed meanwhile: these results are of two programs.", file=sys.stderr)
    # A build that took too long is a result; one that failed or left an old page spoils the benchmark.
    good = answered and steady and all(run.measured.ended for run in results.bad_runs())
    return 0 if good else 1


def _measure_peer(
    bench: Bench, ours: Tool, peer: Tool, sizes: tuple[int, ...], results: Results, options: argparse.Namespace
) -> None:
    """All sizes, the small ones first; after a build that was ended the larger ones are not tried."""
    for size in sizes:
        if size > peer.largest:
            print(f"{peer.name} is not run with more than {peer.largest:,} pages.")
            return
        corpus, pages = _corpus(size, results, options)
        if not bench.compare(ours, peer, corpus, pages, results):
            return


def _measure_waiting(
    bench: Bench, ours: Tool, environment: Path | None, results: Results, options: argparse.Namespace
) -> bool:
    """The starts, and the reloads under `canoa serve`; False when it did not answer."""
    if options.start_up and not results.start_ups:
        hugo = hugo_program(environment) if environment else None
        corpus, pages = _corpus(START_UP_PAGES, results, options)
        results.start_ups = measure_start_ups(bench, ours, corpus, pages, hugo)
        bench.save()
    for size in options.serve:
        if size in {reload.pages for reload in results.reloads}:
            continue
        try:
            results.reloads.append(measure_reloads(bench, ours, *_corpus(size, results, options)))
        except ServeError as error:
            print(error, file=sys.stderr)
            return False
        bench.save()
    return True


def corpus(options: argparse.Namespace) -> int:
    """Write the pages and stop."""
    written = write_corpus(options.to, options.pages, options.seed)
    print(f"{written.pages:,} pages, {written.words:,} words, {written.bytes / 1e6:.1f} MB, in {options.to}")
    return 0


def report(options: argparse.Namespace) -> int:
    """Put the results into the document."""
    write_report(read_results(options.results), options.document)
    print(f"Written: {options.document}, {options.document.with_suffix('.svg').name}")
    return 0


# --- what the commands share --------------------------------------------------------------------------------------


def _plan(options: argparse.Namespace) -> dict[str, tuple[int, ...]]:
    """Which peers at which sizes."""
    if options.sizes is None:
        chosen = options.peers if options.peers is not None else tuple(PLAN)
        return {name: PLAN[name] for name in chosen}
    return dict.fromkeys(options.peers if options.peers is not None else ("hugo",), options.sizes)


def _environment(options: argparse.Namespace) -> Path | None:
    """The peers' virtual environment: one that is there, or our own; none when no peer is wanted."""
    if options.peers == ():
        return None
    named = options.peers_venv or os.environ.get(PEERS_VARIABLE)
    if named:
        return Path(named).resolve()
    install_peers(options.output / "peers")
    return Path(options.output / "peers")


def _results_file(options: argparse.Namespace) -> Path:
    return Path(options.output / "results.json")


def _results(options: argparse.Namespace, environment: Path | None) -> Results:
    """New results, or those that an interrupted run left."""
    fresh = Results(options.seed, machine(), versions(environment))
    file = _results_file(options)
    if not file.is_file():
        return fresh
    if not options.resume:
        file.replace(file.with_name("results-before.json"))  # hours of somebody's machine may be in it
        return fresh
    old = read_results(file)
    if (old.seed, old.versions["canoa"]) != (fresh.seed, fresh.versions["canoa"]):
        raise IncompatibleError(f"{file} is of another seed or of another state of the source: start without --resume.")
    old.versions["peers"] |= fresh.versions["peers"]
    return old


def _corpus(size: int, results: Results, options: argparse.Namespace) -> tuple[Corpus, Path]:
    """The pages, written anew unless this process wrote them: a corpus is quickly made and may be of an older seed."""
    folder = options.output / "corpora" / str(size)
    if size not in options.written:
        _refuse_full_disk(options)
        print(f"Writing {size:,} pages", flush=True)
        options.written[size] = write_corpus(folder, size, options.seed)
        facts = asdict(options.written[size])
        results.corpora[size] = {name: facts[name] for name in ("words", "bytes")}
    return options.written[size], folder


def _refuse_full_disk(options: argparse.Namespace) -> None:
    if shutil.disk_usage(options.output).free < options.min_free * GIGABYTE:
        raise IncompatibleError(f"Less than {options.min_free:g} GB are free; see --min-free.")


# --- arguments ----------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, epilog="bench/README.md says how to read the results.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands.add_parser("run", help="measure", description=run.__doc__))
    writing = commands.add_parser("corpus", help="write the pages and stop", description=corpus.__doc__)
    writing.set_defaults(run=corpus)
    writing.add_argument("--pages", type=_pages, default=1000)
    writing.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="is removed first")
    writing.add_argument("--seed", type=int, default=SEED)
    reporting = commands.add_parser("report", help="put the results into a document", description=report.__doc__)
    reporting.set_defaults(run=report)
    reporting.add_argument("--results", type=Path, default=OUTPUT / "results.json", metavar="FILE")
    reporting.add_argument("--document", type=Path, default=DOCUMENT, metavar="FILE")
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=run, written={})
    add = parser.add_argument
    default = "; ".join(f"{name} at {', '.join(map(str, sizes))}" for name, sizes in PLAN.items())
    add("--sizes", type=_sizes, metavar="N,…", help=f"numbers of pages, for every peer named (default: {default})")
    add("--peers", type=_names, metavar="NAME,…", help=f"of {', '.join(PLAN)}; or none (with --sizes: hugo)")
    add("--scenarios", type=_scenarios, default=tuple(SCENARIOS), metavar="NAME,…", help=f"of {', '.join(SCENARIOS)}")
    add("--pairs", type=int, default=3, metavar="N", help="pairs of runs in each scenario (default: 3)")
    add("--serve", type=_serve_sizes, default=(100, 1000), metavar="N,…", help="sizes for `canoa serve`, or none")
    add("--no-start-up", dest="start_up", action="store_false", help="do not measure the starts of commands")
    add("--seed", type=int, default=SEED, help="another seed is another corpus")
    add("--output", type=_folder, default=OUTPUT, metavar="FOLDER", help="for everything (default: build/bench)")
    add("--peers-venv", metavar="FOLDER", help=f"a virtual environment with the peers (also {PEERS_VARIABLE})")
    add("--cap", type=float, default=900.0, metavar="SECONDS", help="a longer run is ended (default: 900)")
    add("--min-free", type=float, default=5.0, metavar="GB", help="a run that leaves less disk is ended (default: 5)")
    add("--resume", action="store_true", help="keep the results that are there and add what is missing")
    add("--keep", action="store_true", help="leave the projects and their sites for a look")


def _folder(text: str) -> Path:
    return Path(text).resolve()


def _pages(text: str) -> int:
    if not text.isdecimal() or int(text) < SMALLEST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of pages: {SMALLEST} or more")
    return int(text)


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted({_pages(number) for number in text.split(",")}))


def _serve_sizes(text: str) -> tuple[int, ...]:
    return () if text == "none" else _sizes(text)


def _names(text: str) -> tuple[str, ...]:
    return () if text == "none" else _known(text, tuple(PLAN))


def _scenarios(text: str) -> tuple[str, ...]:
    return _known(text, tuple(SCENARIOS))


def _known(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(text.split(","))
    for name in names:
        if name not in known:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
    return names
