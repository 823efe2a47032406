"""Releases that the publisher's own commands do not make, signed with keys that were stolen from one."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from securesystemslib.signer import Signer

from generator.release.catalogue import TargetInfo
from generator.release.compression import compress_bytes
from generator.release.keys import load_public_key
from generator.release.metadata import Repository
from generator.release.signed_documents import TransportInfo
from generator.release.workplace import object_path
from tests.mirror.published import Catalogue, date
from tests.release.signing import changed

ROLES = ("targets", "snapshot", "timestamp", "transport", "ufx", "ufy")


def stolen_signers(catalogue: Catalogue) -> dict[str, list[Signer]]:
    """The keys of everybody, by role."""
    keys = catalogue.press.folder / "keys"
    names = {**{role: role for role in ROLES}, "site": "agregador", "catalogo": "agregador"}
    ring = catalogue.press.ring
    return {role: ring.signers([load_public_key(keys / f"{name}.json").keyid]) for role, name in names.items()}


def target(path: str, image: bytes, blobs: Mapping[str, Any] | None = None) -> TargetInfo:
    """What an institution signs of an image."""
    _, unit, layer = path.removesuffix(".tar").split("/")
    custom = {"unit": unit, "title": unit, "layer": layer, "files": 1, "blobs": dict(blobs or {})}
    return TargetInfo(len(image), hashlib.sha256(image).hexdigest(), custom)


def forge(
    catalogue: Catalogue,
    number: int,
    folder: Path,
    images: Mapping[str, bytes],
    *,
    objects: Mapping[str, bytes] | None = None,
) -> Path:
    """The wire of a release after `number` with these images; the institution that a path names signs them.

    `objects`: what is found on the wire instead of the image, properly signed by `transport`.
    """
    shutil.copytree(catalogue.wire(number), folder, copy_function=os.link)
    signers, day = stolen_signers(catalogue), date(number + 1)
    repository = Repository.from_folder(folder)
    transport = repository.transport()
    for path, image in images.items():
        info = target(path, image)
        owner = path.partition("/")[0]
        repository = repository.with_targets(owner, {**repository.targets_of(owner), path: info}, signers, day)
        content = (objects or {}).get(path, compress_bytes(image))
        _write(folder, object_path(info.sha256), content)
        transport[object_path(info.sha256)] = TransportInfo(len(content), hashlib.sha256(content).hexdigest())
    repository = repository.with_transport(transport, signers, day)
    return _release(repository, folder, signers, number)


def forge_foreign(catalogue: Catalogue, number: int, folder: Path) -> Path:
    """One institution signs what belongs to another, and everybody else helps."""
    shutil.copytree(catalogue.wire(number), folder, copy_function=os.link)
    signers = stolen_signers(catalogue)
    repository = Repository.from_folder(folder)

    def steal(signed: dict[str, Any]) -> None:
        signed["version"] += 1
        signed["targets"]["ufx/um/texto.tar"] = next(iter(signed["targets"].values()))

    document = changed(repository.roles["ufy"], steal, signers["ufy"])  # type: ignore[arg-type]
    return _release(replace(repository, roles={**repository.roles, "ufy": document}), folder, signers, number)


def renew(catalogue: Catalogue, number: int, folder: Path, roles: Sequence[str], day: float) -> Path:
    """A release of a later day in which only these roles have signed again."""
    shutil.copytree(catalogue.wire(number), folder, copy_function=os.link)
    signers = stolen_signers(catalogue)
    repository = Repository.from_folder(folder)
    for role in ("targets", *roles, "transport"):
        repository = repository.renewed(role, signers, date(day))
    return _release(repository, folder, signers, number, day)


def _release(
    repository: Repository, folder: Path, signers: dict[str, list[Signer]], number: int, day: float | None = None
) -> Path:
    earlier = {number: (folder / f"meta/{number}.zst").read_bytes()}
    _, wire = repository.next_release(signers, date(number + 1 if day is None else day), earlier)
    for path, content in wire.items():
        _write(folder, path, content)
    return folder


def _write(folder: Path, path: str, content: bytes) -> None:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)  # it is another name of a file that others use
    place.write_bytes(content)
