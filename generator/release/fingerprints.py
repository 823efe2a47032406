"""Short names of what was signed, to be compared by eye or by telephone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from generator.release.catalogue import TargetInfo


def release_digest(targets: Mapping[str, TargetInfo]) -> str:
    """SHA-256 of a list of all images and large files of a release, whatever part of it a copy has.

    One line for each target, by path: hash, length, path; after it one for each file outside of the image, with the
    file's path as a fourth field.  Fields are separated by tabs, which no name holds.
    """
    digest = hashlib.sha256()
    for path, info in sorted(targets.items()):
        digest.update(f"{info.sha256}\t{info.length}\t{path}\n".encode())
        for blob, one in sorted(info.custom["blobs"].items()):
            digest.update(f"{one['sha256']}\t{one['length']}\t{path}\t{blob}\n".encode())
    return digest.hexdigest()


def in_groups(fingerprint: str) -> str:
    """A fingerprint in groups of four, as it is read out."""
    return " ".join(fingerprint[place : place + 4] for place in range(0, len(fingerprint), 4))
