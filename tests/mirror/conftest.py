"""The catalogue that most tests of mirrors use: made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import find_program
from tests.mirror.faults import Stage, make_stage
from tests.mirror.hostile_server import HostileServer, serve
from tests.mirror.published import (
    Catalogue,
    Mirror,
    edit_page,
    edit_picture,
    edit_template,
    make_catalogue,
    new_mirror,
    write_site,
)


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """Four releases: the first; one page; every page, a withdrawn and a new course; a picture and a recording."""
    folder = tmp_path_factory.mktemp("catalogue")
    return make_catalogue(folder, [edit_page, edit_template, edit_picture], first=write_site)


@pytest.fixture
def server(catalogue: Catalogue) -> Iterator[HostileServer]:
    """Serves the first release, until a test says otherwise."""
    with serve(catalogue.wire(1)) as running:
        yield running


@pytest.fixture
def mirror(server: HostileServer, catalogue: Catalogue, tmp_path: Path) -> Mirror:
    """A mirror of everything that has fetched nothing yet."""
    return new_mirror(tmp_path / "mirror", server.address, root=catalogue.wire(1) / "md/1.root.json")


@pytest.fixture
def served(mirror: Mirror, server: HostileServer, catalogue: Catalogue) -> Mirror:
    """A mirror that serves the first release, while its source has the third one."""
    mirror.sync()
    server.behave()
    server.folder = catalogue.wire(3)
    return mirror


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Where commands break; to be copied."""
    find_program("strace")
    return make_stage(tmp_path_factory.mktemp("falhas"))
