"""The fleet as one HTML file: how fresh each region is, who needs a call, which editions are in use.

The table of regions is the chart: bars for the eye, numbers for everybody.  Nothing runs, nothing is asked of others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import islice

from generator.fleet.judging import Fleet, Mirror, Region
from generator.fleet.telling import reasons, shown_name
from generator.fleet.words import STATE_WORDS
from generator.mirror.state_words import Telling
from generator.mirror.store import written_date
from generator.plain_page import plain_page

MOST_REGIONS, MOST_RELEASES, MOST_ROWS = 100, 40, 1_000
"""Rows of each table: a page of ten thousand mirrors stays light, and all of them are in the CSV."""
STYLE = """
:root{color-scheme:light dark;--p:#fbf8f1;--f:#fff;--t:#1a2325;--m:#4a5759;--l:#d8cfbb;--r:#07626b;
--s0:#1b7f79;--s1:#d99a00;--s2:#b3261e;--s3:#75396c;--s4:#8a9494;--s5:#3f4a4c}
@media(prefers-color-scheme:dark){
:root{--p:#12191b;--f:#1b2427;--t:#e8ebe6;--m:#b0bcbb;--l:#3a484b;--r:#74d2d0;
--s0:#4db8b0;--s1:#f0b93a;--s2:#ff8a80;--s3:#dda9da;--s4:#7b8889;--s5:#c9d2d1}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:70rem;padding:1rem;background:var(--p);color:var(--t);font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.7rem;line-height:1.2;margin:.4rem 0}h2{margin:2.2rem 0 .4rem;font-size:1.3rem}
p{max-width:46rem}small,.m{color:var(--m)}a{color:var(--r)}
:focus-visible{outline:3px solid var(--r);outline-offset:2px}
.k{display:flex;flex-wrap:wrap;gap:.5rem;padding:0;margin:1rem 0;list-style:none}
.k li{flex:1 1 7rem;padding:.5rem .8rem;background:var(--f);
border:1px solid var(--l);border-top:.35rem solid var(--c);border-radius:.4rem}
.k b{display:block;font-size:1.6rem;line-height:1.2;font-variant-numeric:tabular-nums}
.rola{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.95rem}
th,td{padding:.35rem .5rem;border-bottom:1px solid var(--l);text-align:left;vertical-align:top;overflow-wrap:anywhere}
thead th{vertical-align:bottom;border-bottom:2px solid var(--m);overflow-wrap:normal}
tbody th{font-weight:600;min-width:11rem}.r{width:45%}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:normal}
td.n{white-space:nowrap}td.z{color:var(--m)}
.b{display:flex;height:1rem;min-width:8rem;margin-top:.2rem;border-radius:.2rem;overflow:hidden;background:var(--l)}
.b i{display:block;background:var(--c);print-color-adjust:exact;-webkit-print-color-adjust:exact;
border-right:1px solid var(--p)}
.s0{--c:var(--s0)}.s1{--c:var(--s1)}.s2{--c:var(--s2)}.s3{--c:var(--s3)}.s4{--c:var(--s4)}.s5{--c:var(--s5)}
.b .s1,.q.s1{background:repeating-linear-gradient(135deg,var(--c) 0 4px,transparent 4px 6px) var(--f)}
.b .s2,.q.s2{background:repeating-linear-gradient(45deg,var(--c) 0 8px,var(--p) 8px 9px)}
.b .s5,.q.s5{background:repeating-linear-gradient(90deg,var(--c) 0 2px,transparent 2px 4px) var(--f)}
.q{display:block;width:1.2rem;height:.8rem;margin:0 0 .2rem auto;border-radius:.15rem;background:var(--c);
print-color-adjust:exact;-webkit-print-color-adjust:exact}
@media(max-width:40rem){
body{padding:.7rem}.c thead{display:none}.c tr{display:block;padding:.5rem 0;border-bottom:1px solid var(--l)}
.c th,.c td{display:block;padding:.1rem 0;border:0}.c td:empty{display:none}
.c td::before{content:attr(data-c) ": ";color:var(--m)}}
@media print{
:root{--p:#fff;--f:#fff;--t:#000;--m:#333;--l:#bbb}body{max-width:none;font-size:9.5pt;padding:0}
tr{break-inside:avoid}h2{break-after:avoid}.rola{overflow:visible}}
"""


def fleet_page(fleet: Fleet, telling: Telling) -> str:
    """The whole file."""
    _ = telling.translate
    title = _("The mirrors at a glance")
    when = _("As of {moment}.").format(moment=telling.moment(written_date(fleet.now.moment)))
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(when)} {escape(_clock_note(fleet, telling))}</p>",
        *_summary(fleet, telling),
        *_regions(fleet, telling),
        *_calls(fleet, telling),
        *_silent(fleet, telling),
        *_releases(fleet, telling),
        *_notes(fleet, telling),
    ]
    return plain_page(title, STYLE, body, language=telling.language)


def _clock_note(fleet: Fleet, telling: Telling) -> str:
    if not fleet.now.is_suspect:
        return ""
    return telling.translate("This computer's clock does not fit what the mirrors have seen; their dates are used.")


def _summary(fleet: Fleet, telling: Telling) -> Iterator[str]:
    yield '<ul class="k">'
    for number, (state, count) in enumerate(fleet.states.items()):
        name = escape(telling.translate(STATE_WORDS[state]))
        yield f'<li class="s{number}"><b>{telling.number(count)}</b>{name}</li>'
    yield "</ul>"


def _regions(fleet: Fleet, telling: Telling) -> Iterator[str]:
    _ = telling.translate
    regions = fleet.regions
    shown = regions
    if len(regions) > MOST_REGIONS:
        largest = sorted(regions, key=lambda one: -one.total)[:MOST_REGIONS]
        shown = tuple(one for one in regions if one in largest)
    heads = [
        f'<th scope="col" class="n"><span class="q s{number}"></span>{escape(_(words))}</th>'
        for number, words in enumerate(STATE_WORDS.values())
    ]
    yield _heading(_("By region"), "regioes")
    yield _explained(_("Mirrors of each region by how fresh they are"))
    yield '<div class="rola" tabindex="0"><table aria-labelledby="regioes">'
    region, total = escape(_("Region")), escape(_("Mirrors"))
    yield f'<thead><tr><th scope="col" class="r">{region}</th><th scope="col" class="n">{total}</th>'
    yield f"{''.join(heads)}</tr></thead>\n<tbody>"
    yield from (_region_row(one, telling) for one in shown)
    yield "</tbody></table></div>"
    yield _left_out(len(regions) - len(shown), telling)


def _region_row(region: Region, telling: Telling) -> str:
    name = escape(region.name or telling.translate("without a region"))
    bars = "".join(
        f'<i class="s{number}" style="width:{100 * count / region.total:.1f}%"></i>'
        for number, count in enumerate(region.states.values())
        if count
    )
    cells = "".join(
        f'<td class="n{"" if count else " z"}">{telling.number(count)}</td>' for count in region.states.values()
    )
    return (
        f'<tr><th scope="row"><bdi>{name}</bdi><span class="b" aria-hidden="true">{bars}</span></th>'
        f'<td class="n">{telling.number(region.total)}</td>{cells}</tr>'
    )


def _calls(fleet: Fleet, telling: Telling) -> Iterator[str]:
    _ = telling.translate
    calls = fleet.calls
    yield _heading(_("Who needs a call first"), "ligar")
    if not calls:
        yield _paragraph(_("Nobody."))
        return
    yield _explained(_("The longest without news come first"))
    heads = (_("Mirror"), _("Region"), _("Why"), _("Edition"))
    rows = ((shown_name(one), _region_of(one), reasons(one, telling), _edition(one, telling)) for one in calls)
    yield from _table("ligar", heads, rows)
    yield _left_out(len(calls) - MOST_ROWS, telling)


def _silent(fleet: Fleet, telling: Telling) -> Iterator[str]:
    _ = telling.translate
    silent = fleet.silent
    if not silent:
        return
    yield _heading(_("Without contact"), "sem-contato")
    yield _explained(_("No answer came now, or none that can be read; a box may simply be switched off"))
    heads = (_("Mirror"), _("Region"), _("Why"), _("Address or file"))
    rows = ((shown_name(one), _region_of(one), reasons(one, telling), one.source) for one in silent)
    yield from _table("sem-contato", heads, rows)
    yield _left_out(len(silent) - MOST_ROWS, telling)


def _releases(fleet: Fleet, telling: Telling) -> Iterator[str]:
    _ = telling.translate
    releases = [one for one in fleet.releases if one[1]]
    if not releases:
        return
    yield _heading(_("Editions in use"), "edicoes")
    yield _explained(_("The newest first"))
    heads = (_("Edition"), _("Catalogue"), _("Mirrors"))
    rows = ((telling.number(number), name, telling.number(count)) for name, number, count in releases[:MOST_RELEASES])
    yield from _table("edicoes", heads, rows)
    yield _left_out(len(releases) - MOST_RELEASES, telling)


def _notes(fleet: Fleet, telling: Telling) -> Iterator[str]:
    _ = telling.translate
    if fleet.repeated:
        yield _paragraph(
            _("Older statuses of the same mirrors, not counted: {count}.").format(count=telling.number(fleet.repeated))
        )
    if fleet.set_aside:
        yield _paragraph(
            _("Files that are no statuses of mirrors: {count}.").format(count=telling.number(fleet.set_aside))
        )
    note = _("What mirrors say of themselves is not signed. The pages that they serve were proven when they came.")
    yield _explained(note)


def _table(anchor: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table whose first column names the row; on phones each row is a paragraph, so the roles are said."""
    columns = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    yield f'<table class="c" role="table" aria-labelledby="{anchor}"><thead><tr>{columns}</tr></thead><tbody>'
    for row in islice(rows, MOST_ROWS):
        first, *others = (f"<bdi>{escape(cell)}</bdi>" if cell else "" for cell in row)
        cells = "".join(
            f'<td role="cell" data-c="{escape(head)}">{cell}</td>' for head, cell in zip(heads[1:], others, strict=True)
        )
        yield f'<tr role="row"><th scope="row" role="rowheader">{first}</th>{cells}</tr>'
    yield "</tbody></table>"


def _left_out(count: int, telling: Telling) -> str:
    if count <= 0:
        return ""
    sentence = telling.translate("And {count} more: all of them are in the table that --csv writes.")
    return _paragraph(sentence.format(count=telling.number(count)))


def _heading(text: str, anchor: str) -> str:
    return f'<h2 id="{anchor}">{escape(text)}</h2>'


def _explained(text: str) -> str:
    return f'<p class="m">{escape(text)}</p>'


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _region_of(mirror: Mirror) -> str:
    return mirror.report.region if mirror.report else ""


def _edition(mirror: Mirror, telling: Telling) -> str:
    return telling.number(mirror.report.release) if mirror.report and mirror.report.release else "—"
