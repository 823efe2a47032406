"""Every reason for which a release cannot be made or published: what is wrong, and what helps.

As in `problem_kinds.py` the texts are message ids; they are translated and filled in when they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, NamedTuple, Protocol

from generator.problem_kinds import N_


class Refusal(Protocol):
    """What every kind of refusal says, of whichever table it is."""

    @property
    def message(self) -> str:
        """What is wrong."""

    @property
    def cure(self) -> str:
        """What helps."""

    @property
    def is_wrong_use(self) -> bool:
        """True when the command was called wrongly."""

    @property
    def is_of_the_computer(self) -> bool:
        """True when computer, network or stick refused, and nothing is wrong with what was received."""


class ReleaseRefusal(NamedTuple):
    """The sentences about one kind of refusal; `{…}` are filled from the error's values."""

    message: str
    cure: str
    is_wrong_use: bool = False
    """True when the command was called wrongly; else the content or the folder is at fault."""
    is_of_the_computer: bool = False


_SETTINGS = N_("Correct release.json, or take it from a copy of this folder.")
_COPY_OF_THE_FOLDER = N_("Take the folder from its last copy; published releases are untouched.")

REFUSALS: dict[str, ReleaseRefusal] = {
    "not-prepared": ReleaseRefusal(
        N_("{folder} is not prepared for releases."), N_("Run “canoa release init” first."), True
    ),
    "prepared-already": ReleaseRefusal(
        N_("{folder} is prepared for releases already."),
        N_("Nothing was changed. Go on with “canoa release create”, or choose another folder."),
        True,
    ),
    "at-work": ReleaseRefusal(
        N_("Another command is at work in {folder}."), N_("Wait until it is done, and run this one again."), True
    ),
    "settings-unreadable": ReleaseRefusal(N_("{file} cannot be read: {reason}"), _SETTINGS),
    "bad-id": ReleaseRefusal(
        N_("“{id}” cannot be an identifier."),
        N_("Use lower-case letters, digits and hyphens, at most 40; no hyphen at the ends."),
        True,
    ),
    "reserved-id": ReleaseRefusal(N_("The identifier “{id}” is taken by the system."), N_("Choose another one."), True),
    "institution-there": ReleaseRefusal(
        N_("There is an institution “{id}” already."), N_("Choose another identifier."), True
    ),
    "no-such-institution": ReleaseRefusal(
        N_("There is no institution or role “{id}”."), N_("“canoa release status” says which there are."), True
    ),
    "claimed-twice": ReleaseRefusal(
        N_("Two institutions would sign the course “{course}”: {one} and {other}."),
        N_("Leave it in the list of one of them in release.json."),
        True,
    ),
    "course-unknown": ReleaseRefusal(
        N_("release.json gives “{institution}” the course “{course}”, which the site does not have."),
        N_("Correct the name of the course, or take it out of the list if it was withdrawn."),
    ),
    "no-such-release": ReleaseRefusal(
        N_("There is no release {number} here."), N_("“canoa release status” says which there are."), True
    ),
    "no-release": ReleaseRefusal(N_("There is no release here yet."), N_("Run “canoa release create” first."), True),
    "edition-unreadable": ReleaseRefusal(N_("{file} cannot be read: {reason}"), _COPY_OF_THE_FOLDER),
    "keys-missing": ReleaseRefusal(
        N_("There is no key for: {roles}."), N_("Say with --keys where the keys are."), True
    ),
    "passphrase-missing": ReleaseRefusal(
        N_("The keys need a passphrase."),
        N_("Run the command on a terminal, or write it into a file: --passphrase-file."),
        True,
    ),
    "passphrases-differ": ReleaseRefusal(
        N_("The two passphrases are not the same."), N_("Run the command again; nothing was changed."), True
    ),
    "changed-meanwhile": ReleaseRefusal(
        N_("“{path}” was changed while it was read."), N_("Run the command again when the site is built.")
    ),
    "key-count": ReleaseRefusal(
        N_("{threshold} of {count} root keys cannot be asked for."),
        N_("Ask for at least 1 signature and at most as many as there are keys."),
        True,
    ),
    "bad-date": ReleaseRefusal(N_("“{date}” is no date."), N_("Write it as 2026-11-22 or 2026-11-22T08:00:00Z."), True),
    "date-goes-back": ReleaseRefusal(
        N_("The date {date} is before that of release {number}, {last}."),
        N_("Give a later one with --date; if the clock is wrong, set it."),
        True,
    ),
    "image-missing": ReleaseRefusal(
        N_("{path} is missing or was altered, and release {number} needs it."), _COPY_OF_THE_FOLDER
    ),
    "not-believed": ReleaseRefusal(
        N_("Mirrors would not believe release {number} ({reason})."),
        N_(
            "When a key was replaced or a date has passed, make a new one: "
            "“canoa release create --anyway --keys FOLDER”."
        ),
    ),
    "not-granted": ReleaseRefusal(
        N_("“{id}” is in release.json but has no key that counts."),
        N_("Take it out of there and let it in with “canoa release add-institution”."),
    ),
    "destination-newer": ReleaseRefusal(
        N_("{folder} has release {theirs}, newer than this one, {ours}."),
        N_("Publish from the folder in which that release was made."),
    ),
    "destination-other": ReleaseRefusal(
        N_("{folder} has another {file}: it belongs to another catalogue or another history."),
        N_("Choose another folder; what was published is never replaced."),
    ),
    "destination-behind": ReleaseRefusal(
        N_("{folder} does not have release {number} yet, the newest one."),
        N_("Publish it first: “canoa release publish”."),
        True,
    ),
    # --- other catalogues ------------------------------------------------------------------------------------------
    "source-unknown": ReleaseRefusal(
        N_("{source} was never merged before. The fingerprint of its first root is {fingerprint}."),
        N_("Ask those who publish it, by telephone or in person, whether it is theirs; then give it: --fingerprint."),
        True,
    ),
    "source-other-root": ReleaseRefusal(
        N_("{source} is another catalogue: found {found} in place of {wanted}."),
        N_("Nothing was taken from it. Ask those who publish it."),
    ),
    "source-object": ReleaseRefusal(
        N_("{path} is missing at {source}, or is not what was signed."),
        N_("Nothing was taken in. Run the command again, or ask those who publish it."),
    ),
    "source-empty": ReleaseRefusal(
        N_("In the catalogue “{id}” no institution signs a course."),
        N_("Let the institution sign its courses there first: “canoa release add-institution”."),
        True,
    ),
    "source-too-new": ReleaseRefusal(
        N_("{source} was built by a newer Canoa: its pages need parts of version {theirs}, this one has {ours}."),
        N_("Update Canoa here, build the site again, and merge then."),
    ),
    "source-claims-name": ReleaseRefusal(
        N_("The name “{id}” belongs to somebody else in this catalogue."),
        N_("One of the two must be called otherwise, in its own catalogue too."),
    ),
    "source-missing": ReleaseRefusal(
        N_("No catalogue “{id}” was merged."), N_("“canoa release status” says which there are."), True
    ),
    "source-unreadable": ReleaseRefusal(
        N_("What was kept of a merged catalogue in {folder} cannot be read: {reason}"), _COPY_OF_THE_FOLDER
    ),
    "merged-since": ReleaseRefusal(
        N_("“{id}” was merged again after this release was made."),
        N_("Make the release again: “canoa release create”."),
        True,
    ),
    "merged-course": ReleaseRefusal(
        N_("The site has a course “{course}”, and “{id}” has one of this name too, which was merged."),
        N_("Take it out of the site, or let the other catalogue go: “canoa release merge --leave”."),
    ),
    "torrent-library": ReleaseRefusal(
        N_("Torrents need one more library."), N_("Install it: pip install 'canoa[torrent]'."), True
    ),
    "web-seeds-differ": ReleaseRefusal(
        N_("The addresses of the published folders must end with the same name: {names}"),
        N_("Give addresses like https://example.org/releases/, all of which end alike."),
        True,
    ),
    "remote-library": ReleaseRefusal(
        N_("Addresses like {scheme}://… need one more library."), N_("Install it: pip install '{library}'."), True
    ),
    "remote-unknown": ReleaseRefusal(
        N_("{scheme}://… cannot be used: {reason}"),
        N_("Install the library for it (s3fs for s3, paramiko for sftp), or correct the address."),
        True,
    ),
}


class ReleaseError(Exception):
    """The release cannot be made, signed or published; those derived from it have tables of their own."""

    refusals: ClassVar[Mapping[str, Refusal]] = REFUSALS

    def __init__(self, kind: str, **values: str | int) -> None:
        super().__init__(kind)
        self.kind = kind
        self.values = values

    def message(self, translate: Callable[[str], str]) -> str:
        """What is wrong, in the reader's language."""
        return translate(self.refusals[self.kind].message).format(**self.values)

    def cure(self, translate: Callable[[str], str]) -> str:
        """What helps, in the reader's language."""
        return translate(self.refusals[self.kind].cure).format(**self.values)

    @property
    def is_wrong_use(self) -> bool:
        """True when the command was called wrongly."""
        return self.refusals[self.kind].is_wrong_use

    @property
    def is_of_the_computer(self) -> bool:
        """True when computer, network or stick refused, and nothing is wrong with what was received."""
        return self.refusals[self.kind].is_of_the_computer
