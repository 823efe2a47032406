"""Wherever an export to a stick breaks: what opened opens, and the next run is right."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator.mirror.disk import FolderDisk
from tests.mirror.copies import signed_part
from tests.mirror.faults import Stage, chosen, did, places, run
from tests.mirror.sticks import opened
from tests.mirror.voyage import copy_mirror, served

pytestmark = pytest.mark.slow

TRIED = 2
"""Of the places where it can break; all of them where CANOA_EXAMPLES is set."""


def test_wherever_an_export_breaks_one_release_opens_and_the_next_run_is_right(stage: Stage, tmp_path: Path) -> None:
    box, stick = copy_mirror(stage.both, tmp_path / "caixa"), tmp_path / "pendrive"
    command = ("mirror", "export", "--stick", str(stick), "--bundle")
    shutil.copytree(stage.stick, stick)
    for place, failure in chosen(places(command, box, stick, tmp_path / "log"), TRIED):
        shutil.rmtree(stick)
        shutil.copytree(stage.stick, stick)
        code, said = run(command, box, place.injected(failure), tmp_path / "log")
        where = f"{failure} at {place}: exit {code}, {said}"
        assert code in ({-9, 137} if failure == "KILL" else {0, 3}), where
        assert "Traceback" not in said, where
        assert own_files_opened(stick) in (stage.old, stage.new), where
        code, said = run(command, box)
        assert code == 0, f"then, after {where}: {said}"
        assert own_files_opened(stick) == stage.new, where
        assert served(box) == stage.new
        clinic = copy_mirror(stage.before, tmp_path / "clinica")
        did(clinic, "import", str(stick))
        assert served(clinic) == stage.new


def own_files_opened(stick: Path) -> dict[str, bytes]:
    return signed_part(opened(FolderDisk(stick)) or {})
