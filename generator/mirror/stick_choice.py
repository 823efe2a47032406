"""Which part of the served release goes onto a stick, proven to be what was signed before any of it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from generator.mirror.checking import verified_here
from generator.mirror.clock import BUILT
from generator.mirror.copy_facts import CopyFacts, copy_files, read_front_page
from generator.mirror.file_lists import FileEntry, list_path, read_lists
from generator.mirror.held_images import is_proven
from generator.mirror.journal import read_journal
from generator.mirror.reader_tree import Listener, Plan, WantedFile, make_plan
from generator.mirror.refusals import MirrorError
from generator.mirror.status import confirmation_of
from generator.mirror.stick_refusals import StickError
from generator.mirror.store import EVERYTHING, MirrorStore, ReleaseRecord
from generator.mirror.trust_files import TrustFiles
from generator.release.catalogue import TargetInfo, read_target
from generator.release.partition import LAYERS, SITE
from generator.release.workplace import is_there


@dataclass(frozen=True)
class StickChoice:
    """A part of the served release."""

    store: MirrorStore
    record: ReleaseRecord
    targets: Mapping[str, TargetInfo]
    """Images by target path; the site's own are always among them."""
    courses: tuple[str, ...]
    layers: tuple[str, ...]

    @property
    def tree(self) -> Path:
        """Where its files are."""
        return self.store.releases / self.record.tree

    @property
    def date(self) -> str:
        """Of the release, for pointers."""
        return self.record.released_at.strftime("%Y-%m-%d")


def choose_for_stick(
    store: MirrorStore, courses: Sequence[str] | None = None, layers: Sequence[str] | None = None
) -> StickChoice:
    """Those courses and layers, else all that is here.

    Raises `MirrorError`: no-release-here, record-damaged; `StickError`: course-not-here, layer-unknown,
    changed-in-mirror.
    """
    number = store.current()
    if number is None:
        raise MirrorError("no-release-here")
    record = store.record(number)
    release = verified_here(store)
    if release and release.number == number:
        for path, info in record.targets.items():
            if release.targets.get(path) != info:
                raise StickError("changed-in-mirror", path=path)
    units = {read_target(path, info).unit for path, info in record.targets.items()}
    for course in set(courses or ()) - units - {EVERYTHING}:
        raise StickError("course-not-here", course=course)
    for layer in set(layers or ()) - set(LAYERS):
        raise StickError("layer-unknown", layer=layer)
    settings = store.read_settings()
    chosen = replace(
        settings, courses=tuple(courses or (EVERYTHING,)), layers=tuple(layers) if layers else settings.layers
    )
    wanted = {
        path: info
        for path, info in record.targets.items()
        if chosen.wants((target := read_target(path, info)).unit, target.layer, always=SITE)
    }
    return StickChoice(store, record, wanted, chosen.courses, chosen.layers)


def plan_reader(choice: StickChoice, listener: Listener = lambda stage, done, total: None) -> Plan:
    """The files of a reader's tree, with what that copy says of itself.

    Raises `StickError`: nothing-to-open; changed-in-mirror for what is not what was signed; and `OSError`.
    """
    files: dict[str, WantedFile] = {}
    lists = read_lists(choice.tree)
    present = {}
    for done, (path, info) in enumerate(choice.targets.items()):
        present[info.sha256] = _proven(choice.tree, path, info, lists)
        for one in present[info.sha256]:
            files[one.path] = WantedFile(one.size, one.sha256, choice.tree / one.path)
        for place, blob in read_target(path, info).blobs.items():
            file = choice.tree / place
            if not is_there(file, blob):
                raise StickError("changed-in-mirror", path=place)
            files[place] = WantedFile(blob.length, blob.sha256, file)
        listener("verify", done + 1, len(choice.targets))
    if "index.html" not in files:
        raise StickError("nothing-to-open")
    own = copy_files(_facts(choice, present))
    files |= {path: WantedFile(len(one), sha256(one).hexdigest(), one) for path, one in own.items()}
    return make_plan(files, first=own)


def _proven(
    tree: Path, path: str, info: TargetInfo, lists: Mapping[str, tuple[FileEntry, ...]]
) -> tuple[FileEntry, ...]:
    """The files of an image, which are those that were signed."""
    files = lists.get(info.sha256)
    if files is None:
        raise StickError("changed-in-mirror", path=list_path(read_target(path, info).unit))
    if not is_proven(tree, files, info.sha256):
        raise StickError("changed-in-mirror", path=path)
    return files


def _facts(choice: StickChoice, present: Mapping[str, tuple[FileEntry, ...]]) -> CopyFacts:
    record = choice.record
    page = choice.tree / "index.html"
    dates = confirmation_of(record, read_journal(choice.store).confirmed)
    return CopyFacts(
        catalogue=record.catalogue,
        release=record.number,
        released_at=record.released_at,
        confirmed_at=dates.signed_at,
        timestamp_expires=dates.timestamp_expires,
        snapshot_expires=dates.snapshot_expires,
        not_before=max(BUILT, dates.signed_at),
        institutions=record.institutions,
        targets={**record.targets, **record.left_out},
        present=frozenset(choice.targets),
        root_sha256=sha256(TrustFiles(choice.store).root()).hexdigest(),
        files=present,
        front_page=read_front_page(page.read_bytes() if page.is_file() else b""),
    )
