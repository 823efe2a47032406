"""Every reason for which keys, signatures or metadata are refused: what is wrong, and what helps.

As in `refusals.py` the texts are message ids; they are translated and filled in when they are shown.
"""

from __future__ import annotations

from generator.problem_kinds import N_
from generator.release.refusals import ReleaseError, ReleaseRefusal

_FETCH_AGAIN = N_("Fetch it again, from another mirror if need be; what is here already stays in use.")
_ASK_AGGREGATOR = N_("Tell those who publish the catalogue; what is here already stays in use.")
_STATE = N_("Restore the folder from a copy, or set the mirror up again; the courses themselves can stay.")

TRUST_REFUSALS: dict[str, ReleaseRefusal] = {
    # --- keys ------------------------------------------------------------------------------------------------------
    "key-exists": ReleaseRefusal(
        N_("There is already a key in {file}; keys are never overwritten."),
        N_("Choose another name, or move the old key away if it is certain that nothing needs it."),
        True,
    ),
    "key-unreadable": ReleaseRefusal(
        N_("The key {file} could not be read: {reason}."), N_("Check that it exists and that you may read it."), True
    ),
    "key-unwritable": ReleaseRefusal(
        N_("The key {file} could not be written: {reason}."), N_("Check that the folder exists and is not full.")
    ),
    "not-a-key": ReleaseRefusal(
        N_("{file} is no key that Canoa can use."),
        N_("Private keys are PEM files (PKCS #8, Ed25519 or ECDSA), public ones are JSON files that Canoa wrote."),
        True,
    ),
    "key-not-encrypted": ReleaseRefusal(
        N_("The private key {file} is not encrypted."),
        N_("Encrypt it (openssl pkcs8 -topk8 -scrypt) and delete the open copy, or make a new key."),
        True,
    ),
    "key-passphrase": ReleaseRefusal(
        N_("The passphrase does not open {file}."),
        N_("Type it again; nothing was changed. A damaged file gives the same message."),
        True,
    ),
    "short-passphrase": ReleaseRefusal(
        N_("The passphrase has fewer than {least} letters."),
        N_("Take several words: whoever steals the file can try millions of short ones."),
        True,
    ),
    "wrong-key": ReleaseRefusal(
        N_("The private key does not belong to the public key {keyid}."), N_("Check which key the role asks for."), True
    ),
    "unknown-signer": ReleaseRefusal(
        N_("Nothing signs with “{scheme}:”."), N_("Known: {known}, and the path of an encrypted key file."), True
    ),
    "signer-failed": ReleaseRefusal(
        N_("The signer {uri} cannot be used: {reason}."), N_("Check that the token is there and its driver installed.")
    ),
    # --- one metadata file -----------------------------------------------------------------------------------------
    "metadata-too-large": ReleaseRefusal(N_("{file} is larger than metadata can be."), _FETCH_AGAIN),
    "metadata-too-deep": ReleaseRefusal(N_("{file} is nested too deeply, or has too many parts."), _FETCH_AGAIN),
    "metadata-not-json": ReleaseRefusal(N_("{file} is not JSON: cut off, damaged, or another page."), _FETCH_AGAIN),
    "metadata-malformed": ReleaseRefusal(N_("{file} is not signed metadata as Canoa writes it."), _FETCH_AGAIN),
    "metadata-other-type": ReleaseRefusal(
        N_("{file} is metadata of another kind: {found} instead of {wanted}."), _FETCH_AGAIN
    ),
    "unknown-key": ReleaseRefusal(
        N_("“{role}” is signed by a key that may not sign it, or may not any more."), _ASK_AGGREGATOR
    ),
    "bad-signature": ReleaseRefusal(
        N_("A signature of “{role}” is wrong: what was signed has been changed."), _FETCH_AGAIN
    ),
    "threshold": ReleaseRefusal(N_("“{role}” has {signed} of the {needed} signatures that it needs."), _ASK_AGGREGATOR),
    "foreign-target": ReleaseRefusal(
        N_("“{role}” signs “{path}”, which is not its own."),
        N_("Each institution signs its own courses only: correct the release's settings, or tell who publishes it."),
    ),
    "impossible-target": ReleaseRefusal(N_("What “{role}” says of “{path}” cannot be."), _ASK_AGGREGATOR),
    # --- the catalogue's metadata ----------------------------------------------------------------------------------
    "bad-institution": ReleaseRefusal(
        N_("“{institution}” cannot be the name of an institution."),
        N_("Lower-case letters, digits and hyphens; not the name of a role (root, targets, snapshot, timestamp, …)."),
        True,
    ),
    "unknown-role": ReleaseRefusal(N_("Nobody has the role “{role}”."), N_("Known: {known}."), True),
    "no-signer": ReleaseRefusal(
        N_("There is no key to sign “{role}” with."), N_("Bring the key, or ask its owner to sign."), True
    ),
    "wrong-version": ReleaseRefusal(
        N_("“{role}” has version {found}; {wanted} comes next."), N_("Make it again from the newest state."), True
    ),
    "no-metadata": ReleaseRefusal(
        N_("{folder} holds no metadata of a catalogue."), N_("Run “canoa release init” first."), True
    ),
    # --- packs of metadata -----------------------------------------------------------------------------------------
    "meta-pack-too-large": ReleaseRefusal(
        N_("The metadata would need more than {limit} MB; it was not unpacked."), _FETCH_AGAIN
    ),
    "meta-pack-damaged": ReleaseRefusal(N_("The packed metadata is damaged or cut off."), _FETCH_AGAIN),
    "not-a-meta-pack": ReleaseRefusal(N_("This is no packed metadata of Canoa."), _FETCH_AGAIN),
    "meta-pack-other-base": ReleaseRefusal(
        N_("This difference belongs to other metadata than what is here."), N_("Fetch all metadata instead.")
    ),
    # --- what a mirror is given ------------------------------------------------------------------------------------
    "missing-metadata": ReleaseRefusal(N_("{file} is missing from the metadata."), _FETCH_AGAIN),
    "mixed": ReleaseRefusal(
        N_("{file} is not the one that belongs to this release: files of several releases are mixed."), _FETCH_AGAIN
    ),
    "rollback": ReleaseRefusal(
        N_("“{role}” is older than what is here: version {found} after {known}."),
        N_("The source is out of date or wants to turn time back. Take another one; nothing was changed."),
    ),
    "two-contents": ReleaseRefusal(
        N_("There are two different “{role}” of the same version {found}."), _ASK_AGGREGATOR
    ),
    "role-vanished": ReleaseRefusal(
        N_("The metadata of “{role}” is gone from the release without having been withdrawn."), _ASK_AGGREGATOR
    ),
    "expired": ReleaseRefusal(
        N_("“{role}” was to be believed until {expiry} only."),
        N_("Take a newer release from another source, or set the clock. What is here already stays in use."),
    ),
    "too-long-on-the-wire": ReleaseRefusal(
        N_("“{path}” would be larger than the files in it can make it."), _ASK_AGGREGATOR
    ),
    "torn-state": ReleaseRefusal(N_("What this mirror had kept of its trust is damaged: {part}."), _STATE),
}


class TrustError(ReleaseError):
    """What was given cannot be trusted, or nothing can be signed; the sentence is in `TRUST_REFUSALS`."""

    refusals = TRUST_REFUSALS
