"""Wherever the disk of a mirror fails or fills up, or its command is killed: one release is whole, and served.

After each of these the old release or the new one is served whole, and the next run is right with no step by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.mirror.store import MirrorStore
from tests.mirror.faults import FAILURES, chosen, needs_strace, places, run
from tests.mirror.voyage import Publisher, copy_mirror, own_files, served, start_publisher

pytestmark = pytest.mark.slow

BUNDLE = "pacote"
TRIED = 9
"""Of the places where each command can break; all of them where CANOA_EXAMPLES is set."""


@dataclass(frozen=True)
class Stage:
    """A mirror before a command, and what may be served after it."""

    publisher: Publisher
    old: Mapping[str, bytes]
    new: Mapping[str, bytes]
    before: Path
    """The mirror that has the old release while the new one is published."""
    both: Path
    """The mirror that has both, and serves the new one."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    needs_strace()
    folder = tmp_path_factory.mktemp("falhas")
    publisher = start_publisher(folder / "editora")
    publisher.release()
    old = publisher.signed_files()
    mirror = folder / "espelho"
    mirror.mkdir()
    for command in (("init", str(publisher.web), "--root", str(publisher.root)), ("sync",)):
        code, said = run(("mirror", *command), mirror)
        assert code == 0, said
    before = copy_mirror(mirror, folder / "antes")
    publisher.write("um/1.html", "Página 1 de um", "Outro texto.")
    publisher.course("tres")
    publisher.release()
    assert served(mirror) == old
    code, said = run(("mirror", "sync"), mirror)
    assert code == 0, said
    assert served(mirror) == publisher.signed_files() != old
    (folder / BUNDLE).mkdir()
    code, said = run(("mirror", "export", "--bundle", str(folder / BUNDLE), "--since", "1"), mirror)
    assert code == 0, said
    return Stage(publisher, old, publisher.signed_files(), before, mirror)


def commands(bundle: Path = Path()) -> dict[str, tuple[tuple[str, ...], str]]:
    """What is run, and on which mirror."""
    return {
        "sync": (("mirror", "sync"), "before"),
        "activate": (("mirror", "activate", "--number", "1"), "both"),
        "rollback": (("mirror", "rollback"), "both"),
        "gc": (("mirror", "gc"), "both"),
        "import": (("mirror", "import", str(bundle)), "before"),
    }


@pytest.mark.parametrize("name", commands())
def test_wherever_it_breaks_one_release_is_whole_and_the_next_run_is_right(
    stage: Stage, tmp_path: Path, name: str
) -> None:
    command, start = commands(stage.both.parent / BUNDLE)[name]
    origin: Path = getattr(stage, start)
    good = copy_mirror(origin, tmp_path / "bom")
    every = places(command, good, good, tmp_path / "strace.log")
    wanted = served(good)
    assert wanted in (stage.old, stage.new)
    tried = 0
    for place, failure in chosen(every, TRIED):
        mirror = copy_mirror(origin, tmp_path / "espelho")
        code, said = run(command, mirror, place.injected(failure), tmp_path / "strace.log")
        where = f"{name}, {failure} at {place}: exit {code}, {said}"
        assert code in ({-9, 137} if failure == "KILL" else {0, 1, 3}), where
        assert "Traceback" not in said, where
        assert served(mirror) in (stage.old, stage.new), where
        if code == 0:
            assert served(mirror) == wanted, where
        code, said = run(command, mirror)
        assert code == 0, f"then, after {where}: {said}"
        assert served(mirror) == wanted, where
        tried += 1
    assert tried >= min(TRIED, len(FAILURES))


def test_a_mirror_that_was_killed_everywhere_on_the_way_still_proves_every_byte(stage: Stage, tmp_path: Path) -> None:
    """The same mirror, killed again and again, each time a little later."""
    good = copy_mirror(stage.before, tmp_path / "bom")
    every = places(("mirror", "sync"), good, good, tmp_path / "strace.log")
    mirror = copy_mirror(stage.before, tmp_path / "espelho")
    for place in every[:: max(1, len(every) // 4)]:
        run(("mirror", "sync"), mirror, place.injected("KILL"), tmp_path / "strace.log")
        assert served(mirror) in (stage.old, stage.new), place
    assert run(("mirror", "sync"), mirror)[0] == 0
    code, said = run(("mirror", "verify"), mirror)
    assert code == 0, said
    tree = MirrorStore(mirror).link.resolve()
    assert own_files(tree) == stage.new
