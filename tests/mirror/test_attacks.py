"""Everything that links, servers, thieves and disks may do: refused in words; the old release is served on."""

from __future__ import annotations

import gettext
import hashlib
import tarfile
import unicodedata
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from securesystemslib.signer import CryptoSigner

from generator.mirror.http_source import is_less_safe
from generator.mirror.refusals import MirrorError
from generator.mirror.starting import FirstTrust, start_mirror
from generator.mirror.watch import Patience
from generator.release.compression import compress_bytes
from generator.release.refusals import ReleaseError
from tests.mirror.hostile_server import (
    HostileServer,
    Misbehaviour,
    cut_after,
    dripping,
    dripping_headers,
    endless,
    endless_chunks,
    flipped,
    lying_range,
    portal,
    redirected,
    replaced,
    serve,
    shortened,
    silent,
    status,
    wrong_range,
)
from tests.mirror.published import QUICK, Catalogue, Mirror
from tests.mirror.thieves import forge, forge_foreign, stolen_signers
from tests.release.signing import changed
from tests.release.site_files import END, image_of, member

IMPATIENT = replace(QUICK, window=0.3)


def refused(mirror: Mirror, catalogue: Catalogue, day: float = 3, patience: Patience = QUICK) -> ReleaseError:
    """The refusal of a sync, after which the first release is served as before."""
    with pytest.raises(ReleaseError) as caught:
        mirror.sync(day=day, patience=patience)
    assert mirror.store.current() == 1
    assert mirror.files() == catalogue.signed_files(1)
    error = caught.value
    portuguese = gettext.translation("canoa", "generator/locale", ["pt_BR"]).gettext
    assert error.message(portuguese) != error.message(str)
    assert error.cure(portuguese) != error.cure(str)
    return error


def goes_on(mirror: Mirror, server: HostileServer, catalogue: Catalogue) -> None:
    """With an honest source all is well, without a step by hand."""
    server.behave()
    server.folder = catalogue.wire(3)
    assert mirror.sync(day=3).status.last_error is None
    assert mirror.files() == catalogue.signed_files(3)


# --- links and servers --------------------------------------------------------------------------------------------

BAD_LINKS: list[tuple[str, str, Misbehaviour, str]] = [
    ("one bit of the metadata is another one", "meta/*", flipped(60), "wrong-object"),
    ("one bit of an object is another one", "[do]*/*", flipped(60), "wrong-object"),
    ("an object ends too early", "[do]*/*", shortened(100), "wrong-object"),
    ("a body has no end", "[do]*/*", endless, "wrong-object"),
    ("chunks have no end", "[do]*/*", endless_chunks, "wrong-object"),
    ("the timestamp has no end", "timestamp.json", endless, "wrong-object"),
    ("the network wants a login", "*", portal, "metadata-not-json"),
    ("the network wants a login only for objects", "[do]*/*", portal, "wrong-object"),
    ("the server is broken", "*", status(503), "bad-status"),
    ("the objects are gone", "[do]*/*", status(404), "not-found"),
    ("the server sends on to a file", "*", redirected("file:///etc/passwd"), "redirected"),
    ("the server sends on and on", "*", redirected("/timestamp.json"), "redirected"),
    ("the link is cut again and again", "[do]*/*", cut_after(30), "cut"),
]


@pytest.mark.parametrize(
    ("pattern", "misbehaviour", "kind"), [one[1:] for one in BAD_LINKS], ids=[b[0] for b in BAD_LINKS]
)
def test_what_links_and_servers_spoil_is_refused(
    served: Mirror, server: HostileServer, catalogue: Catalogue, pattern: str, misbehaviour: Misbehaviour, kind: str
) -> None:
    server.when(pattern, misbehaviour)
    assert refused(served, catalogue).kind == kind
    goes_on(served, server, catalogue)


@pytest.mark.parametrize(
    ("pattern", "misbehaviour"),
    [("timestamp.json", dripping(0.1)), ("[do]*/*", dripping(0.1)), ("meta/*", dripping_headers(0.1)), ("*", silent)],
    ids=["body of the timestamp", "bodies of objects", "headers", "silence"],
)
def test_a_server_that_drips_is_left(
    served: Mirror, server: HostileServer, catalogue: Catalogue, pattern: str, misbehaviour: Misbehaviour
) -> None:
    server.when(pattern, misbehaviour)
    assert refused(served, catalogue, patience=IMPATIENT).kind == "too-slow"
    goes_on(served, server, catalogue)


def test_all_of_it_has_a_deadline(served: Mirror, server: HostileServer, catalogue: Catalogue) -> None:
    server.when("[do]*/*", dripping(0.05))
    assert refused(served, catalogue, patience=replace(QUICK, least=0, window=2, deadline=0.6)).kind == "deadline"
    goes_on(served, server, catalogue)


def test_what_is_refused_is_noted_for_others_to_see(
    served: Mirror, server: HostileServer, catalogue: Catalogue
) -> None:
    server.when("*", portal)
    refused(served, catalogue)
    assert '"kind": "metadata-not-json"' in (served.store.wire / "espelho.json").read_text(encoding="utf-8")


def test_an_unsafe_address_is_not_followed_from_a_safe_one() -> None:
    assert is_less_safe(urlsplit("https://a/"), urlsplit("http://a/"))
    assert is_less_safe(urlsplit("http://a/"), urlsplit("file:///a"))
    assert not is_less_safe(urlsplit("http://a/"), urlsplit("https://b/"))


# --- cuts ---------------------------------------------------------------------------------------------------------


def recording(catalogue: Catalogue) -> str:
    """Where the recording of the fourth release is on the wire: a megabyte."""
    files = [file for file in (catalogue.wire(4) / "obj").rglob("*") if file.is_file()]
    [found] = [file for file in files if file.stat().st_size == (1 << 20) + 5]
    return found.relative_to(catalogue.wire(4)).as_posix()


def test_a_download_goes_on_where_it_was_cut(served: Mirror, server: HostileServer, catalogue: Catalogue) -> None:
    """Over a link that holds for 300 kB at a time."""
    server.folder = catalogue.wire(4)
    name = recording(catalogue)
    server.when(name, cut_after(300_000))
    served.sync(day=4)
    assert served.files() == catalogue.signed_files(4)
    asked = [request for request in server.requests if request.path == name]
    assert [request.range for request in asked] == ["", *(f"bytes={n * 300_000}-" for n in (1, 2, 3))]
    assert [request.if_range for request in asked] == ["", '"same"', '"same"', '"same"']


def test_what_came_in_one_run_is_kept_for_the_next(served: Mirror, server: HostileServer, catalogue: Catalogue) -> None:
    server.folder = catalogue.wire(4)
    name = recording(catalogue)
    server.when(name, status(503))
    server.when(name, cut_after(300_000), times=1)
    assert refused(served, catalogue, day=4).kind == "bad-status"
    server.behave()
    served.sync(day=4)
    assert [request.range for request in server.requests if request.path == name] == ["bytes=300000-"]
    assert served.files() == catalogue.signed_files(4)


@pytest.mark.parametrize("misbehaviour", [wrong_range, lying_range], ids=["said so", "not said"])
def test_a_wrong_part_is_thrown_away_and_the_whole_is_asked_for(
    served: Mirror, server: HostileServer, catalogue: Catalogue, misbehaviour: Misbehaviour
) -> None:
    server.folder = catalogue.wire(4)
    server.when("obj/*", misbehaviour)
    server.when("obj/*", cut_after(300_000), times=1)
    served.sync(day=4)
    assert served.files() == catalogue.signed_files(4)


# --- several sources ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "misbehaviour"),
    [
        ("*", portal),
        ("*", status(500)),
        ("obj/*", flipped(9)),
        ("[mdo]*/*", status(404)),
        ("timestamp.json", flipped(99)),
    ],
    ids=["portal", "broken", "damaged objects", "only the timestamp", "damaged timestamp"],
)
def test_another_source_stands_in(
    served: Mirror, server: HostileServer, catalogue: Catalogue, pattern: str, misbehaviour: Misbehaviour
) -> None:
    server.when(pattern, misbehaviour)
    with serve(catalogue.wire(3)) as other:
        served.choose(upstreams=(server.address, other.address))
        served.sync(day=3)
        assert other.requests
    assert served.files() == catalogue.signed_files(3)


def test_a_source_that_is_not_there_costs_no_more_than_a_try(served: Mirror, catalogue: Catalogue) -> None:
    with serve(catalogue.wire(3)) as other:
        served.choose(upstreams=("http://127.0.0.1:9/", other.address))
        assert served.sync(day=3).status.upstream == "127.0.0.1"
    assert served.files() == catalogue.signed_files(3)


def test_a_source_that_is_behind_does_not_hold_up_the_others(
    served: Mirror, server: HostileServer, catalogue: Catalogue
) -> None:
    served.sync(day=3)
    server.folder = catalogue.wire(1)
    with serve(catalogue.wire(4)) as other:
        served.choose(upstreams=(server.address, other.address))
        served.sync(day=4)
    assert served.files() == catalogue.signed_files(4)


# --- time ---------------------------------------------------------------------------------------------------------


def test_an_old_timestamp_is_refused(mirror: Mirror, server: HostileServer, catalogue: Catalogue) -> None:
    server.folder = catalogue.wire(3)
    mirror.sync(day=3)
    server.folder = catalogue.wire(2)
    with pytest.raises(ReleaseError, match="rollback"):
        mirror.sync(day=4)
    assert mirror.files() == catalogue.signed_files(3)


def test_files_of_several_releases_do_not_mix(served: Mirror, server: HostileServer, catalogue: Catalogue) -> None:
    server.when("meta/1-3.zst", replaced((catalogue.wire(2) / "meta/1-2.zst").read_bytes()))
    assert refused(served, catalogue).kind == "wrong-object"


def test_a_source_that_stands_still_is_noticed_when_its_word_is_old(
    served: Mirror, server: HostileServer, catalogue: Catalogue
) -> None:
    server.folder = catalogue.wire(1)
    served.sync(day=5)
    error = refused(served, catalogue, day=7)
    assert error.kind == "expired" and "timestamp" in error.message(str)
    assert '"state": "atrasado"' in (served.store.wire / "espelho.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("day", [-20_700, 730], ids=["1970", "in two years"])
def test_a_clock_that_cannot_be_right_neither_stops_updates_nor_serving(
    served: Mirror, server: HostileServer, catalogue: Catalogue, day: int
) -> None:
    done = served.sync(day=day)
    assert done.status.state == "relogio-suspeito"
    assert served.files() == catalogue.signed_files(3)
    assert served.sync(day=3).status.state == "atual"


# --- thieves ------------------------------------------------------------------------------------------------------


def test_an_institution_cannot_sign_the_files_of_another(
    served: Mirror, server: HostileServer, catalogue: Catalogue, tmp_path: Path
) -> None:
    server.folder = forge_foreign(catalogue, 1, tmp_path / "forged")
    assert refused(served, catalogue).kind == "foreign-target"


def test_an_institution_cannot_lay_pages_into_the_course_of_another(
    served: Mirror, server: HostileServer, catalogue: Catalogue, tmp_path: Path
) -> None:
    image = image_of({"um/falsa.html": b"<p>falsa</p>"})
    server.folder = forge(catalogue, 1, tmp_path / "forged", {"ufy/um/texto.tar": image})
    error = refused(served, catalogue)
    assert error.kind == "unit-of-two" and error.values["unit"] == "um"


def hostile_images() -> dict[str, tuple[str, bytes, str]]:
    """What is signed, the image, and the refusal."""
    decomposed = unicodedata.normalize("NFD", "um/saúde.html")
    return {
        "out of the folder": ("ufx/um/texto.tar", member("um/../../x.html", b"x") + END, "not-relative"),
        "absolute": ("ufx/um/texto.tar", member("/etc/x", b"x") + END, "not-relative"),
        "another course": ("ufx/um/texto.tar", image_of({"dois/x.html": b"x"}), "outside-unit"),
        "a link": (
            "ufx/um/texto.tar",
            member("um/x", type=tarfile.SYMTYPE, linkname="/etc/passwd") + END,
            "not-a-file",
        ),
        "a second name": (
            "ufx/um/texto.tar",
            member("um/x", type=tarfile.LNKTYPE, linkname="um/y") + END,
            "not-a-file",
        ),
        "a device": ("ufx/um/texto.tar", member("um/x", type=tarfile.CHRTYPE) + END, "not-a-file"),
        "reserved name": ("ufx/um/texto.tar", member("um/con.html", b"x") + END, "reserved-name"),
        "capitals": ("ufx/um/texto.tar", member("um/A.html") + member("um/a.html") + END, "collision"),
        "accents": (
            "ufx/um/texto.tar",
            member(decomposed) + member("um/saúde.html") + END,
            "collision",
        ),
        "the site's image in a course": ("site/site/texto.tar", image_of({"um/x.html": b"x"}), "not-its-own"),
        "what the copy says of itself": ("site/site/texto.tar", member("canoa/copia.js", b"x") + END, "own-folder"),
        "its list of files": ("site/site/texto.tar", member("Canoa/COPIA/de-um.json", b"x") + END, "own-folder"),
        "capitals of another course": ("catalogo/Resto/texto.tar", image_of({"Resto/x.html": b"x"}), "collision"),
    }


@pytest.mark.parametrize("name", list(hostile_images()))
def test_an_image_that_reaches_out_is_refused(
    served: Mirror, server: HostileServer, catalogue: Catalogue, tmp_path: Path, name: str
) -> None:
    path, image, kind = hostile_images()[name]
    server.folder = forge(catalogue, 1, tmp_path / "forged", {path: image})
    assert refused(served, catalogue).kind == kind
    assert not (tmp_path / "x.html").exists()


def zeros(size: int) -> bytes:
    """A frame of so many zeros, in blocks that say how often a byte is repeated (RFC 8878, 3.1.1)."""
    block = 1 << 17
    header = bytes.fromhex("28b52ffd") + b"\xc0\x38" + size.to_bytes(8, "little")
    blocks = [((block << 3) | 2).to_bytes(3, "little") + b"\0"] * (size // block)
    last = ((size % block << 3) | 3).to_bytes(3, "little") + b"\0"
    return header + b"".join(blocks) + last


OTHER = image_of({"um/0.html": b"<p>falsa</p>" * 6000})
STOLEN: dict[str, tuple[bytes, str]] = {
    "another image of the same length": (compress_bytes(OTHER[:-1] + b"\1"), "wrong-image"),
    "a shorter one": (compress_bytes(OTHER[:-512]), "wrong-length"),
    "a gigabyte": (zeros(1 << 30), "wrong-length"),
    "no compressed file": (b"<html>", "not-compressed"),
    "half a file": (compress_bytes(OTHER)[:40], "damaged"),
}


@pytest.mark.parametrize("name", list(STOLEN))
def test_who_has_the_keys_of_the_transport_can_refuse_service_only(
    served: Mirror, server: HostileServer, catalogue: Catalogue, tmp_path: Path, name: str
) -> None:
    """Even with those of snapshot and timestamp: the image is the institution's."""
    content, kind = STOLEN[name]
    path = "ufx/um/texto.tar"
    server.folder = forge(catalogue, 1, tmp_path / "forged", {path: OTHER}, objects={path: content})
    assert refused(served, catalogue).kind in (kind, "truncated")


def test_a_gigabyte_as_metadata_is_not_unpacked(
    served: Mirror, server: HostileServer, catalogue: Catalogue, tmp_path: Path
) -> None:
    bomb = zeros(1 << 30)

    def announce(signed: dict[str, object]) -> None:
        signed["packs"] = {"3": [len(bomb), hashlib.sha256(bomb).hexdigest()]}

    signers = stolen_signers(catalogue)["timestamp"]
    timestamp = changed((catalogue.wire(3) / "timestamp.json").read_bytes(), announce, signers)  # type: ignore[arg-type]
    server.when("timestamp.json", replaced(timestamp))
    server.when("meta/*", replaced(bomb))
    assert refused(served, catalogue).kind == "meta-pack-too-large"


def test_keys_of_nobody_sign_nothing(served: Mirror, server: HostileServer, catalogue: Catalogue) -> None:
    timestamp = (catalogue.wire(3) / "timestamp.json").read_bytes()
    forged = changed(timestamp, lambda signed: None, [CryptoSigner.generate_ed25519()])
    server.when("timestamp.json", replaced(forged))
    assert refused(served, catalogue).kind == "unknown-key"
    assert server.paths == ["timestamp.json", "md/2.root.json"]


# --- disks --------------------------------------------------------------------------------------------------------


def spoil(file: Path, how: str) -> None:
    content = file.read_bytes()
    if how == "gone":
        file.unlink()
    elif how == "cut off":
        file.write_bytes(content[: len(content) // 2])
    elif how == "empty":
        file.write_bytes(b"")
    else:
        file.write_bytes(content.replace(b'"timestamp"', b'"timestomp"', 1))


@pytest.mark.parametrize("how", ["gone", "cut off", "empty", "altered"])
@pytest.mark.parametrize("name", ["root.json", "high-water.json"])
def test_torn_trust_is_refused_and_can_be_begun_anew(
    served: Mirror, server: HostileServer, catalogue: Catalogue, name: str, how: str
) -> None:
    spoil(served.store.state / name, how)
    error = refused(served, catalogue)
    assert error.kind == "torn-mirror-state" and "canoa mirror init" in error.cure(str)
    assert server.requests == []
    settings = served.store.read_settings()
    done = start_mirror(served.store, replace(settings, name="?"), FirstTrust(catalogue.wire(1) / "md/1.root.json"))
    assert done.is_anew and done.settings == settings
    goes_on(served, server, catalogue)


def test_trust_that_was_begun_anew_does_not_go_back_in_time(
    served: Mirror, server: HostileServer, catalogue: Catalogue
) -> None:
    served.sync(day=3)
    (served.store.state / "high-water.json").unlink()
    start_mirror(served.store, served.store.read_settings(), FirstTrust(catalogue.wire(1) / "md/1.root.json"))
    server.folder = catalogue.wire(2)
    with pytest.raises(MirrorError, match="older-than-here"):
        served.sync(day=3)
    assert served.files() == catalogue.signed_files(3)


@pytest.mark.parametrize("how", ["gone", "cut off", "empty", "altered"])
def test_anything_else_that_a_disk_tears_is_fetched_or_made_again(
    served: Mirror, server: HostileServer, catalogue: Catalogue, how: str
) -> None:
    for file in ("state/metadata/1.zst", "state/timestamp.json", "state/journal.json", "releases/1.json"):
        spoil(served.store.folder / file, how)
    goes_on(served, server, catalogue)


def test_there_must_be_room_before_anything_is_fetched(
    served: Mirror, server: HostileServer, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        free = 10_000

    monkeypatch.setattr("shutil.disk_usage", lambda folder: Full)
    error = refused(served, catalogue)
    assert error.kind == "no-room" and getattr(error, "is_of_the_computer", False)
    assert [path for path in server.paths if path.startswith(("obj", "delta"))] == []
    monkeypatch.undo()
    goes_on(served, server, catalogue)
