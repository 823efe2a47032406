"""Every reason for which a stick or a bundle cannot be written or taken: what is wrong, and what helps."""

from __future__ import annotations

from collections.abc import Callable

from generator.mirror.refusals import MirrorError, MirrorRefusal
from generator.problem_kinds import N_

_SMALLER = N_("Take fewer courses (--courses) or layers (--layers), delete other files, or take a larger stick.")

STICK_REFUSALS: dict[str, MirrorRefusal] = {
    "not-a-stick": MirrorRefusal(
        N_("{place} is not a folder."), N_("Say where the stick is mounted, as in /media/…"), "use"
    ),
    "not-ours": MirrorRefusal(
        N_("“{name}” is on this stick already, and Canoa did not make it."),
        N_("Nothing was changed. Move it to another folder of the stick, or take another stick."),
        "use",
    ),
    "too-small": MirrorRefusal(
        N_("The stick is too small: two copies need {needed}, {missing} more than there is."),
        N_(
            "Take fewer courses (--courses) or layers (--layers), delete other files, or take a larger stick. With "
            "--single there is only one copy: should the stick be pulled out meanwhile, nothing on it opens."
        ),
        "computer",
    ),
    "too-small-for-one": MirrorRefusal(
        N_("The stick is too small: one copy needs {needed}, {missing} more than there is."), _SMALLER, "computer"
    ),
    "file-too-large": MirrorRefusal(
        N_("“{path}” has more than 4 GB, which FAT32 cannot keep."),
        N_("Format the stick as exFAT, or leave this layer out (--layers)."),
        "computer",
    ),
    "does-not-keep": MirrorRefusal(
        N_("The stick does not keep what is written: “{path}” is another one when it is read again."),
        N_("The copy before is still there. The stick is worn out or a counterfeit: take another one."),
        "computer",
    ),
    "stick-damaged": MirrorRefusal(
        N_("The stick refuses to be written: {reason}"),
        N_(
            "The copy before is still there. Pull the stick out and put it in again; if that does not help, let the "
            "computer check it (Windows: Properties, Tools, Check; Linux: fsck.vfat -a)."
        ),
        "computer",
    ),
    "changed-in-mirror": MirrorRefusal(
        N_("“{path}” of the mirror is not what was signed."), N_("Run “canoa mirror verify”, then this again.")
    ),
}


class StickError(MirrorError):
    """A stick or a bundle is refused; what was whole on it still is."""

    def message(self, translate: Callable[[str], str]) -> str:
        """What is wrong, in the reader's language."""
        return translate(STICK_REFUSALS[self.kind].message).format(**self.values)

    def cure(self, translate: Callable[[str], str]) -> str:
        """What helps, in the reader's language."""
        return translate(STICK_REFUSALS[self.kind].cure).format(**self.values)

    @property
    def is_wrong_use(self) -> bool:
        """True when the command was called wrongly."""
        return STICK_REFUSALS[self.kind].fault == "use"

    @property
    def is_of_the_computer(self) -> bool:
        """True when the stick is at fault, and nothing is wrong with what was received."""
        return STICK_REFUSALS[self.kind].fault == "computer"

    def with_sizes(self, shown: Callable[[int], str]) -> StickError:
        """The same with bytes as people read them."""
        sizes = {name: shown(value) if isinstance(value, int) else value for name, value in self.values.items()}
        return StickError(self.kind, **sizes)
