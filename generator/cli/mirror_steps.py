"""What all steps of `canoa mirror` have in common: their arguments, the extra that they need, refusals in words."""

from __future__ import annotations

import argparse
import gettext
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from generator.cli.arguments import add_manners
from generator.cli.console import CONTENT_ERRORS, REFUSED, WRONG_USE, CommandError

if TYPE_CHECKING:
    from generator.cli.arguments import Subparsers
    from generator.mirror.state_words import Telling


def add_step(
    steps: Subparsers, name: str, help_text: str, step: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """A step of `canoa mirror`; what it raises of refusals becomes a sentence and an exit code."""
    parser = steps.add_parser(name, help=help_text, description=help_text)
    add_manners(parser)
    parser.set_defaults(run=_run, step=step)
    return parser


def add_folder(parser: argparse.ArgumentParser) -> None:
    """The mirror that a step is about."""
    _ = gettext.gettext
    parser.add_argument(
        "folder", type=Path, nargs="?", default=Path(), metavar=_("FOLDER"), help=_("the mirror (default: this folder)")
    )


def chosen_telling() -> Telling:
    """How a mirror's state is said in the reader's language."""
    from generator.mirror.state_words import Telling

    return Telling(gettext.gettext, os.environ["LANGUAGE"].replace("_", "-"))


def _run(options: argparse.Namespace) -> int:
    _ = gettext.gettext
    try:
        from generator.mirror import sync  # noqa: F401  # to know that the libraries are there
        from generator.mirror.serving import server  # noqa: F401
        from generator.release.refusals import ReleaseError
    except ModuleNotFoundError as error:
        sentence = _("Mirrors need {library}: pip install 'canoa[mirror]'.")
        raise CommandError(sentence.format(library=error.name)) from None
    try:
        return int(options.step(options))
    except ReleaseError as error:
        code = WRONG_USE if error.is_wrong_use else REFUSED if getattr(error, "is_of_the_computer", False) else None
        sentence = f"{error.message(_)}\n    → {error.cure(_)}"
        raise CommandError(sentence, CONTENT_ERRORS if code is None else code) from None
