"""`canoa collect` on many generated exports, some of them damaged: is every good one counted once, every bad one named?

    python bench/collect.py                      10,000 exports, one in a hundred damaged
    python bench/collect.py --count 1000 --keep  fewer, and leave them where they are

Exit code 1 when something was lost, counted twice, or refused without reason.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.measure import Limits, Measurement, calibrate, machine, measure

SEED = 20261122
FOLDER = Path("build/bench/collect")
START = 1_788_000_000_000
"""Milliseconds: August 2026."""
HOUR = 3_600_000
TOOLS = (
    "planejamento",
    "diagnostico-em-saude",
    "organizacao-do-trabalho",
    "acolhimento",
    "grupo-operativo",
    "capacitacao",
    "trabalho-em-equipe",
    "reuniao-de-equipe",
    "classificacao-de-risco",
    "comunicacao",
)
AUDIENCES = ("enfermagem",) * 9 + ("medicina",) * 5 + ("acs",) * 5 + ("odontologia",) * 3 + ("gestao", "")
PROBLEMS = ("hipertensao", "diabetes", "gestacao", "saude-mental", "demanda-espontanea")
COURSES = ("acolhimento-demanda", "processo-de-trabalho", "territorio")
SENTENCES = (
    "A equipe passou a escutar todas as pessoas que chegam, mesmo quando as fichas acabam.",
    "Montamos um quadro com as famílias que precisam de visita e revemos toda segunda-feira.",
    "A agenda ficou aberta no início da manhã; a fila das sete diminuiu.",
    "Faltam salas, e a rede cai quando chove; anotamos em papel e passamos a limpo depois.",
    "A agente comunitária trouxe o que as famílias disseram, e mudamos a ordem do grupo.",
    "Na reunião cada um disse o que faria diferente; combinamos rever em trinta dias.",
)
QUESTIONS, CASES, REFLECTIONS, TASKS, SHEETS, CHECKLISTS = 24, 2, 6, 4, 4, 2
"""Activities of a course."""
BEFORE = {"teoria": "escala", "processo": "escala", "sus": "escala", "tempo": "numero", "acesso": "escolha"}
AFTER = {**BEFORE, "mudou": "escala", "ferramentas": "varias", "dificulta": "texto"}
CHOICES = {
    "escala": ["1 Discordo totalmente", "2", "3", "4", "5 Concordo totalmente"],
    "escolha": ["Na unidade", "Em casa", "Nos dois lugares"],
    "varias": list(TOOLS),
    "numero": [],
    "texto": [],
}


@dataclass
class Truth:
    """What was written, and so what has to be found."""

    people: int = 0
    accepted: int = 0
    duplicates: int = 0
    bad: dict[str, str] = field(default_factory=dict)
    """File → kind of refusal."""
    attempts: int = 0
    """Attempts at questions in all records."""

    @property
    def files(self) -> int:
        """All files."""
        return self.accepted + self.duplicates + len(self.bad)


# --- one record ---------------------------------------------------------------------------------------------------


class Learner:
    """Makes the record of one person, from a seed."""

    def __init__(self, seed: int, number: int) -> None:
        self.random = random.Random(f"{seed} {number}")
        self.id = f"{self.random.getrandbits(128):032x}"
        self.writer = "".join(self.random.choices("0123456789abcdefghijklmnopqrstuvwxyz", k=8))
        self.time = START + self.random.randrange(90 * 24 * HOUR)
        self.entries: dict[str, dict[str, Any]] = {}
        self.attempts = 0
        self._study()

    def export(self, exported: str = "2026-11-22T10:00:00Z") -> dict[str, Any]:
        """The file."""
        return {
            "format": "canoa-record",
            "version": 1,
            "site": {"id": "canoa-exemplo", "name": "Cursos para a atenção primária"},
            "person": {"id": self.id, "audience": self.entries.get("person/audience", {}).get("v", "")},
            "exported": exported,
            "entries": self.entries,
        }

    def _set(self, key: str, value: Any) -> None:
        self.time += self.random.randrange(1000, HOUR)
        self.entries[key] = {"v": value, "t": self.time, "r": self.writer}

    def _text(self, most: int = 3) -> str:
        return " ".join(self.random.choices(SENTENCES, k=self.random.randint(1, most)))

    def _about(self, block: str, kind: str, title: str, **more: Any) -> None:
        course = block.split(".")[0]
        page = f"{course}/{kind}.html"
        self._set(f"about/{block}", {"kind": kind, "title": title, "page": page, "course": course, **more})

    def _study(self) -> None:
        audience = self.random.choice(AUDIENCES)
        if audience:
            self._set("person/audience", audience)
        for course in self.random.sample(COURSES, self.random.randint(1, 2)):
            self._course(course)
        self._survey("antes", BEFORE)
        if self.random.random() < 0.8:
            self._survey("depois", AFTER)
        self._journal()
        self._set(f"elective/eletiva-{self.random.randrange(4)}", self._elective())
        self._set("territory/problems", self.random.sample(PROBLEMS, 2))
        self._set("territory/population", str(self.random.randrange(800, 4000)))
        self._set("page/last", {"page": "index.html", "title": "Biblioteca"})

    def _elective(self) -> dict[str, Any]:
        return {"chosen": True, "problem": self.random.choice(PROBLEMS), "why": self._text(1)}

    def _course(self, course: str) -> None:
        keen = self.random.uniform(0.5, 1)
        for number in range(QUESTIONS):
            if self.random.random() < keen:
                self._question(f"{course}.q{number:02}", number)
        for number in range(CASES):
            self._case(f"{course}.caso{number}", number)
        for number in range(round(REFLECTIONS * keen)):
            self._about(f"{course}.r{number}", "reflexao", f"Reflexão {number + 1}")
            self._set(f"text/{course}.r{number}", self._text(6))
        for number in range(TASKS):
            self._task(f"{course}.t{number}", number, keen)
        for number in range(SHEETS):
            if self.random.random() < keen:
                self._sheet(f"{course}.f{number}", number + len(course) % 7)
        for number in range(CHECKLISTS):
            self._checklist(f"{course}.l{number}", number, keen)

    def _case(self, block: str, number: int) -> None:
        self._about(block, "caso", f"Caso {number + 1}")
        path = ["chegada", self.random.choice(("escuta", "espera")), "fim"]
        self._set(f"case/{block}/{number:09}", {"path": path, "titles": [one.title() for one in path], "end": True})

    def _task(self, block: str, number: int, keen: float) -> None:
        self._about(block, "na-sua-unidade", f"Tarefa {number + 1}", tool=TOOLS[number])
        self._set(f"task/{block}/done", self.random.random() < keen)
        self._set(f"task/{block}/text", self._text())

    def _checklist(self, block: str, number: int, keen: float) -> None:
        self._about(block, "checklist", f"Lista {number + 1}", items=5)
        for item in range(5):
            self._set(f"check/{block}/item-{item}", self.random.random() < keen)

    def _question(self, block: str, number: int) -> None:
        self._about(block, "questao", f"Questão {number + 1}")
        known = self.random.random() * (0.4 + number % 5 / 8)
        for attempt in range(self.random.randint(1, 4)):
            right = self.random.random() < 0.3 + known + attempt / 5
            answer = ["Acolher e escutar" if right else self.random.choice(("Pedir que volte", "Chamar o SAMU"))]
            value = {"answer": answer, "score": 1 if right else self.random.choice((0, 0, 0.5))}
            self._set(f"answer/{block}/{self.time:x}{attempt}", value)
            self.attempts += 1
            if right:
                break

    def _sheet(self, block: str, number: int) -> None:
        self._about(block, "ficha", f"Ficha {number + 1}", tool=TOOLS[number % len(TOOLS)])
        self._set(f"sheet/{block}/used", self.random.choice(("nao", "nao", "em-parte", "sim")))
        for row in range(1, self.random.randint(2, 5)):
            self._set(f"sheet/{block}/row/{row}", row)
            for column in ("problema", "acao", "responsavel", "prazo"):
                self._set(f"sheet/{block}/cell/{row}/{column}", self._text(1))

    def _survey(self, moment: str, items: dict[str, str]) -> None:
        block = f"avaliacao-{moment}"
        self._about(block, "avaliacao", f"Avaliação, {moment}")
        for code, kind in items.items():
            self._set(f"survey/{block}/{code}", self._answer(kind, moment))
        codebook = {
            code: {"text": f"Sobre {code}", "type": kind, "choices": CHOICES[kind], "theme": "processo"}
            for code, kind in items.items()
        }
        ended = {"instrument": "curso", "moment": moment, "done": "2026-11-20", "items": codebook}
        self._set(f"survey/{block}", ended)

    def _answer(self, kind: str, moment: str) -> Any:
        if kind == "escala":
            return min(5, self.random.randint(1, 4) + (moment == "depois"))
        if kind == "numero":
            return self.random.randrange(1, 12)
        if kind == "texto":
            return self._text()
        return self.random.sample(TOOLS, 3) if kind == "varias" else self.random.choice(CHOICES[kind])

    def _journal(self) -> None:
        for number in range(self.random.randrange(5)):
            entry = f"journal/{self.time:09x}{number}"
            fields = {
                "created": "2026-10-02",
                "changed": self._text(),
                "since": f"2026-{self.random.randrange(8, 11):02}-{self.random.randrange(1, 28):02}",
                "tool": self.random.choice(TOOLS),
                "before": self.random.choice(("nao", "nao", "em-parte", "sim")),
                "evidence": self._text(),
                "helps": self._text(1),
                "hinders": self._text(1),
                "next": self._text(1),
            }
            for name, value in fields.items():
                self._set(f"{entry}/{name}", value)
            if self.random.random() < 0.6:
                state = self.random.choice(("mantida", "mantida", "adaptada", "abandonada"))
                self._set(f"{entry}/follow30", {"date": "2026-11-01", "state": state, "text": self._text(1)})


# --- damage -------------------------------------------------------------------------------------------------------


def _with(record: dict[str, Any], **changes: Any) -> bytes:
    return _bytes({**record, **changes})


def _with_entry(record: dict[str, Any], key: str, value: Any, **more: Any) -> bytes:
    entry = {"v": value, "t": START, "r": "abcdefgh", **more}
    return _with(record, entries={**record["entries"], key: entry})


def _bytes(values: Any) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


Damage = Callable[[dict[str, Any]], bytes]
DAMAGES: tuple[tuple[str, Damage], ...] = (
    ("cut-off", lambda record: _bytes(record)[: len(_bytes(record)) // 2].decode(errors="ignore").encode()),
    ("empty", lambda _: b""),
    ("empty", lambda _: b"\xef\xbb\xbf \n"),
    ("not-text", lambda record: json.dumps(record, ensure_ascii=False).encode("latin-1", "replace")),
    ("not-text", lambda _: b"PK\x03\x04\x14\x00\xff\xfe" * 400),
    ("not-json", lambda _: b"<!doctype html><title>Entrar</title>"),
    ("not-json", lambda record: _bytes(record).replace(b'"version":1', b'"version":1,,', 1)),
    ("too-deep", lambda _: b"[" * 200_000),
    ("too-many-parts", lambda _: b"[" + b"[]," * 500_000 + b"0]"),
    ("too-large", lambda record: _with(record, extra="x" * 20_000_001)),
    ("repeated-name", lambda record: _bytes(record).replace(b'"version":1', b'"version":1,"version":1', 1)),
    ("no-number", lambda record: _bytes(record).replace(b'"version":1', b'"version":1,"x":NaN', 1)),
    ("no-number", lambda record: _bytes(record).replace(b'"version":1', b'"version":1,"x":1e999', 1)),
    ("not-a-record", lambda _: b'{"name": "package", "version": "1.0.0"}'),
    ("not-a-record", lambda _: b"[]"),
    ("not-a-record", lambda _: b"null"),
    ("other-version", lambda record: _with(record, version=2)),
    ("missing", lambda record: _bytes({name: value for name, value in record.items() if name != "person"})),
    ("missing", lambda record: _with_entry(record, "answer/x/y", {"answer": ["a"]})),
    ("bad-value", lambda record: _with(record, entries=[])),
    ("bad-value", lambda record: _with(record, person={"id": "../../etc/passwd"})),
    ("bad-value", lambda record: _with_entry(record, "text/x", ["no text"])),
    ("bad-value", lambda record: _with_entry(record, "answer/x/y", {"answer": ["a"], "score": 1e308})),
    ("bad-value", lambda record: _with_entry(record, "text/x", "text", t=-1)),
    ("bad-value", lambda record: _with_entry(record, "text/x", "text", more="more")),
    ("bad-name", lambda record: _with_entry(record, "text/", "text")),
    ("bad-name", lambda record: _with_entry(record, "journal/\u0007/since", "2026-01-01")),
    ("forbidden-name", lambda record: _with_entry(record, "__proto__", {"polluted": True})),
    ("forbidden-name", lambda record: _with_entry(record, "about/x", {"kind": "x", "constructor": {"prototype": 1}})),
    ("too-long", lambda record: _with_entry(record, "text/x", "x" * 20_001)),
    ("too-long", lambda record: _with_entry(record, "text/" + "x" * 300, "text")),
)
"""Kind of refusal that is expected, and what does the damage."""


# --- many files ---------------------------------------------------------------------------------------------------


def write_exports(folder: Path, count: int, seed: int = SEED, damaged: float = 0.01) -> Truth:
    """Write so many files: records, some of them twice, some people with two, and damaged ones."""
    truth = Truth()
    chance = random.Random(seed)
    bad = set(chance.sample(range(count), round(count * damaged)))
    for number, (content, refused) in enumerate(_files(seed, truth, chance, bad, count)):
        file = folder / f"unidade-{number % 97:02}" / f"canoa-{number:05}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        if refused:
            truth.bad[str(file)] = refused
    return truth


def _files(seed: int, truth: Truth, chance: random.Random, bad: set[int], count: int) -> Iterator[tuple[bytes, str]]:
    """What is in each file, and as what it will be refused."""
    waiting: list[bytes] = []
    for number in range(count):
        if number in bad:
            kind, damage = DAMAGES[len(truth.bad) % len(DAMAGES)]
            yield damage(Learner(seed, -number - 1).export()), kind
            continue
        if waiting:
            yield waiting.pop(), ""
            continue
        learner = Learner(seed, number)
        truth.people += 1
        truth.accepted += 1
        truth.attempts += learner.attempts
        content = _bytes(learner.export())
        luck = chance.random()
        last = all(later in bad for later in range(number + 1, count))
        if luck < 0.02 and not last:
            truth.duplicates += 1
            waiting.append(content)
        elif luck < 0.05 and not last:
            truth.accepted += 1
            waiting.append(_bytes(_earlier(learner.export("2026-10-01T08:30:00Z"))))
        yield content, ""


def _earlier(record: dict[str, Any]) -> dict[str, Any]:
    """A copy that was exported when half of it was done, and something had another value."""
    entries = dict(list(record["entries"].items())[: len(record["entries"]) // 2])
    entries = {
        key: {**entry, "t": entry["t"] - 1} if key.startswith("text/") else entry for key, entry in entries.items()
    }
    return {**record, "entries": entries}


def faults(truth: Truth, out: Path) -> Iterator[str]:
    """What of the truth is not in the result; nothing when all is well."""
    with sqlite3.connect(out / "canoa.sqlite3") as database:
        [people] = database.execute("SELECT count(*) FROM pessoas").fetchone()
        [copies] = database.execute("SELECT sum(copias) FROM pessoas").fetchone()
        [attempts] = database.execute("SELECT count(*) FROM respostas").fetchone()
    for name, found, wanted in (
        ("people", people, truth.people),
        ("files of people", copies, truth.accepted),
        ("attempts", attempts, truth.attempts),
    ):
        if found != wanted:
            yield f"{name}: {found} instead of {wanted}"
    with (out / "recusados.csv").open(encoding="utf-8-sig", newline="") as file:
        named = {row["arquivo"]: row for row in csv.DictReader(file, delimiter=";")}
    for path, kind in truth.bad.items():
        if path not in named:
            yield f"{path} ({kind}) is not named"
        elif named[path]["tipo"] != kind:
            yield f"{path}: {named[path]['tipo']} instead of {kind}"
        elif named[path]["copia"]:
            if (out / named[path]["copia"]).read_bytes() != Path(path).read_bytes():
                yield f"{path}: its copy is another"
        elif kind != "too-large":
            yield f"{path}: no copy"
    yield from (f"{path} is refused without reason" for path in named.keys() - truth.bad.keys())


def shown(truth: Truth, measured: Measurement, size: int) -> str:
    """The result in a few lines."""
    files = (
        f"{truth.files:,} files, {size / 1e6:.0f} MB: {truth.people:,} people, {truth.duplicates} duplicates, "
        f"{truth.accepted - truth.people} further copies, {len(truth.bad)} damaged in {len(DAMAGES)} ways"
    )
    cost = (
        f"{measured.wall:.1f} s, {measured.cpu:.1f} s of processor; memory of all processes "
        f"{_mb(measured.tree_pss)} (PSS), {_mb(measured.tree_rss)} (RSS), largest process {_mb(measured.largest)}"
    )
    conditions = (
        f"fixed work {measured.machine_speed * 1000:.0f} ms, wall {measured.machine_wait:.2f} times processor; "
        f"load {measured.load}; {', '.join(machine().values())}"
    )
    return "\n".join((files, cost, conditions))


def _mb(size: int) -> str:
    return f"{size / 2**20:.0f} MB"


def main() -> int:
    """Write, collect, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, help="files (default: 10,000)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"where to work (default: {FOLDER})")
    parser.add_argument("--keep", action="store_true", help="leave files and result")
    parser.add_argument("--workers", default="", help="as of canoa collect")
    options = parser.parse_args()
    shutil.rmtree(options.folder, ignore_errors=True)
    exports, out = (options.folder / "exports").resolve(), (options.folder / "result").resolve()
    truth = write_exports(exports, options.count, options.seed)
    size = sum(file.stat().st_size for file in exports.rglob("*.json"))
    calibrate()
    workers = ("-j", options.workers) if options.workers else ()
    command = (sys.executable, "-m", "generator", "collect", str(exports), "-o", str(out), "--lang", "pt-BR", *workers)
    measured = measure(command, Path.cwd(), options.folder / "log", Limits())
    print(shown(truth, measured, size))
    found = list(faults(truth, out)) if measured.exit_code == 0 else [f"exit code {measured.exit_code}"]
    print(*(found or ["Every good one was counted once, every bad one named."]), sep="\n")
    if not options.keep:
        shutil.rmtree(options.folder)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
