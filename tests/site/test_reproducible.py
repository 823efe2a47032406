"""The same input gives the same bytes: on any machine, in any order, through either door."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, Project


def sample(folder: Path, *, shuffled: bool = False) -> Project:
    """A copy of the sample course, its files created in another order when `shuffled`."""
    files = sorted(file for file in (ROOT / "content").rglob("*") if file.is_file())
    if shuffled:
        random.Random(7).shuffle(files)
    for file in files:
        target = folder / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    return Project(folder)


def test_two_builds_in_other_folders_locales_time_zones_and_orders_are_byte_identical(tmp_path: Path) -> None:
    one = sample(tmp_path / "um")
    other = sample(tmp_path / "outra pasta" / "funda", shuffled=True)
    assert one.run("build", environment={"TZ": "America/Manaus", "LC_ALL": "C", "PYTHONHASHSEED": "1"}).code == 0
    assert other.run("build", environment={"TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"}).code == 0
    assert one.site() == other.site()


def test_building_again_over_the_old_site_changes_nothing(tmp_path: Path) -> None:
    project = sample(tmp_path)
    project.run("build")
    before = project.site()
    outcome = project.run("build")
    assert project.site() == before
    assert " 0 alterados" in outcome.err


def test_mkdocs_build_gives_the_same_bytes_as_canoa_build(tmp_path: Path) -> None:
    ours, theirs = sample(tmp_path / "canoa"), sample(tmp_path / "mkdocs")
    ours.run("build")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=theirs.folder,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert theirs.site() == ours.site()


def test_no_page_holds_a_path_of_the_machine_it_was_built_on(tmp_path: Path) -> None:
    project = sample(tmp_path)
    project.run("build")
    needle = str(tmp_path).encode()
    assert [path for path, content in project.site().items() if needle in content] == []
