"""The quick answer to “did anything change?”: what the last build saw and left, compared without opening a page."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.content.tree import Tree, read_tree
from generator.site.cache import BuildCache
from generator.site.configuration import SiteConfiguration
from generator.site.digests import digest, digest_of_values, engine_digest
from generator.site.output import Found, files_under, outputs_digest
from generator.site.settled import is_settled


@dataclass(frozen=True)
class Snapshot:
    """All that a build is made from, by name, size and times."""

    inputs: bytes
    """Empty when a file was saved just before it was looked at: its times prove nothing then."""

    @classmethod
    def take(cls, configuration: SiteConfiguration, tree: Tree) -> Snapshot:
        """Look at everything that the site is made from.  Take it before reading: what is saved later is not in it."""
        now = time.time_ns()
        seen = [(one.source, one.size, one.mtime_ns, one.ctime_ns) for one in tree.files]
        seen += _own_files(configuration.custom_dir)
        if not all(is_settled(mtime, ctime, now) for _, _, mtime, ctime in seen):
            return cls(b"")
        trouble = [(found.path, found.kind) for found in tree.problems]
        return cls(digest(engine_digest(), configuration_digest(configuration), repr(seen), repr(trouble)))

    def recall(self, configuration: SiteConfiguration, cache: BuildCache) -> dict[str, Any] | None:
        """What the last build reported, when it saw the same; None when something changed."""
        if not self.inputs:
            return None
        noted = cache.note(_name(configuration))
        if noted is None or noted["inputs"] != self.inputs.hex():
            return None
        report: dict[str, Any] = noted["report"]
        return report

    def leave(self, configuration: SiteConfiguration, cache: BuildCache, report: dict[str, Any]) -> None:
        """Note for the next build what this one reported."""
        if self.inputs:
            cache.leave_note(_name(configuration), {"inputs": self.inputs.hex(), "report": report})

    @staticmethod
    def forget(configuration: SiteConfiguration, cache: BuildCache) -> None:
        """From here on the site is between two builds: whoever comes next has to look closer."""
        cache.leave_note(_name(configuration), None)


def read_site_tree(configuration: SiteConfiguration) -> Tree:
    """The files of a site's content folder."""
    return read_tree(configuration.docs_dir, configuration.shown_docs, configuration.exclude)


def configuration_digest(configuration: SiteConfiguration) -> bytes:
    """Digest of the configuration and of the templates that take the place of ours."""
    folder = configuration.custom_dir
    templates = sorted(folder.rglob("*.html")) if folder and folder.is_dir() else []
    return digest(
        digest_of_values({**vars(configuration), "custom_dir": str(folder)}),
        *(part for file in templates for part in (file.name, file.read_bytes())),
    )


def found_outputs(folder: Path) -> bytes:
    """Digest of a site folder as it is now; links and the like are never right."""
    if not folder.is_dir():
        return b""
    return outputs_digest(_entry(target, found) for target, found in files_under(folder))


def _entry(target: str, found: Found) -> tuple[str, int, int]:
    return (target, found.size, found.mtime_ns) if found.is_plain else (target, -1, 0)


def _own_files(folder: Path | None) -> list[tuple[str, int, int, int]]:
    if folder is None or not folder.is_dir():
        return []
    files = [(file.relative_to(folder).as_posix(), file.stat()) for file in sorted(folder.rglob("*")) if file.is_file()]
    return [(f"custom_dir/{name}", found.st_size, found.st_mtime_ns, found.st_ctime_ns) for name, found in files]


def _name(configuration: SiteConfiguration) -> str:
    return f"snapshot {configuration.site_dir}"
