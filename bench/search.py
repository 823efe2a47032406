"""Measures finding: Canoa beside Pagefind and Material, the same pages, the same questions, a real browser.

    python -m bench.search                       5,000 pages beside Pagefind, 300 beside Material too
    python -m bench.search --pages 1000 --each 10
    python -m bench.search --write               puts the tables into docs/search-index.md

It needs Chromium and nginx; Pagefind and Material come from PyPI into build/bench/search-peers.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import mean, median
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from bench.corpus import SEED, Corpus, write_corpus
from bench.known_items import KINDS, Query, make_queries
from bench.markers import write_parts
from bench.peers import REQUIREMENTS, ROOT, Tool, canoa, install_peers, peers
from bench.rare_words import enrich
from bench.static_server import serve_with_nginx

OUTPUT = ROOT / "build" / "bench" / "search"
DOCUMENT = ROOT / "docs" / "search-index.md"
PEERS = ("pagefind[bin]==1.5.2", *(one for one in REQUIREMENTS if one.startswith("mkdocs")))
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
LARGEST_FOR_MATERIAL = 300
SLOWED = 6
"""Times that the processor is slowed: an old office computer."""
SLOW_LINK = {"offline": False, "latency": 300, "downloadThroughput": 35_000, "uploadThroughput": 12_000}
"""An emulated 2G link: 280 kbit/s down, 300 ms."""
PATIENCE, NOTHING_AFTER = 120_000, 20_000
"""Milliseconds: for any answer; and for Material's, after which there is none."""
SHOWN = 10


@dataclass(frozen=True)
class Engine:
    """A search that can be asked in a browser."""

    name: str
    start: Callable[[Page, str], None]
    """Open a page from which one searches, at an address."""
    ask: Callable[..., list[str]]
    """Type a question; gives the addresses of the results, best first.  `finished=False`: somebody is still typing."""
    index: Callable[[Path], Iterator[Path]]
    """The files of its index in the built site."""
    more: Callable[[Page], list[str]] | None = None
    """Ask for what did not fit into the first answer; all results."""


@dataclass
class Cost:
    """What questions cost."""

    bytes: list[int] = field(default_factory=list)
    """As nginx sent them: compressed, with headers; one entry per question, in order.  Nothing for `file`."""
    requests: list[int] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    heap: int = 0
    """Bytes of the page's JavaScript, more than before the first question."""


@dataclass
class Result:
    """One engine on one site."""

    name: str
    pages: int
    place: str
    """`http` or `file`."""
    ranks: dict[str, list[int]]
    """Kind of question → rank of the right page; 0 where it was not among the first ten."""
    cost: Cost
    slow: Cost
    index_bytes: int = 0
    index_files: int = 0


# --- engines ----------------------------------------------------------------------------------------------------------


def _start_canoa(page: Page, address: str) -> None:
    page.goto(f"{address}/busca.html")
    page.wait_for_selector(".resultados:not([hidden]) input")


def _ask_canoa(page: Page, text: str, *, finished: bool = True) -> list[str]:
    before = page.evaluate("document.querySelector('.resultados [role=status]').textContent")
    page.evaluate(
        """() => {
            window.told = false;
            const said = document.querySelector('.resultados [role=status]');
            const watch = new MutationObserver(() => { window.told = true; });
            watch.observe(said, {childList: true, characterData: true, subtree: true});
        }"""
    )
    page.fill(".resultados input", text)
    if finished:
        page.press(".resultados input", "Enter")
    page.wait_for_function(
        "before => { const said = document.querySelector('.resultados [role=status]').textContent;"
        " return said && (window.told || said !== before) && !document.querySelector('.resultados [aria-busy=true]')"
        " && (document.querySelector('.resultados ol > li a') || /[Nn]ada|[Nn]enhum/.test(said)); }",
        arg=before,
        timeout=PATIENCE,
    )
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.resultados ol > li')].map(i => i.querySelector('a').href)"
    )
    return found


def _more_of_canoa(page: Page) -> list[str]:
    """The first answer has five pages, the rest of ten come into sight when somebody asks for more."""
    more = ".resultados [data-mais]:not([hidden])"
    before = page.locator(".resultados ol > li").count()
    if page.query_selector(more):
        page.click(more)
        page.wait_for_function(
            "before => document.querySelectorAll('.resultados ol > li').length > before", arg=before, timeout=PATIENCE
        )
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.resultados ol > li')].map(i => i.querySelector('a').href)"
    )
    return found


def _start_pagefind(page: Page, address: str) -> None:
    page.goto(f"{address}/pagefind-bench.html")


def _ask_pagefind(page: Page, text: str, *, finished: bool = True) -> list[str]:
    found: list[str] = page.evaluate(
        """async text => {
            window.finder ??= await import(new URL('pagefind/pagefind.js', location.href).href);
            const found = await window.finder.search(text);
            const shown = await Promise.all(found.results.slice(0, 10).map(one => one.data()));
            return shown.map(one => new URL(one.url, location.href).href);
        }""",
        text,
    )
    return found


def _start_material(page: Page, address: str) -> None:
    page.goto(f"{address}/index.html")


def _ask_material(page: Page, text: str, *, finished: bool = True) -> list[str]:
    if page.query_selector(".md-search-result__item, .md-search-result__meta[data-asked]"):
        page.reload()  # old results stay until there are new ones
    page.evaluate("document.querySelector('.md-search-result__meta').dataset.asked = ''")
    page.focus("[data-md-component=search-query]")
    page.fill("[data-md-component=search-query]", text)
    found_any = ".md-search-result__item"
    with suppress(BrowserError):  # “no document found” also stands there before the first answer: so it has to last
        page.wait_for_selector(found_any, state="attached", timeout=NOTHING_AFTER)
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.md-search-result__item > a, .md-search-result__item .md-search-result__link')]"
        ".map(one => one.href)"
    )
    return found


def _canoa_files(site: Path) -> Iterator[Path]:
    yield from (site / "canoa").glob("busca*")
    yield from site.glob("**/busca/*.js")


ENGINES = {
    "canoa": Engine("canoa", _start_canoa, _ask_canoa, _canoa_files, _more_of_canoa),
    "pagefind": Engine("pagefind", _start_pagefind, _ask_pagefind, lambda site: site.glob("pagefind/**/*")),
    "material": Engine("material", _start_material, _ask_material, lambda site: site.glob("search/*")),
}


# --- one engine -------------------------------------------------------------------------------------------------------


@contextmanager
def _page(browser: Browser, *, link: dict[str, Any] | None = None) -> Iterator[tuple[Page, CDPSession]]:
    context: BrowserContext = browser.new_context(viewport={"width": 1366, "height": 800}, bypass_csp=True)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    if link:
        session.send("Network.emulateNetworkConditions", link)
    try:
        yield page, session
    finally:
        context.close()


def rank_all(
    browser: Browser, engine: Engine, address: str, queries: Sequence[Query], targets: dict[str, str]
) -> dict[str, list[int]]:
    """Where the right page stands in the answer to each question."""
    ranks: dict[str, list[int]] = {kind: [] for kind in KINDS}
    with _page(browser) as (page, session):
        session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        engine.start(page, address)
        for query in queries:
            found = _paths(engine.ask(page, query.text, finished=query.kind != "prefix"), address)
            if engine.more and len(found) < SHOWN and found:
                found = _paths(engine.more(page), address)
            wanted = targets[query.target]
            ranks[query.kind].append(found.index(wanted) + 1 if wanted in found[:SHOWN] else 0)
    return ranks


def _paths(addresses: Sequence[str], base: str) -> list[str]:
    """Paths in the site, each once: several passages of a page are one answer."""
    root = unquote(urlsplit(base).path).rstrip("/")
    found = (unquote(urlsplit(one).path).removeprefix(root).lstrip("/") for one in addresses)
    return list(dict.fromkeys(found))


def cost_of(
    browser: Browser, engine: Engine, address: str, texts: Sequence[str], *, link: dict[str, Any] | None, log: Path
) -> Cost:
    """What the first and further questions cost somebody who has a page open."""
    cost = Cost()
    with _page(browser, link=link) as (page, session):
        engine.start(page, address)
        page.wait_for_load_state("networkidle")
        before = _heap(session)
        seen = len(_lines(log))
        for text in texts:
            started = page.evaluate("performance.now()")
            engine.ask(page, text)
            cost.milliseconds.append(page.evaluate("performance.now()") - started)
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(1_000)  # workers ask too, and their requests are not the page's
            lines = _lines(log)[seen:]
            seen += len(lines)
            cost.bytes.append(sum(int(line.split()[0]) for line in lines))
            cost.requests.append(len(lines))
        cost.heap = max(0, _heap(session) - before)
    return cost


def _heap(session: CDPSession) -> int:
    """Bytes that are in use, after what is not was collected."""
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    return int(session.send("Runtime.getHeapUsage")["usedSize"])


def _lines(log: Path) -> list[str]:
    """What the server has sent: bytes of each answer with its headers; nothing for files."""
    return log.read_text(encoding="utf-8").splitlines() if log.is_file() else []


# --- sites ------------------------------------------------------------------------------------------------------------


def build(tool: Tool, folder: Path, corpus: Path, pages: int) -> Path:
    """The built site; a site of as many pages that is there already is used again."""
    site, mark = folder / "site", folder / "built.txt"
    if mark.is_file() and mark.read_text(encoding="utf-8") == str(pages):
        return site
    tool.prepare(folder, corpus)
    subprocess.run(tool.command, cwd=folder, check=True)
    mark.write_text(str(pages), encoding="utf-8")
    return site


def add_pagefind(environment: Path, site: Path) -> None:
    """Pagefind's index of the articles of the same pages."""
    program = environment / "bin" / "python"
    options = ("--site", str(site), "--root-selector", "article", "--force-language", "pt", "--silent")
    subprocess.run([program, "-m", "pagefind", *options], check=True)
    (site / "pagefind-bench.html").write_text("<!doctype html><title>Pagefind</title>", encoding="utf-8")


def material(environment: Path) -> Tool:
    """Material without its offline plugin, with which its search asks another host for a script and finds nothing."""
    tool = peers(environment)["material"]
    return replace(tool, configuration=tool.configuration.replace("plugins: [search, offline]", "plugins: [search]"))


def targets_of(tool: Tool, corpus: Corpus) -> dict[str, str]:
    """Page of the corpus → path of the built page."""
    return {path: tool.target_of(path) for path in corpus.paths}


# --- a run ------------------------------------------------------------------------------------------------------------


def run(options: argparse.Namespace) -> list[Result]:
    """Build, ask, count."""
    environment = options.output / "peers"
    install_peers(environment, PEERS)
    results: list[Result] = []
    with sync_playwright() as playwright:
        program = next(found for name in BROWSERS if (found := shutil.which(name)))
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        plan: dict[int, list[str]] = {options.pages: [one for one in options.engines if one != "material"]}
        if "material" in options.engines:
            plan = {min(LARGEST_FOR_MATERIAL, options.pages): options.engines, **plan}
        for pages, names in plan.items():
            results += _measure(browser, options, environment, pages, names)
        browser.close()
    return results


def _measure(
    browser: Browser, options: argparse.Namespace, environment: Path, pages: int, names: Sequence[str]
) -> Iterator[Result]:
    folder = options.output / str(pages)
    corpus = write_corpus(folder / "corpus", pages)
    enrich(folder / "corpus" / "markdown", SEED)
    queries = make_queries(folder / "corpus" / "markdown", corpus.paths, each=options.each, seed=SEED)
    firsts = [query.text for query in queries if query.kind in ("title", "no accents")]
    ours = build(canoa(), folder / "canoa", folder / "corpus", pages)
    sites = {"canoa": ours, "pagefind": folder / "pagefind" / "site", "material": folder / "material" / "site"}
    if "pagefind" in names and not (sites["pagefind"] / "pagefind").is_dir():
        shutil.rmtree(sites["pagefind"], ignore_errors=True)
        shutil.copytree(ours, sites["pagefind"])
        add_pagefind(environment, sites["pagefind"])
    if "material" in names:
        build(material(environment), folder / "material", folder / "corpus", pages)
    tools = {"canoa": canoa(), "pagefind": canoa(), "material": material(environment)}
    for name in names:
        engine = ENGINES[name]
        with serve_with_nginx(sites[name], options.output / "nginx") as address:
            for place, base in (("http", address), ("file", sites[name].as_uri())):
                if place == "file" and name != "canoa":
                    continue
                print(f"{pages} pages, {name}, {place}", flush=True)
                log = options.output / "nginx" / "bytes.log"
                index = [file for file in engine.index(sites[name]) if file.is_file()]
                yield Result(
                    name=name,
                    pages=pages,
                    place=place,
                    ranks=rank_all(browser, engine, base, queries, targets_of(tools[name], corpus)),
                    cost=_repeated(browser, engine, base, firsts, options.repeats, None, log),
                    slow=Cost([0], [0], [0])
                    if place == "file"
                    else _repeated(browser, engine, base, firsts, 1, SLOW_LINK, log),
                    index_bytes=sum(file.stat().st_size for file in index),
                    index_files=len(index),
                )


def _repeated(
    browser: Browser,
    engine: Engine,
    address: str,
    texts: Sequence[str],
    repeats: int,
    link: dict[str, Any] | None,
    log: Path,
) -> Cost:
    """First questions of several people: medians of the first and of the second one."""
    runs = []
    for number in range(repeats):
        pair = [texts[(2 * number) % len(texts)], texts[(2 * number + 1) % len(texts)]]
        try:
            runs.append(cost_of(browser, engine, address, pair, link=link, log=log))
        except BrowserError as error:
            print(f"  {engine.name}: {str(error).splitlines()[0]}", file=sys.stderr)
    if not runs:
        return Cost([0, 0], [0, 0], [float("inf")] * 2, 0)
    return Cost(
        bytes=[int(median(one.bytes[place] for one in runs)) for place in (0, 1)],
        requests=[int(median(one.requests[place] for one in runs)) for place in (0, 1)],
        milliseconds=[median(one.milliseconds[place] for one in runs) for place in (0, 1)],
        heap=int(median(one.heap for one in runs)),
    )


# --- tables -----------------------------------------------------------------------------------------------------------


def reciprocal(ranks: Sequence[int]) -> float:
    """Mean of 1 / rank, nothing for what was not found."""
    return mean(1 / rank if rank else 0.0 for rank in ranks)


def recall(ranks: Sequence[int]) -> float:
    """Part of the questions whose page was among the first ten."""
    return mean(rank > 0 for rank in ranks)


def tables(results: Sequence[Result]) -> Iterator[str]:
    """Quality, then cost."""
    yield "| MRR@10 / recall@10 | " + " | ".join(KINDS) + " | all |"
    yield "|---" * (len(KINDS) + 2) + "|"
    for one in results:
        kinds = [*one.ranks.values(), [rank for ranks in one.ranks.values() for rank in ranks]]
        cells = (f"{reciprocal(ranks):.3f} / {recall(ranks):.2f}" for ranks in kinds)
        yield f"| {one.name}, {one.pages} pages, {one.place} | " + " | ".join(cells) + " |"
    yield ""
    yield "| | first question | second | time to the first, local | on 2G | heap | index |"
    yield "|---|---|---|---|---|---|---|"
    for one in results:
        cost = one.cost
        yield (
            f"| {one.name}, {one.pages} pages, {one.place} "
            f"| {cost.bytes[0] / 1000:.1f} kB, {cost.requests[0]} requests "
            f"| {cost.bytes[1] / 1000:.1f} kB, {cost.requests[1]} | {cost.milliseconds[0]:.0f} ms "
            f"| {one.slow.milliseconds[0] / 1000:.1f} s | {cost.heap / 1e6:.1f} MB "
            f"| {one.index_bytes / one.pages / 1000:.2f} kB a page in {one.index_files} files |"
        )


def main() -> int:
    """Measure; print the tables; keep the results as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=5000)
    parser.add_argument("--each", type=int, default=24, help="questions of each kind")
    parser.add_argument("--repeats", type=int, default=5, help="people whose first two questions are measured")
    parser.add_argument("--engines", type=lambda names: names.split(","), default=list(ENGINES))
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/search-index.md")
    options = parser.parse_args()
    options.output = options.output.resolve()
    results = run(options)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "results.json").write_text(
        json.dumps([asdict(one) for one in results], indent=1), encoding="utf-8"
    )
    made = "\n".join(tables(results))
    print(made)
    if options.write:
        write_parts(DOCUMENT, {"measured": f"{made}\n"})
    return 0


if __name__ == "__main__":
    sys.exit(main())
