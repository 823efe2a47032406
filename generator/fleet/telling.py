"""A mirror of the fleet in words: why it needs a call, and its row of the table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime

from generator.fleet.asking import host_of
from generator.fleet.judging import NO_CONTACT, Fleet, Mirror
from generator.fleet.words import STATE_WORDS, TROUBLES, WARNINGS
from generator.mirror.state_words import Telling
from generator.mirror.store import written_date

FORMULA = ("=", "+", "-", "@")
"""Beginnings that spreadsheets take for formulas."""
COLUMNS = (
    *("id", "nome", "regiao", "estado", "motivo", "catalogo", "edicao", "confirmada", "dias", "contato", "atualizada"),
    *("partes", "cursos", "bytes", "programa", "recebe_de", "problema", "fonte"),
)
"""Of the CSV: names without accents, for any program."""


def shown_name(mirror: Mirror) -> str:
    """What people call it: its name, else its address or file."""
    if mirror.report and mirror.report.name:
        return mirror.report.name
    return host_of(mirror.source) if "://" in mirror.source else mirror.source


def reasons(mirror: Mirror, telling: Telling) -> str:
    """Why somebody should look after it, or how it is."""
    return "; ".join(_reasons(mirror, telling))


def _reasons(mirror: Mirror, telling: Telling) -> Iterator[str]:
    _ = telling.translate
    for kind, values in mirror.warnings.items():
        yield _(WARNINGS[kind]).format(**values)
    if mirror.trouble:
        yield _(TROUBLES.get(mirror.trouble, "")) or mirror.trouble
    if mirror.state == "vazio":
        yield _("never received an edition")
    if mirror.state == "relogio-suspeito" and "from-the-future" not in mirror.warnings:
        yield _("its clock is wrong")
    if mirror.days is not None and mirror.state in ("vencido", "atrasado", NO_CONTACT):
        sentence = telling.ngettext("last confirmed {count} day ago", "last confirmed {count} days ago", mirror.days)
        yield sentence.format(count=telling.number(mirror.days))
    if mirror.report and mirror.report.error and not mirror.trouble:
        yield telling.trouble(mirror.report.error)


def as_csv(fleet: Fleet, telling: Telling) -> str:
    """One line for each mirror, who needs a call first."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(one, telling) for one in fleet.mirrors)
    return "\ufeff" + out.getvalue()


def _row(mirror: Mirror, telling: Telling) -> list[str]:
    report = mirror.report
    beginning = [report.id, report.name, report.region] if report else ["", "", ""]
    middle = [telling.translate(STATE_WORDS[mirror.state]), reasons(mirror, telling)]
    if report is None:
        end = [""] * (len(COLUMNS) - len(beginning) - len(middle) - 1)
    else:
        end = [
            report.catalogue,
            str(report.release),
            _day(report.signed_at),
            "" if mirror.days is None else str(mirror.days),
            written_date(report.checked_at),
            written_date(report.synced_at),
            " ".join(report.layers),
            " ".join(report.courses),
            str(report.bytes),
            report.software,
            report.upstream,
            report.error,
        ]
    return [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in (*beginning, *middle, *end, mirror.source)]


def as_json(fleet: Fleet, telling: Telling) -> str:
    """The same for programs."""
    values = {
        "format": "canoa-fleet-table",
        "version": 1,
        "now": written_date(fleet.now.moment),
        "clock_is_suspect": fleet.now.is_suspect,
        "states": fleet.states,
        "regions": [{"name": one.name, "states": one.states} for one in fleet.regions],
        "releases": [{"catalogue": name, "release": number, "mirrors": n} for name, number, n in fleet.releases],
        "repeated": fleet.repeated,
        "set_aside": fleet.set_aside,
        "mirrors": [_as_value(one, telling) for one in fleet.mirrors],
    }
    return json.dumps(values, ensure_ascii=False, indent=1) + "\n"


def _as_value(mirror: Mirror, telling: Telling) -> dict[str, object]:
    report = mirror.report
    value: dict[str, object] = {
        "source": mirror.source,
        "state": mirror.state,
        "trouble": mirror.trouble,
        "warnings": dict(mirror.warnings),
        "reason": reasons(mirror, telling),
        "days": mirror.days,
    }
    if report:
        for key in report.__dataclass_fields__:
            found = getattr(report, key)
            is_date = isinstance(found, datetime) or key.endswith(("_at", "_expires"))
            value["said" if key == "state" else key] = written_date(found) if is_date else found
    return value


def _day(date: datetime | None) -> str:
    return date.date().isoformat() if date else ""
