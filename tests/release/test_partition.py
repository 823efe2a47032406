"""A site is cut into courses and the rest, and those into layers; then each is an image of a catalogue."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.release import partition
from generator.release.catalogue import CatalogueError, TargetInfo, make_catalogue, read_target
from generator.release.image import ImageError, extract_image
from generator.release.partition import (
    LARGEST_INSIDE,
    MEDIA,
    PICTURES,
    TEXT,
    PartitionError,
    Unit,
    layer_of,
    partition_site,
)
from generator.release.portable_names import NamesError

LIST = b'canoa.course({"id":"curso","title":"Sa\xc3\xbade \\u202e da (Fam\xc3\xadlia)"});\n'


def make_site(folder: Path, files: dict[str, bytes] | None = None) -> Path:
    """A small site with one course, and more files."""
    site = folder / "site"
    standard = {
        "index.html": b"<h1>Cursos</h1>",
        "canoa/canoa.css": b"p{}",
        "canoa/letra.woff2": b"font",
        "curso/index.html": b"<h1>Curso</h1>",
        "curso/atividades.js": LIST,
        "curso/figura.webp": b"RIFF",
        "curso/aula.mp3": b"ID3",
        "outra-pasta/index.html": b"no course",
    }
    for path, content in {**standard, **(files or {})}.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(content)
    return site


def paths_of(unit: Unit) -> dict[str, list[str]]:
    return {layer: [file.path for file in files] for layer, files in unit.layers.items()}


def test_courses_are_units_and_all_else_is_the_site(tmp_path: Path) -> None:
    site, course = partition_site(make_site(tmp_path))
    assert (site.name, course.name) == ("site", "curso")
    assert paths_of(site) == {
        TEXT: ["canoa/canoa.css", "index.html", "outra-pasta/index.html"],
        MEDIA: ["canoa/letra.woff2"],
    }
    assert paths_of(course) == {
        TEXT: ["curso/atividades.js", "curso/index.html"],
        PICTURES: ["curso/figura.webp"],
        MEDIA: ["curso/aula.mp3"],
    }


def test_a_course_has_the_title_of_its_list_without_what_cannot_be_seen(tmp_path: Path) -> None:
    assert partition_site(make_site(tmp_path))[1].title == "Saúde da (Família)"


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"canoa.course({", b"canoa.course([1]);", b'x({"title":7})', b"(" * 9]
)
def test_a_list_that_cannot_be_read_leaves_the_folder_as_title(tmp_path: Path, content: bytes) -> None:
    assert partition_site(make_site(tmp_path, {"curso/atividades.js": content}))[1].title == "curso"


@pytest.mark.parametrize(
    ("path", "size", "layer"),
    [
        ("a.HTML", 1, TEXT),
        ("a.vtt", 1, TEXT),
        ("site.webmanifest", 1, TEXT),
        ("a.svg", 64 << 10, TEXT),
        ("a.svg", (64 << 10) + 1, PICTURES),
        ("a.jpeg", 1, PICTURES),
        ("a.webp", 1, PICTURES),
        ("a.mp4", 1, MEDIA),
        ("a.pdf", 1, MEDIA),
        ("a.tar.gz", 1, MEDIA),
        ("LICENSE", 1, MEDIA),
    ],
)
def test_a_layer_follows_from_the_name(path: str, size: int, layer: str) -> None:
    assert layer_of(path, size) == layer


def test_names_that_begin_with_a_dot_are_left_out(tmp_path: Path) -> None:
    site = make_site(tmp_path, {".git/config": b"", "curso/.DS_Store": b"", ".nojekyll": b""})
    assert partition_site(site) == partition_site(make_site(tmp_path / "other"))


def test_large_files_stay_outside_of_the_image(tmp_path: Path) -> None:
    limit = LARGEST_INSIDE[MEDIA]
    files = {"curso/a.mp4": bytes(limit + 1), "curso/b.mp4": bytes(limit), "curso/busca.json": bytes(limit + 1)}
    course = partition_site(make_site(tmp_path, files))[1]
    assert {layer: [file.path for file in blobs] for layer, blobs in course.blobs.items() if blobs} == {
        MEDIA: ["curso/a.mp4"]
    }
    assert "curso/b.mp4" in paths_of(course)[MEDIA]
    assert "curso/busca.json" in paths_of(course)[TEXT], "text compresses, and changes little at a time"


def test_where_pictures_are_too_many_for_one_image_the_largest_stay_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partition, "LARGEST_IMAGE", 3 << 20)
    files = {f"curso/{number}.webp": bytes(number * 100_000) for number in range(1, 11)}
    course = partition_site(make_site(tmp_path, files))[1]
    outside = [file.size for file in course.blobs[PICTURES]]
    inside = [file.size for file in course.layers[PICTURES]]
    assert sum(inside) <= 3 << 20
    assert min(outside) > max(inside) == 500_000


def test_a_folder_without_a_front_page_is_no_site(tmp_path: Path) -> None:
    with pytest.raises(PartitionError, match="site-missing") as refused:
        partition_site(tmp_path)
    assert str(tmp_path) in refused.value.message(str)
    assert refused.value.is_wrong_use


@pytest.mark.parametrize("make", [lambda p: p.symlink_to("/etc/passwd"), lambda p: p.symlink_to("/etc"), os.mkfifo])
def test_links_and_pipes_are_refused_where_a_release_is_made(tmp_path: Path, make: Callable[[Path], None]) -> None:
    site = make_site(tmp_path)
    make(site / "curso" / "x")
    with pytest.raises(PartitionError, match="not-plain"):
        partition_site(site)


def test_names_that_some_computer_mixes_up_are_refused_where_a_release_is_made(tmp_path: Path) -> None:
    with pytest.raises(NamesError) as refused:
        partition_site(make_site(tmp_path, {"curso/INDEX.html": b"", "aux/x.html": b""}))
    assert {one.path for one in refused.value.found} == {"aux/x.html"}


def test_a_course_cannot_have_the_name_of_the_rest(tmp_path: Path) -> None:
    with pytest.raises(PartitionError, match="reserved-unit"):
        partition_site(make_site(tmp_path, {"site/atividades.js": LIST}))


# --- the catalogue --------------------------------------------------------------------------------------------------


def owner_of(unit: str) -> str:
    return {"site": "site"}.get(unit, "ufmg")


def test_a_catalogue_names_every_image_and_all_together_are_the_site(tmp_path: Path) -> None:
    files = {"curso/filme.mp4": os.urandom(LARGEST_INSIDE[MEDIA] + 1), ".segredo": b""}
    site, images, out = make_site(tmp_path, files), tmp_path / "images", tmp_path / "out"
    catalogue = make_catalogue(site, partition_site(site), owner_of, images)
    assert list(catalogue.targets) == [
        "site/site/midia.tar",
        "site/site/texto.tar",
        "ufmg/curso/imagens.tar",
        "ufmg/curso/midia.tar",
        "ufmg/curso/texto.tar",
    ]
    for path, info in catalogue.targets.items():
        target = read_target(path, info)
        image = images / f"{info.sha256}.tar"
        assert hashlib.sha256(image.read_bytes()).hexdigest() == info.sha256
        with image.open("rb") as stream:
            paths = extract_image(stream, out, most_bytes=info.length, inside=target.inside)
        assert len(paths) == target.files
        for place, blob in target.blobs.items():
            content = (site / place).read_bytes()
            assert (blob.length, blob.sha256) == (len(content), hashlib.sha256(content).hexdigest())
            (out / place).write_bytes(content)
    (site / ".segredo").unlink()
    assert {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()} == {
        p.relative_to(site): p.read_bytes() for p in site.rglob("*") if p.is_file()
    }


def test_the_same_site_gives_the_same_catalogue_and_nothing_is_left_lying(tmp_path: Path) -> None:
    site, images = make_site(tmp_path), tmp_path / "images"
    first = make_catalogue(site, partition_site(site), owner_of, images)
    written = {image: image.stat().st_mtime_ns for image in images.iterdir()}
    for file in site.rglob("*"):
        os.utime(file, (1, 1))
    assert make_catalogue(site, partition_site(site), owner_of, images) == first
    assert {image: image.stat().st_mtime_ns for image in images.iterdir()} == written
    assert {image.stem for image in written} == {info.sha256 for info in first.targets.values()}


def test_an_image_that_was_cut_off_is_written_again(tmp_path: Path) -> None:
    site, images = make_site(tmp_path), tmp_path / "images"
    make_catalogue(site, partition_site(site), owner_of, images)
    image = min(images.iterdir())
    whole = image.read_bytes()
    image.write_bytes(whole[:100])
    make_catalogue(site, partition_site(site), owner_of, images)
    assert image.read_bytes() == whole


def test_a_site_that_changes_meanwhile_gives_no_catalogue(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    units = partition_site(site)
    (site / "curso/index.html").unlink()
    (site / "curso/index.html").symlink_to("/etc/passwd")
    with pytest.raises(ImageError, match="not-plain"):
        make_catalogue(site, units, owner_of, tmp_path / "images")
    assert not [image for image in (tmp_path / "images").iterdir() if image.suffix != ".tar"]


GOOD: dict[str, Any] = {"unit": "curso", "title": "Curso", "layer": "midia", "files": 1, "blobs": {}}
SHA = "0" * 64


def signed(**changes: Any) -> TargetInfo:
    return TargetInfo(1024, SHA, {**GOOD, **changes})


@pytest.mark.parametrize(
    "path",
    [
        "ufmg/curso.tar",
        "ufmg/curso/midia",
        "ufmg/curso/midia.tar.gz",
        "ufmg/x/curso/midia.tar",
        "ufmg/outro/midia.tar",
        "site/curso/midia.tar",
        "ufmg/site/midia.tar",
        "ufmg/curso/texto.tar",
        "ufmg/curso/tudo.tar",
        "ufmg/../midia.tar",
    ],
)
def test_a_target_must_be_what_its_path_says(path: str) -> None:
    with pytest.raises(CatalogueError, match="bad-target"):
        read_target(path, signed())


@pytest.mark.parametrize(
    "changes",
    [
        {"unit": "outro"},
        {"title": None},
        {"title": "a\x1b[2Jb"},
        {"layer": ["midia"]},
        {"files": -1},
        {"files": True},
        {"files": "1"},
        {"blobs": None},
        {"blobs": []},
        {"blobs": {"curso/a.mp4": None}},
        {"blobs": {"curso/a.mp4": {"length": -1, "sha256": SHA}}},
        {"blobs": {"curso/a.mp4": {"length": 1, "sha256": "../../x"}}},
        {"blobs": {"curso/a.mp4": {"length": 1, "sha256": SHA.replace("0", "A")}}},
        {"blobs": {"curso/../a.mp4": {"length": 1, "sha256": SHA}}},
        {"blobs": {"/curso/a.mp4": {"length": 1, "sha256": SHA}}},
        {"blobs": {"outro/a.mp4": {"length": 1, "sha256": SHA}}},
        {"blobs": {"curso/a": {"length": 1, "sha256": SHA}, "curso/A": {"length": 1, "sha256": SHA}}},
    ],
)
def test_what_is_signed_is_checked_before_it_is_used(changes: dict[str, Any]) -> None:
    with pytest.raises(CatalogueError, match="bad-target") as refused:
        read_target("ufmg/curso/midia.tar", signed(**changes))
    assert refused.value.message(str).isprintable()


def test_a_signed_unit_must_be_a_folder_that_every_computer_can_keep() -> None:
    for unit in ("..", "aux", ".canoa", "a."):
        with pytest.raises(CatalogueError):
            read_target(f"ufmg/{unit}/midia.tar", signed(unit=unit))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*GOOD, "x"]), JSON))
def test_anything_that_is_signed_is_taken_or_refused(changes: dict[str, Any]) -> None:
    try:
        target = read_target("ufmg/curso/midia.tar", signed(**changes))
    except CatalogueError as refused:
        assert refused.message(str)
    else:
        assert target.unit == "curso"
