"""`canoa fleet`: a table and a page of many mirrors, brought as files or asked over http."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bench import fleet as bench
from tests.conftest import ROOT
from tests.fleet.rude import rude_server
from tests.fleet.statuses import status
from tests.mirror.serving.boxes import canoa, make_mirror, own_server

NOW = datetime.now(timezone.utc).replace(microsecond=0)
COUNT = 10_000 if os.environ.get("CANOA_EXAMPLES") else 300


def day(days: float) -> str:
    """So many days from now."""
    return (NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def fresh(number: int = 0, **changes: Any) -> bytes:
    """A mirror that is up to date, unless changes say something else."""
    dates = {"signed_at": day(-1), "checked_at": day(-0.5), "synced_at": day(-0.5), "last_error": None}
    lives = {"timestamp_expires": day(13), "snapshot_expires": day(89)}
    return status(**{"id": f"{number:032x}", "name": f"UBS {number}", **dates, **lives, **changes})


def look(tmp_path: Path, *arguments: str | Path) -> dict[str, Any]:
    """The table that a look gives."""
    done = canoa("fleet", *arguments, "--json", "-", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def put(folder: Path, **files: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.json").write_bytes(content)
    return folder


def only(table: dict[str, Any]) -> dict[str, Any]:
    [found] = table["mirrors"]
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[bench.Invented]]]:
    """Hundreds of mirrors as files; thousands where CANOA_EXAMPLES is set."""
    folder = tmp_path_factory.mktemp("frota")
    mirrors = bench.invent(COUNT, 7, NOW)
    bench.write_files(mirrors, folder / "avisos")
    yield folder, mirrors


def test_hundreds_of_mirrors_on_sticks_are_each_counted_once(crowd: tuple[Path, list[bench.Invented]]) -> None:
    folder, mirrors = crowd
    written = ("--page", "p.html", "--csv", "t.csv", "--json", "t.json")
    done = canoa("fleet", folder / "avisos", *written, cwd=folder)
    assert done.returncode == 0, done.stderr
    table = json.loads((folder / "t.json").read_text())
    assert bench.compare(mirrors, table, files=True) == []
    assert len(list(csv.reader(io.StringIO((folder / "t.csv").read_text())))) == len(table["mirrors"]) + 1
    assert len(gzip.compress((folder / "p.html").read_bytes())) < bench.HEAVIEST_PAGE
    assert "espelhos:" in done.stdout and "Por quê" in done.stdout


def test_hundreds_of_addresses_are_asked_at_once(tmp_path: Path) -> None:
    mirrors = bench.invent(COUNT, 8, NOW)
    with bench.served(mirrors) as addresses:
        (tmp_path / "lista.txt").write_text("# caixas\n\n" + "\n".join(addresses))
        table = look(tmp_path, "lista.txt", "--at-once", "200", "--timeout", "3")
    assert bench.compare(mirrors, table, files=False) == []
    troubles = {one["trouble"] for one in table["mirrors"] if one["trouble"]}
    assert troubles <= {"too-slow", "no-status-there", "no-json", "too-large", "bad-value"} and len(troubles) > 3


def test_a_real_mirror_is_seen(tmp_path: Path) -> None:
    with own_server(make_mirror(tmp_path)) as box:
        found = only(look(tmp_path, f"http://127.0.0.1:{box.port}/"))
    assert (found["name"], found["region"], found["release"]) == ("UBS São José", "Juruá", 7)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "atual"),
        ({"timestamp_expires": day(-0.1)}, "atrasado"),
        ({"signed_at": day(-100), "timestamp_expires": day(-86), "snapshot_expires": day(-10)}, "vencido"),
        ({"state": "relogio-suspeito"}, "relogio-suspeito"),
        ({"release": 0, "signed_at": "", "timestamp_expires": "", "snapshot_expires": "", "state": "vazio"}, "vazio"),
        ({"state": "vencido"}, "atual"),
        ({"state": "atual", "timestamp_expires": day(-0.1)}, "atrasado"),
    ],
)
def test_a_mirror_is_judged_by_what_was_signed_not_by_what_it_thinks(
    tmp_path: Path, changes: dict[str, Any], state: str
) -> None:
    assert only(look(tmp_path, put(tmp_path / "a", um=fresh(**changes))))["state"] == state


def test_of_one_mirror_the_newest_status_counts_and_going_back_is_told(tmp_path: Path) -> None:
    older = fresh(release=9, signed_at=day(-3), checked_at=day(-3), synced_at=day(-3))
    table = look(tmp_path, put(tmp_path / "a", antes=older, depois=fresh(release=7)))
    assert (only(table)["release"], table["repeated"]) == (7, 1)
    assert only(table)["warnings"] == {"went-back": {"before": 9, "release": 7}}
    assert only(table)["reason"] == "voltou da edição 9 para a 7"


def test_a_status_from_the_future_neither_wins_nor_moves_the_time(tmp_path: Path) -> None:
    ahead = fresh(
        release=5, checked_at=day(300), signed_at=day(299), timestamp_expires=day(310), snapshot_expires=day(380)
    )
    crowd = {f"m{number}": fresh(number) for number in range(1, 9)}
    table = look(tmp_path, put(tmp_path / "a", antes=ahead, agora=fresh(release=7), **crowd))
    assert {one["state"] for one in table["mirrors"]} == {"atual"}
    alone = look(tmp_path, put(tmp_path / "b", antes=ahead, **crowd))
    liar = next(one for one in alone["mirrors"] if one["release"] == 5)
    assert (liar["state"], "from-the-future" in liar["warnings"]) == ("relogio-suspeito", True)
    assert sum(one["state"] == "atual" for one in alone["mirrors"]) == 8


def test_a_clock_that_is_behind_what_many_have_seen_is_not_believed(tmp_path: Path) -> None:
    """Here: of whoever looks.  The others' signed times are months ahead of it, so those who lag are late."""
    later = {"signed_at": day(100), "checked_at": day(100), "timestamp_expires": day(114), "snapshot_expires": day(190)}
    crowd = {f"m{number}": fresh(number, **later) for number in range(1, 9)}
    table = look(tmp_path, put(tmp_path / "a", atras=fresh(99), **crowd))
    assert table["clock_is_suspect"]
    assert {one["name"]: one["state"] for one in table["mirrors"]}["UBS 99"] == "vencido"
    assert table["states"]["atual"] == 8


def test_two_mirrors_with_one_identity_are_both_shown_and_told(tmp_path: Path) -> None:
    table = look(tmp_path, put(tmp_path / "a", um=fresh(1, name="UBS Porto"), dois=fresh(1, name="UBS Serra")))
    assert {one["name"]: one["warnings"]["shared-id"]["others"] for one in table["mirrors"]} == {
        "UBS Porto": "UBS Serra",
        "UBS Serra": "UBS Porto",
    }


def test_spellings_of_a_region_are_one_region(tmp_path: Path) -> None:
    regions = ("Juruá", "JURUÁ", "Jurua", "Juruá")
    table = look(tmp_path, put(tmp_path / "a", **{f"m{n}": fresh(n, region=one) for n, one in enumerate(regions)}))
    assert [(one["name"], one["states"]["atual"]) for one in table["regions"]] == [("Juruá", 4)]


def test_an_interrupted_look_goes_on_where_it_was(tmp_path: Path) -> None:
    mirrors = [one for one in bench.invent(80, 9, NOW) if one.statuses][:60]
    hanging = [bench.Invented(number, "sem-contato", "", (), "hang", False) for number in range(60, 64)]
    everyone = [bench.Invented(n, one.state, one.region, one.statuses, "", False) for n, one in enumerate(mirrors)]
    with bench.served([*everyone, *hanging]) as addresses:
        (tmp_path / "lista.txt").write_text("\n".join(addresses))
        command = [sys.executable, "-m", "generator", "fleet", "lista.txt", "--notes", "n.jsonl", "--timeout", "300"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as running:
            deadline = time.monotonic() + 60
            while not (tmp_path / "n.jsonl").exists() or (tmp_path / "n.jsonl").read_bytes().count(b"\n") < 62:
                if time.monotonic() > deadline:
                    running.kill()
                assert running.poll() is None
            running.send_signal(signal.SIGINT)
            assert running.wait(30) == 130
    with (tmp_path / "n.jsonl").open("ab") as notes:
        notes.write(b'{"address": "http://cut o')
    table = look(tmp_path, "lista.txt", "--notes", "n.jsonl", "--timeout", "2")  # nobody is there any more
    assert len(table["mirrors"]) == 64
    assert sum(one["trouble"] == "" for one in table["mirrors"]) == 60


def test_what_was_seen_before_tells_who_went_back_and_who_is_silent(tmp_path: Path) -> None:
    def mirror(number: int, **changes: Any) -> bench.Invented:
        return bench.Invented(number, "atual", "", (fresh(number, **changes),), "", False)

    mirrors = [mirror(0, release=9), mirror(1, name="Polo Serra", region="Xingu")]
    warnings = []
    with bench.served(mirrors) as addresses:
        (tmp_path / "lista.txt").write_text("\n".join(addresses))
        for release in (9, 7, 7):
            mirrors[0] = mirror(0, release=release)
            table = look(tmp_path, "lista.txt", "--notes", "n.jsonl")
            warnings.append([one["warnings"] for one in table["mirrors"] if one["warnings"]])
    assert warnings == [[], *[[{"went-back": {"before": 9, "release": 7}}]] * 2]
    table = look(tmp_path, "lista.txt", "--notes", "n.jsonl")  # nobody answers
    assert table["states"]["sem-contato"] == 2
    assert {one["name"] for one in table["mirrors"]} == {"UBS 0", "Polo Serra"}


def test_the_file_of_notes_is_never_another_one(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("my letters")
    done = canoa("fleet", put(tmp_path / "a", um=fresh()), "--notes", "mine.txt", cwd=tmp_path)
    assert (done.returncode, "--notes" in done.stderr) == (2, True)
    assert (tmp_path / "mine.txt").read_text() == "my letters"


def test_names_are_harmless_in_page_table_and_terminal(tmp_path: Path) -> None:
    bad = put(
        tmp_path / "a",
        um=fresh(1, name="<script>alert(1)</script>", region='"><img src=x>', state="relogio-suspeito"),
        dois=fresh(2, name="=HYPERLINK(A1)", region="[red]x[/red]", state="relogio-suspeito"),
    )
    done = canoa("fleet", bad, "--page", "p.html", "--csv", "t.csv", cwd=tmp_path)
    page, table = (tmp_path / "p.html").read_text(), (tmp_path / "t.csv").read_text()
    assert "<script" not in page and "<img" not in page
    assert "'=HYPERLINK" in table
    assert "[red]x" in done.stdout


@pytest.mark.parametrize("source", ["nowhere", "ftp://x/", "http://user@x/"])
def test_a_source_that_cannot_be_is_said(tmp_path: Path, source: str) -> None:
    done = canoa("fleet", source, cwd=tmp_path)
    assert (done.returncode, source in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_a_line_of_a_list_that_is_no_address_is_named(tmp_path: Path) -> None:
    (tmp_path / "lista.txt").write_text("192.168.0.10:8000\n\nhttp://a:b:c/\n")
    done = canoa("fleet", "lista.txt", cwd=tmp_path)
    assert (done.returncode, "lista.txt:3" in done.stderr) == (2, True)


def test_folders_of_other_files_are_no_troubled_mirrors(tmp_path: Path) -> None:
    files = put(tmp_path / "a", um=fresh(), outra=b'{"format": "canoa-record"}', nota=b"not json")
    (files / "pipe.json").symlink_to("/dev/zero")
    table = look(tmp_path, files)
    assert (len(table["mirrors"]), table["set_aside"]) == (1, 2)


@pytest.mark.parametrize("kind", ["drip", "redirect", "endless"])
def test_a_server_that_does_not_behave_costs_only_its_time(tmp_path: Path, kind: str) -> None:
    good = bench.Invented(0, "atual", "", (fresh(1),), "", False)
    with bench.served([good]) as [address], rude_server(kind) as port:
        table = look(tmp_path, address, f"http://127.0.0.1:{port}/", "--timeout", "1")
    found = {one["trouble"] for one in table["mirrors"]}
    assert found == {"", {"drip": "too-slow", "redirect": "sent-elsewhere", "endless": "too-large"}[kind]}
