"""`canoa mirror serve` and `canoa mirror config`: a mirror's folder on the local network."""

from __future__ import annotations

import argparse
import gettext
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from generator.cli.console import DONE, CommandError, shown_folder, tell
from generator.cli.mirror_steps import add_folder, add_step, chosen_telling

if TYPE_CHECKING:
    from generator.cli.arguments import Subparsers

CONFIGURATIONS = ("nginx", "caddy", "systemd")


def add_steps(steps: Subparsers) -> None:
    """The steps of `canoa mirror` that serve."""
    _ = gettext.gettext
    help_text = _("Show the courses to the devices of the local network, and pass them on to other mirrors.")
    parser = add_step(steps, "serve", help_text, serve)
    add_folder(parser)
    parser.add_argument(
        "--host", default="", metavar=_("ADDRESS"), help=_("address to listen on (default: all of this computer)")
    )
    parser.add_argument(
        "--port", type=_port, default=8000, metavar=_("PORT"), help=_("port to listen on (default: 8000)")
    )
    help_text = _("Write what nginx, Caddy or systemd need to serve this mirror, or to bring it up to date at night.")
    parser = add_step(steps, "config", help_text, write_configuration)
    parser.add_argument("kind", choices=CONFIGURATIONS, metavar="|".join(CONFIGURATIONS), help=_("for which program"))
    add_folder(parser)
    parser.add_argument(
        "-o", "--output", type=Path, metavar=_("FOLDER"), help=_("where the files go (default: they are shown)")
    )
    parser.add_argument("--port", type=_port, default=80, metavar=_("PORT"), help=_("port to listen on (default: 80)"))
    parser.add_argument(
        "--window",
        default="01:00-05:00",
        metavar=_("TIMES"),
        help=_("when a nightly sync may begin (default: 01:00-05:00)"),
    )
    parser.add_argument("--user", metavar=_("NAME"), help=_("who owns the mirror (default: the folder's owner)"))


def serve(options: argparse.Namespace) -> int:
    """`canoa mirror serve`: until Ctrl-C."""
    from generator.mirror.serving.addresses import shown_addresses
    from generator.mirror.serving.answers import STATUS_PAGE, WIRE
    from generator.mirror.serving.opening import open_answerer
    from generator.mirror.serving.server import AddressTakenError, listen
    from generator.mirror.serving.server import serve as serve_until_stopped
    from generator.mirror.store import MirrorStore

    _ = gettext.gettext
    answerer = open_answerer(MirrorStore(options.folder), chosen_telling())
    try:
        sockets = listen(options.host, options.port)
    except AddressTakenError as error:
        sentence = _("Port {port} is taken, or only the administrator may use it: choose another with --port.")
        raise CommandError(sentence.format(port=error.port)) from None

    def ready() -> None:
        tell(_("The courses are being served; press Ctrl+C to stop. On the other devices of this network, type:"))
        addresses = shown_addresses(options.host, sockets[0].getsockname()[1])
        for address in addresses:
            tell(f"    {address}")
        tell(_("How this copy is: {address}").format(address=f"{addresses[0]}{WIRE}/{STATUS_PAGE}"))

    serve_until_stopped(sockets, answerer, ready)
    tell(_("Stopped."))
    return DONE


def write_configuration(options: argparse.Namespace) -> int:
    """`canoa mirror config`: files for other servers, shown or written."""
    from generator.mirror.refusals import MirrorError
    from generator.mirror.serving.local_pages import write_local_pages
    from generator.mirror.serving.server_files import ServerChoices, server_files
    from generator.mirror.store import MirrorStore

    store = MirrorStore(options.folder)
    store.read_settings()
    user = options.user or _owner(options.folder)
    choices = ServerChoices(port=options.port, window=options.window, user=user, program=_program())
    files = server_files(options.kind, store, choices)
    if options.kind != "systemd":
        write_local_pages(store, chosen_telling())
    if options.output is None:
        sys.stdout.write("\n".join(files.values()))
        return DONE
    places = {options.output / name: text for name, text in files.items()}
    for place, text in places.items():
        if place.exists() and place.read_text(encoding="utf-8") != text:
            raise MirrorError("config-there", file=str(place))
    for place, text in places.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        tell(gettext.gettext("Written: {file}").format(file=shown_folder(place)))
    return DONE


def _owner(folder: Path) -> str:
    """Who keeps the mirror; the administrator should not run what listens to a network."""
    try:
        name = folder.owner()
    except (KeyError, NotImplementedError, OSError):
        return "canoa"
    return "canoa" if name == "root" else name


def _program() -> str:
    """This command, as others can start it."""
    called = Path(sys.argv[0])
    return str(called.resolve()) if called.name == "canoa" else shutil.which("canoa") or "/usr/local/bin/canoa"


def _port(written: str) -> int:
    """0 to 65535; raises `ArgumentTypeError` for anything else."""
    if not written.isdecimal() or int(written) > 65535:
        raise argparse.ArgumentTypeError(gettext.gettext("a number from 0 to 65535 is expected"))
    return int(written)
