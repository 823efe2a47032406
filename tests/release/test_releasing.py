"""From a built site to a published folder, and back: what a mirror rebuilds is what was built, byte for byte."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import datetime, timezone
from functools import partial
from io import BytesIO
from itertools import count
from pathlib import Path

import pytest

from bench.mirror_workload import Size, change_pages, change_template, write_site
from generator.release.keys import load_public_key
from generator.release.meta_packs import apply_meta_delta, unpack_metadata
from generator.release.metadata import Repository
from generator.release.packs import read_pack
from generator.release.publishing import publish_release
from generator.release.refusals import ReleaseError
from generator.release.releasing import forget_images, release_date
from generator.release.signed_documents import MetadataError
from generator.release.signing import (
    Keyring,
    add_institution,
    refresh_timestamp,
    revoke_institution,
    rotate_key,
    signed_number,
    waiting_edition,
)
from generator.release.workplace import Institution, Settings, Workplace, pack_path
from tests.release.press import (
    DAY,
    SETTINGS,
    Press,
    fetched,
    files_below,
    followed,
    images,
    passphrase,
    ring_of,
    unpacked,
    verified,
)

# --- the whole way ------------------------------------------------------------------------------------------------


def test_three_releases_come_back_byte_for_byte_from_objects_and_along_deltas(press: Press, tmp_path: Path) -> None:
    press.start()
    press.release()
    first = images(press.published, verified(press.published))
    press.page("um/3.html", "Página 3", "Outro texto.")
    press.write("novo/atividades.js", 'canoa.course({"id":"novo","title":"Curso novo"});\n')
    press.page("novo/index.html", "Curso novo")
    press.release(1)
    for file in press.site.rglob("*.html"):
        file.write_text(file.read_text().replace("<body>", '<body class="nova">'))
    press.release(2)

    release = verified(press.published)
    assert release.number == 3 and release.catalogue == "teste"
    whole = images(press.published, release)
    scratch = tmp_path / "scratch"
    assert followed(press.published, release, first, [(1, 3)], scratch) == whole
    assert followed(press.published, release, first, [(1, 2), (2, 3)], scratch) == whole
    assert unpacked(press.published, release, whole, tmp_path / "mirror") == files_below(press.site)


def test_the_institutions_sign_their_own_courses(press: Press) -> None:
    press.start()
    press.release()
    assert {path.rpartition("/")[0] for path in verified(press.published).targets} == {
        "site/site",
        "ufx/um",
        "ufy/dois",
        "catalogo/resto",
    }


def test_the_metadata_come_as_a_difference_too(press: Press) -> None:
    press.start()
    press.release()
    old = unpack_metadata((press.published / "meta/1.zst").read_bytes())
    press.page("um/3.html", "Página 3", "Outro texto.")
    press.release(1)
    delta = (press.published / "meta/1-2.zst").read_bytes()
    whole = (press.published / "meta/2.zst").read_bytes()
    assert apply_meta_delta(old, delta) == unpack_metadata(whole)
    assert len(delta) < len(whole)


def test_the_same_input_and_date_give_the_same_bytes(press: Press, tmp_path: Path) -> None:
    press.start()
    other = Press(tmp_path / "other")
    other.folder.mkdir()
    shutil.copytree(press.work.folder, other.work.folder)
    shutil.copytree(press.folder / "keys", other.folder / "keys")
    shutil.copytree(press.site, other.site)
    for file in other.site.rglob("*"):
        os.utime(file, (0, 0))
    for one in (press, other):
        one.release()
        one.page("um/3.html", "Página 3", "Outro texto.")
        one.release(1)
    assert files_below(press.published) == files_below(other.published)


def test_what_did_not_change_is_not_written_again(press: Press) -> None:
    press.start()
    press.release()
    before = {file: file.stat().st_mtime_ns for file in press.published.rglob("*") if file.is_file()}
    press.page("um/3.html", "Página 3", "Outro texto.")
    press.release(1)
    after = {file: file.stat().st_mtime_ns for file in press.published.rglob("*") if file.is_file()}
    assert {file.name for file in before if before[file] != after[file]} == {"timestamp.json"}
    assert press.publish().written == 0


def test_old_releases_go_on_working_for_whoever_is_reading_them(press: Press) -> None:
    """A mirror that fetched the timestamp before a publication finds all of the release that it names."""
    press.start()
    press.release()
    old = files_below(press.published)
    press.page("um/3.html", "Página 3", "Outro texto.")
    press.release(1)
    new = files_below(press.published)
    assert {path for path in old if old[path] != new.get(path)} == {"timestamp.json"}


def test_what_is_again_as_it_was_two_releases_ago_is_published_as_it_was(press: Press) -> None:
    """Compressed anew it would have other bytes under the same address."""
    press.start()
    press.release()
    old = files_below(press.published / "obj")
    before = (press.site / "um/3.html").read_bytes()
    press.page("um/3.html", "Página 3", "Outro texto.")
    press.release(1)
    press.write("um/3.html", before)
    press.release(2)
    assert images(press.published, verified(press.published))
    assert {path: files_below(press.published / "obj")[path] for path in old} == old


def test_a_mirror_that_is_far_behind_walks_single_steps(press: Press, tmp_path: Path) -> None:
    press.start()
    press.release()
    first = images(press.published, verified(press.published))
    for number in range(1, 9):
        press.page("um/3.html", "Página 3", f"Texto {number}.")
        press.create(number, deltas=2)
        press.sign(number)
    press.publish()
    release = verified(press.published)
    packs = sorted(path for path in release.transport if path.startswith("delta/"))
    assert packs == sorted([pack_path(7, 9), *(pack_path(one - 1, one) for one in range(2, 10))])
    steps = [(one, one + 1) for one in range(1, 9)]
    assert followed(press.published, release, first, steps, tmp_path / "scratch") == images(press.published, release)


def test_deltas_are_made_although_old_images_were_cleared_away(press: Press) -> None:
    press.start()
    press.release()
    for file in press.work.images.iterdir():
        file.unlink()
    press.page("um/3.html", "Página 3", "Outro texto.")
    press.release(1)
    content = (press.published / "delta/1-2.pack").read_bytes()
    assert list(read_pack(BytesIO(content), length=len(content)).entries) == ["ufx/um/texto.tar"]


def test_images_that_no_delta_needs_are_forgotten(press: Press) -> None:
    press.start()
    press.release()
    press.page("um/3.html", "Página 3", "Outro texto.")
    press.release(1)
    forget_images(press.work, 2, 1)
    kept = {file.stem for file in press.work.images.glob("*.tar")}
    assert kept == {target.sha256 for target in press.work.read_edition(2).targets.values()}


def wire_size(press: Press, old: int, new: int) -> int:
    """Bytes that a mirror fetches which has the release before."""
    asked = ("timestamp.json", f"meta/{old}-{new}.zst", f"delta/{old}-{new}.pack")
    return sum((press.published / path).stat().st_size for path in asked)


def test_a_page_costs_four_kilobytes_and_a_template_some_bytes_a_page(press: Press) -> None:
    write_site(press.site, Size(courses=3, pages=30, sentences=40, pictures=2))
    press.start_anew()
    press.release()
    change_pages(press.site, 0)
    press.release(1)
    assert wire_size(press, 1, 2) < 4_000
    pages = change_template(press.site)
    press.release(2)
    assert wire_size(press, 2, 3) - wire_size(press, 1, 2) < 48 * pages  # on 5,041 pages 200 kB are 40 a page


def test_other_pictures_are_fetched_whole(press: Press) -> None:
    """A delta of nearly the same size would only be in the way: whole objects go on where they were cut off."""
    press.write("um/foto.webp", random.Random(1).randbytes(300_000))
    press.start()
    press.release()
    press.write("um/foto.webp", random.Random(2).randbytes(300_000))
    press.page("um/3.html", "Página 3", "Outro texto.")
    press.release(1)
    content = (press.published / "delta/1-2.pack").read_bytes()
    assert list(read_pack(BytesIO(content), length=len(content)).entries) == ["ufx/um/texto.tar"]


def test_releases_far_behind_get_a_delta_too(press: Press, tmp_path: Path) -> None:
    press.start()
    for day in range(3):
        press.page("um/3.html", "Página 3", f"Texto {day}.")
        press.release(day)
        if day == 0:
            first = images(press.published, verified(press.published))
    release = verified(press.published)
    assert followed(press.published, release, first, [(1, 3)], tmp_path / "scratch") == images(press.published, release)


# --- signing ------------------------------------------------------------------------------------------------------


def test_institutions_sign_one_after_the_other(press: Press) -> None:
    press.start()
    press.create()
    assert press.sign(ring=ring_of(press, "ufy")).missing == ("catalogo", "site", "ufx")
    with pytest.raises(ReleaseError, match="no-release"):
        press.publish()
    assert press.sign(ring=ring_of(press, "ufx")).missing == ("catalogo", "site")
    last = press.sign(ring=ring_of(press, "agregador", "snapshot", "timestamp", "transport"))
    assert last.missing == () and waiting_edition(press.work) is None
    press.publish()
    assert verified(press.published).number == 1


def test_who_has_no_key_that_is_missing_is_told_so(press: Press) -> None:
    press.start()
    press.create()
    with pytest.raises(ReleaseError, match="keys-missing"):
        press.sign(ring=ring_of(press, "root-1"))


def test_a_signature_for_another_state_of_the_course_does_not_count(press: Press) -> None:
    press.start()
    press.create()
    press.sign(ring=ring_of(press, "ufx"))
    press.page("um/3.html", "Página 3", "Trocado depois da assinatura.")
    press.create()
    assert "ufx" in press.sign(ring=ring_of(press, "ufy")).missing


def test_one_root_key_of_three_is_not_enough(press: Press) -> None:
    press.start()
    with pytest.raises(ReleaseError, match="keys-missing"):
        rotate_key(press.work, "root", ring_of(press, "root-1"), DAY)


def test_root_keys_are_replaced_and_who_knew_the_first_root_follows(press: Press) -> None:
    press.start()
    press.release()
    first = (press.published / "md/1.root.json").read_bytes()
    rotate_key(press.work, "root", press.ring, DAY)
    press.release(1, anyway=True)
    release = verified(press.published, first_root=first)
    assert release.number == 2 and (press.published / "md/2.root.json").is_file()


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets", "transport", "ufx"])
def test_other_keys_are_replaced(press: Press, role: str) -> None:
    press.start()
    press.release()
    rotate_key(press.work, role, press.ring, DAY)
    press.release(1, anyway=True)
    assert verified(press.published).number == 2


def test_a_stolen_key_of_transport_signs_no_more(press: Press) -> None:
    press.start()
    press.release()
    stolen = ring_of(press, "transport")
    rotate_key(press.work, "transport", press.ring, DAY)
    (press.folder / "keys/transport.pem").unlink()
    press.page("um/3.html", "Página 3", "Outro texto.")
    press.create(1)
    repository = Repository.from_folder(press.work.wire)
    old_key = {"transport": stolen.signers([load_public_key(press.folder / "keys/transport.json").keyid])}
    with pytest.raises(MetadataError, match="unknown-key"):
        repository.with_transport({}, old_key, DAY)
    assert press.sign(1).missing == ()
    press.publish()
    assert verified(press.published).number == 2


def test_what_mirrors_would_refuse_is_not_published(press: Press) -> None:
    """After a key was replaced the old release is signed by one that counts no more."""
    press.start()
    press.release()
    before = files_below(press.published)
    rotate_key(press.work, "timestamp", press.ring, DAY)
    with pytest.raises(ReleaseError, match="not-believed"):
        press.publish()
    assert files_below(press.published) == before


def test_an_institution_joins_with_its_own_key_and_leaves(press: Press) -> None:
    press.start()
    press.release()
    theirs = Keyring(press.folder / "theirs", passphrase)
    theirs.create("ufz")
    public = press.folder / "theirs/ufz.json"
    add_institution(press.work, "ufz", Institution("Universidade Z", ("resto",)), press.ring, DAY, public=public)
    press.create(1)
    assert press.sign(1).missing == ("ufz",)
    assert press.sign(1, ring=theirs).missing == ("snapshot", "timestamp", "transport")
    assert press.sign(1).missing == ()
    press.publish()
    assert "ufz/resto/texto.tar" in verified(press.published).targets
    revoke_institution(press.work, "ufz", press.ring, DAY)
    press.release(2)
    release = verified(press.published)
    assert "ufz" not in release.institutions and "catalogo/resto/texto.tar" in release.targets


def test_the_newest_release_is_confirmed_without_a_new_one(press: Press) -> None:
    press.start()
    press.release()
    until = refresh_timestamp(press.work, press.ring, DAY.replace(month=12))
    assert until == datetime(2027, 1, 5, tzinfo=timezone.utc)
    assert press.publish().written == 1
    assert verified(press.published).number == 1


def test_a_release_that_is_too_old_cannot_be_confirmed(press: Press) -> None:
    press.start()
    press.release()
    with pytest.raises(ReleaseError, match="not-believed"):
        refresh_timestamp(press.work, press.ring, DAY.replace(year=2027))


# --- refusals -----------------------------------------------------------------------------------------------------


def test_a_site_that_did_not_change_makes_no_release(press: Press) -> None:
    press.start()
    press.release()
    assert not press.create(1).is_new
    assert waiting_edition(press.work) is None


def test_a_draft_is_replaced_by_the_next_one(press: Press) -> None:
    press.start()
    press.create()
    press.page("um/3.html", "Página 3", "Outro texto.")
    assert press.create().edition.number == 1


def test_dates_do_not_go_back(press: Press) -> None:
    press.start()
    press.release(5)
    press.page("um/3.html", "Página 3", "Outro texto.")
    with pytest.raises(ReleaseError, match="date-goes-back"):
        press.create(4)


def test_a_course_that_is_not_there_is_named(press: Press) -> None:
    press.start()
    add_institution(press.work, "ufz", Institution("Z", ("nada",)), press.ring, DAY)
    with pytest.raises(ReleaseError, match="course-unknown"):
        press.create()


def test_who_was_only_written_into_the_settings_signs_nothing(press: Press) -> None:
    press.start()
    institutions = {**SETTINGS.institutions, "ufz": Institution("Z", ("resto",))}
    press.work.write_settings(Settings("teste", institutions))
    press.create()
    with pytest.raises(ReleaseError, match="not-granted"):
        press.sign()


def test_another_catalogue_is_never_published_over(press: Press, tmp_path: Path) -> None:
    press.start()
    press.release()
    before = files_below(press.published)
    other = Press(tmp_path / "other")
    other.page("index.html", "Outra")
    other.write("um/atividades.js", "canoa.course({});")
    other.write("dois/atividades.js", "canoa.course({});")
    other.start()
    other.create()
    other.sign()
    with pytest.raises(ReleaseError, match="destination-other"):
        publish_release(other.work, press.published)
    assert files_below(press.published) == before


def test_an_older_release_is_never_published_over_a_newer_one(press: Press) -> None:
    press.start()
    press.release()
    shutil.copytree(press.work.folder, press.folder / "old")
    press.page("um/3.html", "Página 3", "Outro texto.")
    press.release(1)
    with pytest.raises(ReleaseError, match="destination-newer"):
        publish_release(Workplace(press.folder / "old"), press.published)


def test_a_damaged_object_is_not_published(press: Press) -> None:
    press.start()
    press.create()
    press.sign()
    damaged = next((press.work.wire / "obj").rglob("*.zst"))
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    with pytest.raises(ReleaseError, match="image-missing"):
        press.publish()
    assert not (press.published / "timestamp.json").exists()


def test_a_damaged_file_in_the_folder_is_mended_when_asked_to(press: Press) -> None:
    press.start()
    press.release()
    damaged = next((press.published / "obj").rglob("*.zst"))
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-1] + b"x")
    assert publish_release(press.work, press.published).written == 0
    assert publish_release(press.work, press.published, check=True).written == 1
    assert damaged.read_bytes() == whole


@pytest.mark.parametrize("written", ["ontem", "2026-13-01", "0000-01-01"])
def test_a_date_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(ReleaseError, match="bad-date"):
        release_date(written)


def test_dates_come_from_the_option_then_from_the_environment() -> None:
    environment = {"SOURCE_DATE_EPOCH": "0"}
    assert release_date("2026-11-22", environment) == DAY
    assert release_date("2026-11-22T00:00:00Z", environment) == DAY
    assert release_date("2026-11-21T21:00:00-03:00", environment) == DAY
    assert release_date(None, environment) == datetime(1970, 1, 1, tzinfo=timezone.utc)


def test_two_commands_do_not_work_in_the_same_folder(press: Press) -> None:
    press.start()
    with press.work.alone(), pytest.raises(ReleaseError, match="at-work"), press.work.alone():
        pass
    with press.work.alone():
        pass


# --- cut off ------------------------------------------------------------------------------------------------------


CHANGES = ("os.rename", "os.remove", "os.rmdir", "shutil.rmtree")
"""Audit events of Python at which something changes on the disk."""


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Does the work in another process, which is killed at the given change of the disk; False when it came to its end.

    What counts are renames and waiting for the disk: between them nothing becomes visible.
    """
    child = os.fork()
    if child == 0:
        left = step
        fsync = os.fsync

        def note(name: str, *_rest: object) -> None:
            nonlocal left
            left -= name in CHANGES
            if left < 0 and name in CHANGES:
                os.kill(os.getpid(), signal.SIGKILL)

        def counted_fsync(handle: int) -> None:
            note("os.rename")
            fsync(handle)

        os.fsync = counted_fsync
        sys.addaudithook(note)
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs another process that begins where this one is")
def test_a_publication_that_is_killed_never_shows_half_a_release(press: Press) -> None:
    """Whoever reads the timestamp finds all that it names, after whichever step the power went."""
    press.start()
    press.release()
    press.page("um/3.html", "Página 3", "Outro texto.")
    press.write("dois/aula.mp3", random.Random(2).randbytes((1 << 20) + 5))
    press.create(1)
    press.sign(1)
    seen = []
    for step in count():
        folder = press.folder / f"published-{step}"
        shutil.copytree(press.published, folder)
        was_killed = killed_at(step, partial(publish_release, press.work, folder))
        release = verified(folder)
        seen.append(release.number)
        for path in release.transport:
            if path.startswith("obj/") or path.endswith(f"-{release.number}.pack"):
                fetched(folder, release, path)
        publish_release(press.work, folder)
        assert verified(folder).number == 2
        assert list(folder.rglob(".novo-*")) == []
        shutil.rmtree(folder)
        if not was_killed:
            break
    assert seen == sorted(seen) and seen.count(1) > 20 and seen[-1] == 2


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs another process that begins where this one is")
def test_making_and_signing_that_are_killed_are_done_again_with_the_same_bytes(press: Press) -> None:
    press.start()
    press.release()
    press.page("um/3.html", "Página 3", "Outro texto.")

    def make(folder: Path) -> None:
        copy = Press(folder)
        copy.work.finish_commit()
        if signed_number(copy.work) == 1:
            copy.create(1)
            copy.sign(1)

    wanted = {}
    for step in (10_000, *range(0, 400, 7)):
        folder = press.folder / f"copy-{step}"
        for name in ("site", "keys", "releases"):
            shutil.copytree(press.folder / name, folder / name)
        was_killed = killed_at(step, partial(make, folder))
        make(folder)
        publish_release(Press(folder).work, folder / "published")
        wanted = wanted or files_below(folder / "published")
        assert files_below(folder / "published") == wanted
        shutil.rmtree(folder)
        if step < 10_000 and not was_killed:
            break
    else:
        pytest.fail("the last steps were not tried")
