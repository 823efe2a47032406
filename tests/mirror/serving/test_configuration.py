"""`canoa mirror config`: files that nginx, Caddy and systemd take as they are; what they do then: test_behaviour."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from generator.mirror.store import MirrorSettings, MirrorStore
from tests.conftest import find_program
from tests.mirror.serving.boxes import SITE, add_release, canoa, make_mirror

UNITS = ("canoa-serve.service", "canoa-sync.service", "canoa-sync.timer")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> MirrorStore:
    return make_mirror(tmp_path_factory.mktemp("caixa"))


@pytest.fixture(scope="module")
def units(store: MirrorStore) -> dict[str, str]:
    """The three files of systemd."""
    folder = store.folder.parent / "systemd"
    done = canoa(
        "mirror", "config", "systemd", store.folder, "-o", folder, "--window", "23:30-04:00", cwd=folder.parent
    )
    assert done.returncode == 0, done.stderr
    return {file.name: file.read_text() for file in sorted(folder.iterdir())}


def test_a_sync_begins_at_night_each_box_at_its_own_time_and_is_made_up_for(units: dict[str, str]) -> None:
    assert tuple(units) == UNITS
    timer = units["canoa-sync.timer"].splitlines()
    for line in ("OnCalendar=*-*-* 23:30:00", "RandomizedDelaySec=270min", "FixedRandomDelay=true", "Persistent=true"):
        assert line in timer


def test_systemd_finds_nothing_wrong(store: MirrorStore, units: dict[str, str], tmp_path: Path) -> None:
    analyse = find_program("systemd-analyze")
    for name, text in units.items():
        (tmp_path / name).write_text(re.sub(r'ExecStart="[^"]+"', 'ExecStart="/bin/true"', text))
    done = subprocess.run(
        [analyse, "verify", *(str(tmp_path / name) for name in UNITS)], capture_output=True, text=True, timeout=60
    )
    assert [line for line in done.stderr.splitlines() if "canoa" in line] == []
    assert done.returncode == 0, done.stderr


def test_the_services_may_do_little(units: dict[str, str], store: MirrorStore) -> None:
    for name in UNITS[:2]:
        for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", f'ReadWritePaths="{store.folder}"'):
            assert line in units[name].splitlines(), (name, line)
        assert "User=root" not in units[name]
    assert "CapabilityBoundingSet=\n" in units["canoa-sync.service"]


def test_pages_for_other_servers_follow_what_is_served(tmp_path: Path) -> None:
    store = make_mirror(tmp_path)
    add_release(store, 8, SITE)
    canoa("mirror", "config", "nginx", store.folder, "-o", tmp_path / "nginx", cwd=tmp_path)
    page = store.folder / "served/estado.html"
    assert "<dt>Edição</dt><dd>8</dd>" in page.read_text()
    assert canoa("mirror", "activate", "--number", "7", store.folder, cwd=tmp_path).returncode == 0
    assert "<dt>Edição</dt><dd>7</dd>" in page.read_text()


def test_without_a_folder_the_files_are_shown(store: MirrorStore) -> None:
    done = canoa("mirror", "config", "caddy", store.folder, cwd=store.folder)
    assert done.returncode == 0 and f'root * "{store.folder}/atual"' in done.stdout


def test_what_somebody_has_changed_is_not_written_over(store: MirrorStore, tmp_path: Path) -> None:
    write = ("mirror", "config", "nginx", store.folder, "-o", tmp_path)
    assert canoa(*write, cwd=tmp_path).returncode == 0
    assert canoa(*write, cwd=tmp_path).returncode == 0
    (tmp_path / "canoa.conf").write_text("mine")
    done = canoa(*write, cwd=tmp_path)
    assert (done.returncode, "canoa.conf" in done.stderr) == (2, True)
    assert (tmp_path / "canoa.conf").read_text() == "mine"


@pytest.mark.parametrize("name", ["a;b", 'a"b', "a$b", "a%b", "a{b}", "a\\b", "a\nb"])
def test_a_folder_whose_name_would_mean_something_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    MirrorStore(folder).write_settings(MirrorSettings(("https://origem.example",)))
    for kind in ("nginx", "caddy", "systemd") if name == "a;b" else ("nginx",):
        done = canoa("mirror", "config", kind, folder, cwd=tmp_path)
        assert (done.returncode, done.stdout, "/srv/canoa" in done.stderr) == (2, "", True)


@pytest.mark.parametrize(("option", "value"), [("--window", "25:00-03:00"), ("--window", "dawn"), ("--user", "a b\nc")])
def test_senseless_choices_are_refused(store: MirrorStore, option: str, value: str) -> None:
    done = canoa("mirror", "config", "systemd", store.folder, option, value, cwd=store.folder)
    assert (done.returncode, done.stdout) == (2, "")
