"""Brings a mirror up to date; read `sync_mirror` for the order of the steps.

Each step leaves the folder so that the next run goes on by itself, whatever moment this one ends at: first what is
believed, then the tree, its record, the link to it, and last what others are told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from generator.mirror.assembling import Assembly
from generator.mirror.clock import BUILT, reference_time
from generator.mirror.copies import CopyMaker
from generator.mirror.fetching import Fetcher, Listener, Wanted, fetching
from generator.mirror.going_back import rolled_back_from
from generator.mirror.journal import Confirmation, Failure, read_journal, write_journal
from generator.mirror.passing_on import Relay, clear_incoming
from generator.mirror.refusals import MirrorError
from generator.mirror.sources import Source
from generator.mirror.status import MirrorStatus, host_of, write_status
from generator.mirror.store import EVERYTHING, MirrorSettings, MirrorStore, ReleaseRecord
from generator.mirror.trees import choose
from generator.mirror.trust_files import TIMESTAMP, TrustFiles
from generator.mirror.watch import Patience
from generator.release.catalogue import TargetInfo
from generator.release.meta_packs import apply_meta_delta, unpack_metadata
from generator.release.refusals import ReleaseError
from generator.release.signed_documents import TransportInfo
from generator.release.trust import Announcement, ReferenceTime, TrustedState, VerifiedRelease
from generator.release.trust_refusals import TrustError

LARGEST_TIMESTAMP = 1 << 18
"""Bytes; ours have less than two thousand."""
LARGEST_ROOT = 1 << 20
NEW_KEYS = frozenset(("unknown-key", "bad-signature", "threshold"))
"""Why a timestamp may be refused that a newer root would let in."""


@dataclass(frozen=True)
class Synced:
    """What a sync did."""

    number: int
    """Release that is served now."""
    before: int
    """The one that was served before; 0 for none."""
    is_new_tree: bool
    status: MirrorStatus
    requests: int
    received: int
    """Bytes, without headers."""
    withheld: tuple[str, ...]
    """Institutions whose signature had expired before this mirror saw it; their courses are left out."""
    unknown_courses: tuple[str, ...]
    """Courses that the settings ask for and the release does not have."""
    as_bundle: bool


@dataclass(frozen=True)
class _Verified:
    """A release whose metadata were verified, and those."""

    release: VerifiedRelease
    files: Mapping[str, bytes]
    packs: Mapping[str, TransportInfo]
    timestamp: bytes
    etag: str
    source: Source


def sync_mirror(
    store: MirrorStore,
    *,
    clock: datetime | None = None,
    upstreams: Sequence[str] = (),
    rate: int | None = None,
    as_bundle: bool = False,
    patience: Patience = Patience(),  # noqa: B008  # a frozen value
    listener: Listener = lambda stage, done, total: None,
) -> Synced:
    """Go over to the newest release of the sources (`upstreams`, else those of the settings).

    `clock`: of this computer; `as_bundle`: the source is a stick, judged at the time at which it was signed.
    Raises `ReleaseError` and `OSError`; then the release that was served is served, and the status says what happened.
    The folder is to be held with `store.alone()`.
    """
    settings = store.read_settings()
    trust = TrustFiles(store)
    state = trust.load(reference_time(clock))
    rate = settings.rate if rate is None else rate
    try:
        with fetching(
            upstreams or settings.upstreams, store.incoming, patience, rate=rate, listener=listener
        ) as fetcher:
            return _Sync(store, settings, trust, state, fetcher, listener, as_bundle=as_bundle).run()
    except (ReleaseError, OSError) as error:
        _note_failure(store, state, error)
        raise


class _Sync:
    """One run."""

    def __init__(
        self,
        store: MirrorStore,
        settings: MirrorSettings,
        trust: TrustFiles,
        state: TrustedState,
        fetcher: Fetcher,
        listener: Listener,
        *,
        as_bundle: bool,
    ) -> None:
        self.store, self.settings, self.trust, self.state = store, settings, trust, state
        self.fetcher, self.listener, self.as_bundle = fetcher, listener, as_bundle

    def run(self) -> Synced:
        """The steps in their order."""
        before = self.store.current() or 0
        verified = self._verify_newest()
        release = verified.release
        self._note_confirmation(verified)
        wanted = choose(release, self.settings)
        record = self._record_of(release, wanted)
        is_new_tree = record is None
        copy = CopyMaker(self.state.root_bytes, BUILT)
        if record is None:
            record = Assembly(self.store, self.settings, release, wanted, self.fetcher, copy, self.listener).make()
        if record.number > rolled_back_from(self.store):
            self._activate(record)
        if not is_new_tree:
            copy.refresh(self.store.releases / record.tree, release, wanted)
        self._pass_on(verified, record)
        clear_incoming(self.store)
        return self._finish(verified, before, is_new_tree=is_new_tree)

    # --- trust

    def _verify_newest(self) -> _Verified:
        """From the first source whose word can be believed."""
        failures: list[ReleaseError] = []
        for source in self.fetcher.in_order():
            found = self._tried(source)
            self.trust.keep_root(self.state)  # newer roots stay, whatever came after them
            if isinstance(found, _Verified):
                self.fetcher.prefer(source)
                return found
            failures.append(found)
            if found.kind == "deadline":
                break
        raise next((one for one in failures if isinstance(one, TrustError)), failures[0])

    def _tried(self, source: Source) -> _Verified | ReleaseError:
        try:
            return self._verify(source)
        except (MirrorError, TrustError) as error:
            return error

    def _verify(self, source: Source) -> _Verified:
        timestamp, etag = self._timestamp(source)
        announced = self._announcement(source, timestamp)
        self._refuse_older(announced)
        kept = self.trust.metadata(announced.number)
        files = kept or self._metadata(announced)
        try:
            release = self._update(files, timestamp)
        except TrustError as error:
            if not kept or error.kind == "expired":
                raise
            files = self._whole_metadata(announced)  # what was kept here may be damaged
            release = self._update(files, timestamp)
        self.trust.keep(self.state, release.number, files, timestamp)
        return _Verified(release, files, announced.packs, timestamp, etag, source)

    def _timestamp(self, source: Source) -> tuple[bytes, str]:
        """The only file that changes, and the source's mark of it; asked for only if it is another one than is here."""
        kept = self.trust.timestamp()
        etag = dict(read_journal(self.store).etags).get(source.address, "") if kept else ""
        found = self.fetcher.small(source, TIMESTAMP, most=LARGEST_TIMESTAMP, unless=etag)
        return (kept, etag) if found is None else found

    def _announcement(self, source: Source, timestamp: bytes) -> Announcement:
        try:
            return self.state.read_timestamp(timestamp)
        except TrustError as error:
            if error.kind not in NEW_KEYS or not self._follow_roots(source):
                raise
            return self.state.read_timestamp(timestamp)

    def _follow_roots(self, source: Source) -> bool:
        """Fetch the roots that follow, while there are; whether there were any.  Raises `MirrorError`, `TrustError`."""
        before = self.state.root_version
        while True:
            name = f"{self.state.root_version + 1}.root.json"
            try:
                found = self.fetcher.small(source, f"md/{name}", most=LARGEST_ROOT)
            except MirrorError as error:
                if error.kind != "not-found":
                    raise
                return self.state.root_version > before
            self.state.update_roots({name: found[0] if found else b""})
            self.trust.keep_root(self.state)

    def _refuse_older(self, announced: Announcement) -> None:
        """With a trust that was begun anew the trees that are here still say what was reached."""
        newest = max(self.store.numbers(), default=0)
        if "snapshot" not in self.state.high_water.marks and announced.number < newest:
            raise MirrorError("older-than-here", found=announced.number, known=newest)

    def _metadata(self, announced: Announcement) -> Mapping[str, bytes]:
        """As a difference from what is here, else whole."""
        for base in reversed(self.trust.numbers()):
            path = f"meta/{base}-{announced.number}.zst"
            old = self.trust.metadata(base) if path in announced.packs else {}
            if old:
                try:
                    return apply_meta_delta(old, self._pack(path, announced))
                except TrustError:  # what was kept here may be damaged
                    break
                except MirrorError as error:
                    if error.kind != "not-found":
                        raise
        return self._whole_metadata(announced)

    def _whole_metadata(self, announced: Announcement) -> Mapping[str, bytes]:
        return unpack_metadata(self._pack(f"meta/{announced.number}.zst", announced))

    def _pack(self, path: str, announced: Announcement) -> bytes:
        info = announced.packs.get(path)
        if info is None:
            raise TrustError("missing-metadata", file=path)
        return self.fetcher.file(Wanted(path, info.length, info.sha256)).read_bytes()

    def _update(self, files: Mapping[str, bytes], timestamp: bytes) -> VerifiedRelease:
        return self.state.update({**files, TIMESTAMP: timestamp}, as_bundle=self.as_bundle)

    # --- the tree

    def _record_of(self, release: VerifiedRelease, wanted: Mapping[str, TargetInfo]) -> ReleaseRecord | None:
        """What is noted of the release, if it is here as it is wanted."""
        if release.number not in self.store.numbers():
            return None
        try:
            record = self.store.record(release.number)
        except MirrorError:  # damaged: it is made again
            return None
        is_whole = record.targets == wanted and {*record.left_out, *wanted} == release.targets.keys()
        return record if is_whole and (self.store.releases / record.tree).is_dir() else None

    def _activate(self, record: ReleaseRecord) -> None:
        if not (self.store.link.is_symlink() and self.store.link.readlink().name == record.tree):
            self.store.activate(record.number)

    # --- what is noted and passed on

    def _pass_on(self, verified: _Verified, record: ReleaseRecord) -> None:
        Relay(
            self.store, verified.release, record, verified.files, verified.packs, verified.timestamp, self.fetcher
        ).pass_on(with_objects=self.settings.relay)

    def _note_confirmation(self, verified: _Verified) -> None:
        """What a source said is true now, whatever becomes of the tree."""
        release, journal = verified.release, read_journal(self.store)
        confirmed = Confirmation(release.number, release.signed_at, release.timestamp_expires, release.snapshot_expires)
        etags = {**dict(journal.etags), verified.source.address: verified.etag}
        noted = replace(
            journal,
            confirmed=confirmed,
            checked_at=_now(self.state),
            upstream=host_of(verified.source.address),
            etags=tuple(sorted((address, etag) for address, etag in etags.items() if etag)),
        )
        write_journal(self.store, noted)

    def _finish(self, verified: _Verified, before: int, *, is_new_tree: bool) -> Synced:
        release = verified.release
        noted = replace(read_journal(self.store), synced_at=_now(self.state), last_error=None)
        write_journal(self.store, noted)
        units = {path.split("/")[1] for path in release.targets}
        return Synced(
            number=self.store.current() or 0,
            before=before,
            is_new_tree=is_new_tree,
            status=write_status(self.store, _with_seen(self.state)),
            requests=self.fetcher.traffic.requests,
            received=self.fetcher.traffic.bytes,
            withheld=release.withheld,
            unknown_courses=tuple(sorted({*self.settings.courses} - {EVERYTHING} - units)),
            as_bundle=release.as_bundle,
        )


def _note_failure(store: MirrorStore, state: TrustedState, error: ReleaseError | OSError) -> None:
    """Tell others too; a disk that is full may refuse even that, and then it is the first error that counts."""
    kind = error.kind if isinstance(error, ReleaseError) else "computer"
    try:
        write_journal(store, replace(read_journal(store), last_error=Failure(kind, _now(state))))
        write_status(store, _with_seen(state))
    except OSError as second:
        error.__context__ = second


def _with_seen(state: TrustedState) -> ReferenceTime:
    return replace(state.now, seen=state.high_water.seen)


def _now(state: TrustedState) -> datetime:
    return _with_seen(state).moment
