"""What builds leave for later builds: headers, rendered pages, and what was written where, in one SQLite file.

Every row carries a digest of its values, so a damaged or foreign row is as good as none; a damaged file is thrown
away.  SQLite's write-ahead log keeps the file whole when a build is killed, and lets builds run side by side.  Trouble
with the cache (disk full, no permission, locked for too long) never costs anybody a build: rows are kept in memory.
"""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from generator.pages.page import Block, Heading, OutgoingLink, RenderedPage
from generator.problems import Problem
from generator.search.scripts import sections_json
from generator.site.digests import digest

log = logging.getLogger("canoa")

FILE = "cache.sqlite3"
LAYOUT = 5
"""Counts up when the tables change; a cache of another layout is thrown away."""
WAIT_SECONDS = 20.0
"""How long one build waits for another that is writing."""
ROWS_AT_ONCE = 64
"""So many pages' terms are read at once: about 200 kB."""
SPARE_PAGES = 2000
"""Pages of earlier builds that are kept besides those of the last one, at least: editing back is quick."""

TABLES = """
create table headers (
  source text, environment blob, size int, mtime int, ctime int, content blob, header text, digest blob,
  primary key (source, environment)
) without rowid;
create table pages (
  key blob primary key, held blob, facts_digest blob, inputs_digest blob, text_digest blob, terms_digest blob,
  facts text, inputs text, anchors text, shown text, terms text, html blob
);
create table notes (name text primary key, value text, digest blob) without rowid;
create table outputs (
  site text, target text, frame blob, size int, mtime int, content blob, sum int,
  primary key (site, target)
) without rowid;
"""

# What every build asks of all pages comes first, what is long last: SQLite reads a row from its beginning.

Result = TypeVar("Result")


@dataclass(frozen=True)
class PageFacts:
    """What the build needs of every page, rendered now or before: checks across pages, and what to report."""

    key: bytes
    text_digest: bytes
    """Of all that the page shows."""
    terms_digest: bytes = b""
    """Of what the search knows the page by."""
    links: tuple[OutgoingLink, ...] = ()
    blocks: tuple[Block, ...] = ()
    problems: tuple[Problem, ...] = ()
    assets: tuple[str, ...] = ()
    """As in `RenderedPage`."""
    volatile: bool = False
    """True when the page depends on what the cache cannot see: it is rendered in every build."""


@dataclass(frozen=True)
class PageRow:
    """A rendered page as the cache keeps it."""

    key: bytes
    held: bytes
    """Digest of the site index for which the inputs were last found to hold."""
    facts_digest: bytes
    inputs_digest: bytes
    """Of inputs and anchors."""
    text_digest: bytes
    """Of all that the page shows."""
    terms_digest: bytes
    facts: str
    inputs: str
    anchors: str
    shown: str
    terms: str
    """What the search knows the page by: `generator/search/page_terms.py`."""
    html: bytes
    """The page's sections and its HTML, compressed together, since they say the same (`_packed`)."""

    @property
    def is_whole(self) -> bool:
        """False when a byte is not what it was."""
        return (
            self.facts_digest == digest(self.facts)
            and self.inputs_digest == digest(self.inputs, self.anchors)
            and self.text_digest == digest(self.shown, self.html)
            and self.terms_digest == digest(self.terms)
        )

    @classmethod
    def of(cls, page: RenderedPage, inputs: str, *, volatile: bool, terms: str = "") -> PageRow:
        """The row of a page; `key` and `held` are filled in by the one who knows them."""
        facts = _json(
            [
                [[link.target, link.anchor, link.line, link.written] for link in page.links],
                [[block.kind, block.id, block.title, block.line, block.has_written_id] for block in page.blocks],
                problems_values(page.problems),
                page.assets,
                volatile,
            ]
        )
        shown = _json(
            [
                page.title,
                [[heading.level, heading.title, heading.anchor] for heading in page.headings],
                page.words,
                page.summary,
            ]
        )
        anchors, html = _json(page.anchors), _packed(sections_json(page.sections), page.html)
        digests = digest(facts), digest(inputs, anchors), digest(shown, html), digest(terms)
        return cls(b"", b"", *digests, facts, inputs, anchors, shown, terms, html)

    def page(self, html: str | None = None) -> RenderedPage:
        """The page; `html` when somebody still has it."""
        title, headings, words, summary = json.loads(self.shown)
        links, blocks, problems, assets, _ = _read_facts(self.facts)
        return RenderedPage(
            html=_unpacked(self.html)[1] if html is None else html,
            title=title,
            headings=tuple(Heading(*values) for values in headings),
            anchors=tuple(json.loads(self.anchors)),
            links=links,
            assets=assets,
            blocks=blocks,
            words=words,
            summary=summary,
            problems=problems,
        )

    def page_facts(self) -> PageFacts:
        """What checks across pages need."""
        return PageFacts(self.key, self.text_digest, self.terms_digest, *_read_facts(self.facts))

    def page_sections(self) -> str:
        """The JSON of the page's sections."""
        return _unpacked_sections(self.html)


@dataclass(frozen=True)
class KnownPage:
    """A page that is kept, without its text."""

    held: bytes
    """As in `PageRow`."""
    facts: PageFacts


@dataclass(frozen=True)
class HeaderRow:
    """What was read at the top of a Markdown file, and of which file: unchanged files are not read again."""

    source: str
    size: int
    mtime_ns: int
    ctime_ns: int
    content: bytes
    """Digest of the file's bytes."""
    header: str
    """JSON."""


@dataclass(frozen=True)
class OutputRow:
    """A file of the site as a build left it."""

    frame: bytes
    """Digest of all that it was made from."""
    size: int
    mtime_ns: int
    content: bytes
    """Digest of its bytes, as `precache.py` publishes it."""


class BuildCache:
    """One cache folder.  Everything that is read is checked; what does not hold is not there."""

    def __init__(self, folder: Path | None) -> None:
        """Open the cache of a folder; with None, one that is gone when it is closed."""
        self._temporary = Path(tempfile.mkdtemp(prefix="canoa-")) if folder is None else None
        self._folder = folder or self._temporary or Path()
        self._kept_in_memory: dict[bytes, PageRow] = {}
        self._database: sqlite3.Connection | None = None
        self._open()

    def close(self) -> None:
        """Write what waits, and let go of the file."""
        self._guarded(lambda database: database.execute("pragma optimize"), None)
        if self._database:
            self._database.close()
            self._database = None
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def __enter__(self) -> BuildCache:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # --- headers ------------------------------------------------------------------------------------------------

    def headers(self, environment: bytes) -> dict[str, HeaderRow]:
        """All headers that were read under the same rules, by source path."""
        query = "select source, size, mtime, ctime, content, header, digest from headers where environment = ?"
        nothing: list[Any] = []
        rows = self._guarded(lambda database: database.execute(query, (environment,)).fetchall(), nothing)
        found = {}
        for *values, check in rows:
            row = HeaderRow(*values)
            if check == _header_digest(row):
                found[row.source] = row
        return found

    def keep_headers(self, environment: bytes, rows: Iterable[HeaderRow], gone: Iterable[str] = ()) -> None:
        """Add or replace headers, and forget those of files that are gone."""
        values = [
            (
                row.source,
                environment,
                row.size,
                row.mtime_ns,
                row.ctime_ns,
                row.content,
                row.header,
                _header_digest(row),
            )
            for row in rows
        ]
        lost = [(source,) for source in gone]

        def write(database: sqlite3.Connection) -> None:
            with _transaction(database):
                database.executemany("insert or replace into headers values (?,?,?,?,?,?,?,?)", values)
                database.executemany("delete from headers where source = ?", lost)

        if values or lost:
            self._guarded(write, None)

    # --- pages --------------------------------------------------------------------------------------------------

    def known_pages(self, keys: Sequence[bytes]) -> dict[bytes, KnownPage]:
        """Of the pages with these keys those that are kept."""
        query = "select key, held, facts, facts_digest, text_digest, terms_digest from pages"
        wanted = frozenset(keys)
        found: dict[bytes, KnownPage] = {}

        def read(database: sqlite3.Connection) -> None:
            few = len(keys) < FEW_KEYS
            rows = (
                (row for key in keys for row in database.execute(f"{query} where key = ?", (key,)))
                if few
                else database.execute(query)
            )
            for key, held, facts, facts_digest, text_digest, terms_digest in rows:
                if key in wanted and facts_digest == (NO_FACTS_DIGEST if facts == NO_FACTS else digest(facts)):
                    found[key] = KnownPage(held, PageFacts(key, text_digest, terms_digest, *_read_facts(facts)))

        self._guarded(read, None)
        return found

    def inputs(self, key: bytes) -> str | None:
        """What a page asked while it was rendered (see `inputs.py`); None when it is not kept."""
        found = self._inputs_and_anchors(key)
        return found[0] if found else None

    def anchors(self, key: bytes) -> frozenset[str] | None:
        """Every id of a page that links may lead to; None when the page is not kept."""
        found = self._inputs_and_anchors(key)
        return frozenset(json.loads(found[1])) if found else None

    def _inputs_and_anchors(self, key: bytes) -> tuple[str, str] | None:
        if key in self._kept_in_memory:
            row = self._kept_in_memory[key]
            return row.inputs, row.anchors
        query = "select inputs, anchors, inputs_digest from pages where key = ?"
        found = self._guarded(lambda database: database.execute(query, (key,)).fetchone(), None)
        return found[:2] if found and found[2] == digest(*found[:2]) else None

    def page(self, key: bytes) -> RenderedPage | None:
        """A rendered page; None when it is not kept or damaged."""
        row = self._row(key)
        return row.page() if row else None

    def terms(self, key: bytes) -> str | None:
        """What the search knows a page by; None when the page is not kept or damaged."""
        if key in self._kept_in_memory:
            return self._kept_in_memory[key].terms
        query = "select terms, terms_digest from pages where key = ?"
        found = self._guarded(lambda database: database.execute(query, (key,)).fetchone(), None)
        return found[0] if found and found[1] == digest(found[0]) else None

    def all_terms(self, keys: Sequence[bytes]) -> Iterator[tuple[bytes, str]]:
        """Key and terms of those of these pages that are kept and whole, in any order, some pages at a time."""
        wanted = frozenset(keys)
        yield from ((key, row.terms) for key, row in self._kept_in_memory.items() if key in wanted)
        query = "select key, terms, terms_digest from pages"
        rows = self._guarded(lambda database: database.execute(query), None)
        nothing: list[Any] = []
        while rows is not None and (some := self._guarded(lambda _: rows.fetchmany(ROWS_AT_ONCE), nothing)):
            yield from ((key, terms) for key, terms, check in some if key in wanted and check == digest(terms))

    def sections(self, key: bytes) -> str | None:
        """The JSON of a page's sections; None when the page is not kept or damaged."""
        if key in self._kept_in_memory:
            return self._kept_in_memory[key].page_sections()
        query = "select shown, html, text_digest from pages where key = ?"
        found = self._guarded(lambda database: database.execute(query, (key,)).fetchone(), None)
        return _unpacked_sections(found[1]) if found and found[2] == digest(*found[:2]) else None

    def _row(self, key: bytes) -> PageRow | None:
        if key in self._kept_in_memory:
            return self._kept_in_memory[key]
        query = f"select {', '.join(PAGE_COLUMNS)} from pages where key = ?"  # noqa: S608  # names of our own columns
        values = self._guarded(lambda database: database.execute(query, (key,)).fetchone(), None)
        row = PageRow(*values) if values else None
        return row if row and row.is_whole else None

    def keep_pages(self, rows: Sequence[PageRow]) -> None:
        """Keep rendered pages; those that cannot be written are kept in memory until the build is over."""
        values = [tuple(getattr(row, name) for name in PAGE_COLUMNS) for row in rows]
        marks = ",".join("?" * len(PAGE_COLUMNS))

        def write(database: sqlite3.Connection) -> bool:
            with _transaction(database):
                database.executemany(f"insert or replace into pages values ({marks})", values)  # noqa: S608  # question marks
            return True

        if not self._guarded(write, None):
            self._kept_in_memory.update((row.key, row) for row in rows)

    def pages_hold(self, keys: Iterable[bytes], index: bytes) -> None:
        """Note that the inputs of these pages hold under a site index."""
        values = [(index, key) for key in keys]

        def write(database: sqlite3.Connection) -> None:
            with _transaction(database):
                database.executemany("update pages set held = ? where key = ?", values)

        if values:
            self._guarded(write, None)

    def forget_old_pages(self, live: Sequence[bytes]) -> None:
        """Let go of pages of earlier builds: as many as the site has now are kept, the youngest first."""
        spare = max(SPARE_PAGES, len(live))

        def write(database: sqlite3.Connection) -> None:
            (count,) = database.execute("select count(*) from pages").fetchone()
            if count <= len(live) + spare:
                return
            with _transaction(database):
                database.execute("create temp table if not exists live (key blob primary key) without rowid")
                database.execute("delete from live")
                database.executemany("insert or ignore into live values (?)", [(key,) for key in live])
                database.execute(
                    "delete from pages where rowid in (select rowid from pages where key not in (select key from live)"
                    " order by rowid desc limit -1 offset ?)",
                    (spare,),
                )

        self._guarded(write, None)

    # --- notes and outputs --------------------------------------------------------------------------------------

    def note(self, name: str) -> Any:
        """A small value that an earlier build left; None when there is none."""
        query = "select value, digest from notes where name = ?"
        found = self._guarded(lambda database: database.execute(query, (name,)).fetchone(), None)
        if found is None or found[1] != digest(name, found[0]):
            return None
        return json.loads(found[0])

    def leave_note(self, name: str, value: Any) -> None:
        """Leave a value for later builds; None takes it away."""
        text = _json(value)

        def write(database: sqlite3.Connection) -> None:
            with _transaction(database):
                if value is None:
                    database.execute("delete from notes where name = ?", (name,))
                else:
                    row = (name, text, digest(name, text))
                    database.execute("insert or replace into notes values (?,?,?)", row)

        self._guarded(write, None)

    def outputs(self, site: str) -> dict[str, OutputRow]:
        """What the last build left in a site folder, by path in the site."""
        query = "select sum, target, frame, size, mtime, content from outputs where site = ?"
        found: dict[str, OutputRow] = {}

        def read(database: sqlite3.Connection) -> None:
            for check, target, *values in database.execute(query, (site,)):
                row = OutputRow(*values)
                if check == _output_sum(target, row):
                    found[target] = row

        self._guarded(read, None)
        return found

    def keep_outputs(self, site: str, rows: Mapping[str, OutputRow], gone: Iterable[str]) -> None:
        """Note what this build wrote and removed."""
        values = [
            (site, target, row.frame, row.size, row.mtime_ns, row.content, _output_sum(target, row))
            for target, row in rows.items()
        ]
        lost = [(site, target) for target in gone]

        def write(database: sqlite3.Connection) -> None:
            with _transaction(database):
                database.executemany("insert or replace into outputs values (?,?,?,?,?,?,?)", values)
                database.executemany("delete from outputs where site = ? and target = ?", lost)

        if values or lost:
            self._guarded(write, None)

    # --- the file -----------------------------------------------------------------------------------------------

    def _open(self) -> None:
        try:
            _make_folder(self._folder)
            self._database = self._connected()
        except sqlite3.DatabaseError as error:
            log.debug("cache: %s; a new one is made", error)
            self._start_anew()
        except OSError as error:
            log.debug("cache: %s; none is used", error)

    def _connected(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._folder / FILE, timeout=WAIT_SECONDS, isolation_level=None)
        try:
            database.execute("pragma journal_mode = wal")
            database.execute("pragma synchronous = normal")
            _prepare(database)
        except BaseException:
            database.close()
            raise
        return database

    def _start_anew(self) -> None:
        """Throw a damaged cache away.  Another build that still has it open goes on with its own copy."""
        if self._database:
            self._database.close()
            self._database = None
        try:
            for suffix in ("", "-wal", "-shm"):
                (self._folder / (FILE + suffix)).unlink(missing_ok=True)
            self._database = self._connected()
        except (sqlite3.Error, OSError) as error:
            log.debug("cache: %s; none is used", error)
            self._database = None

    def _guarded(self, work: Callable[[sqlite3.Connection], Result], otherwise: Result) -> Result:
        """Do something with the database; when it refuses, go on without."""
        if self._database is None:
            return otherwise
        try:
            return work(self._database)
        except (
            sqlite3.OperationalError,
            UnicodeEncodeError,
        ) as error:  # locked, disk full, half a character: not damaged
            log.debug("cache: %s", error)
            return otherwise
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            log.debug("cache: %s; a new one is made", error)
            self._start_anew()
            return otherwise


@contextmanager
def alone(site: Path) -> Iterator[None]:
    """Be the only build that writes into a site folder: others wait.  A build that is killed lets go at once.

    The lock lies where this computer keeps what may be lost: builds that use no cache wait as well.
    """
    file = Path(tempfile.gettempdir()) / f"canoa-{digest(str(site)).hex()}.lock"
    try:
        lock = sqlite3.connect(file, timeout=0.2, isolation_level=None)
    except sqlite3.Error as error:  # another user's, or nowhere to write
        log.debug("lock: %s", error)
        yield
        return
    try:
        _lock(lock)
        yield
    finally:
        lock.close()


def clean(folder: Path) -> int:
    """Remove a cache folder; returns the bytes that were freed."""
    if not (folder / FILE).is_file():
        return 0
    freed = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    shutil.rmtree(folder)
    return freed


def _make_folder(folder: Path) -> None:
    """The cache's folder, marked as one that backups and version control may leave out."""
    folder.mkdir(parents=True, exist_ok=True)
    marks = {
        ".gitignore": "*\n",
        # Cache Directory Tagging Specification, https://bford.info/cachedir/
        "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache made by canoa.\n",
    }
    for name, text in marks.items():
        if not (folder / name).exists():
            (folder / name).write_text(text, "utf-8")


def _prepare(database: sqlite3.Connection) -> None:
    """Make the tables; raises `sqlite3.DatabaseError` for a file of another layout."""
    (layout,) = database.execute("pragma user_version").fetchone()
    if layout == LAYOUT:
        return
    with _transaction(database):
        (layout,) = database.execute("pragma user_version").fetchone()  # another build may just have made them
        if layout == LAYOUT:
            return
        if layout or database.execute("select count(*) from sqlite_master").fetchone()[0]:
            raise sqlite3.DatabaseError(f"layout {layout}")
        for statement in TABLES.split(";"):
            database.execute(statement)
        database.execute(f"pragma user_version = {LAYOUT}")


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    """All or nothing.  Writers wait for each other at its beginning, where nothing is lost yet."""
    database.execute("begin immediate")
    try:
        yield
    except BaseException:
        database.execute("rollback")
        raise
    database.execute("commit")


def _lock(database: sqlite3.Connection) -> None:
    """Wait until nobody else has the lock; looks up every fifth of a second, so that Ctrl-C is heard."""
    while not _try_lock(database):
        pass


def _try_lock(database: sqlite3.Connection) -> bool:
    """True when the lock is ours, or when there is no locking here."""
    try:
        database.execute("begin exclusive")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            return False
        log.debug("cache: %s", error)
    return True


def _packed(sections: str, html: str) -> bytes:
    first, second = (text.encode("utf-8", "surrogatepass") for text in (sections, html))
    return zlib.compress(len(first).to_bytes(4, "big") + first + second, 1)


def _unpacked_sections(packed: bytes) -> str:
    """Sections alone: they come first, and what comes after them is left compressed."""
    stream = zlib.decompressobj()
    size = int.from_bytes(stream.decompress(packed, 4), "big")
    return stream.decompress(stream.unconsumed_tail, size).decode("utf-8", "surrogatepass") if size else ""


def _unpacked(packed: bytes) -> tuple[str, str]:
    """Sections, as JSON, and HTML."""
    data = zlib.decompress(packed)
    end = 4 + int.from_bytes(data[:4], "big")
    return data[4:end].decode("utf-8", "surrogatepass"), data[end:].decode("utf-8", "surrogatepass")


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


NO_FACTS = _json([[], [], [], [], False])
NO_FACTS_DIGEST = digest(NO_FACTS)
"""Most pages have none: their facts need not be read."""
PAGE_COLUMNS = tuple(one.name for one in fields(PageRow))
FEW_KEYS = 300
"""So many pages are looked up one by one; for more the whole table is read."""


def _read_facts(
    text: str,
) -> tuple[tuple[OutgoingLink, ...], tuple[Block, ...], tuple[Problem, ...], tuple[str, ...], bool]:
    if text == NO_FACTS:
        return (), (), (), (), False
    links, blocks, problems, assets, volatile = json.loads(text)
    return (
        tuple(OutgoingLink(*values) for values in links),
        tuple(Block(*values) for values in blocks),
        tuple(problems_from(problems)),
        tuple(assets),
        volatile,
    )


def problems_values(problems: Iterable[Problem]) -> list[list[Any]]:
    """Problems as JSON can hold them."""
    return [[found.path, found.line, found.kind, found.values] for found in problems]


def problems_from(values: Iterable[Sequence[Any]]) -> Iterator[Problem]:
    """Problems from `problems_values`, after a journey through JSON."""
    for path, line, kind, filled in values:
        yield Problem(path, line, kind, tuple((name, value) for name, value in filled))


def _output_sum(target: str, row: OutputRow) -> int:
    # A check sum is enough against damage, and ten thousand of them take a hundredth of a second.
    numbers = f"{target} {row.size} {row.mtime_ns}".encode("utf-8", "surrogatepass")
    return zlib.crc32(row.content, zlib.crc32(row.frame, zlib.crc32(numbers)))


def _header_digest(row: HeaderRow) -> bytes:
    # Numbers cannot be taken for the texts beside them, so that one text does for all: there are ten thousand.
    return digest(f"{len(row.source)} {row.size} {row.mtime_ns} {row.ctime_ns} {row.source}{row.header}", row.content)
