"""Every reason for which a site gives no images, or an image, a delta or a pack is not taken.

As in `refusals.py` the texts are message ids; they are translated and filled in when they are shown.
"""

from __future__ import annotations

from generator.problem_kinds import N_
from generator.release.refusals import ReleaseError, ReleaseRefusal

_RENAME = N_("Rename it, and build the site again.")
_FETCH_AGAIN = N_("Fetch it again, from another mirror if need be; what is here already stays in use.")
_TELL = N_("Do not use it, and tell those who publish the catalogue: Canoa writes nothing like it.")
_WHOLE_IMAGE = N_("Fetch the whole image instead.")

IMAGE_REFUSALS: dict[str, ReleaseRefusal] = {
    # --- names -----------------------------------------------------------------------------------------------------
    "not-relative": ReleaseRefusal(N_("“{path}” does not stay inside the folder."), _TELL),
    "not-text": ReleaseRefusal(N_("“{path}”: this name is not written in UTF-8."), _RENAME),
    "control-character": ReleaseRefusal(N_("“{path}” has a character in its name that cannot be seen."), _RENAME),
    "forbidden-character": ReleaseRefusal(
        N_("“{path}” has the character {character} in its name; Windows and many sticks cannot keep it."), _RENAME
    ),
    "reserved-name": ReleaseRefusal(
        N_("“{path}” has a name that Windows keeps for itself; it could not be copied there."), _RENAME
    ),
    "trailing-character": ReleaseRefusal(
        N_("“{path}”: a name ends with a full stop or a blank; Windows and many sticks lose it."), _RENAME
    ),
    "own-folder": ReleaseRefusal(N_("“{path}” has a name that Canoa keeps for itself."), _RENAME),
    "name-too-long": ReleaseRefusal(
        N_("“{path}” is too long: a name may have {part} bytes, the whole path {whole}."), _RENAME
    ),
    "repeated": ReleaseRefusal(N_("“{path}” is there twice."), _TELL),
    "collision": ReleaseRefusal(
        N_("“{path}” and “{other}” are the same name for some computers: capitals and accents do not tell them apart."),
        _RENAME,
    ),
    "file-and-folder": ReleaseRefusal(N_("“{path}” is a file and a folder at once."), _RENAME),
    # --- sites -----------------------------------------------------------------------------------------------------
    "site-missing": ReleaseRefusal(N_("There is no built site in {folder}."), N_("Run “canoa build” first."), True),
    "not-plain": ReleaseRefusal(
        N_("“{path}” is a link, a device or something else that is no plain file."),
        N_("Put a copy of the file in its place, and build the site again."),
    ),
    "reserved-unit": ReleaseRefusal(
        N_("A course cannot have a folder “{unit}”: the pages that belong to no course are kept under this name."),
        N_("Give the course's folder another name, and build the site again."),
    ),
    "changed-meanwhile": ReleaseRefusal(
        N_("“{path}” was changed while it was read."),
        N_("Wait until the build has ended, and run the command again."),
    ),
    # --- images ----------------------------------------------------------------------------------------------------
    "not-an-image": ReleaseRefusal(N_("This is no image of a course (byte {offset})."), _FETCH_AGAIN),
    "truncated": ReleaseRefusal(N_("It ends in the middle: it was cut off."), _FETCH_AGAIN),
    "too-large": ReleaseRefusal(N_("It is larger than allowed: {most} bytes."), _TELL),
    "not-a-file": ReleaseRefusal(
        N_("“{path}” is, in the image, a link, a device, a folder or an extension, but no plain file."), _TELL
    ),
    "not-canonical": ReleaseRefusal(N_("“{path}” is not written in the image as Canoa writes it."), _TELL),
    "unsorted": ReleaseRefusal(N_("“{path}” is not in its place in the image."), _TELL),
    "outside-unit": ReleaseRefusal(N_("“{path}” does not belong to the course of its image, “{unit}”."), _TELL),
    "occupied": ReleaseRefusal(
        N_("There is something at “{path}” already."), N_("Nothing was written over it. Use an empty folder.")
    ),
    # --- compressed files, deltas and packs ------------------------------------------------------------------------
    "not-compressed": ReleaseRefusal(N_("This is no file that Canoa compressed."), _FETCH_AGAIN),
    "damaged": ReleaseRefusal(N_("It is damaged: it cannot be decompressed."), _FETCH_AGAIN),
    "wrong-length": ReleaseRefusal(N_("It should have {expected} bytes, but it has {found}."), _FETCH_AGAIN),
    "something-follows": ReleaseRefusal(N_("Something follows after its end."), _TELL),
    "other-reference": ReleaseRefusal(N_("This delta was made for another image than the one here."), _WHOLE_IMAGE),
    "too-large-for-delta": ReleaseRefusal(N_("Images of more than {most} bytes get no deltas."), _WHOLE_IMAGE),
    "not-a-pack": ReleaseRefusal(N_("This is no pack of deltas."), _FETCH_AGAIN),
    "bad-index": ReleaseRefusal(N_("The list of what is in the pack is wrong ({place})."), _TELL),
    "not-in-pack": ReleaseRefusal(N_("The pack has no delta for “{path}”."), _WHOLE_IMAGE),
    # --- what is signed --------------------------------------------------------------------------------------------
    "bad-target": ReleaseRefusal(N_("What is signed about “{path}” is wrong ({place})."), _TELL),
}


class ImageRefusedError(ReleaseError):
    """Names, images, deltas or packs are not what they must be."""

    refusals = IMAGE_REFUSALS
