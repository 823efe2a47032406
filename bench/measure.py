"""Runs a command and measures the whole tree of its processes: time, processor, memory; on Linux and other Unixes.

On a shared machine seconds are noise.  So every run is framed by a small fixed piece of work, which says how fast the
machine was and how much of it was ours.
"""

from __future__ import annotations

import contextlib
import os
import platform
import resource
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

IS_LINUX = platform.system() == "Linux"
LONGEST_PAUSE = 0.1
"""Seconds between two looks at the memory; a short run is looked at more often."""
WORK = 400_000
"""Turns of the loop of `calibrate`: about 30 ms."""


@dataclass(frozen=True)
class Calibration:
    """What a fixed piece of work cost just now, in seconds."""

    cpu: float
    wall: float


@dataclass(frozen=True)
class Limits:
    """When a run is ended."""

    seconds: float = 900.0
    free_bytes: int = 5_000_000_000
    """Space that is left on the disk at least."""


@dataclass(frozen=True)
class Measurement:
    """One run of a command.  Memory is in bytes, and 0 where it cannot be measured."""

    wall: float
    cpu: float
    """User and system time of the process and of the children that it waited for."""
    exit_code: int
    ended: str
    """Empty, or why the run was ended: `time`, `disk`."""
    tree_rss: int
    """Peak of the sum over all processes; pages that they share count once for each."""
    tree_pss: int
    """Peak of the sum of proportional shares: what the tree really takes."""
    largest: int
    """Peak of the largest single process."""
    machine_speed: float
    """Processor seconds of the fixed work, mean of before and after."""
    machine_wait: float
    """Wall over processor time of the fixed work: 1.0 when nobody else wanted the processor."""
    load: float
    """The system's load average when the run began."""


def calibrate() -> Calibration:
    """Do the fixed piece of work."""
    wall, cpu, value = time.perf_counter(), time.process_time(), 0
    for turn in range(WORK):
        value = (value * 31 + turn) & 0xFFFFFF
    return Calibration(time.process_time() - cpu, time.perf_counter() - wall)


def measure(command: Sequence[str], folder: Path, log: Path, limits: Limits) -> Measurement:
    """Run a command in a folder; what it prints is added to the log."""
    before, load = calibrate(), os.getloadavg()[0]
    with log.open("ab") as printed:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=printed, stderr=printed, start_new_session=True
        )
        watch = Watch(process.pid, folder, limits)
        with killed_on_error(process.pid):
            _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
    watch.stop()
    process.returncode = os.waitstatus_to_exitcode(status)
    after = calibrate()
    largest = _largest(usage, watch) if IS_LINUX else 0
    return Measurement(
        wall=round(wall, 4),
        cpu=round(usage.ru_utime + usage.ru_stime, 4),
        exit_code=process.returncode,
        ended=watch.ended,
        tree_rss=max(watch.rss, largest),
        tree_pss=watch.pss,
        largest=largest,
        machine_speed=round((before.cpu + after.cpu) / 2, 5),
        machine_wait=round((before.wall + after.wall) / (before.cpu + after.cpu), 3),
        load=round(load, 2),
    )


def _largest(usage: resource.struct_rusage, watch: Watch) -> int:
    """The kernel's number is exact, but a process inherits our own peak when it starts: then what was seen counts."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return usage.ru_maxrss * 1024 if usage.ru_maxrss > own else watch.largest


@contextlib.contextmanager
def killed_on_error(leader: int) -> Iterator[None]:
    """Whatever interrupts us ends the processes that we started: they have a session of their own."""
    try:
        yield
    except BaseException:
        _kill(leader)
        raise


def _kill(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


class Watch:
    """A thread that looks at the processes of a session until it is stopped, and ends them at a limit."""

    def __init__(self, session: int, folder: Path, limits: Limits) -> None:
        self.rss = self.pss = self.largest = 0
        self.ended = ""
        self._session, self._folder, self._limits = session, folder, limits
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop looking."""
        self._stopped.set()
        self._thread.join()

    def _look(self) -> None:
        started = time.perf_counter()
        pause = 0.005
        while not self._stopped.wait(pause):
            seconds = time.perf_counter() - started
            pause = min(LONGEST_PAUSE, max(0.01, seconds / 10))
            if IS_LINUX:
                self._add(list(session_processes(self._session)))
            if seconds > self._limits.seconds:
                self.ended = "time"
            elif shutil.disk_usage(self._folder).free < self._limits.free_bytes:
                self.ended = "disk"
            if self.ended:
                _kill(self._session)
                return

    def _add(self, processes: list[int]) -> None:
        memory = [memory_of(process) for process in processes]
        self.largest = max([self.largest, *(rss for rss, _ in memory)])
        self.rss = max(self.rss, sum(rss for rss, _ in memory))
        self.pss = max(self.pss, sum(pss for _, pss in memory))


def session_processes(session: int) -> Iterator[int]:
    """Every process of a session: the one that we started, and its children's children."""
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                # The second field, the program's name, is in brackets and may hold anything.
                fields = Path("/proc", name, "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
                if int(fields.split()[3]) == session:
                    yield int(name)


def memory_of(process: int) -> tuple[int, int]:
    """Resident and proportional size; of a process that is gone, nothing."""
    with contextlib.suppress(OSError):
        lines = Path("/proc", str(process), "smaps_rollup").read_text(encoding="ascii").splitlines()
        sizes = {name: value for name, _, value in (line.partition(":") for line in lines[1:])}
        return tuple(int(sizes.get(name, "0 kB").split()[0]) * 1024 for name in ("Rss", "Pss"))  # type: ignore[return-value]
    return (0, 0)


def machine() -> dict[str, str]:
    """What the numbers were measured on."""
    facts = {
        "processor": platform.processor() or platform.machine(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
    }
    if IS_LINUX:
        facts["processor"] = _field("/proc/cpuinfo", "model name") or facts["processor"]
        facts["memory"] = f"{int(_field('/proc/meminfo', 'MemTotal').split()[0]) / 1024**2:.0f} GiB"
    return facts


def _field(file: str, name: str) -> str:
    for line in Path(file).read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""
