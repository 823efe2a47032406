"""Runs a command under strace and lets one system call fail, or ends the command at it: every place where it can break.

The calls that change something in a folder are listed from a first run that goes well; each of them is then a place.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import find_program
from tests.mirror.voyage import copy_mirror, served, start_publisher

CHANGING = (
    "write,pwrite64,fsync,fdatasync,syncfs,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,"
    "mkdir,mkdirat,rmdir,ftruncate,truncate,chmod,fchmod,fchmodat,utimensat,copy_file_range,sendfile"
)
OPENING = "openat"
CALL = re.compile(r"^(?:\[pid +(\d+)\] )?(\w+)\((.*)", re.MULTILINE)
FAILURES = ("KILL", "EIO", "ENOSPC")
SECONDS = 240


@dataclass(frozen=True)
class Place:
    """The n-th call of a kind, in the run that went well."""

    call: str
    number: int
    what: str
    """What it did there, for the name of a test that fails."""

    def injected(self, failure: str) -> str:
        """The expression for strace."""
        how = "signal=SIGKILL" if failure == "KILL" else f"error={failure}"
        return f"inject={self.call}:{how}:when={self.number}"


def run(command: Sequence[str], folder: Path, inject: str | None = None, log: Path | None = None) -> tuple[int, str]:
    """Run `canoa …` in a folder; gives exit code and what it said.  A killed command has the code -9."""
    program = [sys.executable, "-m", "generator", *command]
    if log is not None:
        trace = ["-e", f"trace={CHANGING},{OPENING}"] if inject is None else ["-e", f"trace={inject.split(':')[0][7:]}"]
        inject_options = ["-e", inject] if inject else []
        program = [find_program("strace"), "-f", "-y", "-qq", "-o", str(log), *trace, *inject_options, *program]
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", "CANOA_LANG": "en"}
    done = subprocess.run(program, cwd=folder, env=environment, capture_output=True, timeout=SECONDS)
    return done.returncode, done.stderr.decode(errors="replace")


def did(folder: Path, *command: str) -> None:
    """`canoa mirror …` in a folder, which must go well."""
    code, said = run(("mirror", *command), folder)
    assert code == 0, said


@dataclass(frozen=True)
class Stage:
    """What a command finds before it breaks, and what may be served after it."""

    old: Mapping[str, bytes]
    new: Mapping[str, bytes]
    before: Path
    """A mirror that has the old release while the new one is published."""
    both: Path
    """A mirror that has both, and serves the new one."""
    bundle: Path
    """From the old release to the new one."""
    stick: Path
    """Has the old release."""


def make_stage(folder: Path) -> Stage:
    """Publish two releases, with a mirror that follows them."""
    publisher = start_publisher(folder / "editora")
    publisher.release()
    old = publisher.signed_files()
    both, bundle, stick = (folder / name for name in ("espelho", "pacote", "pendrive"))
    for place in (both, bundle, stick):
        place.mkdir()
    did(both, "init", str(publisher.web), "--root", str(publisher.root))
    did(both, "sync")
    before = copy_mirror(both, folder / "antes")
    did(both, "export", "--stick", str(stick))
    publisher.write("um/1.html", "Página 1 de um", "Outro texto.")
    publisher.course("tres")
    publisher.release()
    assert served(both) == old
    did(both, "sync")
    assert served(both) == publisher.signed_files() != old
    did(both, "export", "--bundle", str(bundle), "--since", "1")
    return Stage(old, publisher.signed_files(), before, both, bundle, stick)


def places(command: Sequence[str], folder: Path, inside: Path, log: Path) -> list[Place]:
    """Every call of a run that goes well which changes something in the folder `inside`."""
    code, said = run(command, folder, log=log)
    assert code == 0, said
    found: list[Place] = []
    seen: Counter[tuple[str, str]] = Counter()
    for line in log.read_text(errors="replace").splitlines():
        process, _, rest = line.partition(" ")
        match = CALL.match(rest.lstrip())
        if match is None:
            continue
        call, arguments = match[2], match[3]
        seen[process, call] += 1
        if str(inside) not in arguments or (call == OPENING and "O_CREAT" not in arguments):
            continue
        found.append(Place(call, seen[process, call], arguments.replace(str(inside), "")[:120]))
    assert found, "the command changed nothing"
    return list(dict.fromkeys(found))


def chosen(every: Sequence[Place], count: int) -> Iterator[tuple[Place, str]]:
    """`count` of all places and failures, spread evenly each kind of call among them; all with CANOA_EXAMPLES."""
    pairs = [(place, failure) for place in every for failure in FAILURES if failure != "ENOSPC" or place.call in SPACE]
    if os.environ.get("CANOA_EXAMPLES") or len(pairs) <= count:
        yield from pairs
        return
    firsts = list({(place.call, failure): (place, failure) for place, failure in reversed(pairs)}.values())
    step = len(pairs) / count
    spread = [pairs[int(number * step)] for number in range(count)]
    yield from list(dict.fromkeys([*spread[: count // 2], *firsts, *spread]))[:count]


SPACE = frozenset(
    ("write", "pwrite64", "fsync", "syncfs", "openat", "mkdir", "mkdirat", "rename", "link", "linkat", "symlink")
)
"""Calls that a full disk refuses."""
