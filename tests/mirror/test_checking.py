"""Every byte that is served is proven; what is wrong has a name, and is made again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from generator.mirror.checking import Checked, check_served, repair_served
from generator.mirror.going_back import roll_back
from generator.mirror.refusals import MirrorError
from tests.mirror.hostile_server import HostileServer
from tests.mirror.published import QUICK, Catalogue, Mirror, date


def alter(path: str) -> Callable[[Path], None]:
    def change(tree: Path) -> None:
        content = bytearray((tree / path).read_bytes())
        content[-1] ^= 1
        (tree / path).write_bytes(content)

    return change


def link(tree: Path) -> None:
    """A link to the same content is none of ours: it can lead elsewhere tomorrow."""
    (tree / "um/1.html").rename(tree / "../outside")
    (tree / "um/1.html").symlink_to("../../outside")


def lay_something(tree: Path) -> None:
    (tree / "um/novo").mkdir()
    (tree / "um/novo/x.html").write_text("x", encoding="utf-8")
    (tree / "um/inside").symlink_to("../..", target_is_directory=True)


DAMAGE: dict[str, tuple[Callable[[Path], None], Checked]] = {
    "a page": (alter("um/1.html"), Checked(1, 0, 0, 0, altered=("um/1.html",))),
    "a picture": (alter("um/mapa.png"), Checked(1, 0, 0, 0, altered=("um/mapa.png",))),
    "a recording": (alter("dois/aula.mp3"), Checked(1, 0, 0, 0, altered=("dois/aula.mp3",))),
    "the copy's word": (alter("canoa/copia.js"), Checked(1, 0, 0, 0, altered=("canoa/copia.js",))),
    "a link": (link, Checked(1, 0, 0, 0, altered=("um/1.html",))),
    "a page is gone": (lambda tree: (tree / "um/1.html").unlink(), Checked(1, 0, 0, 0, missing=("um/1.html",))),
    "a recording is gone": (
        lambda tree: (tree / "dois/aula.mp3").unlink(),
        Checked(1, 0, 0, 0, missing=("dois/aula.mp3",)),
    ),
    "something is there": (lay_something, Checked(1, 0, 0, 0, extra=("um/inside", "um/novo/x.html"))),
}


def wrong(found: Checked) -> tuple[tuple[str, ...], ...]:
    return found.altered, found.missing, found.extra, found.unsigned


def test_a_fresh_mirror_is_right(mirror: Mirror, catalogue: Catalogue) -> None:
    mirror.sync()
    found = check_served(mirror.store)
    assert found.is_right
    assert (found.files, found.images) == (len(catalogue.signed_files(1)), 6)
    assert found.bytes == sum(map(len, catalogue.signed_files(1).values()))


@pytest.mark.parametrize("name", list(DAMAGE))
def test_what_is_wrong_is_named_and_made_again(
    mirror: Mirror, server: HostileServer, catalogue: Catalogue, name: str
) -> None:
    mirror.sync()
    change, expected = DAMAGE[name]
    change(mirror.tree.resolve())
    assert wrong(check_served(mirror.store)) == wrong(expected)
    server.behave()
    repair_served(mirror.store, clock=date(1), patience=QUICK)
    assert check_served(mirror.store).is_right
    assert mirror.files() == catalogue.signed_files(1)
    assert len(server.requests) <= 1, "only what is damaged is fetched"


def test_a_list_of_files_that_was_altered_hides_nothing(mirror: Mirror, catalogue: Catalogue) -> None:
    mirror.sync()
    for path in ("canoa/copia/de-um.json", "um/1.html"):
        file = mirror.tree / path
        file.write_text(file.read_text(encoding="utf-8").replace("um", "xx", 1), encoding="utf-8")
    found = check_served(mirror.store)
    assert not found.is_right
    repair_served(mirror.store, clock=date(1), patience=QUICK)
    assert check_served(mirror.store).is_right
    assert mirror.files() == catalogue.signed_files(1)


def test_a_release_before_the_newest_is_proven_too_but_not_mended(
    mirror: Mirror, server: HostileServer, catalogue: Catalogue
) -> None:
    mirror.sync()
    server.folder = catalogue.wire(2)
    mirror.sync(day=2)
    roll_back(mirror.store)
    assert check_served(mirror.store).is_right
    alter("um/3.html")(mirror.tree)
    assert check_served(mirror.store).altered == ("um/3.html",)
    with pytest.raises(MirrorError, match="not-repairable"):
        repair_served(mirror.store, clock=date(2), patience=QUICK)


def test_an_empty_mirror_has_nothing_to_prove(mirror: Mirror) -> None:
    with pytest.raises(MirrorError, match="no-release-here"):
        check_served(mirror.store)
