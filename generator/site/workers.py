"""Work in batches, on this process or on many, with the results in the order of the batches.

Anything with the interface of `concurrent.futures.Executor` can do the work; without one it is done here.  What workers
log comes back with their results.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future, ProcessPoolExecutor
    from multiprocessing.connection import Connection

log = logging.getLogger("canoa")

Batch = TypeVar("Batch")
Result = TypeVar("Result")

MOST_WORKERS = 8
"""Processes that are started unless more are asked for: each takes about 60 MB."""
LEAST_BATCHES = 4
"""Less work than this is done here: starting processes would take longer."""


def usual_workers() -> int:
    """As many as there are processors for this process, within reason."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), MOST_WORKERS)
    return min(os.cpu_count() or 1, MOST_WORKERS)


class WorkersDifferError(Exception):
    """A worker runs another version of the program, or does not see the content folder."""


class Workers:
    """Does batches of work in order; a context manager that leaves no process behind."""

    def __init__(self, count: int = 1, executor: Executor | None = None) -> None:
        """`count` processes on this computer, or the given executor, which stays open."""
        self.count = count
        self._given = executor
        self._pool: ProcessPoolExecutor | None = None
        self._lifeline: Connection | None = None
        """Workers end when this is closed.  A pipe, since an event would wait for workers that were killed."""

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self.stop(at_once=kind is not None)

    def stop(self, *, at_once: bool = False) -> None:
        """End the processes; `at_once` without waiting for what they are doing."""
        if self._lifeline and at_once:
            self._lifeline.close()
        if self._pool:
            self._pool.shutdown(wait=not at_once, cancel_futures=True)
        if self._lifeline:
            self._lifeline.close()
        self._pool, self._lifeline = None, None

    def run(
        self,
        work: Callable[[Batch], Result],
        batches: Iterable[Batch],
        *,
        expected: int,
        prepare: Callable[[], object] | None = None,
        meanwhile: Callable[[], object] | None = None,
    ) -> Iterator[Result]:
        """The results of `work` for each batch, in order.

        `work` is a function of a module, and batches and results can be pickled: they may travel to other processes.
        `expected` is about how many batches there are.  Never more batches are on their way than workers need.
        `prepare` is called here before new processes are forked, which have then what it has made; `meanwhile` when
        the workers have their first batches, if there are workers.
        """
        executor = self._executor(expected, prepare)
        if executor is None:
            yield from (_logged(work, batch).here() for batch in batches)
            return
        waiting: deque[tuple[Batch, Future[Outcome[Result]] | None]] = deque()
        for batch in batches:
            waiting.append((batch, self._submitted(work, batch)))
            if meanwhile and len(waiting) > self.count:
                meanwhile()
                meanwhile = None
            while len(waiting) >= 2 * self.count + 2:
                yield self._result(work, *waiting.popleft())
        while waiting:
            yield self._result(work, *waiting.popleft())

    def _submitted(self, work: Callable[[Batch], Result], batch: Batch) -> Future[Outcome[Result]] | None:
        """A batch on its way; None when there is nobody left to send it to."""
        from concurrent.futures.process import BrokenProcessPool

        executor = self._given or self._pool
        try:
            return executor.submit(_logged, work, batch) if executor else None
        except BrokenProcessPool:
            self._lose()
            return None

    def _result(self, work: Callable[[Batch], Result], batch: Batch, future: Future[Outcome[Result]] | None) -> Result:
        """What came back, or the work done here when nobody can do it any more."""
        from concurrent.futures import CancelledError
        from concurrent.futures.process import BrokenProcessPool

        if future:
            try:
                return future.result().here()
            except (BrokenProcessPool, CancelledError):
                self._lose()
        return _logged(work, batch).here()

    def _lose(self) -> None:
        """A worker was ended by the system, perhaps for want of memory, and the others with it."""
        if self._pool:
            log.warning("a worker process was ended by the system; the work goes on without workers")
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool, self.count = None, 1

    def _executor(self, expected: int, prepare: Callable[[], object] | None) -> Executor | None:
        if self._given:
            return self._given
        if self._pool and prepare:  # what its processes were forked with is too little
            self.stop()
        if self._pool is None and self.count > 1 and expected >= LEAST_BATCHES:
            import multiprocessing
            from concurrent.futures import ProcessPoolExecutor

            # A forked process has all modules already; with threads about, forking is not safe.
            can_fork = "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
            context = multiprocessing.get_context("fork" if can_fork else "spawn")
            if can_fork and prepare:
                prepare()
            lifeline, self._lifeline = context.Pipe(duplex=False)
            gc.freeze()  # what is here now is shared with the workers as long as nobody touches it
            other_end = self._lifeline if can_fork else None
            self._pool = ProcessPoolExecutor(self.count, context, _begin, (lifeline, other_end))
        return self._pool


class Outcome(tuple[Result, "list[logging.LogRecord]"]):
    """A result and what was logged on the way."""

    __slots__ = ()

    def here(self) -> Result:
        """Log it in this process; gives the result."""
        result, records = self
        for record in records:
            log.handle(record)
        return result


_one_at_a_time = threading.Lock()
"""An executor may use threads; Python-Markdown may not."""


def _logged(work: Callable[[Batch], Result], batch: Batch) -> Outcome[Result]:
    """Do a batch and collect what it logs."""
    with _one_at_a_time:
        collector = _Collector()
        handlers, propagate = log.handlers[:], log.propagate
        log.handlers, log.propagate = [collector], False
        try:
            result = work(batch)
        finally:
            log.handlers, log.propagate = handlers, propagate
        return Outcome((result, collector.records))


class _Collector(logging.Handler):
    """Keeps log records in a form that can travel: messages and tracebacks as text."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record."""
        if record.exc_info:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.msg, record.args, record.exc_info = record.getMessage(), None, None
        self.records.append(record)


def _begin(lifeline: Connection, other_end: Connection | None) -> None:
    """First thing in a worker: the build decides when it ends, not the keyboard; nor does it outlive the build."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if other_end:  # a forked process has it too: only the build may hold it
        other_end.close()
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _end_with(lifeline: Connection) -> None:
    """Wait until the build lets go of its end of the pipe, on purpose or because it was killed."""
    with suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os._exit(1)
