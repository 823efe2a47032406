"""Every reason for which a mirror does not do what it was asked: what is wrong, and what helps.

As in `generator/release/refusals.py` the texts are message ids; they are translated and filled in when they are shown.
What metadata, images or packs are refused for is said there.
"""

from __future__ import annotations

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

    @property
    def is_wrong_use(self) -> bool:
        """True when the command was called wrongly."""
        return self.fault == "use"

    @property
    def is_of_the_computer(self) -> bool:
        """True when computer, network or stick refused, and nothing is wrong with what was received."""
        return self.fault == "computer"


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
    "mirror-prepared": MirrorRefusal(
        N_("{folder} is a mirror already."),
        N_("Nothing was changed. Edit mirror.json, or choose another folder."),
        "use",
    ),
    "torn-mirror-state": MirrorRefusal(
        N_("What this mirror had kept of its trust is missing or damaged: {part}."),
        N_(
            "Restore the folder “state” from a copy, or begin its trust anew: “canoa mirror init --root FILE”, with "
            "the root that the publisher gives you. The courses stay, and stay served."
        ),
    ),
    # --- the first root --------------------------------------------------------------------------------------------
    "root-unknown": MirrorRefusal(
        N_("Is this the publisher's root?  {fingerprint}"),
        N_(
            "Compare it with what the publisher says on the telephone or on paper, then run the command again with "
            "--fingerprint {short}… (the whole of it), or bring the root with --root FILE."
        ),
        "use",
    ),
    "root-differs": MirrorRefusal(
        N_("No root of {source} has the fingerprint that you gave; its first one has:  {fingerprint}"),
        N_("Do not use this source before you have asked the publisher. Nothing was changed."),
    ),
    "not-a-root": MirrorRefusal(
        N_("{file} is no root of a catalogue."), N_("It is the file md/1.root.json of what was published."), "use"
    ),
    # --- sources ---------------------------------------------------------------------------------------------------
    "no-source": MirrorRefusal(
        N_("mirror.json names no address to fetch from."),
        N_("Write one under “upstreams”, or bring releases on a stick: “canoa mirror import”."),
        "use",
    ),
    "not-a-source": MirrorRefusal(
        N_("“{address}” is no address to fetch from."),
        N_("Use http://…, https://…, file://… or a folder."),
        "use",
    ),
    "unreachable": MirrorRefusal(
        N_("{source} cannot be reached: {reason}."),
        N_("Check the link and the address; then run it again."),
        "computer",
    ),
    "not-found": MirrorRefusal(
        N_("{source} does not have {path}."),
        N_("Check the address; a mirror of a part can be a source of that part only."),
        "computer",
    ),
    "bad-status": MirrorRefusal(
        N_("{source} answers {status} for {path}."), N_("Try again later, or use another source."), "computer"
    ),
    "cut": MirrorRefusal(
        N_("The link to {source} was cut in the middle of {path}."),
        N_("Run it again: what came is kept."),
        "computer",
    ),
    "too-slow": MirrorRefusal(
        N_("{source} sends almost nothing."), N_("Run it again: what came is kept. Or use another source."), "computer"
    ),
    "deadline": MirrorRefusal(N_("The time for this run is over."), N_("Run it again: what came is kept."), "computer"),
    "wrong-object": MirrorRefusal(
        N_("What {source} gives as {path} is something else: damaged, cut off, or another page."),
        N_("It was thrown away. If you must log in to this network, do so; else use another source."),
    ),
    "wrong-range": MirrorRefusal(
        N_("{source} gives another part of {path} than it was asked for."),
        N_("It was thrown away. Use another source, or tell who runs this one."),
    ),
    "no-parts": MirrorRefusal(N_("{source} gives only whole files."), N_("Nothing needs to be done."), "computer"),
    "redirected": MirrorRefusal(
        N_("{source} sends us on to {address}; that is not followed."),
        N_("If you must log in to this network, do so; else correct the address in mirror.json."),
    ),
    # --- what was received -----------------------------------------------------------------------------------------
    "no-object": MirrorRefusal(
        N_("The release does not say how “{path}” is fetched."),
        N_("Tell those who publish the catalogue; what is here already stays in use."),
    ),
    "wrong-image": MirrorRefusal(
        N_("“{path}” became something else than what its institution signed."),
        N_("It was thrown away. Tell those who publish the catalogue; what is here already stays in use."),
    ),
    "unit-of-two": MirrorRefusal(
        N_("“{one}” and “{other}” both sign the course “{unit}”."),
        N_("Tell those who publish the catalogue; what is here already stays in use."),
    ),
    "not-its-own": MirrorRefusal(
        N_("“{path}” of “{target}” would lie where a course has its files."),
        N_("Tell those who publish the catalogue; what is here already stays in use."),
    ),
    "older-than-here": MirrorRefusal(
        N_("The source has release {found}, older than the one here, {known}."),
        N_("Take another source. If the publisher did begin anew, make a new mirror in another folder."),
    ),
    "no-room": MirrorRefusal(
        N_("The disk has {free} MB free, and {need} MB are needed."),
        N_("Make room, or choose fewer courses or layers. What is here already stays in use."),
        "computer",
    ),
    # --- going back, and checking ----------------------------------------------------------------------------------
    "no-release-here": MirrorRefusal(N_("There is no release here yet."), N_("Run “canoa mirror sync” first."), "use"),
    "nothing-before": MirrorRefusal(
        N_("There is no release before {number} here."), N_("“canoa mirror status” says which are."), "use"
    ),
    "not-repairable": MirrorRefusal(
        N_("Release {number} is not the newest; only that one can be repaired."),
        N_("Run “canoa mirror activate” to go over to the newest, or “canoa mirror sync”."),
        "use",
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

    refusals = MIRROR_REFUSALS
