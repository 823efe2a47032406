"""A mirror of a mirror: what one serves below `/.canoa/`, the next one fetches, proves and serves in its turn."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mirror.published import Catalogue, new_mirror
from tests.mirror.serving.boxes import SERVERS


@pytest.mark.parametrize("kind", SERVERS)
def test_a_clinic_fetches_from_its_region(kind: str, catalogue: Catalogue, tmp_path: Path) -> None:
    root = catalogue.wire(1) / "md/1.root.json"
    region = new_mirror(tmp_path / "regiao", str(catalogue.wire(1)), root=root, relay=True)
    region.sync()
    with SERVERS[kind](region.store) as box:
        clinic = new_mirror(tmp_path / "unidade", f"http://127.0.0.1:{box.port}/.canoa/", root=root)
        clinic.sync()
        assert clinic.files() == catalogue.signed_files(1)
        region.sync(str(catalogue.wire(2)), day=2)
        assert clinic.sync(day=2).requests == 3
        assert clinic.files() == catalogue.signed_files(2)
        assert clinic.sync(day=2).requests == 1
        page = box.get("/um/3.html")
    assert page.body == (clinic.tree / "um/3.html").read_bytes()
