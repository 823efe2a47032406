"""The headers of a content folder: remembered for files that did not change, read by the workers for the others."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from generator.content.headers import Header, read_header
from generator.content.text import read_content
from generator.content.tree import TreeFile
from generator.site.cache import BuildCache, HeaderRow
from generator.site.digests import digest, engine_digest
from generator.site.workers import Workers

FILES_OF_A_BATCH = 200
"""About 30 milliseconds of work."""
UNSETTLED_NS = 2_000_000_000
"""A file saved this shortly before it was looked at may be saved again within the same tick of the file system's clock
(FAT counts in two seconds): its times prove nothing yet."""


@dataclass(frozen=True)
class ReadFile:
    """A file's header, and the digest of all its bytes."""

    content: bytes
    header: Header


@dataclass
class Remembered:
    """What one process knows of files between builds: source → the file as it was looked at, and what it held."""

    files: dict[str, tuple[TreeFile, ReadFile]] = field(default_factory=dict)


class HeaderDesk:
    """Reads headers for one build; what it read is remembered in the cache."""

    def __init__(self, cache: BuildCache, workers: Workers, remembered: Remembered | None = None) -> None:
        self._cache = cache
        self._workers = workers
        self._remembered = remembered or Remembered()
        self._looked_at = time.time_ns()
        self._stored: dict[str, HeaderRow] = {}
        self.contents: dict[str, bytes] = {}
        """Source path → digest of the file, once it was asked for."""

    def read(self, files: Sequence[TreeFile]) -> list[Header]:
        """One header for each file, in their order."""
        known = self._known(files)
        missing = [file for file in files if file.source not in known]
        anew = dict(zip((file.source for file in missing), self._read_anew(missing), strict=True))
        self._keep(
            missing, anew, gone=[source for source in self._stored if source not in known and source not in anew]
        )
        found = [known.get(file.source) or anew[file.source] for file in files]
        self.contents.update((file.source, one.content) for file, one in zip(files, found, strict=True))
        return [one.header for one in found]

    def _known(self, files: Sequence[TreeFile]) -> dict[str, ReadFile]:
        memory = self._remembered.files
        found = {file.source: memory[file.source][1] for file in files if self._is_remembered(file)}
        self._stored = {} if len(found) == len(files) else self._cache.headers(engine_digest())
        rows = [
            row
            for file in files
            if file.source not in found
            and (row := self._stored.get(file.source))
            and (row.size, row.mtime_ns, row.ctime_ns) == (file.size, file.mtime_ns, file.ctime_ns)
        ]
        values = json.loads(f"[{','.join(row.header for row in rows)}]")
        found.update(
            (row.source, ReadFile(row.content, Header.from_row(value))) for row, value in zip(rows, values, strict=True)
        )
        settled = {file.source: file for file in files if file.source in found}
        memory.update((source, (file, found[source])) for source, file in settled.items())
        return found

    def _is_remembered(self, file: TreeFile) -> bool:
        known = self._remembered.files.get(file.source)
        return known is not None and known[0] == file

    def _read_anew(self, files: Sequence[TreeFile]) -> Iterator[ReadFile]:
        batches = -(-len(files) // FILES_OF_A_BATCH)
        for result in self._workers.run(read_batch, _in_batches(files), expected=batches):
            yield from result

    def _keep(self, files: Sequence[TreeFile], read: dict[str, ReadFile], gone: Iterable[str]) -> None:
        settled = [file for file in files if read[file.source].header.is_readable and self._is_settled(file)]
        self._remembered.files.update((file.source, (file, read[file.source])) for file in settled)
        rows = [_row(file, read[file.source]) for file in settled]
        self._cache.keep_headers(engine_digest(), rows, gone)

    def _is_settled(self, file: TreeFile) -> bool:
        return max(file.mtime_ns, file.ctime_ns) < self._looked_at - UNSETTLED_NS


def read_batch(files: Sequence[TreeFile]) -> list[ReadFile]:
    """Read some files, here or in a worker."""
    return [_read(file) for file in files]


def _read(file: TreeFile) -> ReadFile:
    content, problems = read_content(file.path, file.source)
    if content is None:
        return ReadFile(b"", Header(is_readable=False, problems=tuple(problems)))
    return ReadFile(digest(content), read_header(content, file.source))


def _row(file: TreeFile, read: ReadFile) -> HeaderRow:
    header = json.dumps(read.header.to_row(), ensure_ascii=False, separators=(",", ":"))
    return HeaderRow(file.source, file.size, file.mtime_ns, file.ctime_ns, read.content, header)


def _in_batches(files: Sequence[TreeFile]) -> Iterator[Sequence[TreeFile]]:
    rest = iter(files)
    while batch := tuple(islice(rest, FILES_OF_A_BATCH)):
        yield batch
