"""From a verified release to its tree: find out what is missing, see whether there is room, fetch it, make the tree."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from generator.mirror.copies import CopyMaker
from generator.mirror.deltas import Route, find_packs, find_route, open_packs
from generator.mirror.fetching import Fetcher, Listener
from generator.mirror.held_images import HeldImages
from generator.mirror.refusals import MirrorError
from generator.mirror.store import MirrorSettings, MirrorStore, ReleaseRecord
from generator.mirror.trees import TreeMaker
from generator.release.catalogue import TargetInfo
from generator.release.trust import VerifiedRelease
from generator.release.workplace import object_path

ROOM = 1.1
"""More than the need is asked of the disk."""


@dataclass(frozen=True)
class Assembly:
    """A release that is to be here, and by what means."""

    store: MirrorStore
    settings: MirrorSettings
    release: VerifiedRelease
    wanted: Mapping[str, TargetInfo]
    fetcher: Fetcher
    copy: CopyMaker
    listener: Listener = lambda stage, done, total: None
    proving: bool = False
    """Whether large files that are here are read before they are used again."""

    def make(self) -> ReleaseRecord:
        """The release's tree, whole and recorded.  Raises `ReleaseError` and `OSError`."""
        with ExitStack() as files:
            return self._make(files)

    def _make(self, files: ExitStack) -> ReleaseRecord:
        held = HeldImages(self.store, proving=self.proving)
        changed = {path: info for path, info in self.wanted.items() if not held.image(info.sha256)}
        base, packs = find_packs(self.release, [one for one in self.store.numbers() if one != self.release.number])
        if base and self._is_worth_it(packs, changed):
            self._check_room(self._ahead(changed) + sum(self.release.transport[pack].length for pack in packs))
            routes = self._routes(base, packs, changed, held, files)
        else:
            routes = {}
        maker = TreeMaker(
            self.store, self.release, self.settings, self.wanted, held, routes, self.fetcher, self.copy, self.listener
        )
        missing = maker.missing()
        ahead = [one for one in missing if not self.fetcher.have(one)]
        self._check_room(self._ahead(changed) + sum(one.length for one in ahead))
        self.fetcher.files(missing)
        record = maker.make()
        self.fetcher.wait()  # others get the pack too
        return record

    def _is_worth_it(self, packs: Sequence[str], changed: Mapping[str, TargetInfo]) -> bool:
        """Whether deltas can be less than whole images; those of a part of the courses mostly are."""
        if not changed:
            return False
        if self.wanted.keys() != self.release.targets.keys():
            return True
        return sum(self.release.transport[pack].length for pack in packs) < self._objects(changed)

    def _routes(
        self, base: int, packs: Sequence[str], changed: Mapping[str, TargetInfo], held: HeldImages, files: ExitStack
    ) -> dict[str, Route]:
        try:
            old = self.store.record(base).targets
        except MirrorError:  # damaged
            return {}
        from_here = {path for path in changed if path in old and held.image(old[path].sha256)}
        if not from_here:
            return {}
        whole = self.wanted.keys() == self.release.targets.keys()
        wanted = None if whole else frozenset(from_here)
        opened = open_packs(self.store, self.fetcher, self.release, packs, wanted, files)
        found = {path: find_route(path, old[path], changed[path], opened) for path in sorted(from_here)}
        return {path: route for path, route in found.items() if route}

    def _ahead(self, changed: Mapping[str, TargetInfo]) -> int:
        """Bytes of what is made: the files, an image before and after it changes, and objects for others."""
        sizes = [info.length for info in changed.values()]
        return sum(sizes) + 3 * max(sizes, default=0) + (self._objects(changed) if self.settings.relay else 0)

    def _objects(self, targets: Mapping[str, TargetInfo]) -> int:
        objects = [self.release.transport.get(object_path(info.sha256)) for info in targets.values()]
        return sum(one.length for one in objects if one)

    def _check_room(self, size: int) -> None:
        free = shutil.disk_usage(self.store.folder).free
        if size * ROOM > free:
            raise MirrorError("no-room", need=-int(-size * ROOM // 1_000_000), free=free // 1_000_000)
