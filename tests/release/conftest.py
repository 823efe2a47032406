"""The catalogue that most tests of releases begin with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.release.press import Press, three_courses


@pytest.fixture
def press(tmp_path: Path) -> Press:
    """Three courses; nobody has a key yet."""
    return three_courses(tmp_path)


@pytest.fixture(scope="session")
def first_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a catalogue whose first release is published; to be copied."""
    press = three_courses(tmp_path_factory.mktemp("primeira"))
    press.start()
    press.release()
    return press.folder


@pytest.fixture
def released(first_release: Path, tmp_path: Path) -> Press:
    """Three courses, released once."""
    shutil.copytree(first_release, tmp_path, dirs_exist_ok=True)
    return Press(tmp_path)
