"""Every reason for which a mirror does not do what it was asked: what is wrong, and what helps.

As in `generator/release/refusals.py` the texts are message ids; they are translated and filled in when they are shown.
What metadata, images or packs are refused for is said there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from generator.problem_kinds import N_
from generator.release.refusals import ReleaseError

Fault = Literal["use", "content", "computer"]


class MirrorRefusal(NamedTuple):
    """The sentences about one kind of refusal; `{…}` are filled from the error's values."""

    message: str
    cure: str
    fault: Fault = "content"
    """Of whoever called the command, of what was received, or of computer and network."""


MIRROR_REFUSALS: dict[str, MirrorRefusal] = {
    # --- the mirror's folder ---------------------------------------------------------------------------------------
    "no-mirror": MirrorRefusal(N_("{folder} is no mirror yet."), N_("Run “canoa mirror init ADDRESS” first."), "use"),
    "mirror-settings": MirrorRefusal(
        N_("{file} cannot be used: {reason}"),
        N_("Correct the file, or take it from a copy; what is served stays in use."),
        "use",
    ),
    "no-such-held-release": MirrorRefusal(
        N_("Release {number} is not here."), N_("“canoa mirror status” says which are."), "use"
    ),
    "record-damaged": MirrorRefusal(
        N_("What was noted about release {number} is damaged."),
        N_("Run “canoa mirror sync”: it makes the release again from what is here and what must be fetched."),
    ),
    "no-links": MirrorRefusal(
        N_("The disk of {folder} cannot hold symbolic links ({reason})."),
        N_("Put the mirror on a Linux disk (ext4, btrfs, xfs); for sticks there is “canoa mirror export”."),
        "computer",
    ),
    # --- serving ---------------------------------------------------------------------------------------------------
    "config-path": MirrorRefusal(
        N_("The name “{path}” would mean something else in a server's configuration."),
        N_("Move it to a plain place, such as /srv/canoa: letters, digits, spaces and . , _ @ + = - are possible."),
        "use",
    ),
    "config-user": MirrorRefusal(
        N_("“{user}” cannot be the name of a user of this system."), N_("Say another one with --user."), "use"
    ),
    "config-window": MirrorRefusal(
        N_("“{window}” is no time of the day."), N_("Write it as 01:00-05:00: when a sync may begin."), "use"
    ),
    "config-there": MirrorRefusal(
        N_("{file} is there already, and is another one."),
        N_("Nothing was written. Move it away, or choose another folder with --output."),
        "use",
    ),
}


class MirrorError(ReleaseError):
    """The mirror refuses; the sentence is in `MIRROR_REFUSALS`."""

    def message(self, translate: Callable[[str], str]) -> str:
        """What is wrong, in the reader's language."""
        return translate(MIRROR_REFUSALS[self.kind].message).format(**self.values)

    def cure(self, translate: Callable[[str], str]) -> str:
        """What helps, in the reader's language."""
        return translate(MIRROR_REFUSALS[self.kind].cure).format(**self.values)

    @property
    def is_wrong_use(self) -> bool:
        """True when the command was called wrongly."""
        return MIRROR_REFUSALS[self.kind].fault == "use"

    @property
    def is_of_the_computer(self) -> bool:
        """True when the computer or the network refused, and nothing is wrong with what was received."""
        return MIRROR_REFUSALS[self.kind].fault == "computer"
