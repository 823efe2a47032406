"""What a mirror keeps of its trust: the root, the high-water mark, and the metadata it has verified; all fsynced.

Damage here is never taken for a new beginning: with a cache that is torn an older release would be believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from generator.mirror.refusals import MirrorError
from generator.mirror.store import MirrorStore
from generator.release.durable_files import settle_folders, write_durably
from generator.release.meta_packs import pack_metadata, unpack_metadata
from generator.release.trust import HighWater, ReferenceTime, TrustedState
from generator.release.trust_refusals import TrustError

ROOT, HIGH_WATER, TIMESTAMP = "root.json", "high-water.json", "timestamp.json"


class TrustFiles:
    """The files in `state/`."""

    def __init__(self, store: MirrorStore) -> None:
        self.folder = store.state
        self._metadata = store.state / "metadata"

    def begin(self, root: bytes) -> None:
        """Trust this root from now on, and nothing that was known before.  Raises `OSError`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / TIMESTAMP).unlink(missing_ok=True)
        write_durably(self.folder / HIGH_WATER, HighWater().to_json())
        settle_folders({self.folder})
        write_durably(self.folder / ROOT, root)
        settle_folders({self.folder, self.folder.parent})

    def load(self, now: ReferenceTime) -> TrustedState:
        """Raises `MirrorError` torn-mirror-state for anything missing or damaged."""
        try:
            high_water = HighWater.from_json((self.folder / HIGH_WATER).read_bytes())
            state = TrustedState.start((self.folder / ROOT).read_bytes(), high_water, now)
        except FileNotFoundError as error:
            raise MirrorError("torn-mirror-state", part=str(error.filename)) from None
        except TrustError as error:
            raise MirrorError("torn-mirror-state", part=str(error.values["part"])) from None
        known = high_water.marks.get("root")
        if known and state.root_version < known.version:
            raise MirrorError("torn-mirror-state", part=ROOT)
        return state

    def keep_root(self, state: TrustedState) -> None:
        """Before the high-water mark: that it is reached by a newer root than is kept must not be."""
        if (self.folder / ROOT).read_bytes() != state.root_bytes:
            write_durably(self.folder / ROOT, state.root_bytes)
            settle_folders({self.folder})

    def keep(self, state: TrustedState, number: int, files: Mapping[str, bytes], timestamp: bytes) -> None:
        """A release was verified: what it was verified by, and last the mark that is never gone below."""
        self.keep_root(state)
        if self.metadata(number) != files:
            write_durably(self.metadata_file(number), pack_metadata(files))
            settle_folders({self._metadata, self.folder})
        if self.timestamp() != timestamp:
            write_durably(self.folder / TIMESTAMP, timestamp)
        mark = state.high_water.to_json()
        if (self.folder / HIGH_WATER).read_bytes() != mark:
            write_durably(self.folder / HIGH_WATER, mark)
        settle_folders({self.folder})

    def root(self) -> bytes:
        """The root that is trusted now.  Raises `MirrorError` torn-mirror-state."""
        try:
            return (self.folder / ROOT).read_bytes()
        except FileNotFoundError:
            raise MirrorError("torn-mirror-state", part=ROOT) from None

    def timestamp(self) -> bytes:
        """The last one that was verified; nothing before the first."""
        try:
            return (self.folder / TIMESTAMP).read_bytes()
        except FileNotFoundError:
            return b""

    def metadata(self, number: int) -> dict[str, bytes]:
        """The metadata files of a release, to be verified again; nothing when they are not here or damaged."""
        try:
            return unpack_metadata(self.metadata_file(number).read_bytes())
        except (FileNotFoundError, TrustError):
            return {}

    def numbers(self) -> tuple[int, ...]:
        """Releases whose metadata are here, in order."""
        return tuple(sorted(int(file.stem) for file in self._metadata.glob("*.zst") if file.stem.isdecimal()))

    def metadata_file(self, number: int) -> Path:
        """Where the metadata of a release are kept."""
        return self._metadata / f"{number}.zst"
