"""`canoa release …`: the built site becomes signed releases."""

from __future__ import annotations

import argparse
import gettext
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from generator.cli.arguments import add_manners, show_help, whole_number
from generator.cli.console import (
    DONE,
    as_command_error,
    importing,
    progress,
    shown_folder,
    shown_number,
    shown_size,
    tell,
)

if TYPE_CHECKING:
    from datetime import datetime

    from generator.cli.arguments import Subparsers
    from generator.release.releasing import Created
    from generator.release.signing import Keyring
    from generator.release.workplace import Workplace

SITE, RELEASES = Path("build/site"), Path("build/releases")


def add(commands: Subparsers) -> None:
    """The command of this group and its steps."""
    _ = gettext.gettext
    help_text = _("Make signed releases of the built site, and publish them for mirrors.")
    parser = commands.add_parser("release", help=help_text, description=help_text)
    steps = parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"))
    _add_release_init(steps)
    _add_release_people(steps)
    _add_release_making(steps)
    _add_release_merge(steps)
    parser.set_defaults(run=show_help(parser))


def release(options: argparse.Namespace) -> int:
    """`canoa release …`: what its steps have in common."""
    _ = gettext.gettext
    with importing(_("Releases need {library}: pip install 'canoa[mirror]'.")):
        from generator.release.refusals import ReleaseError
        from generator.release.signing import Keyring
        from generator.release.workplace import Workplace
    try:
        work = Workplace(options.work)
        ring = Keyring(getattr(options, "keys", None), _passphrases(options))
        if options.only_tells:
            return int(options.step(options, work, ring))
        with work.alone():
            work.finish_commit()
            return int(options.step(options, work, ring))
    except ReleaseError as error:
        raise as_command_error(error) from None


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
    tell(_("Releases are made in {folder}.").format(folder=shown_folder(work.folder)))
    sentence = _(
        "The keys are in {folder}. Whoever has them and the passphrase signs in your name: keep the root keys and "
        "“targets” away from this computer, each in another place, with copies."
    )
    tell(sentence.format(folder=shown_folder(options.keys)))
    return DONE


def release_add_institution(options: argparse.Namespace, work: Workplace, ring: Keyring) -> int:
    """`canoa release add-institution`: somebody more who signs courses."""
    from generator.release.releasing import release_date
    from generator.release.signing import add_institution
    from generator.release.workplace import Institution

    institution = Institution(options.name, tuple(options.courses))
    add_institution(work, options.id, institution, ring, release_date(options.date), public=options.public_key)
    sentence = gettext.gettext("“{name}” signs its courses from the next release on.")
    tell(sentence.format(name=options.name))
    return DONE


def release_revoke(options: argparse.Namespace, work: Workplace, ring: Keyring) -> int:
    """`canoa release revoke`: somebody signs no more."""
    from generator.release.releasing import release_date
    from generator.release.signing import revoke_institution

    revoke_institution(work, options.id, ring, release_date(options.date))
    tell(gettext.gettext("From the next release on the keys of “{id}” count no more.").format(id=options.id))
    return DONE


def release_rotate(options: argparse.Namespace, work: Workplace, ring: Keyring) -> int:
    """`canoa release rotate`: a new key in the place of an old one."""
    from generator.release.releasing import release_date
    from generator.release.signing import rotate_key

    made = rotate_key(work, options.role, ring, release_date(options.date), root_keys=options.root_keys)
    sentence = gettext.gettext("New key: {name}. The old one counts no more from the next release on; make one now.")
    tell(sentence.format(name=made))
    return DONE


def release_create(options: argparse.Namespace, work: Workplace, ring: Keyring) -> int:
    """`canoa release create`: the built site becomes a release."""
    from generator.release.releasing import create_release, release_date
    from generator.release.signing import signed_number

    date, before = release_date(options.date), signed_number(work)
    with progress(options) as listener:
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
    tell(sentence.format(date=until.date().isoformat()))
    return DONE


def release_publish(options: argparse.Namespace, work: Workplace, ring: Keyring) -> int:
    """`canoa release publish`: the newest signed release goes into a folder or to an address."""
    from generator.release.destinations import open_destination
    from generator.release.publishing import publish_release

    there = open_destination(options.folder)
    with progress(options) as listener:
        done = publish_release(work, there, check=options.check, listener=listener)
    sentence = gettext.gettext("Release {number} is in {folder}: {files} files, {written} of them new, {size} written.")
    tell(
        sentence.format(
            number=done.number,
            folder=there.name,
            files=shown_number(done.files),
            written=shown_number(done.written),
            size=shown_size(done.bytes_written),
        )
    )
    return DONE


def release_merge(options: argparse.Namespace, work: Workplace, ring: Keyring) -> int:
    """`canoa release merge`: other catalogues' courses come into this one, or leave it."""
    from generator.release.merged_sources import read_merged
    from generator.release.merging import leave_catalogue
    from generator.release.releasing import release_date

    _ = gettext.gettext
    date = release_date(options.date)
    work.read_settings()
    if options.leave:
        gone = leave_catalogue(work, options.leave, ring, date)
        tell(_("“{id}” is left: its courses are not in the next release.").format(id=gone.catalogue))
        return DONE
    for address in options.addresses or [source.address for source in read_merged(work).sources]:
        _merge(options, work, ring, address)
    return DONE


def _merge(options: argparse.Namespace, work: Workplace, ring: Keyring, address: str) -> None:
    from generator.release.merged_sources import Merged
    from generator.release.merging import merge_catalogue
    from generator.release.origins import open_origin
    from generator.release.releasing import release_date

    _ = gettext.gettext
    date = release_date(options.date)
    with progress(options) as listener:
        origin = open_origin(address)
        done = merge_catalogue(
            work, origin, address, ring, date, fingerprint=options.fingerprint or "", listener=listener
        )
    courses = ", ".join(Merged((done.source,)).course_owners()) or "—"
    sentence = _("“{id}”, release {number}: {courses}. They are in the next release: “canoa release create”.")
    if not done.is_new:
        sentence = _("“{id}” has nothing newer than release {number}: {courses}.")
    tell(sentence.format(id=done.source.catalogue, number=done.source.number, courses=courses))
    if done.left_out:
        sentence = _("Not taken, since no institution signs them there: {courses}")
        tell(sentence.format(courses=", ".join(done.left_out)))


def release_torrent(options: argparse.Namespace, work: Workplace, ring: Keyring) -> int:
    """`canoa release torrent`: the newest signed release as a torrent."""
    from generator.release.torrents import make_torrent

    made = make_torrent(work, web_seeds=options.web_seed, trackers=options.tracker)
    sentence = gettext.gettext("Release {number}: {file}, {files} files, {size}. Publishing brings it along.")
    tell(
        sentence.format(
            number=made.number,
            file=shown_folder(made.file),
            files=shown_number(made.files),
            size=shown_size(made.length),
        )
    )
    print(made.magnet)
    return DONE


def release_prune(options: argparse.Namespace, work: Workplace, ring: Keyring) -> int:
    """`canoa release prune`: what only old releases need is removed."""
    from datetime import timedelta

    from generator.release.destinations import open_destination
    from generator.release.pruning import prune_releases
    from generator.release.releasing import release_date

    there = open_destination(options.destination) if options.destination else None
    grace = timedelta(days=options.grace)
    done = prune_releases(work, release_date(options.date), keep=options.keep, grace=grace, destination=there)
    sentence = gettext.gettext("Removed: {files} files, {size}. Kept whole: releases {releases}.")
    releases = ", ".join(str(one) for one in done.releases)
    tell(sentence.format(files=shown_number(done.files), size=shown_size(done.bytes_removed), releases=releases))
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
        tell(_("Signed: {roles}").format(roles=", ".join(done.roles)))
    if done.missing:
        tell(_("Release {number} waits for: {roles}").format(number=done.number, roles=", ".join(done.missing)))
    else:
        tell(_("Release {number} is ready: “canoa release publish FOLDER”.").format(number=done.number))
    return DONE


def _show_created(made: Created) -> None:
    _ = gettext.gettext
    number = made.edition.number
    if not made.is_new:
        sentence = _("Nothing has changed since release {number}; “--anyway” makes another one all the same.")
        tell(sentence.format(number=number))
        return
    sentence = _("Release {number}: {targets} images, {size} for a new mirror, {step} from the release before.")
    step, full = shown_size(made.step_size), shown_size(made.full_size)
    tell(sentence.format(number=number, targets=shown_number(len(made.edition.targets)), size=full, step=step))


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


# --- arguments ----------------------------------------------------------------------------------------------------


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
    add_manners(parser)
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
        type=whole_number,
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
        "role",
        metavar=_("ROLE"),
        help=_("root, targets, snapshot, timestamp, transport or the identifier of an institution"),
    )
    _add_root_keys(parser)
    parser.set_defaults(makes_keys=True)
    parser = _release_step(steps, "revoke", _("Let an institution sign no more."), release_revoke, keys="needed")
    parser.add_argument("id", metavar=_("IDENTIFIER"), help=_("identifier of the institution"))


def _add_root_keys(parser: argparse.ArgumentParser) -> None:
    _ = gettext.gettext
    parser.add_argument(
        "--root-keys", type=whole_number, default=3, metavar=_("NUMBER"), help=_("how many root keys (default: 3)")
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
    _add_release_carrying(steps)
    parser = _release_step(steps, "log", _("Say what changed, for learners."), release_log)
    parser.set_defaults(only_tells=True)
    parser.add_argument("number", nargs="?", type=whole_number, metavar=_("NUMBER"), help=_("of this release only"))
    parser = _release_step(steps, "status", _("Say which releases there are and what is missing."), release_status)
    parser.add_argument("--json", action="store_true", help=_("for programs"))
    parser.set_defaults(only_tells=True)


def _add_release_merge(steps: Subparsers) -> None:
    _ = gettext.gettext
    parser = _release_step(
        steps,
        "merge",
        _("Take the courses of other catalogues into this one, with their institutions' own signatures."),
        release_merge,
        keys="possible",
    )
    parser.add_argument(
        "addresses",
        nargs="*",
        metavar=_("ADDRESS"),
        help=_("folder or address in which another catalogue is published (default: all that were merged before)"),
    )
    parser.add_argument(
        "--fingerprint", metavar="SHA256", help=_("of the other catalogue's first root; needed the first time")
    )
    parser.add_argument("--leave", metavar=_("IDENTIFIER"), help=_("let this catalogue's courses go"))


def _add_release_carrying(steps: Subparsers) -> None:
    _ = gettext.gettext
    help_text = _("Write the signed release into a folder, or to an address (s3://…, sftp://…).")
    parser = _release_step(steps, "publish", help_text, release_publish)
    parser.add_argument("folder", metavar=_("FOLDER"), help=_("what the web server serves: a folder or an address"))
    parser.add_argument("--check", action="store_true", help=_("read what is there already, and mend it"))
    parser = _release_step(
        steps, "torrent", _("Make a torrent of the newest release; it is published with it."), release_torrent
    )
    parser.add_argument(
        "--web-seed",
        action="append",
        default=[],
        metavar=_("ADDRESS"),
        help=_("where the release is published; the torrent fetches from there too; may be given several times"),
    )
    parser.add_argument(
        "--tracker",
        action="append",
        default=[],
        metavar=_("ADDRESS"),
        help=_("who knows others that have it; may be given several times"),
    )
    parser = _release_step(steps, "prune", _("Remove files that only old releases need."), release_prune)
    parser.add_argument(
        "--keep",
        type=whole_number,
        default=5,
        metavar=_("NUMBER"),
        help=_("newest releases that stay whole (default: 5)"),
    )
    parser.add_argument(
        "--grace",
        type=whole_number,
        default=14,
        metavar=_("DAYS"),
        help=_("a release also stays that was the newest one within so many days (default: 14)"),
    )
    parser.add_argument(
        "--destination",
        metavar=_("FOLDER"),
        help=_("remove from what was published there (default: from the folder in which releases are made)"),
    )
    parser.add_argument("--date", metavar=_("DATE"), help=_("today's date (default: SOURCE_DATE_EPOCH, else today)"))


def _add_deltas(parser: argparse.ArgumentParser) -> None:
    _ = gettext.gettext
    parser.add_argument(
        "--deltas",
        type=whole_number,
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
