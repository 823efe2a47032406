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
Link = dict[str, Any] | None
PATIENCE, NOTHING_AFTER = 120_000, 8_000
"""Milliseconds: for any answer; and for Material's, which come in half a second, after which there is none."""
SHOWN, AT_ONCE = 10, 5
"""Results that count, and those that are shown at first, by Pagefind's own interface too."""
STAYING = 3_000
"""Milliseconds that somebody looks at an answer."""


@dataclass(frozen=True)
class Way:
    """How somebody comes to an answer, as functions for the page, so that nothing but the page's own work is timed."""

    page: str
    """Where somebody is, in the site."""
    ready: str
    """What makes the search ready to be asked."""
    ask: str
    """Asks a text; resolves when the first result is there; `window.rest` does when all are that are shown at first."""


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
    anywhere: Way
    """From a page on which nothing of the search was loaded; making it ready counts."""
    at_hand: Way
    """Where the search is ready already."""
    more: Callable[[Page], list[str]] | None = None
    """Ask for what did not fit into the first answer; all results."""


@dataclass
class Cost:
    """What questions cost; one entry per question, in order."""

    bytes: list[int] = field(default_factory=list)
    """As nginx sent them until the results were shown: compressed, with headers.  Nothing for `file`."""
    requests: list[int] = field(default_factory=list)
    later: list[int] = field(default_factory=list)
    """Bytes of what came while somebody looked at the results."""
    milliseconds: list[float] = field(default_factory=list)
    """To the first result."""
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
    anywhere: Cost
    at_hand: Cost
    slow: Cost
    """As `anywhere`, on a slow link."""
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
        page.eval_on_selector(
            more, "button => button.click()"
        )  # a real click scrolls, and in sight they come by themselves
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


NOTHING = "async () => {}"
_SEEN = """(place, what) => new Promise((done, fail) => {
    const look = () => place.querySelector(what) && (watch.disconnect(), done());
    const watch = new MutationObserver(look);
    watch.observe(place, {childList: true, subtree: true, attributes: true});
    look();
    setTimeout(() => fail(Error(`no ${what}`)), PATIENCE);
})""".replace("PATIENCE", str(PATIENCE))
_DIALOG = Way(
    page="indice.html",
    ready=f"""async () => {{
        document.querySelector('a.busca').click();
        await ({_SEEN})(document, 'dialog[open] input');
    }}""",
    ask=f"""async text => {{
        const field = document.querySelector('dialog input');
        const list = document.querySelector('dialog [role=listbox]');
        for (const one of list.children) one.dataset.old = '';
        const shown = ({_SEEN})(list, '[role=option]:not([data-old])');
        field.value = text;
        field.dispatchEvent(new Event('input', {{bubbles: true}}));
        await shown;
    }}""",
)
_RESULTS = Way(
    page="busca.html",
    ready=f"async () => {{ await ({_SEEN})(document, '.resultados:not([hidden])'); }}",
    ask=f"""async text => {{
        const list = document.querySelector('.resultados ol');
        for (const one of list.children) one.dataset.old = '';
        const shown = ({_SEEN})(list, 'li:not([data-old]) a');
        document.querySelector('.resultados input').value = text;
        document.querySelector('.resultados form').requestSubmit();
        await shown;
    }}""",
)
_PAGEFIND = Way(
    page="pagefind-bench.html",
    ready="""async () => {
        window.finder = await import(new URL('pagefind/pagefind.js', location.href).href);
        await window.finder.init();
    }""",
    ask=f"""async text => {{
        const found = await window.finder.search(text);
        const shown = found.results.slice(0, {AT_ONCE}).map(one => one.data());
        window.rest = Promise.all(shown);
        await shown[0];
    }}""",
)
_MATERIAL = Way(
    page="index.html",
    ready="async () => { document.querySelector('[data-md-component=search-query]').focus(); }",
    ask=f"""async text => {{
        const field = document.querySelector('[data-md-component=search-query]');
        const list = document.querySelector('.md-search-result__list');
        list.replaceChildren();
        const shown = ({_SEEN})(list, '.md-search-result__item');
        field.value = text;
        for (const kind of ['input', 'keyup']) field.dispatchEvent(new Event(kind, {{bubbles: true}}));
        await shown;
    }}""",
)
ENGINES = {
    "canoa": Engine("canoa", _start_canoa, _ask_canoa, _canoa_files, _DIALOG, _RESULTS, _more_of_canoa),
    "pagefind": Engine(
        "pagefind", _start_pagefind, _ask_pagefind, lambda site: site.glob("pagefind/**/*"), _PAGEFIND, _PAGEFIND
    ),
    "material": Engine(
        "material", _start_material, _ask_material, lambda site: site.glob("search/*"), _MATERIAL, _MATERIAL
    ),
}


# --- one engine -------------------------------------------------------------------------------------------------------


@contextmanager
def _page(browser: Browser, *, link: Link = None) -> Iterator[tuple[Page, CDPSession]]:
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
    browser: Browser, way: Way, address: str, texts: Sequence[str], *, ready: bool, link: Link, log: Path
) -> Cost:
    """What the first and further questions cost somebody who has a page open; `ready`: and the search too."""
    cost = Cost()
    with _page(browser, link=link) as (page, session):
        page.goto(f"{address}/{way.page}")
        page.wait_for_load_state("networkidle")
        if ready:
            page.evaluate(way.ready)
            page.wait_for_load_state("networkidle")
        before = _heap(session)
        seen = len(_lines(log))
        for number, text in enumerate(texts):
            first = NOTHING if ready or number else way.ready
            cost.milliseconds.append(page.evaluate(_timed(first, way.ask), text))
            page.evaluate("window.rest")
            shown = _lines(log)[seen:]
            page.wait_for_timeout(STAYING)
            lines = _lines(log)[seen:]
            seen += len(lines)
            cost.bytes.append(_sent(shown))
            cost.requests.append(len(shown))
            cost.later.append(_sent(lines) - _sent(shown))
        cost.heap = max(0, _heap(session) - before)
    return cost


def _timed(*steps: str) -> str:
    """A function for the page: milliseconds that the steps take, each given the question."""
    calls = "".join(f"await ({step})(text);" for step in steps)
    return f"async text => {{ const begun = performance.now(); {calls} return performance.now() - begun; }}"


def _sent(lines: Sequence[str]) -> int:
    return sum(int(line.split()[0]) for line in lines)


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
            plan = {**plan, min(LARGEST_FOR_MATERIAL, options.pages): options.engines}
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
                    anywhere=_repeated(browser, engine, base, firsts, options.repeats, log, ready=False),
                    at_hand=_repeated(browser, engine, base, firsts, options.repeats, log, ready=True),
                    slow=Cost([0], [0], [0], [0])
                    if place == "file"
                    else _repeated(browser, engine, base, firsts, 1, log, ready=False, link=SLOW_LINK),
                    index_bytes=sum(file.stat().st_size for file in index),
                    index_files=len(index),
                )


def _repeated(
    browser: Browser,
    engine: Engine,
    address: str,
    texts: Sequence[str],
    repeats: int,
    log: Path,
    *,
    ready: bool,
    link: Link = None,
) -> Cost:
    """First questions of several people: medians of the first and of the second one."""
    runs = []
    for number in range(repeats):
        pair = [texts[(2 * number) % len(texts)], texts[(2 * number + 1) % len(texts)]]
        try:
            way = engine.at_hand if ready else engine.anywhere
            runs.append(cost_of(browser, way, address, pair, ready=ready, link=link, log=log))
        except BrowserError as error:
            print(f"  {engine.name}: {str(error).splitlines()[0]}", file=sys.stderr)
    if not runs:
        return Cost([0, 0], [0, 0], [0, 0], [float("inf")] * 2, 0)
    return Cost(
        bytes=[int(median(one.bytes[place] for one in runs)) for place in (0, 1)],
        requests=[int(median(one.requests[place] for one in runs)) for place in (0, 1)],
        later=[int(median(one.later[place] for one in runs)) for place in (0, 1)],
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
    yield "| from any page, code and all | first question | second | first result, local | on 2G |"
    yield "|---|---|---|---|---|"
    for one in results:
        cost = one.anywhere
        first, second = map(_amount, cost.bytes, cost.requests)
        yield (
            f"| {one.name}, {one.pages} pages, {one.place} | {first} | {second} "
            f"| {cost.milliseconds[0]:.0f} ms | {one.slow.milliseconds[0] / 1000:.1f} s |"
        )
    yield ""
    yield "| where the search is ready | first question | second | and who stays | first result, local | heap | index |"
    yield "|---|---|---|---|---|---|---|"
    for one in results:
        cost = one.at_hand
        first, second = map(_amount, cost.bytes, cost.requests)
        later = " and ".join(f"{more / 1000:.1f}" for more in cost.later)
        yield (
            f"| {one.name}, {one.pages} pages, {one.place} | {first} | {second} | {later} kB more "
            f"| {cost.milliseconds[0]:.0f} ms | {cost.heap / 1e6:.1f} MB "
            f"| {one.index_bytes / one.pages / 1000:.2f} kB a page in {one.index_files} files |"
        )


def _amount(size: int, requests: int) -> str:
    return f"{size / 1000:.1f} kB, {requests} requests"


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
