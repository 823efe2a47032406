"""`canoa build`, `check`, `serve`, `fmt` and `clean`: from Markdown to the site."""

from __future__ import annotations

import argparse
import gettext
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from generator.cli.arguments import add_command, whole_number
from generator.cli.console import (
    CONTENT_ERRORS,
    DONE,
    REFUSED,
    WRONG_USE,
    CommandError,
    open_console,
    progress,
    shown_folder,
    shown_number,
    shown_size,
    tell,
)

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from generator.cli.arguments import Subparsers
    from generator.problems import Count, Problem
    from generator.site.build import BuildReport
    from generator.site.configuration import SiteConfiguration
    from generator.site.workshop import Workshop

FORMATS = ("text", "json", "github")


def add(commands: Subparsers) -> None:
    """The commands of this group."""
    _add_build(commands)
    _add_check(commands)
    _add_serve(commands)
    _add_fmt(commands)
    _add_clean(commands)


def build(options: argparse.Namespace) -> int:
    """`canoa build`: write the site."""
    from generator.site.build import build_site

    configuration, found = _configuration(options)
    strict = options.strict or configuration.strict
    with _workshop(options, configuration) as workshop, progress(options) as listener:
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
    with _workshop(options, configuration) as workshop, progress(options) as listener:
        problems = (*found, *check_site(configuration, listener, workshop=workshop))
    _show_problems(problems, options.format)
    if options.format == "text":
        tell(_counted(count(problems)))
    return _exit_code(problems, strict=options.strict or configuration.strict)


def clean(options: argparse.Namespace) -> int:
    """`canoa clean`: remove what builds keep for later builds."""
    from generator.site.cache import clean as clean_cache

    configuration, _found = _configuration(options)
    freed = clean_cache(configuration.cache_dir) if configuration.cache_dir else 0
    _ = gettext.gettext
    tell(_("{size} freed: {folder}").format(size=shown_size(freed), folder=shown_folder(configuration.cache_dir)))
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
            with progress(options) as listener:
                server = Server(
                    configuration, options.host, options.port, after_build, gettext.gettext, workshop, listener
                )
        except AddressTakenError as error:
            sentence = _("Port {port} is taken: choose another with --port.")
            raise CommandError(sentence.format(port=error.port)) from None
        with server:
            tell(_("The site is at {address} — press Ctrl+C to stop.").format(address=server.address))
            if options.open:
                import webbrowser

                webbrowser.open(server.address)
            try:
                server.watch()
            except KeyboardInterrupt:
                tell(_("Stopped."))
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
        tell(f"{change.path}:{change.line}: id: {change.id}")
    tell(gettext.ngettext("{count} id written.", "{count} ids written.", len(changes)).format(count=len(changes)))
    return _exit_code(problems, strict=False)


# --- what they share ---------------------------------------------------------------------------------------------


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
    console = open_console()
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
        tell(_counted(count(report.problems)))
        tell(_("The site was not written; what was there before is untouched. “--keep-going” writes it all the same."))
        return
    summary = _("{pages} pages in {seconds} s · {files} files, {size} · {changed} changed · {folder}")
    tell(
        summary.format(
            pages=shown_number(report.pages),
            seconds=shown_number(report.seconds, 1),
            files=shown_number(report.files),
            size=shown_size(report.bytes),
            changed=shown_number(report.changed),
            folder=shown_folder(report.site_dir),
        )
    )
    if report.heaviest:
        heaviest = _("Heaviest page: {page}, {size} compressed.")
        tell(heaviest.format(page=report.heaviest.target, size=shown_size(report.heaviest.compressed)))
    tell(_counted(count(report.problems)))


def _counted(found: Count) -> str:
    if not found.errors and not found.warnings:
        return gettext.gettext("No problems found.")
    errors = gettext.ngettext("{count} error", "{count} errors", found.errors).format(count=found.errors)
    warnings = gettext.ngettext("{count} warning", "{count} warnings", found.warnings).format(count=found.warnings)
    return f"{errors}, {warnings}."


# --- arguments ----------------------------------------------------------------------------------------------------


def _add_build(commands: Subparsers) -> None:
    _ = gettext.gettext
    parser = add_command(commands, "build", _("Build the site."), build)
    _add_strict(parser)
    _add_format(parser)
    parser.add_argument("-d", "--site-dir", type=Path, metavar=_("FOLDER"), help=_("where the site goes"))
    _add_work(parser)
    parser.add_argument("--keep-going", action="store_true", help=_("write the site in spite of errors"))


def _add_check(commands: Subparsers) -> None:
    parser = add_command(commands, "check", gettext.gettext("Check the content without building the site."), check)
    _add_strict(parser)
    _add_format(parser)
    _add_work(parser)


def _add_serve(commands: Subparsers) -> None:
    _ = gettext.gettext
    parser = add_command(commands, "serve", _("Show the site in the browser and rebuild it on every save."), serve)
    parser.add_argument("--host", default="127.0.0.1", metavar=_("ADDRESS"), help=_("address to listen on"))
    parser.add_argument(
        "--port", type=int, default=8000, metavar=_("PORT"), help=_("port to listen on (default: 8000)")
    )
    parser.add_argument("--no-open", dest="open", action="store_false", help=_("do not open the browser"))


def _add_fmt(commands: Subparsers) -> None:
    _ = gettext.gettext
    parser = add_command(commands, "fmt", _("Write what a machine writes better into the content."), format_content)
    parser.add_argument("--ids", action="store_true", help=_("give every block without an id a stable one"))


def _add_clean(commands: Subparsers) -> None:
    _ = gettext.gettext
    add_command(commands, "clean", _("Remove what builds keep so that later builds are quick."), clean)


def _add_work(parser: argparse.ArgumentParser) -> None:
    """How the work is done; the site is the same in every case."""
    _ = gettext.gettext
    parser.add_argument(
        "-j",
        "--workers",
        type=whole_number,
        metavar=_("NUMBER"),
        help=_("processes that render pages (default: one per core)"),
    )
    parser.add_argument("--executor", metavar=_("ADDRESS"), help=_("render on other computers: dask://host:port"))
    parser.add_argument(
        "--no-cache", dest="cache", action="store_false", help=_("use and keep nothing of other builds")
    )


def _add_strict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--strict", action="store_true", help=gettext.gettext("warnings count as errors"))


def _add_format(parser: argparse.ArgumentParser) -> None:
    _ = gettext.gettext
    parser.add_argument("--format", choices=FORMATS, default="text", help=_("how problems are shown (default: text)"))
