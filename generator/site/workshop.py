"""What a build works with: the cache, the workers, and what earlier builds of this process know."""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from generator.site.cache import BuildCache
from generator.site.configuration import SiteConfiguration
from generator.site.reading import Remembered
from generator.site.workers import Workers, usual_workers


@dataclass
class Workshop:
    """Open for one build, or for all builds of a preview; a context manager."""

    cache: BuildCache
    workers: Workers
    remembered: Remembered = field(default_factory=Remembered)

    @classmethod
    def open(
        cls,
        configuration: SiteConfiguration,
        *,
        workers: int = 0,
        executor: Executor | None = None,
        use_cache: bool = True,
    ) -> Workshop:
        """`workers`: how many processes; 0 for the usual number.  `executor`: where to send the work instead."""
        cache = BuildCache(configuration.cache_dir if use_cache else None)
        return cls(cache, Workers(workers or usual_workers(), executor))

    @classmethod
    def for_one(cls, configuration: SiteConfiguration, given: Workshop | None) -> AbstractContextManager[Workshop]:
        """The given workshop, which stays open, or one that is closed after use."""
        return nullcontext(given) if given else cls.open(configuration)

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self.workers.stop(at_once=kind is not None)
        self.cache.close()
