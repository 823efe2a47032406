"""Keys are lost, stolen and replaced: mirrors follow, those too that slept meanwhile, and thieves are left behind."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.mirror.refusals import MirrorError
from generator.mirror.starting import FirstTrust, start_mirror
from generator.mirror.store import MirrorSettings, MirrorStore
from generator.release.fingerprints import in_groups
from generator.release.signing import revoke_institution, rotate_key
from tests.mirror.hostile_server import HostileServer, replaced, serve
from tests.mirror.published import Catalogue, Mirror, date, edit_page, make_catalogue, new_mirror
from tests.mirror.thieves import renew
from tests.release.press import Press


def write_little(press: Press) -> None:
    press.page("index.html", "Biblioteca")
    for course in ("um", "dois"):
        press.write(f"{course}/atividades.js", f'canoa.course({{"id":"{course}","title":"Curso {course}"}});\n')
        press.page(f"{course}/3.html", "Página 3")


@pytest.fixture
def press(tmp_path: Path) -> Press:
    """A catalogue of two small courses with one release."""
    return make_catalogue(tmp_path / "catalogue", [], first=write_little).press


@pytest.fixture
def origin(press: Press) -> Iterator[HostileServer]:
    """Serves what is published at the moment."""
    with serve(press.published) as running:
        yield running


def rotate(press: Press, role: str, day: int) -> None:
    rotate_key(press.work, role, press.ring, date(day), root_keys=1)
    press.release(day - 1, anyway=True)


def mirror_of(origin: HostileServer, press: Press, folder: Path) -> Mirror:
    mirror = new_mirror(folder, origin.address, root=press.published / "md/1.root.json")
    mirror.sync()
    return mirror


def test_every_key_can_be_replaced(press: Press, origin: HostileServer, tmp_path: Path) -> None:
    nightly, sleeper = (mirror_of(origin, press, tmp_path / name) for name in ("nightly", "sleeper"))
    for day, role in enumerate(("root", "timestamp", "snapshot", "targets", "ufx"), 2):
        rotate(press, role, day)
        assert nightly.sync(day=day).number == day
    edit_page(press)
    press.release(7)
    for mirror in (nightly, sleeper):
        mirror.sync(day=8)
        assert mirror.files()["um/3.html"] == (press.site / "um/3.html").read_bytes()
        assert mirror.store.current() == 7


def test_new_roots_are_asked_for_only_when_the_keys_are_unknown(
    press: Press, origin: HostileServer, tmp_path: Path
) -> None:
    mirror = mirror_of(origin, press, tmp_path / "mirror")
    origin.behave()
    rotate(press, "snapshot", 2)
    mirror.sync(day=2)
    assert [path for path in origin.paths if path.startswith("md/")] == []
    origin.behave()
    rotate(press, "timestamp", 3)
    mirror.sync(day=3)
    assert [path for path in origin.paths if path.startswith("md/")] == ["md/3.root.json", "md/4.root.json"]


def test_a_timestamp_of_a_stolen_key_counts_no_more(press: Press, origin: HostileServer, tmp_path: Path) -> None:
    mirror = mirror_of(origin, press, tmp_path / "mirror")
    old = (press.published / "timestamp.json").read_bytes()
    rotate(press, "timestamp", 2)
    mirror.sync(day=2)
    origin.when("timestamp.json", replaced(old))
    with pytest.raises(Exception, match="unknown-key"):
        mirror.sync(day=3)
    assert mirror.store.current() == 2


def test_the_courses_of_a_revoked_institution_are_gone(press: Press, origin: HostileServer, tmp_path: Path) -> None:
    mirror = mirror_of(origin, press, tmp_path / "mirror")
    revoke_institution(press.work, "ufy", press.ring, date(2))
    shutil.rmtree(press.site / "dois")
    press.release(1)
    mirror.sync(day=2)
    assert not (mirror.tree / "dois").exists()
    assert (mirror.tree / "um/3.html").is_file()


def test_an_institution_whose_signature_expired_holds_up_nobody(catalogue: Catalogue, tmp_path: Path) -> None:
    """Its course is left out of mirrors that never saw it, and goes on being served where it was seen."""
    root = catalogue.wire(1) / "md/1.root.json"
    source = renew(catalogue, 1, tmp_path / "late", ("site", "catalogo", "ufx"), day=760)
    newcomer = new_mirror(tmp_path / "newcomer", str(source), root=root)
    assert newcomer.sync(day=760).withheld == ("ufy",)
    assert (newcomer.tree / "um/3.html").is_file() and not (newcomer.tree / "dois/3.html").exists()
    old = new_mirror(tmp_path / "old", str(source), root=root)
    old.sync(str(catalogue.wire(1)))
    assert old.sync(day=760).withheld == ()
    assert old.files() == catalogue.signed_files(1)


# --- the first root -----------------------------------------------------------------------------------------------


def begin(folder: Path, address: str, first: FirstTrust) -> str:
    store = MirrorStore(folder)
    return start_mirror(store, MirrorSettings((address,)), first).fingerprint


def test_a_root_is_believed_because_somebody_vouches_for_it(
    press: Press, origin: HostileServer, tmp_path: Path
) -> None:
    root = (press.published / "md/1.root.json").read_bytes()
    print_of_it = hashlib.sha256(root).hexdigest()
    with pytest.raises(MirrorError) as refused:
        begin(tmp_path / "a", origin.address, FirstTrust())
    assert refused.value.kind == "root-unknown" and in_groups(print_of_it) in refused.value.message(str)
    assert not (tmp_path / "a/mirror.json").exists()
    assert begin(tmp_path / "b", origin.address, FirstTrust(fingerprint=in_groups(print_of_it).upper()))
    assert begin(tmp_path / "c", origin.address, FirstTrust(first_use=True)) == in_groups(print_of_it)
    assert begin(tmp_path / "d", "http://127.0.0.1:9", FirstTrust(press.published / "md/1.root.json"))


def test_the_fingerprint_of_a_later_root_is_as_good(press: Press, origin: HostileServer, tmp_path: Path) -> None:
    rotate(press, "snapshot", 2)
    later = hashlib.sha256((press.published / "md/2.root.json").read_bytes()).hexdigest()
    begin(tmp_path / "mirror", origin.address, FirstTrust(fingerprint=later))
    assert Mirror(MirrorStore(tmp_path / "mirror")).sync(day=2).number == 2


def test_another_root_than_was_vouched_for_is_refused(press: Press, origin: HostileServer, tmp_path: Path) -> None:
    with pytest.raises(MirrorError, match="root-differs"):
        begin(tmp_path / "a", origin.address, FirstTrust(fingerprint="0" * 64))
    origin.when("md/*", replaced(b"<html>"))
    with pytest.raises(MirrorError, match="not-a-root"):
        begin(tmp_path / "a", origin.address, FirstTrust(first_use=True))
    assert not (tmp_path / "a/mirror.json").exists()


def test_a_mirror_is_not_begun_twice(press: Press, origin: HostileServer, tmp_path: Path) -> None:
    begin(tmp_path / "a", origin.address, FirstTrust(first_use=True))
    with pytest.raises(MirrorError, match="mirror-prepared"):
        begin(tmp_path / "a", origin.address, FirstTrust(first_use=True))
