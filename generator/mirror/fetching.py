"""Downloads: resumed after cuts, from the next source when one fails, and in their place only when they are right.

What is fetched waits in `incoming/` under its hash, so that a run that was cut off, or killed, is never repeated.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from generator.mirror.refusals import MirrorError
from generator.mirror.sources import Part, Source, open_source
from generator.mirror.watch import Patience, Tap, Watch
from generator.release.durable_files import settle_folders
from generator.release.workplace import wire_file

Listener = Callable[[str, int, int], None]
TOGETHER = 4
"""Downloads at a time: round trips of a satellite link take longer than small files."""
ATTEMPTS = 3
"""Failures of one download after which it is given up; a cut after progress is none."""
PROGRESS = 1 << 14
"""Bytes after which a cut counts as progress."""
RIGHT_AGAIN = frozenset(("cut", "unreachable"))
"""Failures after which the same source may be asked again."""


@dataclass(frozen=True)
class Wanted:
    """A file of the wire, or a part of one."""

    path: str
    length: int
    """Bytes, as they are signed."""
    sha256: str
    """Of the file as it lies on the wire; of a part nothing is known."""
    first: int = 0
    """Where the part begins."""
    whole: int = 0
    """Bytes of the file that the part is of; 0 when the file is wanted."""

    @property
    def name(self) -> str:
        """In `incoming/`."""
        return f"{self.sha256}.{self.first}-{self.length}" if self.whole else self.sha256


@dataclass
class Traffic:
    """What went over the link."""

    requests: int = 0
    bytes: int = 0
    """Received, without headers."""


class Arriving:
    """A file that is on its way, of which what has come can be read before it can be verified."""

    def __init__(self, running: Future[Path], part: Path, moved: threading.Condition) -> None:
        self._running, self._part, self._moved = running, part, moved

    def read(self, first: int, size: int) -> bytes:
        """Wait for bytes of it; less than `size` only at its end.

        They are what some source gave, and anything else it may give later.  Raises what `Fetcher.file` raises.
        """
        with self._moved:
            while True:
                is_complete = self._running.done()
                content = _read(self.file() if is_complete else self._part, first, size)
                if is_complete or len(content) == size:
                    return content
                self._moved.wait()

    def file(self) -> Path:
        """Wait until it is complete and verified.  Raises what `Fetcher.file` raises."""
        return self._running.result()


class Fetcher:
    """The sources of one run, the first one that works in front."""

    def __init__(self, sources: Sequence[Source], incoming: Path, watch: Watch, tap: Tap, listener: Listener) -> None:
        self.sources = tuple(sources)
        self.traffic = Traffic()
        self._incoming, self._watch, self._tap, self._listener = incoming, watch, tap, listener
        self._front = 0
        self._lock = threading.Lock()
        self._moved = threading.Condition(self._lock)
        """Something came, or a download has ended."""
        self._received = self._expected = 0
        self._pool = ThreadPoolExecutor(TOGETHER)
        self._begun: list[Future[Path]] = []

    @property
    def source(self) -> Source:
        """The one that is asked first."""
        return self.sources[self._front]

    def in_order(self) -> tuple[Source, ...]:
        """All sources, the one that worked last first."""
        return (*self.sources[self._front :], *self.sources[: self._front])

    def prefer(self, source: Source) -> None:
        """Ask this one first from now on."""
        self._front = self.sources.index(source)

    def small(self, source: Source, path: str, *, most: int, unless: str = "") -> tuple[bytes, str] | None:
        """A file that is not signed by its length, with its mark; None when it is the one with the mark `unless`.

        Raises `MirrorError`.
        """
        failed = 0
        while True:
            try:
                return self._read(source, path, most, unless)
            except MirrorError as error:
                failed += 1
                if error.kind not in RIGHT_AGAIN or failed == ATTEMPTS:
                    raise
            self._watch.pause()

    def _read(self, source: Source, path: str, most: int, unless: str) -> tuple[bytes, str] | None:
        self._note_request()
        with source.ask(path, most=most, unless=unless) as answer:
            if answer is None:
                return None
            content = b"".join(answer.pieces)
            self._note_bytes(len(content))
            return content, answer.etag

    def have(self, wanted: Wanted) -> bool:
        """Whether it waits in `incoming/` already."""
        return (self._incoming / wanted.name).is_file()

    def file(self, wanted: Wanted) -> Path:
        """A verified file in `incoming/`; of a part only the length is verified.

        Raises `MirrorError` after three sources, or three tries, failed.
        """
        place = self._incoming / wanted.name
        if place.is_file() and self._is_right(place, wanted):
            return place
        self._incoming.mkdir(parents=True, exist_ok=True)
        failures: list[MirrorError] = []
        sources = self.in_order()
        while len(failures) < ATTEMPTS:
            source = sources[len(failures) % len(sources)]
            try:
                self._fill(source, wanted)
                self._finish(source, wanted)
                return place
            except MirrorError as error:
                failures.append(error)
                if error.kind in ("deadline", "no-parts") or not self._may_go_on(source, error, failed=len(failures)):
                    break
        raise _gravest(failures)

    def begin(self, wanted: Wanted) -> Arriving:
        """Fetch a file while something else is done."""
        with self._lock:
            self._expected += wanted.length
        running = self._pool.submit(self.file, wanted)
        running.add_done_callback(self._note_end)
        self._begun.append(running)
        return Arriving(running, self._part(wanted), self._moved)

    def wait(self) -> None:
        """Until what was begun has ended, well or not.  Raises `OSError`."""
        for running in self._begun:
            with suppress(MirrorError):
                running.result()

    def close(self) -> None:
        """End what was begun; the watch must have been closed."""
        self._pool.shutdown(cancel_futures=True)

    def files(self, wanted: Sequence[Wanted]) -> list[Path]:
        """Several, a few at a time; the first failure ends all.  Raises `MirrorError` and `OSError`."""
        self._expected += sum(one.length for one in wanted)
        pool = ThreadPoolExecutor(TOGETHER)
        try:
            running = [pool.submit(self.file, one) for one in wanted]
            for done in wait(running, return_when=FIRST_EXCEPTION).done:
                done.result()
            return [one.result() for one in running]
        except (MirrorError, OSError):
            with self._watch.held():  # whoever asked may have another idea
                pool.shutdown(cancel_futures=True)
            raise
        except BaseException:
            self._watch.close()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _may_go_on(self, source: Source, error: MirrorError, *, failed: int) -> bool:
        """Whether it is worth another try; the source that failed is asked last from now on."""
        if len(self.sources) > 1:
            with self._lock:
                if self.source is source:
                    self._front = (self._front + 1) % len(self.sources)
            return True
        if error.kind in RIGHT_AGAIN:
            self._watch.pause()
            return True
        return error.kind == "wrong-object" and failed == 1  # what was resumed may have begun with something else

    def _fill(self, source: Source, wanted: Wanted) -> None:
        """Bring the part that is missing.  Raises `MirrorError`; what had come before a cut stays."""
        part = self._part(wanted)
        while True:
            have = part.stat().st_size if part.exists() else 0
            try:
                if have > wanted.length:
                    raise MirrorError("wrong-object", source=source.name, path=wanted.path)
                if have < wanted.length or not part.exists():
                    self._receive(source, wanted, part, have)
                return
            except MirrorError as error:
                reached = part.stat().st_size if part.exists() else 0
                if error.kind == "wrong-range" and have:
                    part.unlink()  # begin again, and ask for all
                elif error.kind in ("wrong-object", "wrong-range"):
                    part.unlink(missing_ok=True)
                    raise
                elif error.kind != "cut" or reached - have < PROGRESS:
                    raise

    def _receive(self, source: Source, wanted: Wanted, part: Path, have: int) -> None:
        size = wanted.length - have if wanted.whole else None
        mark = _Mark(part.with_suffix(".mark"))
        asked = Part(wanted.first + have, size, mark.of(source) if have else "")
        self._note_request()
        with source.ask(wanted.path, asked, most=wanted.whole or wanted.length) as answer:
            if answer is None:
                raise MirrorError("bad-status", source=source.name, path=wanted.path, status=304)
            if wanted.whole and answer.length == wanted.whole != size:
                raise MirrorError("no-parts", source=source.name)
            # The server gives everything again, because it cannot give parts or has another file now.
            begins_again = answer.first != asked.first
            if answer.length != (wanted.length if begins_again else wanted.length - have):
                raise MirrorError("wrong-object", source=source.name, path=wanted.path)
            mark.note(source, answer.etag)
            with part.open("wb" if begins_again else "ab") as out:
                for piece in answer.pieces:
                    out.write(piece)
                    out.flush()  # it may be read already
                    self._note_bytes(len(piece))
                    self._tap.let_through(len(piece))

    def _finish(self, source: Source, wanted: Wanted) -> None:
        """Put a complete download into its place if it is what was signed.  Raises `MirrorError` wrong-object."""
        part = self._part(wanted)
        part.with_suffix(".mark").unlink(missing_ok=True)
        if not self._is_right(part, wanted):
            part.unlink()
            raise MirrorError("wrong-object", source=source.name, path=wanted.path)
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        part.replace(self._incoming / wanted.name)
        settle_folders({self._incoming})

    def _is_right(self, file: Path, wanted: Wanted) -> bool:
        if file.stat().st_size != wanted.length:
            return False
        if wanted.whole:
            return True
        return wire_file(file).sha256 == wanted.sha256

    def _part(self, wanted: Wanted) -> Path:
        return self._incoming / f"{wanted.name}.part"

    def _note_request(self) -> None:
        self._watch.check()
        with self._lock:
            self.traffic.requests += 1

    def _note_bytes(self, size: int) -> None:
        with self._moved:
            self.traffic.bytes += size
            self._received += size
            done, total = self._received, self._expected
            self._moved.notify_all()
        if total:
            self._listener("receive", min(done, total) // 1000, max(1, total // 1000))

    def _note_end(self, _running: Future[Path]) -> None:
        with self._moved:
            self._moved.notify_all()


@contextmanager
def fetching(
    addresses: Sequence[str], incoming: Path, patience: Patience, *, rate: int = 0, listener: Listener
) -> Iterator[Fetcher]:
    """Open the sources for one run.  Raises `MirrorError`: no-source, not-a-source."""
    if not addresses:
        raise MirrorError("no-source")
    watch = Watch(patience if not rate else Patience(**{**vars(patience), "least": min(patience.least, rate // 8)}))
    sources = [open_source(address, watch) for address in addresses]
    fetcher = Fetcher(sources, incoming, watch, Tap(rate, watch), listener)
    try:
        yield fetcher
    finally:
        watch.close()
        fetcher.close()
        for source in sources:
            source.close()


class _Mark:
    """The ETag of a download that was begun, and which source gave it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def of(self, source: Source) -> str:
        """The mark, if it is from this source."""
        if not self._file.is_file():
            return ""
        address, _, etag = self._file.read_text(encoding="utf-8").partition("\n")
        return etag if address == source.address else ""

    def note(self, source: Source, etag: str) -> None:
        self._file.write_text(f"{source.address}\n{etag}", encoding="utf-8")


def _read(file: Path, first: int, size: int) -> bytes:
    """What is there of these bytes; a download that is begun again takes its file away for a moment."""
    try:
        with file.open("rb") as stream:
            stream.seek(first)
            return stream.read(size)
    except FileNotFoundError:
        return b""


def _gravest(failures: Sequence[MirrorError]) -> MirrorError:
    """What is reported of several failures: what was received before what was not."""
    return next((one for one in failures if not one.is_of_the_computer), failures[0])
