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
