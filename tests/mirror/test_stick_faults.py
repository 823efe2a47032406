"""Wherever an import or an export breaks: what was served is served, what opened opens, the next run is right."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.mirror.disk import FolderDisk
from tests.mirror.faults import chosen, needs_strace, places, run
from tests.mirror.sticks import opened
from tests.mirror.voyage import Publisher, copy_mirror, served, start_publisher

pytestmark = pytest.mark.slow

TRIED = 2
"""Of the places where each command can break; all of them where CANOA_EXAMPLES is set."""


@dataclass(frozen=True)
class Stage:
    """Two mirrors and a stick that have the old release; the first has the new one too."""

    publisher: Publisher
    old: Mapping[str, bytes]
    new: Mapping[str, bytes]
    box: Path
    clinic: Path
    bundle: Path
    stick: Path


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    needs_strace()
    folder = tmp_path_factory.mktemp("pendrives")
    publisher = start_publisher(folder / "editora")
    publisher.release()
    old = publisher.signed_files()
    box, bundle, stick = (folder / name for name in ("caixa", "pacote", "pendrive"))
    for place in (box, bundle, stick):
        place.mkdir()
    did(box, "init", str(publisher.web), "--root", str(publisher.root))
    did(box, "sync")
    did(box, "export", "--stick", str(stick))
    clinic = copy_mirror(box, folder / "clinica")
    publisher.write("um/1.html", "Página 1 de um", "Outro texto.")
    publisher.course("tres")
    publisher.release()
    did(box, "sync")
    did(box, "export", "--bundle", str(bundle), "--since", "1")
    return Stage(publisher, old, publisher.signed_files(), box, clinic, bundle, stick)


def did(mirror: Path, *command: str) -> None:
    code, said = run(("mirror", *command), mirror)
    assert code == 0, said


def test_wherever_an_import_breaks_one_release_is_served_and_the_next_run_is_right(
    stage: Stage, tmp_path: Path
) -> None:
    command = ("mirror", "import", str(stage.bundle))
    good = copy_mirror(stage.clinic, tmp_path / "bom")
    for place, failure in chosen(places(command, good, good, tmp_path / "log"), TRIED):
        mirror = copy_mirror(stage.clinic, tmp_path / "espelho")
        code, said = run(command, mirror, place.injected(failure), tmp_path / "log")
        where = f"{failure} at {place}: exit {code}, {said}"
        assert "Traceback" not in said, where
        assert served(mirror) in (stage.old, stage.new), where
        code, said = run(command, mirror)
        assert code == 0, f"then, after {where}: {said}"
        assert served(mirror) == stage.new, where


def test_wherever_an_export_breaks_one_release_opens_and_the_next_run_is_right(stage: Stage, tmp_path: Path) -> None:
    stick = tmp_path / "pendrive"
    command = ("mirror", "export", "--stick", str(stick), "--bundle")
    shutil.copytree(stage.stick, stick)
    for place, failure in chosen(places(command, stage.box, stick, tmp_path / "log"), TRIED):
        shutil.rmtree(stick)
        shutil.copytree(stage.stick, stick)
        code, said = run(command, stage.box, place.injected(failure), tmp_path / "log")
        where = f"{failure} at {place}: exit {code}, {said}"
        assert code in ({-9, 137} if failure == "KILL" else {0, 3}), where
        assert "Traceback" not in said, where
        assert own_files_opened(stick) in (stage.old, stage.new), where
        code, said = run(command, stage.box)
        assert code == 0, f"then, after {where}: {said}"
        assert own_files_opened(stick) == stage.new, where
        assert served(stage.box) == stage.new
        clinic = copy_mirror(stage.clinic, tmp_path / "clinica")
        did(clinic, "import", str(stick))
        assert served(clinic) == stage.new


def own_files_opened(stick: Path) -> dict[str, bytes]:
    found = opened(FolderDisk(stick)) or {}
    return {path: content for path, content in found.items() if not path.startswith("canoa/copia")}
