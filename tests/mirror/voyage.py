"""Releases made and published by the real command, with today's date, for tests that run mirrors by command."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from generator.mirror.store import MirrorStore
from tests.conftest import Outcome, Project
from tests.mirror.copies import signed_part
from tests.release.press import files_below

KEYS = ("--keys", "keys", "--passphrase-file", "frase")
PAGE = "<!doctype html><title>{0}</title><body><main><article><h1>{0}</h1><p>{1}</p></article></main>"


@dataclass(frozen=True)
class Publisher:
    """A built site of some courses, and the command that releases it into `web/`."""

    project: Project

    @property
    def folder(self) -> Path:
        return self.project.folder

    @property
    def web(self) -> Path:
        """What a web server serves."""
        return self.folder / "web"

    @property
    def root(self) -> Path:
        """The root that mirrors are given another way."""
        return self.web / "md/1.root.json"

    def run(self, *arguments: str) -> Outcome:
        """`canoa release …`, which must go well."""
        done = self.project.run("release", *arguments, "--lang", "en")
        assert done.code == 0, done.err
        return done

    def write(self, path: str, title: str, text: str = "Texto.") -> None:
        self.project.write(f"build/site/{path}", PAGE.format(title, text))

    def course(self, name: str, pages: int = 3) -> None:
        """A course of some pages."""
        listed = f'canoa.course({{"id":"{name}","title":"Curso {name}"}});\n'
        self.project.write(f"build/site/{name}/atividades.js", listed)
        self.write(f"{name}/index.html", f"Curso {name}")
        for number in range(pages):
            self.write(
                f"{name}/{number}.html", f"Página {number} de {name}", " ".join(f"p{number}{i}" for i in range(90))
            )

    def release(self) -> None:
        """The site as it is becomes the next release, signed and published."""
        self.run("create", *KEYS)
        self.run("publish", "web")

    def signed_files(self) -> dict[str, bytes]:
        """What mirrors must serve, but for what belongs to each copy."""
        return own_files(self.folder / "build/site")


def start_publisher(folder: Path, *institutions: str) -> Publisher:
    """Two courses of two institutions; nothing is released yet."""
    publisher = Publisher(Project(folder))
    publisher.write("index.html", "Biblioteca")
    publisher.project.write("build/site/canoa/canoa.css", "body { margin: 0 }\n")
    publisher.course("um")
    publisher.course("dois")
    publisher.project.write("frase", "uma frase bem longa\n")
    named = institutions or ("ufx=Universidade X:um", "ufy=Universidade Y:dois")
    options = [part for one in named for part in ("--institution", one)]
    publisher.run("init", *KEYS, "--id", "rede", *options)
    return publisher


def own_files(tree: Path) -> dict[str, bytes]:
    """All files of a tree but those that the copy says of itself."""
    return signed_part(files_below(tree))


def served(mirror: Path) -> dict[str, bytes]:
    """What a mirror serves now."""
    return own_files(MirrorStore(mirror).link)


def copy_mirror(source: Path, target: Path) -> Path:
    """A mirror as it was, links and all; two copies share no file that one of them could change."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)
    return target
