"""Institutions' catalogues become one, and each institution's own signature stays what mirrors check."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from generator.release import catalogue
from generator.release.destinations import DestinationError
from generator.release.image import image_entries
from generator.release.merged_sources import read_merged
from generator.release.merging import MergeResult, leave_catalogue, merge_catalogue
from generator.release.origins import open_origin
from generator.release.pruning import prune_releases
from generator.release.publishing import publish_release
from generator.release.refusals import ReleaseError
from generator.release.signing import Keyring, rotate_key, start_catalogue
from generator.release.telling import tell_releases
from generator.release.trust_refusals import TrustError
from generator.release.workplace import Institution, Settings
from tests.conftest import ROOT, Project
from tests.release.press import DAY, Press, files_below, images, passphrase, ring_of, verified


@dataclass(frozen=True)
class Neighbour(Press):
    """A catalogue of one institution or of several."""

    def course(self, name: str, text: str = "Texto.") -> None:
        self.write(f"{name}/atividades.js", f'canoa.course({{"id":"{name}","title":"Curso {name}"}});\n')
        self.page(f"{name}/index.html", f"Curso {name}", text)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256((self.published / "md/1.root.json").read_bytes()).hexdigest()


def started(folder: Path, name: str, *courses: str, institution: str = "") -> Neighbour:
    """A catalogue with courses that its institution signs, or nobody."""
    press = Neighbour(folder)
    press.page("index.html", f"Biblioteca {name}")
    for course in courses:
        press.course(course)
    signs = {institution: Institution(f"Universidade {institution}", courses)} if institution else {}
    start_catalogue(press.work, Settings(name, signs), press.ring, DAY, root_keys=1, threshold=1)
    return press


@pytest.fixture
def x(tmp_path: Path) -> Neighbour:
    """A university with two courses, published."""
    press = started(tmp_path / "x", "universidade-x", "um", "dois", institution="ufx")
    press.write("um/foto.webp", bytes(range(256)) * 50)
    press.release()
    return press


@pytest.fixture
def network(tmp_path: Path) -> Neighbour:
    """Who brings courses together, with one of their own."""
    return started(tmp_path / "rede", "rede", "proprio")


def merged(network: Neighbour, other: Neighbour, ring: Keyring | None = None, day: int = 0) -> MergeResult:
    address = str(other.published)
    date = DAY.replace(month=12, day=1 + day) if day else DAY
    return merge_catalogue(
        network.work, open_origin(address), address, ring or network.ring, date, fingerprint=other.fingerprint
    )


def site_file(network: Neighbour, path: str) -> str:
    release = verified(network.published)
    image = images(network.published, release)["site/site/texto.tar"]
    folder = network.folder / "image.tar"
    folder.write_bytes(image)
    with folder.open("rb") as stream:
        entry = next(one for one in image_entries(stream, most_bytes=len(image)) if one.path == path)
    return image[entry.offset : entry.offset + entry.size].decode()


def test_mirrors_check_the_institutions_own_signature_and_get_its_own_bytes(network: Neighbour, x: Neighbour) -> None:
    merged(network, x)
    network.release()
    there, here = verified(x.published), verified(network.published)
    theirs = {path: info for path, info in there.targets.items() if path.startswith("ufx/")}
    assert {path: info for path, info in here.targets.items() if path.startswith("ufx/")} == theirs and len(theirs) == 3
    assert here.institutions["ufx"] == there.institutions["ufx"] and here.catalogue == "rede"
    for file in x.published.glob("md/*.ufx.json"):
        assert (network.published / f"md/{file.name}").read_bytes() == file.read_bytes()
    found = images(network.published, here)
    assert {path: found[path] for path in theirs} == {
        path: image for path, image in images(x.published, there).items() if path in theirs
    }


def test_merged_courses_are_found_from_the_front_page(network: Neighbour, x: Neighbour) -> None:
    merged(network, x)
    network.release()
    assert '<a href="cursos-reunidos.html">Cursos de outras instituições</a>' in site_file(network, "index.html")
    listed = site_file(network, "cursos-reunidos.html")
    assert '<a href="um/index.html">Curso um</a>' in listed and "Universidade ufx" in listed
    assert "<title>Cursos de outras instituições</title>" in listed


def test_the_page_of_results_says_what_it_cannot_find(network: Neighbour, x: Neighbour) -> None:
    """Of the page as the theme writes it."""
    theme = (ROOT / "theme/search.html").read_text(encoding="utf-8")
    network.write("busca.html", "<article>" + theme[theme.index("<section") :])
    merged(network, x)
    network.release()
    shown = site_file(network, "busca.html")
    assert "A busca ainda não conhece os cursos de outras instituições." in shown.partition("<section")[0]


def test_whoever_takes_a_course_along_can_prove_the_pages_as_they_are_now(network: Neighbour, x: Neighbour) -> None:
    """The site's list of files (docs/decisions/0029) names the changed front page, and the merged courses' lists."""

    def listed(about: str, *rows: str) -> str:
        return f'canoaFiles({{{about},"files":[\n' + ",\n".join(rows) + "]});\n"

    x.write("um/levar.js", listed('"id":"um"'))
    x.release(1)
    own = listed('"name":"Rede","lists":{"proprio/levar.js":"x"}', '["canoa/canoa.css",2,"c"]', '["index.html",1,"i"]')
    network.write("canoa/levar.js", own)
    merged(network, x, day=1)
    network.release(1)
    found = json.loads(site_file(network, "canoa/levar.js").removeprefix("canoaFiles(").removesuffix(");\n"))
    rows = {path: (size, mark) for path, size, mark in found["files"]}
    for page in ("index.html", "cursos-reunidos.html"):
        content = site_file(network, page).encode()
        assert rows[page] == (len(content), marked(content))
    assert rows["canoa/canoa.css"] == (2, "c") and found["name"] == "Rede"
    um = (x.site / "um/levar.js").read_bytes()
    assert found["lists"] == {"proprio/levar.js": "x", "um/levar.js": marked(um)}


def marked(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()[:16]).decode().rstrip("=")


def test_the_log_tells_of_merged_courses(network: Neighbour, x: Neighbour) -> None:
    network.release()
    merged(network, x)
    network.release(1)
    x.course("um", "Outro texto.")
    x.release(1)
    merged(network, x, day=2)
    network.release(2)
    told = list(tell_releases(network.work, None, str))
    assert told[1:3] == ["  Curso um", "    Changed page: Curso um"]
    assert "  New course: Curso dois" in told


def test_releases_that_were_skipped_are_no_gap_and_become_one_delta(network: Neighbour, x: Neighbour) -> None:
    merged(network, x)
    network.release()
    for day in (1, 2, 3):
        x.course("um", f"Texto {day}.")
        x.release(day)
    assert merged(network, x, day=4).is_new
    network.release(4)
    release = verified(network.published)
    assert release.targets["ufx/um/texto.tar"] == verified(x.published).targets["ufx/um/texto.tar"]
    assert (network.published / "delta/1-2.pack").stat().st_size < 1500
    assert not merged(network, x, day=4).is_new


def test_a_course_that_was_withdrawn_at_home_vanishes_here(network: Neighbour, x: Neighbour) -> None:
    merged(network, x)
    network.release()
    shutil.rmtree(x.site / "dois")
    x.work.write_settings(Settings("universidade-x", {"ufx": Institution("Universidade ufx", ("um",))}))
    x.release(1)
    merged(network, x, ring_of(network, "snapshot"), day=1)
    network.release(1)
    assert "dois" not in {info.custom["unit"] for info in verified(network.published).targets.values()}
    assert "dois" not in site_file(network, "cursos-reunidos.html")


def test_another_key_of_the_institution_counts_once_its_own_catalogue_says_so(network: Neighbour, x: Neighbour) -> None:
    merged(network, x)
    network.release()
    for role in ("root", "ufx"):
        rotate_key(x.work, role, x.ring, DAY, root_keys=1)
    x.release(1, anyway=True)
    before = files_below(network.folder)
    with pytest.raises(ReleaseError, match="keys-missing"):
        merged(network, x, ring_of(network, "snapshot"), day=1)
    shutil.rmtree(network.folder / "snapshot")
    assert files_below(network.folder) == before
    merged(network, x, day=1)
    network.release(1)
    assert verified(network.published).institutions["ufx"].keyids == verified(x.published).institutions["ufx"].keyids


def test_the_first_time_somebody_compares_the_fingerprint(network: Neighbour, x: Neighbour, tmp_path: Path) -> None:
    address = str(x.published)
    with pytest.raises(ReleaseError, match="source-unknown") as refused:
        merge_catalogue(network.work, open_origin(address), address, network.ring, DAY)
    assert x.fingerprint in refused.value.message(str)
    with pytest.raises(ReleaseError, match="source-other-root"):
        merge_catalogue(network.work, open_origin(address), address, network.ring, DAY, fingerprint="0" * 64)
    merged(network, x)
    merge_catalogue(network.work, open_origin(address), address, network.ring, DAY)
    impostor = started(tmp_path / "impostor", "universidade-x", "um", institution="ufx")
    impostor.release()
    shutil.rmtree(x.published)
    shutil.copytree(impostor.published, x.published)
    with pytest.raises(ReleaseError, match="source-other-root"):
        merge_catalogue(network.work, open_origin(address), address, network.ring, DAY)
    assert read_merged(network.work).sources[0].fingerprint != impostor.fingerprint


def test_an_older_release_of_the_other_catalogue_is_refused(network: Neighbour, x: Neighbour) -> None:
    shutil.copytree(x.published, x.folder / "old")
    x.course("um", "Outro texto.")
    x.release(1)
    merged(network, x, day=1)
    address = str(x.folder / "old")
    with pytest.raises(TrustError, match="rollback"):
        merge_catalogue(network.work, open_origin(address), address, network.ring, DAY.replace(month=12))


def test_two_institutions_cannot_have_the_same_course_or_name(network: Neighbour, x: Neighbour, tmp_path: Path) -> None:
    merged(network, x)
    for name, institution, course, kind in (
        ("outra", "ufz", "um", "claimed-twice"),
        ("mais-uma", "ufx", "tres", "source-claims-name"),
    ):
        other = started(tmp_path / name, name, course, institution=institution)
        other.release()
        with pytest.raises(ReleaseError, match=kind):
            merged(network, other)
    network.course("dois")
    with pytest.raises(ReleaseError, match="merged-course"):
        network.create()


def test_pages_that_need_newer_styles_and_scripts_wait(
    network: Neighbour, x: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "ASSETS", 2)
    x.course("um", "Feito com uma Canoa mais nova.")
    x.release(1)
    monkeypatch.undo()
    with pytest.raises(ReleaseError, match="source-too-new"):
        merged(network, x, day=1)
    monkeypatch.setattr("generator.release.merging.ASSETS", 3)
    merged(network, x, day=1)


@pytest.mark.parametrize("what", ["obj", "meta"])
@pytest.mark.parametrize("how", ["altered", "longer", "missing"])
def test_what_is_not_as_it_was_signed_is_not_taken(network: Neighbour, x: Neighbour, what: str, how: str) -> None:
    sha256 = verified(x.published).targets["ufx/um/texto.tar"].sha256
    file = x.published / (f"obj/{sha256[:2]}/{sha256}.tar.zst" if what == "obj" else "meta/1.zst")
    content = file.read_bytes()
    if how == "missing":
        file.unlink()
    else:
        file.write_bytes(content + b"\0" if how == "longer" else content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ReleaseError, match="source-object"):
        merged(network, x)
    network.release()
    assert not read_merged(network.work).sources and "ufx" not in verified(network.published).institutions


def test_courses_that_no_institution_signs_stay_at_home(network: Neighbour, x: Neighbour, tmp_path: Path) -> None:
    x.course("avulso")
    x.release(1)
    assert merged(network, x, day=1).left_out == ("avulso",)
    nobodys = started(tmp_path / "n", "ninguem", "solto")
    nobodys.release()
    with pytest.raises(ReleaseError, match="source-empty"):
        merged(network, nobodys)


def test_a_catalogue_is_left_again(network: Neighbour, x: Neighbour) -> None:
    merged(network, x)
    network.release()
    leave_catalogue(network.work, "universidade-x", network.ring, DAY)
    network.release(1)
    release = verified(network.published)
    assert "ufx" not in release.institutions and len(release.targets) == 2
    with pytest.raises(ReleaseError, match="source-missing"):
        leave_catalogue(network.work, "universidade-x", network.ring, DAY)
    x.release(1, anyway=True)
    merged(network, x, day=2)


def test_what_was_merged_outlives_tidying_up(network: Neighbour, x: Neighbour) -> None:
    network.release()
    merged(network, x)
    network.course("proprio", "Outro texto.")
    prune_releases(network.work, DAY, keep=1)
    network.release(1)
    prune_releases(network.work, DAY, keep=1)
    shutil.rmtree(network.published)
    publish_release(network.work, network.published)
    assert len(images(network.published, verified(network.published))) == 5


def test_a_release_that_waits_and_a_later_merge_do_not_mix(network: Neighbour, x: Neighbour) -> None:
    merged(network, x)
    network.create()
    x.course("um", "Outro texto.")
    x.release(1)
    merged(network, x, day=1)
    with pytest.raises(ReleaseError, match="merged-since"):
        network.sign(1)
    network.release(1)
    verified(network.published)


@pytest.fixture
def web(x: Neighbour) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(x.published)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def test_catalogues_are_read_from_web_servers(network: Neighbour, x: Neighbour, web: str) -> None:
    merge_catalogue(network.work, open_origin(web), web, network.ring, DAY, fingerprint=x.fingerprint)
    network.release()
    assert "ufx" in verified(network.published).institutions
    (x.published / "timestamp.json").unlink()
    with pytest.raises(ReleaseError, match="source-object"):
        merge_catalogue(network.work, open_origin(web), web, network.ring, DAY)


def test_a_web_server_that_is_not_there_is_the_computers_trouble() -> None:
    with pytest.raises(DestinationError) as refused:
        origin = open_origin("http://ana:segredo@127.0.0.1:9/")
        origin._pool.connection_pool_kw["retries"] = 0  # type: ignore[attr-defined]
        origin.read("timestamp.json", 10)
    assert "segredo" not in str(refused.value)


def test_the_command_tells_the_fingerprint_takes_and_lets_go(tmp_path: Path, network: Neighbour, x: Neighbour) -> None:
    project = Project(tmp_path)
    project.write("frase", passphrase("") + "\n")
    keys = ("-w", "rede/releases", "--keys", "rede/keys", "--passphrase-file", "frase", "--date", "2026-11-22")
    run = partial(project.run, "release")
    unknown = run("merge", "x/published", *keys, "--lang", "en")
    assert unknown.code == 2 and x.fingerprint in unknown.err and "--fingerprint" in unknown.err
    done = run("merge", "x/published", *keys, "--fingerprint", x.fingerprint, "--lang", "en")
    assert done.code == 0 and "“universidade-x”, release 1: dois, um." in done.err
    assert "nothing newer" in run("merge", *keys, "--lang", "en").err
    assert "universidade-x" in run("status", "-w", "rede/releases", "--lang", "en").out
    assert run("merge", "--leave", "universidade-x", *keys).code == 0
    assert run("merge", "--leave", "universidade-x", *keys).code == 2
