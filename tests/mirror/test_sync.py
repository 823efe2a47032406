"""From a published release to a served tree, over HTTP and from folders: what is there, and what crossed the link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.mirror.held_images import content_date
from generator.mirror.refusals import MirrorError
from generator.release.signing import refresh_timestamp
from generator.release.workplace import wire_file
from tests.mirror.hostile_server import (
    HostileServer,
    Misbehaviour,
    only_parts,
    serve,
    shortened,
    spoiled,
    status,
    without_ranges,
)
from tests.mirror.published import Catalogue, Mirror, date, make_catalogue, new_mirror, text
from tests.release.press import Press, files_below

# --- what is served -----------------------------------------------------------------------------------------------


def test_each_release_is_served_byte_for_byte(mirror: Mirror, server: HostileServer, catalogue: Catalogue) -> None:
    for number in (1, 2, 3, 4):
        server.folder = catalogue.wire(number)
        done = mirror.sync(day=number)
        assert (done.number, done.before, done.is_new_tree) == (number, number - 1, True)
        assert mirror.files() == catalogue.signed_files(number)


@pytest.mark.parametrize("start", [1, 2, 3])
def test_a_mirror_that_missed_releases_goes_straight_to_the_newest(
    mirror: Mirror, server: HostileServer, catalogue: Catalogue, start: int
) -> None:
    server.folder = catalogue.wire(start)
    mirror.sync(day=start)
    server.folder = catalogue.wire(4)
    mirror.sync(day=4)
    assert mirror.files() == catalogue.signed_files(4)


def test_a_withdrawn_course_vanishes(mirror: Mirror, server: HostileServer, catalogue: Catalogue) -> None:
    mirror.sync()
    assert (mirror.tree / "resto/0.html").is_file()
    server.folder = catalogue.wire(3)
    mirror.sync(day=3)
    assert not (mirror.tree / "resto").exists()


def test_a_mirror_of_a_part_has_the_site_and_what_it_asked_for(mirror: Mirror, catalogue: Catalogue) -> None:
    mirror.choose(courses=("um",), layers=("texto",))
    done = mirror.sync()
    wanted = {
        path: content
        for path, content in catalogue.signed_files(1).items()
        if not path.startswith(("dois/", "resto/")) and not path.endswith(".png")
    }
    stand_ins = {"dois/index.html", "resto/index.html"}
    assert {path: content for path, content in mirror.files().items() if path not in stand_ins} == wanted
    assert (done.status.courses, done.status.layers, done.status.units) == (("um",), ("texto",), 1)


def test_another_choice_takes_effect_without_a_new_release(mirror: Mirror, catalogue: Catalogue) -> None:
    mirror.choose(courses=("um",))
    mirror.sync()
    mirror.choose(courses=("*",))
    assert mirror.sync().is_new_tree
    assert mirror.files() == catalogue.signed_files(1)
    mirror.choose(courses=("dois",))
    mirror.sync()
    assert not (mirror.tree / "um/0.html").exists()


def test_what_is_asked_for_and_not_there_is_said(mirror: Mirror) -> None:
    mirror.choose(courses=("um", "tres"))
    assert mirror.sync().unknown_courses == ("tres",)


def test_unchanged_courses_are_the_same_files_on_the_disk(
    mirror: Mirror, server: HostileServer, catalogue: Catalogue
) -> None:
    mirror.sync()
    before = (mirror.tree / "dois/0.html").stat().st_ino
    server.folder = catalogue.wire(2)
    mirror.sync(day=2)
    assert (mirror.tree / "dois/0.html").stat().st_ino == before
    assert (mirror.tree / "dois/aula.mp3").stat().st_nlink == 2


def test_the_date_of_a_file_comes_from_its_content(
    mirror: Mirror, server: HostileServer, catalogue: Catalogue, tmp_path: Path
) -> None:
    """So web servers, whose marks are date and size, agree among mirrors, and never take two versions for the same."""
    mirror.sync()
    other = new_mirror(tmp_path / "other", server.address, root=catalogue.wire(1) / "md/1.root.json")
    other.sync()
    for path in files_below(mirror.tree):
        assert int((mirror.tree / path).stat().st_mtime) == content_date(wire_file(mirror.tree / path).sha256)
        assert (mirror.tree / path).stat().st_mtime == (other.tree / path).stat().st_mtime


def test_a_release_that_was_altered_here_is_not_linked_into_the_next(
    mirror: Mirror, server: HostileServer, catalogue: Catalogue
) -> None:
    mirror.sync()
    for path in ("dois/0.html", "um/1.html"):  # a course that stays, and one that gets a delta
        (mirror.tree / path).write_text("outra coisa", encoding="utf-8")
    server.folder = catalogue.wire(2)
    mirror.sync(day=2)
    assert mirror.files() == catalogue.signed_files(2)


def test_a_large_file_that_was_altered_here_is_fetched_again(
    mirror: Mirror, server: HostileServer, catalogue: Catalogue
) -> None:
    mirror.sync()
    with (mirror.tree / "dois/aula.mp3").open("r+b") as stream:
        stream.write(b"x")
    server.folder = catalogue.wire(2)
    mirror.sync(day=2)
    assert mirror.files() == catalogue.signed_files(2)


def test_the_copy_says_of_itself_which_release_it_is(mirror: Mirror) -> None:
    mirror.sync()
    said = (mirror.tree / "canoa/copia.js").read_text(encoding="utf-8")
    assert '"release":1' in said and '"catalogue":"teste"' in said
    assert (mirror.tree / "canoa/copia/de-um.json").is_file()


def test_a_confirmation_without_a_new_release_reaches_the_copy(tmp_path: Path) -> None:
    press = make_catalogue(tmp_path, [], first=lambda press: press.page("index.html", "Biblioteca")).press
    mirror = new_mirror(tmp_path / "own", str(press.published), root=press.published / "md/1.root.json")
    mirror.sync()
    before = (mirror.tree / "canoa/copia.js").read_text(encoding="utf-8")
    refresh_timestamp(press.work, press.ring, date(10))
    press.publish()
    done = mirror.sync(day=10)
    assert not done.is_new_tree
    assert (done.status.signed_at, done.status.state) == ("2026-12-10T00:00:00Z", "atual")
    assert (mirror.tree / "canoa/copia.js").read_text(encoding="utf-8") != before


# --- how much crosses the link ------------------------------------------------------------------------------------


def test_no_change_costs_one_request_of_less_than_a_kilobyte(mirror: Mirror, server: HostileServer) -> None:
    mirror.sync()
    server.behave()
    done = mirror.sync()
    assert not done.is_new_tree
    assert server.paths == ["timestamp.json"]
    assert server.requests[0].status == 304
    assert server.bytes <= 1_000


def test_one_page_costs_three_requests_and_less_than_four_kilobytes(
    mirror: Mirror, server: HostileServer, catalogue: Catalogue
) -> None:
    mirror.sync()
    server.behave()
    server.folder = catalogue.wire(2)
    done = mirror.sync(day=2)
    assert server.paths == ["timestamp.json", "meta/1-2.zst", "delta/1-2.pack"]
    assert server.bytes <= 4_000
    assert done.requests == 3


def test_the_first_sync_asks_once_for_each_course_and_three_times_besides(tmp_path: Path) -> None:
    """Forty courses in at most 45 requests: the site's own pages, the timestamp, the metadata."""

    def write(press: Press) -> None:
        press.page("index.html", "Biblioteca")
        for number in range(40):
            press.write(f"c{number}/atividades.js", f'canoa.course({{"id":"c{number}","title":"Curso {number}"}});\n')
            press.page(f"c{number}/index.html", f"Curso {number}", text(str(number), 20))

    catalogue = make_catalogue(tmp_path / "catalogue", [], first=write)
    with serve(catalogue.wire(1)) as server:
        mirror = new_mirror(tmp_path / "mirror", server.address, root=catalogue.wire(1) / "md/1.root.json")
        mirror.sync()
        assert mirror.files() == catalogue.signed_files(1)
        assert len(server.requests) == 43
        assert server.connections <= 5


def large_catalogue(folder: Path) -> Catalogue:
    """Every page of six courses changes so much that the pack is worth a question about its parts."""

    def write(press: Press) -> None:
        press.page("index.html", "Biblioteca")
        for course in "abcdef":
            press.write(f"{course}/atividades.js", f'canoa.course({{"id":"{course}","title":"Curso {course}"}});\n')
            for number in range(8):
                press.page(f"{course}/{number}.html", f"Página {number}", text(f"{course} {number}", 900))

    def edit(press: Press) -> None:
        for course in "abcdef":
            for number in range(3):
                press.page(f"{course}/{number}.html", f"Página {number}", text(f"novo {course} {number}", 1500))

    return make_catalogue(folder, [edit], first=write)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return large_catalogue(tmp_path_factory.mktemp("large"))


def test_a_mirror_of_a_part_fetches_only_its_part_of_a_pack(large: Catalogue, tmp_path: Path) -> None:
    with serve(large.wire(1)) as server:
        mirror = new_mirror(
            tmp_path / "mirror", server.address, root=large.wire(1) / "md/1.root.json", courses=("b", "e")
        )
        mirror.sync()
        server.behave()
        server.folder = large.wire(2)
        mirror.sync(day=2)
        assert {path for path in server.paths if path.startswith("delta/")} == {"delta/1-2.pack"}
        fetched = sum(request.sent for request in server.requests if request.path.startswith("delta/"))
        assert fetched < (large.wire(2) / "delta/1-2.pack").stat().st_size * 0.6
        assert not any(path.startswith("obj/") for path in server.paths)
        for page in ("b/0.html", "e/2.html", "e/7.html", "index.html"):
            assert (mirror.tree / page).read_bytes() == (large.site(2) / page).read_bytes()


@pytest.mark.parametrize(
    ("misbehaviour", "fetched"),
    [
        (without_ranges, "delta/"),
        (only_parts(spoiled(0)), "delta/"),
        (only_parts(spoiled(8 << 10)), "obj/"),
        (only_parts(shortened(40_000)), "obj/"),
        (only_parts(status(500)), "obj/"),
        (status(404), "obj/"),
    ],
    ids=["no parts", "damaged index", "damaged frames", "wrong parts", "parts fail", "no pack"],
)
def test_where_parts_of_a_pack_do_not_come_something_whole_does(
    large: Catalogue, tmp_path: Path, misbehaviour: Misbehaviour, fetched: str
) -> None:
    with serve(large.wire(1)) as server:
        root = large.wire(1) / "md/1.root.json"
        mirror = new_mirror(tmp_path / "mirror", server.address, root=root, courses=("b", "e"))
        mirror.sync()
        server.behave()
        server.folder = large.wire(2)
        server.when("delta/*", misbehaviour)
        mirror.sync(day=2)
        assert server.paths[-1].startswith(fetched)
        for page in ("b/0.html", "e/7.html"):
            assert (mirror.tree / page).read_bytes() == (large.site(2) / page).read_bytes()


def test_a_mirror_that_is_too_far_behind_for_one_pack_walks_single_steps(tmp_path: Path) -> None:
    def edit(press: Press) -> None:
        page = press.site / "um/0.html"
        page.write_text(page.read_text(encoding="utf-8") + "<!-- mais -->\n", encoding="utf-8")

    def write(press: Press) -> None:
        press.page("index.html", "Biblioteca")
        press.write("um/atividades.js", 'canoa.course({"id":"um","title":"Um"});\n')
        press.page("um/0.html", "Página", text("um", 3000))

    catalogue = make_catalogue(tmp_path / "catalogue", [edit] * 8, first=write)
    mirror = new_mirror(tmp_path / "mirror", str(catalogue.wire(1)), root=catalogue.wire(1) / "md/1.root.json")
    mirror.sync()
    with serve(catalogue.wire(9)) as server:
        mirror.sync(server.address, day=9)
        assert [path for path in server.paths if not path.startswith("meta/")] == [
            "timestamp.json",
            *(f"delta/{one}-{one + 1}.pack" for one in range(1, 9)),
        ]
    assert mirror.files() == catalogue.signed_files(9)


# --- passing on ---------------------------------------------------------------------------------------------------


def test_a_chain_of_mirrors_is_the_same_at_every_link(
    mirror: Mirror, server: HostileServer, catalogue: Catalogue, tmp_path: Path
) -> None:
    mirror.choose(relay=True)
    with serve(mirror.store.wire) as box:
        last = new_mirror(tmp_path / "last", box.address, root=catalogue.wire(1) / "md/1.root.json")
        for number in (1, 2, 3, 4):
            server.folder = catalogue.wire(number)
            mirror.sync(day=number)
            box.behave()
            last.sync(day=number)
            assert last.files() == catalogue.signed_files(number)
            assert box.bytes < 1_200_000
    published, passed_on = files_below(catalogue.wire(4)), files_below(mirror.store.wire)
    assert all(published[path] == content for path, content in passed_on.items() if path != "espelho.json")
    assert {path for path in passed_on if path.startswith("obj/")} >= {
        path for path in published if path.startswith("obj/") and path.endswith(".zst") and is_of(catalogue, 4, path)
    }


def is_of(catalogue: Catalogue, number: int, path: str) -> bool:
    edition = catalogue.press.work.read_edition(number)
    return path in edition.wire


def test_a_relay_gives_whole_courses_although_it_received_deltas(
    mirror: Mirror, server: HostileServer, catalogue: Catalogue, tmp_path: Path
) -> None:
    mirror.choose(relay=True)
    mirror.sync()
    server.behave()
    server.folder = catalogue.wire(2)
    mirror.sync(day=2)
    assert not any(path.startswith("obj/") for path in server.paths), "compressed again, not fetched"
    newcomer = new_mirror(tmp_path / "new", str(mirror.store.wire), root=catalogue.wire(1) / "md/1.root.json")
    newcomer.sync(day=2)
    assert newcomer.files() == catalogue.signed_files(2)


def test_others_see_a_release_only_when_all_of_it_is_there(
    mirror: Mirror, server: HostileServer, catalogue: Catalogue
) -> None:

    mirror.sync()
    before = (mirror.store.wire / "timestamp.json").read_bytes()
    server.folder = catalogue.wire(3)
    server.when("obj/*", status(500))
    with pytest.raises(MirrorError, match="bad-status"):
        mirror.sync(day=3)
    assert (mirror.store.wire / "timestamp.json").read_bytes() == before
    assert mirror.files() == catalogue.signed_files(1)


def test_a_folder_on_a_stick_is_a_source_like_any_other(catalogue: Catalogue, tmp_path: Path) -> None:
    root = catalogue.wire(1) / "md/1.root.json"
    mirror = new_mirror(tmp_path / "mirror", catalogue.wire(1).as_uri(), root=root)
    mirror.sync()
    mirror.sync(str(catalogue.wire(4)), day=4)
    assert mirror.files() == catalogue.signed_files(4)


def test_a_stick_that_was_long_in_the_post_is_judged_by_its_day(
    mirror: Mirror, server: HostileServer, catalogue: Catalogue
) -> None:
    mirror.sync()
    done = mirror.sync(str(catalogue.wire(2)), day=60, as_bundle=True)
    assert (done.number, done.as_bundle, done.status.state) == (2, True, "atrasado")


def test_a_link_in_a_folder_leads_nowhere(catalogue: Catalogue, tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    os.symlink(catalogue.wire(1) / "timestamp.json", folder / "timestamp.json")
    mirror = new_mirror(tmp_path / "mirror", str(folder), root=catalogue.wire(1) / "md/1.root.json")
    with pytest.raises(MirrorError, match="not-found"):
        mirror.sync()
