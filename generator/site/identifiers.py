"""`canoa fmt --ids`: gives every block without an id a stable one, in the author's own file."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from generator.pages.page import Block
from generator.problems import Problem, in_order
from generator.site.configuration import SiteConfiguration
from generator.site.preparation import prepare_site
from generator.site.rendering import Rendering
from generator.site.workshop import Workshop


@dataclass(frozen=True)
class WrittenId:
    """An id that was added."""

    path: str
    line: int
    """Line of the block's header."""
    id: str


def write_block_ids(configuration: SiteConfiguration) -> tuple[tuple[WrittenId, ...], tuple[Problem, ...]]:
    """Write the missing ids.  Files with errors are left alone: their problems are returned instead."""
    with Workshop.open(configuration) as workshop:
        renderings = prepare_site(configuration, workshop).renderings
    taken = {block.id for one in renderings if one.facts for block in one.facts.blocks if block.has_written_id}
    written: list[WrittenId] = []
    problems: list[Problem] = []
    for rendering in renderings:
        errors = [found for found in rendering.problems if found.is_error]
        problems += errors
        if not errors:
            written += _write_into(rendering, configuration, taken)
    return tuple(written), in_order(problems)


def _write_into(rendering: Rendering, configuration: SiteConfiguration, taken: set[str]) -> list[WrittenId]:
    missing = [block for block in rendering.facts.blocks if not block.has_written_id] if rendering.facts else []
    if not missing:
        return []
    file = configuration.docs_dir / rendering.document.source
    shown = f"{configuration.shown_docs}/{rendering.document.source}"
    new = {block.line: _free_id(rendering, block, taken) for block in missing}
    _insert_lines(file, {line: f"    id: {identifier}" for line, identifier in new.items()})
    return [WrittenId(shown, line, identifier) for line, identifier in sorted(new.items())]


def _free_id(rendering: Rendering, block: Block, taken: set[str]) -> str:
    """The page's last name and a number: short to read, and free of the title, which may change."""
    stem = rendering.document.metadata.id.rpartition("/")[2]
    number = 1
    while (candidate := f"{stem}-{block.kind}-{number}") in taken:
        number += 1
    taken.add(candidate)
    return candidate


def _insert_lines(file: Path, after: dict[int, str]) -> None:
    """Insert lines after the given ones (counted from 1); line ends and the byte-order mark stay as they were."""
    content = file.read_bytes()
    end = b"\r\n" if b"\r\n" in content else b"\n"
    lines = content.split(end)
    for number in sorted(after, reverse=True):
        lines.insert(number, after[number].encode())
    _replace(file, end.join(lines))


def _replace(file: Path, content: bytes) -> None:
    """Put new content in a file's place at once: a power cut leaves the old or the new text, never half of one."""
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(file.stat().st_mode)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
