"""From when on a file's times prove that it was not saved again."""

SECOND = 1_000_000_000
COARSE_TICK = 2 * SECOND
"""FAT counts times in two seconds."""
FINE_TICK = SECOND // 10
"""Clocks that know fractions of a second tick at least every hundredth: more than enough."""


def is_settled(mtime_ns: int, ctime_ns: int, looked_at_ns: int) -> bool:
    """True when a later save would have given the file other times.

    A file that was saved just before it was looked at may be saved again within the same tick of its file system's
    clock: its times prove nothing yet.
    """
    tick = COARSE_TICK if mtime_ns % SECOND == 0 else FINE_TICK
    return max(mtime_ns, ctime_ns) < looked_at_ns - tick
