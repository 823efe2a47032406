"""The order of the stages: a configuration becomes a site.

Read `build_site` from top to bottom: that is the data flow.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generator.problems import Problem, count, problem
from generator.site.cache import BuildCache, problems_from, problems_values
from generator.site.configuration import SiteConfiguration
from generator.site.output import ForeignFolderError, SiteWriter
from generator.site.preparation import Listener, Prepared, prepare_site, read_site_tree, silent
from generator.site.publication import Weight, heaviest_page, write_site
from generator.site.snapshot import Snapshot, found_outputs
from generator.site.workshop import Workshop

__all__ = ["BuildReport", "Listener", "Weight", "build_site", "check_site"]


@dataclass(frozen=True)
class BuildReport:
    """What a build did, for people and for exit codes."""

    problems: tuple[Problem, ...]
    written: bool
    """False when errors kept the site from being written; the previous one is untouched."""
    pages: int = 0
    files: int = 0
    changed: int = 0
    bytes: int = 0
    seconds: float = 0.0
    heaviest: Weight | None = None
    site_dir: Path | None = None


def check_site(
    configuration: SiteConfiguration, listener: Listener | None = None, *, workshop: Workshop | None = None
) -> tuple[Problem, ...]:
    """Every problem of the content, without writing a site."""
    with Workshop.for_one(configuration, workshop) as shop:
        return prepare_site(configuration, shop, listener=listener).problems


def build_site(
    configuration: SiteConfiguration,
    *,
    listener: Listener | None = None,
    keep_going: bool = False,
    strict: bool = False,
    shared_folder: bool = False,
    workshop: Workshop | None = None,
) -> BuildReport:
    """Build the whole site.

    With errors (or with warnings when `strict`) nothing is written, unless `keep_going`.  `shared_folder`: others
    write into the folder too (MkDocs's plugins do), so files that we do not know are left there.
    """
    started = time.perf_counter()
    with Workshop.for_one(configuration, workshop) as shop:
        tree = read_site_tree(configuration)
        snapshot = Snapshot.take(configuration, tree)
        report = None if shared_folder else _unchanged(snapshot, configuration, shop.cache)
        if report is None:
            prepared = prepare_site(configuration, shop, tree=tree, listener=listener)
            report = BuildReport(prepared.problems, written=False)
            if keep_going or not count(prepared.problems).fails(strict=strict):
                report = _write(prepared, shop.cache, snapshot, listener or silent, shared=shared_folder)
        elif count(report.problems).fails(strict=strict) and not keep_going:
            report = BuildReport(report.problems, written=False)
    return replace(report, seconds=time.perf_counter() - started)


def _write(prepared: Prepared, cache: BuildCache, snapshot: Snapshot, tell: Listener, *, shared: bool) -> BuildReport:
    configuration = prepared.configuration
    writer = SiteWriter(configuration.site_dir, cache, shared=shared)
    with cache.alone(configuration.site_dir):
        try:
            writer.open()
        except ForeignFolderError:
            found = problem(configuration.file, 0, "site-folder-foreign", folder=configuration.site_dir.name)
            return BuildReport((*prepared.problems, found), written=False)
        snapshot.leave(configuration, cache, None)
        targets = write_site(prepared, writer, tell)
        writer.close()
        report = BuildReport(
            problems=prepared.problems,
            written=True,
            pages=len(targets),
            files=len(writer.sizes),
            changed=writer.changed,
            bytes=sum(writer.sizes.values()),
            heaviest=heaviest_page(writer, targets),
            site_dir=configuration.site_dir,
        )
        if not shared and not any(one.facts is None or one.facts.volatile for one in prepared.rendered.renderings):
            snapshot.leave(configuration, cache, _noted(report, writer.outputs_digest()))
    cache.forget_old_pages([one.facts.key for one in prepared.rendered.renderings if one.facts])
    return report


# --- nothing to do ------------------------------------------------------------------------------------------------


def _unchanged(snapshot: Snapshot, configuration: SiteConfiguration, cache: BuildCache) -> BuildReport | None:
    """The report of the last build, when nothing has changed since: neither what it read nor what it wrote."""
    noted = snapshot.recall(configuration, cache)
    if noted is None or noted["outputs"] != found_outputs(configuration.site_dir).hex():
        return None
    return BuildReport(
        problems=tuple(problems_from(noted["problems"])),
        written=True,
        pages=noted["pages"],
        files=noted["files"],
        bytes=noted["bytes"],
        heaviest=Weight(*noted["heaviest"]) if noted["heaviest"] else None,
        site_dir=configuration.site_dir,
    )


def _noted(report: BuildReport, outputs: bytes) -> dict[str, Any]:
    heaviest = report.heaviest
    return {
        "outputs": outputs.hex(),
        "problems": problems_values(report.problems),
        "pages": report.pages,
        "files": report.files,
        "bytes": report.bytes,
        "heaviest": [heaviest.target, heaviest.compressed] if heaviest else None,
    }
