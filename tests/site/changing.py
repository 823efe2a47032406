"""A small course whose pages depend on each other in every way that there is, and ways to change it."""

from __future__ import annotations

import re
import shutil
import struct
import time
import zlib
from pathlib import Path

from tests.conftest import CONFIGURATION, Outcome, Project

HEAD = "---\ntitulo: {}\nresumo: {}\n---\n\n"
FIRST = "content/curso/01-modulo/01-unidade.md"
SECOND = "content/curso/01-modulo/02-outra.md"
THIRD = "content/curso/02-depois/01-longe.md"
IMAGE = "content/curso/figura.png"
CAPTIONS = "content/curso/fala.vtt"


def picture(width: int, height: int) -> bytes:
    """A PNG of that size, all black."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0" * (width * 3 + 1) * height)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


def write_course(project: Project) -> Project:
    """Links with and without text, anchors, images, captions, abbreviations, vocabularies, templates."""
    project.write("mkdocs.yml", CONFIGURATION.replace("canoa,", "canoa, custom_dir: minha,") + "copyright: Nós\n")
    project.write("minha/extra.txt", "um")
    project.write("content/index.md", HEAD.format("Biblioteca", "Início.") + "Veja o [](curso/index.md).\n")
    project.write("content/problemas.yml", "- id: hipertensao\n  nome: Hipertensão\n")
    project.write(
        "content/glossario.md", HEAD.format("Glossário", "Termos.") + "Escuta\n:   Ouvir.\n\n*[APS]: Atenção Primária\n"
    )
    project.write("content/curso/index.md", HEAD.format("Curso", "Do curso.") + "Começa aqui.\n")
    project.write("content/curso/01-modulo/index.md", HEAD.format("Módulo", "Do módulo.") + "Um módulo.\n")
    project.write(
        FIRST,
        HEAD.format("Primeira", "Da primeira.\nproblemas: [hipertensao]")
        + "A APS escuta. Veja [](02-outra.md), [longe](../02-depois/01-longe.md#fim) e [nada](falta.md).\n\n"
        + "![Um quadrado](../figura.png)\n\n"
        + '<video controls><source src="../fala.mp4"><track src="../fala.vtt" kind="captions"></video>\n',
    )
    project.write(SECOND, HEAD.format("Segunda", "Da segunda.") + "Texto da segunda.\n")
    project.write("content/curso/02-depois/index.md", HEAD.format("Depois", "Do segundo módulo.") + "Mais.\n")
    project.write(THIRD, HEAD.format("Longe", "Da terceira.") + "## Fim\n\nTexto da terceira.\n")
    project.write("content/curso/casos/01-caso.md", HEAD.format("Caso", "Do caso.") + "Um caso.\n")
    project.write(IMAGE, picture(20, 10))
    project.write("content/curso/fala.mp4", b"\0\0\0\x18ftypmp42")
    project.write(CAPTIONS, "WEBVTT\n\n00:00.000 --> 00:01.000\nOi\n")
    return project


def settle(project: Project) -> None:
    """Make every file old enough for its times to prove that it was not saved again.

    The time of the last change of a file's data about itself cannot be set back: this waits until it is old enough.
    """
    time.sleep(0.3)


def pages_rendered(outcome: Outcome) -> int:
    """How many pages a build with `--debug` rendered anew; none when it found nothing to do."""
    found = re.search(r"(\d+) of \d+ pages rendered", outcome.err)
    return int(found[1]) if found else 0


def built_from_nothing(project: Project, folder: Path) -> dict[str, bytes]:
    """The site of a copy of the project that knows nothing of earlier builds."""
    shutil.copytree(project.folder, folder, ignore=shutil.ignore_patterns("build"))
    copy = Project(folder)
    copy.run("build", "--no-cache", "--keep-going")
    return copy.site()
