"""What all steps of `canoa mirror` have in common: their arguments, the extra that they need, refusals in words."""

from __future__ import annotations

import argparse
import gettext
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from generator.cli.arguments import add_manners
from generator.cli.console import as_command_error, importing, shown_number, shown_size, tell

if TYPE_CHECKING:
    from generator.cli.arguments import Subparsers
    from generator.mirror.state_words import Telling
    from generator.mirror.store import MirrorStore
    from generator.mirror.sync import Synced

Step = Callable[[argparse.Namespace], int]


def add_step(
    steps: Subparsers, name: str, help_text: str, step: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """A step of `canoa mirror`; what it raises of refusals becomes a sentence and an exit code."""
    parser = steps.add_parser(name, help=help_text, description=help_text)
    add_manners(parser)
    parser.set_defaults(run=_run, step=step)
    return parser


def add_folder(parser: argparse.ArgumentParser, *, is_first: bool = True) -> None:
    """The mirror that a step is about: in the first place where nothing else has it, and always as `--folder`."""
    _ = gettext.gettext
    places = parser.add_mutually_exclusive_group()
    help_text = _("the mirror (default: this folder)")
    if is_first:
        places.add_argument("folder", type=Path, nargs="?", metavar=_("FOLDER"), help=help_text)
    shown = argparse.SUPPRESS if is_first else help_text
    places.add_argument("--folder", dest="named_folder", type=Path, metavar=_("FOLDER"), help=shown)


def add_choice(parser: argparse.ArgumentParser) -> None:
    """What of a release belongs into the mirror."""
    _ = gettext.gettext
    parser.add_argument(
        "--courses",
        type=names,
        metavar=_("COURSE,COURSE"),
        help=_("folders of the courses that belong here; * for all"),
    )
    parser.add_argument("--layers", type=names, metavar="texto,imagens,midia", help=_("parts that belong here"))


def names(written: str) -> tuple[str, ...]:
    """Names with commas in between."""
    return tuple(one.strip() for one in written.split(",") if one.strip())


def alone(step: Callable[[argparse.Namespace, MirrorStore], int], *, is_new: bool = False) -> Step:
    """A step in a mirror that no other command is at work in."""

    def run(options: argparse.Namespace) -> int:
        from generator.mirror.serving.local_pages import renew_local_pages
        from generator.mirror.store import MirrorStore

        store = MirrorStore(options.folder)
        if not is_new:
            store.read_settings()  # before the lock leaves a file in a folder that is none of ours
        with store.alone():
            try:
                return step(options, store)
            finally:
                renew_local_pages(store, chosen_telling())

    return run


def choose(options: argparse.Namespace, store: MirrorStore) -> None:
    """Courses and layers that were named are those of this mirror from now on."""
    from generator.mirror.refusals import MirrorError
    from generator.mirror.store import changed_settings

    settings = store.read_settings()
    chosen = {key: getattr(options, key) for key in ("courses", "layers") if getattr(options, key)}
    try:
        changed = changed_settings(settings, **chosen)
    except ValueError as error:
        raise MirrorError("mirror-settings", file=str(store.settings_file), reason=str(error)) from None
    if changed != settings:
        store.write_settings(changed)


def tell_synced(done: Synced) -> None:
    """What a sync did."""
    _ = gettext.gettext
    received = _("Received: {size} in {requests} requests.").format(
        size=shown_size(done.received), requests=shown_number(done.requests)
    )
    if done.number == done.before and not done.is_new_tree:
        sentence = _("Nothing new: release {number} is still the newest.")
    elif done.before:
        sentence = _("Release {number} is served now; before, it was {before}.")
    else:
        sentence = _("Release {number} is served now.")
    tell(f"{sentence.format(number=done.number, before=done.before)} {received}")
    if done.as_bundle:
        tell(_("It came on a stick and was judged by the day on which it was signed: there may be a newer one."))
    for name in done.withheld:
        tell(_("The signature of “{name}” has expired; its courses are left out.").format(name=name))
    for course in done.unknown_courses:
        tell(_("The release has no course “{course}”; mirror.json asks for it.").format(course=course))


def chosen_telling() -> Telling:
    """How a mirror's state is said in the reader's language."""
    from generator.mirror.state_words import Telling

    return Telling(gettext.gettext, os.environ["LANGUAGE"].replace("_", "-"))


def _run(options: argparse.Namespace) -> int:
    _ = gettext.gettext
    with importing(_("Mirrors need {library}: pip install 'canoa[mirror]'.")):
        from generator.mirror import sync  # noqa: F401  # to know that the libraries are there
        from generator.mirror.serving import server  # noqa: F401
        from generator.release.refusals import ReleaseError
    options.folder = options.named_folder or getattr(options, "folder", None) or Path()
    try:
        return int(options.step(options))
    except ReleaseError as error:
        raise as_command_error(error) from None
