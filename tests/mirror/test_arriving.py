"""Packs are used while they come: what is right counts at once, what is wrong never, nothing is served too early."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest

from generator.mirror import deltas
from generator.mirror.refusals import MirrorError
from generator.release import durable_files, packs
from generator.release.compression import apply_delta_into, decompress_bounded
from generator.release.workplace import object_path
from tests.mirror.hostile_server import Exchange, HostileServer, cut_after, flipped, shortened, status
from tests.mirror.published import Catalogue, Mirror

PACK = "delta/1-3.pack"


def new_pages(mirror: Mirror, catalogue: Catalogue) -> list[str]:
    """Pages of the third release, other than in the first, that are in a tree that is not finished."""
    old, new = catalogue.signed_files(1), catalogue.signed_files(3)
    found = []
    for tree in mirror.store.releases.glob("*.part"):
        files = {file.relative_to(tree).as_posix(): file for file in tree.rglob("*.html")}
        found += [path for path in files if files[path].read_bytes() == new.get(path) != old.get(path)]
    return found


def test_pages_are_made_while_the_end_of_the_pack_is_still_to_come(
    served: Mirror, server: HostileServer, catalogue: Catalogue
) -> None:
    seen: list[tuple[bool, int | None]] = []

    def hesitating(exchange: Exchange) -> None:
        """The last byte is sent when something was made of the others, or after five seconds."""
        exchange.begin(200, len(exchange.content), ETag='"same"')
        exchange.send(exchange.content[:-1])
        for _ in range(500):
            if new_pages(served, catalogue) or exchange.is_over.wait(0.01):
                break
        seen.append((bool(new_pages(served, catalogue)), served.store.current()))
        exchange.send(exchange.content[-1:])

    server.when(PACK, hesitating)
    served.sync(day=3)
    assert seen == [(True, 1)]
    assert served.files() == catalogue.signed_files(3)
    assert server.paths.count(PACK) == 1
    assert (served.store.wire / PACK).read_bytes() == (catalogue.wire(3) / PACK).read_bytes()


def pack_of(catalogue: Catalogue) -> bytes:
    return (catalogue.wire(3) / PACK).read_bytes()


@pytest.mark.parametrize("part", [0.0, 0.02, 0.1, 0.3, 0.6, 0.9, 0.999])
def test_what_came_wrong_is_waited_for_again_and_no_whole_image_is_fetched(
    served: Mirror, server: HostileServer, catalogue: Catalogue, part: float
) -> None:
    """Anywhere in the pack: its index too, which has a signed hash of its own."""
    server.when(PACK, flipped(int(part * len(pack_of(catalogue)))), times=1)
    served.sync(day=3)
    assert served.files() == catalogue.signed_files(3)
    assert server.paths.count(PACK) == 2
    assert [path for path in server.paths if path.endswith(".tar.zst")] == new_objects(catalogue)


@pytest.mark.parametrize("part", [0.0, 0.02, 0.1, 0.3, 0.6, 0.9, 0.999])
def test_nothing_is_decompressed_that_is_not_what_was_signed(
    served: Mirror, server: HostileServer, catalogue: Catalogue, part: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = pack_of(catalogue)
    indexes, frames = [], []

    def read_index(stream: BytesIO, *, length: int) -> bytes:
        indexes.append(stream.getvalue())
        return decompress_bounded(stream, length=length)

    def apply(old: Path, data: bytes, out: BinaryIO, *, length: int) -> None:
        frames.append(data)
        apply_delta_into(old, data, out, length=length)

    monkeypatch.setattr(packs, "decompress_bounded", read_index)
    monkeypatch.setattr(deltas, "apply_delta_into", apply)
    server.when(PACK, flipped(int(part * len(pack))), times=1)
    served.sync(day=3)
    assert frames and all(one in pack for one in (*indexes, *frames))


def new_objects(catalogue: Catalogue) -> list[str]:
    """Addresses of the images of the course that the first release does not have: they are fetched whole."""
    targets = catalogue.press.work.read_edition(3).targets
    return [object_path(one.sha256) for path, one in targets.items() if "/novo/" in path]


@pytest.mark.parametrize("misbehaviour", [flipped(-5), flipped(30), shortened(300), status(404)])
def test_a_pack_that_never_comes_right_is_done_without(
    served: Mirror, server: HostileServer, catalogue: Catalogue, misbehaviour: object
) -> None:
    server.when(PACK, misbehaviour)  # type: ignore[arg-type]
    served.sync(day=3)
    assert served.files() == catalogue.signed_files(3)
    assert not (served.store.wire / PACK).exists()


def test_a_pack_that_was_cut_is_gone_on_with(served: Mirror, server: HostileServer, catalogue: Catalogue) -> None:
    size = len(pack_of(catalogue))
    server.when(PACK, cut_after(size // 2))
    server.when("obj/*", status(503))
    with pytest.raises(MirrorError):
        served.sync(day=3)
    assert served.files() == catalogue.signed_files(1)
    server.behave()
    served.sync(day=3)
    assert served.files() == catalogue.signed_files(3)


def test_another_source_goes_on_where_one_breaks_off(
    served: Mirror, server: HostileServer, catalogue: Catalogue, tmp_path: Path
) -> None:
    """What the second one gives from its beginning replaces what the first one gave."""
    other = tmp_path / "other"
    other.symlink_to(catalogue.wire(3))
    server.when(PACK, cut_after(300))
    served.sync(server.address, str(other), day=3)
    assert served.files() == catalogue.signed_files(3)
    assert not [path for path in server.paths if path.endswith(".tar.zst") and path not in new_objects(catalogue)]


def test_a_tree_is_as_right_where_files_are_forced_to_the_disk_one_by_one(
    served: Mirror, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable_files, "_forcing", lambda handle: None)
    served.sync(day=3)
    assert served.files() == catalogue.signed_files(3)
