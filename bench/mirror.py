"""Measures what releases and mirrors cost, beside rsync in the same run: bytes, requests, processor time, slow links.

    python -m bench.mirror                  the site of bench/mirror_workload.py: about twenty minutes on two cores
    python -m bench.mirror --small          a few pages, to see that it works
    python -m bench.mirror --write          puts the tables into docs/mirrors.md

It needs nginx and rsync.  Every step runs the commands that people run, each as a process of its own.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.counting_relay import Relay, relay_to
from bench.markers import write_parts
from bench.measure import Limits, Measurement, measure
from bench.mirror_workload import (
    FULL,
    SMALL,
    Size,
    add_course,
    change_pages,
    change_template,
    write_recordings,
    write_site,
)
from bench.static_server import serve_with_nginx
from generator.release.partition import TEXT, layer_of

ROOT = Path(__file__).resolve().parent.parent

OUTPUT = ROOT / "build" / "bench" / "mirror"
DOCUMENT = ROOT / "docs" / "mirrors.md"
SLOW_RATE, SLOW_DELAY = 8_000, 0.6
"""64 kbit/s and 600 ms: a shared satellite link."""


@dataclass(frozen=True)
class Goal:
    """What a step may cost."""

    bytes: float
    requests: int = 0
    seconds: float = 0


@dataclass
class Step:
    """One change of the site, on its way to a mirror."""

    name: str
    bytes: int
    """On the wire, both directions, with the headers of HTTP."""
    requests: int
    rsync: int
    """The same for `rsync -az` of the changed files from the copy before."""
    rsync_server: float = 0
    """Seconds of a processor, of the sending side."""
    create: float = 0
    """Seconds of a processor: `canoa release create` with signing."""
    create_memory: int = 0
    """Bytes, the largest process."""
    publish: float = 0
    sync: float = 0
    """Seconds of a processor: `canoa mirror sync`."""
    sync_memory: int = 0
    slow: float = 0
    """Seconds on the slow link; 0: not tried."""


@dataclass(frozen=True)
class Bound:
    """Something about publishing that has a goal, and no line of its own in the table of steps."""

    name: str
    value: float
    goal: float
    unit: str


class CommandFailedError(Exception):
    """A command that is measured did not do its work."""


@dataclass
class Yard:
    """The folders of a run."""

    folder: Path
    size: Size

    @property
    def site(self) -> Path:
        """What is released."""
        return self.folder / "build/site"

    @property
    def web(self) -> Path:
        """What the origin serves."""
        return self.folder / "web"

    @property
    def mirror(self) -> Path:
        """What the mirror keeps."""
        return self.folder / "mirror"

    @property
    def copy(self) -> Path:
        """What rsync keeps up to date."""
        return self.folder / "rsync-copy"

    def canoa(self, *arguments: str, cwd: Path | None = None) -> Measurement:
        """Run the command; what it says goes into a file.  Raises `CommandFailedError`."""
        log = self.folder / "log.txt"
        done = measure((sys.executable, "-m", "generator", *arguments), cwd or self.folder, log, Limits())
        if done.exit_code or done.ended:
            raise CommandFailedError(f"canoa {' '.join(arguments)}: {log.read_text()[-2000:]}")
        return done


# --- steps ------------------------------------------------------------------------------------------------------------


def run(yard: Yard) -> Iterator[Step]:
    """The first copy of the text; then, with a mirror of everything, every change."""
    _start(yard)
    with serve_with_nginx(yard.web, yard.folder / "nginx") as server, relay_to(server) as relay:
        access = yard.folder / "nginx" / "access.log"
        root = yard.web / "md/1.root.json"
        options = ("--root", str(root), "--folder", str(yard.mirror))
        yard.canoa("mirror", "init", relay.address, *options, "--layers", "texto")
        yield _synced(yard, relay, access, Step("first copy of the text", 0, 0, _gzip_per_file(yard.site)))
        shutil.rmtree(yard.mirror)
        yard.canoa("mirror", "init", relay.address, *options)
        yard.canoa("mirror", "sync", cwd=yard.mirror)
        shutil.rmtree(yard.copy, ignore_errors=True)
        shutil.copytree(yard.site, yard.copy)
        yield _synced(yard, relay, access, Step("nothing new", 0, 0, *_rsync(yard)))
        changes = {
            "one page": lambda: _one_page(yard.site),
            "1 % of the pages": lambda: change_pages(yard.site, 0.01, turn=2),
            "template: every page": lambda: change_template(yard.site, turn=3),
            "a new course": lambda: add_course(yard.site, yard.size, turn=4),
        }
        for name, change in changes.items():
            change()
            created = yard.canoa("release", "create", *KEYS)
            published = yard.canoa("release", "publish", "web")
            step = Step(name, 0, 0, *_rsync(yard))
            step.create, step.create_memory, step.publish = created.cpu, created.largest, published.cpu
            before = yard.folder / "mirror-before"
            shutil.rmtree(before, ignore_errors=True)
            shutil.copytree(yard.mirror, before, symlinks=True)
            yield _synced(yard, relay, access, step)
            if name.startswith("template"):
                relay.rate, relay.delay = SLOW_RATE, SLOW_DELAY
                step.slow = yard.canoa("mirror", "sync", cwd=before).wall
                relay.rate = relay.delay = 0


def run_bounds(yard: Yard) -> Iterator[Bound]:
    """Many changes in a row, and much material; after `run`, whose site and releases it goes on with."""
    for turn in range(IN_A_ROW):
        change_template(yard.site, turn=100 + turn)
        created = yard.canoa("release", "create", *KEYS)
    yield Bound(f"`create` of the last of {IN_A_ROW} template changes in a row", created.cpu, 5, "s")
    shutil.rmtree(yard.folder / "build/releases")
    shutil.rmtree(yard.folder / "keys")
    size = sum(file.stat().st_size for file in yard.site.rglob("*") if file.is_file())
    write_recordings(yard.site / "curso-01/video", (LARGE if yard.size == FULL else 2 * size) - size)
    yard.canoa("release", "init", *KEYS, "--id", "bench")
    created = yard.canoa("release", "create", *KEYS)
    yield Bound("memory of the first `create` of a site of 2 GB", created.largest / 1e6, 200, "MB")


IN_A_ROW = 6
"""One more than there are packs that lead straight to the newest release."""
LARGE = 2_000_000_000
"""Bytes of a site with recordings."""
KEYS = ("--keys", "keys", "--passphrase-file", "phrase")


def _start(yard: Yard) -> None:
    shutil.rmtree(yard.folder, ignore_errors=True)
    yard.folder.mkdir(parents=True)
    write_site(yard.site, yard.size)
    (yard.folder / "phrase").write_text("a passphrase for a benchmark\n", encoding="utf-8")
    yard.canoa("release", "init", *KEYS, "--id", "bench")
    yard.canoa("release", "create", *KEYS)
    yard.canoa("release", "publish", "web")


def _synced(yard: Yard, relay: Relay, access: Path, step: Step) -> Step:
    relay.reset()
    before = len(access.read_text().splitlines()) if access.is_file() else 0
    done = yard.canoa("mirror", "sync", cwd=yard.mirror)
    step.bytes, step.sync, step.sync_memory = relay.total, done.cpu, done.largest
    step.requests = len(access.read_text().splitlines()) - before
    return step


def _one_page(site: Path) -> None:
    """A sentence more, and the date of the site's map."""
    page = sorted(site.glob("*/*.html"))[700 % len(sorted(site.glob("*/*.html")))]
    page.write_text(page.read_text(encoding="utf-8").replace("</p>", " Uma frase a mais.</p>", 1), encoding="utf-8")


def _rsync(yard: Yard) -> tuple[int, float]:
    """Bytes in both directions, and processor seconds of the side that sends; afterwards the copy is up to date."""
    shell = yard.folder / "shell"
    times = yard.folder / "times"
    shell.write_text(f"#!{sys.executable}\n{WRAPPER.format(times=str(times))}", encoding="utf-8")
    shell.chmod(0o755)
    command = ("rsync", "-az", "--delete", "--stats", "-e", str(shell), f"here:{yard.site}/", f"{yard.copy}/")
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    said = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    total = sum(int(said[name].split()[0].replace(",", "")) for name in ("Total bytes sent", "Total bytes received"))
    return total, float(times.read_text())


WRAPPER = """\
import pathlib, resource, subprocess, sys
code = subprocess.run(sys.argv[2:]).returncode
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
pathlib.Path({times!r}).write_text(str(usage.ru_utime + usage.ru_stime))
sys.exit(code)
"""


def _gzip_per_file(site: Path) -> int:
    """What a client fetches that asks for every text file by itself, compressed; headers are not counted."""
    files = (file for file in site.rglob("*") if file.is_file() and layer_of(file.name, file.stat().st_size) == TEXT)
    return sum(len(gzip.compress(file.read_bytes(), 9, mtime=0)) for file in files)


# --- table ------------------------------------------------------------------------------------------------------------

GOALS = {
    "first copy of the text": Goal(0.55, 45),
    "nothing new": Goal(1_000, 1),
    "one page": Goal(4_000, 3),
    "1 % of the pages": Goal(35_000),
    "template: every page": Goal(200_000, seconds=30),
    "a new course": Goal(0.9),
}
"""Bytes; below 1: a part of what the other way costs."""


def table(steps: Sequence[Step]) -> Iterator[str]:
    """One line a step."""
    yield (
        "| | bytes | goal | requests | rsync -az, bytes | rsync's sender | `create` | memory | `publish` | `sync` "
        "| memory | 64 kbit/s, 600 ms |"
    )
    yield "|---" * 12 + "|"
    for one in steps:
        goal = GOALS[one.name]
        other = "gzip per file: " if one.name.startswith("first") else ""
        most = goal.bytes if goal.bytes > 1 else goal.bytes * one.rsync
        mark = "✓" if one.bytes <= most and one.requests <= (goal.requests or one.requests) else "✗"
        slow = (
            f"{one.slow:.1f} s (goal {goal.seconds:.0f}) {'✓' if one.slow <= goal.seconds else '✗'}"
            if one.slow
            else "–"
        )
        created = (
            f"{one.create:.1f} s | {one.create_memory / 1e6:.0f} MB | {one.publish:.1f} s"
            if one.create
            else "– | – | –"
        )
        sender = f"{one.rsync_server:.2f} s" if one.rsync_server else "–"
        yield (
            f"| {one.name} | {one.bytes:,} | ≤ {most:,.0f} {mark} | {one.requests}"
            f"{f' (goal {goal.requests})' if goal.requests else ''} | {other}{one.rsync:,} | {sender} "
            f"| {created} | {one.sync:.1f} s | {one.sync_memory / 1e6:.0f} MB | {slow} |"
        )


def bound_table(bounds: Sequence[Bound]) -> Iterator[str]:
    """One line a bound."""
    yield "| | measured | goal |"
    yield "|---" * 3 + "|"
    for one in bounds:
        digits = 1 if one.unit == "s" else 0
        mark = "✓" if one.value <= one.goal else "✗"
        yield f"| {one.name} | {one.value:.{digits}f} {one.unit} | ≤ {one.goal:g} {one.unit} {mark} |"


def main() -> int:
    """Measure, print, and keep the results as JSON; exits with 1 when any goal is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", action="store_true", help="a few pages")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/mirrors.md")
    options = parser.parse_args()
    yard = Yard(options.output.resolve() / "work", SMALL if options.small else FULL)
    steps, bounds = [], []
    for step in run(yard):
        print(f"{step.name}: {step.bytes:,} bytes, {step.requests} requests; rsync {step.rsync:,}", flush=True)
        steps.append(step)
    for bound in run_bounds(yard):
        print(f"{bound.name}: {bound.value:.1f} {bound.unit}", flush=True)
        bounds.append(bound)
    made, bounded = "\n".join(table(steps)), "\n".join(bound_table(bounds))
    print(f"{made}\n\n{bounded}")
    (options.output / "results.json").write_text(
        json.dumps([asdict(one) for one in (*steps, *bounds)], indent=1), encoding="utf-8"
    )
    if options.write:
        write_parts(DOCUMENT, {"measured": f"{made}\n", "bounds": f"{bounded}\n"})
    return int("✗" in made + bounded)


if __name__ == "__main__":
    sys.exit(main())
