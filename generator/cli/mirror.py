"""`canoa mirror …`: a folder that receives releases, proves them, serves and passes them on."""

from __future__ import annotations

import argparse
import gettext
import json
import re
from dataclasses import asdict, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from generator.cli import mirror_serving, mirror_sticks
from generator.cli.arguments import show_help, whole_number
from generator.cli.console import (
    CONTENT_ERRORS,
    DONE,
    progress,
    shown_folder,
    shown_number,
    shown_size,
    tell,
)
from generator.cli.mirror_steps import add_choice, add_folder, add_step, alone, choose, chosen_telling, tell_synced

if TYPE_CHECKING:
    from generator.cli.arguments import Subparsers
    from generator.mirror.checking import Checked
    from generator.mirror.starting import FirstTrust
    from generator.mirror.store import MirrorSettings, MirrorStore
    from generator.mirror.watch import Patience

SHOWN_PATHS = 20
"""Wrong files of each sort that are named; `--json` names all."""
RATE = re.compile(r"([0-9]{1,12})(k|M|kbit|Mbit)?", re.IGNORECASE)
RATES = {"": 1.0, "k": 1_000.0, "m": 1_000_000.0, "kbit": 125.0, "mbit": 125_000.0}
"""Unit → bytes per second."""
DURATION = re.compile(r"([0-9]{1,9})(s|m|h)?")
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}


def add(commands: Subparsers) -> None:
    """The command of this group and its steps."""
    _ = gettext.gettext
    help_text = _("Keep a copy of published releases, and serve it where there is no internet.")
    parser = commands.add_parser("mirror", help=help_text, description=help_text)
    steps = parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"))
    _add_init(steps)
    _add_sync(steps)
    _add_checking(steps)
    _add_choosing(steps)
    mirror_sticks.add_steps(steps)
    mirror_serving.add_steps(steps)
    parser.set_defaults(run=show_help(parser))


def mirror_init(options: argparse.Namespace, store: MirrorStore) -> int:
    """`canoa mirror init`: a folder becomes a mirror."""
    from generator.mirror.starting import start_mirror

    _ = gettext.gettext
    done = start_mirror(store, _new_settings(options), _first_trust(options))
    tell(_("The publisher's root that is trusted:  {fingerprint}").format(fingerprint=done.fingerprint))
    if options.trust_first_use:
        tell(_("Nobody has vouched for it yet: compare it with what the publisher says on the telephone or on paper."))
    if done.is_anew:
        sentence = _(
            "The trust of {folder} begins anew; its settings are as they were. Go on with “canoa mirror sync”."
        )
    else:
        sentence = _("{folder} is a mirror now. Go on with “canoa mirror sync”.")
    tell(sentence.format(folder=shown_folder(store.folder.absolute())))
    return DONE


def mirror_sync(options: argparse.Namespace, store: MirrorStore) -> int:
    """`canoa mirror sync`: go over to the newest release, then remove what is superfluous."""
    from generator.mirror.garbage import collect_garbage
    from generator.mirror.sync import sync_mirror

    choose(options, store)
    with progress(options) as listener:
        done = sync_mirror(store, rate=options.rate, patience=_patience(options), listener=listener)
    collect_garbage(store, datetime.now(timezone.utc).replace(microsecond=0))
    if options.json:
        print(json.dumps({**asdict(done), "status": done.status.as_values()}, ensure_ascii=False, indent=1))
    else:
        tell_synced(done)
    return DONE


def mirror_verify(options: argparse.Namespace, store: MirrorStore) -> int:
    """`canoa mirror verify`: prove what is served; with --repair, make it again where it is wrong."""
    from generator.mirror.checking import check_served, repair_served

    with progress(options) as listener:
        found = check_served(store, listener)
        if options.repair and not found.is_right:
            _tell_checked(found)
            repair_served(store, patience=_patience(options), listener=listener)
            found = check_served(store, listener)
    if options.json:
        print(json.dumps({**asdict(found), "right": found.is_right}, ensure_ascii=False, indent=1))
    else:
        _tell_checked(found)
    return DONE if found.is_right else CONTENT_ERRORS


def mirror_activate(options: argparse.Namespace, store: MirrorStore) -> int:
    """`canoa mirror activate`: serve a release that is here."""
    from generator.mirror.going_back import go_over

    number = go_over(store, options.number)
    tell(gettext.gettext("Release {number} is served now.").format(number=number))
    return DONE


def mirror_rollback(options: argparse.Namespace, store: MirrorStore) -> int:
    """`canoa mirror rollback`: serve the release before."""
    from generator.mirror.going_back import roll_back

    before, now = roll_back(store)
    sentence = gettext.gettext("Release {number} is served again, until a newer one than {before} comes.")
    tell(sentence.format(number=now, before=before))
    return DONE


def mirror_gc(options: argparse.Namespace, store: MirrorStore) -> int:
    """`canoa mirror gc`: remove what no release needs that stays."""
    from generator.mirror.garbage import collect_garbage

    _ = gettext.gettext
    now = datetime.now(timezone.utc).replace(microsecond=0)
    done = collect_garbage(store, now, timedelta(seconds=options.grace))
    tell(
        _("Removed: {files} files and folders, {size}. Marked to be removed later: {waiting}.").format(
            files=shown_number(len(done.removed)), size=shown_size(done.bytes), waiting=shown_number(done.waiting)
        )
    )
    return DONE


def mirror_status(options: argparse.Namespace) -> int:
    """`canoa mirror status`: how it stands."""
    from generator.mirror.status import status_now
    from generator.mirror.store import MirrorStore

    status = status_now(MirrorStore(options.folder))
    if options.json:
        print(status.as_json(), end="")
        return DONE
    telling, facts = chosen_telling(), status.as_values()
    state = telling.state(facts)
    print(f"{state.name}. {state.advice}")
    for name, value in telling.facts(facts):
        print(f"{name}: {value}")
    return DONE


def _new_settings(options: argparse.Namespace) -> MirrorSettings:
    from generator.mirror.refusals import MirrorError
    from generator.mirror.store import SETTINGS, MirrorSettings, changed_settings

    given = {key: getattr(options, key) for key in ("name", "region", "courses", "layers", "rate", "keep")}
    chosen = {key: value for key, value in given.items() if value is not None}
    try:
        return changed_settings(
            MirrorSettings(tuple(map(_from_anywhere, options.upstreams))), relay=options.relay, **chosen
        )
    except ValueError as error:
        raise MirrorError("mirror-settings", file=SETTINGS, reason=str(error)) from None


def _from_anywhere(address: str) -> str:
    """An address that says the same wherever the next command is run: folders from the root of the disk on."""
    return address if "://" in address else str(Path(address).resolve())


def _first_trust(options: argparse.Namespace) -> FirstTrust:
    from generator.mirror.starting import FirstTrust

    return FirstTrust(options.root, options.fingerprint or "", options.trust_first_use)


def _patience(options: argparse.Namespace) -> Patience:
    from generator.mirror.watch import Patience

    patience = Patience()
    return replace(patience, deadline=options.deadline) if options.deadline else patience


# --- what is said -------------------------------------------------------------------------------------------------


def _tell_checked(found: Checked) -> None:
    from generator.release.fingerprints import in_groups

    _ = gettext.gettext
    sentence = _("Release {number}: {files} files in {images} images are what was signed, {size}.")
    tell(
        sentence.format(
            number=found.number,
            files=shown_number(found.files),
            images=shown_number(found.images),
            size=shown_size(found.bytes),
        )
    )
    if found.digest:
        tell(_("Code of the edition: {code}").format(code=in_groups(found.digest)))
    for sentence, paths in (
        (_("Altered: {path}"), found.altered),
        (_("Missing: {path}"), found.missing),
        (_("Does not belong here: {path}"), found.extra),
        (_("Nobody has signed: {path}"), found.unsigned),
    ):
        for path in paths[:SHOWN_PATHS]:
            tell(sentence.format(path=path))
        if len(paths) > SHOWN_PATHS:
            tell(_("… and {count} more.").format(count=shown_number(len(paths) - SHOWN_PATHS)))
    if not found.is_right:
        tell(_("“canoa mirror verify --repair” makes again what is wrong."))


# --- arguments ----------------------------------------------------------------------------------------------------


def _add_init(steps: Subparsers) -> None:
    _ = gettext.gettext
    parser = add_step(steps, "init", _("Make a folder a mirror."), alone(mirror_init, is_new=True))
    parser.add_argument(
        "upstreams",
        nargs="*",
        metavar=_("ADDRESS"),
        help=_("where releases come from (http, https, file or a folder); several: the first one that works counts"),
    )
    add_folder(parser, is_first=False)
    trust = parser.add_mutually_exclusive_group()
    trust.add_argument(
        "--root", type=Path, metavar=_("FILE"), help=_("the publisher's root, which came another way than the releases")
    )
    trust.add_argument("--fingerprint", metavar="SHA256", help=_("the root's fingerprint, as the publisher says it"))
    trust.add_argument(
        "--trust-first-use", action="store_true", help=_("believe the root that the first address gives")
    )
    parser.add_argument("--name", metavar=_("NAME"), help=_("of the mirror, for people"))
    parser.add_argument("--region", metavar=_("REGION"), help=_("where it is"))
    add_choice(parser)
    parser.add_argument("--relay", action="store_true", help=_("keep everything that other mirrors need of this one"))
    _add_rate(parser)
    parser.add_argument(
        "--keep", type=whole_number, metavar=_("NUMBER"), help=_("how many releases stay here (default: 2)")
    )


def _add_sync(steps: Subparsers) -> None:
    _ = gettext.gettext
    parser = add_step(steps, "sync", _("Go over to the newest release."), alone(mirror_sync))
    add_folder(parser)
    add_choice(parser)
    _add_rate(parser)
    _add_deadline(parser)
    parser.add_argument("--json", action="store_true", help=_("for programs"))


def _add_checking(steps: Subparsers) -> None:
    _ = gettext.gettext
    parser = add_step(steps, "verify", _("Prove every byte that is served."), alone(mirror_verify))
    add_folder(parser)
    parser.add_argument("--repair", action="store_true", help=_("make again, and fetch, what is wrong"))
    _add_deadline(parser)
    parser.add_argument("--json", action="store_true", help=_("for programs"))
    parser = add_step(steps, "status", _("Say which release is served, and how fresh it is."), mirror_status)
    add_folder(parser)
    parser.add_argument("--json", action="store_true", help=_("for programs"))


def _add_choosing(steps: Subparsers) -> None:
    _ = gettext.gettext
    parser = add_step(
        steps, "activate", _("Serve a release that is here (default: the newest)."), alone(mirror_activate)
    )
    add_folder(parser)
    parser.add_argument("--number", type=whole_number, metavar=_("NUMBER"), help=_("the release"))
    parser = add_step(steps, "rollback", _("Serve the release before the one that is served."), alone(mirror_rollback))
    add_folder(parser)
    parser = add_step(steps, "gc", _("Remove what is no longer needed."), alone(mirror_gc))
    add_folder(parser)
    parser.add_argument(
        "--grace",
        type=_duration,
        default=24 * 3600,
        metavar=_("TIME"),
        help=_("how long what is not needed stays, e.g. 36h (default: 24h)"),
    )


def _add_rate(parser: argparse.ArgumentParser) -> None:
    _ = gettext.gettext
    parser.add_argument(
        "--rate",
        type=_rate,
        metavar=_("RATE"),
        help=_("bytes per second at most: 8000, 8k, 64kbit (default: no limit)"),
    )


def _add_deadline(parser: argparse.ArgumentParser) -> None:
    _ = gettext.gettext
    parser.add_argument(
        "--deadline", type=_duration, metavar=_("TIME"), help=_("end after so long, e.g. 90m, 4h; the next run goes on")
    )


def _rate(written: str) -> int:
    """Bytes per second; raises `ArgumentTypeError`."""
    found = RATE.fullmatch(written)
    if found is None:
        raise argparse.ArgumentTypeError(gettext.gettext("a rate such as 8000, 8k or 64kbit is expected"))
    return int(int(found[1]) * RATES[(found[2] or "").lower()])


def _duration(written: str) -> int:
    """Seconds; raises `ArgumentTypeError`."""
    found = DURATION.fullmatch(written)
    if found is None:
        raise argparse.ArgumentTypeError(gettext.gettext("a time such as 90s, 30m or 4h is expected"))
    return int(found[1]) * SECONDS[found[2] or ""]
