"""Publishing to addresses: the same order and the same bytes as into a folder, over links that fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from generator.release import destinations
from generator.release.destinations import DestinationError, Remote, open_destination
from generator.release.pruning import prune_releases
from generator.release.publishing import publish_release
from generator.release.refusals import ReleaseError
from tests.release.press import DAY, Press, files_below, verified


class Failing(MemoryFileSystem):  # type: ignore[misc]
    """A file system of its own for each test, that fails where it is told to and notes what was written."""

    protocol = "failing"
    cachable = False

    def __init__(self, fails: Callable[[str, str], bool] = lambda what, path: False) -> None:
        super().__init__()
        self.store: dict[str, Any] = {}
        self.pseudo_dirs = [""]
        self.fails, self.written = fails, list[str]()

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **options: Any) -> None:
        self._maybe_fail("write", path)
        super().pipe_file(path, value)
        self.written.append(path)

    def put_file(self, lpath: str, rpath: str, **options: Any) -> None:
        self._maybe_fail("write", rpath)
        self.pipe_file(rpath, Path(lpath).read_bytes())

    def cat_file(self, path: str, **options: Any) -> bytes:
        self._maybe_fail("read", path)
        content: bytes = super().cat_file(path, **options)
        return content

    def mv(self, path1: str, path2: str, **options: Any) -> None:
        self._maybe_fail("rename", path2)
        super().mv(path1, path2, **options)

    def _maybe_fail(self, what: str, path: str) -> None:
        if self.fails(what, path):
            raise OSError("the line is dead")


def there(system: Failing) -> Remote:
    return Remote(system, "/web", "failing://ana:segredo@host/web", pause=lambda seconds: None)


def held(system: Failing) -> dict[str, bytes]:
    found = system.find("/web") if system.exists("/web") else []
    return {name.removeprefix("/web/"): system.store[name].getvalue() for name in found}


def downloaded(system: Failing, folder: Path) -> Path:
    for path, content in held(system).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def test_an_address_holds_the_same_files_as_a_folder(released: Press) -> None:
    system = Failing()
    done = publish_release(released.work, there(system))
    assert held(system) == files_below(released.published) and done.written == done.files
    assert system.written[-1] == "/web/timestamp.json" or system.written[-1].endswith("novo-timestamp.json")
    again = publish_release(released.work, there(system))
    assert again.written == 0


def test_the_memory_of_fsspec_is_reached_by_its_address(released: Press) -> None:
    fsspec.filesystem("memory").store.clear()
    publish_release(released.work, open_destination("memory://releases/um"))
    assert open_destination("memory://releases/um").paths() == tuple(sorted(files_below(released.published)))


def test_a_folder_is_reached_by_an_address_too(released: Press, tmp_path: Path) -> None:
    publish_release(released.work, open_destination(f"file://{tmp_path}/outra"))
    assert files_below(tmp_path / "outra") == files_below(released.published)


def failing_once_in(turns: int) -> Callable[[str, str], bool]:
    """Every so many operations fail once."""
    count = iter(range(1_000_000))
    return lambda what, path: next(count) % turns == 0


@pytest.mark.parametrize("turns", [4, 7, 11])
def test_a_link_that_fails_now_and_then_is_enough(released: Press, turns: int) -> None:
    system = Failing(failing_once_in(turns))
    publish_release(released.work, there(system))
    assert held(system) == files_below(released.published)


def test_wherever_the_link_dies_readers_find_the_old_release_whole_and_the_next_run_goes_on(
    released: Press, tmp_path: Path
) -> None:
    whole = Failing()
    publish_release(released.work, there(whole))
    old = dict(whole.store)
    released.page("um/3.html", "Página 3", "Outro texto.")
    released.create(1)
    released.sign(1)
    unhurt = Failing()
    unhurt.store.update(old)
    publish_release(released.work, there(unhurt))
    for left in range(len(unhurt.written)):
        writes = iter(range(left))
        system = Failing(lambda what, path, writes=writes: what == "write" and next(writes, None) is None)
        system.store.update(old)
        with pytest.raises(DestinationError):
            publish_release(released.work, there(system))
        assert verified(downloaded(system, tmp_path / f"cut-{left}")).number == 1
        system.fails = lambda what, path: False
        publish_release(released.work, there(system))
        assert verified(downloaded(system, tmp_path / f"cut-{left}")).number == 2
        assert not [path for path in held(system) if ".novo-" in path]


def test_what_did_not_arrive_whole_is_sent_again(released: Press) -> None:
    class Torn(Failing):
        torn = 3

        def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **options: Any) -> None:
            self.torn -= 1
            super().pipe_file(path, value[:-1] if self.torn == 0 else value)

    system = Torn()
    publish_release(released.work, there(system))
    assert held(system) == files_below(released.published)


def test_a_half_file_of_an_earlier_run_is_replaced_and_a_damaged_one_is_mended(released: Press) -> None:
    system = Failing()
    publish_release(released.work, there(system))
    first, second = sorted(path for path in held(system) if path.startswith("obj/"))[:2]
    system.pipe_file(f"/web/{first}", b"half")
    damaged = held(system)[second][:-1] + b"\0"
    system.pipe_file(f"/web/{second}", damaged)
    publish_release(released.work, there(system))
    assert held(system)[first] != b"half" and held(system)[second] == damaged
    publish_release(released.work, there(system), check=True)
    assert held(system) == files_below(released.published)


@pytest.mark.parametrize("path", ["timestamp.json", "md/1.root.json", "md/1.snapshot.json"])
def test_another_catalogue_is_not_written_over(released: Press, path: str) -> None:
    system = Failing()
    publish_release(released.work, there(system))
    system.pipe_file(f"/web/{path}", b"{}")
    before = held(system)
    with pytest.raises(ReleaseError, match="destination-other"):
        publish_release(released.work, there(system))
    assert held(system) == before


def test_old_files_are_removed_there_too(released: Press) -> None:
    system = Failing()
    for day in (1, 2):
        released.page("um/3.html", "Página 3", f"Texto {day}.")
        released.release(day)
        publish_release(released.work, there(system))
    date = DAY.replace(month=12, day=28)
    prune_releases(released.work, date, keep=1, grace=timedelta(0), destination=there(system))
    prune_releases(released.work, date, keep=1, grace=timedelta(0), destination=released.published)
    assert held(system) == files_below(released.published)


def test_no_password_is_in_a_message(released: Press) -> None:
    system = Failing(lambda what, path: True)
    with pytest.raises(DestinationError) as refused:
        publish_release(released.work, there(system))
    assert "segredo" not in str(refused.value) and "host/web" in str(refused.value)
    assert "segredo" not in there(system).name and "ana" not in there(system).name


@pytest.fixture
def without_fsspec(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(__import__("sys").modules, "fsspec.core", None)
    yield


def test_what_is_missing_is_named(without_fsspec: None) -> None:
    with pytest.raises(ReleaseError) as refused:
        open_destination("s3://bucket/um")
    assert refused.value.is_wrong_use and "canoa[remote]" in refused.value.cure(str)


def test_an_unknown_address_is_named() -> None:
    with pytest.raises(ReleaseError, match="remote-unknown"):
        open_destination("nada://ana:segredo@host/um")


def test_passing_failures_end_after_some_tries() -> None:
    pauses: list[float] = []
    system = Failing(lambda what, path: what == "read")
    place = Remote(system, "/web", "failing://host/web", pause=pauses.append)
    with pytest.raises(DestinationError, match="the line is dead"):
        place.read("timestamp.json")
    assert pauses == [destinations.FIRST_PAUSE * factor for factor in (1, 2, 4, 8)]
