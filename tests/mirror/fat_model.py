"""A FAT disk in memory whose power can be cut: sectors that were not forced to the medium are there or not, or torn.

Clusters, a table of chains, folders of fixed entries, as FAT32 has them; a driver that keeps every changed sector in
memory until somebody waits for it.  At a cut each such sector has, by chance, any content that it ever had since it was
last forced, or parts of two.  To wait for a new file is not to wait for its name.  One thing is in order, as in Linux
and Windows: a folder's new cluster is blank before it belongs to the folder.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random

from generator.mirror.disk import FAT_LIMIT, Entry, Room

SECTOR, SECTORS_IN_CLUSTER = 512, 2
CLUSTER = SECTOR * SECTORS_IN_CLUSTER
ENTRY = struct.Struct("<BB46sII8x")
"""Kind, length of the name, name, first cluster, size."""
NOTHING, FILE, FOLDER = 0, 1, 2
KINDS = {FILE: "file", FOLDER: "folder"}
FREE, END, ROOT = 0, 0xFFFFFFFF, 2
IN_TABLE = SECTOR // 4


class PowerCut(BaseException):
    """The stick was pulled out."""


@dataclass(frozen=True)
class Place:
    """Where an entry is written."""

    sector: int
    offset: int
    kind: int
    name: str
    first: int
    size: int


@dataclass
class FatDisk:
    """A `Disk`; `clusters` can be used."""

    clusters: int = 400
    left: float = float("inf")
    """Changes of sectors until the power goes."""
    refuses: bool = False
    """Whether the driver goes read-only when it finds a broken chain, as Linux does; else it passes over it."""
    medium: dict[int, bytes] = field(default_factory=dict)
    memory: dict[int, bytes] = field(default_factory=dict)
    waiting: dict[int, list[bytes]] = field(default_factory=dict)
    of_folders: set[int] = field(default_factory=set)
    """Sectors in which folders are or were: they tear between entries."""
    is_read_only: bool = False
    changes: int = 0

    def __post_init__(self) -> None:
        self.table_sectors = -(-(self.clusters + ROOT) // IN_TABLE)
        if not self.medium:
            self._link(ROOT, END)
            self._flush(self.waiting)

    # --- what an export does ---------------------------------------------------------------------------------------

    def entries(self, folder: str) -> list[Entry]:
        try:
            first = self._find(folder).first
        except FileNotFoundError:
            return []
        return sorted((Entry(one.name, KINDS[one.kind], one.size) for one in self._places(first) if one.kind),
                      key=lambda entry: entry.name)  # fmt: skip

    def read(self, path: str) -> Iterator[bytes]:
        place = self._find(path)
        cluster, left = place.first, place.size
        while left > 0:
            self._check_cluster(cluster)
            content = b"".join(self.memory.get(sector, bytes(SECTOR)) for sector in self._sectors(cluster))
            yield content[:left]
            left -= CLUSTER
            cluster = self._next(cluster) if left > 0 else END

    def room(self) -> Room:
        free = sum(self._next(cluster) == FREE for cluster in range(ROOT, self.clusters + ROOT))
        return Room(free * CLUSTER, CLUSTER, FAT_LIMIT)

    def make_folder(self, path: str) -> None:
        self._check_writable()
        folder, name = self._parent(path)
        first = self._new_cluster()
        self._blank(first)
        self._put(self._free_place(folder), FOLDER, name, first, 0)

    def write(self, path: str, pieces: Iterable[bytes]) -> None:
        self._check_writable()
        folder, name = self._parent(path)
        place = next((one for one in self._places(folder) if one.kind and one.name.casefold() == name.casefold()), None)
        if place:
            self._put(place, place.kind, place.name, 0, 0)
            self._release(place.first)
        named = [place.sector] if place else []
        place = place or self._free_place(folder)
        self._put(place, FILE, name, 0, 0)
        content = b"".join(pieces)
        first = before = 0
        touched = []
        for start in range(0, len(content), CLUSTER):
            cluster = self._new_cluster()
            if before:
                self._link(before, cluster)
            else:
                first = cluster
                self._put(place, FILE, name, first, 0)
            for number, sector in enumerate(self._sectors(cluster)):
                piece = content[start + number * SECTOR : start + (number + 1) * SECTOR]
                if piece:
                    self._change(sector, piece.ljust(SECTOR, b"\0"))
                    touched.append(sector)
            before = cluster
        self._put(place, FILE, name, first, len(content))
        self._flush([*touched, *named, *range(self.table_sectors)])

    def overwrite(self, path: str, content: bytes) -> None:
        self._check_writable()
        place = self._find(path)
        assert place.size == len(content) == SECTOR
        self._check_cluster(place.first)
        sector = self._sectors(place.first)[0]
        self._change(sector, content)
        self._flush([sector])

    def remove(self, path: str) -> None:
        self._check_writable()
        place = self._find(path)
        assert place.kind == FILE
        self._put(place, NOTHING, "", 0, 0)
        self._release(place.first)

    def remove_folder(self, path: str) -> None:
        self._check_writable()
        place = self._find(path)
        if self.entries(path):
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), path)
        self._put(place, NOTHING, "", 0, 0)
        self._release(place.first)

    def settle(self, folder: str) -> None:
        place = self._find(folder)
        sectors = [sector for cluster in self._chain(place.first) for sector in self._sectors(cluster)]
        self._flush([*sectors, place.sector, *range(self.table_sectors)])

    # --- the power -------------------------------------------------------------------------------------------------

    def after_cut(self, chance: Random) -> FatDisk:
        """The same stick, put in again."""
        likes = chance.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        medium = dict(self.medium)
        for sector, versions in self.waiting.items():
            if chance.random() < likes:
                medium[sector] = self._survivor(sector, versions, chance)
        return FatDisk(self.clusters, refuses=self.refuses, medium=medium, memory=dict(medium))

    def _survivor(self, sector: int, versions: list[bytes], chance: Random) -> bytes:
        known = [self.medium.get(sector, bytes(SECTOR)), *versions]
        one, other = chance.choice(known), known[-1]
        if chance.random() < 0.7:
            return other
        unit = ENTRY.size if sector < self.table_sectors or sector in self.of_folders else 1
        cut = chance.randrange(0, SECTOR + 1, unit)
        return other[:cut] + one[cut:]

    def mend(self) -> None:
        """What the system's own check does: nothing is in two places, and what is used is not free."""
        taken = {ROOT}
        waiting = [ROOT]
        while waiting:
            for place in self._places(waiting.pop()):
                chain = list(self._chain(place.first)) if place.kind else []
                if place.kind == FOLDER and (not chain or taken & set(chain)):
                    self._put(place, NOTHING, "", 0, 0)
                elif place.kind:
                    good = chain if not taken & set(chain) else []
                    taken |= set(good)
                    size = min(place.size, len(good) * CLUSTER)
                    self._put(place, place.kind, place.name, good[0] if good else 0, size)
                    waiting += [place.first] if place.kind == FOLDER else []
        for cluster in range(ROOT, self.clusters + ROOT):
            if cluster not in taken:
                self._link(cluster, FREE)
        self._flush(list(self.waiting))
        self.is_read_only = False

    def _change(self, sector: int, content: bytes) -> None:
        if self.memory.get(sector, bytes(SECTOR)) == content:
            return
        self._tick()
        self.memory[sector] = content
        self.waiting.setdefault(sector, []).append(content)

    def _flush(self, sectors: Iterable[int]) -> None:
        for sector in list(sectors):
            if sector in self.waiting:
                self._tick()
                self.medium[sector] = self.memory[sector]
                del self.waiting[sector]

    def _tick(self) -> None:
        self.changes += 1
        self.left -= 1
        if self.left < 0:
            raise PowerCut

    # --- chains ----------------------------------------------------------------------------------------------------

    def _sectors(self, cluster: int) -> list[int]:
        start = self.table_sectors + (cluster - ROOT) * SECTORS_IN_CLUSTER
        return list(range(start, start + SECTORS_IN_CLUSTER))

    def _next(self, cluster: int) -> int:
        sector, place = divmod(cluster, IN_TABLE)
        found: int = struct.unpack_from("<I", self.memory.get(sector, bytes(SECTOR)), place * 4)[0]
        return found

    def _link(self, cluster: int, to: int) -> None:
        sector, place = divmod(cluster, IN_TABLE)
        content = bytearray(self.memory.get(sector, bytes(SECTOR)))
        struct.pack_into("<I", content, place * 4, to)
        self._change(sector, bytes(content))

    def _chain(self, first: int) -> Iterator[int]:
        """As far as it is one."""
        seen = set()
        while ROOT <= first < self.clusters + ROOT and first not in seen and self._next(first) != FREE:
            seen.add(first)
            yield first
            first = self._next(first)

    def _new_cluster(self) -> int:
        for cluster in range(ROOT, self.clusters + ROOT):
            if self._next(cluster) == FREE:
                self._link(cluster, END)
                return cluster
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _release(self, first: int) -> None:
        chain = list(self._chain(first))
        is_broken = first and (not chain or self._next(chain[-1]) != END)
        for cluster in chain:
            self._link(cluster, FREE)
        if is_broken and self.refuses:
            self.is_read_only = True
            self._check_writable()

    def _check_cluster(self, cluster: int) -> None:
        if not ROOT <= cluster < self.clusters + ROOT:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def _check_writable(self) -> None:
        if self.is_read_only:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    # --- folders ---------------------------------------------------------------------------------------------------

    def _find(self, path: str) -> Place:
        place = Place(0, 0, FOLDER, "", ROOT, 0)
        for part in path.split("/") if path else ():
            found = [one for one in self._places(place.first) if one.kind and one.name.casefold() == part.casefold()]
            if not found or place.kind != FOLDER:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
            place = found[0]
        return place

    def _parent(self, path: str) -> tuple[int, str]:
        folder, _, name = path.rpartition("/")
        return self._find(folder).first, name

    def _places(self, first: int) -> Iterator[Place]:
        """All entries of a folder, those too that are not taken."""
        for cluster in self._chain(first):
            for sector in self._sectors(cluster):
                content = self.memory.get(sector, bytes(SECTOR))
                for offset in range(0, SECTOR, ENTRY.size):
                    kind, length, name, start, size = ENTRY.unpack_from(content, offset)
                    is_entry = kind in KINDS
                    text = name[:length].decode(errors="replace")
                    yield Place(sector, offset, kind if is_entry else NOTHING, text, start, size)

    def _free_place(self, folder: int) -> Place:
        found = next((place for place in self._places(folder) if not place.kind), None)
        if found:
            return found
        chain = list(self._chain(folder))
        if not chain:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        last = chain[-1]
        new = self._new_cluster()
        self._blank(new)
        self._link(last, new)
        return Place(self._sectors(new)[0], 0, NOTHING, "", 0, 0)

    def _blank(self, cluster: int) -> None:
        for sector in self._sectors(cluster):
            self._change(sector, bytes(SECTOR))
        self._flush(self._sectors(cluster))

    def _put(self, place: Place, kind: int, name: str, first: int, size: int) -> None:
        self.of_folders.add(place.sector)
        content = bytearray(self.memory.get(place.sector, bytes(SECTOR)))
        encoded = name.encode()
        ENTRY.pack_into(content, place.offset, kind, len(encoded), encoded, first, size)
        self._change(place.sector, bytes(content))
