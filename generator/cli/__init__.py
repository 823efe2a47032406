"""The command `canoa`: the only place that prints and exits; what a command needs is imported when it runs.

Each module is a group of commands.  Exit codes: 0 done; 1 the content has errors (with --strict, warnings too), or what
was received is not to be believed; 2 wrong use of the command; 3 the computer refused (disk full, no permission, port
taken); 130 interrupted.
"""

from __future__ import annotations

import argparse
import gc
import gettext
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from generator import __version__
from generator.cli.console import INTERRUPTED, REFUSED, WRONG_USE, CommandError
from generator.language import CATALOGUES, DEFAULT_LANGUAGE, DOMAIN, closest_language
from generator.problem_kinds import N_

GROUPS = {
    "site": ("build", "check", "serve", "fmt", "clean"),
    "collect": ("collect",),
    "release": ("release",),
    "mirror": ("mirror",),
    "fleet": ("fleet",),
}
"""Modules of this package and their commands, in the order in which the help lists them."""
COLLECTOR = (50_000, 20, 50)
"""Thresholds of the garbage collector: with Python's own it goes through ten thousand pages again and again, a quarter
of the time of a build with little to do."""
LANGUAGE_VARIABLE = "CANOA_LANG"

ARGPARSE_WORDS = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("show this help message and exit"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("unrecognized arguments: %s"),
    N_("the following arguments are required: %s"),
    N_("expected one argument"),
    N_("ignored explicit argument %r"),
    N_("not allowed with argument %s"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid %(type)s value: %(value)r"),
)
"""What argparse itself says (Python 3.10 to 3.13), so that our catalogues hold it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    written = list(sys.argv[1:] if arguments is None else arguments)
    _speak(_language_of(written))
    options = _parser(written).parse_args(written)
    if not options.run:
        _parser(()).print_help()
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


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Reads these arguments.  For a command the others are not set up: their help was a third of a start."""
    _ = gettext.gettext
    parser = argparse.ArgumentParser(
        prog="canoa",
        description=_("Turns Markdown courses into a light site that works without a network."),
        epilog=_("Exit codes: 0 done; 1 errors in the content; 2 wrong use; 3 the computer refused; 130 interrupted."),
    )
    version_help = _("show program's version number and exit")
    parser.add_argument("--version", action="version", version=f"canoa {__version__}", help=version_help)
    parser.set_defaults(run=None, debug=False, quiet=False)
    commands = parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"))
    own = [group for group, names in GROUPS.items() if arguments and arguments[0] in names]
    for group in own or GROUPS:
        import_module(f"{__name__}.{group}").add(commands)
    return parser


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
