"""From one mirror to another and to readers, on a stick: what is carried, what is refused, what a cut leaves."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator.mirror import importing
from generator.mirror.disk import FolderDisk
from generator.mirror.refusals import MirrorError
from generator.mirror.stick import opening, read_pointers
from generator.mirror.stick_refusals import StickError
from generator.mirror.store import MirrorStore
from generator.release.refusals import ReleaseError
from generator.release.workplace import object_path
from tests.conftest import ROOT, Outcome
from tests.mirror.copies import signed_part
from tests.mirror.published import QUICK, Catalogue, Mirror, date, new_mirror
from tests.release.press import files_below

BUNDLE = "canoa-pacote"


def run(*arguments: str | Path, language: str = "en") -> Outcome:
    """`canoa mirror …`."""
    command = [sys.executable, "-m", "generator", "mirror", *map(str, arguments), "--lang", language, "--quiet"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=300)
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="session")
def settled(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Mirror:
    """A mirror that came from release 2 to 3."""
    folder = tmp_path_factory.mktemp("espelho")
    made = new_mirror(folder / "caixa", str(catalogue.wire(3)), root=catalogue.wire(1) / "md/1.root.json")
    for number in (2, 3):
        made.sync(str(catalogue.wire(number)), day=number)
    return made


@pytest.fixture
def box(settled: Mirror, tmp_path: Path) -> Mirror:
    """The same, to be changed."""
    folder = tmp_path / "caixa"
    shutil.copytree(settled.store.folder, folder, symlinks=True)
    return Mirror(MirrorStore(folder))


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    place = tmp_path / "PENDRIVE UBS"
    place.mkdir()
    return place


def clinic(tmp_path: Path, catalogue: Catalogue, number: int = 0, **values: object) -> Mirror:
    """Another mirror, without a link; with a release, or nothing yet."""
    made = new_mirror(tmp_path / "clinica", root=catalogue.wire(1) / "md/1.root.json", **values)
    if number:
        made.sync(str(catalogue.wire(number)), day=number)
    return made


def bring(mirror: Mirror, place: Path, day: float = 60) -> importing.Synced:
    """Import, by default two months later: the timestamp expired in the post."""
    with mirror.store.alone():
        return importing.import_bundle(mirror.store, importing.find_bundle(place), clock=date(day), patience=QUICK)


def opened(stick: Path) -> dict[str, bytes]:
    """The tree that opens, without what the copy says of itself."""
    chosen = opening(read_pointers(FolderDisk(stick)))
    assert chosen
    return signed_part(files_below(stick / chosen.tree))


# --- for readers ----------------------------------------------------------------------------------------------------


def test_a_stick_holds_the_served_release_byte_for_byte(box: Mirror, stick: Path, catalogue: Catalogue) -> None:
    done = run("export", box.store.folder, "--stick", stick)
    assert done.code == 0, done.err
    assert "Release 3 is in" in done.err and "ABRIR.html" in done.err
    assert opened(stick) == catalogue.signed_files(3)
    again = run("export", box.store.folder, "--stick", stick, language="pt-BR")
    assert again.code == 0 and "A edição 3 já está em" in again.err


def test_a_stick_of_some_courses_says_what_it_lacks(box: Mirror, stick: Path, catalogue: Catalogue) -> None:
    done = run("export", box.store.folder, "--stick", stick, "--courses", "um", "--layers", "texto")
    assert done.code == 0, done.err
    found = opened(stick)
    assert found["um/3.html"] == catalogue.signed_files(3)["um/3.html"]
    assert "dois/0.html" not in found and "um/mapa.png" not in found
    assert b"canoa: this page belongs to a copy" in found["dois/index.html"]
    facts = json.loads((stick / "a/canoa/copia.js").read_text().partition("=")[2].rstrip().rstrip(";"))
    assert facts["release"] == 3
    assert {one["unit"]: sorted(one["here"]) for one in facts["courses"]}["um"] == ["texto"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "--stick PLACE"),
        (("--stick", "{nowhere}"), 2, "is not a folder"),
        (("--stick", "{stick}", "--single", "--courses", "nada"), 2, "not in this mirror"),
        (("--stick", "{stick}", "--layers", "video"), 2, "texto, imagens, midia"),
        (("--stick", "{stick}", "--layers", "midia"), 2, "nothing to open"),
        (("--bundle", "{stick}", "--single"), 2, "--single is about"),
        (("--bundle", "{stick}", "--since", "1"), 2, "does not have release 1 any more"),
        (("--bundle", "{stick}", "--split", "muito"), 2, "2GiB"),
    ],
)
def test_wrong_use_is_told_and_nothing_is_written(
    box: Mirror, stick: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    shutil.rmtree(box.store.releases / "1", ignore_errors=True)
    (box.store.releases / "1.json").unlink(missing_ok=True)
    written = [one.format(stick=stick, nowhere=stick / "x") for one in arguments]
    done = run("export", box.store.folder, *written)
    assert (done.code, list(stick.iterdir())) == (code, []), done.err
    assert words in done.err and "Traceback" not in done.err


def test_a_mirror_that_was_altered_gives_nothing_on(box: Mirror, stick: Path) -> None:
    page = box.tree / "um/3.html"
    page.write_bytes(page.read_bytes() + b" ")
    done = run("export", box.store.folder, "--stick", stick)
    assert done.code == 1 and "canoa mirror verify" in done.err
    assert list(stick.iterdir()) == []


def test_a_stick_that_is_not_empty_of_others_is_refused(box: Mirror, stick: Path) -> None:
    (stick / "canoa-pacote").mkdir()
    (stick / "canoa-pacote/fotos.zip").write_bytes(b"mine")
    done = run("export", box.store.folder, "--stick", stick, "--bundle")
    assert done.code == 2 and "canoa-pacote" in done.err
    assert files_below(stick) == {"canoa-pacote/fotos.zip": b"mine"}


# --- for mirrors ----------------------------------------------------------------------------------------------------


def test_a_full_bundle_begins_a_mirror_that_has_no_link(
    box: Mirror, stick: Path, catalogue: Catalogue, tmp_path: Path
) -> None:
    box.choose(upstreams=())  # everything is made again here
    done = run("export", box.store.folder, "--stick", stick, "--bundle")
    assert done.code == 0, done.err
    theirs = clinic(tmp_path, catalogue)
    done = run("import", stick, "--folder", theirs.store.folder)
    assert done.code == 0, done.err
    assert "judged by the day on which it was signed" in done.err
    assert theirs.files() == catalogue.signed_files(3) == opened(stick)


@pytest.mark.parametrize("number", [2, 3])
def test_a_bundle_since_a_release_is_small_and_enough(
    box: Mirror, stick: Path, catalogue: Catalogue, tmp_path: Path, number: int
) -> None:
    done = run("export", box.store.folder, "--bundle", stick, "--since", number)
    assert done.code == 0, done.err
    written = {path: len(content) for path, content in files_below(stick / BUNDLE).items()}
    objects = [path for path in written if path.startswith("obj/")]
    assert any(path.startswith("delta/2-3") for path in written) == (number == 2)
    assert len(objects) == (1 if number == 2 else 0)  # the new course
    theirs = clinic(tmp_path, catalogue, number)
    assert bring(theirs, stick).number == 3
    assert theirs.files() == catalogue.signed_files(3)


def test_a_bundle_since_a_release_is_refused_by_who_does_not_have_it(
    box: Mirror, stick: Path, catalogue: Catalogue, tmp_path: Path
) -> None:
    run("export", box.store.folder, "--bundle", stick, "--since", "2")
    theirs = clinic(tmp_path, catalogue, 1)
    done = run("import", stick, "--folder", theirs.store.folder)
    assert done.code == 1 and "--full" in done.err, done.err
    assert "what is new since release 2" in done.err
    assert theirs.files() == catalogue.signed_files(1)


def test_a_part_goes_to_a_mirror_that_wants_a_part(
    box: Mirror, stick: Path, catalogue: Catalogue, tmp_path: Path
) -> None:
    run("export", box.store.folder, "--bundle", stick, "--courses", "um")
    theirs = clinic(tmp_path, catalogue)
    assert run("import", stick, "--folder", theirs.store.folder).code == 1
    done = run("import", stick, "--folder", theirs.store.folder, "--courses", "um")
    assert done.code == 0, done.err
    assert theirs.files()["um/mapa.png"] == catalogue.signed_files(3)["um/mapa.png"]


def test_large_files_travel_in_parts(box: Mirror, stick: Path, catalogue: Catalogue, tmp_path: Path) -> None:
    done = run("export", box.store.folder, "--bundle", stick, "--split", "300KiB")
    assert done.code == 0, done.err
    files = files_below(stick / BUNDLE)
    assert max(map(len, files.values())) == 300 << 10
    assert sum(".parte-" in path for path in files) == 4
    theirs = clinic(tmp_path, catalogue)
    bring(theirs, stick)
    assert theirs.files() == catalogue.signed_files(3)
    last = next(path for path in files if path.endswith(".parte-4"))
    (stick / BUNDLE / last).unlink()
    with pytest.raises(MirrorError, match="wrong-object"):
        bring(new_mirror(tmp_path / "outra", root=catalogue.wire(1) / "md/1.root.json"), stick)


def test_what_cannot_be_made_again_is_fetched_or_named(
    box: Mirror, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another libzstd may compress to other bytes."""
    from generator.mirror import bundle, stick_choice

    monkeypatch.setattr(bundle, "compress_image", lambda file, quick: b"other bytes")
    with bundle.BundleMaker(stick_choice.choose_for_stick(box.store), patience=QUICK) as maker:
        plan = maker.plan()
        assert all(one.size for one in plan.files.values())
        assert sum(path.endswith(".tar.zst") for path in plan.files) >= 4
    shutil.rmtree(box.store.incoming)
    box.choose(upstreams=())
    with (
        bundle.BundleMaker(stick_choice.choose_for_stick(box.store), patience=QUICK) as maker,
        pytest.raises(StickError, match="piece-missing"),
    ):
        maker.plan()
    assert not (box.store.folder / "exportando").exists()


def test_what_was_published_can_be_imported_as_it_is(catalogue: Catalogue, tmp_path: Path) -> None:
    theirs = clinic(tmp_path, catalogue)
    assert bring(theirs, catalogue.wire(2)).number == 2
    assert theirs.files() == catalogue.signed_files(2)


# --- hostile and broken ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def packed(settled: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A full bundle of release 3."""
    place = tmp_path_factory.mktemp("pacote")
    assert run("export", settled.store.folder, "--bundle", place).code == 0
    return place / BUNDLE


@pytest.fixture
def parcel(packed: Path, stick: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(packed, stick / BUNDLE))


def objects(parcel: Path) -> list[Path]:
    return sorted(parcel.glob("obj/*/*.tar.zst"))


def link_timestamp(parcel: Path) -> None:
    shutil.move(parcel / "timestamp.json", parcel.parent / "t")
    (parcel / "timestamp.json").symlink_to(parcel.parent / "t")


def pipes(parcel: Path) -> None:
    for place in objects(parcel):
        place.unlink()
        os.mkfifo(place)


def links(parcel: Path) -> None:
    for place in objects(parcel):
        place.unlink()
        place.symlink_to("/etc/passwd")


def huge_metadata(parcel: Path) -> None:
    with next(parcel.glob("meta/3.zst")).open("r+b") as stream:
        stream.truncate(1 << 40)


def huge_timestamp(parcel: Path) -> None:
    with (parcel / "timestamp.json").open("r+b") as stream:
        stream.truncate(1 << 40)


def flipped_bits(parcel: Path) -> None:
    for place in objects(parcel):
        content = bytearray(place.read_bytes())
        content[len(content) // 2] ^= 1
        place.write_bytes(bytes(content))


def cut_files(parcel: Path) -> None:
    for place in objects(parcel):
        os.truncate(place, place.stat().st_size // 2)


def many_parts(parcel: Path) -> None:
    for place in objects(parcel):
        content = place.read_bytes()
        place.unlink()
        for number in range(1, 5):
            place.with_name(f"{place.name}.parte-{number}").write_bytes(content)


def forged_timestamp(parcel: Path) -> None:
    place = parcel / "timestamp.json"
    place.write_bytes(
        place.read_bytes().replace(b'"version":3', b'"version":9').replace(b'"version": 3', b'"version": 9')
    )


@pytest.mark.parametrize(
    "attack",
    [
        link_timestamp,
        pipes,
        links,
        huge_metadata,
        huge_timestamp,
        flipped_bits,
        cut_files,
        many_parts,
        forged_timestamp,
    ],
)
def test_a_hostile_bundle_is_refused_and_the_old_release_served(
    parcel: Path, catalogue: Catalogue, tmp_path: Path, attack: object
) -> None:
    theirs = clinic(tmp_path, catalogue, 1)
    attack(parcel)  # type: ignore[operator]
    with pytest.raises(ReleaseError):
        bring(theirs, parcel)
    assert theirs.files() == catalogue.signed_files(1)


def test_an_older_bundle_changes_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    theirs = clinic(tmp_path, catalogue, 3)
    with pytest.raises(ReleaseError, match="rollback"):
        bring(theirs, catalogue.wire(2))
    assert theirs.files() == catalogue.signed_files(3)


def test_a_folder_without_a_bundle_is_told(box: Mirror, stick: Path) -> None:
    done = run("import", stick, "--folder", box.store.folder)
    assert done.code == 2 and "no bundle" in done.err


def test_when_the_stick_is_pulled_out_the_import_goes_on_where_it_was(
    parcel: Path, catalogue: Catalogue, tmp_path: Path
) -> None:
    theirs = clinic(tmp_path, catalogue)
    targets = catalogue.press.work.read_edition(3).targets
    ways = [parcel / object_path(info.sha256) for _, info in sorted(targets.items())]
    away = [file for file in ways if file.exists()][-1]  # fetched last
    content = away.read_bytes()
    away.unlink()
    with pytest.raises(StickError, match="bundle-lacks"):
        bring(theirs, parcel)
    kept = {file.read_bytes() for file in theirs.store.incoming.iterdir()}
    for file in objects(parcel):
        if file.read_bytes() in kept:
            file.unlink()  # not needed again
    assert len(objects(parcel)) < 4
    away.write_bytes(content)
    bring(theirs, parcel)
    assert theirs.files() == catalogue.signed_files(3)
