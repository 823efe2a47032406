"""`canoa mirror export` and `canoa mirror import`: sticks for readers, and bundles for mirrors without a link."""

from __future__ import annotations

import argparse
import gettext
import re
from pathlib import Path
from typing import TYPE_CHECKING

from generator.cli.arguments import whole_number
from generator.cli.console import DONE, WRONG_USE, CommandError, progress, shown_folder, shown_number, shown_size, tell
from generator.cli.mirror_steps import add_choice, add_folder, add_step, alone, choose, names, tell_synced

if TYPE_CHECKING:
    from generator.cli.arguments import Subparsers
    from generator.mirror.fetching import Listener
    from generator.mirror.importing import Label
    from generator.mirror.reader_tree import Plan
    from generator.mirror.stick import Exported, StickContents
    from generator.mirror.stick_choice import StickChoice
    from generator.mirror.store import MirrorStore

SIZE = re.compile(r"([1-9][0-9]{0,11}) ?(|k|M|G|KiB|MiB|GiB)", re.IGNORECASE)
SIZES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30}


def add_steps(steps: Subparsers) -> None:
    """The steps of `canoa mirror` that carry releases on sticks."""
    _add_export(steps)
    _add_import(steps)


def mirror_export(options: argparse.Namespace, store: MirrorStore) -> int:
    """`canoa mirror export`: the served release onto a stick, for readers, for other mirrors, or for both."""
    from generator.mirror.stick_choice import choose_for_stick, plan_reader

    _ = gettext.gettext
    if not options.stick and not isinstance(options.bundle, Path):
        raise CommandError(_("Say where to: --stick PLACE, --bundle PLACE, or both."), WRONG_USE)
    if options.single and not options.stick:
        raise CommandError(_("--single is about the trees of --stick."), WRONG_USE)
    if options.since and not options.bundle:
        raise CommandError(_("--since is about --bundle."), WRONG_USE)
    choice = choose_for_stick(store, options.courses, options.layers)
    with progress(options) as listener:
        if options.stick:
            reader = plan_reader(choice, listener)
            _write(options, choice, options.stick, reader, options.bundle is True, listener)
        if isinstance(options.bundle, Path):
            _write(options, choice, options.bundle, None, True, listener)
    return DONE


def mirror_import(options: argparse.Namespace, store: MirrorStore) -> int:
    """`canoa mirror import`: go over to the release that a stick brings."""
    from generator.mirror.importing import find_bundle, import_bundle, read_label

    folder = find_bundle(options.place)
    choose(options, store)
    _tell_label(read_label(folder))
    with progress(options) as listener:
        done = import_bundle(store, folder, listener=listener)
    tell_synced(done)
    return DONE


def _write(
    options: argparse.Namespace,
    choice: StickChoice,
    place: Path,
    reader: Plan | None,
    with_bundle: bool,
    listener: Listener,
) -> None:
    from generator.mirror.bundle import BundleMaker
    from generator.mirror.disk import FolderDisk
    from generator.mirror.stick import StickContents, export_stick
    from generator.mirror.stick_refusals import StickError

    try:
        if not place.is_dir():
            raise StickError("not-a-stick", place=str(place))
        contents = StickContents(choice.record.number, choice.date, reader)
        if not with_bundle:
            done = export_stick(FolderDisk(place), contents, single=options.single, listener=listener)
        else:
            with BundleMaker(choice, split=options.split, listener=listener) as maker:
                contents = StickContents(choice.record.number, choice.date, reader, maker.plan(options.since))
                done = export_stick(FolderDisk(place), contents, single=options.single, listener=listener)
    except StickError as error:
        raise error.with_sizes(shown_size) from None
    _tell_exported(choice.record.number, place, contents, done, is_single=options.single)
    if with_bundle:
        _tell_bundle(options.since)


# --- what is said -------------------------------------------------------------------------------------------------


def _tell_exported(number: int, place: Path, contents: StickContents, done: Exported, *, is_single: bool) -> None:
    _ = gettext.gettext
    if done.files:
        sentence = _("Release {number} is in {place}: {files} files written, {size}, each read again.")
    else:
        sentence = _("Release {number} is in {place} already; every file was read.")
    written = {"files": shown_number(done.files), "size": shown_size(done.size)}
    tell(sentence.format(number=number, place=shown_folder(place), **written))
    for path in done.kept:
        tell(_("Somebody's file was among the pages; it is now: {path}").format(path=path))
    if contents.reader and is_single:
        tell(_("There is one copy only: should the stick be pulled out during an export, nothing on it opens."))
    if contents.reader:
        tell(_("Whoever gets the stick opens ABRIR.html. Eject it before you pull it out."))


def _tell_bundle(since: int | None) -> None:
    _ = gettext.gettext
    if since:
        tell(_("The bundle is for mirrors that have release {number} or a newer one.").format(number=since))
    tell(_("Another mirror takes it with: canoa mirror import PLACE"))


def _tell_label(label: Label) -> None:
    _ = gettext.gettext
    if label.since:
        sentence = _("A bundle of release {number}: what is new since release {since}.")
        tell(sentence.format(number=label.release, since=label.since))
    elif label.release:
        tell(_("A bundle of release {number}.").format(number=label.release))


# --- arguments ----------------------------------------------------------------------------------------------------


def _add_export(steps: Subparsers) -> None:
    _ = gettext.gettext
    help_text = _("Write the served release onto a stick: for readers, for mirrors without a link, or for both.")
    parser = add_step(steps, "export", help_text, alone(mirror_export))
    add_folder(parser)
    parser.add_argument(
        "--stick", type=Path, metavar=_("PLACE"), help=_("where a stick is mounted; readers open it by double click")
    )
    parser.add_argument(
        "--bundle",
        type=Path,
        nargs="?",
        const=True,
        metavar=_("PLACE"),
        help=_("where to put a bundle for other mirrors (default: onto the stick as well)"),
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--since", type=whole_number, metavar=_("NUMBER"), help=_("only what mirrors need that have this release")
    )
    what.add_argument("--full", action="store_true", help=_("everything (the default)"))
    parser.add_argument(
        "--courses", type=names, metavar=_("COURSE,COURSE"), help=_("courses to take (default: all that are here)")
    )
    parser.add_argument("--layers", type=names, metavar="texto,imagens,midia", help=_("parts to take"))
    parser.add_argument(
        "--split",
        type=_size,
        default=2 << 30,
        metavar=_("SIZE"),
        help=_("cut larger files of a bundle into parts (default: 2 GiB)"),
    )
    parser.add_argument(
        "--single", action="store_true", help=_("one copy only, for small sticks: nothing opens while it is written")
    )


def _add_import(steps: Subparsers) -> None:
    _ = gettext.gettext
    parser = add_step(steps, "import", _("Go over to the release that a stick brings."), alone(mirror_import))
    parser.add_argument("place", type=Path, metavar=_("PLACE"), help=_("the stick, or the bundle's folder"))
    add_folder(parser, is_first=False)
    add_choice(parser)


def _size(written: str) -> int:
    """Bytes; raises `ArgumentTypeError`."""
    found = SIZE.fullmatch(written)
    if found is None:
        raise argparse.ArgumentTypeError(gettext.gettext("a size such as 2GiB or 650M is expected"))
    return int(found[1]) * SIZES[found[2].lower()]
