"""`canoa fleet`: many mirrors at a glance."""

from __future__ import annotations

import argparse
import gettext
import os
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from generator.cli.arguments import add_manners, whole_number
from generator.cli.console import DONE, WRONG_USE, CommandError, importing, progress, shown_folder, tell

if TYPE_CHECKING:
    from generator.cli.arguments import Subparsers
    from generator.cli.console import Listener
    from generator.fleet.judging import Fleet, Mirror, Seen
    from generator.fleet.notes import Notes, NotesFile
    from generator.mirror.state_words import Telling

SHOWN = 20
STANDARD_OUTPUT = Path("-")


def add(commands: Subparsers) -> None:
    """The command of this group."""
    _ = gettext.gettext
    help_text = _("Show how many mirrors are, and who needs a call first.")
    parser = commands.add_parser("fleet", help=help_text, description=help_text)
    parser.add_argument(
        "sources",
        nargs="+",
        metavar=_("SOURCE"),
        help=_("addresses of mirrors, lists of addresses, folders with files espelho.json, or such files"),
    )
    for name, text in (
        ("--page", _("write an HTML page that opens anywhere")),
        ("--csv", _("write all mirrors as a table for spreadsheets")),
        ("--json", _("write all mirrors for programs; “-” shows it")),
    ):
        parser.add_argument(name, type=Path, metavar=_("FILE"), help=text)
    parser.add_argument(
        "--notes",
        type=Path,
        metavar=_("FILE"),
        help=_("keep what was seen: an interrupted look goes on, and the next one sees who went back"),
    )
    parser.add_argument("--all", action="store_true", help=_("list all mirrors, not only the first of those in need"))
    parser.add_argument(
        "--at-once", type=whole_number, default=64, metavar=_("NUMBER"), help=_("mirrors asked at a time (default: 64)")
    )
    parser.add_argument(
        "--timeout",
        type=whole_number,
        default=20,
        metavar=_("SECONDS"),
        help=_("how long one mirror may take (default: 20)"),
    )
    add_manners(parser)
    parser.set_defaults(run=fleet)


def fleet(options: argparse.Namespace) -> int:
    """`canoa fleet`: look, judge, show."""
    _ = gettext.gettext
    with importing(_("Mirrors need {library}: pip install 'canoa[mirror]'.")):
        from generator.fleet.judging import judge
        from generator.fleet.sources import SourceError, find_sources
        from generator.mirror.state_words import Telling
    try:
        addresses, files = find_sources(options.sources)
    except SourceError as error:
        raise CommandError(_source_sentence(error), WRONG_USE) from None
    seen, notes = _look(options, addresses, files)
    clock = datetime.now(timezone.utc).replace(microsecond=0)
    found = judge(seen, clock, notes.earlier, notes.peaks.values())
    telling = Telling(_, os.environ["LANGUAGE"].replace("_", "-"))
    _write(options, found, telling)
    if options.json != STANDARD_OUTPUT and options.csv != STANDARD_OUTPUT:
        _show(found, telling, everything=options.all)
    return DONE


def _look(options: argparse.Namespace, addresses: tuple[str, ...], files: tuple[Path, ...]) -> tuple[list[Seen], Notes]:
    """What is seen now, and what was seen before."""
    from generator.fleet.judging import Seen
    from generator.fleet.notes import Notes

    seen = [_read(file) for file in files]
    notes = _open_notes(options.notes)
    try:
        with progress(options) as listener:
            known = notes.notes.now if notes else {}
            seen += [Seen(address, known[address]) for address in addresses if address in known]
            seen += _ask(options, [one for one in addresses if one not in known], notes, listener)
        if notes:
            notes.finish()
    finally:
        if notes:
            notes.close()
    return seen, notes.notes if notes else Notes()


def _ask(options: argparse.Namespace, addresses: list[str], notes: NotesFile | None, listener: Listener) -> list[Seen]:
    from generator.fleet.asking import Asked, ask_all
    from generator.fleet.judging import Seen

    seen: list[Seen] = []

    def told(asked: Asked) -> None:
        seen.append(Seen(asked.address, asked.content, asked.trouble))
        if notes:
            notes.add(asked)
        listener("ask", len(seen), len(addresses))

    ask_all(addresses, told, at_once=options.at_once, seconds=options.timeout)
    return seen


def _open_notes(file: Path | None) -> NotesFile | None:
    from generator.fleet.notes import NotesError, NotesFile

    _ = gettext.gettext
    if file is None:
        return None
    try:
        notes = NotesFile(file)
    except NotesError as error:
        sentence = _("{file} holds something else. Choose another file for --notes.")
        raise CommandError(sentence.format(file=error.file), WRONG_USE) from None
    if notes.is_resumed:
        sentence = _("Going on with the look that was interrupted: {count} mirrors had answered.")
        tell(sentence.format(count=len(notes.notes.now)))
    return notes


def _read(file: Path) -> Seen:
    from generator.fleet.judging import Seen
    from generator.fleet.sources import read_file

    try:
        return Seen(str(file), read_file(file))
    except OSError:
        return Seen(str(file), trouble="no-file")


def _write(options: argparse.Namespace, found: Fleet, telling: Telling) -> None:
    from generator.fleet.page import fleet_page
    from generator.fleet.telling import as_csv, as_json
    from generator.release.durable_files import write_durably

    for file, render in ((options.page, fleet_page), (options.csv, as_csv), (options.json, as_json)):
        if file == STANDARD_OUTPUT:
            sys.stdout.write(render(found, telling))
        elif file is not None:
            write_durably(file, render(found, telling).encode("utf-8", "replace"))
            tell(telling.translate("Written: {file}").format(file=shown_folder(file)))


def _show(found: Fleet, telling: Telling, *, everything: bool) -> None:
    """The summary, and a table of those in need, or of all."""
    from rich.console import Console
    from rich.table import Table

    from generator.fleet.telling import reasons, shown_name
    from generator.fleet.words import STATE_WORDS

    _ = telling.translate
    console = Console(highlight=False)
    counts = (f"{telling.number(count)} {_(STATE_WORDS[state])}" for state, count in found.states.items() if count)
    sentence = telling.ngettext("{count} mirror: {states}.", "{count} mirrors: {states}.", len(found.mirrors))
    summary = sentence.format(count=telling.number(len(found.mirrors)), states=", ".join(counts) or "—")
    console.print(summary, markup=False)
    listed: tuple[Mirror, ...] = found.mirrors if everything else (*found.calls, *found.silent)
    if not listed:
        return
    table = Table(_("Mirror"), _("Region"), _("State"), _("Edition"), _("Why"), box=None, pad_edge=False)
    for one in listed if everything else listed[:SHOWN]:
        report = one.report
        cells = (
            shown_name(one),
            report.region if report else "",
            _(STATE_WORDS[one.state]),
            telling.number(report.release) if report else "",
            reasons(one, telling),
        )
        table.add_row(*(_plain(cell) for cell in cells))
    console.print(table)
    if not everything and len(listed) > SHOWN:
        sentence = _("And {count} more that need a call: --all lists them, --csv and --page write them.")
        console.print(sentence.format(count=telling.number(len(listed) - SHOWN)), markup=False)


def _plain(text: str) -> str:
    """For rich, which takes brackets for colours."""
    from rich.markup import escape

    return escape(text)


def _source_sentence(error: Exception) -> str:
    from generator.fleet.sources import SourceError

    _ = gettext.gettext
    assert isinstance(error, SourceError)  # noqa: S101  # the caller caught it
    sentences = {
        "no-place": _("There is no folder or file {place}."),
        "no-address": _("{place}: an address such as http://192.168.0.10/ is expected."),
        "list-too-long": _("{place} has more addresses than can be asked."),
    }
    place = f"{error.place}:{error.line}" if error.line else error.place
    return sentences[error.kind].format(place=place)
