"""A built site is cut into units, one per course and one for the rest, and units into layers that mirrors choose."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from generator.release.image_refusals import ImageRefusedError
from generator.release.own_files import is_own, is_own_page
from generator.release.portable_names import check_portable, shown

SITE: Final = "site"
"""The unit of all that belongs to no course: front page, indexes, looks, the learner's pages."""
TEXT, PICTURES, MEDIA = LAYERS = ("texto", "imagens", "midia")
COURSE_LIST = "atividades.js"
"""A top folder that has this file is a course; its title is in it."""
LARGEST_LIST = 20_000_000
"""Bytes of a course list that is read for its title."""
LONGEST_TITLE = 300
"""Characters."""
TEXTS = frozenset(
    ("css", "csv", "htm", "html", "js", "json", "md", "mjs", "rss", "srt", "txt", "vtt", "webmanifest", "xhtml", "xml")
)
IMAGES = frozenset(("apng", "avif", "bmp", "gif", "ico", "jpeg", "jpg", "png", "svg", "webp"))
LARGEST_SVG = 64 << 10
"""Bytes up to which a drawing goes with the text, which often says nothing without it."""
LARGEST_INSIDE: Mapping[str, int] = {TEXT: 16 << 20, PICTURES: 1 << 20, MEDIA: 1 << 20}
"""Bytes above which a file stays outside of the image.  Text compresses well and changes little at a time, so that even
a large list to search in is better off inside; a recording does neither, and must be able to resume."""
LARGEST_IMAGE = 16 << 20
"""Bytes that an image of pictures or media may have: a delta needs the old and the new one in memory.  Where the files
of a course are more, the largest of them stay outside."""
SMALLEST_OUTSIDE = 16 << 10
"""Bytes below which a file is not worth a request of its own."""


class PartitionError(ImageRefusedError):
    """A site cannot be cut into units."""


@dataclass(frozen=True)
class SiteFile:
    """A file of a built site."""

    path: str
    """From the site's folder, with `/`."""
    size: int
    """Bytes."""


@dataclass(frozen=True)
class Unit:
    """A course, or all that belongs to none."""

    name: str
    """The course's folder, or `site`."""
    title: str
    """Of the course; of the site nothing."""
    layers: Mapping[str, tuple[SiteFile, ...]]
    """Layer → the files of its image, by path.  A layer is there when it has files inside or outside."""
    blobs: Mapping[str, tuple[SiteFile, ...]]
    """The same layers → the files that stay outside of the image, for their size."""


def partition_site(site: Path) -> tuple[Unit, ...]:
    """The units of a built site: the site's own first, then the courses by name.

    Files and folders whose names begin with a dot are left out, and so is what a copy says of itself.  Raises
    `PartitionError` for a folder without a front page, for links and for what is no plain file; `NamesError` for names
    that some computer cannot keep; `OSError`.
    """
    if not (site / "index.html").is_file():
        raise PartitionError("site-missing", folder=shown(str(site)))
    files = sorted(_files(site, ""), key=lambda file: file.path)
    check_portable(file.path for file in files)
    courses = {file.path.partition("/")[0] for file in files if _is_course_list(file.path)}
    if SITE in courses:
        raise PartitionError("reserved-unit", unit=SITE)
    by_unit: dict[str, list[SiteFile]] = {SITE: [], **{name: [] for name in sorted(courses)}}
    for file in files:
        top, inside, _ = file.path.partition("/")
        by_unit[top if inside and top in courses else SITE].append(file)
    return tuple(_unit(name, site, found) for name, found in by_unit.items())


def layer_of(path: str, size: int) -> str:
    """The layer of a file, by the end of its name."""
    extension = PurePosixPath(path).suffix.lower().removeprefix(".")
    if extension in TEXTS or (extension == "svg" and size <= LARGEST_SVG):
        return TEXT
    return PICTURES if extension in IMAGES else MEDIA


def _files(folder: Path, prefix: str) -> Iterator[SiteFile]:
    with os.scandir(folder) as entries:
        for entry in entries:
            path = prefix + entry.name
            if entry.name.startswith(".") or is_own(path):
                continue
            if entry.is_symlink():
                raise PartitionError("not-plain", path=shown(path))
            if entry.is_dir():
                yield from _files(Path(entry.path), f"{path}/")
            elif entry.is_file():
                if _is_front_page(path) and is_own_page(Path(entry.path)):
                    continue
                yield SiteFile(path, entry.stat().st_size)
            else:
                raise PartitionError("not-plain", path=shown(path))


def _is_course_list(path: str) -> bool:
    return path.count("/") == 1 and path.endswith(f"/{COURSE_LIST}")


def _is_front_page(path: str) -> bool:
    """Of a folder that may be a course."""
    return path.count("/") == 1 and path.endswith("/index.html")


def _unit(name: str, site: Path, files: list[SiteFile]) -> Unit:
    layers: dict[str, list[SiteFile]] = {}
    for file in files:
        layers.setdefault(layer_of(file.path, file.size), []).append(file)
    inside: dict[str, tuple[SiteFile, ...]] = {}
    outside: dict[str, tuple[SiteFile, ...]] = {}
    for layer in LAYERS:
        if layer in layers:
            largest = _largest_inside(layer, layers[layer])
            inside[layer] = tuple(file for file in layers[layer] if file.size <= largest)
            outside[layer] = tuple(file for file in layers[layer] if file.size > largest)
    title = "" if name == SITE else read_title(site / name / COURSE_LIST) or name
    return Unit(name, title, inside, outside)


def _largest_inside(layer: str, files: list[SiteFile]) -> int:
    """Halved until the image is small enough, so that few edits of a course move the limit."""
    largest = LARGEST_INSIDE[layer]
    if layer == TEXT:
        return largest
    while largest > SMALLEST_OUTSIDE and sum(file.size for file in files if file.size <= largest) > LARGEST_IMAGE:
        largest //= 2
    return largest


def read_title(course_list: Path) -> str:
    """The course's title out of its list of activities, which is read as text, not run; nothing where there is none."""
    try:
        if course_list.stat().st_size > LARGEST_LIST:
            return ""
        text = course_list.read_text(encoding="utf-8")
        found = json.loads(text[text.index("(") + 1 : text.rindex(")")])
    except (OSError, ValueError, RecursionError):
        return ""
    title = found.get("title") if isinstance(found, dict) else None
    if not isinstance(title, str):
        return ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in title).split())[:LONGEST_TITLE]
