"""The mirror's folder: settings that people edit, records that disks tear, one link that is replaced."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from generator.mirror.clock import reference_time
from generator.mirror.journal import Confirmation, Failure, Journal, read_journal, write_journal
from generator.mirror.refusals import MirrorError
from generator.mirror.status import status_of, write_status
from generator.mirror.store import MirrorSettings, MirrorStore, ReleaseRecord
from generator.release.catalogue import TargetInfo
from generator.release.refusals import ReleaseError

DAY = datetime(2026, 11, 22, tzinfo=timezone.utc)
SETTINGS = MirrorSettings(("http://acervo.example/",), "0" * 32, "Box da unidade", "BR-AM", ("um",), ("texto",))


def target(unit: str) -> TargetInfo:
    custom = {"unit": unit, "title": "Curso", "layer": "texto", "files": 1, "blobs": {}}
    return TargetInfo(2048, "a" * 64, custom)


def record(number: int) -> ReleaseRecord:
    return ReleaseRecord(
        number=number,
        tree=str(number),
        catalogue="acervo",
        released_at=DAY,
        signed_at=DAY,
        timestamp_expires=DAY + timedelta(days=14),
        snapshot_expires=DAY + timedelta(days=90),
        institutions={"ufx": "Universidade X"},
        targets={"ufx/um/texto.tar": target("um"), "site/site/texto.tar": target("site")},
        left_out={"ufx/dois/texto.tar": target("dois")},
        courses=("um",),
        layers=("texto",),
        files=2,
        bytes=4096,
    )


@pytest.fixture
def store(tmp_path: Path) -> MirrorStore:
    """A mirror with two releases, of which none is served yet."""
    store = MirrorStore(tmp_path / "mirror")
    store.write_settings(SETTINGS)
    for number in (7, 8):
        (store.releases / str(number)).mkdir(parents=True)
        store.write_record(record(number))
    return store


def test_settings_and_records_come_back_as_they_were_written(store: MirrorStore) -> None:
    assert store.read_settings() == SETTINGS
    assert store.record(8) == record(8)
    assert store.numbers() == (7, 8)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "../x"},
        {"upstreams": "http://x/"},
        {"layers": ["texto", "video"]},
        {"courses": []},
        {"rate": -1},
        {"keep": 0},
        {"relay": "yes"},
        {"rates": 5},
    ],
)
def test_settings_that_a_hand_spoiled_are_refused_by_name(store: MirrorStore, change: dict[str, object]) -> None:
    written = json.loads(store.settings_file.read_text(encoding="utf-8"))
    store.settings_file.write_text(json.dumps(written | change), encoding="utf-8")
    with pytest.raises(MirrorError) as refused:
        store.read_settings()
    assert refused.value.kind == "mirror-settings" and refused.value.is_wrong_use
    assert next(iter(change)) in refused.value.message(str)


def test_a_folder_without_settings_is_no_mirror(tmp_path: Path) -> None:
    with pytest.raises(MirrorError, match="no-mirror"):
        MirrorStore(tmp_path).read_settings()


def test_a_record_with_one_other_letter_is_not_believed(store: MirrorStore) -> None:
    file = store.releases / "8.json"
    file.write_text(file.read_text(encoding="utf-8").replace("Universidade X", "Universidade Y"), encoding="utf-8")
    with pytest.raises(MirrorError, match="record-damaged"):
        store.record(8)


def test_going_over_to_a_release_replaces_one_link(store: MirrorStore) -> None:
    assert store.current() is None
    store.activate(7)
    store.activate(8)
    assert store.current() == 8
    assert store.link.readlink() == Path("releases/8")
    with pytest.raises(MirrorError, match="no-such-held-release"):
        store.activate(9)
    assert store.current() == 8


def test_only_one_command_works_in_a_mirror(store: MirrorStore) -> None:
    with store.alone(), pytest.raises(ReleaseError, match="at-work"), store.alone():
        raise AssertionError


@pytest.mark.parametrize(
    ("days", "state"),
    [
        (0, "atual"),
        (13, "atual"),
        (14, "atrasado"),
        (90, "vencido"),
        (800, "relogio-suspeito"),
        (-30, "relogio-suspeito"),
    ],
)
def test_the_status_says_how_fresh_the_served_release_is(store: MirrorStore, days: int, state: str) -> None:
    store.activate(8)
    now = reference_time(DAY + timedelta(days=days), seen=DAY)
    assert status_of(store, now).state == state


def test_a_new_mirror_is_empty(tmp_path: Path) -> None:
    store = MirrorStore(tmp_path)
    store.write_settings(SETTINGS)
    status = status_of(store, reference_time(DAY))
    assert (status.state, status.release, status.units) == ("vazio", 0, 0)


def test_a_release_that_was_confirmed_since_is_fresh_again(store: MirrorStore) -> None:
    store.activate(8)
    later = DAY + timedelta(days=30)
    confirmed = Confirmation(8, later, later + timedelta(days=14), DAY + timedelta(days=90))
    write_journal(store, Journal(confirmed, checked_at=later, upstream="acervo.example"))
    status = status_of(store, reference_time(later, seen=later))
    assert (status.state, status.signed_at) == ("atual", "2026-12-22T00:00:00Z")
    store.activate(7)
    assert status_of(store, reference_time(later, seen=later)).state == "atrasado"


def test_the_status_for_others_is_a_file_of_a_known_form(store: MirrorStore) -> None:
    store.activate(8)
    journal = Journal(None, DAY, DAY, "acervo.example", (), Failure("unreachable", DAY))
    write_journal(store, journal)
    assert read_journal(store) == journal
    write_status(store, reference_time(DAY))
    assert json.loads((store.wire / "espelho.json").read_text(encoding="utf-8")) == {
        "format": "canoa-mirror",
        "version": 1,
        "id": "0" * 32,
        "name": "Box da unidade",
        "region": "BR-AM",
        "catalogue": "acervo",
        "release": 8,
        "signed_at": "2026-11-22T00:00:00Z",
        "state": "atual",
        "checked_at": "2026-11-22T00:00:00Z",
        "synced_at": "2026-11-22T00:00:00Z",
        "timestamp_expires": "2026-12-06T00:00:00Z",
        "snapshot_expires": "2027-02-20T00:00:00Z",
        "layers": ["texto"],
        "courses": ["um"],
        "units": 1,
        "bytes": 4096,
        "software": status_of(store, reference_time(DAY)).software,
        "upstream": "acervo.example",
        "last_error": {"kind": "unreachable", "at": "2026-11-22T00:00:00Z"},
    }


def test_a_torn_journal_is_as_good_as_none(store: MirrorStore) -> None:
    write_journal(store, replace(Journal(), upstream="x"))
    (store.state / "journal.json").write_text('{"confirmed": [', encoding="utf-8")
    assert read_journal(store) == Journal()
