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
    "course-not-here": MirrorRefusal(
        N_("The course “{course}” is not in this mirror."), N_("“canoa mirror status” says which are."), "use"
    ),
    "layer-unknown": MirrorRefusal(N_("There is no part “{layer}”."), N_("There are: texto, imagens, midia."), "use"),
    "nothing-to-open": MirrorRefusal(
        N_("Without its text there is nothing to open on the stick."), N_("Add texto to --layers."), "use"
    ),
    "since-unknown": MirrorRefusal(
        N_("This mirror does not have release {number} any more, and cannot say what is new since."),
        N_("Take one that is here ({held}), or everything: --full."),
        "use",
    ),
    "not-the-newest": MirrorRefusal(
        N_("Release {served} is served, and {newest} is the newest: bundles are of the newest only."),
        N_("Run “canoa mirror activate” to go over to it, or export for readers only: --stick."),
        "use",
    ),
    "metadata-not-here": MirrorRefusal(
        N_("The signatures of the served release are not here as they came ({reason})."),
        N_("Run “canoa mirror sync”, then this again."),
    ),
    "piece-missing": MirrorRefusal(
        N_("The bundle needs {path}, which is not here and cannot be fetched."),
        N_("Run this again with a link to where this mirror's releases come from."),
        "computer",
    ),
    "no-bundle": MirrorRefusal(
        N_("There is no bundle in {place}."),
        N_("Say the folder “canoa-pacote”, or the stick that holds it. “canoa mirror export --bundle” writes one."),
        "use",
    ),
    "bundle-lacks": MirrorRefusal(
        N_("The bundle does not have all that this mirror needs: {path} is missing."),
        N_(
            "Ask for a bundle with everything (--full), or with what is new since the release that is here; or take "
            "only what is in it, with --courses and --layers. What is served stays in use."
        ),
    ),
    "changed-in-mirror": MirrorRefusal(
        N_("“{path}” of the mirror is not what was signed."), N_("Run “canoa mirror verify”, then this again.")
    ),
}


class StickError(MirrorError):
    """A stick or a bundle is refused; what was whole on it still is."""

    refusals = STICK_REFUSALS

    def with_sizes(self, shown: Callable[[int], str]) -> StickError:
        """The same with bytes as people read them."""
        sizes = {name: shown(value) if isinstance(value, int) else value for name, value in self.values.items()}
        return StickError(self.kind, **sizes)
