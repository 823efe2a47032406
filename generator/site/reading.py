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
from generator.site.settled import is_settled
from generator.site.workers import Workers

FILES_OF_A_BATCH = 100
"""About 15 milliseconds of work."""


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
        if found:  # what this process does not remember was saved since
            return found
        self._stored = self._cache.headers(engine_digest())
        same = [file for file in files if _is_row_of(file, self._stored.get(file.source))]
        values = json.loads(f"[{','.join(self._stored[file.source].header for file in same)}]")
        for file, value in zip(same, values, strict=True):
            found[file.source] = ReadFile(self._stored[file.source].content, Header.from_row(value))
            memory[file.source] = (file, found[file.source])
        return found

    def _is_remembered(self, file: TreeFile) -> bool:
        known = self._remembered.files.get(file.source)
        return known is not None and known[0] == file

    def _read_anew(self, files: Sequence[TreeFile]) -> Iterator[ReadFile]:
        expected = -(-len(files) // FILES_OF_A_BATCH)
        batches = _in_batches(files)
        for result in self._workers.run(read_batch, batches, expected=expected, meanwhile=_import_renderer):
            yield from result

    def _keep(self, files: Sequence[TreeFile], read: dict[str, ReadFile], gone: Iterable[str]) -> None:
        settled = [file for file in files if read[file.source].header.is_readable and self._is_settled(file)]
        memory = self._remembered.files
        for file in settled:
            memory[file.source] = (file, read[file.source])
        rows = [_row(file, read[file.source]) for file in settled]
        self._cache.keep_headers(engine_digest(), rows, gone)

    def _is_settled(self, file: TreeFile) -> bool:
        return is_settled(file.mtime_ns, file.ctime_ns, self._looked_at)


def _import_renderer() -> None:
    """What will be needed next takes as long to import as the headers take to be read."""
    from generator.site import batches, publication, templates  # noqa: F401


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


def _is_row_of(file: TreeFile, row: HeaderRow | None) -> bool:
    return row is not None and (row.size, row.mtime_ns, row.ctime_ns) == (file.size, file.mtime_ns, file.ctime_ns)


def _in_batches(files: Sequence[TreeFile]) -> Iterator[Sequence[TreeFile]]:
    rest = iter(files)
    while batch := tuple(islice(rest, FILES_OF_A_BATCH)):
        yield batch
