"""Computers elsewhere that do the work: `--executor dask://host:port`.

Dask's client has the interface of `concurrent.futures.Executor`, so the build does not know the difference.  Its
workers need this version of Canoa, and must see the content folder under the same path, for captions and image sizes.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

DASK = "dask://"
ANSWER_SECONDS = 10
"""How long a scheduler may take to answer."""


class ExecutorUnavailableError(Exception):
    """The address is of no kind that we know, its library is not installed, or nobody answers there."""

    def __init__(self, reason: str) -> None:
        """`reason`: `kind`, `library` or `silent`."""
        super().__init__(reason)
        self.reason = reason


@contextmanager
def open_executor(address: str) -> Iterator[tuple[Executor, int]]:
    """The executor behind an address, and how many batches it can do at the same time.

    Raises `ExecutorUnavailableError`.
    """
    if not address.startswith(DASK):
        raise ExecutorUnavailableError("kind")
    try:
        from distributed import Client
    except ImportError as error:
        raise ExecutorUnavailableError("library") from error
    try:
        scheduler = f"tcp://{address.removeprefix(DASK)}"
        client = Client(scheduler, timeout=ANSWER_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]  # Dask's
    except (OSError, ValueError) as error:
        raise ExecutorUnavailableError("silent") from error
    with client:
        # Pure tasks would be hashed, argument by argument, to find those that were done before.
        executor = client.get_executor(pure=False)  # type: ignore[no-untyped-call]  # as above
        yield executor, max(len(client.nthreads()), 1)  # type: ignore[no-untyped-call]  # as above
