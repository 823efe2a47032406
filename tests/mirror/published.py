"""A small catalogue with several releases, published by the real code, and mirrors of it."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from generator.mirror.starting import FirstTrust, start_mirror
from generator.mirror.store import MirrorSettings, MirrorStore
from generator.mirror.sync import Synced, sync_mirror
from generator.mirror.watch import Patience
from generator.release.signing import start_catalogue
from generator.release.workplace import Settings
from tests.mirror.copies import signed_part
from tests.release.press import DAY, SETTINGS, Press, files_below

QUICK = Patience(connect=10, window=10, least=200, pause=0, deadline=120)
"""Tests do not wait minutes for a slow server."""


@dataclass(frozen=True)
class Catalogue:
    """Releases of one catalogue; each as it was published at its time, with the site that it was made of."""

    folder: Path

    def wire(self, number: int) -> Path:
        """What a web server serves while this release is the newest."""
        return self.folder / f"wire-{number}"

    def site(self, number: int) -> Path:
        """The site that was built."""
        return self.folder / f"site-{number}"

    @property
    def press(self) -> Press:
        """To be copied before it is used."""
        return Press(self.folder / "press")

    def signed_files(self, number: int) -> dict[str, bytes]:
        """What must be served of a release."""
        return files_below(self.site(number))


def make_catalogue(
    folder: Path, edits: Sequence[Callable[[Press], None]], *, first: Callable[[Press], None]
) -> Catalogue:
    """The first release is what `first` writes; each edit is one more."""
    catalogue = Catalogue(folder)
    press = catalogue.press
    press.folder.mkdir(parents=True)
    first(press)
    start_catalogue(press.work, _settings(press), press.ring, DAY, root_keys=1, threshold=1)
    press.release()
    keep(catalogue, 1)
    for number, edit in enumerate(edits, 1):
        edit(press)
        press.release(number)
        keep(catalogue, number + 1)
    return catalogue


def _settings(press: Press) -> Settings:
    """The institutions sign those of their courses that there are."""
    institutions = {
        name: replace(one, courses=tuple(course for course in one.courses if (press.site / course).is_dir()))
        for name, one in SETTINGS.institutions.items()
    }
    return Settings(SETTINGS.catalogue, institutions)


def keep(catalogue: Catalogue, number: int) -> None:
    """Remember the release as it is now."""
    press = catalogue.press
    shutil.copytree(press.published, catalogue.wire(number), copy_function=os.link)
    shutil.copytree(press.site, catalogue.site(number))


def write_site(press: Press) -> None:
    """Three courses: two of institutions, one of nobody; a picture, and a recording that is too large for an image."""
    press.page("index.html", "Biblioteca")
    press.write("canoa/canoa.css", "body { margin: 0 }\n" * 40)
    for course in ("um", "dois", "resto"):
        press.write(f"{course}/atividades.js", f'canoa.course({{"id":"{course}","title":"Curso {course}"}});\n')
        for number in range(6):
            press.page(f"{course}/{number}.html", f"Página {number}", text(f"{course} {number}"))
    press.write("um/mapa.png", random.Random(3).randbytes(9_000))
    press.write("dois/aula.mp3", random.Random(1).randbytes((1 << 20) + 17))


def text(seed: str, words: int = 260) -> str:
    """Words that do not compress into nothing."""
    chance = random.Random(seed)
    return " ".join(f"palavra{chance.randrange(5000)}" for _ in range(words))


def edit_page(press: Press) -> None:
    press.page("um/3.html", "Página 3", text("um 3", 258) + " com outra frase.")


def edit_template(press: Press) -> None:
    """Every page changes; a course is withdrawn, another one is new, a recording has another name."""
    shutil.rmtree(press.site / "resto")
    press.write("novo/atividades.js", 'canoa.course({"id":"novo","title":"Curso novo"});\n')
    press.page("novo/index.html", "Curso novo", text("novo"))
    (press.site / "dois/aula.mp3").rename(press.site / "dois/aula-1.mp3")
    for file in press.site.rglob("*.html"):
        file.write_text(file.read_text(encoding="utf-8").replace("<body>", '<body class="nova">'), encoding="utf-8")


def edit_picture(press: Press) -> None:
    press.write("um/mapa.png", random.Random(4).randbytes(9_500))
    press.write("dois/outra.mp3", random.Random(2).randbytes((1 << 20) + 5))


@dataclass(frozen=True)
class Mirror:
    """A mirror in a folder, and the short way to use it."""

    store: MirrorStore

    @property
    def tree(self) -> Path:
        """What is served."""
        return self.store.link

    def sync(self, *upstreams: str, day: float = 1, patience: Patience = QUICK, as_bundle: bool = False) -> Synced:
        """A sync on a day of December: release 2 is of the second, and so on; the first one is of 22 November."""
        clock = date(day)
        with self.store.alone():
            return sync_mirror(self.store, clock=clock, upstreams=upstreams, patience=patience, as_bundle=as_bundle)

    def files(self) -> dict[str, bytes]:
        """What is served, without what the copy says of itself."""
        return signed_part(files_below(self.tree))

    def choose(self, **values: object) -> None:
        """Change the settings."""
        self.store.write_settings(replace(self.store.read_settings(), **values))  # type: ignore[arg-type]


def new_mirror(folder: Path, *upstreams: str, root: Path, **values: object) -> Mirror:
    """A mirror that trusts a root that came another way."""
    store = MirrorStore(folder)
    settings = MirrorSettings(upstreams, **values)  # type: ignore[arg-type]
    start_mirror(store, settings, FirstTrust(file=root))
    return Mirror(store)


def date(day: float) -> datetime:
    """A day of December 2026, on from the first."""
    return datetime(2026, 12, 1, tzinfo=timezone.utc) + timedelta(days=day - 1)
