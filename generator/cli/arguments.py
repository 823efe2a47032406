"""Arguments that several commands take."""

from __future__ import annotations

import argparse
import gettext
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from generator.cli.console import WRONG_USE

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_command(
    commands: Subparsers, name: str, help_text: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """A command with the options that all of them have."""
    _ = gettext.gettext
    parser = commands.add_parser(name, help=help_text, description=help_text)
    parser.add_argument(
        "-f", "--file", type=Path, metavar=_("FILE"), help=_("configuration file (default: mkdocs.yml)")
    )
    add_manners(parser)
    parser.set_defaults(run=run)
    return parser


def add_manners(parser: argparse.ArgumentParser) -> None:
    """How a command speaks."""
    _ = gettext.gettext
    parser.add_argument("--lang", metavar=_("LANGUAGE"), help=_("language of the messages: pt-BR, en, es"))
    parser.add_argument("--debug", action="store_true", help=_("show the traceback when Canoa itself fails"))
    parser.add_argument("-q", "--quiet", action="store_true", help=_("no progress bar"))


def show_help(parser: argparse.ArgumentParser) -> Callable[[argparse.Namespace], int]:
    """What a command does that only has steps: its help."""

    def show(options: argparse.Namespace) -> int:
        parser.print_help()
        return WRONG_USE

    return show


def whole_number(written: str) -> int:
    """A whole number from 1 on; raises `ArgumentTypeError` for anything else."""
    if not written.isdecimal() or int(written) < 1:
        raise argparse.ArgumentTypeError(gettext.gettext("a whole number from 1 on is expected"))
    return int(written)
