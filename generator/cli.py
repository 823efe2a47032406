"""The command `canoa`: the only place that prints and exits; what a command needs is imported when it runs.

Exit codes: 0 done; 1 the content has errors (with --strict, warnings too); 2 wrong use of the command;
3 the computer refused (disk full, no permission, port taken); 130 interrupted.
"""

from __future__ import annotations

import argparse
import gc
import gettext
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from generator import __version__
from generator.language import CATALOGUES, DEFAULT_LANGUAGE, DOMAIN, closest_language
from generator.problem_kinds import N_

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from generator.collect.collecting import Collected
    from generator.problems import Count, Problem
    from generator.site.build import BuildReport
    from generator.site.configuration import SiteConfiguration
    from generator.site.progress import Listener
    from generator.site.workshop import Workshop

DONE, CONTENT_ERRORS, WRONG_USE, REFUSED, INTERRUPTED = 0, 1, 2, 3, 130
COLLECTOR = (50_000, 20, 50)
"""Thresholds of the garbage collector: with Python's own it goes through ten thousand pages again and again, a quarter
of the time of a build with little to do."""
SECONDS_BETWEEN_DRAWINGS = 0.1
LANGUAGE_VARIABLE = "CANOA_LANG"
SHOWN_REFUSALS = 20
FORMATS = ("text", "json", "github")

ARGPARSE_WORDS = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("show this help message and exit"),
    N_("show program's version number and exit"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("unrecognized arguments: %s"),
    N_("the following arguments are required: %s"),
    N_("expected one argument"),
    N_("ignored explicit argument %r"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid %(type)s value: %(value)r"),
)
"""What argparse itself says (Python 3.10 to 3.13), so that our catalogues hold it."""


class CommandError(Exception):
    """Ends the command with a sentence for people and an exit code."""

    def __init__(self, message: str, code: int = REFUSED) -> None:
        super().__init__(message)
        self.code = code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    written = list(sys.argv[1:] if arguments is None else arguments)
    _speak(_language_of(written))
    options = _parser().parse_args(written)
    if not options.run:
        _parser().print_help()
        return WRONG_USE
    return _run(options)


def _run(options: argparse.Namespace) -> int:
    """Run the chosen command; a traceback is for developers, a sentence for everybody else."""
    gc.set_threshold(*COLLECTOR)
    _ = gettext.gettext
    if options.debug:
        import logging

        logging.basicConfig(level=logging.WARNING)
        logging.getLogger("canoa").setLevel(logging.DEBUG)
    try:
        return int(options.run(options))
    except CommandError as error:
        print(error, file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        print(_("Interrupted. Nothing is lost: run the command again."), file=sys.stderr, flush=True)
        os._exit(INTERRUPTED)  # Python 3.10 would wait for ever for the queue of workers that are gone
    except Exception as error:
        if options.debug:
            raise
        if isinstance(error, OSError):
            print(_("The computer refused: {reason}").format(reason=error), file=sys.stderr)
            return REFUSED
        sentence = _("Canoa itself failed ({reason}). Please report it, with what “--debug” prints.")
        print(sentence.format(reason=f"{type(error).__name__}: {error}"), file=sys.stderr)
        return REFUSED


# --- the reader's language ----------------------------------------------------------------------------------------


def _language_of(arguments: Sequence[str]) -> str:
    """`--lang`, else the variable CANOA_LANG, else Portuguese: the authors' language, whatever the computer speaks."""
    for position, argument in enumerate(arguments):
        if argument == "--lang" and position + 1 < len(arguments):
            return closest_language(arguments[position + 1])
        if argument.startswith("--lang="):
            return closest_language(argument.partition("=")[2])
    return closest_language(os.environ.get(LANGUAGE_VARIABLE) or DEFAULT_LANGUAGE)


def _speak(language: str) -> None:
    """Choose the catalogue for this process; argparse reads its own words from the same place."""
    os.environ["LANGUAGE"] = language.replace("-", "_")
    gettext.bindtextdomain(DOMAIN, str(CATALOGUES))
    gettext.textdomain(DOMAIN)


# --- commands -----------------------------------------------------------------------------------------------------


def build(options: argparse.Namespace) -> int:
    """`canoa build`: write the site."""
    from generator.site.build import build_site

    configuration, found = _configuration(options)
    strict = options.strict or configuration.strict
    with _workshop(options, configuration) as workshop, _progress(options) as listener:
        report = build_site(
            configuration, listener=listener, keep_going=options.keep_going, strict=strict, workshop=workshop
        )
    problems = (*found, *report.problems)
    _show_problems(problems, options.format)
    if options.format != "json":
        _show_report(report)
    return _exit_code(problems, strict=strict)


def check(options: argparse.Namespace) -> int:
    """`canoa check`: say what is wrong with the content, write nothing."""
    from generator.problems import count
    from generator.site.build import check_site

    configuration, found = _configuration(options)
    with _workshop(options, configuration) as workshop, _progress(options) as listener:
        problems = (*found, *check_site(configuration, listener, workshop=workshop))
    _show_problems(problems, options.format)
    if options.format == "text":
        _say(_counted(count(problems)))
    return _exit_code(problems, strict=options.strict or configuration.strict)


def clean(options: argparse.Namespace) -> int:
    """`canoa clean`: remove what builds keep for later builds."""
    from generator.site.cache import clean as clean_cache

    configuration, _found = _configuration(options)
    freed = clean_cache(configuration.cache_dir) if configuration.cache_dir else 0
    _ = gettext.gettext
    _say(_("{size} freed: {folder}").format(size=_size(freed), folder=_shown_folder(configuration.cache_dir)))
    return DONE


def serve(options: argparse.Namespace) -> int:
    """`canoa serve`: build, show in the browser, rebuild on save."""
    from generator.site.serve import AddressTakenError, Server
    from generator.site.workshop import Workshop

    configuration, found = _configuration(options)
    _show_problems(found, "text")
    _ = gettext.gettext

    def after_build(report: BuildReport) -> None:
        _show_problems(report.problems, "text")
        _show_report(report)

    with Workshop.open(configuration, remember=True) as workshop:
        try:
            with _progress(options) as listener:
                server = Server(
                    configuration, options.host, options.port, after_build, gettext.gettext, workshop, listener
                )
        except AddressTakenError as error:
            sentence = _("Port {port} is taken: choose another with --port.")
            raise CommandError(sentence.format(port=error.port)) from None
        with server:
            _say(_("The site is at {address} — press Ctrl+C to stop.").format(address=server.address))
            if options.open:
                import webbrowser

                webbrowser.open(server.address)
            try:
                server.watch()
            except KeyboardInterrupt:
                _say(_("Stopped."))
    return DONE


def format_content(options: argparse.Namespace) -> int:
    """`canoa fmt`: rewrite what a machine writes better."""
    from generator.site.identifiers import write_block_ids

    if not options.ids:
        raise CommandError(gettext.gettext("Say what to write: --ids"), WRONG_USE)
    configuration, found = _configuration(options)
    changes, problems = write_block_ids(configuration)
    _show_problems((*found, *problems), "text")
    for change in changes:
        _say(f"{change.path}:{change.line}: id: {change.id}")
    _say(gettext.ngettext("{count} id written.", "{count} ids written.", len(changes)).format(count=len(changes)))
    return _exit_code(problems, strict=False)


def collect(options: argparse.Namespace) -> int:
    """`canoa collect`: exported records become tables and a report."""
    from generator.collect.collecting import ChangedMeanwhileError, Request
    from generator.collect.collecting import collect as collect_records
    from generator.collect.extracting import Choices

    _ = gettext.gettext
    for folder in (*options.folders, *([options.site] if options.site else [])):
        if not folder.exists():
            raise CommandError(_("There is no folder {folder}.").format(folder=folder), WRONG_USE)
    with _progress(options) as listener:
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
    console = _console()
    for (_path, name), refusal in collected.refused[:SHOWN_REFUSALS]:
        console.print(name, style="bold", markup=False)
        console.print(f"    {refusal.message(_)}", markup=False)
        console.print(f"    → {refusal.cure(_)}", style="green", markup=False)
    counts = collected.counts
    if counts.refused > SHOWN_REFUSALS:
        sentence = _("… and {count} more: see {file}.")
        _say(sentence.format(count=_number(counts.refused - SHOWN_REFUSALS), file=out / "recusados.csv"))
    sentence = _(
        "People: {people} · files found: {files}; read: {accepted}; duplicates: {duplicates}; set aside: {refused}; "
        "xAPI, left out: {statements}"
    )
    numbers = {name: _number(value) for name, value in counts._asdict().items()}
    _say(sentence.format(**numbers))
    if counts.refused:
        sentence = _("The files that were set aside are untouched; copies are in {folder}, reasons in {table}.")
        _say(sentence.format(folder=out / "recusados", table=out / "recusados.csv"))
    if collected.written:
        _say(_("The report: {file}").format(file=out / "relatorio.html"))
    else:
        _say(_("There was no record that could be used: no tables and no report were written."))


# --- what commands share ------------------------------------------------------------------------------------------


def _configuration(options: argparse.Namespace) -> tuple[SiteConfiguration, tuple[Problem, ...]]:
    """Read `mkdocs.yml`: the configuration and its warnings; an error in it ends the command."""
    from generator.problems import problem
    from generator.site.configuration import find_configuration, read_configuration

    file = options.file or find_configuration(Path.cwd())
    if file is None:
        found: tuple[Problem, ...] = (problem("mkdocs.yml", 0, "configuration-missing"),)
        configuration = None
    else:
        read = read_configuration(file)
        found, configuration = read.problems, read.configuration
    if configuration is None or any(one.is_error for one in found):
        _show_problems(found, getattr(options, "format", "text"))
        raise SystemExit(CONTENT_ERRORS)
    if getattr(options, "site_dir", None):
        from dataclasses import replace

        configuration = replace(configuration, site_dir=options.site_dir.resolve())
    return configuration, found


@contextmanager
def _workshop(options: argparse.Namespace, configuration: SiteConfiguration) -> Iterator[Workshop]:
    """The cache and the workers that the options ask for."""
    from generator.site.workers import WorkersDifferError
    from generator.site.workshop import Workshop

    _ = gettext.gettext
    try:
        with _executor(options.executor) as (executor, slots):
            count = slots or options.workers or 0
            with Workshop.open(configuration, workers=count, executor=executor, use_cache=options.cache) as workshop:
                yield workshop
    except WorkersDifferError:
        sentence = _(
            "The workers at {address} would make other pages: they need this version of Canoa and its libraries, and "
            "must see {folder} under the same path."
        )
        raise CommandError(sentence.format(address=options.executor, folder=configuration.docs_dir)) from None


@contextmanager
def _executor(address: str | None) -> Iterator[tuple[Executor | None, int]]:
    """Where the work is sent, and how many batches fit there; nowhere by default."""
    if address is None:
        yield None, 0
        return
    from generator.site.executors import ExecutorUnavailableError, open_executor

    try:
        with open_executor(address) as found:
            yield found
    except ExecutorUnavailableError as error:
        _ = gettext.gettext
        sentences = {
            "kind": _("{address} is no address of workers: write dask://host:port."),
            "library": _("{address} needs Dask: pip install 'canoa[dask]'."),
            "silent": _("No scheduler answers at {address}."),
        }
        code = WRONG_USE if error.reason == "kind" else REFUSED
        raise CommandError(sentences[error.reason].format(address=address), code) from None


def _exit_code(problems: Sequence[Problem], *, strict: bool) -> int:
    from generator.problems import count

    return CONTENT_ERRORS if count(problems).fails(strict=strict) else DONE


def _show_problems(problems: Sequence[Problem], style: str) -> None:
    from generator.problems import as_github, as_json

    if style == "json":
        print(as_json(problems, gettext.gettext))
    elif problems and style == "github":
        print(as_github(problems, gettext.gettext))
    elif problems:
        _show_as_text(problems)


def _show_as_text(problems: Sequence[Problem]) -> None:
    """Grouped by file; the place is `file:line`, which editors and terminals open at a click."""
    console = _console()
    _ = gettext.gettext
    for found in problems:
        place = f"{found.path}:{found.line}" if found.line else found.path
        word, style = (_("error"), "bold red") if found.is_error else (_("warning"), "bold yellow")
        console.print(place, style="bold", end="  ", markup=False)
        console.print(word, style=style, end=" ", markup=False)
        console.print(f"[{found.kind}]", style="dim", markup=False)
        console.print(f"    {found.message(_)}", markup=False)
        console.print(f"    → {found.cure(_)}", style="green", markup=False)


def _show_report(report: BuildReport) -> None:
    from generator.problems import count

    _ = gettext.gettext
    if not report.written:
        _say(_counted(count(report.problems)))
        _say(_("The site was not written; what was there before is untouched. “--keep-going” writes it all the same."))
        return
    summary = _("{pages} pages in {seconds} s · {files} files, {size} · {changed} changed · {folder}")
    _say(
        summary.format(
            pages=_number(report.pages),
            seconds=_number(report.seconds, 1),
            files=_number(report.files),
            size=_size(report.bytes),
            changed=_number(report.changed),
            folder=_shown_folder(report.site_dir),
        )
    )
    if report.heaviest:
        heaviest = _("Heaviest page: {page}, {size} compressed.")
        _say(heaviest.format(page=report.heaviest.target, size=_size(report.heaviest.compressed)))
    _say(_counted(count(report.problems)))


def _counted(found: Count) -> str:
    if not found.errors and not found.warnings:
        return gettext.gettext("No problems found.")
    errors = gettext.ngettext("{count} error", "{count} errors", found.errors).format(count=found.errors)
    warnings = gettext.ngettext("{count} warning", "{count} warnings", found.warnings).format(count=found.warnings)
    return f"{errors}, {warnings}."


def _shown_folder(folder: Path | None) -> str:
    if folder is None:
        return ""
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)


def _number(value: float, decimals: int = 0) -> str:
    """A number with the language's decimal sign and thousands separator (a message id: English writes 1,234.5)."""
    signs = gettext.gettext(",.")
    text = f"{value:,.{decimals}f}"
    return text.translate({ord(","): signs[0], ord("."): signs[1]})


def _size(size: int) -> str:
    """Bytes for people, in units of 1000 as file managers and links count."""
    if size < 1000:
        return f"{size} B"
    if size < 1000 * 1000:
        return f"{_number(size / 1000, 1)} kB"
    return f"{_number(size / 1000 / 1000, 1)} MB"


def _console() -> Console:
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class _Progress:
    """A progress bar on a terminal, silence elsewhere; imported only when there is a terminal."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._bar: Progress | None = None
        self._drawn = 0.0

    def __enter__(self) -> Listener:
        if not self._shown:
            return lambda stage, done, total: None
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        # Without a thread of its own: worker processes are forked safely only while there is just one thread.
        self._bar = Progress(*columns, console=_console(), transient=True, auto_refresh=False)
        self._bar.start()
        return self._advance

    def __exit__(self, *error: object) -> None:
        if self._bar:
            self._bar.stop()

    def _advance(self, stage: str, done: int, total: int) -> None:
        _ = gettext.gettext
        names = {"read": _("Reading"), "render": _("Rendering"), "write": _("Writing")}
        bar = self._bar
        if bar is None:
            return
        task = next((task.id for task in bar.tasks if task.fields["stage"] == stage), None)
        if task is None:
            task = bar.add_task(names.get(stage, stage), total=total or None, stage=stage)
        is_last = done == total
        bar.update(task, completed=done, total=total or None, refresh=is_last or self._is_due())

    def _is_due(self) -> bool:
        """Drawing costs more than a page: ten times a second is enough."""
        now = time.monotonic()
        if now < self._drawn + SECONDS_BETWEEN_DRAWINGS:
            return False
        self._drawn = now
        return True


def _progress(options: argparse.Namespace) -> _Progress:
    return _Progress(shown=sys.stderr.isatty() and not options.quiet)


# --- arguments ----------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    _ = gettext.gettext
    parser = argparse.ArgumentParser(
        prog="canoa",
        description=_("Turns Markdown courses into a light site that works without a network."),
        epilog=_("Exit codes: 0 done; 1 errors in the content; 2 wrong use; 3 the computer refused; 130 interrupted."),
    )
    parser.add_argument("--version", action="version", version=f"canoa {__version__}")
    parser.set_defaults(run=None, debug=False, quiet=False)
    commands = parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"))
    _add_build(commands)
    _add_check(commands)
    _add_serve(commands)
    _add_fmt(commands)
    _add_clean(commands)
    _add_collect(commands)
    return parser


def _command(
    commands: Subparsers, name: str, help_text: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """A command with the options that all of them have."""
    _ = gettext.gettext
    parser = commands.add_parser(name, help=help_text, description=help_text)
    parser.add_argument(
        "-f", "--file", type=Path, metavar=_("FILE"), help=_("configuration file (default: mkdocs.yml)")
    )
    _add_manners(parser)
    parser.set_defaults(run=run)
    return parser


def _add_manners(parser: argparse.ArgumentParser) -> None:
    """How a command speaks."""
    _ = gettext.gettext
    parser.add_argument("--lang", metavar=_("LANGUAGE"), help=_("language of the messages: pt-BR, en, es"))
    parser.add_argument("--debug", action="store_true", help=_("show the traceback when Canoa itself fails"))
    parser.add_argument("-q", "--quiet", action="store_true", help=_("no progress bar"))


def _add_build(commands: Subparsers) -> None:
    _ = gettext.gettext
    parser = _command(commands, "build", _("Build the site."), build)
    _add_strict(parser)
    _add_format(parser)
    parser.add_argument("-d", "--site-dir", type=Path, metavar=_("FOLDER"), help=_("where the site goes"))
    _add_work(parser)
    parser.add_argument("--keep-going", action="store_true", help=_("write the site in spite of errors"))


def _add_check(commands: Subparsers) -> None:
    parser = _command(commands, "check", gettext.gettext("Check the content without building the site."), check)
    _add_strict(parser)
    _add_format(parser)
    _add_work(parser)


def _add_serve(commands: Subparsers) -> None:
    _ = gettext.gettext
    parser = _command(commands, "serve", _("Show the site in the browser and rebuild it on every save."), serve)
    parser.add_argument("--host", default="127.0.0.1", metavar=_("ADDRESS"), help=_("address to listen on"))
    parser.add_argument(
        "--port", type=int, default=8000, metavar=_("PORT"), help=_("port to listen on (default: 8000)")
    )
    parser.add_argument("--no-open", dest="open", action="store_false", help=_("do not open the browser"))


def _add_fmt(commands: Subparsers) -> None:
    _ = gettext.gettext
    parser = _command(commands, "fmt", _("Write what a machine writes better into the content."), format_content)
    parser.add_argument("--ids", action="store_true", help=_("give every block without an id a stable one"))


def _add_clean(commands: Subparsers) -> None:
    _ = gettext.gettext
    _command(commands, "clean", _("Remove what builds keep so that later builds are quick."), clean)


def _add_collect(commands: Subparsers) -> None:
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
        type=_worker_count,
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
        type=_worker_count,
        default=0,
        metavar=_("NUMBER"),
        help=_("processes that read files (default: one per core)"),
    )
    _add_manners(parser)
    parser.set_defaults(run=collect)


def _add_work(parser: argparse.ArgumentParser) -> None:
    """How the work is done; the site is the same in every case."""
    _ = gettext.gettext
    parser.add_argument(
        "-j",
        "--workers",
        type=_worker_count,
        metavar=_("NUMBER"),
        help=_("processes that render pages (default: one per core)"),
    )
    parser.add_argument("--executor", metavar=_("ADDRESS"), help=_("render on other computers: dask://host:port"))
    parser.add_argument(
        "--no-cache", dest="cache", action="store_false", help=_("use and keep nothing of other builds")
    )


def _worker_count(written: str) -> int:
    """A whole number from 1 on; raises `ArgumentTypeError` for anything else."""
    if not written.isdecimal() or int(written) < 1:
        raise argparse.ArgumentTypeError(gettext.gettext("a whole number from 1 on is expected"))
    return int(written)


def _add_strict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--strict", action="store_true", help=gettext.gettext("warnings count as errors"))


def _add_format(parser: argparse.ArgumentParser) -> None:
    _ = gettext.gettext
    parser.add_argument("--format", choices=FORMATS, default="text", help=_("how problems are shown (default: text)"))


if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


if __name__ == "__main__":
    sys.exit(main())
