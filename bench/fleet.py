"""`canoa fleet` on many invented mirrors: is each counted once and judged right, and how long does it take?

    python bench/fleet.py                      10,000 mirrors, brought as files and asked over http
    python bench/fleet.py --count 1000 --keep  fewer, and leave files and page where they are

Exit code 1 when a mirror was lost, counted twice or judged wrongly, or when the page is heavier than 100 kB.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import random
import shutil
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.measure import Limits, Measurement, measure

SEED = 20261129
FOLDER = Path("build/bench/fleet")
HEAVIEST_PAGE = 100_000
"""Bytes, compressed."""
DATE = "%Y-%m-%dT%H:%M:%SZ"
NEWEST = 120
"""Release."""
REGIONS = (
    *(
        "Juruá e Tarauacá",
        "Alto Solimões",
        "Baixo Amazonas",
        "Marajó",
        "Xingu",
        "Rio Negro",
        "Madeira",
        "Purus",
        "Tapajós",
    ),
    *(
        "Sertão Central",
        "Cariri",
        "Seridó",
        "Agreste",
        "Recôncavo",
        "Chapada Diamantina",
        "Cocais",
        "Alto Sertão",
        "Jalapão",
    ),
    *("Vale do Jequitinhonha", "Norte de Minas", "Zona da Mata", "Triângulo", "Vale do Mucuri", "Serra Fluminense"),
    *(
        "Vale do Ribeira",
        "Pontal",
        "Pantanal",
        "Araguaia",
        "Entorno Norte",
        "Sudoeste Goiano",
        "Campanha",
        "Litoral Norte",
    ),
    *(
        "Planalto Serrano",
        "Oeste Catarinense",
        "Centro-Sul Paranaense",
        "Vale do Guaribas",
        "Baía da Ilha Grande",
        "Roraima",
    ),
)
NAMES = ("UBS", "USF", "Posto", "Polo", "Secretaria", "Barco-escola", "Casa de apoio")
PLACES = ("São José", "Santa Luzia", "Boa Vista", "do Igarapé", "da Serra", "Nova Esperança", "do Porto", "Vila Nova")
STATES = {"atual": 780, "atrasado": 100, "vencido": 50, "relogio-suspeito": 10, "vazio": 10, "sem-contato": 50}
"""State → how many of a thousand."""
WENT_BACK, SEEN_TWICE = 0.003, 0.02
"""Shares of mirrors of which an older status with a newer release is there, and of which there is an older one."""
SILENCES = ("hang", "error", "login", "huge", "deep", "wrong")
"""What those do that cannot be reached."""


@dataclass(frozen=True)
class Invented:
    """A mirror, and what it answers."""

    number: int
    state: str
    region: str
    statuses: tuple[bytes, ...]
    """The newest last; of some there are two.  Empty for who is silent."""
    silence: str
    went_back: bool


def invent(count: int, seed: int, now: datetime) -> list[Invented]:
    """The same for the same seed and time."""
    random_ = random.Random(seed)
    states = random_.choices(list(STATES), list(STATES.values()), k=count)
    return [_invent_one(random_, number, state, now) for number, state in enumerate(states)]


def _invent_one(random_: random.Random, number: int, state: str, now: datetime) -> Invented:
    region = random_.choice(REGIONS)
    if state == "sem-contato":
        return Invented(number, state, "", (), random_.choice(SILENCES), False)
    status = _status(random_, number, state, region, now)
    went_back = state in ("atual", "atrasado") and random_.random() < WENT_BACK
    older = went_back or random_.random() < SEEN_TWICE
    statuses = []
    if older:
        before = datetime.strptime(status["checked_at"], DATE).replace(tzinfo=timezone.utc) - timedelta(days=100)
        then = {**status, "checked_at": _written(before), "release": max(0, status["release"] - 1)}
        statuses.append({**then, "release": NEWEST + 1} if went_back else then)
    statuses.append(status)
    return Invented(number, state, region, tuple(map(_bytes, statuses)), "", went_back)


def _status(random_: random.Random, number: int, state: str, region: str, now: datetime) -> dict[str, Any]:
    days = {"atual": (0, 12), "atrasado": (15, 85), "vencido": (95, 600)}.get(state, (0, 30))
    signed = now - timedelta(days=random_.randint(*days), minutes=random_.randint(1, 600))
    is_empty = state == "vazio"
    checked = signed + timedelta(minutes=random_.randint(0, 500))
    return {
        "format": "canoa-mirror",
        "version": 1,
        "id": f"{random_.getrandbits(128):032x}",
        "name": f"{random_.choice(NAMES)} {random_.choice(PLACES)} {number}",
        "region": region if random_.random() < 0.95 else region.upper(),
        "catalogue": "" if is_empty else "rede-una-sus",
        "release": 0 if is_empty else max(1, NEWEST - (now - signed).days // 7 - random_.randint(0, 1)),
        "signed_at": "" if is_empty else _written(signed),
        "state": state,
        "checked_at": _written(checked),
        "synced_at": "" if is_empty else _written(checked),
        "timestamp_expires": "" if is_empty else _written(signed + timedelta(days=14)),
        "snapshot_expires": "" if is_empty else _written(signed + timedelta(days=90)),
        "layers": ["texto", "imagens", "midia"][: random_.randint(1, 3)],
        "courses": ["*"] if random_.random() < 0.7 else ["acolhimento", "territorio", "hipertensao"],
        "units": random_.randint(1, 40),
        "bytes": random_.randint(10**7, 3 * 10**9),
        "software": "0.1.0",
        "upstream": "espelho.regional.example",
        "last_error": {"kind": "no-source", "at": _written(checked)} if random_.random() < 0.1 else None,
    }


def _written(date: datetime) -> str:
    return date.strftime(DATE)


def _bytes(status: dict[str, Any]) -> bytes:
    return json.dumps(status, ensure_ascii=False, indent=1).encode()


def silent_answer(silence: str) -> bytes:
    """What a file or a server gives instead of a status."""
    return {
        "login": b"<!doctype html><title>Wi-Fi</title>Entre com a sua conta",
        "huge": b" " * 200_000,
        "deep": b"[" * 30_000,
        "wrong": b'{"format":"canoa-mirror","version":1,"id":"../../etc","state":"atual"}',
    }.get(silence, b"")


def write_files(mirrors: list[Invented], folder: Path) -> None:
    """As if all had been brought on sticks, a folder for each."""
    for one in mirrors:
        contents = one.statuses or (silent_answer(one.silence),)
        for number, content in enumerate(contents):
            file = folder / f"{one.number % 100:02}" / f"{one.number}-{number}" / "espelho.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


@contextmanager
def served(mirrors: list[Invented]) -> Iterator[list[str]]:
    """All of them on this computer, many hosts of the loopback network; gives their addresses."""
    started = threading.Event()
    port: list[int] = []
    stop: list[Callable[[], None]] = []

    async def run() -> None:
        ended = asyncio.Event()
        server = await asyncio.start_server(lambda reader, writer: _answer(mirrors, reader, writer), "0.0.0.0", 0)
        loop = asyncio.get_running_loop()
        port.append(server.sockets[0].getsockname()[1])
        stop.append(lambda: loop.call_soon_threadsafe(ended.set))
        started.set()
        await ended.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    started.wait()
    try:
        yield [
            f"http://127.1.{one.number // 200 % 250}.{one.number % 200 + 1}:{port[0]}/{one.number}/" for one in mirrors
        ]
    finally:
        stop[0]()
        thread.join(30)


async def _answer(mirrors: list[Invented], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    request = await reader.readuntil(b"\r\n\r\n")
    one = mirrors[int(request.split(b"/")[1])]
    if one.silence == "hang":
        await reader.read()  # until the other end has enough
    body = one.statuses[-1] if one.statuses else silent_answer(one.silence)
    status = b"503 No" if one.silence == "error" else b"200 OK"
    writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body)) + body)
    await writer.drain()
    writer.close()


def compare(mirrors: list[Invented], table: dict[str, Any], *, files: bool) -> list[str]:
    """What is wrong with a table; with `files` those that are plainly something else are set aside."""
    aside = [one for one in mirrors if files and one.silence in ("error", "hang", "login", "deep")]
    expected = Counter(one.state for one in mirrors if one not in aside)
    went_back = sum(one.went_back for one in mirrors) if files else 0
    twice = sum(len(one.statuses) - 1 for one in mirrors if one.statuses) if files else 0
    regions = Counter(one.region for one in mirrors if one.statuses)
    found = {
        "states": (dict(expected), {state: count for state, count in table["states"].items() if count}),
        "went back": (went_back, sum("went-back" in one["warnings"] for one in table["mirrors"])),
        "older": (twice, table["repeated"]),
        "set aside": (len(aside), table["set_aside"]),
        "regions": (
            dict(regions),
            {one["name"]: sum(one["states"].values()) for one in table["regions"] if one["name"]},
        ),
    }
    return [f"{name}: {wanted} expected, {got} found" for name, (wanted, got) in found.items() if wanted != got]


def main() -> int:
    """Invent, look, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, help="mirrors (default: 10,000)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"where to work (default: {FOLDER})")
    parser.add_argument("--keep", action="store_true", help="leave files and page")
    options = parser.parse_args()
    shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True)
    folder = options.folder.resolve()
    mirrors = invent(options.count, options.seed, datetime.now(timezone.utc).replace(microsecond=0))
    write_files(mirrors, folder / "files")
    faults = _run("files", [str(folder / "files")], mirrors, folder, files=True)
    with served(mirrors) as addresses:
        (folder / "list.txt").write_text("\n".join(addresses))
        sources = [str(folder / "list.txt"), "--at-once", "256", "--timeout", "10", "--notes", str(folder / "notes")]
        faults += _run("http", sources, mirrors, folder, files=False)
    for fault in faults:
        print(fault)
    if not options.keep:
        shutil.rmtree(options.folder)
    return 1 if faults else 0


def _run(name: str, sources: list[str], mirrors: list[Invented], folder: Path, *, files: bool) -> list[str]:
    page, table = folder / f"{name}.html", folder / f"{name}.json"
    command = [sys.executable, "-m", "generator", "fleet", *sources, "--page", str(page), "--json", str(table)]
    done = measure([*command, "--csv", str(folder / f"{name}.csv")], Path.cwd(), folder / f"{name}.log", Limits())
    if done.exit_code:
        return [f"{name}: exit code {done.exit_code}, see {folder / name}.log"]
    weight = len(gzip.compress(page.read_bytes(), 9, mtime=0))
    print(_line(name, len(mirrors), done, page.stat().st_size, weight))
    faults = compare(mirrors, json.loads(table.read_text()), files=files)
    return faults + ([f"{name}: the page has {weight} bytes"] if weight > HEAVIEST_PAGE else [])


def _line(name: str, count: int, done: Measurement, size: int, weight: int) -> str:
    return (
        f"{name:6} {count:,} mirrors  {done.wall:.1f} s  {done.cpu:.1f} s of processor  "
        f"{done.tree_rss / 1e6:.0f} MB  page {size / 1000:.0f} kB, {weight / 1000:.1f} kB compressed"
    )


if __name__ == "__main__":
    sys.exit(main())
