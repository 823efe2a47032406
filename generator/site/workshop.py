"""What a build works with: the cache, the workers, and what earlier builds of this process know."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generator.site.cache import BuildCache
from generator.site.configuration import SiteConfiguration
from generator.site.output import OutputMemory
from generator.site.reading import Remembered
from generator.site.workers import Workers, usual_workers

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from generator.site.preparation import Prepared
    from generator.site.publication import Press


@dataclass
class Memory:
    """What a preview remembers from build to build, so that one saved file costs one page."""

    files: Remembered = field(default_factory=Remembered)
    prepared: Prepared | None = None
    press: Press | None = None
    """What framed `prepared`."""
    outputs: OutputMemory = field(default_factory=OutputMemory)
    index: LastIndex | None = None


@dataclass(frozen=True)
class LastIndex:
    """The search index as the last build that made one left it."""

    targets: frozenset[str]
    """Its files."""
    ends: Mapping[str, bytes]
    """What belongs at the ends of scripts, by their names."""


@dataclass
class Workshop:
    """Open for one build, or for all builds of a preview; a context manager."""

    cache: BuildCache
    workers: Workers
    memory: Memory | None = None
    """None when there is only one build."""

    @classmethod
    def open(
        cls,
        configuration: SiteConfiguration,
        *,
        workers: int = 0,
        executor: Executor | None = None,
        use_cache: bool = True,
        remember: bool = False,
    ) -> Workshop:
        """`workers`: how many processes; 0 for the usual number.  `executor`: where to send the work instead.

        `remember`: more builds of the same site will follow.
        """
        cache = BuildCache(configuration.cache_dir if use_cache else None)
        return cls(cache, Workers(workers or usual_workers(), executor), Memory() if remember else None)

    @classmethod
    def for_one(cls, configuration: SiteConfiguration, given: Workshop | None) -> AbstractContextManager[Workshop]:
        """The given workshop, which stays open, or one that is closed after use."""
        return nullcontext(given) if given else cls.open(configuration)

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self.workers.stop(at_once=kind is not None)
        self.cache.close()
