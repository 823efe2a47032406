"""Wherever the disk of a mirror fails or fills up, or its command is killed: one release is whole, and served.

After each of these the old release or the new one is served whole, and the next run is right with no step by hand.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.mirror.store import MirrorStore
from tests.mirror.faults import FAILURES, Stage, chosen, places, run
from tests.mirror.voyage import copy_mirror, own_files, served

pytestmark = pytest.mark.slow

TRIED = 9
"""Of the places where each command can break; all of them where CANOA_EXAMPLES is set."""


def commands(bundle: Path = Path()) -> dict[str, tuple[tuple[str, ...], str, str]]:
    """What is run, on which mirror, and which release that serves afterwards."""
    return {
        "sync": (("mirror", "sync"), "before", "new"),
        "activate": (("mirror", "activate", "--number", "1"), "both", "old"),
        "rollback": (("mirror", "rollback"), "both", "old"),
        "gc": (("mirror", "gc"), "both", "new"),
        "import": (("mirror", "import", str(bundle)), "before", "new"),
    }


@pytest.mark.parametrize("name", commands())
def test_wherever_it_breaks_one_release_is_whole_and_the_next_run_is_right(
    stage: Stage, tmp_path: Path, name: str
) -> None:
    command, start, end = commands(stage.bundle)[name]
    origin: Path = getattr(stage, start)
    good = copy_mirror(origin, tmp_path / "bom")
    every = places(command, good, good, tmp_path / "strace.log")
    wanted = served(good)
    assert wanted == getattr(stage, end)
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
