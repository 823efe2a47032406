"""`canoa mirror …`: a folder that receives releases and passes them on."""

from __future__ import annotations

import gettext
from typing import TYPE_CHECKING

from generator.cli import mirror_serving
from generator.cli.arguments import show_help

if TYPE_CHECKING:
    from generator.cli.arguments import Subparsers


def add(commands: Subparsers) -> None:
    """The command of this group and its steps."""
    _ = gettext.gettext
    help_text = _("Keep a copy of published releases, and serve it where there is no internet.")
    parser = commands.add_parser("mirror", help=help_text, description=help_text)
    steps = parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"))
    mirror_serving.add_steps(steps)
    parser.set_defaults(run=show_help(parser))
