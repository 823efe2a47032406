"""Simulates 48,000 health units behind regional mirrors for a year of releases, and writes the tables of docs/scale.md.

What a step costs on the wire is measured (`bench/mirror.py`), what links and people do is assumed and written down; the
draws come from a seed, so that the same assumptions give the same tables.

    python -m bench.scale              prints the tables
    python -m bench.scale --write      puts them into docs/scale.md
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from bench.markers import write_parts

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "scale.md"
SEED = 20_261_122
KILO, MEGA, GIGA = 1_000, 1_000_000, 1_000_000_000
SECOND, MINUTE, HOUR = 1, 60, 3600
DIRECT = 5
"""Releases from which a pack of deltas leads straight to the newest."""


# --- what is assumed ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Link:
    """How a group of units is connected."""

    name: str
    share: float
    """Of all units."""
    rate: int
    """Bytes per second."""
    delay: float
    """Seconds for a question and its answer."""
    up: float
    """Part of the nights on which it works at all."""
    outage: float
    """Nights that a failure lasts, on average; failures come in a row, not one by one."""

    def works(self, worked: bool, draw: float) -> bool:
        """Whether it works tonight; `draw` is a number from 0 to 1."""
        if worked:
            return draw >= (1 - self.up) / self.up / self.outage
        return draw < 1 / self.outage


LINKS = (
    Link("64 kbit/s, satellite", 0.20, 8 * KILO, 0.6, 0.80, 5),
    Link("512 kbit/s, radio or mobile", 0.30, 64 * KILO, 0.15, 0.90, 3),
    Link("10 Mbit/s, fibre or cable", 0.35, 1_250 * KILO, 0.04, 0.97, 2),
    Link("none: a stick once a month", 0.15, 0, 0.0, 1 / 30, 29),
)


@dataclass(frozen=True)
class Step:
    """A kind of release, and what one mirror fetches for it."""

    name: str
    every: int
    """Days."""
    size: int
    """Bytes in both directions, as docs/mirrors.md has them; a test holds them to it."""
    requests: int
    rsync: int = 0
    """Bytes of the same step by rsync, from the same table."""


EDIT = Step("one page", 1, 3_047, 3, 299_086)
REVIEW = Step("1 % of the pages", 7, 25_872, 3, 323_734)
LOOK = Step("template: every page", 60, 192_800, 3, 1_910_668)
COURSE = Step("a new course", 30, 2_821_373, 5, 3_214_719)
STEPS = (EDIT, REVIEW, COURSE, LOOK)
"""The later ones in this list take the place of the earlier ones on the same day."""
NOTHING = Step("nothing new", 1, 318, 1, 298_416)
FULL_TEXT, FULL_REQUESTS = 18_547_836, 43
PICTURES = 102 * MEGA


@dataclass(frozen=True)
class World:
    """One set of assumptions."""

    units: int = 48_000
    regions: int = 27
    days: int = 365
    window: int = 8 * HOUR
    """Of the night, in which units ask at a moment drawn by chance."""
    spread: bool = True
    """False: all ask when the window opens, as a plain cron line does."""
    region_uplink: int = 12_500 * KILO
    """Bytes per second that a regional mirror can give: 100 Mbit/s."""
    region_down: float = 0.002
    """Nights on which a regional mirror does not answer; its units go to the next one."""
    chain: int = 30
    """Single steps that a mirror walks at most; beyond, it takes full images."""
    links: tuple[Link, ...] = LINKS


# --- a year ---------------------------------------------------------------------------------------------------------


@dataclass
class Year:
    """What was counted."""

    current: dict[str, list[int]] = field(default_factory=dict)
    """Link → for each night, units that have the newest release in the morning."""
    ages: list[int] = field(default_factory=list)
    """Days that a unit with a link is behind, over all of them on every thirtieth morning."""
    bytes_down: int = 0
    night_bytes: list[int] = field(default_factory=list)
    night_requests: list[int] = field(default_factory=list)
    peak_rate: int = 0
    """Bytes per second, the busiest minute of any regional mirror."""
    peak_requests: float = 0.0
    """A second, all regions together, the busiest minute."""
    full_fetches: int = 0
    longest: float = 0.0
    """Seconds of the longest update."""
    overloaded: int = 0
    """Minutes, over all regions, in which more was wanted than a regional mirror can give."""


def release_of(day: int) -> Step:
    """The release of a day."""
    found = NOTHING
    for step in STEPS:
        if day % step.every == 0:
            found = step
    return found


def cost_of(steps: Sequence[Step], chain: int) -> tuple[int, int, bool]:
    """Bytes, requests and whether full images are needed, for a mirror that missed these releases."""
    if not steps:
        return NOTHING.size, NOTHING.requests, False
    if len(steps) > chain:
        return FULL_TEXT, FULL_REQUESTS, True
    if len(steps) <= DIRECT:  # one pack; what changed twice travels once, which is not counted in our favour
        return sum(step.size for step in steps), 3, False
    return sum(step.size for step in steps), 2 + len(steps), False


def simulate(world: World, seed: int = SEED) -> Year:
    """A year of nights, after a first copy that everybody got when the box was set up."""
    draw, failures = random.Random(seed), random.Random(seed + 1)  # so that worlds differ only in what they differ in
    groups = _groups(world)
    have = [0] * world.units
    works = [True] * world.units
    year = Year(current={link.name: [] for link in world.links})
    steps = [release_of(day) for day in range(world.days)]
    for day in range(1, world.days):
        down = {region for region in range(world.regions) if failures.random() < world.region_down}
        minutes = [[0.0] * (world.window // MINUTE) for _ in range(world.regions)]
        asked = [0] * (world.window // MINUTE)
        night_bytes = night_requests = 0
        for link, members in groups:
            fresh = 0
            for unit in members:
                works[unit], moment = link.works(works[unit], draw.random()), draw.random()
                if not works[unit]:
                    continue
                size, requests, is_full = cost_of(steps[have[unit] + 1 : day + 1], world.chain)
                have[unit] = day
                fresh += 1
                if not link.rate:
                    continue  # it came by hand
                region = _next_alive(unit % world.regions, down, world.regions)
                seconds = size / link.rate + requests * link.delay
                start = int(moment * (world.window - min(seconds, world.window))) if world.spread else 0
                _load(minutes[region], start, seconds, size)
                asked[start // MINUTE] += requests
                night_bytes += size
                night_requests += requests
                year.full_fetches += is_full
                year.longest = max(year.longest, seconds)
            year.current[link.name].append(fresh)
        year.bytes_down += night_bytes
        year.night_bytes.append(night_bytes)
        year.night_requests.append(night_requests)
        busiest = max(max(one) for one in minutes) / MINUTE
        year.peak_rate = max(year.peak_rate, int(busiest))
        year.overloaded += sum(load / MINUTE > world.region_uplink for one in minutes for load in one)
        year.peak_requests = max(year.peak_requests, max(asked) / MINUTE)
        if day % 30 == 0:
            year.ages += [day - have[unit] for link, members in groups if link.rate for unit in members]
    return year


def _groups(world: World) -> list[tuple[Link, range]]:
    """The units of each link, shuffled over the regions by their numbers."""
    edges = [0]
    for link in world.links:
        edges.append(edges[-1] + round(link.share * world.units))
    edges[-1] = world.units
    return [(link, range(a, b)) for link, (a, b) in zip(world.links, pairwise(edges), strict=True)]


def _next_alive(region: int, down: set[int], regions: int) -> int:
    while region in down and len(down) < regions:
        region = (region + 1) % regions
    return region


def _load(minutes: list[float], start: int, seconds: float, size: int) -> None:
    """Spread the bytes of one update over the minutes that it takes."""
    first, last = start // MINUTE, min(int((start + seconds) // MINUTE), len(minutes) - 1)
    share = size / (last - first + 1)
    for minute in range(first, last + 1):
        minutes[minute] += share


# --- whole releases, by other ways ------------------------------------------------------------------------------------


def swarm_seconds(size: int, server: int, peers: int, upload: int, download: int) -> float:
    """Least time in which all peers have a file (fluid model of Kumar and Ross, 2006): rates in bytes per second."""
    return max(size / server, size / download, peers * size / (server + peers * upload))


def served_seconds(size: int, server: int, peers: int, download: int) -> float:
    """The same without a swarm: the server gives every copy."""
    return max(peers * size / server, size / download)


# --- tables -----------------------------------------------------------------------------------------------------------


def night_table() -> Iterator[str]:
    """What one unit fetches in one night, and how long its link is busy with it."""
    yield "| release | bytes | requests | 64 kbit/s, 600 ms | 512 kbit/s, 150 ms | part of a night at 64 kbit/s |"
    yield "|---|---|---|---|---|---|"
    slow, middle = LINKS[0], LINKS[1]
    rows = (NOTHING, EDIT, REVIEW, LOOK, COURSE, Step("first copy of the text", 0, FULL_TEXT, FULL_REQUESTS))
    for step in (*rows, Step("its pictures too", 0, FULL_TEXT + PICTURES, FULL_REQUESTS + 40)):
        times = [step.size / link.rate + step.requests * link.delay for link in (slow, middle)]
        part = times[0] / (8 * HOUR)
        yield (
            f"| {step.name} | {_bytes(step.size)} | {step.requests} | {_time(times[0])} | {_time(times[1])} "
            f"| {part:.1%} |"
        )


def year_table(worlds: Mapping[str, World]) -> Iterator[str]:
    """The same year under different assumptions."""
    years = {name: simulate(world) for name, world in worlds.items()}
    yield "| | " + " | ".join(years) + " |"
    yield "|---" * (len(years) + 1) + "|"

    def row(name: str, values: Iterable[str]) -> str:
        return f"| {name} | " + " | ".join(values) + " |"

    for link in LINKS:
        units = round(link.share * next(iter(worlds.values())).units)
        yield row(
            f"newest release in the morning: {link.name}",
            (f"{sum(one.current[link.name]) / len(one.current[link.name]) / units:.1%}" for one in years.values()),
        )
    yield row("days behind, 99 of 100 units with a link", (str(_quantile(one.ages, 0.99)) for one in years.values()))
    yield row("a usual night, all units", (_bytes(_quantile(one.night_bytes, 0.5)) for one in years.values()))
    yield row("the heaviest night, all units", (_bytes(max(one.night_bytes)) for one in years.values()))
    yield row("requests in the heaviest night", (f"{max(one.night_requests):,}" for one in years.values()))
    yield row("requests a second, busiest minute", (f"{one.peak_requests:,.0f}" for one in years.values()))
    yield row("busiest regional mirror, Mbit/s", (f"{one.peak_rate * 8 / MEGA:,.1f}" for one in years.values()))
    yield row("minutes over 100 Mbit/s in the year", (f"{one.overloaded:,}" for one in years.values()))
    yield row("updates that needed full images", (f"{one.full_fetches:,}" for one in years.values()))
    yield row("longest update", (_time(one.longest) for one in years.values()))


def origin_table(world: World) -> Iterator[str]:
    """What the origin gives for one release, by the way in which units are served."""
    online = round(world.units * sum(link.share for link in world.links if link.rate))
    ways = (
        ("units ask the origin", online),
        (f"{world.regions} regional mirrors ask, units ask them", world.regions),
        ("a CDN in front, 60 places", 60),
    )
    yield "| | copies | one page | 1 % | template | new course | first copy, text |"
    yield "|---|---|---|---|---|---|---|"
    for name, copies in ways:
        sizes = (step.size * copies for step in (EDIT, REVIEW, LOOK, COURSE))
        yield f"| {name} | {copies:,} | " + " | ".join(map(_bytes, (*sizes, FULL_TEXT * copies))) + " |"
    sizes = (step.rsync * online for step in (EDIT, REVIEW, LOOK, COURSE))
    yield f"| units ask an rsync server for the pages | {online:,} | " + " | ".join(map(_bytes, sizes)) + " | – |"


def swarm_table() -> Iterator[str]:
    """Least time until the last of the regional mirrors has a full release with its media."""
    yield "| 20 GB of media from an origin with 100 Mbit/s | from the origin alone | swarm with web seed |"
    yield "|---|---|---|"
    size, server = 20 * GIGA, 12_500 * KILO
    for peers, rate in ((27, 2_500 * KILO), (300, 2_500 * KILO), (300, 12_500 * KILO)):
        alone = served_seconds(size, server, peers, rate)
        swarm = swarm_seconds(size, server, peers, rate // 2, rate)
        yield f"| {peers} mirrors, {rate * 8 // MEGA} Mbit/s down, half of it up | {_time(alone)} | {_time(swarm)} |"


def tables() -> dict[str, str]:
    """All tables by their names in the document."""
    world = World()
    worlds = {
        "27 regions, asked at random in the night": world,
        "all at once, at ten": replace(world, spread=False),
        "one region for all": replace(world, regions=1),
        "mirrors down one night in ten": replace(world, region_down=0.1),
        "only 8 steps kept": replace(world, chain=8),
    }
    made = {
        "night": night_table(),
        "year": year_table(worlds),
        "origin": origin_table(world),
        "swarm": swarm_table(),
    }
    return {name: as_part(lines) for name, lines in made.items()}


def as_part(lines: Iterable[str]) -> str:
    """A table as it stands in the document."""
    return "".join(f"{line}\n" for line in lines)


def _quantile(values: Sequence[int], part: float) -> int:
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]


def _bytes(size: float) -> str:
    for unit, name in ((GIGA, "GB"), (MEGA, "MB"), (KILO, "kB")):
        if size >= unit:
            return f"{size / unit:,.1f} {name}"
    return f"{size:.0f} B"


def _time(seconds: float) -> str:
    if seconds >= 48 * HOUR:
        return f"{seconds / 24 / HOUR:.1f} d"
    if seconds >= 90 * MINUTE:
        return f"{seconds / HOUR:.1f} h"
    return f"{seconds / MINUTE:.0f} min" if seconds >= 90 else f"{seconds:.1f} s"


# --- the document -----------------------------------------------------------------------------------------------------


def main() -> int:
    """Print the tables, or write them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/scale.md")
    made = tables()
    if parser.parse_args().write:
        write_parts(DOCUMENT, made)
        return 0
    for name, table in made.items():
        print(f"## {name}\n\n{table}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
