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
    from datetime import datetime

    from generator.collect.collecting import Collected
    from generator.problems import Count, Problem
    from generator.release.releasing import Created
    from generator.release.signing import Keyring
    from generator.release.workplace import Workplace
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
SITE, RELEASES = Path("build/site"), Path("build/releases")

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


# --- releases -----------------------------------------------------------------------------------------------------


def release(options: argparse.Namespace) -> int:
    """`canoa release …`: what its steps have in common."""
    _ = gettext.gettext
    try:
        from generator.release.refusals import ReleaseError
        from generator.release.signing import Keyring
        from generator.release.workplace import Workplace
    except ModuleNotFoundError as error:
        sentence = _("Releases need {library}: pip install 'canoa[mirror]'.")
        raise CommandError(sentence.format(library=error.name)) from None
    try:
        work = Workplace(options.work)
        ring = Keyring(getattr(options, "keys", None), _passphrases(options))
        if options.only_tells:
            return int(options.step(options, work, ring))
        with work.alone():
            work.finish_commit()
            return int(options.step(options, work, ring))
    except ReleaseError as error:
        sentence = f"{error.message(_)}\n    → {error.cure(_)}"
        raise CommandError(sentence, WRONG_USE if error.is_wrong_use else CONTENT_ERRORS) from None


def release_init(options: argparse.Namespace, work: Workplace, ring: Keyring) -> int:
    """`canoa release init`: keys, and a folder to make releases in."""
    from generator.release.releasing import release_date
    from generator.release.signing import start_catalogue
    from generator.release.workplace import Institution, Settings

    institutions = {name: Institution(title, courses) for name, title, courses in options.institution}
    settings = Settings(options.id, institutions)
    date = release_date(options.date)
    start_catalogue(work, settings, ring, date, root_keys=options.root_keys, threshold=options.threshold)
    _ = gettext.gettext
    _say(_("Releases are made in {folder}.").format(folder=_shown_folder(work.folder)))
    sentence = _(
        "The keys are in {folder}. Whoever has them and the passphrase signs in your name: keep the root keys and "
        "“targets” away from this computer, each in another place, with copies."
    )
    _say(sentence.format(folder=_shown_folder(options.keys)))
    return DONE


def release_add_institution(options: argparse.Namespace, work: Workplace, ring: Keyring) -> int:
    """`canoa release add-institution`: somebody more who signs courses."""
    from generator.release.releasing import release_date
    from generator.release.signing import add_institution
    from generator.release.workplace import Institution

    institution = Institution(options.name, tuple(options.courses))
    add_institution(work, options.id, institution, ring, release_date(options.date), public=options.public_key)
    sentence = gettext.gettext("“{name}” signs its courses from the next release on.")
    _say(sentence.format(name=options.name))
    return DONE


def release_revoke(options: argparse.Namespace, work: Workplace, ring: Keyring) -> int:
    """`canoa release revoke`: somebody signs no more."""
    from generator.release.releasing import release_date
    from generator.release.signing import revoke_institution

    revoke_institution(work, options.id, ring, release_date(options.date))
    _say(gettext.gettext("From the next release on the keys of “{id}” count no more.").format(id=options.id))
    return DONE


def release_rotate(options: argparse.Namespace, work: Workplace, ring: Keyring) -> int:
    """`canoa release rotate`: a new key in the place of an old one."""
    from generator.release.releasing import release_date
    from generator.release.signing import rotate_key

    made = rotate_key(work, options.role, ring, release_date(options.date), root_keys=options.root_keys)
    sentence = gettext.gettext("New key: {name}. The old one counts no more from the next release on; make one now.")
    _say(sentence.format(name=made))
    return DONE


def release_create(options: argparse.Namespace, work: Workplace, ring: Keyring) -> int:
    """`canoa release create`: the built site becomes a release."""
    from generator.release.releasing import create_release, release_date
    from generator.release.signing import signed_number

    date, before = release_date(options.date), signed_number(work)
    with _progress(options) as listener:
        made = create_release(
            work, options.site, date, before=before, deltas=options.deltas, anyway=options.anyway, listener=listener
        )
    _show_created(made)
    if options.keys is None or not made.is_new:
        return DONE
    return _sign(work, ring, date, options.deltas)


def release_sign(options: argparse.Namespace, work: Workplace, ring: Keyring) -> int:
    """`canoa release sign`: the release that waits for signatures gets them; else the newest one is confirmed."""
    from generator.release.releasing import release_date
    from generator.release.signing import refresh_timestamp, waiting_edition

    date = release_date(options.date)
    if waiting_edition(work):
        return _sign(work, ring, date, options.deltas)
    until = refresh_timestamp(work, ring, date)
    sentence = gettext.gettext("No release waits for signatures. The newest one counts as current until {date}.")
    _say(sentence.format(date=until.date().isoformat()))
    return DONE


def release_publish(options: argparse.Namespace, work: Workplace, ring: Keyring) -> int:
    """`canoa release publish`: the newest signed release goes into a folder."""
    from generator.release.publishing import publish_release

    with _progress(options) as listener:
        done = publish_release(work, options.folder, check=options.check, listener=listener)
    sentence = gettext.gettext("Release {number} is in {folder}: {files} files, {written} of them new, {size} written.")
    _say(
        sentence.format(
            number=done.number,
            folder=_shown_folder(options.folder),
            files=_number(done.files),
            written=_number(done.written),
            size=_size(done.bytes_written),
        )
    )
    return DONE


def release_log(options: argparse.Namespace, work: Workplace, ring: Keyring) -> int:
    """`canoa release log`: what each release brought, for learners."""
    from generator.release.telling import tell_releases

    for line in tell_releases(work, options.number, gettext.gettext):
        print(line)
    return DONE


def release_status(options: argparse.Namespace, work: Workplace, ring: Keyring) -> int:
    """`canoa release status`: where things stand."""
    from generator.release.status import status_of, tell_status

    status = status_of(work)
    if options.json:
        print(status.as_json())
    else:
        for line in tell_status(status, gettext.gettext):
            print(line)
    return DONE


def _sign(work: Workplace, ring: Keyring, date: datetime, deltas: int) -> int:
    from generator.release.releasing import forget_images
    from generator.release.signing import sign_release

    done = sign_release(work, ring, date, deltas=deltas)
    if not done.missing:
        forget_images(work, done.number, deltas)
    _ = gettext.gettext
    if done.roles:
        _say(_("Signed: {roles}").format(roles=", ".join(done.roles)))
    if done.missing:
        _say(_("Release {number} waits for: {roles}").format(number=done.number, roles=", ".join(done.missing)))
    else:
        _say(_("Release {number} is ready: “canoa release publish FOLDER”.").format(number=done.number))
    return DONE


def _show_created(made: Created) -> None:
    _ = gettext.gettext
    number = made.edition.number
    if not made.is_new:
        sentence = _("Nothing has changed since release {number}; “--anyway” makes another one all the same.")
        _say(sentence.format(number=number))
        return
    sentence = _("Release {number}: {targets} images, {size} for a new mirror, {step} from the release before.")
    step, full = _size(made.step_size), _size(made.full_size)
    _say(sentence.format(number=number, targets=_number(len(made.edition.targets)), size=full, step=step))


def _passphrases(options: argparse.Namespace) -> Callable[[str], str]:
    """Asks once for the passphrase of all keys that a command opens, or reads it from a file."""
    asked: list[str] = []

    def answer(name: str) -> str:
        if not asked:
            asked.append(_ask_passphrase(options, name))
        return asked[0]

    return answer


def _ask_passphrase(options: argparse.Namespace, name: str) -> str:
    from generator.release.refusals import ReleaseError

    _ = gettext.gettext
    if options.passphrase_file is not None:
        return str(options.passphrase_file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r"))
    if not sys.stdin.isatty():
        raise ReleaseError("passphrase-missing")
    from getpass import getpass

    written = getpass(_("Passphrase of the keys: "))
    if options.makes_keys and getpass(_("The same again: ")) != written:
        raise ReleaseError("passphrases-differ")
    return written


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
        names = {
            "read": _("Reading"),
            "render": _("Rendering"),
            "write": _("Writing"),
            "image": _("Reading"),
            "blob": _("Reading"),
            "object": _("Compressing"),
            "delta": _("Comparing"),
        }
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
    _add_release(commands)
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


def _add_release(commands: Subparsers) -> None:
    _ = gettext.gettext
    help_text = _("Make signed releases of the built site, and publish them for mirrors.")
    parser = commands.add_parser("release", help=help_text, description=help_text)
    steps = parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"))
    _add_release_init(steps)
    _add_release_people(steps)
    _add_release_making(steps)
    parser.set_defaults(run=_show_help(parser))


def _show_help(parser: argparse.ArgumentParser) -> Callable[[argparse.Namespace], int]:
    def show(options: argparse.Namespace) -> int:
        parser.print_help()
        return WRONG_USE

    return show


def _release_step(
    steps: Subparsers,
    name: str,
    help_text: str,
    step: Callable[[argparse.Namespace, Workplace, Keyring], int],
    *,
    keys: str = "",
) -> argparse.ArgumentParser:
    """A step with the options that all have; `keys`: needed, possible, or empty for steps that sign nothing."""
    _ = gettext.gettext
    parser = steps.add_parser(name, help=help_text, description=help_text)
    parser.add_argument(
        "-w",
        "--work",
        type=Path,
        default=RELEASES,
        metavar=_("FOLDER"),
        help=_("where releases are made (default: build/releases)"),
    )
    if keys:
        parser.add_argument(
            "--keys", type=Path, required=keys == "needed", metavar=_("FOLDER"), help=_("where the keys are")
        )
        parser.add_argument(
            "--passphrase-file",
            type=Path,
            metavar=_("FILE"),
            help=_("file whose first line opens the keys (default: you are asked)"),
        )
        parser.add_argument(
            "--date", metavar=_("DATE"), help=_("date of the release (default: SOURCE_DATE_EPOCH, else today)")
        )
    _add_manners(parser)
    parser.set_defaults(run=release, step=step, passphrase_file=None, makes_keys=False, only_tells=False)
    return parser


def _add_release_init(steps: Subparsers) -> None:
    _ = gettext.gettext
    parser = _release_step(steps, "init", _("Make keys and a folder for releases."), release_init, keys="needed")
    parser.add_argument("--id", required=True, metavar=_("IDENTIFIER"), help=_("identifier of the catalogue"))
    parser.add_argument(
        "--institution",
        action="append",
        default=[],
        type=_institution,
        metavar=_("ID=NAME:COURSE,COURSE"),
        help=_("an institution that signs courses of its own; may be given several times"),
    )
    _add_root_keys(parser)
    parser.add_argument(
        "--threshold",
        type=_worker_count,
        default=2,
        metavar=_("NUMBER"),
        help=_("root keys that must sign together (default: 2)"),
    )
    parser.set_defaults(makes_keys=True)


def _add_release_people(steps: Subparsers) -> None:
    _ = gettext.gettext
    parser = _release_step(
        steps, "add-institution", _("Let an institution sign courses."), release_add_institution, keys="needed"
    )
    parser.add_argument("id", metavar=_("IDENTIFIER"), help=_("identifier of the institution"))
    parser.add_argument("--name", required=True, metavar=_("NAME"), help=_("its name, for people"))
    parser.add_argument(
        "--courses", nargs="*", default=[], metavar=_("COURSE"), help=_("folders of the site that it signs")
    )
    parser.add_argument(
        "--public-key", type=Path, metavar=_("FILE"), help=_("its public key (default: a key is made for it)")
    )
    parser.set_defaults(makes_keys=True)
    parser = _release_step(
        steps, "rotate", _("Put a new key in the place of an old one."), release_rotate, keys="needed"
    )
    parser.add_argument(
        "role", metavar=_("ROLE"), help=_("root, targets, snapshot, timestamp or the identifier of an institution")
    )
    _add_root_keys(parser)
    parser.set_defaults(makes_keys=True)
    parser = _release_step(steps, "revoke", _("Let an institution sign no more."), release_revoke, keys="needed")
    parser.add_argument("id", metavar=_("IDENTIFIER"), help=_("identifier of the institution"))


def _add_root_keys(parser: argparse.ArgumentParser) -> None:
    _ = gettext.gettext
    parser.add_argument(
        "--root-keys", type=_worker_count, default=3, metavar=_("NUMBER"), help=_("how many root keys (default: 3)")
    )


def _add_release_making(steps: Subparsers) -> None:
    _ = gettext.gettext
    parser = _release_step(
        steps, "create", _("Make a release of the built site; with --keys, sign it."), release_create, keys="possible"
    )
    parser.add_argument(
        "--site", type=Path, default=SITE, metavar=_("FOLDER"), help=_("the built site (default: build/site)")
    )
    _add_deltas(parser)
    parser.add_argument("--anyway", action="store_true", help=_("make a release even if nothing has changed"))
    parser = _release_step(
        steps,
        "sign",
        _("Sign the release that waits; if none does, say that the newest one is still the newest."),
        release_sign,
        keys="needed",
    )
    _add_deltas(parser)
    parser = _release_step(steps, "publish", _("Write the signed release into a folder."), release_publish)
    parser.add_argument("folder", type=Path, metavar=_("FOLDER"), help=_("what the web server serves"))
    parser.add_argument("--check", action="store_true", help=_("read what is there already, and mend it"))
    parser = _release_step(steps, "log", _("Say what changed, for learners."), release_log)
    parser.set_defaults(only_tells=True)
    parser.add_argument("number", nargs="?", type=_worker_count, metavar=_("NUMBER"), help=_("of this release only"))
    parser = _release_step(steps, "status", _("Say which releases there are and what is missing."), release_status)
    parser.add_argument("--json", action="store_true", help=_("for programs"))
    parser.set_defaults(only_tells=True)


def _add_deltas(parser: argparse.ArgumentParser) -> None:
    _ = gettext.gettext
    parser.add_argument(
        "--deltas",
        type=_worker_count,
        default=5,
        metavar=_("NUMBER"),
        help=_("from how many earlier releases there are differences (default: 5)"),
    )


def _institution(written: str) -> tuple[str, str, tuple[str, ...]]:
    """`ID=NAME:COURSE,COURSE`, the courses as one likes; raises `ArgumentTypeError` for anything else."""
    name, equals, rest = written.partition("=")
    title, _colon, courses = rest.partition(":")
    if not (name and equals and title):
        raise argparse.ArgumentTypeError(gettext.gettext("ID=NAME or ID=NAME:COURSE,COURSE is expected"))
    return name, title, tuple(one for one in courses.split(",") if one)


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
