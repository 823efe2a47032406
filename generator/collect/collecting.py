"""The order of the work: find files, read and check each, join those of one person, write tables and report.

Files are read twice: once to know who there is (numbers and small groups depend on all of them), once to make rows.  So
no more than a few records are in memory at any time.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeVar

from generator.collect.cells import Titles, Translate
from generator.collect.database import Database
from generator.collect.extracting import Choices, Extract, Person, extract
from generator.collect.figures import Figures
from generator.collect.finding import Candidate, find_candidates, read_file
from generator.collect.report import Counts, render
from generator.collect.site_titles import read_titles
from generator.collect.suppression import audiences_to_show
from generator.collect.tables import CODEBOOK, REFUSED, SUMMARY, TABLES
from generator.collect.text_files import Layout, describe, summary_rows
from generator.collect.waiting import WaitingRoom
from generator.collect.work import Crew
from generator.content.vocabulary import AUDIENCES
from generator.naming import fold
from generator.records.merging import Entries, merged
from generator.records.reading import Record, known_entries, read_record
from generator.records.refusals import Refusal, RefusedError

Listener = Callable[[str, int, int], None]
"""Told of progress: `read` (files) or `write` (people), how many are done, how many there are."""
Item = TypeVar("Item")

TOGETHER = 25
"""Files or people that a process gets at a time."""
ALONE = 100
"""Up to so many files other processes would cost more than they spare."""
REFUSED_FOLDER = "recusados"
DATABASE, REPORT, DESCRIPTION = "canoa.sqlite3", "relatorio.html", "LEIA-ME.txt"
NOBODY = re.compile("0+")
"""Id in a file of somebody who had made no profile."""


class ChangedMeanwhileError(Exception):
    """A file is no longer what it was a moment ago."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Request:
    """What is wanted."""

    folders: tuple[Path, ...]
    out: Path
    translate: Translate
    language: str
    k: int = 5
    choices: Choices = field(default_factory=Choices)
    site: Path | None = None
    workers: int = 0
    """0: one per core."""
    listener: Listener = lambda stage, done, total: None


class SetAside(NamedTuple):
    """A file that could not be used."""

    candidate: Candidate
    refusal: Refusal


@dataclass(frozen=True)
class Collected:
    """What became of it."""

    counts: Counts
    refused: tuple[SetAside, ...]

    @property
    def written(self) -> bool:
        """False when there was no good file: then earlier results stay as they were."""
        return self.counts.people > 0


class Copy(NamedTuple):
    """One good file, without what it holds."""

    candidate: Candidate
    digest: bytes
    person: str
    name: str
    audience: str
    audience_time: tuple[int | float, str]
    exported: str


def collect(request: Request) -> Collected:
    """Do it all.

    Raises `ChangedMeanwhileError` when a file was changed while it was read, and `OSError` when the result cannot be
    written; the earlier result stays in both cases.
    """
    candidates = find_candidates(request.folders, request.out / REFUSED_FOLDER)
    workers = request.workers if len(candidates) > ALONE else 1
    with Crew(workers) as crew, WaitingRoom(request.out) as room:
        reading = _read_all(crew, candidates, request.listener)
        people = _people(reading.copies)
        counts = reading.counts(len(candidates), len(people))
        _write_refused(room.folder, reading.refused, request)
        if people:
            _write_results(crew, room.folder, people, counts, request)
        room.publish(_outdated(request.choices) if people else ())
    return Collected(counts, tuple(reading.refused))


# --- first reading ------------------------------------------------------------------------------------------------


@dataclass
class Reading:
    """What the first reading gave."""

    copies: list[Copy] = field(default_factory=list)
    refused: list[SetAside] = field(default_factory=list)
    duplicates: int = 0
    statements: int = 0

    def counts(self, found: int, people: int) -> Counts:
        """The numbers of files."""
        return Counts(found, len(self.copies), self.duplicates, len(self.refused), self.statements, people)


def _read_all(crew: Crew, candidates: Sequence[Candidate], listener: Listener) -> Reading:
    reading = Reading()
    seen: set[bytes] = set()
    done = 0
    for results in crew.work(_read_some, list(_pieces(candidates))):
        for result in results:
            if isinstance(result, Copy):
                if result.digest in seen:
                    reading.duplicates += 1
                else:
                    seen.add(result.digest)
                    reading.copies.append(result)
            elif result.refusal.kind == "statements":
                reading.statements += 1
            else:
                reading.refused.append(result)
        done += len(results)
        listener("read", done, len(candidates))
    return reading


def _read_some(candidates: Sequence[Candidate]) -> list[Copy | SetAside]:
    return [_read_one(candidate) for candidate in candidates]


def _read_one(candidate: Candidate) -> Copy | SetAside:
    try:
        content = read_file(Path(candidate.path))
        record = read_record(content)
    except RefusedError as error:
        return SetAside(candidate, error.refusal)
    said = record.entries.get("person/audience")
    known = said is not None and said["v"] is not None
    return Copy(
        candidate=candidate,
        digest=_digest(content),
        person=_who(record),
        name=record.name,
        audience=str(said["v"]) if said is not None and known else record.audience,
        audience_time=(said["t"], said["r"]) if said is not None else (-1, ""),
        exported=record.exported,
    )


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=20).digest()


def _who(record: Record) -> str:
    """The person's id; people without a profile share one, and are told apart by the copy that wrote for them."""
    if not NOBODY.fullmatch(record.person):
        return record.person
    return f"{record.person}/{min((entry['r'] for entry in record.entries.values()), default='')}"


# --- people -------------------------------------------------------------------------------------------------------


class Share(NamedTuple):
    """A person, and the files to make rows of."""

    person: Person
    copies: tuple[Copy, ...]


def _people(copies: Sequence[Copy]) -> list[Share]:
    """Everybody, in the order of a digest of their ids, which says nothing of who they are or when they sent what."""
    by_person: dict[str, list[Copy]] = {}
    for copy in copies:
        by_person.setdefault(copy.person, []).append(copy)
    ordered = sorted(by_person, key=lambda who: hashlib.sha256(f"canoa collect\0{who}".encode()).digest())
    return [_share(number, by_person[who]) for number, who in enumerate(ordered, 1)]


def _share(number: int, copies: list[Copy]) -> Share:
    latest = max(copies, key=lambda copy: (copy.audience_time, copy.exported, copy.audience))
    audience = latest.audience if latest.audience in AUDIENCES else ""
    named = [(copy.exported, copy.name) for copy in copies if copy.name]
    name = max(named)[1] if named else ""
    return Share(Person(number, audience, name, copies[0].person, len(copies)), tuple(copies))


def _with_shown_audiences(people: Sequence[Share], request: Request) -> list[Share]:
    """Without names, professions of few people are not said."""
    if request.choices.names:
        return list(people)
    counts: dict[str, int] = {}
    for person, _ in people:
        counts[person.audience] = counts.get(person.audience, 0) + 1
    shown = audiences_to_show(counts, request.k)
    return [
        share if share.person.audience in shown else share._replace(person=share.person.without_audience())
        for share in people
    ]


# --- second reading -----------------------------------------------------------------------------------------------


def _write_results(crew: Crew, folder: Path, people: list[Share], counts: Counts, request: Request) -> None:
    layout = Layout(request.translate)
    titles = read_titles(request.site) if request.site else Titles()
    with Database(folder / DATABASE, request.choices) as database:
        done = 0
        pieces = [(piece, request.choices) for piece in _pieces(_with_shown_audiences(people, request))]
        for (piece, _), found in zip(pieces, crew.work(_extract_some, pieces), strict=True):
            database.add(found)
            done += len(piece)
            request.listener("write", done, len(people))
        database.complete()
        sections = Figures(database, titles, request.k, request.translate).sections()
        database.finish(request.k)
        for table in (*database.tables, CODEBOOK):
            columns = table.columns_for(names=request.choices.names)
            layout.write(folder / f"{table.name}.csv", columns, database.table_rows(table))
        layout.write(folder / f"{SUMMARY.name}.csv", SUMMARY.columns, summary_rows(sections))
        text = render(counts, sections, request.translate, language=request.language, k=request.k)
        (folder / REPORT).write_text(text, encoding="utf-8", errors="replace")
        choices = request.choices
        text = describe(database.tables, request.translate, names=choices.names, texts=choices.texts, k=request.k)
        (folder / DESCRIPTION).write_text(text, encoding="utf-8-sig", newline="\r\n")


def _extract_some(work: tuple[Sequence[Share], Choices]) -> Extract:
    shares, choices = work
    found = Extract()
    for person, copies in shares:
        entries = merged(_entries_again(copies))
        found.join(extract(person, entries, choices))
    return found


def _entries_again(copies: Sequence[Copy]) -> Iterator[Entries]:
    for copy in copies:
        try:
            content = read_file(Path(copy.candidate.path))
        except RefusedError:
            raise ChangedMeanwhileError(copy.candidate.name) from None
        if _digest(content) != copy.digest:
            raise ChangedMeanwhileError(copy.candidate.name)
        yield known_entries(content)


def _outdated(choices: Choices) -> tuple[str, ...]:
    """Files of an earlier run that this one does not make."""
    return tuple(f"{table.name}.csv" for table in TABLES if table.only and not getattr(choices, table.only))


# --- what was set aside -------------------------------------------------------------------------------------------


def _write_refused(folder: Path, refused: Sequence[SetAside], request: Request) -> None:
    rows = [
        (
            candidate.name,
            _set_aside(folder / REFUSED_FOLDER, candidate),
            refusal.message(request.translate),
            refusal.cure(request.translate),
            refusal.kind,
        )
        for candidate, refusal in refused
    ]
    Layout(request.translate).write(folder / f"{REFUSED.name}.csv", REFUSED.columns, rows)


def _set_aside(folder: Path, candidate: Candidate) -> str:
    """Copy a bad file, under a name that says what it holds: two files never take the same unless they are the same."""
    try:
        content = read_file(Path(candidate.path))
    except RefusedError:
        return ""
    folder.mkdir(exist_ok=True)
    plain = re.sub(r"[^a-z0-9._-]+", "-", fold(Path(candidate.name).stem))[:60].strip("-.")
    name = f"{hashlib.sha256(content).hexdigest()[:24]}-{plain or 'arquivo'}.json"
    (folder / name).write_bytes(content)
    return f"{REFUSED_FOLDER}/{name}"


def _pieces(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), TOGETHER):
        yield items[start : start + TOGETHER]
