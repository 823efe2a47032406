"""`canoa collect`: exported records of learners become tables and a report."""

from __future__ import annotations

import argparse
import gettext
import os
from pathlib import Path
from typing import TYPE_CHECKING

from generator.cli.arguments import add_manners, whole_number
from generator.cli.console import (
    CONTENT_ERRORS,
    DONE,
    WRONG_USE,
    CommandError,
    open_console,
    progress,
    shown_number,
    tell,
)

if TYPE_CHECKING:
    from generator.cli.arguments import Subparsers
    from generator.collect.collecting import Collected

SHOWN_REFUSALS = 20


def add(commands: Subparsers) -> None:
    """The command of this group."""
    _ = gettext.gettext
    parser = commands.add_parser(
        "collect",
        help=_("Join exported records of learners into tables and a report."),
        description=_("Join exported records of learners into tables and a report. Without names by default."),
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar=_("FOLDER"), help=_("where the exported files are"))
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar=_("FOLDER"), help=_("where tables and report go")
    )
    parser.add_argument(
        "--k",
        type=whole_number,
        default=5,
        metavar=_("NUMBER"),
        help=_("numbers of fewer people are not shown (default: 5)"),
    )
    parser.add_argument("--with-names", action="store_true", help=_("write names, ids and dates into the tables"))
    parser.add_argument(
        "--with-texts", action="store_true", help=_("write what people wrote in their own words into the tables")
    )
    parser.add_argument("--site", type=Path, metavar=_("FOLDER"), help=_("a built site, for the titles of its courses"))
    parser.add_argument("--strict", action="store_true", help=_("a file that was set aside counts as an error"))
    parser.add_argument(
        "-j",
        "--workers",
        type=whole_number,
        default=0,
        metavar=_("NUMBER"),
        help=_("processes that read files (default: one per core)"),
    )
    add_manners(parser)
    parser.set_defaults(run=collect)


def collect(options: argparse.Namespace) -> int:
    """`canoa collect`: exported records become tables and a report."""
    from generator.collect.collecting import ChangedMeanwhileError, Request
    from generator.collect.collecting import collect as collect_records
    from generator.collect.extracting import Choices

    _ = gettext.gettext
    for folder in (*options.folders, *([options.site] if options.site else [])):
        if not folder.exists():
            raise CommandError(_("There is no folder {folder}.").format(folder=folder), WRONG_USE)
    with progress(options) as listener:
        request = Request(
            folders=tuple(options.folders),
            out=options.output,
            translate=_,
            language=os.environ["LANGUAGE"],
            k=options.k,
            choices=Choices(names=options.with_names, texts=options.with_texts),
            site=options.site,
            workers=options.workers,
            listener=listener,
        )
        try:
            collected = collect_records(request)
        except ChangedMeanwhileError as error:
            sentence = _("{file} was changed while it was read. Nothing was written: run the command again.")
            raise CommandError(sentence.format(file=error.name)) from None
    _show_collected(collected, options.output)
    failed = not collected.written or (options.strict and collected.refused)
    return CONTENT_ERRORS if failed else DONE


def _show_collected(collected: Collected, out: Path) -> None:
    """What was done, and every file that was set aside, up to what fits on a screen."""
    _ = gettext.gettext
    console = open_console()
    for (_path, name), refusal in collected.refused[:SHOWN_REFUSALS]:
        console.print(name, style="bold", markup=False)
        console.print(f"    {refusal.message(_)}", markup=False)
        console.print(f"    → {refusal.cure(_)}", style="green", markup=False)
    counts = collected.counts
    if counts.refused > SHOWN_REFUSALS:
        sentence = _("… and {count} more: see {file}.")
        tell(sentence.format(count=shown_number(counts.refused - SHOWN_REFUSALS), file=out / "recusados.csv"))
    sentence = _(
        "People: {people} · files found: {files}; read: {accepted}; duplicates: {duplicates}; set aside: {refused}; "
        "xAPI, left out: {statements}"
    )
    numbers = {name: shown_number(value) for name, value in counts._asdict().items()}
    tell(sentence.format(**numbers))
    if counts.refused:
        sentence = _("The files that were set aside are untouched; copies are in {folder}, reasons in {table}.")
        tell(sentence.format(folder=out / "recusados", table=out / "recusados.csv"))
    if collected.written:
        tell(_("The report: {file}").format(file=out / "relatorio.html"))
    else:
        tell(_("There was no record that could be used: no tables and no report were written."))
