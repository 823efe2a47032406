"""Time against pages as an SVG, both axes logarithmic: no library, no script, readable in light and in dark."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 960, 520
LEFT, RIGHT, TOP, BOTTOM = 64, 118, 64, 84
GAP = 44
"""Between the labels of one panel and the axis of the next."""
LABEL_HEIGHT = 16
STYLE = """\
svg { font: 13px system-ui, "Segoe UI", Roboto, sans-serif; }
.paper { fill: #fff; }
text { fill: #222; }
.title { font-size: 16px; font-weight: 600; }
.grid { stroke: #ddd; }
.axis { stroke: #666; }
.guide { stroke: #777; stroke-dasharray: 2 5; }
.small { font-size: 12px; fill: #555; }
.series { fill: none; stroke-width: 2.5; }
.canoa { stroke: #b3261e; } .hugo { stroke: #0b5cad; } .zensical { stroke: #1c7340; } .material { stroke: #7a3f9d; }
.mark { fill: #fff; stroke-width: 2.5; }
.end { paint-order: stroke; stroke: #fff; stroke-width: 4; }
@media (prefers-color-scheme: dark) {
  .paper, .mark { fill: #14181d; }
  .end { stroke: #14181d; }
  text { fill: #e8e8e8; }
  .grid { stroke: #333a42; }
  .axis { stroke: #9aa4ae; }
  .guide { stroke: #8a949e; }
  .small { fill: #b4bcc4; }
  .canoa { stroke: #ff8a80; } .hugo { stroke: #7ab8ff; } .zensical { stroke: #6fd08c; } .material { stroke: #d3a4f0; }
}
"""
SHAPES = {
    "canoa": "M-5,0 a5,5 0 1,0 10,0 a5,5 0 1,0 -10,0 z",
    "hugo": "M-5,-5 h10 v10 h-10 z",
    "zensical": "M0,-6 L6,5 H-6 z",
    "material": "M0,-7 L7,0 L0,7 L-7,0 z",
}
"""A shape for each tool: colour alone tells some readers nothing."""


@dataclass(frozen=True)
class Series:
    """One line: a tool's seconds for each number of pages."""

    tool: str
    name: str
    """The tool's name for people."""
    points: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Panel:
    """One pair of axes."""

    title: str
    series: tuple[Series, ...]


@dataclass(frozen=True)
class Scale:
    """A logarithmic axis."""

    least: float
    most: float
    start: float
    end: float

    @classmethod
    def around(cls, values: Iterable[float], start: float, end: float) -> Scale:
        """Whole powers of ten around the values, one at least."""
        known = list(values)
        least = math.floor(math.log10(min(known)))
        most = max(math.ceil(math.log10(max(known))), least + 1)
        return cls(10.0**least, 10.0**most, start, end)

    def place(self, value: float) -> float:
        """Where a value stands, in points of the picture."""
        share = math.log(value / self.least) / math.log(self.most / self.least)
        return self.start + share * (self.end - self.start)

    def decades(self) -> Iterator[float]:
        """The powers of ten, both ends included."""
        first, last = round(math.log10(self.least)), round(math.log10(self.most))
        return (10.0**power for power in range(first, last + 1))


def draw(panels: Sequence[Panel]) -> str:
    """The picture: panels side by side with the same axes."""
    points = [point for panel in panels for series in panel.series for point in series.points]
    if not points:
        raise ValueError("there is nothing to draw")
    step = (WIDTH - LEFT - RIGHT + GAP + RIGHT) / len(panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d">',
        '<title id="t">Build time against number of pages</title>',
        f'<desc id="d">{escape(_in_words(panels))}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="8"/>',
    ]
    vertical = Scale.around((seconds for _, seconds in points), HEIGHT - BOTTOM, TOP)
    for number, panel in enumerate(panels):
        left = LEFT + number * step
        horizontal = Scale.around((pages for pages, _ in points), left, left + step - GAP - RIGHT)
        parts += [*_axes(panel, horizontal, vertical), *_guide(horizontal, vertical)]
        for series in panel.series:
            parts += _line(series, horizontal, vertical)
        parts += _labels(panel, horizontal, vertical)
    parts.append(
        _text(WIDTH / 2, HEIGHT - 10, "Parallel to the dotted line: time in proportion to pages.", "middle", "small")
    )
    return "\n".join([*parts, "</svg>", ""])


def _in_words(panels: Sequence[Panel]) -> str:
    sentences = []
    for panel in panels:
        for series in panel.series:
            points = ", ".join(f"{_plain(seconds)} s for {pages:,} pages" for pages, seconds in series.points)
            sentences.append(f"{panel.title}: {series.name} {points}.")
    return " ".join(sentences)


def _axes(panel: Panel, horizontal: Scale, vertical: Scale) -> Iterator[str]:
    left, right, bottom, top = horizontal.start, horizontal.end, vertical.start, vertical.end
    yield _text(left, TOP - 24, panel.title, "start", "title")
    for value in vertical.decades():
        y = vertical.place(value)
        yield f'<line class="grid" x1="{left:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{y:.1f}"/>'
        yield _text(left - 8, y + 4, f"{value:,g} s", "end")
    for value in horizontal.decades():
        x = horizontal.place(value)
        yield f'<line class="grid" x1="{x:.1f}" y1="{bottom:.1f}" x2="{x:.1f}" y2="{top:.1f}"/>'
        yield _text(x, bottom + 20, f"{value:,.0f}", "middle")
    yield f'<path class="axis" fill="none" d="M{left:.1f},{top:.1f} V{bottom:.1f} H{right:.1f}"/>'
    yield _text((left + right) / 2, bottom + 42, "pages", "middle", "small")


def _guide(horizontal: Scale, vertical: Scale) -> Iterator[str]:
    """A dotted line of ten times the time for ten times the pages: what is parallel to it grows in proportion."""
    seconds = vertical.least * math.sqrt(10)
    share = min(horizontal.most / horizontal.least, vertical.most / seconds)
    x, y = horizontal.place(horizontal.least * share), vertical.place(seconds * share)
    start = vertical.place(seconds)
    yield f'<line class="guide" x1="{horizontal.start:.1f}" y1="{start:.1f}" x2="{x:.1f}" y2="{y:.1f}"/>'


def _line(series: Series, horizontal: Scale, vertical: Scale) -> Iterator[str]:
    places = [(horizontal.place(pages), vertical.place(seconds)) for pages, seconds in series.points]
    path = " L".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<path class="series {series.tool}" d="M{path}"/>'
    for x, y in places:
        yield f'<path class="mark {series.tool}" transform="translate({x:.1f} {y:.1f})" d="{SHAPES[series.tool]}"/>'


def _labels(panel: Panel, horizontal: Scale, vertical: Scale) -> Iterator[str]:
    """Every line's name beside its last point, moved down where two would touch."""
    ends = [(vertical.place(series.points[-1][1]), series) for series in panel.series]
    lowest = -math.inf
    for y, series in sorted(ends, key=lambda end: end[0]):
        pages, seconds = series.points[-1]
        lowest = max(y + 4, lowest + LABEL_HEIGHT)
        yield _text(horizontal.place(pages) + 12, lowest, f"{series.name} {_plain(seconds)} s", "start", "end")


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _plain(value: float) -> str:
    """Two digits that count: 0.012, 0.35, 4.1, 120."""
    digits = max(0, 1 - math.floor(math.log10(value)))
    return f"{value:,.{digits}f}"
