"""What an institution installs: the wheel, not the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    [built] = folder.glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    """An undeclared subpackage works in a checkout and is missing from the wheel.  Scripts ship compiled."""
    packed = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "generator").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    wanted |= {
        f"generator/theme/{file.relative_to(ROOT / 'theme').as_posix()}"
        for file in (ROOT / "theme").rglob("*")
        if file.is_file() and not {"__pycache__", "scripts"} & set(file.parts)
    }
    assert wanted - packed == set()


def test_the_installed_wheel_builds_a_site(wheel: Path, tmp_path: Path) -> None:
    """Unpacked away from the checkout, with this environment's dependencies."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    (tmp_path / "project/content").mkdir(parents=True)
    (tmp_path / "project/content/index.md").write_text("# Olá\n\nTexto.\n", encoding="utf-8")
    (tmp_path / "project/mkdocs.yml").write_text("site_name: Teste\ndocs_dir: content\n", encoding="utf-8")
    script = (
        "import sys; sys.path.insert(0, sys.argv.pop(1));"
        "sys.meta_path = [finder for finder in sys.meta_path if 'editable' not in repr(finder)];"
        "from generator.cli import main; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "installed"), "build"],
        cwd=tmp_path / "project",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "Pular para o conteúdo" in (tmp_path / "project/site/index.html").read_text(encoding="utf-8")
