"""What commands share when they speak: exit codes, sentences, numbers and sizes for people, the progress bar."""

from __future__ import annotations

import argparse
import gettext
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console
    from rich.progress import Progress

    from generator.release.refusals import ReleaseError

    Listener = Callable[[str, int, int], None]

DONE, CONTENT_ERRORS, WRONG_USE, REFUSED, INTERRUPTED = 0, 1, 2, 3, 130
SECONDS_BETWEEN_DRAWINGS = 0.1


class CommandError(Exception):
    """Ends the command with a sentence for people and an exit code."""

    def __init__(self, message: str, code: int = REFUSED) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def importing(sentence: str) -> Iterator[None]:
    """Imports that need libraries which not everybody installs; `sentence` names the missing one as `{library}`."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise CommandError(sentence.format(library=error.name)) from None


def as_command_error(error: ReleaseError) -> CommandError:
    """A refusal in words: what is wrong, and what helps."""
    _ = gettext.gettext
    code = WRONG_USE if error.is_wrong_use else REFUSED if error.is_of_the_computer else CONTENT_ERRORS
    return CommandError(f"{error.message(_)}\n    → {error.cure(_)}", code)


def tell(text: str) -> None:
    """A sentence for people, on the error output: what commands print is for programs too."""
    print(text, file=sys.stderr, flush=True)


def open_console() -> Console:
    """Coloured text for people, on the error output."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def shown_folder(folder: Path | None) -> str:
    """A folder as people know it: from where they are, if it is below."""
    if folder is None:
        return ""
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)


def shown_number(value: float, decimals: int = 0) -> str:
    """A number with the language's decimal sign and thousands separator (a message id: English writes 1,234.5)."""
    signs = gettext.gettext(",.")
    text = f"{value:,.{decimals}f}"
    return text.translate({ord(","): signs[0], ord("."): signs[1]})


def shown_size(size: int) -> str:
    """Bytes for people, in units of 1000 as file managers and links count."""
    if size < 1000:
        return f"{size} B"
    if size < 1000 * 1000:
        return f"{shown_number(size / 1000, 1)} kB"
    return f"{shown_number(size / 1000 / 1000, 1)} MB"


class ProgressBar:
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
        self._bar = Progress(*columns, console=open_console(), transient=True, auto_refresh=False)
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
            "receive": _("Receiving, kB"),
            "tree": _("Unpacking"),
            "verify": _("Checking"),
            "ask": _("Asking"),
            "check": _("Reading again"),
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


def progress(options: argparse.Namespace) -> ProgressBar:
    """The progress of long work, unless nobody looks or `--quiet` was given; a context manager."""
    return ProgressBar(shown=sys.stderr.isatty() and not options.quiet)
