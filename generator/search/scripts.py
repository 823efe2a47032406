"""The index as files of a site: scripts that call one global function.  `docs/search-index.md` is their format."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from generator.search.coding import CHARACTERS
from generator.search.shards import Shard, coded_separators, separator_name
from generator.search.words import Steps

FORMAT: Final = 3
FOLDER: Final = "canoa/busca/"
COURSES: Final = f"{FOLDER}cursos.js"
COURSE_FOLDER: Final = "busca/"
"""Inside a course's folder: the texts of its pages."""


@dataclass(frozen=True)
class Manifest:
    """All that the engine must know before it loads anything."""

    language: str
    """Subtag of the language whose rules apply."""
    stem: Steps
    pages: int
    slots: int
    """Places of each course."""
    numbers: int
    """All page numbers are smaller."""
    block_bits: int
    text_bits: int
    terms: Sequence[str]
    """Separators of the shards of terms."""

    def script(self) -> bytes:
        """The call that stands at the end of the engine's file."""
        values = {
            "format": FORMAT,
            "language": self.language,
            "stem": written_rules(self.stem),
            "pages": self.pages,
            "slots": self.slots,
            "numbers": self.numbers,
            "blockBits": self.block_bits,
            "textBits": self.text_bits,
            "terms": coded_separators(self.terms),
        }
        return _call("manifest", values)


@dataclass(frozen=True)
class PageRecord:
    """What a list of hits shows of a page."""

    place: int
    """In its block."""
    path: str
    """Relative to the course's folder."""
    title: str
    kind: str
    """One letter."""


def terms_path(separator: str) -> str:
    """Where a shard of terms is in the site."""
    return f"{FOLDER}t-{separator_name(separator)}.js"


def spelling_path(separator: str) -> str:
    """Where a shard of the spelling dictionary is."""
    return f"{FOLDER}s-{separator_name(separator)}.js"


def pages_path(block: int) -> str:
    """Where a block of page records is."""
    return f"{FOLDER}d{block}.js"


def text_path(folder: str, number: int) -> str:
    """Where the text of some pages is: beside the course's other files, so that a copy lacks both or neither."""
    return f"{folder}/{COURSE_FOLDER}{number}.js" if folder else f"{FOLDER}x{number}.js"


def terms_script(shard: Shard) -> bytes:
    """A shard of terms with their postings."""
    return _call("terms", shard.separator, shard.entries)


def spelling_script(shard: Shard) -> bytes:
    """A shard of words backwards."""
    return _call("spelling", shard.separator, shard.entries)


def separators_script(separators: Sequence[str]) -> bytes:
    """Separators of the dictionary's shards, for the end of the script that corrects words."""
    return _call("separators", coded_separators(separators))


def style_script(style: str) -> bytes:
    """The looks of the search, for the end of the engine's file."""
    return _call("style", style)


def pages_script(block: int, folder: str, course: str, records: Sequence[PageRecord]) -> bytes:
    """A block of page records; `course` is the course's title.  Paths and titles have a line for each record."""
    places = "".join(CHARACTERS[record.place] for record in records)
    kinds = "".join(record.kind for record in records)
    paths = "\n".join(record.path for record in records)
    titles = "\n".join(" ".join(record.title.split()) for record in records)
    return _call("pages", block, folder, course, places, kinds, paths, titles)


def text_script(folder: str, number: int, texts: Mapping[int, str]) -> bytes:
    """Texts of pages: slot → JSON of a list of sections, each anchor, heading, text."""
    inside = ",".join(f'"{slot}":{written}' for slot, written in sorted(texts.items()))
    return f'canoaSearch("text",{_json(folder)},{number},{{{inside}}});\n'.encode("utf-8", "replace")


def courses_script(courses: Sequence[tuple[int, str, str]]) -> bytes:
    """Slot, folder and title of each course."""
    return _call("courses", [list(course) for course in courses])


def sections_json(sections: Sequence[tuple[str, str, str]]) -> str:
    """Anchor, heading and text of each section of a page, for `text_script`."""
    return _json(sections)


def written_rules(steps: Steps) -> list[str]:
    """Rules of stemming as the manifest carries them: the steps, each as one text."""
    return [" ".join(map(_short, rules)) for rules in steps]


def _short(rule: str) -> str:
    suffix, replacement, least = rule.split(" ")
    return f"{suffix}{least}" if replacement == "-" else f"{suffix}={replacement}{least}"


def _call(*arguments: object) -> bytes:
    return f"canoaSearch({','.join(map(_json, arguments))});\n".encode("utf-8", "replace")


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
