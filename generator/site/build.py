"""The order of the stages: a configuration becomes a site.

Read `build_site` from top to bottom: that is the data flow.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.content.tree import Tree
from generator.problems import Problem, count, problem
from generator.site.cache import BuildCache, alone, problems_from, problems_values
from generator.site.configuration import SiteConfiguration
from generator.site.output import SiteWriter
from generator.site.progress import Listener, silent
from generator.site.snapshot import Snapshot, found_outputs, read_site_tree
from generator.site.workshop import Workshop

if TYPE_CHECKING:
    from generator.site.preparation import Prepared


@dataclass(frozen=True)
class Weight:
    """What a page costs a reader: bytes of its HTML, compressed as a server would send it."""

    target: str
    compressed: int


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
    from generator.site.preparation import prepare_site

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
    tell = listener or silent
    wishes = Wishes(keep_going=keep_going, strict=strict, shared=shared_folder)
    with Workshop.for_one(configuration, workshop) as shop:
        report = _build_once(configuration, shop, wishes, tell)
    return replace(report, seconds=time.perf_counter() - started)


@dataclass(frozen=True)
class Wishes:
    """How a build is to be done; see `build_site`."""

    keep_going: bool = False
    strict: bool = False
    shared: bool = False
    index: bool = True

    def allow(self, problems: tuple[Problem, ...]) -> bool:
        """True when the site may be written in spite of these problems."""
        return self.keep_going or not count(problems).fails(strict=self.strict)


def _build_once(configuration: SiteConfiguration, shop: Workshop, wishes: Wishes, tell: Listener) -> BuildReport:
    """Look whether there is anything to do, else do it."""
    tree = read_site_tree(configuration)
    snapshot = Snapshot.take(configuration, tree)
    done = None if wishes.shared else _unchanged(snapshot, configuration, shop.cache)
    if done:
        return done if wishes.allow(done.problems) else BuildReport(done.problems, written=False)
    with alone(configuration.site_dir):  # another build of the same site may have just done all the work
        return _build_alone(configuration, shop, tree, snapshot, wishes, tell)


def rebuild_site(
    configuration: SiteConfiguration,
    workshop: Workshop,
    tree: Tree,
    listener: Listener = silent,
    *,
    with_index: bool = True,
) -> BuildReport:
    """The next build of a preview, whose workshop remembers the last one; errors do not keep it from being written.

    Without the index the last one stays, if there is one: pages are what an author waits for.
    """
    started = time.perf_counter()
    wishes = Wishes(keep_going=True, index=with_index)
    with alone(configuration.site_dir):
        report = _build_alone(configuration, workshop, tree, None, wishes, listener)
    return replace(report, seconds=time.perf_counter() - started)


def _build_alone(
    configuration: SiteConfiguration,
    shop: Workshop,
    tree: Tree,
    snapshot: Snapshot | None,
    wishes: Wishes,
    tell: Listener,
) -> BuildReport:
    # Most of the program is only imported when there is work.
    from generator.site.preparation import check_rendered, read_site

    memory = shop.memory
    outputs = memory.outputs if memory else None
    read = read_site(configuration, shop, tree=tree, listener=tell)
    from generator.site.publication import Press, heaviest_page  # by now imported, while headers were read

    with SiteWriter(configuration.site_dir, shop.cache, shared=wishes.shared, memory=outputs) as writer:
        if not writer.is_ours:
            found = problem(configuration.file, 0, "site-folder-foreign", folder=configuration.site_dir.name)
            return BuildReport((*check_rendered(read, tuple(read.render(tell))).problems, found), written=False)
        press = Press(read, writer, shop.cache, memory)
        renderings = []
        for rendering in read.render(tell):
            renderings.append(rendering)
            press.page(rendering)
        prepared = check_rendered(read, tuple(renderings))
        if not wishes.allow(prepared.problems):
            return BuildReport(prepared.problems, written=False)
        press.finish(prepared, with_index=wishes.index)
        Snapshot.forget(configuration, shop.cache)
        writer.publish()
        report = BuildReport(
            problems=prepared.problems,
            written=True,
            pages=len(press.targets),
            files=len(writer.sizes),
            changed=writer.changed,
            bytes=sum(writer.sizes.values()),
            heaviest=None if memory or not press.targets else Weight(*heaviest_page(writer, press.targets, shop.cache)),
            site_dir=configuration.site_dir,
        )
        if snapshot and not wishes.shared and _is_repeatable(prepared):
            snapshot.leave(configuration, shop.cache, _noted(report, writer.outputs_digest()))
    if wishes.index:  # in a preview when nobody waits
        shop.cache.forget_old_pages([one.facts.key for one in prepared.renderings if one.facts])
    return report


def _is_repeatable(prepared: Prepared) -> bool:
    """False when a page failed, or depends on what nobody sees: the next build has to try again."""
    return not any(one.facts is None or one.facts.volatile for one in prepared.renderings)


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
