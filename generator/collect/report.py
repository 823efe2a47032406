"""The report: one HTML file that holds all it needs, runs nothing and asks nobody for anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from generator.collect.cells import Cell, Chart, Pair, Section, Translate, Writer
from generator.language import closest_language
from generator.plain_page import plain_page

STYLE = """
:root{color-scheme:light dark;--f:#fff;--t:#1b2427;--m:#54636a;--l:#cfd9dd;--b:#0b6e74;--c:#a8570c;--s:#f1f6f7}
@media(prefers-color-scheme:dark){:root{--f:#12191b;--t:#e6eef0;--m:#9fb0b6;--l:#34444a;--b:#4db8be;--c:#e8a45c;--s:#1a2427}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;background:var(--f);color:var(--t)}
h1{font-size:1.7rem;line-height:1.2}h2{margin-top:2.5rem;border-bottom:2px solid var(--b)}
p{max-width:44rem}.nota,figcaption{color:var(--m);font-size:.9rem}
a{color:var(--b)}:focus-visible{outline:3px solid var(--c);outline-offset:2px}
nav ul{columns:16rem;padding-left:1.2rem}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.5rem}
dl div{background:var(--s);padding:.5rem .75rem;border-radius:.4rem}
dt{color:var(--m);font-size:.9rem}dd{margin:0;font-size:1.6rem;font-weight:600}
.rola{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;width:100%}
caption{text-align:left;font-weight:600;padding:.3rem 0}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--l);text-align:left;vertical-align:top;overflow-wrap:break-word}
thead th{border-bottom-color:var(--m);vertical-align:bottom}thead .n{white-space:normal}
tbody th{font-weight:400;min-width:8rem}.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.v{display:block;height:.35rem;margin-top:.2rem;min-width:5rem;background:var(--l);border-radius:.2rem}
.v span{display:block;height:100%;background:var(--b);border-radius:.2rem;print-color-adjust:exact}
figure{margin:1rem 0}svg{width:100%;height:auto;max-width:34rem}
svg text{fill:var(--t);font:12px system-ui,sans-serif}.e{stroke:var(--l)}.g{stroke:var(--m);stroke-width:2}
.a{fill:var(--f);stroke:var(--c);stroke-width:2.5}.d{fill:var(--b)}
@media print{
body{max-width:none;padding:0;font-size:10pt}nav{display:none}h2{break-after:avoid}
tr,figure{break-inside:avoid}.rola{overflow:visible}
}
"""
LONGEST_LABEL = 160
LABELS, PLOT, LINE, TOP = 44, 300, 26, 26
"""Measures of the picture: room for the item's number, width of the scale, height of a line, room for the scale."""


class Counts(NamedTuple):
    """What became of the files."""

    files: int
    accepted: int
    duplicates: int
    refused: int
    statements: int
    people: int


def render(counts: Counts, sections: Sequence[Section], translate: Translate, *, language: str, k: int) -> str:
    """The whole file."""
    _ = translate
    title = _("Records of learners")
    body = [
        f"<h1>{escape(title)}</h1>",
        *_overview(counts, Writer(translate, k), k),
        *_contents(sections, translate),
        *(text for section in sections for text in _section(section, translate)),
    ]
    return plain_page(title, STYLE, body, language=closest_language(language))


def _overview(counts: Counts, write: Writer, k: int) -> Iterator[str]:
    _ = write.translate
    shown = (
        (_("People"), write.count(counts.people).text),
        (_("Files found"), write.number(counts.files)),
        (_("Records read"), write.number(counts.accepted)),
        (_("Duplicates left out"), write.number(counts.duplicates)),
        (_("Files set aside"), write.number(counts.refused)),
        (_("xAPI files left out"), write.number(counts.statements)),
    )
    yield "<dl>"
    yield from (f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in shown)
    yield "</dl>"
    if k > 1:
        text = _(
            "So that nobody can be recognised, numbers of fewer than {k} people are not shown. An asterisk (*) stands "
            "for a number that is withheld, also one from which a withheld one would follow; “< {k}” says that there "
            "are few, “>” that nearly everybody is meant."
        )
        yield _paragraph(text.format(k=k))
    if counts.refused:
        text = _("Files that could not be used are named in recusados.csv, with the reason and what helps.")
        yield _paragraph(text)


def _contents(sections: Iterable[Section], translate: Translate) -> Iterator[str]:
    links = [f'<li><a href="#{one.id}">{escape(_cut(one.title))}</a></li>' for one in sections]
    if not links:
        yield _paragraph(translate("There is nothing to show yet."))
        return
    label = escape(translate("Contents"))
    yield f'<nav aria-label="{label}"><ul>{"".join(links)}</ul></nav>'


def _section(section: Section, translate: Translate) -> Iterator[str]:
    yield f'<section aria-labelledby="{section.id}">\n<h2 id="{section.id}">{escape(_cut(section.title))}</h2>'
    yield _paragraph(section.intro)
    for chart in section.charts:
        if chart.rows:
            yield from _table(chart)
            if chart.pairs:
                yield _picture(chart, translate)
        yield from (_paragraph(note, "nota") for note in chart.notes)
    yield "</section>"


def _table(chart: Chart) -> Iterator[str]:
    caption = f"tabela-{chart.id}"
    yield f'<div class="rola" role="region" tabindex="0" aria-labelledby="{caption}"><table>'
    yield f'<caption id="{caption}">{escape(chart.title)}</caption>'
    names = chart.lead
    heads = (
        f'<th scope="col"{"" if place < names else " class=n"}>{escape(_cut(head))}</th>'
        for place, head in enumerate(chart.head)
    )
    yield f"<thead><tr>{''.join(heads)}</tr></thead>\n<tbody>"
    for number, row in enumerate(chart.rows, 1):
        lead = f"{number}. " if chart.pairs else ""
        yield "<tr>" + "".join(_cell(cell, place, names, lead) for place, cell in enumerate(row)) + "</tr>"
    yield "</tbody></table></div>"


def _cell(cell: Cell, place: int, names: int, lead: str) -> str:
    text = escape(_cut(cell.text))
    if place == 0:
        return f'<th scope="row">{lead}{text}</th>'
    if place < names:
        return f"<td>{text}</td>"
    bar = "" if cell.bar is None else f'<span class="v"><span style="width:{_percent(cell.bar)}%"></span></span>'
    return f'<td class="n">{text}{bar}</td>'


def _percent(share: float) -> str:
    return f"{min(max(share, 0.0), 1.0) * 100:.1f}".rstrip("0").rstrip(".")


def _paragraph(text: str, kind: str = "") -> str:
    return f"<p{f' class={kind}' if kind else ''}>{escape(text)}</p>"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"


# --- before and after ---------------------------------------------------------------------------------------------


def _picture(chart: Chart, translate: Translate) -> str:
    """A line per item: a ring at the mean before, a dot at the mean after.  The table above has the numbers."""
    _ = translate
    low, high = _scale([value for pair in chart.pairs for value in (pair.low, pair.high)])
    height = TOP + LINE * len(chart.pairs) + 6
    title = _("Means before (ring) and after (dot); the numbers are in the table above.")
    lines = [f'<svg viewBox="0 0 {LABELS + PLOT + 24} {height}" role="img" aria-label="{escape(title)}">']
    steps = _ticks(low, high)
    for step in steps:
        x = _x(step, low, high)
        lines.append(f'<line class="e" x1="{x}" x2="{x}" y1="{TOP - 8}" y2="{height}"/>')
        lines.append(f'<text x="{x}" y="13" text-anchor="middle">{step}</text>')
    for row, pair in enumerate(chart.pairs):
        lines.append(_pair(pair, TOP + LINE * row + LINE // 2, low, high))
    return f"<figure>{''.join(lines)}</svg><figcaption>{escape(title)}</figcaption></figure>"


def _pair(pair: Pair, y: int, low: int, high: int) -> str:
    before, after = _x(pair.before, low, high), _x(pair.after, low, high)
    return (
        f'<text x="{LABELS - 16}" y="{y + 5}" text-anchor="end">{pair.number}</text>'
        f'<line class="g" x1="{before}" x2="{after}" y1="{y}" y2="{y}"/>'
        f'<circle class="a" cx="{before}" cy="{y}" r="6"/><circle class="d" cx="{after}" cy="{y}" r="5"/>'
    )


def _scale(values: Sequence[float]) -> tuple[int, int]:
    low, high = int(min(values) // 1), int(-(-max(values) // 1))
    return (low, high) if high > low else (low, low + 1)


def _ticks(low: int, high: int) -> range:
    return range(low, high + 1, max(1, (high - low) // 10))


def _x(value: float, low: int, high: int) -> str:
    return f"{LABELS + (value - low) / (high - low) * PLOT:.1f}"
