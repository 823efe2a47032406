"""Makes a folder a mirror: its settings, and the first root, which somebody vouches for and no network."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tuf.api.metadata import Root

from generator.mirror.fetching import Fetcher, fetching
from generator.mirror.refusals import MirrorError
from generator.mirror.store import MirrorSettings, MirrorStore
from generator.mirror.sync import LARGEST_ROOT
from generator.mirror.trust_files import TrustFiles
from generator.mirror.watch import Patience
from generator.release.fingerprints import in_groups
from generator.release.signed_documents import read_metadata, verify
from generator.release.trust_refusals import TrustError

MOST_ROOTS = 64
"""That are looked through for a fingerprint."""


@dataclass(frozen=True)
class FirstTrust:
    """By what the first root is believed: exactly one of these."""

    file: Path | None = None
    """The root itself, which came another way than the releases do."""
    fingerprint: str = ""
    """Its SHA-256, as hexadecimal digits with anything between them."""
    first_use: bool = False
    """Whatever root the source has."""


@dataclass(frozen=True)
class Started:
    """What became of `start_mirror`."""

    settings: MirrorSettings
    fingerprint: str
    """SHA-256 of the root that is trusted now, in groups, to be compared by telephone."""
    is_anew: bool
    """True when the folder was a mirror whose trust was begun anew."""


def start_mirror(
    store: MirrorStore,
    settings: MirrorSettings,
    first: FirstTrust,
    patience: Patience = Patience(),  # noqa: B008  # a frozen value
) -> Started:
    """Make the folder a mirror, or begin the trust of one anew whose state is damaged; it keeps its settings then.

    Raises `MirrorError`: mirror-prepared, root-unknown, root-differs, not-a-root, and those of sources; `OSError`.
    """
    is_anew = store.settings_file.exists()
    if is_anew:
        settings = store.read_settings()
        if not is_torn(store):
            raise MirrorError("mirror-prepared", folder=str(store.folder))
    root = _from_file(first.file) if first.file else _from_sources(store, settings.upstreams, first, patience)
    store.folder.mkdir(parents=True, exist_ok=True)
    TrustFiles(store).begin(root)
    if not is_anew:
        store.write_settings(settings)
    return Started(settings, _shown(root), is_anew)


def is_torn(store: MirrorStore) -> bool:
    """Whether what the mirror had kept of its trust cannot be used."""
    from generator.mirror.clock import reference_time

    try:
        TrustFiles(store).load(reference_time())
    except MirrorError:
        return True
    return False


def _from_file(file: Path) -> bytes:
    try:
        content = file.read_bytes()[: LARGEST_ROOT + 1]
    except FileNotFoundError:
        raise MirrorError("not-a-root", file=str(file)) from None
    return _checked(content, str(file))


def _from_sources(store: MirrorStore, upstreams: Sequence[str], first: FirstTrust, patience: Patience) -> bytes:
    """The root that somebody vouches for, else the first one of the first source."""
    with fetching(upstreams, store.incoming, patience, listener=lambda stage, done, total: None) as fetcher:
        content = _fetch(fetcher, 1)
        if first.first_use:
            return content
        if not first.fingerprint:
            shown = _shown(content)
            raise MirrorError("root-unknown", fingerprint=shown, short=shown[:9])
        wanted = "".join(one for one in first.fingerprint.lower() if one.isalnum())
        found = content
        for version in range(2, MOST_ROOTS):
            if hashlib.sha256(found).hexdigest() == wanted:
                return found
            try:
                found = _fetch(fetcher, version)
            except MirrorError:
                break
        raise MirrorError("root-differs", source=fetcher.source.name, fingerprint=_shown(content))


def _fetch(fetcher: Fetcher, version: int) -> bytes:
    name = f"md/{version}.root.json"
    found = fetcher.small(fetcher.source, name, most=LARGEST_ROOT)
    return _checked(found[0] if found else b"", name)


def _checked(content: bytes, name: str) -> bytes:
    try:
        root = read_metadata(content, Root, file=name)
        verify(root.signed, "root", root)
    except TrustError:
        raise MirrorError("not-a-root", file=name) from None
    return content


def _shown(root: bytes) -> str:
    return in_groups(hashlib.sha256(root).hexdigest())
