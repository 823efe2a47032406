"""What a copy says of itself: true to what was signed, harmless whatever titles hold, and never part of a release."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from generator.mirror.absent_course import shown_size
from generator.mirror.copy_facts import ABSENT, IMAGES, FrontPage, copy_files, facts_of, read_front_page
from generator.mirror.copy_script import working_copy
from generator.mirror.file_lists import list_files, list_path, read_lists
from generator.release.catalogue import CatalogueError, TargetInfo
from generator.release.fingerprints import in_groups, release_digest
from generator.release.image import ImageError, extract_image, write_image
from generator.release.own_files import COPY_SCRIPT
from generator.release.portable_names import NamesError, check_portable
from tests.mirror.copies import TITLES, Made, make_release
from tests.release.signing import Publisher, mirror
from tests.release.site_files import image_of

LARGE = bytes(1_200_000)
HOSTILE = "</script><img src=x onerror=alert(1)> \u2028 \u202e & \"'"


@pytest.fixture
def made(tmp_path: Path) -> Made:
    site = tmp_path / "site"
    files = {
        "index.html": b'<!doctype html>\n<html lang="pt-BR" data-site="rede">',
        "um/index.html": b"<h1>Um</h1>",
        "um/atividades.js": b'canoa.course({"title":"Curso um"});',
        "um/foto.webp": b"foto",
        "um/aula.mp4": LARGE,
        "dois/index.html": b"<h1>Dois</h1>",
        "dois/atividades.js": b'canoa.course({"title":"Curso dois"});',
    }
    for path, content in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(content)
    return make_release(site, {"um": "ufa", "dois": "ufb"}, tmp_path / "images")


def values(content: bytes) -> dict[str, Any]:
    text = content.decode("ascii")
    found: dict[str, Any] = json.loads(text[text.index("{") : text.rindex("}") + 1])
    return found


def test_a_complete_copy_names_what_it_has_and_who_signs(made: Made) -> None:
    files = copy_files(made.facts())
    found = values(files[COPY_SCRIPT])
    assert files[COPY_SCRIPT].startswith(b"canoaCopia={") and files[COPY_SCRIPT].endswith(b"};\n")
    assert (found["release"], found["released"]) == (12, "2026-11-22T00:00:00Z")
    assert [(one["unit"], one["title"], one["by"], one["away"]) for one in found["courses"]] == [
        ("dois", "Curso dois", "ufb", {}),
        ("site", "", "site", {}),
        ("um", "Curso um", "ufa", {}),
    ]
    assert found["courses"][2]["here"]["midia"] >= len(LARGE)
    assert values(files[ABSENT])["files"] == {}
    assert not any(path.endswith("index.html") for path in files)


def test_the_lists_have_every_file_of_every_image(made: Made, tmp_path: Path) -> None:
    facts = made.facts()
    tree = made.extract(tmp_path / "tree", facts)
    lists = read_lists(tree)
    assert lists == facts.files
    for path, info in made.targets.items():
        files = lists[info.sha256]
        assert list_files(tree, (file.path for file in files)) == files
        out = (tmp_path / "image.tar").open("wb")
        with out:
            summary = write_image(((file.path, tree / file.path) for file in files), out)
        assert (summary.sha256, summary.length) == (info.sha256, info.length), path


def test_what_is_not_here_is_named_with_its_size(made: Made) -> None:
    facts = made.facts(["site/site/texto.tar", "ufa/um/texto.tar"])
    files = copy_files(facts)
    found = {one["unit"]: one for one in values(files[COPY_SCRIPT])["courses"]}
    assert set(found["um"]["away"]) == {"imagens", "midia"}
    assert found["dois"]["here"] == {}
    assert values(files[ABSENT])["files"] == {"um/aula.mp4": len(LARGE)}
    page = files["dois/index.html"].decode()
    assert "Curso dois" in page and "Universidade B" in page and "um/index.html" not in files
    here = {one["path"] for one in values(files[IMAGES])["images"] if one["here"]}
    assert here == facts.present


def test_the_digest_of_a_release_is_the_same_whatever_a_copy_has(made: Made) -> None:
    complete, part = made.facts(), made.facts(["site/site/texto.tar"])
    digests = {values(copy_files(one)[COPY_SCRIPT])["digest"] for one in (complete, part)}
    assert digests == {release_digest(made.targets)}
    altered = {path: replace(info, sha256="0" * 64) for path, info in list(made.targets.items())[:1]}
    assert release_digest({**made.targets, **altered}) not in digests


@pytest.mark.parametrize("address", ["", "https://exemplo.org/canoa/"])
def test_hostile_titles_stay_text(made: Made, address: str) -> None:
    facts = made.facts(
        ["site/site/texto.tar"],
        institutions={**TITLES, "ufa": HOSTILE, "ufb": HOSTILE},
        front_page=FrontPage("pt-BR", '"><script>', address),
    )
    for path, content in copy_files(facts).items():
        if path.endswith("index.html"):
            text = content.decode()
            assert "<img" not in text and "alert(1)&gt;" in text
            assert text.count("<script") == 1
        else:
            content.decode("ascii")
            assert b"<" not in content


def test_what_a_signer_may_not_say_is_not_written(made: Made) -> None:
    info = made.targets["ufa/um/texto.tar"]
    wrong = {
        **made.targets,
        "ufa/um/texto.tar": TargetInfo(info.length, info.sha256, {**info.custom, "title": HOSTILE}),
    }
    with pytest.raises(CatalogueError):
        copy_files(made.facts(targets=wrong))


def test_a_tree_can_be_released_again_with_the_same_bytes(made: Made, tmp_path: Path) -> None:
    tree = made.extract(tmp_path / "tree", made.facts())
    again = make_release(tree, {"um": "ufa", "dois": "ufb"}, tmp_path / "again")
    assert again.targets == made.targets


def test_a_part_of_a_site_can_be_released_again_without_the_pages_of_the_copy(made: Made, tmp_path: Path) -> None:
    tree = made.extract(tmp_path / "tree", made.facts(["site/site/texto.tar", "ufa/um/texto.tar"]))
    assert (tree / "dois/index.html").is_file()
    again = make_release(tree, {"um": "ufa"}, tmp_path / "again")
    assert again.targets == {path: made.targets[path] for path in ("site/site/texto.tar", "ufa/um/texto.tar")}


@pytest.mark.parametrize("path", ["canoa/copia.js", "Canoa/COPIA.js", "canoa/copia", "canoa/copia/de-um.json"])
def test_an_image_with_a_copys_own_files_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(NamesError):
        check_portable([path])
    image = image_of({"canoa/lista.js": b"x"})
    name = path.encode().ljust(100, b"\0")
    forged = bytearray(image)
    forged[:100] = name
    forged[148:156] = b" " * 8
    forged[148:156] = f"{sum(forged[:512]):06o}".encode() + b"\0 "
    with pytest.raises((NamesError, ImageError)):
        extract_image(io.BytesIO(bytes(forged)), tmp_path / "tree", most_bytes=len(image))
    assert not (tmp_path / "tree" / path).exists()


def test_the_facts_of_a_verified_release(made: Made) -> None:
    publisher = Publisher()
    publisher.publish({"ufa/acolhimento": "um", "ufb/dengue": "um"})
    state = mirror(publisher)
    release = state.update(publisher.releases[1])
    floor = datetime(2020, 1, 1, tzinfo=timezone.utc)
    page = b'<!doctype html>\n<html lang="es" data-site="rede">\n<link rel="canonical" href="https://x.org/index.html">'
    facts = facts_of(release, release.targets, {}, root=state.root_bytes, not_before=floor, front_page=page)
    assert facts.released_at == release.signed_at == facts.not_before
    assert facts.front_page == FrontPage("es", "rede", "https://x.org/")
    found = values(copy_files(facts)[COPY_SCRIPT])
    assert found["institutions"].keys() >= {"ufa", "ufb"}


def test_nothing_is_believed_of_a_strange_front_page() -> None:
    assert read_front_page(b"") == FrontPage()
    assert read_front_page(b'<link rel="canonical" href="javascript:alert(1)">').address == ""


def test_a_damaged_list_is_passed_over(made: Made, tmp_path: Path) -> None:
    tree = made.extract(tmp_path / "tree", made.facts())
    for place, content in ((list_path("um"), b"{"), (list_path("dois"), b'{"images":{"a":[["x"]]}}')):
        (tree / place).write_bytes(content)
    assert set(read_lists(tree)) == {made.targets["site/site/texto.tar"].sha256}


def test_a_working_edition_says_that_nobody_signed_it() -> None:
    (content,) = working_copy().values()
    assert values(content) == {"format": "canoa-copia", "version": 1, "release": 0}


def test_sizes_and_fingerprints_as_people_read_them() -> None:
    assert [shown_size(size, "pt-BR") for size in (1, 1234, 999_499, 999_500, 12_345_678, 2_000_000_000)] == [
        *("0,0 kB", "1,2 kB", "999 kB", "1,0 MB", "12 MB", "2,0 GB")
    ]
    assert in_groups("0123456789ab") == "0123 4567 89ab"
