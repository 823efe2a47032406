"""Releases travel in torrents, between two clients and from the published files alone; trust stays with TUF."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from generator.release.pruning import prune_releases
from generator.release.refusals import ReleaseError
from generator.release.torrents import make_torrent
from tests.release.press import DAY, Press, files_below, images, verified

lt: Any = pytest.importorskip("libtorrent")
PATIENCE = 60_000
"""Milliseconds that a transfer on this computer may take."""
ALONE = {
    "listen_interfaces": "127.0.0.1:0",
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "allow_multiple_connections_per_ip": True,
    "ssrf_mitigation": False,
    "alert_mask": lt.alert.category_t.status_notification | lt.alert.category_t.error_notification,
}


def added(session: Any, file: Path, folder: Path) -> Any:
    parameters = lt.add_torrent_params()
    parameters.ti, parameters.save_path = lt.torrent_info(file.read_bytes()), str(folder)
    return session.add_torrent(parameters)


def wait_for(session: Any, kind: type) -> None:
    """Until the session says so; it says everything in alerts."""
    while True:
        assert session.wait_for_alert(PATIENCE), f"no {kind.__name__}"
        for alert in session.pop_alerts():
            assert not isinstance(alert, lt.torrent_error_alert), alert.message()
            if isinstance(alert, kind):
                return


def as_wire(folder: Path, number: int) -> Path:
    """What whoever fetched a torrent does before a mirror reads it."""
    shutil.copy(folder / f"release/{number}.timestamp.json", folder / "timestamp.json")
    return folder


def test_what_one_client_gives_another_is_verified_like_any_release(released: Press, tmp_path: Path) -> None:
    made = make_torrent(released.work)
    released.publish()
    seed = tmp_path / "seed" / made.name
    shutil.copytree(released.published, seed)
    giving, taking = lt.session(ALONE), lt.session(ALONE)
    added(giving, made.file, seed.parent)
    wait_for(giving, lt.torrent_finished_alert)
    handle = added(taking, made.file, tmp_path / "taken")
    handle.connect_peer(("127.0.0.1", giving.listen_port()))
    wait_for(taking, lt.torrent_finished_alert)
    del giving, taking
    wire = as_wire(tmp_path / "taken" / made.name, 1)
    assert images(wire, verified(wire)) == images(released.published, verified(released.published))


@pytest.fixture
def web(released: Press) -> Iterator[str]:
    """The published folder on a server that answers parts of files, as any real one does."""

    class Parts(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            file = Path(self.translate_path(self.path))
            if not file.is_file():
                self.send_error(404)
                return
            content = file.read_bytes()
            first, last = 0, len(content) - 1
            if "Range" in self.headers:
                first, last = (int(one) for one in self.headers["Range"].removeprefix("bytes=").split("-"))
            self.send_response(206 if "Range" in self.headers else 200)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
            self.send_header("Content-Length", str(last + 1 - first))
            self.end_headers()
            self.wfile.write(content[first : last + 1])

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Parts, directory=str(released.folder)))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/published/"
    server.shutdown()
    server.server_close()


def test_the_published_files_alone_are_enough(released: Press, web: str, tmp_path: Path) -> None:
    made = make_torrent(released.work, web_seeds=[web])
    released.publish()
    whole = images(released.published, verified(released.published))
    released.page("um/3.html", "Página 3", "Depois do torrent.")
    released.release(1)
    taking = lt.session(ALONE)
    added(taking, made.file, tmp_path / "taken")
    wait_for(taking, lt.torrent_finished_alert)
    del taking
    wire = as_wire(tmp_path / "taken" / "published", 1)
    release = verified(wire)
    assert release.number == 1 and images(wire, release) == whole


def test_the_same_release_gives_the_same_torrent(released: Press) -> None:
    first = make_torrent(
        released.work, web_seeds=["https://a.example/edicoes/"], trackers=["https://t.example/announce"]
    )
    content = first.file.read_bytes()
    first.file.unlink()
    again = make_torrent(
        released.work, web_seeds=["https://a.example/edicoes"], trackers=["https://t.example/announce"]
    )
    assert again.file.read_bytes() == content and again.name == "edicoes"
    info = lt.torrent_info(content)
    assert info.info_hashes().has_v1() and info.info_hashes().has_v2()
    assert "urn:btih:" in again.magnet and "urn:btmh:" in again.magnet
    made = make_torrent(released.work, web_seeds=["https://b.example/edicoes/"])
    assert lt.torrent_info(made.file.read_bytes()).info_hashes() == info.info_hashes()


def test_it_is_published_replaced_and_removed_with_its_release(released: Press) -> None:
    make_torrent(released.work, web_seeds=["https://a.example/edicoes/"])
    released.publish()
    make_torrent(released.work, web_seeds=["https://b.example/edicoes/"])
    released.publish()
    published = files_below(released.published)
    assert published["release/1.torrent"] == (released.work.wire / "release/1.torrent").read_bytes()
    assert published["release/1.timestamp.json"] == published["timestamp.json"]
    released.page("um/3.html", "Página 3", "Outro texto.")
    released.release(1)
    date = DAY.replace(month=12, day=28)
    prune_releases(released.work, date, keep=1, grace=timedelta(0), destination=released.published)
    assert not [path for path in files_below(released.published) if path.startswith("release/")]


def test_web_seeds_share_the_name_of_their_folder(released: Press) -> None:
    for seeds in (["https://a.example/um/", "https://b.example/dois/"], ["https://a.example/"]):
        with pytest.raises(ReleaseError, match="web-seeds-differ"):
            make_torrent(released.work, web_seeds=seeds)


def test_what_is_missing_is_named(released: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "libtorrent", None)
    with pytest.raises(ReleaseError) as refused:
        make_torrent(released.work)
    assert "canoa[torrent]" in refused.value.cure(str)
