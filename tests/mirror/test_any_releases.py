"""Whatever two releases hold, and whatever part of them a mirror wants: it serves exactly what was signed."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.release.partition import LAYERS, SITE, partition_site
from tests.mirror.published import make_catalogue, new_mirror
from tests.release.press import Press
from tests.release.site_files import CONTENTS

EXAMPLES = max(1, int(os.environ.get("CANOA_EXAMPLES", "60")) // 10)
COURSES = ("a", "b", "ç")
NAMES = ("index.html", "unidade/1.html", "figura.png", "aula.mp3", "saúde.html")


def noise(seed: int, size: int) -> bytes:
    """Bytes that do not compress; the largest stay outside of images."""
    return random.Random(seed).randbytes(size)


SITE_FILES = st.dictionaries(
    st.sampled_from([f"{course}/{name}" for course in COURSES for name in NAMES] + ["sobre.html", "canoa/canoa.css"]),
    st.one_of(CONTENTS, st.builds(noise, st.integers(0, 3), st.sampled_from([100, 70_000, (1 << 20) + 3]))),
    max_size=10,
)
"""Path → bytes: courses come and go, files move between layers and grow."""


def write(press: Press, files: Mapping[str, bytes]) -> None:
    """The site is exactly these files, a front page, and the lists that make folders courses."""
    shutil.rmtree(press.site, ignore_errors=True)
    press.write("index.html", "<title>Biblioteca</title>")
    for path, content in files.items():
        press.write(path, content)
        course = path.partition("/")[0]
        if course in COURSES:
            press.write(f"{course}/atividades.js", f'canoa.course({{"id":"{course}","title":"Curso {course}"}});\n')


def wanted_files(site: Path, courses: tuple[str, ...], layers: tuple[str, ...]) -> dict[str, bytes]:
    """What a mirror of a part should serve."""
    return {
        file.path: (site / file.path).read_bytes()
        for unit in partition_site(site)
        if unit.name == SITE or courses == ("*",) or unit.name in courses
        for layer in layers
        for file in (*unit.layers.get(layer, ()), *unit.blobs.get(layer, ()))
    }


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    sites=st.lists(SITE_FILES, min_size=2, max_size=3, unique_by=lambda files: tuple(sorted(files.items()))),
    courses=st.one_of(st.just(("*",)), st.lists(st.sampled_from(COURSES), min_size=1, unique=True).map(tuple)),
    layers=st.lists(st.sampled_from(LAYERS), min_size=1, unique=True).map(tuple),
    seen=st.lists(st.booleans(), min_size=3, max_size=3),
    relay=st.booleans(),
)
def test_any_releases_any_part_any_chain_of_deltas_give_the_signed_bytes(
    sites: list[dict[str, bytes]],
    courses: tuple[str, ...],
    layers: tuple[str, ...],
    seen: list[bool],
    relay: bool,
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        edits = [lambda press, files=files: write(press, files) for files in sites[1:]]
        catalogue = make_catalogue(folder / "c", edits, first=lambda press: write(press, sites[0]))
        root = catalogue.wire(1) / "md/1.root.json"
        mirror = new_mirror(
            folder / "m", str(catalogue.wire(1)), root=root, courses=courses, layers=layers, relay=relay
        )
        for number in range(1, len(sites) + 1):
            if seen[number - 1] or number == len(sites):
                mirror.sync(str(catalogue.wire(number)), day=number)
        site = catalogue.site(len(sites))
        stand_ins = {f"{course}/index.html" for course in COURSES} - set(wanted_files(site, courses, layers))
        served = {path: content for path, content in mirror.files().items() if path not in stand_ins}
        assert served == wanted_files(site, courses, layers)
